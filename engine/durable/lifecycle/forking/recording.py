"""An execution's journal read from one of its events on: how the execution stood before it, and what came afterwards.

    segments before the event ── as they are stored ──► snapshot ── stimuli of its segment, stepped ──► Point
    all that follows          ── stepped again ──────► the answers of each call, and when each timer fired

The point is the last one before the event at which the execution could have been left: a stimulus that has not come,
or, where something is to be different from there on, a state that is about to be entered. (To leave it there is to take
turns otherwise: which of several branches comes first may change, and so the order of events.) What is recorded of a
call are its stimuli, so that an answer is of whatever kind it was: of a service, of an activity's worker, to a task
token, of a child execution, of a whole Map Run.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import field
from itertools import count
from typing import Any

from engine.durable import codec
from engine.durable.activation import SLICE_TRANSITIONS
from engine.durable.large_values import Values
from engine.durable.views.restepping import step_again
from engine.errors import Conflict
from engine.kernel import effects
from engine.kernel.builder import Builder
from engine.kernel.children import nested
from engine.kernel.history import HistoryEvent
from engine.kernel.snapshot import Frame, Phase, Snapshot
from engine.kernel.step import Stepped, step
from engine.kernel.stimulus import (
    CallOver,
    ChildClosed,
    Continued,
    FrameStimulus,
    Started,
    Stimulus,
    StopRequested,
    TimePassed,
)
from engine.language.asl.model import Map, Plan
from engine.ports.journal import Segment
from engine.records import dataclass

Json = Any
Place = tuple[str, int, int]
"""A frame, its visit and its attempt."""
By = Callable[[Snapshot], Plan]
"""By which plan an execution runs that stands so."""

EXECUTION = ("", "")
"""Whose timer is the time-out of the whole execution."""

WATCHED = (Phase.CHILDREN, Phase.CALLBACK, Phase.SCHEDULED)
"""In these phases `due_at` means a look at what is waited for, and is part of the call."""


class NotReached(Conflict):
    """There is no way back to the event."""

    code = "EventNotReached"


@dataclass(frozen=True, slots=True)
class Content:
    """What a call is: two are the same call if these are equal. `arguments` without the task token that they hold."""

    state: str
    resource: str
    arguments: Json


@dataclass(slots=True)
class Call:
    """A call that came to be owed at `asked_at` (epoch seconds), and what came of it, each with its number in order.
    `begun`: it was under way at the point."""

    content: Content
    asked_at: float
    begun: bool
    stimuli: list[tuple[int, Stimulus]] = field(default_factory=list)
    used: bool = False

    def take(self) -> Call:
        """It answers once."""
        self.used = True
        return self

    def add(self, number: int, stimulus: Stimulus) -> None:
        """What came of it."""
        self.stimuli.append((number, stimulus))


@dataclass(frozen=True, slots=True)
class Fired:
    """A timer of a frame that was due at `due`, and fired at `at` by the stimulus `number`."""

    due: float
    at: float
    seed: int
    number: int


@dataclass(slots=True)
class Point:
    """Where an execution is forked. `first` is fed there, None where it waits; `number` is that of the stimulus which
    led to the event, and `events` are those before. `enters` is the frame that enters a state by the event itself, None
    where the event is another one."""

    snapshot: Snapshot
    plan: Plan
    first: Stimulus | None
    events: tuple[HistoryEvent, ...]
    number: int
    enters: str | None = None


@dataclass(slots=True)
class Recording:
    """What was recorded from the point on, until `last_at` (epoch seconds). `slices`: each began where a long run of
    states was cut, with its number. `rooms`: how many states a stimulus could enter, by its number, where those are
    fewer than usual."""

    calls: dict[Place, Call] = field(default_factory=dict)
    fired: dict[tuple[str, str], list[Fired]] = field(default_factory=lambda: defaultdict(list))
    stop: tuple[int, StopRequested] | None = None
    slices: list[tuple[int, Continued]] = field(default_factory=list)
    rooms: dict[int, int] = field(default_factory=dict)
    last_at: float = 0.0

    def take(self, place: Place, content: Content) -> Call | None:
        """The recorded call that is this one, at most once each: best the one of the same place, or of the same
        branch."""
        same = self.calls.get(place)
        if same is None or same.used or same.content != content:
            rest = [(at, call) for at, call in self.calls.items() if not call.used and call.content == content]
            same = min(rest, key=lambda one: one[0][0] != place[0], default=(place, None))[1]
        return None if same is None else same.take()

    def owe(self, place: Place, call: Call) -> None:
        """A call that has come to be owed."""
        self.calls[place] = call

    def reach(self, at: float) -> None:
        """The record goes on until `at`."""
        self.last_at = at

    def slice(self, number: int, stimulus: Continued) -> None:
        """A long run of states was cut here."""
        self.slices.append((number, stimulus))

    def cut(self, number: int, room: int) -> None:
        """The stimulus could enter so many states."""
        if room < SLICE_TRANSITIONS:
            self.rooms[number] = room

    def stop_at(self, number: int, stimulus: StopRequested) -> None:
        """Somebody stopped it; the first one counts."""
        self.stop = self.stop or (number, stimulus)

    def fire(self, whose: tuple[str, str], fired: Fired) -> None:
        """A timer fired."""
        self.fired[whose].append(fired)


def owes(frame: Frame) -> bool:
    """Whether it waits for an answer from outside: of a call, or of a Map Run."""
    waits = frame.phase in (Phase.SCHEDULED, Phase.RUNNING, Phase.CALLBACK)
    return waits or (frame.phase is Phase.JOINING and frame.arguments is not None)


def content_of(plan: Plan, frame: Frame) -> Content:
    """What the frame calls, or which run it waits for."""
    if isinstance(plan.state(frame.machine, frame.state), Map):
        run = {name: value for name, value in frame.arguments.items() if name in ("reader", "writer", "kind")}
        items = None if frame.fanout is None or "reader" in run else list(frame.fanout.items or ())
        return Content(frame.state, "", [run, items])
    arguments = frame.arguments if frame.token is None else _without(frame.token, frame.arguments)
    return Content(frame.state, effects.resource(plan, frame), arguments)


def _without(token: str, value: Json) -> Json:
    if isinstance(value, str):
        return value.replace(token, "<token>")
    if isinstance(value, dict):
        return {name: _without(token, part) for name, part in value.items()}
    return [_without(token, part) for part in value] if isinstance(value, list) else value


def timer_of(frame: Frame) -> float | None:
    """When its wait, its retry interval, or a time limit of its own is over."""
    times = [frame.deadline, frame.heartbeat_at, None if frame.phase in WATCHED else frame.due_at]
    return min((at for at in times if at is not None), default=None)


def read(
    segments: Iterable[Segment], opening: Snapshot, by: By, event: int, *, whole: bool
) -> tuple[Point | None, Recording]:
    """The point before `event`, None where there is no such event, and what was recorded from there on. `whole`: it is
    a stimulus that has not come. Raises StorageError, NotReached."""
    reader = _Reader(opening, by, event, whole=whole)
    for segment in segments:
        reader.read(segment)
    return reader.point, reader.recording


class _Reader:
    """Segment by segment. Each ends with the snapshot that is stored, however it was stepped."""

    def __init__(self, opening: Snapshot, by: By, event: int, *, whole: bool) -> None:
        self._whole = whole
        self.point: Point | None = None
        self.recording = Recording()
        self._by = by
        self._event = event
        self._snapshot = opening
        self._values = Values()
        self._events: list[HistoryEvent] = []
        self._numbers = count()

    def read(self, segment: Segment) -> None:
        """The next segment."""
        stored = codec.snapshot_after(self._snapshot if segment.seq else None, segment.body, values=self._values)
        if self.point is None and segment.last_event < self._event:
            self._events += codec.decode_events(segment.body, values=self._values)
        else:
            checked, before = self.point is not None, len(self._events)
            plan, recorded, known = self._by(stored), codec.decode_events(segment.body, values=self._values), 0
            for stimulus in codec.decode_stimuli(segment.body, values=self._values):
                known += self._take(plan, stimulus, recorded, known)
                if self.point is not None and not checked:
                    self._check(recorded, before)
                    checked = True
        self._snapshot = stored

    def _check(self, recorded: list[HistoryEvent], known: int) -> None:
        """Raises NotReached where stepping again did not come to the events that are on record."""
        made = [(one.id, one.type) for one in self._events[known:]]
        if made != [(one.id, one.type) for one in recorded[: len(made)]]:
            raise NotReached(
                f"event {self._event} cannot be reached again: this release steps what led to it otherwise",
                where="event", advice=f"Fork it at event {recorded[0].id}.",
            )

    def _take(self, plan: Plan, stimulus: Stimulus, recorded: list[HistoryEvent], known: int) -> int:
        """How many events it led to: `recorded` from number `known` on."""
        before, number = self._snapshot, next(self._numbers)
        stepped, room = step_again(plan, before, stimulus, recorded, known)
        self._snapshot = stepped.snapshot
        self.recording.cut(number, room)
        if self.point is not None:
            self._record(number, plan, before, stimulus)
        elif not stepped.events or stepped.events[-1].id < self._event:
            self._events += stepped.events
            return len(stepped.events)
        else:
            self._find(number, plan, before, stimulus, stepped.events)
        self._register(plan, stepped.touched, stepped.snapshot)
        return len(stepped.events)

    def _find(
        self, number: int, plan: Plan, before: Snapshot, stimulus: Stimulus, events: Sequence[HistoryEvent]
    ) -> None:
        """The event is among `events`, those that `stimulus` led to."""
        best: Stepped | None = None
        for room in range(self.recording.rooms.get(number, SLICE_TRANSITIONS)) if not self._whole else ():
            stepped = step(plan, before, [stimulus], max_transitions=room, halts=True)
            if stepped.events and stepped.events[-1].id >= self._event:
                break
            best = stepped
        at, enters = before, None
        first: Stimulus | None = None
        if best is not None:
            at, first = best.snapshot, Continued(at=stimulus.at, seed=stimulus.seed)
            self._events += best.events
            event = next(one for one in events if one.id == self._event)
            if at.ready and at.next_event == event.id and event.type.endswith("StateEntered"):
                enters = at.ready[0]
        elif isinstance(stimulus, Started | Continued):
            first = stimulus
        self.point = Point(at, plan, first, tuple(self._events), number, enters)
        self._register(plan, at.frames, at)
        if first is None:
            self._record(number, plan, before, stimulus)
        elif isinstance(stimulus, TimePassed):  # of the timers that were due, some have not fired at the point
            places = {frame.place for frame in before.frames.values()}
            self._fire(number, at, stimulus, [frame for frame in at.frames.values() if frame.place in places])

    def _register(self, plan: Plan, paths: Iterable[str], snapshot: Snapshot) -> None:
        """The calls that have come to be owed."""
        for path in paths:
            frame = snapshot.frames.get(path)
            if frame is not None and owes(frame) and frame.place not in self.recording.calls:
                self.recording.owe(
                    frame.place, Call(content_of(plan, frame), snapshot.last_at, frame.phase is not Phase.SCHEDULED)
                )

    def _record(self, number: int, plan: Plan, before: Snapshot, stimulus: Stimulus) -> None:
        self.recording.reach(stimulus.at)
        if isinstance(stimulus, StopRequested):
            self.recording.stop_at(number, stimulus)
        elif isinstance(stimulus, Continued):
            self.recording.slice(number, stimulus)
        elif isinstance(stimulus, TimePassed):
            self._fire(number, before, stimulus, before.frames.values())
        elif isinstance(stimulus, FrameStimulus) and not isinstance(stimulus, CallOver):
            frame = before.frames.get(stimulus.frame)
            call = None if frame is None else self.recording.calls.get(frame.place)
            if frame is None or call is None or frame.visit != stimulus.visit:
                return
            answer: Stimulus | None = stimulus
            if isinstance(stimulus, ChildClosed) and frame.phase is Phase.CALLBACK:
                answer = nested.answer(Builder(plan, before, room=0), frame, stimulus)
            if answer is not None:
                call.add(number, answer)

    def _fire(self, number: int, before: Snapshot, stimulus: TimePassed, frames: Iterable[Frame]) -> None:
        """Which timers of `frames` it fires."""
        if before.deadline is not None and before.deadline <= stimulus.at:
            self.recording.fire(EXECUTION, Fired(before.deadline, stimulus.at, stimulus.seed, number))
        for frame in frames:
            due = timer_of(frame)
            if due is not None and due <= stimulus.at:
                self.recording.fire((frame.path, frame.state), Fired(due, stimulus.at, stimulus.seed, number))
            elif frame.phase in WATCHED and frame.due_at is not None and frame.due_at <= stimulus.at:
                waiting = before.frames[frame.path.rpartition("/")[0]] if frame.phase is Phase.CHILDREN else frame
                call = self.recording.calls.get(waiting.place)
                if call is not None:
                    call.add(number, stimulus)
