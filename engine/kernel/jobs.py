"""A Task that started a job of an AWS service with ``.sync``: it is asked how it stands, until it has ended.

    SCHEDULED ─► RUNNING ─TaskReturned (it began)─► CALLBACK ─TimePassed─► SCHEDULED ─► RUNNING ─JobGoesOn─► CALLBACK …
                                                                                          ├─TaskReturned─► succeeded
                                                                                          └─TaskErred────► failed

Asking is a call like any other, with an intent and a lease, and may be repeated: it changes nothing. Between two calls
only `due_at` is set, so that a job of a day costs what a Wait costs. The Task's own time limits run on from its start.
A job that nobody waits for any more is told to stop (`Snapshot.stops`), at least once, as well as its service can.
"""

from __future__ import annotations

from typing import Any

from engine.kernel.open_frame import OpenFrame
from engine.kernel.snapshot import Facts, Frame, Phase
from engine.kernel.tokens import idempotency_key
from engine.language.asl.model import Plan, Task

Json = Any

FIRST_SECONDS = 5.0
LONGEST_SECONDS = 60.0
"""A job is asked after a quarter of the time it has run so far, within these bounds."""


def began(frame: OpenFrame, answer: Json, at: float) -> None:
    """The job was started; `answer` says under which name."""
    frame.job = {"answer": answer, "since": at}
    frame.due_at = at + FIRST_SECONDS


def ask(frame: OpenFrame) -> None:
    """It is time: a call is owed."""
    frame.phase = Phase.SCHEDULED
    frame.due_at = None


def goes_on(frame: OpenFrame, at: float) -> None:
    """It runs still, or could not be asked."""
    frame.phase = Phase.CALLBACK
    frame.lease_until = 0.0
    frame.due_at = at + min(max((at - frame.job["since"]) / 4, FIRST_SECONDS), LONGEST_SECONDS)


def stop_of(plan: Plan, facts: Facts, frame: Frame | OpenFrame) -> Json:
    """What has to be known to stop the frame's job once the frame is gone."""
    state = plan.state(frame.machine, frame.state)
    return {
        "resource": state.resource.text if isinstance(state, Task) else "", "state": frame.state,
        "arguments": frame.arguments, "credentials": frame.credentials, "attempt": frame.attempt,
        "job": None if frame.job is None else frame.job["answer"],
        "key": idempotency_key(facts, frame),
    }
