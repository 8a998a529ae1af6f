"""The private builder that `step` works on: frames thawed one by one, changed in place, frozen once at the end.

Nothing of the snapshot is copied until a frame is touched; a transition copies nothing at all. The builder never
leaves `step`, so that its mutability is nobody else's business.
"""

from __future__ import annotations

import sys
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from operator import attrgetter
from types import MappingProxyType
from typing import Any

from engine.kernel import jobs
from engine.kernel.children.child_ids import awaited_children
from engine.kernel.context import STATE_DATA, context_object
from engine.kernel.history import HistoryEvent
from engine.kernel.open_frame import OpenFrame
from engine.kernel.redrivable import joining_again, redrivable
from engine.kernel.snapshot import Frame, Phase, Progress, Snapshot, Status, live_frames
from engine.language.asl.model import Pattern, Plan, State, Task
from engine.language.expr.scope import ABSENT, Scope
from engine.records import dataclass

Json = Any

# What a call of the class does, at a third of its price.
_event: Callable[[tuple[Any, ...]], HistoryEvent] = partial(tuple.__new__, HistoryEvent)
_visit = attrgetter("visit")
_WITH_CHILDREN = (Phase.JOINING, Phase.RUNNING, Phase.CALLBACK)


LAST_EVENTS = frozenset({"ExecutionSucceeded", "ExecutionFailed", "ExecutionTimedOut", "ExecutionAborted"})
"""What may be the last event of a history that is as long as it may be."""


class HistoryFull(Exception):
    """The next event would be one too many; caught by `step`."""


@dataclass(frozen=True, slots=True)
class Ended:
    """A child frame reached the end of its machine."""

    output: Json


@dataclass(frozen=True, slots=True)
class Failed:
    """A child frame failed and nothing in it took the error."""

    error: str | None
    cause: str | None


class Builder:
    """One call of `step` under way. `room` is how many more states may be entered (negative: any number), `halts` as in
    `step`.

    `ready` frames can go on; `ended` ones wait to be told to the fan-out around them.
    """

    def __init__(self, plan: Plan, snapshot: Snapshot, *, room: int | None, halts: bool = False) -> None:
        self.plan = plan
        self.facts = snapshot.facts
        self.input = snapshot.input
        self.status = snapshot.status
        self.deadline = snapshot.deadline
        self.output = snapshot.output
        self.error = snapshot.error
        self.cause = snapshot.cause
        self.abandoned = list(snapshot.abandoned)
        self.stops = list(snapshot.stops)
        self.redrivable = snapshot.redrivable
        self.redrives = snapshot.redrives
        self.changeovers = snapshot.changeovers
        self.at = snapshot.last_at
        self.seed = 0
        self.room = -1 if room is None else room
        self.halts = halts
        self.events: list[HistoryEvent] = []
        self.last_event_id = snapshot.facts.max_events or sys.maxsize
        self.next_event = snapshot.next_event
        self.next_visit = snapshot.next_visit
        self.ready: deque[OpenFrame] = deque()
        self.ended: deque[tuple[OpenFrame, Ended | Failed]] = deque()
        self._snapshot = snapshot
        self._base = snapshot.frames
        self._open: dict[str, OpenFrame] = {}
        self._removed: set[str] = set()
        self._progress: dict[str, list[int]] = {}
        self._derived: Mapping[str, Progress] | None = None
        self._kept: dict[str, tuple[Frame, dict[str, Frame]]] = {}

    # ---------------------------------------------------------------- frames

    def peek(self, path: str) -> Frame | OpenFrame | None:
        """The frame, to read only."""
        opened = self._open.get(path)
        if opened is not None:
            return opened
        return None if path in self._removed else self._base.get(path)

    def frame(self, path: str) -> OpenFrame | None:
        """The frame, to be changed."""
        opened = self._open.get(path)
        if opened is None and path in self._base and path not in self._removed:
            opened = self._open[path] = OpenFrame.thaw(self._base[path])
        return opened

    def add(self, frame: OpenFrame) -> None:
        """A new frame; it is run when its turn comes."""
        self._open[frame.path] = frame
        self._removed.discard(frame.path)
        self.ready.append(frame)

    def remove(self, path: str) -> None:
        """The frame is gone, and with it whoever waited for the child executions it had started."""
        self.abandon(path)
        self._open.pop(path, None)
        if path in self._base:
            self._removed.add(path)

    def remove_all(self) -> None:
        """Every frame is gone: the execution has closed."""
        for path in self.paths():
            self.abandon(path)
        self._open.clear()
        self._removed = set(self._base)
        self._progress.clear()
        self.ready.clear()
        self.ended.clear()

    def lay(self, frame: OpenFrame) -> None:
        """A new frame that is not run: it keeps something."""
        self._open[frame.path] = frame
        self._removed.discard(frame.path)

    def abandon(self, path: str) -> None:
        """Nobody will wait for the child executions, or the job, of the frame at `path`: they are to be stopped."""
        frame = self.peek(path)
        if frame is not None and frame.phase in _WITH_CHILDREN:
            self.abandoned += awaited_children(self.plan, self.facts, self.peek, frame)
        if frame is not None and frame.job is not None:
            self.stops.append(jobs.stop_of(self.plan, self.facts, frame))

    def keep(self, parent: OpenFrame, *, without: str | None = None) -> None:
        """Remember the fan-out of `parent`, which is about to be cancelled: where nothing takes its error, the
        execution fails, and a redrive goes on with it. A child that has not begun is left out: `without`."""
        prefix = f"{parent.path}/"
        below: dict[str, Frame] = {}
        for path in self.paths():
            if path.startswith(prefix) and path != without:
                below.update(self._redrivable_at(path))
        self._kept[parent.path] = joining_again(parent.freeze()), below

    def forget(self, path: str) -> None:
        """The frame at `path` goes on: what was kept of its fan-out, and inside it, is of no more use."""
        for kept in [kept for kept in self._kept if kept == path or kept.startswith(f"{path}/")]:
            del self._kept[kept]

    def _redrivable_at(self, path: str) -> dict[str, Frame]:
        """The frame at `path` as a redrive takes it up, and the children that its `joined` outputs came from."""
        found = self.peek(path)
        if found is None:
            return {}
        opened = found if isinstance(found, OpenFrame) else None
        joined = opened.joined if opened is not None else None
        gives_up = found.job is not None or bool(
            found.phase in _WITH_CHILDREN and awaited_children(self.plan, self.facts, self.peek, found)
        )
        frame = found if isinstance(found, Frame) else found.freeze()
        return redrivable(self.plan, frame, gives_up=gives_up, joined=joined)

    def _all_redrivable(self) -> Mapping[str, Frame]:
        """Every frame, and the fan-outs that were cancelled on the way to this end."""
        frames: dict[str, Frame] = {}
        for path in self.paths():
            frames.update(self._redrivable_at(path))
        for path in sorted(self._kept, key=path_order):  # from the outermost on
            if path in frames:
                parent, below = self._kept[path]
                frames.update({path: parent, **below})
        return MappingProxyType(frames)

    def restore(self, *, redrives: int, settled: bool) -> list[OpenFrame]:
        """The frames of an execution that did not succeed are there again, in order; it runs. `settled`: what it had
        abandoned was told to stop."""
        self.status, self.output, self.error, self.cause = Status.RUNNING, None, None, None
        self.redrives = redrives
        if settled:
            self.abandoned.clear()
            self.stops.clear()
        frames = [OpenFrame.thaw(self.redrivable[path]) for path in sorted(self.redrivable, key=path_order)]
        for path, counts in _derive(self.redrivable).items():
            self._progress[path] = [counts.opened, counts.done]
        for path, kept in self.redrivable.items():
            if kept.phase is Phase.JOINING:  # one without children counts none
                self._progress.setdefault(path, [0, 0])
        self.redrivable = MappingProxyType({})
        for frame in frames:
            self.lay(frame)
        return frames

    def live(self, frame: OpenFrame) -> bool:
        """Whether `frame` has not been removed meanwhile."""
        return self._open.get(frame.path) is frame

    def scheduled(self) -> list[OpenFrame]:
        """The frames that were touched and owe a call, in order of their visit; to read only."""
        found = [
            frame for frame in self._open.values()
            if frame.phase is Phase.SCHEDULED and not is_activity(self.plan, frame)
        ]
        found.sort(key=_visit)
        return found

    def paths(self) -> list[str]:
        """Every frame's path, in no order that means anything (`path_order` gives one)."""
        return [path for path in self._base if path not in self._removed and path not in self._open] + [*self._open]

    def progress(self, path: str) -> list[int]:
        """[children opened, children DONE] of the JOINING frame at `path`: derived once, then kept up."""
        counts = self._progress.get(path)
        if counts is None:
            known = self._snapshot.progress.get(path)
            if known is None:
                if self._derived is None:
                    self._derived = _derive(self._base)
                known = self._derived[path]
            counts = self._progress[path] = [known.opened, known.done]
        return counts

    def begin_progress(self, path: str) -> None:
        """The fan-out at `path` begins (anew)."""
        self._progress[path] = [0, 0]

    # ---------------------------------------------------------------- what expressions see

    def scope(self, frame: OpenFrame, *, result: Json = ABSENT, error_output: Json = ABSENT) -> Scope:
        """The scope of `frame`'s state."""
        return Scope(
            frame.input, lambda: self.context(frame), self.variables(frame), result, error_output, self.at, self.seed,
            (frame.path, frame.visit),
        )

    def context(
        self, frame: OpenFrame, *, item: tuple[int, Json] | None = None, source: str = STATE_DATA
    ) -> dict[str, Json]:
        """The context object as `frame` sees it; `item` and `source` as in engine.kernel.context."""
        return context_object(
            self.plan, self.facts, self.input, frame, self.peek, item=item, source=source, redrives=self.redrives,
        )

    def variables(self, frame: Frame | OpenFrame) -> Mapping[str, Json]:
        """The variables that `frame` sees."""
        if isinstance(frame, OpenFrame) and frame.visible is not None:
            return frame.visible
        seen = frame.variables
        if frame.path:
            parent = self.peek(frame.path.rpartition("/")[0])
            if parent is not None:
                outer = self.variables(parent) if parent.path else parent.variables
                seen = {**outer, **seen} if outer and seen else seen or outer
        if isinstance(frame, OpenFrame):
            frame.visible = seen
        return seen

    def assign(self, frame: OpenFrame, values: Mapping[str, Json]) -> None:
        """Assign variables in `frame`."""
        frame.variables = {**frame.variables, **values}
        frame.visible = None

    # ---------------------------------------------------------------- history

    def emit(self, frame: OpenFrame, event_type: str, details: dict[str, Json] | None = None) -> int:
        """An event that the frame's next one follows."""
        event_id = self.next_event
        if event_id >= self.last_event_id and event_type not in LAST_EVENTS:
            raise HistoryFull
        self.next_event = event_id + 1
        self.events.append(_event((event_id, frame.last_event, event_type, self.at, details)))
        frame.last_event = event_id
        return event_id

    def emit_beside(self, previous: int, event_type: str, details: dict[str, Json] | None = None) -> int:
        """An event after `previous` that nothing needs to follow."""
        event_id = self.next_event
        if event_id >= self.last_event_id and event_type not in LAST_EVENTS:
            raise HistoryFull
        self.next_event = event_id + 1
        self.events.append(_event((event_id, previous, event_type, self.at, details)))
        return event_id

    # ---------------------------------------------------------------- moving on

    def leave(self, frame: OpenFrame, state: State, output: Json, assigned: Mapping[str, Json] | None) -> None:
        """Exit the state: assign, and record it."""
        details: dict[str, Json] = {"name": state.name, "output": output}
        if assigned:
            self.assign(frame, assigned)
            details["assignedVariables"] = assigned
        self.emit(frame, state.exited, details)

    def close(self, status: Status, *, output: Json = None, error: str | None = None, cause: str | None = None) -> None:
        """The execution has ended. One that did not succeed can be redriven, except an EXPRESS one."""
        self.status, self.output, self.error, self.cause = status, output, error, cause
        if status is not Status.SUCCEEDED and self.facts.kind == "STANDARD" and self.next_event <= self.last_event_id:
            self.redrivable = self._all_redrivable()
        self._kept.clear()
        self.remove_all()

    def freeze(self) -> tuple[Snapshot, frozenset[str], frozenset[str]]:
        """The next snapshot, and which frames were touched and removed."""
        frames, live = _copy(self._base), _copy(live_frames(self._snapshot))
        for path in self._removed:
            del frames[path]
            live.pop(path, None)
        for path, opened in self._open.items():
            frame = frames[path] = opened.freeze()
            if frame.phase is not Phase.DONE:
                live[path] = frame
            else:
                live.pop(path, None)
        frozen = MappingProxyType(frames)
        snapshot = Snapshot(
            self.facts, self.input, self.status, self.at, self.next_event, self.next_visit, frozen,
            self.deadline, self.output, self.error, self.cause, tuple(self.abandoned), tuple(self.stops),
            self.redrivable, self.redrives, self.changeovers, self._frozen_progress(frames),
            tuple(frame.path for frame in self.ready if self.live(frame)), (frozen, MappingProxyType(live)),
        )
        return snapshot, frozenset(self._open), frozenset(self._removed - self._open.keys())

    def _frozen_progress(self, frames: Mapping[str, Frame]) -> Mapping[str, Progress]:
        if not self._progress and not self._snapshot.progress:
            return self._snapshot.progress
        known = {**self._snapshot.progress, **{path: Progress(*counts) for path, counts in self._progress.items()}}
        return MappingProxyType({
            path: counts for path, counts in known.items() if path in frames and frames[path].phase is Phase.JOINING
        })


def _copy(frames: Mapping[str, Frame]) -> dict[str, Frame]:
    """As `dict` of them, which asks a proxy for each of its values: a fan-out's DONE frames are copied at each step."""
    return frames.copy() if isinstance(frames, MappingProxyType) else dict(frames)


def _derive(frames: Mapping[str, Frame]) -> dict[str, Progress]:
    """The progress of every fan-out: children open in the order of their index, so their number says which is next."""
    counts: dict[str, list[int]] = {}
    for path, frame in frames.items():
        if path:
            found = counts.setdefault(path.rpartition("/")[0], [0, 0])
            found[0] += 1
            found[1] += frame.phase is Phase.DONE
    return {path: Progress(opened, done) for path, (opened, done) in counts.items()}


def is_activity(plan: Plan, frame: Frame | OpenFrame) -> bool:
    """Whether what the frame owes is no call: a worker of the activity polls for it."""
    state = plan.machines[frame.machine].states[frame.state]
    return isinstance(state, Task) and state.resource.pattern is Pattern.ACTIVITY


def path_order(path: str) -> tuple[int, ...]:
    """A sort key: the order of the tree of frames."""
    return tuple(int(part) for part in path.split("/")[1:])


def ready_paths(snapshot: Snapshot) -> Sequence[str]:
    """The frames that were READY when stepping yielded: who ran least lately goes first, so that none starves."""
    paths = snapshot.ready
    if paths is None:
        paths = tuple(path for path, frame in snapshot.frames.items() if frame.phase is Phase.READY)
    return sorted(paths, key=lambda path: (snapshot.frames[path].visit, path_order(path)))
