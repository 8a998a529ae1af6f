"""Writing what a Map Run came to: some hundred children at a time, then the manifest.

It stands before the task port, like worker.start_execution: the core owes a call of ``s3:putObject`` or ``file:write``
that only says where to go on, and here the children are read and their files put. So a chunk has an intent, a lease and
a repetition like every call; a file's name and content follow from its chunk, and writing it twice changes nothing.

    call {first: 0}   ─► children 0 … 499 read ─► SUCCEEDED_0.json, FAILED_0.json put ─► {next: 500, files}
    call {first: 500} ─► …                                                          ─► {next: 730, files}
    call {manifest}   ─► manifest.json put
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from typing import Any

from engine.durable import codec
from engine.durable.opening import facts_of
from engine.errors import StorageError
from engine.kernel.children import result_writer
from engine.kernel.children.child_ids import item_id
from engine.kernel.children.destinations import WRITES, Destination, destination
from engine.kernel.children.result_writer import ChildResult
from engine.kernel.snapshot import Frame, Snapshot
from engine.ports.journal import Header, Journal
from engine.ports.keys import ExecutionKey
from engine.ports.tasks import TaskCall, TaskFailed, TaskOutcome, Tasks, TasksDecorator, TaskSucceeded

Json = Any

CHUNK = 500
CHUNK_BYTES = 8 * 1024 * 1024
"""A chunk ends after so many children or bytes of outputs."""


class WritesResults(TasksDecorator):
    """Performs a ResultWriter's calls, and hands every other on to `tasks`."""

    def __init__(self, tasks: Tasks, journal: Journal) -> None:
        super().__init__(tasks)
        self._journal = journal

    def call(self, call: TaskCall) -> TaskOutcome:
        """Write one chunk, or the manifest."""
        if call.resource not in WRITES:
            return self._tasks.call(call)
        try:
            return self._write(call)
        except StorageError as error:
            return TaskFailed("Automate.TaskError", f"the store did not serve: {error}", definite=False)

    def _write(self, call: TaskCall) -> TaskOutcome:
        wanted = call.arguments
        place = destination(call.resource, wanted["writer"], wanted["map_run"])
        if wanted["manifest"]:
            return self._put(call, place, "manifest.json", place.manifest(wanted["files"]), last=True)
        run = self._run(ExecutionKey(call.workspace, call.execution_id), call.frame)
        if run is None:
            return TaskFailed("Automate.TaskError", "the Map Run is over", definite=True)
        following, results = self._chunk(*run, first=wanted["first"])
        written: dict[str, Json] = {}
        for kind, name, text in result_writer.files_of(results, wanted["config"], wanted["files"]):
            outcome = self._put(call, place, name, text)
            if not isinstance(outcome, TaskSucceeded):
                return outcome
            written[kind] = place.listed(name, text)
        return TaskSucceeded({"next": following, "files": written})

    def _put(self, call: TaskCall, place: Destination, name: str, text: str, *, last: bool = False) -> TaskOutcome:
        return self._tasks.call(dataclasses.replace(call, arguments=place.put(name, text, last=last)))

    def _run(self, key: ExecutionKey, path: str) -> tuple[Header, Snapshot, Frame] | None:
        loaded = self._journal.load(key)
        snapshot = codec.stored_snapshot(loaded)
        if loaded is None or snapshot is None:
            return None
        frame = snapshot.frames.get(path)
        return None if frame is None or frame.fanout is None else (loaded.header, snapshot, frame)

    def _chunk(self, header: Header, snapshot: Snapshot, frame: Frame, *, first: int) -> tuple[int, list[ChildResult]]:
        """The results from the child `first` on, and the index that is next."""
        found: list[ChildResult] = []
        size = 0
        for result in child_results(self._journal, header, snapshot, frame, first=first):
            found.append(result)
            size += len(str(result.output))
            if len(found) >= CHUNK or size > CHUNK_BYTES:
                break
        return first + len(found), found


def child_results(
    journal: Journal, parent: Header, snapshot: Snapshot, frame: Frame, *, first: int = 0
) -> Iterable[ChildResult]:
    """Each child of the Map Run in `frame`, in order. One that still runs is being stopped: ABORTED."""
    items = () if frame.fanout is None else frame.fanout.items or ()
    arn = facts_of(parent).state_machine_arn
    for index in range(first, len(items)):
        key = ExecutionKey(parent.key.workspace, item_id(parent.key.id, frame.visit, frame.attempt, index))
        header = journal.header(key)
        if header is None:
            yield ChildResult("", arn, "", result_writer.PENDING, items[index])
            continue
        yield _ended(journal, header, snapshot, items[index])


def _ended(journal: Journal, header: Header, parent: Snapshot, given: Json) -> ChildResult:
    facts = facts_of(header)
    known = ChildResult(
        facts.execution_arn, facts.state_machine_arn, facts.name, "ABORTED", given, started_at=header.started_at,
        ended_at=header.ended_at or parent.last_at, cause=header.cause,
    )
    child = codec.stored_snapshot(journal.load(header.key))
    if child is None or not child.closed:
        return known
    return dataclasses.replace(
        known, status=str(child.status), output=child.output, error=child.error, cause=child.cause,
        ended_at=child.last_at,
    )
