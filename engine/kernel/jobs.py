"""A Task that started a job of an AWS service with ``.sync``: it is asked how it stands, until it has ended.

    SCHEDULED ─► RUNNING ─TaskReturned (it began)─► CALLBACK ─TimePassed─► SCHEDULED ─► RUNNING ─JobGoesOn─► CALLBACK …
                                                                                          ├─TaskReturned─► succeeded
                                                                                          └─TaskErred────► failed

What a call with a task token has handed over to somebody (TaskSucceeded.handed_over) is seen to in the same way: the
call is made again when its connector said, such as for a reminder, and with `stops_job` once the Task waits no longer,
however that came. A failure of such a call is no failure of the Task.

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


def handed_over(frame: OpenFrame, answer: Json, at: float, again_in: float | None) -> None:
    """Somebody was asked; `answer` says under which name."""
    frame.job = {"answer": answer, "since": at, "again_in": again_in}
    frame.due_at = None if again_in is None else at + again_in


def is_handed_over(frame: Frame | OpenFrame) -> bool:
    """Whether the frame waits for somebody whom its call asked."""
    return frame.job is not None and "again_in" in frame.job


def ask(frame: OpenFrame) -> None:
    """It is time: a call is owed."""
    frame.phase = Phase.SCHEDULED
    frame.due_at = None


def goes_on(frame: OpenFrame, at: float, again_in: float | None = None) -> None:
    """It runs still, or could not be asked. `again_in` is for what was handed over."""
    frame.phase = Phase.CALLBACK
    frame.lease_until = 0.0
    if is_handed_over(frame):
        handed_over(frame, frame.job["answer"], at, again_in)
        return
    frame.due_at = at + min(max((at - frame.job["since"]) / 4, FIRST_SECONDS), LONGEST_SECONDS)


def stop_of(plan: Plan, facts: Facts, frame: Frame | OpenFrame, *, answered: Json = None) -> Json:
    """What has to be known to stop the frame's job once the frame is gone; `answered` is what came of it."""
    state = plan.state(frame.machine, frame.state)
    handed = {"secrets": [list(ref) for ref in state.secret_refs], "answered": answered} if (
        isinstance(state, Task) and is_handed_over(frame)
    ) else {}
    return {
        **handed, "resource": state.resource.text if isinstance(state, Task) else "", "state": frame.state,
        "arguments": frame.arguments, "credentials": frame.credentials, "attempt": frame.attempt,
        "job": None if frame.job is None else frame.job["answer"],
        "key": idempotency_key(facts, frame),
    }
