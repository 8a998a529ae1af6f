"""A distributed Map in the core: it starts a Map Run and waits for what comes of it.

    entered ─► MapStateStarted, MapRunStarted ─► JOINING, owed to the edge as a map run
            ─MapRunReturned─► the outputs in order, the frame goes on     ─MapRunErred─► Retry, Catch

The edge reads the items (engine.runtime.item_reader), asks `child_inputs` for the children's inputs, runs each child as
an execution of its own and counts failures against the tolerances.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from engine.asl.model import Batcher, Distributed, Evaluate, Map, Plan
from engine.errors import StateFailure
from engine.expr.java_text import json_text
from engine.expr.scope import Scope
from engine.runtime import flow
from engine.runtime.builder import Builder, OpenFrame
from engine.runtime.completing import completed
from engine.runtime.context import context_object
from engine.runtime.failing import failed
from engine.runtime.snapshot import Fanout, Frame, Phase, Snapshot

Json = Any

THRESHOLD = "States.ExceedToleratedFailureThreshold"


def open_run(
    builder: Builder, frame: OpenFrame, state: Map, distributed: Distributed, items: Sequence[Json] | None,
    concurrency: int,
) -> bool:
    """Start the run; `items` is None where an ItemReader will read them."""
    scope = builder.scope(frame)
    given = flow.arguments(state, scope)
    builder.emit(frame, "MapStateStarted", {"length": len(items or ())})
    tolerated_count = _tolerance(distributed.tolerated_count, scope, "ToleratedFailureCount")
    tolerated_percentage = _tolerance(distributed.tolerated_percentage, scope, "ToleratedFailurePercentage")
    reader = distributed.reader
    arn = _run_arn(builder, frame, distributed.label or state.name)
    frame.arguments = {
        "map_run": arn, "kind": distributed.kind,
        "tolerated_count": tolerated_count, "tolerated_percentage": tolerated_percentage,
    }
    if reader is not None:
        frame.arguments["reader"] = {
            "resource": reader.resource, "config": reader.config,
            "arguments": given if reader.arguments is None else reader.arguments(scope),
            "max_items": None if reader.max_items is None else _integer(reader.max_items(scope)),
        }
    if distributed.writer is not None:
        frame.arguments["writer"] = distributed.writer(scope)
    builder.emit(frame, "MapRunStarted", {"mapRunArn": arn})
    frame.fanout = Fanout(len(items or ()), concurrency, items or [])
    frame.phase = Phase.JOINING
    return False


def returned(builder: Builder, frame: OpenFrame, state: Map, output: Json) -> bool:
    """The run succeeded with the children's outputs.

    MapStateExited links to MapRunStarted (recorded since November 2024; before that, AWS linked it to MapRunSucceeded).
    """
    started = frame.last_event
    succeeded = builder.emit_beside(started, "MapRunSucceeded")
    builder.emit_beside(succeeded, "MapStateSucceeded")
    return completed(builder, frame, state, output)


def erred(builder: Builder, frame: OpenFrame, state: Map, error: str | None, cause: str | None) -> bool:
    """The run failed."""
    details = {name: value for name, value in (("error", error), ("cause", cause)) if value is not None}
    builder.emit(frame, "MapRunFailed", details)
    return failed(builder, frame, state, error, cause)


def child_inputs(
    plan: Plan, snapshot: Snapshot, frame: Frame, items: Sequence[Json], *, at: float, seed: int
) -> list[Json]:
    """Each child's input: ItemSelector applied to every item, then ItemBatcher. Raises StateFailure."""
    state = plan.state(frame.machine, frame.state)
    if not isinstance(state, Map) or state.distributed is None:
        raise TypeError(f"the frame {frame.path!r} stands in no distributed Map")
    builder = Builder(plan, snapshot, room=0)
    builder.at, builder.seed = at, seed
    opened = OpenFrame.thaw(frame)
    inputs = [_selected(builder, opened, state, index, item) for index, item in enumerate(items)]
    batcher = state.distributed.batcher
    return inputs if batcher is None else _batches(batcher, builder.scope(opened), inputs)


def _selected(builder: Builder, frame: OpenFrame, state: Map, index: int, item: Json) -> Json:
    if state.selector is None:
        return item
    scope = builder.scope(frame)
    scope.place = (frame.path, frame.visit, index)
    scope.context = lambda: context_object(builder, frame, item=(index, item))
    if state.input_path is not None:
        scope.input = state.input_path(scope)
    return state.selector(scope)


def _batches(batcher: Batcher, scope: Scope, inputs: Sequence[Json]) -> list[Json]:
    most_items = _integer(batcher.max_items(scope)) if batcher.max_items is not None else len(inputs)
    most_bytes = _integer(batcher.max_bytes(scope)) if batcher.max_bytes is not None else 256 * 1024
    head = {} if batcher.batch_input is None else {"BatchInput": batcher.batch_input(scope)}
    overhead = len(json_text({**head, "Items": []}).encode())
    batches: list[Json] = []
    batch: list[Json] = []
    size = overhead
    for item in inputs:
        item_bytes = len(json_text(item).encode()) + 1
        if batch and (len(batch) >= most_items or size + item_bytes > most_bytes):
            batches.append({**head, "Items": batch})
            batch, size = [], overhead
        batch.append(item)
        size += item_bytes
    if batch:
        batches.append({**head, "Items": batch})
    return batches


def within_tolerance(frame: Frame, failures: int, children: int) -> bool:
    """Whether so many failed children of `children` let the run succeed. Without a tolerance none may fail."""
    count = frame.arguments.get("tolerated_count")
    percentage = frame.arguments.get("tolerated_percentage")
    if failures == 0:
        return True
    if count is None and percentage is None:
        return False
    return (count is None or failures <= count) and (percentage is None or failures * 100 <= percentage * children)


def _tolerance(evaluate: Evaluate | None, scope: Scope, field: str) -> Json:
    if evaluate is None:
        return None
    value = float(evaluate(scope))
    if value < 0:
        raise StateFailure("States.Runtime", f"{field} cannot be negative.", field=field)
    if field.endswith("Percentage") and value > 100:
        raise StateFailure("States.Runtime", f"{field} cannot be greater than 100.", field=field)
    return value


def _integer(value: Json) -> int:
    return int(value)


def _run_arn(builder: Builder, frame: OpenFrame, label: str) -> str:
    run = builder.scope(frame).uuid("MapRun")
    machine = builder.facts.state_machine_arn or builder.facts.workflow
    return f"{machine.replace(':stateMachine:', ':mapRun:')}/{label}:{run}"
