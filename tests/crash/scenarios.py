"""The workflows under test, what their tasks answer, and who asks what of the API meanwhile (clients.py).

Tasks echo their input unless `answer` says otherwise, and take `seconds` of virtual time.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from engine.durable.worker.map_run_driver import WINDOW
from engine.errors import StoreCorrupt
from engine.governance.resolving import SecretResolving
from engine.ports.tasks import TaskCall, TaskFailed, TaskGoesOn
from tests.crash.clients import (
    ACTIVITY,
    ANSWER,
    ANSWER_LATER,
    BAD,
    FORK,
    FORK_THAT_CALLS,
    FORWARD,
    HOLD,
    PACK,
    REDRIVE,
    RELEASE,
    RESUME,
    RESUME_BAD,
    SECOND,
    STOP,
    STOP_AMID_A_CALL,
    THIRD,
    Client,
)
from tests.crash.real_client import SEND, Sends
from tests.crash.timing import NEVER
from tests.support.flows import WORK, Died, flow, task

if TYPE_CHECKING:
    from tests.crash.world import World

FRAGILE = "connector:demo:fragile"
JOB = "arn:aws:states:::glue:startJobRun.sync"
JOB_SECONDS = 40.0
HAND_OVER = WORK + ".waitForTaskToken"
INTERRUPTED = {"ErrorEquals": ["Automate.TaskInterrupted"], "Next": "Look"}
INPUT = {"order": 7, "lines": [1, 2, 3]}
RECEIVES_BEFORE_DEAD = 10
"""As deployed (infra_cdk.engine_stack): more than the engine itself forgives."""
CANARY = "c4n4ry-4711-secret"


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
