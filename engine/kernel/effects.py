"""What the world owes a snapshot: derived from it, never stored, so performing it again after a crash is safe."""

from __future__ import annotations

from typing import Any

from engine.kernel.builder import is_activity
from engine.kernel.children.map_run import writer_call
from engine.kernel.open_frame import AnyFrame
from engine.kernel.snapshot import Frame, Phase, Snapshot, live_frames
from engine.kernel.tokens import idempotency_key
from engine.language.asl.model import Map, Plan, State, Task
from engine.ports.activities import WorkItem
from engine.ports.tasks import TaskCall
from engine.records import dataclass

Json = Any

_WATCHING = (Phase.CHILDREN, Phase.CALLBACK, Phase.SCHEDULED)
"""In these phases a frame's timer means: look whether its child executions have ended, how its job stands, whether its
work item was taken."""


@dataclass(frozen=True, slots=True)
class Owed:
    """What a snapshot waits for.

    `scheduled` frames owe a call and have no intent yet, in order of their visit; `running` ones have one. `due_at` is
    the earliest timer (wait, retry interval, time-out, heartbeat, execution time-out). `ready`: stepping yielded, feed
    Continued. `map_runs` stand in a distributed Map whose Map Run is under way (children.map_run). `sweep_at` is
    when the headers of child executions that are out are to be read, work items looked at and jobs asked; `abandoned`
    are child executions and `stops` jobs that are to be stopped. `activities` wait for a worker that polls.
    """

    scheduled: tuple[Frame, ...]
    running: tuple[Frame, ...]
    due_at: float | None
    ready: bool
    map_runs: tuple[Frame, ...] = ()
    sweep_at: float | None = None
    abandoned: tuple[str, ...] = ()
    stops: tuple[Json, ...] = ()
    activities: tuple[Frame, ...] = ()

    @property
    def look_at(self) -> float | None:
        """The earlier of `due_at` and `sweep_at`."""
        if self.due_at is None or self.sweep_at is None:
            return self.sweep_at if self.due_at is None else self.due_at
        return min(self.due_at, self.sweep_at)


def owed(plan: Plan, snapshot: Snapshot) -> Owed:
    """Derive what `snapshot` owes; once it is closed, only that abandoned children are stopped.

    Activities owe no call: a worker of theirs polls for them.
    """
    if snapshot.closed:
        return Owed((), (), None, ready=False, abandoned=snapshot.abandoned, stops=snapshot.stops)
    scheduled: list[Frame] = []
    running: list[Frame] = []
    activities: list[Frame] = []
    map_runs: list[Frame] = []
    timers: list[float] = [] if snapshot.deadline is None else [snapshot.deadline]
    sweeps: list[float] = []
    ready = False
    for frame in live_frames(snapshot).values():
        if frame.phase is Phase.JOINING:
            if frame.arguments is not None:  # only a Map Run's frame has arguments while it joins
                map_runs.append(frame)
            continue
        if frame.phase is Phase.SCHEDULED:
            (activities if is_activity(plan, frame) else scheduled).append(frame)
        elif frame.phase is Phase.RUNNING:
            running.append(frame)
        ready = ready or frame.phase is Phase.READY
        timers += [at for at in (frame.deadline, frame.heartbeat_at) if at is not None]
        if frame.due_at is not None:
            (sweeps if frame.phase in _WATCHING else timers).append(frame.due_at)
    scheduled.sort(key=lambda frame: frame.visit)
    return Owed(
        tuple(scheduled), tuple(running), min(timers, default=None), ready, tuple(map_runs),
        min(sweeps, default=None), snapshot.abandoned, snapshot.stops, tuple(activities),
    )


def resource(plan: Plan, frame: AnyFrame) -> str:
    """The Resource, as written, that a SCHEDULED or RUNNING frame calls: a Task's, a reader's or a ResultWriter's."""
    return _called_by(plan.machines[frame.machine].states[frame.state], frame)


def _called_by(state: State, frame: AnyFrame) -> str:
    if isinstance(state, Task):
        return state.resource.text
    if isinstance(state, Map):
        if "writing" in frame.arguments and state.distributed is not None:
            return state.distributed.writer_resource
        return str(frame.arguments["reader"]["resource"])
    raise _calls_nothing(frame, state)


def task_call(plan: Plan, snapshot: Snapshot, frame: Frame, *, budget_seconds: float) -> TaskCall:
    """The call that `frame` owes. `budget_seconds` is how long the caller lets it take."""
    state = plan.machines[frame.machine].states[frame.state]
    facts = snapshot.facts
    called = _called_by(state, frame)
    return TaskCall(  # in the order of the fields: by name it takes two and a half times as long
        called, _map_arguments(frame) if isinstance(state, Map) else frame.arguments, facts.workspace,
        facts.execution_id, facts.workflow, facts.version, frame.state, frame.attempt, idempotency_key(facts, frame),
        budget_seconds, _secret_refs_of(state), frame.token, {}, (), frame.credentials,
        plan.pins.get(called), None if frame.job is None else frame.job["answer"], False, None, frame.path, frame.visit,
        frame.epoch, frame.entered_at, frame.deadline,
    )


def secret_refs(plan: Plan, frame: AnyFrame) -> tuple[tuple[str, str], ...]:
    """The SecretRefs that stand in the definition for the call that a frame owes."""
    return _secret_refs_of(plan.state(frame.machine, frame.state))


def _secret_refs_of(state: State) -> tuple[tuple[str, str], ...]:
    return state.secret_refs if isinstance(state, Task) else ()


def _map_arguments(frame: Frame) -> Json:
    return writer_call(frame) if "writing" in frame.arguments else frame.arguments["reader"]["arguments"]


def work_item(plan: Plan, snapshot: Snapshot, frame: Frame) -> WorkItem:
    """What a SCHEDULED activity offers to its workers: the same each time it is asked for. The activity's name is the
    last part of ``arn:aws:states:REGION:ACCOUNT:activity:NAME``."""
    facts = snapshot.facts
    name = _task(plan, frame).resource.text.rpartition(":activity:")[2]
    return WorkItem(
        facts.workspace, name, facts.execution_id, frame.path, frame.visit, frame.attempt, frame.entered_at
    )


def _task(plan: Plan, frame: Frame) -> Task:
    state = plan.state(frame.machine, frame.state)
    if not isinstance(state, Task):
        raise _calls_nothing(frame, state)
    return state


def _calls_nothing(frame: AnyFrame, state: State) -> TypeError:
    return TypeError(f"the frame {frame.path!r} stands in a {state.TYPE} state, which calls nothing")
