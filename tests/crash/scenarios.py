"""The workflows under test, what their tasks answer, and who asks what of the API meanwhile.

A Client is somebody at the API: once `when` holds, `act` is asked for, again and again until it was accepted; the start
itself is one. Tasks echo their input unless `answer` says otherwise, and take `seconds` of virtual time.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from engine.durable.lifecycle.errors import ExecutionIsNotPaused, TaskTimedOut
from engine.durable.lifecycle.forking.forks import Wanted
from engine.durable.lifecycle.forking.running import Calls
from engine.durable.lifecycle.forwards import VersionDoesNotFit
from engine.durable.lifecycle.pausing import WorkflowIsNotPaused
from engine.durable.lifecycle.redrives import ExecutionNotRedrivable
from engine.durable.lifecycle.starts import ExecutionAlreadyExists
from engine.durable.worker.map_run_driver import WINDOW
from engine.errors import StoreCorrupt
from engine.governance.resolving import SecretResolving
from engine.ports.journal import OPEN_STATUSES, PAUSED
from engine.ports.keys import ExecutionKey
from engine.ports.tasks import TaskCall, TaskFailed, TaskGoesOn
from tests.crash.real_client import SEND, Sends
from tests.crash.timing import NEVER
from tests.support.durable import TESTER
from tests.support.flows import WORK, Died, flow, task

if TYPE_CHECKING:
    from tests.crash.world import World

FRAGILE = "connector:demo:fragile"
JOB = "arn:aws:states:::glue:startJobRun.sync"
JOB_SECONDS = 40.0
ACTIVITY = "packing"
HAND_OVER = WORK + ".waitForTaskToken"
INTERRUPTED = {"ErrorEquals": ["Automate.TaskInterrupted"], "Next": "Look"}
INPUT = {"order": 7, "lines": [1, 2, 3]}
RECEIVES_BEFORE_DEAD = 10
"""As deployed (infra_cdk.engine_stack): more than the engine itself forgives."""
CANARY = "c4n4ry-4711-secret"


@dataclass(frozen=True)
class Client:
    """`acted`: the stimulus by which its act is acted upon, for the bounds; empty for none. `again`: when it has to
    ask once more though it was heard."""

    name: str
    when: Callable[[World], bool]
    act: Callable[[World], None]
    acted: str = ""
    again: Callable[[World], bool] = lambda _world: False


@dataclass(frozen=True)
class Workflow:
    """`waits`: the seconds of its Wait states. `endings`: how it may end where a fault may rightly show, as (status,
    a text in its output or error). `unreadable`: no worker can load it until it is resumed. `own_deaths`: so many
    workers die of it. `activity`: a person does a part of it; `job`: a service does, which is asked how it stands.
    `around`: what stands around, or instead of, the tasks that the ledger records. `call_seconds`: a call that takes
    longer hangs. `computes`: its calls are made in the worker's loop. `takes`: how long a call takes, instead of
    `seconds`. `times_out`: TimeoutSeconds of its states, the shortest; where a worker is gone for longer, there are
    more attempts. `most_receives`: a wake received more often is a dead letter (SQS's maxReceiveCount, smaller here).
    `bad`: what a worker meets that loads an execution, or asks how it may be called. `mended`: its version 2, published
    and not active. `forked`: what a fork gives that really calls; None for one that is the original."""

    definition: dict[str, Any]
    answer: Callable[[World, TaskCall], Any] = lambda _world, call: call.arguments
    clients: tuple[Client, ...] = ()
    at_most_once: bool = False
    child: dict[str, Any] | None = None
    mended: dict[str, Any] | None = None
    kind: str = "STANDARD"
    sync: bool = False
    input: Any = field(default_factory=lambda: dict(INPUT))
    seconds: float = 0.0
    takes: Callable[[TaskCall], float] | None = None
    times_out: float | None = None
    most_receives: int = 3
    bad: Callable[[World, str], Exception | None] = lambda _world, _id: None
    waits: Mapping[str, float] = field(default_factory=dict)
    endings: tuple[tuple[str, str], ...] = ()
    unreadable: bool = False
    own_deaths: int = 0
    concurrent: bool = False
    activity: bool = False
    job: bool = False
    call_seconds: float | None = None
    computes: bool = False
    around: Callable[[World, Any], Any] = lambda _world, tasks: tasks
    forked: Any = None


# ---------------------------------------------------------------- who asks what


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


# ---------------------------------------------------------------- what tasks answer


def _fragile(_world: World, call: TaskCall) -> Any:
    """Busy at the first attempt, broken at the second, however often each is called."""
    if call.resource != FRAGILE:
        return call.arguments
    return TaskFailed("Broken" if call.attempt else "Busy", retryable=not call.attempt)


def _broken_until_redriven(world: World, call: TaskCall) -> Any:
    """For good, as far as the workflow knows; somebody mends it before the redrive."""
    if call.resource == FRAGILE and call.arguments not in (1, 3) and not world.ledger.asked("redrive"):
        return TaskFailed("Broken")
    return call.arguments


def _job(world: World, call: TaskCall) -> Any:
    """A job that runs for a while; who stops it is remembered."""
    if call.stops_job:
        world.ledger.ask("stop-job", world.clock.now())
        return {}
    if call.resource != JOB:
        return call.arguments
    if call.job is None:
        return {"JobRunId": "jr-1"}
    ended = world.clock.now() >= world.ledger.calls[0].at + JOB_SECONDS
    return {"JobRunId": "jr-1", "JobRunState": "SUCCEEDED"} if ended else TaskGoesOn()


def _deadly(world: World, call: TaskCall) -> Any:
    """Kills its worker until somebody has resumed it."""
    if not world.ledger.asked("resume"):
        raise Died
    return call.arguments


def _deadly_neighbour(world: World, call: TaskCall) -> Any:
    return _deadly(world, call) if call.execution_id.endswith(":bad") else call.arguments


def _unreadable_neighbour(world: World, execution_id: str) -> Exception | None:
    """Until somebody has mended it, and resumed it."""
    bad = execution_id.endswith(":bad") and not world.ledger.asked("resume")
    return StoreCorrupt("not a snapshot") if bad else None


def _slow_and_slower(call: TaskCall) -> float:
    return {"Quick": 1.0, "Slow": 12.0, "Slower": 60.0}[call.state]


def _one_hangs_once(_world: World, call: TaskCall) -> Any:
    return NEVER if call.state == "Slow" and not call.attempt else call.arguments


def _hangs_once(world: World, call: TaskCall) -> Any:
    """The first attempt never returns, whoever makes it."""
    del world
    return call.arguments if call.attempt else NEVER


def _chatty(_world: World, call: TaskCall) -> Any:
    value = call.secrets["CANARY"]
    if call.attempt == 0:
        return TaskFailed("Busy", f"the key {value} is busy")
    return {"said": f"<{value}>", "arguments": call.arguments}


class _OneSecret:
    """A backend that holds the canary."""

    name = "campaign"

    def get(self, workspace: str, key: str, *, fresh: bool = False) -> str | None:
        del workspace, fresh
        return CANARY if key == "CANARY" else None

    def grants(self, workspace: str, key: str, *, fresh: bool = False) -> None:
        """Everybody may use it."""


def _resolving(world: World, tasks: Any) -> Any:
    return SecretResolving(tasks, [_OneSecret()], world.clock)


# ---------------------------------------------------------------- definitions


def _distributed(states: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {
        "Type": "Map", "ItemsPath": "$.lines", "MaxConcurrency": 2, **more,
        "ItemProcessor": {"ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"}, **flow(states)},
    }


def _rest(seconds: float) -> dict[str, Any]:
    return {"Type": "Wait", "Seconds": seconds, "End": True}


_FAN = flow({
    "Fan": {
        "Type": "Parallel", "Branches": [flow({f"T{i}": task(End=True)}) for i in range(2)],
        "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "End"}], "Next": "Pause",
    },
    "Pause": {"Type": "Wait", "Seconds": 5, "Next": "End"},
    "End": {"Type": "Succeed"},
})
_FORKED = flow({
    "Fan": {"Type": "Parallel", "Branches": [flow({f"T{i}": task(End=True)}) for i in range(2)], "Next": "Sum"},
    "Sum": task(End=True),
})
_REDRIVEN = flow({
    "Fan": {"Type": "Parallel", "Next": "Sum", "Branches": [
        flow({"Good": task(Next="Mark"), "Mark": {"Type": "Pass", "End": True}}),
        flow({"Bad": {"Type": "Task", "Resource": FRAGILE, "Next": "After"}, "After": task(End=True)}),
    ]},
    "Sum": task(End=True),
})
_REDRIVEN_AFTER_A_STOP = flow({
    "Work": task(Next="Rest"), "Rest": {"Type": "Wait", "Seconds": 60, "Next": "Again"}, "Again": task(End=True),
})
_MAP_REDRIVEN = flow({
    "Each": {**_distributed({"First": task(Next="Line"), "Line": {"Type": "Task", "Resource": FRAGILE, "End": True}}),
             "Next": "Sum"},
    "Sum": task(End=True),
})
_MENDED = flow({
    "Fan": {"Type": "Parallel", "Next": "Sum", "Branches": [
        flow({"Good": task(Next="Gone"), "Gone": {"Type": "Succeed"}}),
        flow({"Bad": task(Next="Rest"), "Rest": {"Type": "Pass", "Next": "After"}, "After": task(End=True)}),
    ]},
    "Sum": task(End=True),
})
_MAP_MENDED = flow({
    "Each": {**_distributed({"First": task(Next="Line"), "Line": task(Next="Told"), "Told": {"Type": "Succeed"}}),
             "Next": "Sum"},
    "Sum": task(End=True),
})
_MAP = flow({
    "Each": {"Type": "Map", "ItemsPath": "$.lines", "MaxConcurrency": 2, "Next": "Sum",
             "ItemProcessor": flow({"Line": task(Next="Mark"), "Mark": {"Type": "Pass", "End": True}})},
    "Sum": task(End=True),
})
_RETRY = flow({
    "Try": {"Type": "Task", "Resource": FRAGILE, "End": True,
            "Retry": [{"ErrorEquals": ["Busy"], "IntervalSeconds": 3}],
            "Catch": [{"ErrorEquals": ["Broken"], "Next": "Mend"}]},
    "Mend": task(End=True),
})
_HANGING = flow({
    "Call": task(Retry=[{"ErrorEquals": ["States.Timeout"], "IntervalSeconds": 1}], Next="Sum"), "Sum": task(End=True),
})
_TIMED = {"Retry": [{"ErrorEquals": ["States.Timeout"], "IntervalSeconds": 1, "MaxAttempts": 99, "BackoffRate": 1}],
          "End": True}
_UNEQUAL = flow({
    "Fan": {"Type": "Parallel", "Next": "End", "Branches": [
        flow({"Quick": task(TimeoutSeconds=10, **_TIMED)}), flow({"Slow": task(TimeoutSeconds=30, **_TIMED)}),
        flow({"Slower": task(TimeoutSeconds=200, **_TIMED)}),
    ]},
    "End": {"Type": "Succeed"},
})
_ONCE = flow({
    "Pay": task(Catch=[INTERRUPTED], Next="Ship"), "Ship": task(Catch=[INTERRUPTED], End=True),
    "Look": {"Type": "Succeed"},
})
_ASK = {"Type": "Task", "Resource": HAND_OVER, "Parameters": {"token.$": "$$.Task.Token"}}
_STOPPED = flow({"Fan": {
    "Type": "Parallel", "End": True, "Branches": [
        flow({"Work": task(Next="Again"), "Again": task(End=True)}), flow({"Rest": _rest(600)}),
    ],
}})
_FAN_WITH_CALLBACK = flow({
    "Fan": {"Type": "Parallel", "Next": "Sum", "Branches": [
        flow({"Ask": {**_ASK, "End": True}}), flow({"A": task(Next="B"), "B": task(End=True)}),
        flow({"Rest": _rest(20)}),
    ]},
    "Sum": task(End=True),
})
_CHILDREN_STOPPED = flow({"Both": {
    "Type": "Parallel", "End": True, "Branches": [
        flow({"Pause": {"Type": "Wait", "Seconds": 10, "Next": "Work"}, "Work": task(End=True)}),
        flow({"Each": _distributed({"Rest": _rest(3000)}, End=True)}),
    ],
}})
_STARTS = {
    "Type": "Task", "Resource": "arn:aws:states:::states:startExecution.sync:2",
    "Parameters": {"StateMachineArn": "child", "Input.$": "$"}, "OutputPath": "$.Output",
}
WIDE = WINDOW + 100
"""So many children that they are not all out at once."""
_WIDE = flow({"Each": {**_distributed({"Line": {"Type": "Pass", "End": True}}), "MaxConcurrency": 0, "End": True}})
_ONE = flow({"Work": task(End=True)})
_THREE = flow({"A": task(Next="B"), "B": task(Next="C"), "C": task(End=True)})
_HANDS = flow({
    "Pack": {"Type": "Task", "Resource": f"arn:aws:states:local:default:activity:{ACTIVITY}", "HeartbeatSeconds": 900,
             "Retry": [{"ErrorEquals": ["States.HeartbeatTimeout"], "IntervalSeconds": 1}], "Next": "Work"},
    "Work": task(End=True),
})
_RUNS_A_JOB = flow({
    "Run": {"Type": "Task", "Resource": JOB, "Parameters": {"JobName": "nightly"}, "Next": "Sum"},
    "Sum": task(End=True),
})
_SECRET = flow({
    "Say": {"Type": "Task", "Resource": WORK, "Parameters": {"key": {"$secret": "CANARY"}, "of.$": "$.order"},
            "Retry": [{"ErrorEquals": ["Busy"], "IntervalSeconds": 1}], "End": True},
})
_SENT = flow({
    "Send": {"Type": "Task", "Resource": SEND, "Catch": [INTERRUPTED], "End": True,
             "Parameters": {"QueueUrl": "http://127.0.0.1/queue", "MessageBody.$": "$"}},
    "Look": {"Type": "Succeed"},
})
_NOISE = b"".join(hashlib.sha512(b"%d" % n).digest() for n in range(5_700))
_BIG = {"order": 7, "text": base64.b85encode(_NOISE).decode()}
"""456 KB, and more than 360 of them however well they are compressed: a blob on DynamoDB."""

WORKFLOWS: Mapping[str, Workflow] = {
    "task": Workflow(_ONE),
    "tasks": Workflow(_THREE),
    "once": Workflow(_ONCE, at_most_once=True, endings=(("SUCCEEDED", "Automate.TaskInterrupted"),)),
    "computed": Workflow(_FAN, waits={"Pause": 5}, concurrent=True, computes=True),
    "wait": Workflow(
        flow({"Pause": {"Type": "Wait", "Seconds": 90, "Next": "Again"},
              "Again": _rest(30)}),
        waits={"Pause": 90, "Again": 30},
    ),
    "callback": Workflow(flow({"Ask": {**_ASK, "Next": "Work"}, "Work": task(End=True)}), clients=(ANSWER,)),
    "parallel": Workflow(_FAN, waits={"Pause": 5}, concurrent=True),
    "parallel-callback": Workflow(
        _FAN_WITH_CALLBACK, clients=(ANSWER_LATER,), waits={"Rest": 20}, seconds=8.0, concurrent=True,
    ),
    "map": Workflow(_MAP, concurrent=True),
    "hanging": Workflow(_HANGING, _hangs_once, call_seconds=6.0),
    "retry-catch": Workflow(_RETRY, _fragile),
    "fork": Workflow(
        _FAN_WITH_CALLBACK, clients=(ANSWER_LATER, FORK), waits={"Rest": 20}, seconds=8.0, concurrent=True,
    ),
    "fork-that-calls": Workflow(_FORKED, clients=(FORK_THAT_CALLS,), concurrent=True, forked=[{"order": 8}] * 2),
    "redrive": Workflow(_REDRIVEN, _broken_until_redriven, clients=(REDRIVE,), concurrent=True),
    "redrive-map": Workflow(_MAP_REDRIVEN, _broken_until_redriven, clients=(REDRIVE,), concurrent=True),
    "forward": Workflow(
        _REDRIVEN, _broken_until_redriven, clients=(FORWARD,), concurrent=True, mended=_MENDED,
    ),
    "forward-map": Workflow(
        _MAP_REDRIVEN, _broken_until_redriven, clients=(FORWARD,), concurrent=True, mended=_MAP_MENDED,
    ),
    "redrive-stopped": Workflow(_REDRIVEN_AFTER_A_STOP, clients=(STOP, REDRIVE), waits={"Rest": 60}),
    "stop": Workflow(_STOPPED, clients=(STOP,), concurrent=True),
    "stop-amid-a-call": Workflow(_STOPPED, clients=(STOP_AMID_A_CALL,), seconds=20.0, concurrent=True),
    "distributed-map": Workflow(
        flow({"Each": {**_distributed({"Line": task(End=True)}), "Next": "Sum"}, "Sum": task(End=True)}),
        concurrent=True,
    ),
    "distributed-map-stopped": Workflow(_CHILDREN_STOPPED, clients=(STOP,), concurrent=True),
    "child": Workflow(flow({"Start": {**_STARTS, "Next": "Sum"}, "Sum": task(End=True)}), child=_ONE),
    "express": Workflow(_THREE, kind="EXPRESS"),
    "express-sync": Workflow(_THREE, kind="EXPRESS", sync=True, endings=(("TIMED_OUT", ""),)),
    "activity": Workflow(_HANDS, clients=(PACK,), activity=True),
    "job": Workflow(_RUNS_A_JOB, _job, job=True),
    "job-stopped": Workflow(_RUNS_A_JOB, _job, clients=(STOP_AMID_A_CALL,), job=True),
    "held": Workflow(_THREE, clients=(HOLD, RELEASE), seconds=8.0),
    "poison": Workflow(_THREE, _deadly, clients=(RESUME,), own_deaths=12),
    "dead-letter": Workflow(_ONE, clients=(RESUME,), unreadable=True),
    "secret": Workflow(_SECRET, _chatty, around=_resolving),
    "real-client": Workflow(
        _SENT, at_most_once=True, around=lambda world, _tasks: Sends(world),
        endings=(("SUCCEEDED", "Automate.TaskInterrupted"),),
    ),
    "unequal": Workflow(_UNEQUAL, _one_hangs_once, takes=_slow_and_slower, times_out=10, concurrent=True),
    "neighbours": Workflow(_THREE, clients=(SECOND, THIRD), seconds=3.0),
    "bad-neighbour": Workflow(_THREE, clients=(BAD, SECOND, RESUME_BAD), bad=_unreadable_neighbour),
    "deadly-neighbour": Workflow(_ONE, _deadly_neighbour, clients=(BAD, SECOND, RESUME_BAD), own_deaths=12,
                                 most_receives=RECEIVES_BEFORE_DEAD),
    "wide-map": Workflow(_WIDE, input={"lines": list(range(WIDE))}, concurrent=True),
    "big": Workflow(_ONE, input=_BIG),
}
