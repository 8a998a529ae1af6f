"""Parallel and inline Map: child frames, their join, and what happens to the others when one fails.

    open ─► child frames walk ─► DONE ─► … ─► join: the outputs in order, the parent goes on
                         └─► failed: the others are cancelled, the parent's Retry and Catch are asked

The parent's frame is not touched between opening and join: how many children were opened and are DONE is counted
beside it (builder.progress), and a DONE child keeps its output itself. So a Map over N items costs O(N).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from engine.errors import StateFailure
from engine.kernel import flow
from engine.kernel.builder import Builder, Ended, Failed, path_order
from engine.kernel.children import map_run
from engine.kernel.completing import completed
from engine.kernel.failing import QUERY_EVALUATION, evaluation_failed, failed
from engine.kernel.open_frame import OpenFrame
from engine.kernel.snapshot import Fanout, Frame, Phase
from engine.language.asl.model import Map, Parallel, Task
from engine.language.expr.bounds import DATA_LIMIT, excess
from engine.language.expr.java_text import json_text
from engine.language.expr.scope import Scope

Json = Any

MOST_OPEN = 40
"""So many iterations of an inline Map are open at once at most, as in AWS."""


def open_parallel(builder: Builder, frame: OpenFrame, state: Parallel) -> bool:
    """Start every branch on the same input."""
    given = flow.arguments(state, builder.scope(frame))
    width = len(state.branches)
    _begin(builder, frame, Fanout(width, width))
    builder.emit(frame, "ParallelStateStarted")
    for pointer in state.branches:
        _open(builder, frame, pointer, frame.last_event).input = given
    return False


def open_map(builder: Builder, frame: OpenFrame, state: Map) -> bool:
    """Start the first iterations. True when there are none, so that the Map is over at once."""
    scope = builder.scope(frame)
    concurrency = int(state.max_concurrency(scope)) if state.max_concurrency is not None else 0
    if concurrency < 0:
        raise StateFailure("States.Runtime", "MaxConcurrency cannot be negative.", field="MaxConcurrency")
    distributed = state.distributed
    if distributed is not None:
        items = None if distributed.reader is not None else read_items(state, scope)
        return map_run.open_run(builder, frame, state, distributed, items, concurrency)
    items = read_items(state, scope)
    at_once = min(concurrency or MOST_OPEN, MOST_OPEN)
    _begin(builder, frame, Fanout(len(items), at_once, items))
    builder.emit(frame, "MapStateStarted", {"length": len(items)})
    if not items:
        return _join(builder, frame, state)
    for _ in range(min(at_once, len(items))):
        if not _open_iteration(builder, frame, state, frame.last_event):
            break
    return False


def read_items(state: Map, scope: Scope) -> Sequence[Json]:
    """InputPath, then ItemsPath or Items. Raises StateFailure for what is no array."""
    given = flow.arguments(state, scope)
    items = given if state.items is None else state.items(scope)
    if isinstance(items, list):
        return items
    if state.jsonata:
        raise StateFailure(QUERY_EVALUATION, f"Map state input must be an array but was: {json_text(items)}")
    raise StateFailure("States.Runtime", f'Reference path "{state.items_path}" must point to array.', field="ItemsPath")


def restart(builder: Builder, frame: OpenFrame, state: Map | Parallel) -> bool:
    """A Retrier's interval is over: begin the fan-out anew, without a new Entered event."""
    return open_map(builder, frame, state) if isinstance(state, Map) else open_parallel(builder, frame, state)


def rejoin(builder: Builder, frame: OpenFrame, state: Map | Parallel) -> bool:
    """A redrive takes up a fan-out that waits for its children: open what it had still to open, or join them. The frame
    goes on when the answer is True."""
    opened, done = builder.progress(frame.path)
    fanout = frame.fanout
    if fanout is None or done == fanout.width:
        return _join(builder, frame, state)
    while isinstance(state, Map) and opened < fanout.width and opened - done < fanout.concurrency:
        if not _open_iteration(builder, frame, state, frame.last_event):
            break
        opened += 1
    return False


def _begin(builder: Builder, frame: OpenFrame, fanout: Fanout) -> None:
    frame.fanout = fanout
    frame.phase = Phase.JOINING
    builder.begin_progress(frame.path)


def _open(builder: Builder, parent: Frame | OpenFrame, pointer: str, after: int) -> OpenFrame:
    """The next child, which walks the machine at `pointer`; its first event follows the event `after`."""
    counts = builder.progress(parent.path)
    child = OpenFrame(
        f"{parent.path}/{counts[0]}", pointer, builder.plan.machines[pointer].start_at, None, after,
    )
    counts[0] += 1
    builder.add(child)
    return child


def _open_iteration(builder: Builder, parent: Frame | OpenFrame, state: Map, after: int) -> bool:
    """The next iteration, on the next item. False: no other is to be opened, for the state has failed."""
    index = builder.progress(parent.path)[0]
    child = _open(builder, parent, state.processor, after)
    builder.emit(child, "MapIterationStarted", {"index": index, "name": state.name})
    child.input = parent.fanout.items[index] if parent.fanout is not None and parent.fanout.items is not None else None
    if state.selector is not None:
        return _select(builder, parent, state, child, (index, child.input))
    return True


def _select(
    builder: Builder, parent: Frame | OpenFrame, state: Map, child: OpenFrame, item: tuple[int, Json]
) -> bool:
    """ItemSelector: sees the Map's effective input, its variables and this item. False: the state has failed."""
    opened = builder.frame(parent.path)
    if opened is None:
        return False
    scope = builder.scope(opened)
    scope.place = (child.path, opened.visit)
    scope.context = lambda: builder.context(opened, item=item)
    try:
        if state.input_path is not None:
            scope.input = state.input_path(scope)
        if state.selector is not None:
            child.input = state.selector(scope)
    except StateFailure as failure:
        builder.keep(opened, without=child.path)
        _cancel_children(builder, opened, state, but=None)
        opened.last_event = child.last_event
        if evaluation_failed(builder, opened, state, failure):
            builder.ready.append(opened)
        return False
    return True


def child_ended(builder: Builder, child: OpenFrame, outcome: Ended | Failed) -> None:
    """Tell the fan-out around `child` what came of it."""
    if isinstance(outcome, Failed):
        _child_failed(builder, child, outcome.error, outcome.cause)
    else:
        _child_done(builder, child, outcome.output)


def _child_done(builder: Builder, child: OpenFrame, output: Json) -> None:
    """`child` reached the end of its machine."""
    parent_path, _, index = child.path.rpartition("/")
    parent = builder.peek(parent_path)
    if parent is None or parent.fanout is None:
        raise AssertionError(f"the frame {child.path!r} has no parent that waits for it")
    state = builder.plan.state(parent.machine, parent.state)
    last = child.last_event
    if isinstance(state, Map):
        builder.emit(child, "MapIterationSucceeded", {"index": int(index), "name": state.name})
    child.phase = Phase.DONE
    child.output = output
    child.input, child.variables, child.visible = None, {}, None
    counts = builder.progress(parent_path)
    counts[1] += 1
    if counts[0] < parent.fanout.width and isinstance(state, Map):
        _open_iteration(builder, parent, state, last)
    elif counts[1] == parent.fanout.width and isinstance(state, Map | Parallel):
        opened = builder.frame(parent_path)
        if opened is not None:
            opened.last_event = child.last_event
            if _join(builder, opened, state):
                builder.ready.append(opened)


def _join(builder: Builder, frame: OpenFrame, state: Map | Parallel) -> bool:
    """Every child is DONE: gather their outputs, in order. The frame goes on when the answer is True."""
    width = frame.fanout.width if frame.fanout is not None else 0
    outputs: list[Json] = []
    for index in range(width):
        path = f"{frame.path}/{index}"
        child = builder.peek(path)
        outputs.append(None if child is None else child.output)
        builder.remove(path)
    frame.fanout, frame.joined = None, outputs
    problem = excess(outputs)
    if problem is not None:
        return failed(builder, frame, state, DATA_LIMIT, f"The result of the state '{state.name}' {problem}.")
    builder.emit_beside(frame.last_event, f"{state.TYPE}StateSucceeded")
    return completed(builder, frame, state, outputs)


def _child_failed(builder: Builder, child: OpenFrame, error: str | None, cause: str | None) -> None:
    """`child` failed: cancel the others and let the parent's state fail."""
    parent_path, _, index = child.path.rpartition("/")
    parent = builder.frame(parent_path)
    if parent is None:
        return
    state = builder.plan.state(parent.machine, parent.state)
    last = child.last_event
    if isinstance(state, Map):
        builder.emit_beside(last, "MapIterationFailed", {"index": int(index), "name": state.name})
    elif isinstance(builder.plan.state(child.machine, child.state), Task):
        builder.emit_beside(last, "TaskStateAborted")
    builder.keep(parent)
    _cancel_children(builder, parent, state, but=child.path)
    parent.last_event = last
    if failed(builder, parent, state, error, cause):
        builder.ready.append(parent)


def _cancel_children(builder: Builder, parent: OpenFrame, state: Any, *, but: str | None) -> None:
    """Remove every frame below `parent`; those under way are recorded as aborted."""
    prefix = f"{parent.path}/"
    for path in sorted((path for path in builder.paths() if path.startswith(prefix)), key=path_order):
        frame = builder.peek(path)
        direct = "/" not in path[len(prefix):]
        if frame is not None and direct and path != but and frame.phase is not Phase.DONE:
            _aborted(builder, frame, state, int(path[len(prefix):]))
        builder.remove(path)


def _aborted(builder: Builder, frame: Frame | OpenFrame, state: Any, index: int) -> None:
    if isinstance(state, Map):
        builder.emit_beside(frame.last_event, "MapIterationAborted", {"index": index, "name": state.name})
    elif frame.phase is not Phase.READY:
        kind = builder.plan.state(frame.machine, frame.state).TYPE
        builder.emit_beside(frame.last_event, f"{kind}StateAborted")
