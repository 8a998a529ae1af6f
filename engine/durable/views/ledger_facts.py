"""What the ledger of effects holds: rows, pages of them, and what is asked for to read them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import field
from enum import StrEnum
from typing import Any

from engine.ports.tasks import TaskPolicy
from engine.records import dataclass

Json = Any
Place = tuple[int, int]
"""Where a row stands: the number of its segment, and a number in it."""

BEGINNING: Place = (-1, -1)
"""Before the first row."""


class Outcome(StrEnum):
    """What came of a call. NOT_DONE: certainly not. UNDER_WAY: its time is not over yet. IN_CHILDREN: a Map Run's
    children have ledgers of their own. RECORDED: a fork's, answered from the record of its original; nothing was
    called."""

    DONE = "DONE"
    NOT_DONE = "NOT_DONE"
    UNKNOWN = "UNKNOWN"
    REPEATED = "REPEATED"
    UNDER_WAY = "UNDER_WAY"
    IN_CHILDREN = "IN_CHILDREN"
    RECORDED = "RECORDED"


@dataclass(slots=True)
class Effect:
    """One call. Times are epoch seconds: `intended_at` is when it was decided on, `began_at` when the intent was
    durable, which the call never precedes; None for one that is owed and not begun. `attempt` counts from 0. `items`
    are the numbers of the Map items around it, the outermost first. `digest` is of its arguments. `service_id` is what
    the service calls what it did. `child` is the execution that it starts, `map_run` the ARN of a run whose items are
    executions. `entered_event` names the step. `repeats`: an earlier call may have had the same key."""

    place: Place
    frame: str
    state: str
    visit: int
    attempt: int
    items: tuple[int, ...]
    resource: str | None
    key: str
    at_most_once: bool
    digest: str | None
    entered_event: int
    intended_at: float
    began_at: float | None
    lease_until: float = 0.0
    repeats: bool = False
    outcome: Outcome = Outcome.UNDER_WAY
    ended_at: float | None = None
    error: str | None = None
    service_id: str | None = None
    child: str | None = None
    map_run: str | None = None
    epoch: int = field(default=0, repr=False)
    handed_out: bool = field(default=False, repr=False)
    changes: int = field(default=0, repr=False)


@dataclass(frozen=True, slots=True)
class Reading:
    """What the reader asks for: what is known of a resource, the digest of the arguments of a state's call, and its
    result as it may be shown. It keeps no value. `outlined`: a digest that the journal has is that, and no large value
    need be read."""

    policy: Callable[[str], TaskPolicy]
    digest: Callable[[str, Json], str]
    result: Callable[[str, Json], Json]
    outlined: bool = False


@dataclass(frozen=True, slots=True)
class Page:
    """Rows in the order of their intents. `following` is where the next page begins, None at the end.
    `keeps_intents` False: an EXPRESS execution, of whose earlier runs, and while it is open, nothing is known."""

    effects: tuple[Effect, ...]
    following: Place | None
    keeps_intents: bool = True
