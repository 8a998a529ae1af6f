"""What tuning works on: figures of a window of time, and what is proposed from them. Facts, without behaviour.

Times are seconds unless a name says otherwise, memory is MB of 2**20 bytes as Lambda counts it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import field, fields

from engine.records import dataclass
from functions.tunables import Tunables

Number = float | int

PERIOD_SECONDS = 300
"""Figures of a stage come in pieces so long, as its alarms and graphs do."""


@dataclass(frozen=True, slots=True)
class Period:
    """Five minutes of a stage. `queue_age` and `visible` are the greatest that were seen: the oldest wake's age, which
    counts wakes that a worker holds too, and how many waited for a worker. `p50` and `p99` are of the worker's
    invocations; `api_requests` is a sum."""

    queue_age: float = 0.0
    visible: float = 0.0
    received: float = 0.0
    invocations: float = 0.0
    throttles: float = 0.0
    concurrent: float = 0.0
    p50: float = 0.0
    p99: float = 0.0
    api_requests: float = 0.0


@dataclass(frozen=True, slots=True)
class Stage:
    """A deployed stage over a window. None is what could not be read, `unread` says why.

    `unreserved` is the concurrency of the account that no function reserves. `counts` are the product's own metrics
    (functions/metering.py), summed up.
    """

    hours: float
    periods: tuple[Period, ...] = ()
    counts: Mapping[str, float] = field(default_factory=dict)
    unreserved: int | None = None
    worker_memory_used: float | None = None
    api_memory_used: float | None = None
    unread: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Proposal:
    """New values for settings that change together. `figures` are what the reason rests on, by name."""

    rule: str
    changes: Mapping[str, int]
    reason: str
    figures: Mapping[str, Number]


@dataclass(frozen=True, slots=True)
class Note:
    """Something worth knowing that no setting mends."""

    says: str
    figures: Mapping[str, Number] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Tuning:
    """What came of it. Without `enough` to judge by, nothing is proposed, and the first note says so."""

    enough: bool
    proposals: tuple[Proposal, ...] = ()
    notes: tuple[Note, ...] = ()


Found = Iterable[Proposal | Note]
"""What a rule gives."""

_BOUNDS = {item.name: (item.metadata["least"], item.metadata["most"]) for item in fields(Tunables)}


def least(name: str) -> int:
    """The least that a deployment's setting may be."""
    return int(_BOUNDS[name][0])


def most(name: str) -> int:
    """The most that a deployment's setting may be."""
    return int(_BOUNDS[name][1])


def rounded(figures: Mapping[str, Number]) -> dict[str, Number]:
    """Three digits are enough."""
    return {name: value if isinstance(value, int) else float(f"{value:.3g}") for name, value in figures.items()}
