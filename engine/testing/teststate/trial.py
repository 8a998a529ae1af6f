"""One run of the state: stepped once, its work answered, until it is over or waits for a retry.

    Continued ─► SCHEDULED ─TaskStarted, TaskReturned | TaskErred─► over
                 CALLBACK ─CallbackReturned | CallbackErred─► over     (activities, .sync, .waitForTaskToken)
                 JOINING ─MapRunReturned | MapRunErred─► over          (a Map)
                 WAITING ─TimePassed─► over                            (a Wait, on virtual time)

A failure is run twice, which a pure step allows: first without Retry and Catch, to see with what the state fails, then
as it is, to see what they make of it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import Any

from engine.kernel.retry import matches
from engine.kernel.snapshot import Facts, Frame, Phase, Snapshot, Status
from engine.kernel.step import step
from engine.kernel.stimulus import Continued, Stimulus, TaskReturned, TaskStarted, TimePassed
from engine.kernel.tasks import HANDED_OVER
from engine.language.asl.model import Catcher, Fallible, Plan, Retrier, State, Task
from engine.ports.tasks import Tasks, TaskSucceeded
from engine.records import dataclass
from engine.testing.simulate import START
from engine.testing.telling import told, whose
from engine.testing.teststate.asking import Asked
from engine.testing.teststate.probe import Probe
from engine.testing.teststate.subject import Subject
from engine.testing.teststate.work import LONGEST_SECONDS, SEED, Work

Json = Any

LARGEST_OUTPUT = 262_144
"""Bytes, as in AWS."""

_ARN = "arn:aws:states:us-east-1:123456789012"
_NAME = "test-state"


@dataclass(frozen=True, slots=True)
class Ended:
    """How the state ended. `status` is SUCCEEDED, FAILED, RETRIABLE or CAUGHT_ERROR; `seen` is what the probe saw.

    `retry_index` is the Retrier that names the error, also when it has no attempt left; `backoff` are the seconds
    that it waits, None where it does not retry. `catch_index` is the Catcher that took the error.
    """

    status: str
    seen: Mapping[str, Json]
    output: Json = None
    next_state: str | None = None
    error: str | None = None
    cause: str | None = None
    retry_index: int | None = None
    catch_index: int | None = None
    backoff: float | None = None


def run(asked: Asked, subject: Subject, tasks: Tasks | None) -> Ended:
    """Run the state under test."""
    work = Work(asked, tasks)
    state = subject.state
    if not isinstance(state, Fallible):
        return _run(state, asked, subject, work)
    bare = _run(replace(state, retry=(), catch=()), asked, subject, work)
    if bare.status != "FAILED" or not (state.retry or state.catch):
        return bare
    handled = replace(_run(state, asked, subject, work), retry_index=_index(state.retry, bare.error))
    match handled.status:
        case "SUCCEEDED":  # it goes on, and only a Catcher can have brought that about
            catch_index = _index(state.catch, bare.error)
            return replace(
                handled, status="CAUGHT_ERROR", error=bare.error, cause=bare.cause, catch_index=catch_index
            )
        case "RETRIABLE":
            return replace(handled, error=bare.error, cause=bare.cause)
    return handled


def _index(handlers: Sequence[Retrier | Catcher], error: str | None) -> int | None:
    """The first Retrier or Catcher that names `error`."""
    return next((index for index, handler in enumerate(handlers) if matches(handler.errors, error)), None)


def _run(state: State, asked: Asked, subject: Subject, work: Work) -> Ended:
    """Run `state`, a variant of the one under test."""
    probe = Probe(asked.context)
    watched = probe.watched(state)
    plan = subject.alone(watched)
    # One state may be entered: the one under test.
    snapshot = step(plan, _before(watched, asked), [Continued(at=START, seed=SEED)], max_transitions=1).snapshot
    while (following := _following(plan, snapshot, work, probe)) is not None:
        snapshot = step(plan, snapshot, [following], max_transitions=0).snapshot
    if isinstance(work.outcome, TaskSucceeded):
        probe.seen["result"] = work.outcome.output
    return _ended(snapshot, watched, probe)


def _before(state: State, asked: Asked) -> Snapshot:
    """The execution as it stands before `state` is entered."""
    retries = (asked.retries,) * len(state.retry) if isinstance(state, Fallible) else ()
    frame = Frame(
        "", "", state.name, Phase.READY, attempt=asked.retries, retries=retries, input=asked.input,
        variables=asked.variables or {},
    )
    return Snapshot(_facts(asked.role_arn), asked.input, last_at=START, frames=MappingProxyType({"": frame}))


def _facts(role_arn: str | None) -> Facts:
    """The execution that the state seems to be in: an express one (recorded)."""
    return Facts(
        execution_id=_NAME, name=_NAME, workflow=_NAME, version=0, started_at=START, kind="EXPRESS",
        role_arn=role_arn or "", execution_arn=f"{_ARN}:express:{_NAME}:{_NAME}",
        state_machine_arn=f"{_ARN}:stateMachine:{_NAME}", max_payload_bytes=LARGEST_OUTPUT,
    )


def _following(plan: Plan, snapshot: Snapshot, work: Work, probe: Probe) -> Stimulus | None:
    """What happens next, None when nothing does."""
    frame = snapshot.frames.get("")
    if frame is None:
        return None
    place, at = whose(frame, at=snapshot.last_at, seed=SEED), snapshot.last_at
    following: Stimulus | None = None
    match frame.phase:
        case Phase.SCHEDULED:
            following = TaskStarted(**place)
        case Phase.RUNNING if _hands_over(plan.state(frame.machine, frame.state)):
            following = TaskReturned(**place)
        case Phase.RUNNING | Phase.CALLBACK:
            following = told(frame, work.called(plan, snapshot, frame), at=at, seed=SEED)
        case Phase.JOINING:
            following = told(frame, work.map_run(plan, snapshot, frame, probe), at=at, seed=SEED)
        case Phase.WAITING if frame.due_at is not None and frame.due_at - START <= LONGEST_SECONDS:
            following = TimePassed(at=frame.due_at, seed=SEED)
    return following


def _hands_over(state: State) -> bool:
    return isinstance(state, Task) and state.resource.pattern in HANDED_OVER


def _ended(snapshot: Snapshot, state: State, probe: Probe) -> Ended:
    """What the snapshot says came of `state`."""
    frame = snapshot.frames.get("")
    if snapshot.status is Status.SUCCEEDED:
        return Ended("SUCCEEDED", probe.seen, snapshot.output)
    if frame is None:
        return Ended("FAILED", probe.seen, error=snapshot.error, cause=_plain(snapshot.cause, state))
    if frame.phase is Phase.BACKOFF:
        return Ended("RETRIABLE", probe.seen, backoff=(frame.due_at or snapshot.last_at) - snapshot.last_at)
    if frame.phase is Phase.WAITING:
        return Ended("FAILED", probe.seen, error="States.Timeout")
    return Ended("SUCCEEDED", probe.seen, frame.input, frame.state)


def _plain(cause: str | None, state: State) -> str | None:
    """A cause without the place in a history, which a test does not have (recorded)."""
    place = f"An error occurred while executing the state '{state.name}' (entered at the event id #1). "
    return None if cause is None else cause.removeprefix(place)
