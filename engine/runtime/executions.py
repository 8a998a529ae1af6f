"""Starting, describing, listing and stopping executions: what the API and the command line offer."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from engine.clock import Clock
from engine.errors import Conflict, NotFound
from engine.ports.executions_index import ExecutionPage, ExecutionQuery, ExecutionRow, ExecutionsIndex
from engine.ports.journal import OPEN_STATUSES, PAUSED, RUNNING, Header, Journal, Loaded, Parent, row_of
from engine.ports.keys import Actor, ExecutionKey
from engine.ports.pauses import Pauses
from engine.ports.published import Published, PublishedVersion
from engine.ports.queue import Wake, WakeQueue
from engine.runtime import codec, inbox, map_run_view, poison
from engine.runtime.business_key import business_key
from engine.runtime.express import FIRST_LOOK_SECONDS
from engine.runtime.history import HistoryEvent, render
from engine.runtime.holding import HOLD_SECONDS, WorkflowPaused, start_is_queued
from engine.runtime.map_run_view import MapRun
from engine.runtime.opening import START_GRACE_SECONDS
from engine.runtime.snapshot import Phase, Snapshot
from engine.runtime.start_request import checked_name, encoded_input, input_digest, sync_kind
from engine.runtime.tokens import parse_token
from engine.settings import Settings

Json = Any

class ExecutionAlreadyExists(Conflict):
    """The name belongs to another execution."""

    code = "ExecutionAlreadyExists"


class ExecutionDoesNotExist(NotFound):
    """No execution of this id."""

    code = "ExecutionDoesNotExist"


class ExecutionIsNotPaused(Conflict):
    """There is nothing to resume."""

    code = "ExecutionIsNotPaused"


class TaskDoesNotExist(NotFound):
    """No task has this token."""

    code = "TaskDoesNotExist"


class TaskTimedOut(Conflict):
    """The task no longer waits: it was answered, timed out, or its execution ended."""

    code = "TaskTimedOut"


@dataclass(frozen=True, slots=True)
class Execution:
    """An execution as it is shown. `output` is None until it SUCCEEDED; times are epoch seconds."""

    key: ExecutionKey
    workflow: str
    version: int
    status: str
    kind: str
    input: Json
    started_at: float
    output: Json = None
    error: str | None = None
    cause: str | None = None
    ended_at: float | None = None
    business_key: str | None = None
    definition_digest: str = ""

    def as_dict(self) -> dict[str, Json]:
        """The JSON shape of API and command line; times in ISO 8601, UTC."""
        return {
            "id": self.key.id, "name": self.key.name, "workflow": self.workflow, "version": self.version,
            "status": self.status, "kind": self.kind, "input": self.input, "output": self.output,
            "error": self.error, "cause": self.cause, "started_at": iso_time(self.started_at),
            "ended_at": iso_time(self.ended_at), "business_key": self.business_key,
            "definition_digest": self.definition_digest,
        }


def iso_time(at: float | None) -> str | None:
    """Epoch seconds as ISO 8601 in UTC with milliseconds; None stays None."""
    if at is None:
        return None
    return datetime.fromtimestamp(at, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


class Executions:
    """Wired in functions from the ports; safe to share between threads."""

    def __init__(
        self, *, journal: Journal, index: ExecutionsIndex, queue: WakeQueue, published: Published, clock: Clock,
        settings: Settings, new_name: Callable[[], str] = lambda: str(uuid.uuid4()), pauses: Pauses | None = None,
    ) -> None:
        self._journal = journal
        self._index = index
        self._queue = queue
        self._published = published
        self._clock = clock
        self._settings = settings
        self._new_name = new_name
        self._pauses = pauses

    def start(
        self, workspace: str, workflow: str, execution_input: Json, *, name: str | None = None,
        version: int | None = None, actor: Actor, sync: bool = False,
    ) -> Execution:
        """Start the active version (or `version`) under `name` (1 to 80 characters, as AWS; by default a UUID).

        The same name with the same input of a running execution answers that execution. Raises Conflict
        (ExecutionAlreadyExists) for a name used with another input or of a closed execution, (WorkflowPaused) where
        starts are refused, NotFound, InvalidDocument where the input breaks the workflow's input schema,
        PayloadTooLarge. While starts are queued it is RUNNING, and begins once the workflow is resumed. `sync` makes it
        the caller's to run (engine.runtime.sync_start): no wake is sent, and a name that is taken is taken.

        Order of writes: input, header with its row in the index, wake. A crash after the header is made good by the
        sweeper; one before it started nothing.
        """
        del actor  # for whoever records acts around this one
        return self._start(workspace, workflow, execution_input, name, version, None, sync=sync)

    def start_child(
        self, workspace: str, workflow: str, execution_input: Json, *, name: str, version: int | None, parent: Parent
    ) -> Execution:
        """`start`, by the Task that `parent` names: asked again by that one, a closed execution is answered too."""
        return self._start(workspace, workflow, execution_input, name, version, parent)

    def _start(
        self, workspace: str, workflow: str, execution_input: Json, name: str | None, version: int | None,
        parent: Parent | None, *, sync: bool = False,
    ) -> Execution:
        name = self._new_name() if name is None else checked_name(name)
        published = self._published.version(workspace, workflow, version)
        data = encoded_input(published, execution_input, most_bytes=self._settings.max_input_bytes)
        kind = sync_kind(published) if sync else published.kind
        header = self._header(ExecutionKey.of(workspace, workflow, name), published, data, kind)
        header = replace(header, parent=parent)
        queued = self._is_queued(header.key)
        if queued and sync:
            raise WorkflowPaused(f"{workflow!r} is paused: a synchronous start cannot wait", where="workflow")
        if queued:
            header = replace(header, due_at=header.started_at + HOLD_SECONDS)
        found_by = business_key(published, execution_input)  # before anything is written: it may fail
        existing = self._journal.create(header, data, row_of(header, business_key=found_by))
        if existing is not None:
            header = _same_execution(existing, header, again=not sync)
        key = header.key
        if not sync and (not queued or not self._is_queued(key)):  # resumed meanwhile: nobody else would wake it soon
            self._queue.send([Wake(key)])
        return Execution(
            key, workflow, header.version, header.status, header.kind, execution_input, header.started_at,
            business_key=found_by, definition_digest=header.definition_digest,
        )

    def describe(self, key: ExecutionKey) -> Execution:
        """The execution as it stands; `cause` says why it is PAUSED. Raises NotFound (ExecutionDoesNotExist)."""
        header = self._header_of(key)
        if header.cause is None or header.status == RUNNING:
            return self._describe(key)
        try:
            execution = self._describe(key)
        except Exception:  # noqa: BLE001  it may be paused just because it cannot be read
            execution = Execution(
                key, header.workflow, header.version, header.status, header.kind, None, header.started_at,
                ended_at=header.ended_at, definition_digest=header.definition_digest,
            )
        return replace(execution, status=header.status, cause=header.cause, ended_at=header.ended_at)

    def _describe(self, key: ExecutionKey) -> Execution:
        loaded = self._load(key)
        header = loaded.header
        bodies = [segment.body for segment in loaded.segments]
        snapshot = codec.decode_snapshot(bodies) if bodies else None
        execution_input = json.loads(self._journal.execution_input(key) or b"null")
        published = self._published.pinned(key.workspace, header.workflow, header.definition_digest)
        status = header.status if snapshot is None or header.status != RUNNING else str(snapshot.status)
        return Execution(
            key, header.workflow, header.version, status, header.kind, execution_input, header.started_at,
            output=snapshot.output if snapshot is not None else None,
            error=snapshot.error if snapshot is not None else None,
            cause=snapshot.cause if snapshot is not None else None,
            ended_at=snapshot.last_at if snapshot is not None and snapshot.closed else None,
            business_key=None if header.is_item else business_key(published, execution_input),
            definition_digest=header.definition_digest,
        )

    def events(self, key: ExecutionKey, *, most: int) -> list[HistoryEvent]:
        """The history's first `most` events, values as values. Raises NotFound."""
        self._header_of(key)
        found: list[HistoryEvent] = []
        for segment in self._journal.history(key, 0):
            found += codec.decode_events(segment.body)
            if len(found) >= most:
                break
        return found[:most]

    def written(self, key: ExecutionKey) -> tuple[int, str]:
        """The number of the newest segment (-1 before any) and the status: the same pair says that nothing happened.

        Far cheaper than the history, for who asks again and again. Raises NotFound.
        """
        loaded = self._load(key)
        newest = loaded.segments[-1].seq if loaded.segments else -1
        return newest, loaded.header.status

    def page(self, query: ExecutionQuery) -> ExecutionPage:
        """A page from the executions index."""
        return self._index.query(query)

    def history(self, key: ExecutionKey, *, after: int = 0, limit: int = 1000) -> list[dict[str, Json]]:
        """Up to `limit` events with an id over `after`, as GetExecutionHistory gives them. Raises NotFound."""
        if self._journal.header(key) is None:
            raise _unknown(key)
        events: list[dict[str, Json]] = []
        for segment in self._journal.history(key, after):
            events += [render(event) for event in codec.decode_events(segment.body) if event.id > after]
            if len(events) >= limit:
                break
        return events[:limit]

    def stop(self, key: ExecutionKey, *, error: str | None = None, cause: str | None = None, actor: Actor) -> Execution:
        """Ask an open execution, PAUSED or not, to stop; it is ABORTED once a worker reads it. A closed one stays as it
        is."""
        if self._header_of(key).status in OPEN_STATUSES:
            self._journal.put_inbox(inbox.stop_item(key, self._clock.now(), error=error, cause=cause, actor=actor))
            self._queue.send([Wake(key)])
        return self.describe(key)

    def resume(self, key: ExecutionKey, *, actor: Actor) -> Execution:
        """Let a PAUSED execution run again. Raises Conflict (ExecutionIsNotPaused), NotFound."""
        del actor  # for whoever records acts around this one
        header = self._header_of(key)
        due_at = self._clock.now() + START_GRACE_SECONDS
        if header.status != PAUSED or not poison.resume(self._journal, header, due_at):
            raise ExecutionIsNotPaused(
                f"the execution {key.id} is not paused: it is {header.status}", where="id",
                advice="`automate resume WORKFLOW` lets the executions of a paused workflow go on.",
            )
        self._queue.send([Wake(key)])
        return self.describe(key)

    def send_task_success(self, token: str, output: Json) -> None:
        """Answer a `.waitForTaskToken` task. Raises NotFound (TaskDoesNotExist) or Conflict (TaskTimedOut)."""
        self._answer(token, {"kind": "success", "output": output})

    def send_task_failure(self, token: str, error: str | None = None, cause: str | None = None) -> None:
        """Fail a `.waitForTaskToken` task."""
        self._answer(token, {"kind": "failure", "error": error or "", "cause": cause})

    def send_task_heartbeat(self, token: str) -> None:
        """Say that the work behind a task token goes on."""
        key, frame, visit, attempt = self._waiting_task(token)
        self._journal.put_inbox(inbox.heartbeat_item(key, self._clock.now(), frame, visit, attempt))
        self._queue.send([Wake(key)])

    def map_runs(self, key: ExecutionKey) -> list[str]:
        """The ARNs of the Map Runs that the execution has begun, in order. Raises NotFound."""
        self._load(key)
        return map_run_view.map_runs(self._journal, key)

    def describe_map_run(self, key: ExecutionKey, map_run: str) -> MapRun:
        """A Map Run of the execution, by its ARN or the last part of it. Raises NotFound (ResourceNotFound)."""
        return map_run_view.describe(self._journal, self._load(key), map_run)

    def map_run_children(
        self, key: ExecutionKey, map_run: str, *, first: int = 0, limit: int = 100
    ) -> list[ExecutionRow]:
        """Up to `limit` of its child executions from the item `first` on, in order. Raises NotFound."""
        self._load(key)
        return map_run_view.list_children(self._journal, key, map_run, first=first, limit=limit)

    def update_map_run(
        self, key: ExecutionKey, map_run: str, *, max_concurrency: int | None = None,
        tolerated_failure_count: float | None = None, tolerated_failure_percentage: float | None = None, actor: Actor,
    ) -> None:
        """Change the limits of a Map Run under way: its children that are out stay. Raises NotFound, Conflict, and
        InvalidDocument for a limit out of range."""
        del actor  # for whoever records acts around this one
        changes = map_run_view.checked_limits(max_concurrency, tolerated_failure_count, tolerated_failure_percentage)
        frame = map_run_view.to_update(self._load(key), map_run)
        place = (frame.path, frame.visit, frame.attempt)
        self._journal.put_inbox(inbox.map_run_item(key, self._clock.now(), *place, changes))
        self._queue.send([Wake(key)])

    def _answer(self, token: str, answer: dict[str, Json]) -> None:
        key, frame, visit, attempt = self._waiting_task(token)
        item = inbox.answer_item(key, self._clock.now(), frame, visit, attempt, answer)
        if not self._journal.put_inbox(item):
            raise _timed_out(token)
        self._queue.send([Wake(key)])

    def _waiting_task(self, token: str) -> tuple[ExecutionKey, str, int, int]:
        place = parse_token(token)
        loaded = None if place is None else self._journal.load(ExecutionKey(place.workspace, place.execution_id))
        if place is None or loaded is None:
            raise TaskDoesNotExist("no task has this token", where="token", advice="Use the token as the task got it.")
        if not loaded.segments or not _holds(
            codec.decode_snapshot(segment.body for segment in loaded.segments), place.frame, token
        ):
            raise _timed_out(token)
        return loaded.header.key, place.frame, place.visit, place.attempt

    def _is_queued(self, key: ExecutionKey) -> bool:
        try:
            return start_is_queued(self._pauses, key.workspace, key.workflow)
        except WorkflowPaused:
            if self._journal.header(key) is None:
                raise
            return False  # a start that is asked for again is answered as ever

    def _header_of(self, key: ExecutionKey) -> Header:
        header = self._journal.header(key)
        if header is None:
            raise _unknown(key)
        return header

    def _load(self, key: ExecutionKey) -> Loaded:
        loaded = self._journal.load(key)
        if loaded is None:
            raise _unknown(key)
        return loaded

    def _header(self, key: ExecutionKey, published: PublishedVersion, data: bytes, kind: str) -> Header:
        now = self._clock.now()
        return Header(
            key=key, workflow=published.workflow, version=published.number,
            definition_digest=published.definition_digest, input_digest=input_digest(data),
            kind=kind, status=RUNNING, started_at=now,
            due_at=now + FIRST_LOOK_SECONDS.get(kind, START_GRACE_SECONDS),
        )


def _same_execution(existing: Header, wanted: Header, *, again: bool) -> Header:
    """What AWS answers for a name that is taken (StartExecution is idempotent for a running one with equal input)."""
    same = existing.input_digest == wanted.input_digest
    if existing.status in OPEN_STATUSES and same and again:
        return existing
    if existing.parent is not None and existing.parent == wanted.parent:
        return existing
    why = "is closed" if existing.status not in OPEN_STATUSES else "was started with another input"
    if same and existing.status in OPEN_STATUSES:
        why = "runs, and cannot be waited for by starting it again"
    raise ExecutionAlreadyExists(
        f"the execution {existing.key.name!r} of {existing.workflow} {why}", where="name",
        advice="Choose another name, or leave it out to get a new one.",
    )


def _unknown(key: ExecutionKey) -> NotFound:
    return ExecutionDoesNotExist(
        f"no execution has the id {key.id!r}", where="id",
        advice="An id is <workflow>:<name>; `automate executions` lists them.",
    )


def _timed_out(token: str) -> TaskTimedOut:
    del token  # a token is a capability: it is not repeated in messages
    return TaskTimedOut("the task no longer waits: it was answered, timed out, or its execution ended", where="token")


def _holds(snapshot: Snapshot, path: str, token: str) -> bool:
    """Whether the frame still waits under this very token. SCHEDULED: its worker's answer came before the word that it
    was taken, or it is to be handed over once more."""
    frame = snapshot.frames.get(path)
    return (
        not snapshot.closed
        and frame is not None
        and frame.phase in (Phase.SCHEDULED, Phase.RUNNING, Phase.CALLBACK)
        and frame.token == token
    )
