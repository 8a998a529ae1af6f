"""A frame while `step` works on it: thawed, changed in place, frozen at the end."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import fields
from operator import attrgetter
from typing import Any, TypeAlias

from engine.kernel.snapshot import Fanout, Frame, Phase

Json = Any

_FIELDS = tuple(field.name for field in fields(Frame))
_VALUES = attrgetter(*_FIELDS)
_NO_VARIABLES: Mapping[str, Json] = {}


class OpenFrame:
    """A Frame that can be changed: the same fields, and `visible`, the variables it sees (its parents' and its own).

    `joined` are the outputs of a fan-out's children while the state around them is being left.
    """

    __slots__ = (*_FIELDS, "before", "joined", "visible")

    path: str
    machine: str
    state: str
    phase: Phase
    visit: int
    attempt: int
    epoch: int
    retries: tuple[int, ...]
    input: Json
    variables: Mapping[str, Json]
    arguments: Json
    credentials: Json
    entered_at: float
    entered_event: int
    last_event: int
    due_at: float | None
    timeout_seconds: float | None
    deadline: float | None
    heartbeat_seconds: float | None
    heartbeat_at: float | None
    lease_until: float
    started_event: int
    token: str | None
    fanout: Fanout | None
    output: Json
    job: Json
    first_attempt: int
    visible: Mapping[str, Json] | None
    before: int
    joined: list[Json] | None

    def __init__(self, path: str, machine: str, state: str, state_input: Json, last_event: int) -> None:
        """A frame that is READY to enter `state`."""
        self.path = path
        self.machine = machine
        self.state = state
        self.phase = Phase.READY
        self.visit = 0
        self.input = state_input
        self.variables = _NO_VARIABLES
        self.entered_at = 0.0
        self.entered_event = 0
        self.last_event = last_event
        self.output = None
        self.visible = None
        self.before = last_event
        self.forget_visit()

    def forget_visit(self) -> None:
        """Forget what belongs to one visit."""
        self.attempt = self.first_attempt = 0
        self.epoch = 0
        self.retries = ()
        self.arguments = None
        self.credentials = None
        self.fanout = None
        self.forget_attempt()

    def forget_attempt(self) -> None:
        """Forget what belongs to one attempt."""
        self.due_at = None
        self.timeout_seconds = None
        self.deadline = None
        self.heartbeat_seconds = None
        self.heartbeat_at = None
        self.lease_until = 0.0
        self.started_event = 0
        self.token = None
        self.job = None
        self.joined = None

    @classmethod
    def thaw(cls, frame: Frame) -> OpenFrame:
        """An open copy of `frame`."""
        opened = cls.__new__(cls)
        (  # in the order of the fields; written out, for setting them by name takes three times as long
            opened.path, opened.machine, opened.state, opened.phase, opened.visit, opened.attempt,
            opened.epoch, opened.retries, opened.input, opened.variables, opened.arguments,
            opened.credentials, opened.entered_at, opened.entered_event, opened.last_event, opened.due_at,
            opened.timeout_seconds, opened.deadline, opened.heartbeat_seconds, opened.heartbeat_at,
            opened.lease_until, opened.started_event, opened.token, opened.fanout, opened.output, opened.job,
            opened.first_attempt,
        ) = _VALUES(frame)
        opened.visible = None
        opened.before = frame.last_event
        opened.joined = None
        return opened

    def freeze(self) -> Frame:
        """What the snapshot keeps."""
        return Frame(  # as above
            self.path, self.machine, self.state, self.phase, self.visit, self.attempt, self.epoch, self.retries,
            self.input, self.variables, self.arguments, self.credentials, self.entered_at, self.entered_event,
            self.last_event, self.due_at, self.timeout_seconds, self.deadline, self.heartbeat_seconds,
            self.heartbeat_at, self.lease_until, self.started_event, self.token, self.fanout, self.output, self.job,
            self.first_attempt,
        )

    @property
    def place(self) -> tuple[str, int, int]:
        """As a Frame's."""
        return self.path, self.visit, self.attempt


AnyFrame: TypeAlias = Frame | OpenFrame
"""A frame, to read only."""

Peek: TypeAlias = Callable[[str], AnyFrame | None]
"""The frame at a path, to read only; None where there is none."""
