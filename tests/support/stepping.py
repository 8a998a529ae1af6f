"""Drive the pure core by hand: one execution, stepped stimulus by stimulus, its events gathered."""

from __future__ import annotations

import json
from typing import Any

from engine.kernel import effects, snapshot_codec
from engine.kernel.history import HistoryEvent
from engine.kernel.snapshot import Facts, Frame, Snapshot
from engine.kernel.step import Stepped, step
from engine.kernel.stimulus import Continued, Started, Stimulus, TaskErred, TaskReturned, TaskStarted, TimePassed
from engine.language.asl.compile import compile_definition

START = 1_000.0
FACTS = Facts("flow:one", "one", "flow", 1, START)


class Run:
    """`cold` encodes, decodes and recompiles before every step, as a worker does that has just been started."""

    def __init__(self, definition: dict[str, Any], given: Any = None, *, cold: bool = False, facts: Facts = FACTS):
        self.definition = definition
        self.plan = compile_definition(definition)
        self.snapshot = Snapshot(facts, {} if given is None else given)
        self.events: list[HistoryEvent] = []
        self.at = START
        self.cold = cold
        self._seed = 0

    def feed(self, *stimuli: Stimulus, room: int | None = None) -> Stepped:
        if self.cold:
            self.plan = compile_definition(self.definition, lazy=True)
            self.snapshot = snapshot_codec.decode(json.loads(json.dumps(snapshot_codec.encode(self.snapshot))))
        stepped = step(self.plan, self.snapshot, stimuli, max_transitions=room)
        self.snapshot = stepped.snapshot
        self.events += stepped.events
        return stepped

    def start(self, *, room: int | None = None) -> Run:
        self.feed(Started(at=self.at, seed=self.seed()), room=room)
        return self

    def seed(self) -> int:
        self._seed += 1
        return self._seed

    def about(self, frame: str = "", **more: Any) -> dict[str, Any]:
        """The keyword arguments of a stimulus about `frame` as it stands."""
        stands = self.snapshot.frames[frame]
        return {"at": self.at, "seed": self.seed(), "frame": frame, "visit": stands.visit, "attempt": stands.attempt,
                **more}

    def call(self, frame: str = "", *, lease_until: float = 0.0) -> Frame:
        self.feed(TaskStarted(**self.about(frame), lease_until=lease_until))
        return self.snapshot.frames[frame]

    def succeed(self, output: Any, frame: str = "") -> Stepped:
        self.call(frame)
        return self.feed(TaskReturned(**self.about(frame), output=output))

    def err(self, error: str, cause: str | None = None, frame: str = "", **more: Any) -> Stepped:
        self.call(frame)
        return self.feed(TaskErred(**self.about(frame), error=error, cause=cause, **more))

    def wait(self) -> Stepped:
        """Let time pass until the earliest timer is due."""
        due = self.owed.due_at
        assert due is not None, "nothing is due"
        self.at = max(self.at, due)
        return self.feed(TimePassed(at=self.at, seed=self.seed()))

    def go_on(self, *, room: int | None = None) -> Stepped:
        return self.feed(Continued(at=self.at, seed=self.seed()), room=room)

    @property
    def owed(self) -> effects.Owed:
        return effects.owed(self.plan, self.snapshot)

    @property
    def root(self) -> Frame:
        return self.snapshot.frames[""]

    @property
    def types(self) -> list[str]:
        return [event.type for event in self.events]


def machine(*states: tuple[str, dict[str, Any]], **fields: Any) -> dict[str, Any]:
    """A machine of states in a row: each leads to the next, the last ends (unless a state says otherwise)."""
    built: dict[str, Any] = {}
    for index, (name, state) in enumerate(states):
        ends = state["Type"] in ("Succeed", "Fail", "Choice") or "Next" in state or "End" in state
        following = {"Next": states[index + 1][0]} if index + 1 < len(states) else {"End": True}
        built[name] = state if ends else {**state, **following}
    return {"StartAt": states[0][0], "States": built, **fields}


def task(**fields: Any) -> dict[str, Any]:
    return {"Type": "Task", "Resource": "connector:erp:order", **fields}
