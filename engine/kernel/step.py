"""``step(plan, snapshot, stimuli)``: the pure heart. No clock, no randomness, no I/O.

    stimulus ─► finds its frame ─► changes it ─► ready frames run (engine.kernel.states) ─► ended children are joined
                                                 (engine.kernel.fanout) ─► … until every frame is blocked

A stimulus that answers a frame, visit or attempt that no longer waits is handed back as ignored. Who steps may give
more stimuli once it sees which calls are owed: an answer and the next call's intent are then one step.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from engine.errors import StateFailure
from engine.kernel import changeover, fanout, jobs, tasks
from engine.kernel.builder import Builder, HistoryFull, path_order, ready_paths
from engine.kernel.children import map_run, nested, outcomes
from engine.kernel.express import most_seconds
from engine.kernel.failing import evaluation_failed
from engine.kernel.history import HistoryEvent
from engine.kernel.open_frame import AnyFrame, OpenFrame
from engine.kernel.redrivable import lost_map_run
from engine.kernel.redriving import call_over, take_up
from engine.kernel.retry import RUNTIME
from engine.kernel.snapshot import Frame, Phase, Snapshot, Status
from engine.kernel.states import advance, resume, time_out
from engine.kernel.stimulus import (
    ActivityMissing,
    CallbackErred,
    CallbackHeartbeat,
    CallbackReturned,
    CallOver,
    ChildClosed,
    ChildrenStopped,
    FrameStimulus,
    JobGoesOn,
    MapRunDispatched,
    MapRunEnding,
    MapRunErred,
    MapRunOpened,
    MapRunReturned,
    MapRunUpdated,
    Redriven,
    Started,
    Stimulus,
    StopRequested,
    TaskErred,
    TaskReturned,
    TaskStarted,
    TaskTakenOver,
    TimePassed,
)
from engine.language.asl.model import Map, Parallel, Plan, State, Task
from engine.records import dataclass

_ON_TASK = (Phase.SCHEDULED, Phase.RUNNING, Phase.CALLBACK)
_WAITS_IN: dict[type[Stimulus], tuple[Phase, ...]] = {
    **dict.fromkeys((TaskStarted, ActivityMissing), (Phase.SCHEDULED,)),
    **dict.fromkeys((TaskReturned, TaskTakenOver, JobGoesOn), (Phase.RUNNING,)),
    TaskErred: (Phase.RUNNING, Phase.SCHEDULED),
    **dict.fromkeys((MapRunOpened, MapRunEnding, MapRunReturned, MapRunErred, MapRunUpdated), (Phase.JOINING,)),
}
"""The phases in which a frame waits for a stimulus; for all others it is CALLBACK."""
_CALLBACK = (Phase.CALLBACK,)
_LOOKED_AFTER = (Phase.SCHEDULED, Phase.CALLBACK)

Then = Callable[[Sequence[AnyFrame]], Sequence[Stimulus]]
"""Asked, with the frames that have come to owe a call, to read only, what is to be fed next."""


@dataclass(frozen=True, slots=True)
class Stepped:
    """The next snapshot, what happened, and which frames differ from before (`removed` ones are gone).

    `taken` are the stimuli that it came from, in their order; `ignored` those that answered a frame, visit or attempt
    that is no longer waiting.
    """

    snapshot: Snapshot
    events: tuple[HistoryEvent, ...]
    touched: frozenset[str]
    removed: frozenset[str]
    taken: tuple[Stimulus, ...] = ()
    ignored: tuple[Stimulus, ...] = ()


def step(
    plan: Plan, snapshot: Snapshot, stimuli: Sequence[Stimulus], *, max_transitions: int | None = None,
    then: Then | None = None, halts: bool = False,
) -> Stepped:
    """Feed `stimuli` and run until every frame is blocked or `max_transitions` states were entered (then one is READY).

    `then` is asked once every frame is blocked; what it gives is fed too. Re-stepping the `taken` stimuli from the same
    snapshot, in one step or in several, gives equal results, byte for byte once encoded.

    `halts`: once a frame is left READY, no further timer of a TimePassed fires. What happens is then the beginning of
    what happens with more room, and what has not fired is still due.
    """
    builder = Builder(plan, snapshot, room=max_transitions, halts=halts)
    for path in ready_paths(snapshot):
        frame = builder.frame(path)
        if frame is not None:
            builder.ready.append(frame)
    taken: list[Stimulus] = []
    ignored: list[Stimulus] = []
    for stimulus in stimuli:
        (taken if _take(builder, stimulus) else ignored).append(stimulus)
    if then is not None and not builder.ready and builder.status is Status.RUNNING:
        for stimulus in then(builder.scheduled()):
            (taken if _take(builder, stimulus) else ignored).append(stimulus)
    frozen, touched, removed = builder.freeze()
    return Stepped(frozen, tuple(builder.events), touched, removed, tuple(taken), tuple(ignored))


def _take(builder: Builder, stimulus: Stimulus) -> bool:
    """Apply one stimulus and run what it set going. False when nothing waits for it: then it leaves no trace, neither
    its time nor its seed, so that stepping again without it gives the same."""
    if builder.status is not Status.RUNNING and not isinstance(stimulus, Redriven):
        return False
    at, seed = builder.at, builder.seed
    builder.at, builder.seed = max(at, stimulus.at), stimulus.seed
    try:
        over = builder.deadline is not None and builder.at >= builder.deadline
        if over and not isinstance(stimulus, Redriven):
            time_out(builder, builder.frame(""))
        elif not _feed(builder, stimulus):
            builder.at, builder.seed = at, seed
            return False
        _run(builder, enters=not isinstance(stimulus, Redriven))
    except HistoryFull:
        _end_full_history(builder)
    return True


def _end_full_history(builder: Builder) -> None:
    """The last event there may be is the failure, after the last real one (AWS: "Avoid reaching the history quota")."""
    cause = f"The execution reached the maximum number of history events ({builder.last_event_id})."
    builder.emit_beside(builder.next_event - 1, "ExecutionFailed", {"error": RUNTIME, "cause": cause})
    builder.close(Status.FAILED, error=RUNTIME, cause=cause)


def _run(builder: Builder, *, enters: bool = True) -> None:
    """Run what is ready, join what has ended, until neither is left or the room is used up. Who redrives an execution
    `enters` no state: that is the worker's, which knows whether the workflow is held and tells what failed."""
    while builder.ended or (enters and builder.ready and builder.room != 0):
        if builder.ended:
            child, outcome = builder.ended.popleft()
            if builder.live(child):
                fanout.child_ended(builder, child, outcome)
        else:
            frame = builder.ready.popleft()
            if builder.live(frame):
                advance(builder, frame)


def _feed(builder: Builder, stimulus: Stimulus) -> bool:
    """Apply one stimulus; False when nothing waits for it."""
    apply = _OF_NO_PHASE.get(type(stimulus))
    if apply is not None:
        return apply(builder, stimulus) is not False
    return _feed_frame(builder, stimulus) if isinstance(stimulus, FrameStimulus) else True


def _start(builder: Builder) -> bool:
    if builder.next_event > 1:
        return False
    machine = builder.plan.machines[""]
    root = OpenFrame("", "", machine.start_at, builder.input, 0)
    builder.emit_beside(0, "ExecutionStarted", {"input": builder.input, "roleArn": builder.facts.role_arn})
    _arm(builder)
    builder.add(root)
    return True


def _arm(builder: Builder) -> None:
    """The execution's time-out begins, or begins anew."""
    limits = [s for s in (builder.plan.timeout_seconds, most_seconds(builder.facts.kind)) if s is not None]
    builder.deadline = builder.at + min(limits) if limits else None


def _redrive(builder: Builder, stimulus: Redriven) -> bool:
    if stimulus.onto is not None:
        builder.redrivable = changeover.moved(builder.plan, builder.redrivable, stimulus.onto)
    if not builder.redrivable or lost_map_run(builder.plan, builder.redrivable) is not None:
        return False
    _arm(builder)
    for frame in take_up(builder, count=stimulus.count, settled=stimulus.settled, onto=stimulus.onto):
        state = builder.plan.state(frame.machine, frame.state)
        if isinstance(state, Map | Parallel) and builder.live(frame) and fanout.rejoin(builder, frame, state):
            builder.ready.append(frame)
    return True


def _stop(builder: Builder, stimulus: StopRequested) -> None:
    _start(builder)  # one that has not begun does so by this, and enters no state
    error, cause = stimulus.error, stimulus.cause
    root = builder.frame("")
    if root is not None:
        details = {name: value for name, value in (("error", error), ("cause", cause)) if value is not None}
        builder.emit(root, "ExecutionAborted", details)
    builder.close(Status.ABORTED, error=error, cause=cause)


def _children_stopped(builder: Builder) -> None:
    builder.abandoned.clear()
    builder.stops.clear()


def _child_closed(builder: Builder, stimulus: ChildClosed) -> bool:
    """A child of a Map Run, or what a Task started and waits for."""
    waiting = builder.peek(stimulus.frame)
    if waiting is None or waiting.visit != stimulus.visit:
        return False
    if waiting.phase is Phase.JOINING:
        return outcomes.closed(builder, stimulus)
    answer = nested.answer(builder, waiting, stimulus)
    return answer is not None and _feed_frame(builder, answer)


def _feed_frame(builder: Builder, stimulus: FrameStimulus) -> bool:
    waiting = builder.peek(stimulus.frame)
    if (
        waiting is None or waiting.visit != stimulus.visit or waiting.attempt != stimulus.attempt
        or waiting.phase not in _WAITS_IN.get(type(stimulus), _CALLBACK)
    ):
        return False
    frame = waiting if isinstance(waiting, OpenFrame) else builder.frame(stimulus.frame)
    if frame is None:
        return False
    state = builder.plan.machines[frame.machine].states[frame.state]
    try:
        moved = _apply(builder, frame, state, stimulus)
    except StateFailure as failure:
        moved = evaluation_failed(builder, frame, state, failure)
    if moved:
        builder.ready.append(frame)
    return True


def _apply(builder: Builder, frame: OpenFrame, state: State, stimulus: FrameStimulus) -> bool:
    """True when the frame goes on at once."""
    if isinstance(state, Task):
        apply = _OF_TASKS.get(type(stimulus))
        return apply is not None and bool(apply(builder, frame, state, stimulus))
    match stimulus, state:
        case MapRunReturned(output=output), Map():
            return map_run.returned(builder, frame, state, output)
        case MapRunErred(error=error, cause=cause), Map():
            return map_run.erred(builder, frame, state, error, cause)
        case MapRunEnding(failed=failed), Map():
            map_run.ending(builder, frame, failed=failed)
        case MapRunOpened(), Map():
            return map_run.opened(builder, frame, state)
        case MapRunUpdated(), Map():
            map_run.updated(frame, stimulus)
        case _, Map():
            return map_run.reading(builder, frame, state, stimulus)
    return False


def _task_started(builder: Builder, frame: OpenFrame, state: Task, stimulus: TaskStarted) -> None:
    tasks.started(builder, frame, state, stimulus.lease_until, stimulus.worker)


def _task_returned(builder: Builder, frame: OpenFrame, state: Task, stimulus: TaskReturned) -> bool:
    return tasks.returned(
        builder, frame, state, stimulus.output, handed_over=stimulus.handed_over, again_in=stimulus.again_in
    )


def _task_erred(builder: Builder, frame: OpenFrame, state: Task, stimulus: TaskErred) -> bool:
    return tasks.erred(
        builder, frame, state, stimulus.error, stimulus.cause, definite=stimulus.definite,
        retryable=stimulus.retryable, retry_after=stimulus.retry_after,
    )


def _activity_missing(_builder: Builder, frame: OpenFrame, state: Task, _stimulus: ActivityMissing) -> bool:
    raise tasks.missing(frame, state)


def _callback_returned(builder: Builder, frame: OpenFrame, state: Task, stimulus: CallbackReturned) -> bool:
    return tasks.succeeded(builder, frame, state, stimulus.output)


def _callback_erred(builder: Builder, frame: OpenFrame, state: Task, stimulus: CallbackErred) -> bool:
    tasks.settle(builder, frame)
    return tasks.erred(builder, frame, state, stimulus.error, stimulus.cause)


_OF_NO_PHASE: Mapping[type[Stimulus], Callable[[Builder, Any], bool | None]] = {
    MapRunDispatched: outcomes.dispatched,
    ChildClosed: _child_closed,
    CallOver: lambda builder, stimulus: call_over(builder, stimulus),  # noqa: PLW0108  a mutant takes its place
    ChildrenStopped: lambda builder, _: _children_stopped(builder),
    Started: lambda builder, _: _start(builder),
    TimePassed: lambda builder, _: _fire(builder),
    Redriven: _redrive,
    StopRequested: _stop,
}
"""What a stimulus does that no frame waits for in a phase; False where nothing waits for it. Of others, those about a
frame go to it; nothing is to be done for the rest (Continued: the ready frames run anyway)."""

_OF_TASKS: Mapping[type[Stimulus], Callable[[Builder, OpenFrame, Task, Any], bool | None]] = {
    TaskStarted: _task_started,
    TaskReturned: _task_returned,
    TaskErred: _task_erred,
    TaskTakenOver: lambda _builder, frame, _state, _: tasks.taken_over(frame),
    JobGoesOn: lambda builder, frame, _state, stimulus: jobs.goes_on(frame, builder.at, stimulus.again_in),
    ActivityMissing: _activity_missing,
    CallbackReturned: _callback_returned,
    CallbackErred: _callback_erred,
    CallbackHeartbeat: lambda builder, frame, _state, _: tasks.heartbeat(builder, frame),
}
"""What a stimulus does to the frame of a Task that waits for it: True when the frame goes on at once."""


def _earliest(frame: Frame | OpenFrame | None) -> float | None:
    """The frame's next timer."""
    if frame is None:
        return None
    return min((at for at in (frame.due_at, frame.deadline, frame.heartbeat_at) if at is not None), default=None)


def _fire(builder: Builder) -> None:
    """Fire what is due by now, earliest first; what fires may cancel what would have fired after it."""
    due: list[tuple[float, tuple[int, ...], str]] = []
    for path in builder.paths():
        frame = builder.peek(path)
        at = _earliest(frame)
        if at is not None and at <= builder.at:
            due.append((at, path_order(path), path))
    for _, _, path in sorted(due):
        # The frame at this path may be another by now: of a fan-out that began after the one that was due had failed.
        at = _earliest(builder.peek(path))
        opened = builder.frame(path) if at is not None and at <= builder.at else None
        if opened is None or builder.status is not Status.RUNNING:
            continue
        if opened.phase is Phase.CHILDREN:
            outcomes.look_again(builder, opened)
        elif opened.phase in _LOOKED_AFTER and not nested.over(builder, opened):
            tasks.look_again(builder, opened)
        elif opened.phase in _ON_TASK:
            state = builder.plan.state(opened.machine, opened.state)
            if isinstance(state, Task) and tasks.timed_out(builder, opened, state):
                builder.ready.append(opened)
        else:
            resume(builder, opened)
        _run(builder)
        if builder.halts and builder.room == 0 and builder.ready:
            return
