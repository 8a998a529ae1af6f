"""Who asks what of the API while a workflow runs.

A Client is somebody at the API: once `when` holds, `act` is asked for, again and again until it was accepted; the start
itself is one.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from engine.durable.lifecycle.errors import ExecutionIsNotPaused, TaskTimedOut
from engine.durable.lifecycle.forking.forks import Wanted
from engine.durable.lifecycle.forking.running import Calls
from engine.durable.lifecycle.forwards import VersionDoesNotFit
from engine.durable.lifecycle.pausing import WorkflowIsNotPaused
from engine.durable.lifecycle.redrives import ExecutionNotRedrivable
from engine.durable.lifecycle.starts import ExecutionAlreadyExists
from engine.ports.journal import OPEN_STATUSES, PAUSED
from engine.ports.keys import ExecutionKey
from tests.support.durable import TESTER

if TYPE_CHECKING:
    from tests.crash.world import World

ACTIVITY = "packing"


@dataclass(frozen=True)
class Client:
    """`acted`: the stimulus by which its act is acted upon, for the bounds; empty for none. `again`: when it has to
    ask once more though it was heard."""

    name: str
    when: Callable[[World], bool]
    act: Callable[[World], None]
    acted: str = ""
    again: Callable[[World], bool] = lambda _world: False


def _called(world: World) -> bool:
    return bool(world.ledger.calls)


def _after_call(seconds: float) -> Callable[[World], bool]:
    return lambda world: _called(world) and world.clock.now() >= world.ledger.calls[0].at + seconds


def _token(world: World) -> str | None:
    return next((call.token for call in reversed(world.ledger.calls) if call.token), None)


def _answer(world: World) -> None:
    token = _token(world)
    assert token is not None
    try:
        world.executions.answers.send_task_success(token, {"order": 7})
    except TaskTimedOut:
        if not world.ledger.asked("answer", 2):  # else accepted before, and the reply was lost
            raise


def _stop(world: World) -> None:
    world.executions.stop(world.key, cause="enough", actor=TESTER)


def _hold(world: World) -> None:
    world.pausing.pause(world.workspace, "flow", starts="queue", running="hold", actor=TESTER)


def _release(world: World) -> None:
    with suppress(WorkflowIsNotPaused):  # asked again: it was done, and the reply was lost
        world.pausing.resume(world.workspace, "flow")


def _is_paused(world: World) -> bool:
    header = world.stores.journal.header(world.key)
    return header is not None and header.status == PAUSED


def _paused_for_a_while(world: World) -> bool:
    """Whoever resumes it has to notice first; and asks again until there was an answer."""
    if not _is_paused(world):
        world.paused_since = None
        return world.ledger.asked("resume") and "resume" not in world.ledger.accepted
    world.paused_since = world.paused_since or world.clock.now()
    return world.clock.now() >= world.paused_since + 60


def _resume(world: World) -> None:
    with suppress(ExecutionIsNotPaused):
        world.executions.resume(world.key)


def _has_ended(world: World) -> bool:
    """Whoever redrives it asks again until there was an answer."""
    header = world.stores.journal.header(world.key)
    closed = header is not None and header.status not in OPEN_STATUSES
    if world.ledger.asked("stop") and "stop" not in world.ledger.accepted:
        return False  # it is going to be asked for once more
    return closed or (world.ledger.asked("redrive") and "redrive" not in world.ledger.accepted)


def _redrive(world: World) -> None:
    try:
        world.executions.redrive(world.key)
    except ExecutionNotRedrivable as error:  # it was done, and the reply was lost; or nobody stopped it in time
        if not world.ledger.asked("redrive", 2) and "SUCCEEDED" not in error.message:
            raise


def _forward(world: World) -> None:
    """A redrive by version 2: whoever asks again after a lost reply, or a death in between, asks for the same."""
    try:
        try:
            world.executions.forward(world.key, 2, actor=TESTER)
        except VersionDoesNotFit:  # a call of which nobody knows: they look, and accept that; no more than that
            world.executions.forward(world.key, 2, actor=TESTER, accept=True)
    except ExecutionNotRedrivable as error:
        if not world.ledger.asked("redrive", 2) and "SUCCEEDED" not in error.message:
            raise


def _has_closed(world: World) -> bool:
    header = world.stores.journal.header(world.key)
    return header is not None and header.status not in OPEN_STATUSES


def _fork(world: World) -> None:
    """Whoever asks again after a death or a lost reply gets another fork."""
    world.executions.fork(world.key, Wanted(5, TESTER.name), Calls(world.nobody, lambda _resource: False))


def _fork_that_calls(world: World) -> None:
    """The same, from another input on: nothing of it is on record, and all of it may be called."""
    tasks = world.wrap("tasks", world.tasks)
    calls = Calls(tasks, lambda _resource: False, allow=("T0", "T1", "Sum"), most_seconds=1e9)
    world.executions.fork(world.key, Wanted(1, TESTER.name, ({"order": 8},)), calls)


def _waits_for_hands(world: World) -> bool:
    """Whether a work item waits, or one was taken that has still to be answered."""
    return world.ledger.hand is not None or bool(world.stores.activities.waiting(world.workspace, ACTIVITY, 1))


def _pack(world: World) -> None:
    """One person: polls, works, answers; and answers again until somebody hears it."""
    if world.ledger.hand is None:
        task = world.activities.poll(world.workspace, ACTIVITY, worker="ana")
        if task is None:
            return
        world.handed(task)
    with suppress(TaskTimedOut):  # heard before, or too late
        world.executions.answers.send_task_success(world.ledger.hand, {"order": 7})
    world.ledger.hand_over(None)


PACK = Client("pack", _waits_for_hands, _pack, again=_waits_for_hands)
ANSWER = Client("answer", lambda world: _token(world) is not None, _answer, "CallbackReturned")
STOP = Client("stop", _called, _stop, "StopRequested")
STOP_AMID_A_CALL = Client("stop", _after_call(5.0), _stop, "StopRequested")
HOLD = Client("hold", _called, _hold)
RELEASE = Client("release", lambda world: world.clock.now() >= world.ledger.accepted.get("hold", 1e18) + 100, _release)
ANSWER_LATER = Client("answer", _after_call(10.0), _answer, "CallbackReturned")
REDRIVE = Client("redrive", _has_ended, _redrive)
FORWARD = Client("redrive", _has_ended, _forward)
FORK = Client("fork", _has_closed, _fork)
FORK_THAT_CALLS = Client("fork", _has_closed, _fork_that_calls)
RESUME = Client("resume", _paused_for_a_while, _resume, again=_is_paused)


def _another(name: str) -> Client:
    """Somebody who starts one more execution of the same workflow."""
    def start(world: World) -> None:
        try:
            world.executions.start(world.workspace, "flow", dict(world.workflow.input), name=name, actor=TESTER)
        except ExecutionAlreadyExists:
            if not world.ledger.asked(f"start-{name}", 2):  # else it was started, and the reply was lost
                raise

    return Client(f"start-{name}", lambda world: world.ledger.asked("start"), start)


def _is_bad_paused(world: World) -> bool:
    header = world.stores.journal.header(_bad_key(world))
    return header is not None and header.status == PAUSED


def _bad_paused_for_a_while(world: World) -> bool:
    if not _is_bad_paused(world):
        world.paused_since = None
        return world.ledger.asked("resume") and "resume" not in world.ledger.accepted
    world.paused_since = world.paused_since or world.clock.now()
    return world.clock.now() >= world.paused_since + 60


def _resume_bad(world: World) -> None:
    with suppress(ExecutionIsNotPaused):
        world.executions.resume(_bad_key(world))


def _bad_key(world: World) -> ExecutionKey:
    return ExecutionKey.of(world.workspace, "flow", "bad")


SECOND, THIRD, BAD = _another("second"), _another("third"), _another("bad")
RESUME_BAD = Client("resume", _bad_paused_for_a_while, _resume_bad, again=_is_bad_paused)
