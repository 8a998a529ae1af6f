"""The engine's own acts, read off committed history events: an execution began, a step failed, the execution failed.

The history is the truth; an entry of the audit log is derived from an event of it and named by it
(``<execution id>#<event id>``), so deriving the same events again after a crash records nothing twice.

A failure's state and attempt stand in earlier events. Each event names the one before it, so the way back is short:

    TaskStateEntered ◄── TaskScheduled ◄── TaskStarted ◄── TaskFailed ◄── TaskScheduled ◄── TaskStarted ◄── TaskFailed
    the state's name      attempt 0                                        attempt 1
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Protocol

from engine.governance.audit.entry import EXECUTION, AuditEntry, Subject
from engine.governance.masking import MASK
from engine.kernel.history import AUDITED_EVENTS, STEP_FAILURES
from engine.ports.journal import Header
from engine.ports.keys import ENGINE, Actor, ExecutionKey

Json = Any

START = "execution.start"
STARTED = "engine.started"
STEP_FAILED = "engine.step_failed"
FAILED = "engine.failed"

_ACTS = {
    "ExecutionStarted": STARTED, **dict.fromkeys(STEP_FAILURES, STEP_FAILED),
    "ExecutionFailed": FAILED, "ExecutionTimedOut": "engine.timed_out", "ExecutionAborted": "engine.aborted",
}
ENGINE_ACTS = frozenset(_ACTS.values())
_ATTEMPTS = frozenset({"TaskScheduled", "LambdaFunctionScheduled", "ActivityScheduled"})
_TIMED_OUT = "States.Timeout"
MOST_STEPS_BACK = 1000


class Event(Protocol):
    """engine.kernel.history.HistoryEvent, as far as it is read here."""

    @property
    def id(self) -> int: ...  # noqa: D102 - the history event's own words
    @property
    def previous(self) -> int: ...  # noqa: D102
    @property
    def type(self) -> str: ...  # noqa: D102
    @property
    def at(self) -> float: ...  # noqa: D102
    @property
    def details(self) -> dict[str, Json] | None: ...  # noqa: D102


def start_entry(header: Header) -> list[AuditEntry]:
    """The entry of a start, where the header names who asked for it: as the API tells it of the same start."""
    if header.actor is None:
        return []
    return [AuditEntry(
        id=f"{header.key.id}#start", workspace=header.key.workspace, at=header.started_at, actor=header.actor,
        act=START, subject=Subject(EXECUTION, header.key.id),
        after={"version": header.version, "kind": header.kind, "input_digest": header.input_digest},
    )]


def engine_entries(
    key: ExecutionKey, version: int, events: Sequence[Event], *, earlier: Callable[[int], Event | None],
    origin: str = "", hides: Callable[[ExecutionKey, int], bool] = lambda _key, _version: False,
) -> list[AuditEntry]:
    """The entries that `events`, committed together, make; most make none.

    `earlier` finds an event by its id among those committed before, and is asked for failures only. `origin` is the
    worker's name. An entry's `at` is the event's, its details are the workflow's ``version`` and the ``event``, for a
    failure also ``state``, ``attempt``, ``error`` and ``cause`` where there are any. A cause may quote an input, and
    what stands in the log stays: where the execution has sensitive fields (`hides`) it is MASK.
    """
    noted = [event for event in events if event.type in AUDITED_EVENTS]
    if not noted:
        return []
    known = {event.id: event for event in events}
    actor = Actor(ENGINE.name, ENGINE.kind, origin)

    def find(number: int) -> Event | None:
        if number not in known:
            found = earlier(number)
            if found is None:
                return None
            known[number] = found
        return known[number]

    return [
        AuditEntry(
            id=f"{key.id}#{event.id}", workspace=key.workspace, at=event.at, actor=actor, act=_ACTS[event.type],
            subject=Subject(EXECUTION, key.id),
            details={"version": version, "event": event.id, **_hidden(_context(event, find), key, version, hides)},
        )
        for event in noted
    ]


def _context(event: Event, find: Callable[[int], Event | None]) -> dict[str, Json]:
    if event.type == "ExecutionStarted":
        return {}
    details = event.details or {}
    error = details.get("error") or (_TIMED_OUT if event.type.endswith("TimedOut") else None)
    context = {**_place(event, find), "error": error, "cause": _without_trace(details.get("cause"))}
    return {name: value for name, value in context.items() if value is not None}


def _hidden(
    context: dict[str, Json], key: ExecutionKey, version: int, hides: Callable[[ExecutionKey, int], bool]
) -> dict[str, Json]:
    return {**context, "cause": MASK} if "cause" in context and hides(key, version) else context


def _without_trace(cause: Json) -> Json:
    """A connector's cause without its stack trace, and that of an execution without its input and output: they are the
    histories' to keep."""
    try:
        shape = json.loads(cause)
        if "ExecutionArn" in shape:
            return json.dumps({name: shape[name] for name in ("ExecutionArn", "Status", "Error") if name in shape})
        return f"{shape['errorType']}: {shape['errorMessage']}"
    except (ValueError, TypeError, KeyError):
        return cause


def _place(event: Event, find: Callable[[int], Event | None]) -> dict[str, Json]:
    """The state that the event belongs to, and which attempt of it; nothing for what belongs to no state."""
    attempts = 0
    for step in _back(event, find):
        if step.type in _ATTEMPTS:
            attempts += 1
        elif step.type.endswith(("StateEntered", "StateExited")):
            name = (step.details or {}).get("name")
            return {"state": name, "attempt": max(attempts - 1, 0)}
    return {}


def _back(event: Event, find: Callable[[int], Event | None]) -> Iterable[Event]:
    for _ in range(MOST_STEPS_BACK):
        found = find(event.previous) if event.previous else None
        if found is None:
            return
        event = found
        yield event
