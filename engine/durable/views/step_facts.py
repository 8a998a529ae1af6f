"""What is told of the steps of an execution: one Step for each time that a state was entered.

Facts for people, derived from the history by `engine.durable.views.steps`; nothing here decides anything.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, Literal, Protocol, TypeVar

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


class Placed(Protocol):
    """A step, or one being put together."""

    @property
    def id(self) -> str:
        """As a Step's."""
        ...

    @property
    def name(self) -> str:
        """The state's."""
        ...

    @property
    def status(self) -> Status | None:
        """None of one that has no end of its own yet."""
        ...


AnyStep = TypeVar("AnyStep", bound=Placed)
_BAD = frozenset({FAILED, TIMED_OUT, RUNNING, WAITING, RETRYING})


def within(steps: Sequence[AnyStep], most: int, around: Callable[[AnyStep], AnyStep | None]) -> Sequence[AnyStep]:
    """The first `most` steps; and beyond them as many at the most that did not go well, with what they are in, which
    `around` tells."""
    if len(steps) <= most:
        return steps
    wanted = {step.id for step in steps[:most]}
    for step in steps[most:]:
        outer: AnyStep | None = step if step.status in _BAD else None
        while outer is not None and outer.id not in wanted and len(wanted) < 2 * most:
            wanted.add(outer.id)
            outer = around(outer)
    return [step for step in steps if step.id in wanted]


@dataclass(frozen=True, slots=True)
class Steps:
    """All steps in the order in which they were entered. `edges` are pairs of ids: the transitions really taken.
    `rests` are the times, from and to in epoch seconds, in which the execution had ended and was not redriven yet.
    `left_out` is how many steps were not asked for."""

    steps: tuple[Step, ...]
    edges: tuple[tuple[str, str], ...]
    status: Status
    last_event: int
    rests: tuple[tuple[float, float], ...] = ()
    left_out: int = 0

    def named(self, step_id: str) -> Step | None:
        """The step of that id."""
        return next((step for step in self.steps if step.id == step_id), None)
