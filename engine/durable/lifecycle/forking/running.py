"""A fork is run in one go, in virtual time: its answers come when they came to the original, and nothing waits.

    Point ──► step ──► owed calls ──► on record? ──► their stimuli, so long after they were asked for as then
                │                        └── no ──► may it be called? ──► really called  ─── or the fork ends here
                └────► timers ─────────────────────► fire when they are due, as late as then

So a fork that changes nothing ends as the original did, and calls nothing. What it may not call ends it: neither a
Retrier nor a Catcher hears of that. Before a call is really made, its intent is durable.
"""

from __future__ import annotations

import heapq
from collections import deque
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import field, replace
from typing import Any, Protocol

from engine.clock import Clock
from engine.durable.activation import SLICE_TRANSITIONS
from engine.durable.lifecycle.forking.recording import (
    EXECUTION,
    Call,
    Point,
    Recording,
    content_of,
    owes,
    timer_of,
)
from engine.kernel import effects
from engine.kernel.children.child_ids import item_id, own_target
from engine.kernel.history import HistoryEvent
from engine.kernel.snapshot import Facts, Frame, Phase, Snapshot
from engine.kernel.step import step
from engine.kernel.stimulus import (
    ChildClosed,
    Continued,
    FrameStimulus,
    Stimulus,
    StopRequested,
    TaskErred,
    TaskReturned,
    TaskStarted,
    TimePassed,
)
from engine.language.asl.model import Pattern, Task
from engine.ports.tasks import TaskCall, TaskFailed, TaskOutcome, Tasks, TaskSucceeded
from engine.records import dataclass

Json = Any

SECONDS = 25.0
"""How long a fork may take: API Gateway gives up after 29."""

MOST_EVENTS = 50_000
"""Of a fork of its own: one that loops is ended."""

WRITE_REFUSED, READ_REFUSED = "Automate.WriteNotAllowed", "Automate.ReadNotAllowed"
NOT_RECORDED, TOO_LONG = "Automate.NotOnRecord", "Automate.ForkTooLong"
INTERRUPTED = "Automate.ForkInterrupted"

_LAST = 1 << 62
"""The number of what is not on record: behind all that is, at the same time."""


@dataclass(frozen=True, slots=True)
class Calls:
    """What a fork may really call. `reads` tells whether a resource changes nothing, `use_reads` that such calls are
    made, whatever is on record; `allow` names the states whose calls are made where they are not on record. `made` are
    those that were really made: each is there before it is made."""

    tasks: Tasks
    reads: Callable[[str], bool]
    use_reads: bool = False
    allow: Collection[str] = ()
    made: list[TaskCall] = field(default_factory=list)
    most_seconds: float = SECONDS

    def make(self, call: TaskCall) -> None:
        """`call` is about to be made."""
        self.made.append(call)


@dataclass(frozen=True, slots=True)
class Made:
    """How a fork stands, the stimuli that it came from, and what happened."""

    snapshot: Snapshot
    stimuli: Sequence[Stimulus]
    events: Sequence[HistoryEvent]


class Intend(Protocol):
    """Makes the intent of a call durable."""

    def __call__(self, made: Made, *, again: bool) -> None:
        """`made` is the fork as it ends should nobody write how it went on; `again`: a call was made before. Raises
        StorageError, NotFound: then the call is not made."""
        ...


class Run:
    """One fork, from `point` on. `facts` are its own; as long as it runs the definition sees those of the original.
    `unchanged`: where somebody stopped the original, this one is stopped too."""

    def __init__(
        self, point: Point, recording: Recording, calls: Calls, facts: Facts, clock: Clock, *,
        new_seed: Callable[[], int], unchanged: bool, intend: Intend,
    ) -> None:
        self.plan = point.plan
        self.snapshot = point.snapshot
        self.stimuli: list[Stimulus] = []
        self.events: list[HistoryEvent] = []
        self._first = point.first
        self._number = point.number
        self._seed = 0
        self._recording = recording
        self._calls = calls
        self._facts = facts
        self._clock = clock
        self._new_seed = new_seed
        self._intend = intend
        self._end = clock.now() + calls.most_seconds
        self._stop = recording.stop if unchanged else None
        self._until = recording.last_at if unchanged else 0.0
        self._slices = deque(recording.slices if unchanged else ())
        self._rooms = recording.rooms if unchanged else {}
        self._answers: list[tuple[float, int, int, Stimulus]] = []
        self._asked: set[tuple[str, int, int]] = set()
        self.intended = False

    def made(self) -> Made:
        """All of it up to now."""
        return Made(self.snapshot, self.stimuli, self.events)

    def _interrupted(self, name: str) -> Made:
        """All of it up to now, had it ended when the call of the state `name` began: with what earlier calls have
        answered, though its turn has not come."""
        cause = f"the call of {name!r} began, and what came of it is not written: the fork's process died, or runs on"
        answers = sorted(self._answers, key=lambda one: one[:3])
        told = [stimulus for _, number, _, stimulus in answers if number == _LAST]
        snapshot, stimuli, events = self.snapshot, list(self.stimuli), list(self.events)
        for stimulus in (*told, StopRequested(at=0, error=INTERRUPTED, cause=cause)):
            now = replace(stimulus, at=max(stimulus.at, snapshot.last_at))
            stepped = step(self.plan, snapshot, [now], max_transitions=SLICE_TRANSITIONS)
            snapshot = stepped.snapshot
            stimuli += stepped.taken
            events += stepped.events
        return Made(snapshot, stimuli, events)

    def run(self) -> Snapshot:
        """To its end: the closed snapshot."""
        self._ask(self.snapshot.frames)
        if self._first is not None:
            self._feed(self._first, self._number)
        while not self.snapshot.closed:
            if self._clock.now() >= self._end or len(self.events) > MOST_EVENTS:
                most = f"{self._calls.most_seconds:g} s and {MOST_EVENTS:,} events"
                self._refuse(TOO_LONG, f"a fork takes at most {most}")
            else:
                self._next()
        return self.snapshot

    def _next(self) -> None:
        """What comes first: an answer, a timer, the stop, or the rest of a long run of states."""
        timer = self._timer()
        stop = None if self._stop is None else (self._stop[1].at, self._stop[0], self._stop[1])
        answer = None if not self._answers else (self._answers[0][0], self._answers[0][1], self._answers[0][3])
        known = [one for one in (self._goes_on(), answer, timer, stop) if one is not None]
        if not known:
            self._refuse(NOT_RECORDED, "nothing more is on record of what it waits for")
            return
        at, number, stimulus = min(known, key=lambda one: one[:2])
        if answer is not None and stimulus is answer[2]:
            heapq.heappop(self._answers)
        if self._slices and number == self._slices[0][0]:
            self._slices.popleft()
        self._feed(replace(stimulus, at=max(at, self.snapshot.last_at)), number)

    def _goes_on(self) -> tuple[float, int, Stimulus] | None:
        """Where a long run of states was cut, its rest: as on record, else once all that is on record has come."""
        if not effects.owed(self.plan, self.snapshot).ready:
            return None
        if not self._slices:
            return self._until, _LAST, Continued(at=self.snapshot.last_at, seed=self._seed)
        number, stimulus = self._slices[0]
        return stimulus.at, number, stimulus

    def _timer(self) -> tuple[float, int, Stimulus] | None:
        """The timer that fires first."""
        timers = [((frame.path, frame.state), timer_of(frame)) for frame in self.snapshot.frames.values()]
        timers.append((EXECUTION, self.snapshot.deadline))
        fires = [self._fires(whose, due) for whose, due in timers if due is not None]
        if not fires:
            return None
        at, number, seed = min(fires)
        return at, number, TimePassed(at=at, seed=seed or self._new_seed())

    def _fires(self, whose: tuple[str, str], due: float) -> tuple[float, int, int]:
        """When, with which number and seed: as on record where such a one was due at the same time, else when due.
        What did not fire as long as there is a record does so afterwards, unless something is different."""
        for fired in self._recording.fired.get(whose, ()):
            if fired.due == due:
                return fired.at, fired.number, fired.seed
        return max(due, self._until), _LAST, 0

    # ---------------------------------------------------------------- calls

    def _ask(self, paths: Iterable[str]) -> None:
        for path in sorted(paths):
            frame = self.snapshot.frames.get(path)
            if frame is None or not owes(frame) or frame.place in self._asked or self.snapshot.closed:
                continue
            self._asked.add(frame.place)
            content = content_of(self.plan, frame)
            reads = content.resource != "" and self._calls.reads(content.resource)
            call = None if reads and self._calls.use_reads and self._is_plain(frame) else (
                self._recording.take(frame.place, content)
            )
            if call is None:
                self._call(frame, reads=reads)
            else:
                self._answer(frame, call)

    def _answer(self, frame: Frame, call: Call) -> None:
        """All that was recorded of the call, as long after it was asked for."""
        asked = self.snapshot.last_at
        if call.begun and frame.phase is Phase.SCHEDULED:
            self._later(asked, -1, TaskStarted(asked, 0, *frame.place))
        for number, stimulus in call.stimuli:
            at = stimulus.at if asked == call.asked_at else asked + (stimulus.at - call.asked_at)
            self._later(at, number, self._of(frame, stimulus))

    def _of(self, frame: Frame, stimulus: Stimulus) -> Stimulus:
        """The recorded stimulus as one of this frame. No call is under way, so none has a lease."""
        if not isinstance(stimulus, FrameStimulus):
            return stimulus
        path, visit, attempt = frame.place
        own: dict[str, Json] = {"frame": path, "visit": visit, "attempt": attempt}
        if isinstance(stimulus, TaskStarted):
            own["lease_until"] = 0.0
        if isinstance(stimulus, ChildClosed):
            own["child"] = item_id(self.snapshot.facts.execution_id, visit, attempt, stimulus.index)
        return replace(stimulus, **own)

    def _later(self, at: float, number: int, stimulus: Stimulus) -> None:
        heapq.heappush(self._answers, (at, number, len(self._answers), stimulus))

    def _is_plain(self, frame: Frame) -> bool:
        """Whether a call is all that the state does: it hands no work over, and starts no execution of ours."""
        state = self.plan.state(frame.machine, frame.state)
        return (
            isinstance(state, Task) and state.resource.pattern is Pattern.REQUEST_RESPONSE
            and own_target(state.resource.text, frame.arguments, self._facts.workspace) is None
        )

    def _call(self, frame: Frame, *, reads: bool) -> None:
        """Make the call, where it may be made."""
        name = frame.state
        if not self._is_plain(frame):
            self._refuse(NOT_RECORDED, (
                f"the state {name!r} would hand work over, and the record has no such call: a fork starts no job, no "
                "activity's task, no execution and no distributed Map, and waits for no token"
            ))
            return
        resource = effects.resource(self.plan, frame)
        if reads and not self._calls.use_reads and name not in self._calls.allow:
            self._refuse(READ_REFUSED, (
                f"the state {name!r} would call {resource}, which only reads, and the record has no such call: let "
                f"reads be made, or allow {name!r}"
            ))
        elif not reads and name not in self._calls.allow:
            self._refuse(WRITE_REFUSED, (
                f"the state {name!r} would call {resource}, which writes, and the record has no such call: allow "
                f"{name!r} to let it be made"
            ))
        else:
            self._really(frame)

    def _really(self, frame: Frame) -> None:
        began, at = self._clock.now(), self.snapshot.last_at
        budget = max(min(frame.timeout_seconds or self._calls.most_seconds, self._end - began), 0.5)
        if frame.phase is Phase.SCHEDULED:
            self._feed(TaskStarted(at, self._new_seed(), *frame.place, lease_until=at + budget), asks=False)
        running = self.snapshot.frames.get(frame.path)
        if running is None or running.place != frame.place:
            return
        own = replace(self.snapshot, facts=self._facts)
        call = effects.task_call(self.plan, own, running, budget_seconds=budget)
        self._intend(self._interrupted(frame.state), again=self.intended)
        self.intended = True
        self._calls.make(call)
        outcome = self._outcome(call)
        at += max(self._clock.now() - began, 0.0)
        seed = self._new_seed()
        if isinstance(outcome, TaskSucceeded):
            self._later(at, _LAST, TaskReturned(at, seed, *frame.place, output=outcome.output))
        elif isinstance(outcome, TaskFailed):
            self._later(at, _LAST, TaskErred(
                at, seed, *frame.place, error=outcome.error, cause=outcome.cause, definite=outcome.definite,
                retryable=outcome.retryable,
            ))

    def _outcome(self, call: TaskCall) -> TaskOutcome:
        try:
            return self._calls.tasks.call(call)
        except Exception as error:  # noqa: BLE001  what the call did is told, whatever broke its promise
            return TaskFailed("Automate.TaskError", f"{type(error).__name__} in the task port", definite=False)

    def _refuse(self, error: str, cause: str) -> None:
        self._feed(StopRequested(at=self.snapshot.last_at, error=error, cause=cause))

    def _feed(self, stimulus: Stimulus, number: int = _LAST, *, asks: bool = True) -> None:
        room = self._rooms.get(number, SLICE_TRANSITIONS)
        stepped = step(self.plan, self.snapshot, [stimulus], max_transitions=room)
        self.snapshot = stepped.snapshot
        self.stimuli += stepped.taken
        self._seed = stimulus.seed
        self.events += stepped.events
        if asks:
            self._ask(stepped.touched)
