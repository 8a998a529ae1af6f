"""The ledger of effects: each call that an execution may have made, and what is known to have come of it. Pure, and
derived from the journal's segments alone.

    TaskStarted        an intent: once its segment is durable the call may be made          a row begins
    TaskReturned       DONE                 TaskErred, definite       NOT_DONE
    TaskErred          nobody knows         TaskTakenOver             its worker is gone: nobody knows
    the frame is gone  nobody waits for an answer any more (a time-out, a cancelled branch, a stop): nobody knows

Of a call that nobody knows of, a later one with the same idempotency key makes REPEATED; else it stays UNKNOWN. So does
one after which another version calls something else under its key: what came of that says nothing of it. A
definite failure of a repetition says nothing of the calls before it: its outcome is UNKNOWN too. So NOT_DONE is said of
a key only where no call with it can have had an effect.

A row is where its intent stands: the number of its segment, and of the stimulus in it. So a page begins anywhere
without anything being remembered, and is read on only until its own rows are settled. What asks how a job stands has no
row: the start of the job has.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from typing import Any

from engine.durable import codec
from engine.durable.large_values import Values
from engine.durable.outline import LeftOut, ValuesNeeded, left_out
from engine.durable.views.ledger_facts import Effect, Outcome, Page, Place, Reading
from engine.durable.views.restepping import step_again
from engine.kernel import effects
from engine.kernel.children.child_ids import own_target, started_name
from engine.kernel.express import EXPRESS_SYNC, is_express
from engine.kernel.snapshot import Facts, Frame, Phase, Snapshot
from engine.kernel.stimulus import (
    CallbackErred,
    CallbackReturned,
    CallOver,
    Stimulus,
    TaskErred,
    TaskReturned,
    TaskStarted,
    TaskTakenOver,
)
from engine.kernel.tokens import idempotency_key
from engine.language.asl.model import Map, Pattern, Plan, State, Task
from engine.ports.journal import Segment
from engine.ports.tasks import TaskPolicy

Json = Any

_ITEM = re.compile(r"/States/[^/]+/(ItemProcessor|Branches/\d+)")
_WORKING = (Phase.RUNNING, Phase.CALLBACK)

By = Callable[[int], tuple[Plan, Collection[str]]]
"""From a number of changes of the version to the plan after them, and the states that are called at most once."""


class Ledger:
    """Reads pages of one execution. `opening` gives its first snapshot, for an EXPRESS one and a fork, whose stimuli
    are in one segment; `now` is epoch seconds. `by`: of one whose version has changed, what it ran by after each
    change. `fork`: it is one, and what has no lease was answered from the record. `outlined`: what the segments' bodies
    have of large values is not read, and ValuesNeeded is raised where one is needed; else `values` has those to which
    they refer."""

    def __init__(
        self, plan: Plan, facts: Facts, reading: Reading, *, at_most_once: Collection[str],
        opening: Callable[[], Snapshot], now: float, by: By | None = None, fork: bool = False,
        outlined: bool = False, values: Values | None = None,
    ) -> None:
        self.fork = fork
        self.values = values
        self.outlined = outlined
        self._by = by
        self._plan = plan
        self._facts = facts
        self._reading = reading
        self._at_most_once = at_most_once
        self._opening = opening
        self._now = now
        self.express = is_express(facts.kind)
        self._policies: dict[str, TaskPolicy] = {}

    def after(self, changes: int) -> None:
        """What is read next ran by the definition after so many changes of the version."""
        if self._by is not None:
            self._plan, self._at_most_once = self._by(changes)

    def page(
        self, segments: Iterable[Segment], snapshot: Callable[[], Snapshot | None], *, after: Place, most: int
    ) -> Page:
        """Up to `most` rows after the place `after`. `segments` begin with the one that `after` names; `snapshot` gives
        the last one, whose calls that are owed and not begun are on the last page beside them."""
        reader = _Reader(self, after, most)
        for segment in segments:
            reader.read(segment)
            if reader.is_over:
                break
        else:
            reader.end(snapshot(), self._now)
        rows, more = reader.rows, reader.more
        return Page(tuple(rows), rows[-1].place if more and rows else None, self.fork or not self.express)

    def frames_of(self, recorded: codec.Recorded) -> Iterator[tuple[Stimulus, Frame | None]]:
        """Each stimulus with its frame as it was when its call could be made."""
        if not self.express and not self.fork:
            for stimulus in recorded.stimuli:
                yield stimulus, recorded.frames.get(getattr(stimulus, "frame", ""))
            return
        at, known = self._opening(), 0
        for stimulus in recorded.stimuli:  # one segment holds it all, and its frames are gone at its end
            stepped, _ = step_again(self._plan, at, stimulus, recorded.events, known)
            at, known = stepped.snapshot, known + len(stepped.events)
            yield stimulus, at.frames.get(getattr(stimulus, "frame", ""))

    def row(self, place: Place, frame: Frame, at: float, began_at: float | None) -> Effect:
        """The row of the call that `frame` owes or makes."""
        key = idempotency_key(self._facts, frame)
        resource, arguments = self._called(frame)
        row = Effect(
            place, frame.path, frame.state, frame.visit, frame.attempt, _items(frame), resource, key,
            frame.state in self._at_most_once or self._policy(resource).at_most_once,
            self._digest(frame.state, arguments),
            frame.entered_event, at, began_at, frame.lease_until, epoch=frame.epoch,
            handed_out=self._is_activity(frame),
        )
        target = None if resource is None else own_target(resource, arguments, self._facts.workspace)
        if target is not None:
            row.child = f"{target.workflow}:{started_name(arguments, key)}"
        return row

    def calls_the_same(self, row: Effect, frame: Frame) -> bool:
        """Whether the call that `frame` makes is the one of the row, by what it calls and with which arguments."""
        resource, arguments = self._called(frame)
        return (resource, self._digest(frame.state, arguments)) == (row.resource, row.digest)

    def _digest(self, state: str, arguments: Json) -> str | None:
        if arguments is None:
            return None
        if not left_out(arguments):
            return self._reading.digest(state, arguments)
        known: str | None = getattr(arguments, "digest", None)
        if known is None:
            raise ValuesNeeded
        return known

    def answered(self, row: Effect, stimulus: Stimulus) -> None:
        """What the answer `stimulus` says of the call."""
        if isinstance(stimulus, TaskReturned | CallbackReturned):
            row.ended_at, row.outcome = stimulus.at, Outcome.DONE
            row.service_id = self._id_of(row, stimulus.output)
        elif isinstance(stimulus, TaskErred | CallbackErred):
            definite = isinstance(stimulus, TaskErred) and stimulus.definite
            row.ended_at, row.error = stimulus.at, stimulus.error
            row.outcome = Outcome.NOT_DONE if definite and not self._may_have_been(row) else Outcome.UNKNOWN

    def recorded(self, row: Effect, stimulus: Stimulus) -> None:
        """What the record says of the call."""
        self.answered(row, stimulus)
        row.outcome = Outcome.RECORDED

    def over(self, row: Effect, stimulus: CallOver) -> None:
        """A call that was given up has been answered."""
        row.ended_at = stimulus.at
        if stimulus.definite and not self._may_have_been(row):
            row.outcome = Outcome.NOT_DONE

    def _may_have_been(self, row: Effect) -> bool:
        """Whether an earlier call with its key may have had an effect: also one of a run that left no trace."""
        return row.repeats or (self.express and not self.fork and self._facts.kind != EXPRESS_SYNC)

    def _policy(self, resource: str | None) -> TaskPolicy:
        if resource is None:
            return TaskPolicy()
        if resource not in self._policies:
            self._policies[resource] = self._reading.policy(resource)
        return self._policies[resource]

    def _id_of(self, row: Effect, output: Json) -> str | None:
        """What the service calls what it did, where what is known of the resource says so."""
        where = self._policy(row.resource).id_field
        if where is None:
            return row.child
        found = self._reading.result(row.state, output)
        for name in where.split("."):
            if isinstance(found, LeftOut):
                raise ValuesNeeded
            if isinstance(found, list) and name.isdecimal():
                found = dict(enumerate(found)).get(int(name))
            else:
                found = found.get(name) if isinstance(found, dict) else None
        if isinstance(found, LeftOut):
            raise ValuesNeeded
        return str(found) if isinstance(found, str | int | float) and not isinstance(found, bool) else None

    def _state(self, frame: Frame) -> State | None:
        try:
            return self._plan.state(frame.machine, frame.state)
        except KeyError:  # a state of another version
            return None

    def _called(self, frame: Frame) -> tuple[str | None, Json]:
        state = self._state(frame)
        if isinstance(state, Task):
            return state.resource.text, frame.arguments
        if not isinstance(state, Map) or not frame.arguments:
            return None, frame.arguments
        part = "writing" if "writing" in frame.arguments else "reader"
        return effects.resource(self._plan, frame), frame.arguments.get(part)

    def is_map(self, frame: Frame) -> bool:
        """Whether the call reads a Map's items or writes its results: one attempt makes several."""
        return isinstance(self._state(frame), Map)

    def _is_activity(self, frame: Frame) -> bool:
        state = self._state(frame)
        return isinstance(state, Task) and state.resource.pattern is Pattern.ACTIVITY

    def owes_call(self, frame: Frame) -> bool:
        """Whether a call of its own is owed and has no intent yet."""
        return frame.phase is Phase.SCHEDULED and frame.job is None and not self._is_activity(frame)


class _Reader:
    """One page, segment by segment. `watched` are its rows that may still change, by their frames."""

    def __init__(self, ledger: Ledger, after: Place, most: int) -> None:
        self._ledger = ledger
        self._after = after
        self._most = most
        self.rows: list[Effect] = []
        self.more = False
        self._watched: dict[str, list[Effect]] = {}
        self._changes = 0

    @property
    def is_over(self) -> bool:
        """Whether nothing that comes changes the page."""
        return self.more and not self._watched

    def read(self, segment: Segment) -> None:
        """Take in the next segment."""
        recorded = codec.decode_change(segment.body, outlined=self._ledger.outlined, values=self._ledger.values)
        self._changes = recorded.changes
        self._ledger.after(recorded.changes)
        number = -1
        for number, (stimulus, frame) in enumerate(self._ledger.frames_of(recorded)):
            if isinstance(stimulus, TaskStarted):
                if frame is None or frame.place != (stimulus.frame, stimulus.visit, stimulus.attempt):
                    frame = Frame(  # noqa: PLW2901  as far as it is known
                        stimulus.frame, "", "", Phase.RUNNING, stimulus.visit, stimulus.attempt
                    )
                if frame.job is None:
                    self._begin((segment.seq, number), segment, stimulus, frame)
            else:
                self._answer(stimulus)
        for event in recorded.events:
            if event.type == "MapRunStarted":
                number += 1
                self._map_run((segment.seq, number), (event.details or {})["mapRunArn"], event.at, recorded)
        if not self._ledger.express and not self._ledger.fork:
            self._settle(recorded)

    def _begin(self, place: Place, segment: Segment, stimulus: TaskStarted, frame: Frame) -> None:
        for row in self._watched.get(frame.path, []):
            if row.outcome is Outcome.UNKNOWN and (row.visit, row.epoch) == (frame.visit, frame.epoch) and (
                row.changes == self._changes or self._ledger.calls_the_same(row, frame)
            ):
                row.outcome = Outcome.REPEATED
        self._forget(frame.path, lambda row: row.outcome is Outcome.REPEATED)
        if not self._takes(place):
            return
        row = self._ledger.row(place, frame, stimulus.at, max(segment.at, stimulus.at))
        row.lease_until, row.changes = stimulus.lease_until, self._changes
        fresh = 0 < segment.first_event <= frame.started_event
        if self._ledger.fork and not stimulus.lease_until:
            row.outcome, row.began_at = Outcome.RECORDED, stimulus.at
        row.repeats = self._ledger.is_map(frame) or not fresh or frame.attempt > frame.epoch
        self.rows.append(row)
        self._watched.setdefault(frame.path, []).append(row)

    def _takes(self, place: Place) -> bool:
        if place <= self._after:
            return False
        if len(self.rows) >= self._most:
            self.more = True
        return not self.more

    def _map_run(self, place: Place, arn: str, at: float, recorded: codec.Recorded) -> None:
        if not self._takes(place):
            return
        frame = next((
            each for each in recorded.frames.values()
            if isinstance(each.arguments, dict) and each.arguments.get("map_run") == arn
        ), None)
        label = arn.rpartition("/")[2].partition(":")[0]
        found = frame or Frame("", "", label, Phase.DONE)
        self.rows.append(Effect(
            place, found.path, found.state, found.visit, found.attempt, _items(found), None, "", False, None,
            found.entered_event, at, at, outcome=Outcome.IN_CHILDREN, map_run=arn,
        ))

    def _answer(self, stimulus: Stimulus) -> None:
        path = getattr(stimulus, "frame", None)
        for row in self._watched.get(path, []) if path is not None else []:
            called = row.visit, row.attempt
            if called != (getattr(stimulus, "visit", None), getattr(stimulus, "attempt", None)):
                continue
            if isinstance(stimulus, CallOver):
                if row.lease_until == stimulus.lease_until:
                    self._ledger.over(row, stimulus)
            elif row.outcome is Outcome.RECORDED:
                self._ledger.recorded(row, stimulus)
            elif row.outcome is Outcome.UNDER_WAY:
                if isinstance(stimulus, TaskTakenOver):
                    row.outcome = Outcome.UNKNOWN
                else:
                    self._ledger.answered(row, stimulus)
        if path is not None:
            self._forget(path, lambda row: row.outcome in (Outcome.DONE, Outcome.NOT_DONE))

    def _settle(self, recorded: codec.Recorded) -> None:
        """What the frames at the end of a segment say of the rows that are watched."""
        for path in [path for path in self._watched if recorded.whole or path in recorded.frames
                     or path in recorded.removed]:
            frame = recorded.frames.get(path)
            for row in self._watched[path]:
                works = (
                    frame is not None and frame.phase in _WORKING
                    and (frame.visit, frame.attempt) == (row.visit, row.attempt)
                )
                if row.outcome is Outcome.UNDER_WAY and not works:
                    row.outcome = Outcome.UNKNOWN
            if not recorded.closed:  # a redrive may go on with it
                visit = None if frame is None else frame.visit
                self._forget(path, lambda row, visit=visit: row.visit != visit)  # type: ignore[misc]

    def _forget(self, path: str, settled: Callable[[Effect], bool]) -> None:
        kept = [row for row in self._watched.get(path, []) if not settled(row)]
        if kept:
            self._watched[path] = kept
        else:
            self._watched.pop(path, None)

    def end(self, snapshot: Snapshot | None, now: float) -> None:
        """The journal ends here."""
        closed = snapshot is None or snapshot.closed
        for row in self.rows:
            if row.outcome is Outcome.UNDER_WAY and (closed or (not row.handed_out and row.lease_until <= now)):
                row.outcome = Outcome.UNKNOWN
        if snapshot is None or snapshot.closed or self.more:
            return
        last = self.rows[-1].place if self.rows else self._after
        owed: Sequence[Frame] = [frame for frame in snapshot.frames.values() if self._ledger.owes_call(frame)]
        for number, frame in enumerate(sorted(owed, key=lambda frame: frame.visit), start=1):
            row = self._ledger.row((last[0], last[1] + number), frame, snapshot.last_at, None)
            row.repeats = frame.started_event > 0 or frame.attempt > frame.epoch
            row.outcome = Outcome.NOT_DONE
            self.rows.append(row)


def _items(frame: Frame) -> tuple[int, ...]:
    """The numbers of a Map's items on the way to the frame; its path also counts branches."""
    kinds = _ITEM.findall(frame.machine)
    numbers = [int(part) for part in frame.path.split("/")[1:]]
    return tuple(
        number for number, kind in zip(numbers, kinds[-len(numbers):] if numbers else [], strict=False)
        if kind == "ItemProcessor"
    )
