"""What is told of the steps of an execution: one Step for each time that a state was entered.

Facts for people, derived from the history by `engine.durable.views.steps`; nothing here decides anything.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final, Literal

from engine.kernel.history import HistoryEvent
from engine.records import dataclass

Json = Any

Status = Literal["RUNNING", "WAITING", "RETRYING", "SUCCEEDED", "CAUGHT", "FAILED", "TIMED_OUT", "ABORTED"]

RUNNING: Final = "RUNNING"
WAITING: Final = "WAITING"
RETRYING: Final = "RETRYING"
SUCCEEDED: Final = "SUCCEEDED"
CAUGHT: Final = "CAUGHT"
FAILED: Final = "FAILED"
TIMED_OUT: Final = "TIMED_OUT"
ABORTED: Final = "ABORTED"


@dataclass(frozen=True, slots=True)
class Attempt:
    """One try of a Task, Parallel or Map, numbered from 1. Times are epoch seconds."""

    number: int
    started_at: float
    ended_at: float | None
    status: Status
    error: str | None = None
    cause: str | None = None


@dataclass(frozen=True, slots=True)
class Waited:
    """A time in which nothing was done: for a Wait's timer, a Retrier's interval, or an answer from outside."""

    since: float
    until: float | None
    why: str


@dataclass(frozen=True, slots=True)
class Caught:
    """The error that a Catcher took, and the state it led to (None until that was entered)."""

    error: str | None
    next: str | None


@dataclass(frozen=True, slots=True)
class Step:
    """One visit of one state.

    `id` is the states' names on the way to it, each with its visit, branches and items in between by their number:
    ``Fulfil#1:0:Reserve Stock#1``. It is the same in every reading of the same execution. `path` is the same without
    visits and items, which is how a test names the state: ``Fulfil/0/Reserve Stock``, ``Each/Pick``.

    `arguments`, `result` and `assigned` are None where the state has none; `has_output` tells an output of null from
    none. `variables` are what the state could see as it was entered. `events` are its own, without those of the steps
    inside it.
    """

    id: str
    path: str
    name: str
    type: str
    parent: str | None
    branch: int | None
    item: int | None
    visit: int
    status: Status
    entered_at: float
    exited_at: float | None
    attempts: tuple[Attempt, ...]
    waits: tuple[Waited, ...]
    next: str | None
    caught: Caught | None
    first_event: int
    last_event: int
    error: str | None
    cause: str | None
    input: Json
    has_output: bool
    output: Json
    arguments: Json
    result: Json
    assigned: Mapping[str, Json]
    variables: Mapping[str, Json]
    map_run: str | None
    events: Sequence[HistoryEvent]


@dataclass(frozen=True, slots=True)
class Steps:
    """All steps in the order in which they were entered. `edges` are pairs of ids: the transitions really taken.
    `rests` are the times, from and to in epoch seconds, in which the execution had ended and was not redriven yet."""

    steps: tuple[Step, ...]
    edges: tuple[tuple[str, str], ...]
    status: Status
    last_event: int
    rests: tuple[tuple[float, float], ...] = ()

    def named(self, step_id: str) -> Step | None:
        """The step of that id."""
        return next((step for step in self.steps if step.id == step_id), None)
