"""Which executions an execution has started and waited for, by its history: also once it has ended.

Their ids follow from its events (engine.kernel.children.child_ids), so that nothing stores a list of them.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import count
from typing import Any

from engine.durable import codec
from engine.kernel.children.child_ids import item_id
from engine.language.asl.resources import OWN_ARN, START_EXECUTION
from engine.ports.journal import Journal
from engine.ports.keys import ExecutionKey
from engine.records import dataclass

Json = Any


@dataclass(frozen=True, slots=True)
class Begun:
    """Where the run was begun: its event, and its frame's visit and attempt."""

    arn: str
    event: int
    at: float
    visit: int
    attempt: int


def awaited(journal: Journal, key: ExecutionKey) -> Iterator[Iterator[ExecutionKey]]:
    """What it has waited for, by the Map Run or Task: of a Map Run its items without end, those that exist first."""
    for segment in journal.history(key, enough=codec.has_outline):
        for begun in begun_in(segment.body):
            yield _items(key, begun)
        for event in codec.decode_events(segment.body, outlined=True):
            child = _submitted(event.details or {}, key.workspace) if event.type == "TaskSubmitted" else None
            if child is not None:
                yield iter((child,))


def _items(key: ExecutionKey, begun: Begun) -> Iterator[ExecutionKey]:
    return (ExecutionKey(key.workspace, item_id(key.id, begun.visit, begun.attempt, index)) for index in count())


def _submitted(details: dict[str, Json], workspace: str) -> ExecutionKey | None:
    """The execution that a Task has started with ``states:startExecution.sync``."""
    resource = f"arn:aws:states:::{details.get('resourceType')}:{details.get('resource')}"
    output = details.get("output")
    if not resource.startswith(START_EXECUTION):
        return None
    if isinstance(output, str):
        output = json.loads(output)
    arn = output.get("ExecutionArn") if isinstance(output, dict) else None
    prefix = f"{OWN_ARN}{workspace}:execution:"
    if not isinstance(arn, str) or not arn.startswith(prefix):
        return None
    return ExecutionKey(workspace, arn.removeprefix(prefix))


def begun_in(body: bytes) -> Iterator[Begun]:
    """The Map Runs that a segment with this body has begun, in order."""
    for event in codec.decode_events(body, outlined=True):
        if event.type == "MapRunStarted":
            arn = (event.details or {})["mapRunArn"]
            frame = _stored_frame(body, arn)
            yield Begun(arn, event.id, event.at, frame.get("visit", 0), frame.get("attempt", 0))


def _stored_frame(body: bytes, arn: str) -> dict[str, Json]:
    """The frame as the segment that began the run holds it; empty where the run was over within that segment."""
    record = codec.unpack(body, outlined=True)
    frames = record["w"]["frames"] if "w" in record else record["f"]
    for frame in frames.values():
        arguments = frame.get("arguments")
        if isinstance(arguments, dict) and arguments.get("map_run") == arn:
            return dict(frame)
    return {}
