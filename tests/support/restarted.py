"""The pure core driven as a worker drives it, restarted and yielding on the way."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from engine.kernel import effects, snapshot_codec
from engine.kernel.history import HistoryEvent
from engine.kernel.snapshot import Facts, Frame, Phase, Snapshot
from engine.kernel.step import step
from engine.kernel.stimulus import (
    Continued,
    Started,
    Stimulus,
    TaskErred,
    TaskReturned,
    TaskStarted,
    TimePassed,
)
from engine.language.asl.compile import compile_definition
from engine.ports.tasks import TaskFailed
from tests.support.definitions_strategy import Case
from tests.support.oracle import canonical

START = 1_700_000_000.0


@dataclass
class Stepping:
    """The core, stepped to the end. `room` limits each step; `cold` starts a new worker before every one."""

    case: Case
    room: int | None = None
    cold: bool = False
    events: list[HistoryEvent] = field(default_factory=list)
    fed: list[Stimulus] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.plan = compile_definition(self.case.definition)
        self.snapshot = initial(self.case)

    def run(self) -> Stepping:
        self.feed(Started(at=START, seed=1))
        while not self.snapshot.closed:
            for stimulus in self.news():
                self.feed(stimulus)
        return self

    def news(self) -> Iterator[Stimulus]:
        owed, at = effects.owed(self.plan, self.snapshot), self.snapshot.last_at
        if owed.ready:
            yield Continued(at=at, seed=1)
        elif owed.scheduled:
            frame = owed.scheduled[0]
            yield TaskStarted(**about(frame, at))
            running = self.snapshot.frames.get(frame.path)
            if running is not None and running.phase is Phase.RUNNING:
                yield self.answer(running, at)
        else:
            assert owed.due_at is not None, "nothing is owed and it is not closed"
            yield TimePassed(at=max(at, owed.due_at), seed=1)

    def answer(self, frame: Frame, at: float) -> Stimulus:
        call = effects.task_call(self.plan, self.snapshot, frame, budget_seconds=60.0)
        outcome = self.case.answers.call(call)
        if isinstance(outcome, TaskFailed):
            return TaskErred(**about(frame, at), error=outcome.error, cause=outcome.cause)
        return TaskReturned(**about(frame, at), output=outcome.output)

    def feed(self, stimulus: Stimulus) -> None:
        if self.cold:
            self.plan = compile_definition(self.case.definition, lazy=True)
            self.snapshot = snapshot_codec.decode(json.loads(encoded(self.snapshot)))
        self.fed.append(stimulus)
        stepped = step(self.plan, self.snapshot, [stimulus], max_transitions=self.room)
        self.snapshot = stepped.snapshot
        self.events += stepped.events

    @property
    def ending(self) -> tuple[Any, ...]:
        end = self.snapshot
        return end.status.value, canonical(end.output), end.error, canonical(end.cause)


def initial(case: Case) -> Snapshot:
    return Snapshot(Facts("flow:simulation", "simulation", "flow", 1, START), case.input, last_at=START)


def about(frame: Frame, at: float) -> dict[str, Any]:
    return {"at": at, "seed": 1, "frame": frame.path, "visit": frame.visit, "attempt": frame.attempt}


def encoded(snapshot: Snapshot) -> bytes:
    return json.dumps(snapshot_codec.encode(snapshot)).encode()
