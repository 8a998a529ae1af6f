"""A distributed Map in the core: it starts a Map Run and waits for what comes of it.

    entered ─► MapStateStarted, MapRunStarted ─► JOINING, owed to the edge as a map run; `fanout.items` are the items
    JOINING ─MapRunReturned─► the outputs in order, the frame goes on     ─MapRunErred─► Retry, Catch

The durable edge feeds MapRunOpened first: then `fanout.items` become the children's inputs (ItemSelector and
ItemBatcher applied), once and for all, and are read before that where there is an ItemReader:

    JOINING ─MapRunOpened─► SCHEDULED ─TaskStarted─► RUNNING ─TaskReturned─► JOINING, opened
                                ▲                     │   └──TaskErred─► States.ItemReaderFailed
                                └── a listing goes on ┘

With a ResultWriter, MapRunEnding comes before the end: calls write what the children came to, chunk by chunk
(engine.durable.worker.map_run_results), and the last one the manifest:

    JOINING ─MapRunEnding─► SCHEDULED ─TaskStarted─► RUNNING ─TaskReturned─► SCHEDULED … ─► JOINING, written
                                                            └──TaskErred─► States.ResultWriterFailed

It runs each child as an execution of its own (engine.durable.worker.map_run_driver) and counts failures against the
tolerances; what became of the children is kept beside the frame (outcomes.outcomes). An edge that stores nothing
reads the items itself, asks `child_inputs` for the inputs, and answers.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from engine.errors import StateFailure
from engine.kernel import flow
from engine.kernel.builder import Builder
from engine.kernel.children import outcomes, result_writer
from engine.kernel.children.destinations import destination
from engine.kernel.children.item_reader import (
    MOST_ITEMS,
    READER_FAILED,
    most_items,
    no_items,
    read_items,
    source_of,
    told_of_file,
)
from engine.kernel.completing import completed
from engine.kernel.failing import failed
from engine.kernel.open_frame import OpenFrame
from engine.kernel.snapshot import Fanout, Frame, Phase, Snapshot
from engine.kernel.stimulus import FrameStimulus, MapRunUpdated, TaskErred, TaskReturned, TaskStarted, TaskTakenOver
from engine.language.asl.model import Batcher, Distributed, Evaluate, Map, Plan
from engine.language.expr.bounds import DATA_LIMIT, excess
from engine.language.expr.java_text import json_text
from engine.language.expr.scope import Scope

Json = Any

WRITER_RETRIES = 2

THRESHOLD = "States.ExceedToleratedFailureThreshold"
THRESHOLD_CAUSE = "The specified tolerated failure threshold was exceeded"


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
    if distributed.writer_config is not None:
        frame.arguments["writer_config"] = dict(distributed.writer_config)
    builder.emit(frame, "MapRunStarted", {"mapRunArn": arn})
    frame.fanout = Fanout(len(items or ()), concurrency, items or [])
    frame.phase = Phase.JOINING
    return False


def opened(builder: Builder, frame: OpenFrame, state: Map) -> bool:
    """Read the items where there is a reader; make the children's inputs."""
    if "reader" in frame.arguments:
        frame.phase = Phase.SCHEDULED
        return False
    return _filled(builder, frame, state, (frame.fanout.items if frame.fanout is not None else None) or ())


def is_opened(frame: Frame | OpenFrame) -> bool:
    """Whether the children's inputs are made."""
    return bool(frame.arguments.get("opened"))


def _filled(builder: Builder, frame: OpenFrame, state: Map, items: Sequence[Json]) -> bool:
    """The items are known: make the children's inputs."""
    concurrency = 0 if frame.fanout is None else frame.fanout.concurrency
    try:
        inputs = _child_inputs(builder, frame, state, items)
    except StateFailure as failure:
        return erred(builder, frame, state, failure.error, failure.cause)
    problem = excess(inputs) if _shapes(state) else None  # what is only handed on is not limited
    if problem is not None:
        return erred(builder, frame, state, DATA_LIMIT, f"The items of the state '{state.name}' {problem}.")
    frame.arguments = {**frame.arguments, "opened": True}
    frame.fanout = Fanout(len(inputs), concurrency, inputs)
    frame.phase = Phase.JOINING
    return False


def _shapes(state: Map) -> bool:
    """Whether the Map makes the inputs out of the items."""
    return state.selector is not None or (state.distributed is not None and state.distributed.batcher is not None)


def ending(builder: Builder, frame: OpenFrame, *, failed: bool) -> None:
    """Every child has ended, or the run has failed: write the results."""
    if failed:
        builder.abandon(frame.path)
    frame.arguments = {**frame.arguments, "writing": {"first": 0, "files": {}, "manifest": False, "tries": 0}}
    frame.phase = Phase.SCHEDULED


def owes_results(frame: Frame) -> bool:
    """Whether the results are to be written before the run ends."""
    return "writer" in frame.arguments and "written" not in frame.arguments


def writer_call(frame: Frame) -> Json:
    """The arguments of the next call of the ResultWriter."""
    writer, writing = frame.arguments["writer"], frame.arguments["writing"]
    return {
        "writer": writer, "map_run": frame.arguments["map_run"], "config": frame.arguments.get("writer_config", {}),
        **{name: writing[name] for name in ("first", "files", "manifest")},
    }


def _write_on(frame: OpenFrame, state: Map, output: Json) -> None:
    """A chunk is written, or the manifest, which is the last."""
    writing = frame.arguments["writing"]
    if writing["manifest"]:
        resource = "" if state.distributed is None else state.distributed.writer_resource
        written = destination(resource, frame.arguments["writer"], frame.arguments["map_run"]).answer()
        frame.arguments = {**{k: v for k, v in frame.arguments.items() if k != "writing"}, "written": written}
        frame.phase = Phase.JOINING
        return
    files = {kind: [*writing["files"].get(kind, ()), file] for kind, file in output["files"].items()}
    over = output["next"] >= (0 if frame.fanout is None else frame.fanout.width)
    writing = {"first": output["next"], "files": {**writing["files"], **files}, "manifest": over, "tries": 0}
    frame.arguments = {**frame.arguments, "writing": writing}
    frame.phase = Phase.SCHEDULED


def _writer_erred(builder: Builder, frame: OpenFrame, state: Map, stimulus: TaskErred) -> bool:
    """What may have been written is written again, a few times; a refusal fails the Map."""
    writing = frame.arguments["writing"]
    if not stimulus.definite and writing["tries"] < WRITER_RETRIES:
        frame.arguments = {**frame.arguments, "writing": {**writing, "tries": writing["tries"] + 1}}
        frame.phase = Phase.SCHEDULED
        return False
    return erred(builder, frame, state, result_writer.WRITER_FAILED, stimulus.cause or stimulus.error)


def reading(builder: Builder, frame: OpenFrame, state: Map, stimulus: FrameStimulus) -> bool:
    """What happens to the calls of ItemReader and ResultWriter. They leave no events, as in AWS."""
    match stimulus:
        case TaskStarted(lease_until=lease_until):
            frame.phase, frame.lease_until = Phase.RUNNING, lease_until
        case TaskTakenOver():
            frame.phase, frame.lease_until = Phase.SCHEDULED, 0.0
        case TaskReturned(output=output):
            frame.lease_until = 0.0
            if "writing" not in frame.arguments:
                return _read(builder, frame, state, output)
            _write_on(frame, state, output)
        case TaskErred(error=error, cause=cause):
            frame.lease_until = 0.0
            if "writing" not in frame.arguments:
                return erred(builder, frame, state, READER_FAILED, cause or error)
            return _writer_erred(builder, frame, state, stimulus)
    return False


def _read(builder: Builder, frame: OpenFrame, state: Map, answer: Json) -> bool:
    """The reader's answer: the items themselves, a listing's ``Contents`` (page by page), or an object's ``Body``."""
    reader = frame.arguments["reader"]
    fanout = frame.fanout or Fanout(0, 0, [])
    try:
        most = most_items(reader["max_items"]) or MOST_ITEMS
        if isinstance(answer, list):
            return _filled(builder, frame, state, answer)
        if isinstance(answer, dict) and isinstance(answer.get("Body"), str):
            return _filled(builder, frame, state, read_items(answer["Body"], reader["config"], reader["max_items"]))
    except StateFailure as failure:
        return erred(builder, frame, state, failure.error, told_of_file(reader, failure.cause))
    if not isinstance(answer, dict) or not ("Contents" in answer or "KeyCount" in answer):
        return erred(builder, frame, state, READER_FAILED, no_items(state.name, answer))
    items = [*(fanout.items or ()), *(answer.get("Contents") or ())]
    following = answer.get("NextContinuationToken")
    if not answer.get("IsTruncated") or not following or len(items) >= most:
        return _filled(builder, frame, state, items[:most])
    arguments = {**reader["arguments"], "ContinuationToken": following}
    frame.arguments = {**frame.arguments, "reader": {**reader, "arguments": arguments}}
    frame.fanout = Fanout(0, fanout.concurrency, items)
    frame.phase = Phase.SCHEDULED
    return False


def updated(frame: OpenFrame, stimulus: MapRunUpdated) -> None:
    """UpdateMapRun: other limits for what is still to come."""
    arguments = {**frame.arguments}
    if stimulus.tolerated_count is not None:
        arguments["tolerated_count"] = stimulus.tolerated_count
    if stimulus.tolerated_percentage is not None:
        arguments["tolerated_percentage"] = stimulus.tolerated_percentage
    frame.arguments = arguments
    if stimulus.concurrency is not None and frame.fanout is not None:
        frame.fanout = Fanout(frame.fanout.width, stimulus.concurrency, frame.fanout.items)


def returned(builder: Builder, frame: OpenFrame, state: Map, output: Json) -> bool:
    """The run succeeded with the children's outputs.

    MapStateExited links to MapRunStarted (recorded since November 2024; before that, AWS linked it to MapRunSucceeded).
    """
    problem = excess(output)
    if problem is not None:
        return erred(builder, frame, state, DATA_LIMIT, f"The result of the state '{state.name}' {problem}.")
    outcomes.forget(builder, frame)
    frame.joined = output if isinstance(output, list) else None
    started = frame.last_event
    succeeded = builder.emit_beside(started, "MapRunSucceeded")
    builder.emit_beside(succeeded, "MapStateSucceeded")
    return completed(builder, frame, state, output)


def erred(builder: Builder, frame: OpenFrame, state: Map, error: str | None, cause: str | None) -> bool:
    """The run failed: children that still run are to be stopped."""
    if is_opened(frame):
        builder.keep(frame)
    builder.abandon(frame.path)
    outcomes.forget(builder, frame)
    details = {name: value for name, value in (("error", error), ("cause", cause)) if value is not None}
    builder.emit(frame, "MapRunFailed", details)
    return failed(builder, frame, state, error, cause)


def child_inputs(
    plan: Plan, snapshot: Snapshot, frame: Frame, items: Sequence[Json], *, at: float, seed: int
) -> Sequence[Json]:
    """Each child's input: ItemSelector applied to every item, then ItemBatcher. Raises StateFailure."""
    state = plan.state(frame.machine, frame.state)
    if not isinstance(state, Map) or state.distributed is None:
        raise TypeError(f"the frame {frame.path!r} stands in no distributed Map")
    builder = Builder(plan, snapshot, room=0)
    builder.at, builder.seed = at, seed
    return _child_inputs(builder, OpenFrame.thaw(frame), state, items)


def _child_inputs(builder: Builder, frame: OpenFrame, state: Map, items: Sequence[Json]) -> Sequence[Json]:
    inputs = [_selected(builder, frame, state, index, item) for index, item in enumerate(items)]
    batcher = None if state.distributed is None else state.distributed.batcher
    return inputs if batcher is None else _batches(batcher, builder.scope(frame), inputs)


def _selected(builder: Builder, frame: OpenFrame, state: Map, index: int, item: Json) -> Json:
    if state.selector is None:
        return item
    scope = builder.scope(frame)
    scope.place = (frame.path, frame.visit, index)
    scope.context = lambda: builder.context(frame, item=(index, item), source=source_of(frame.arguments.get("reader")))
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
