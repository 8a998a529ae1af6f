"""What an execution costs on AWS: by its definition before it runs, by its history once it does."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

from engine.errors import UserError

if TYPE_CHECKING:
    from engine.cost.pricing import Pricing
    from engine.cost.run import RunCost

Json = Any


class Dollars(NamedTuple):
    """Of one execution, and of its deletion once its term is over; `run` is None for what cannot be priced."""

    run: float | None = None
    deletion: float = 0.0


@cache
def _pricing() -> Pricing:
    from engine.cost.pricing import Pricing  # noqa: PLC0415  only what prices reads the tables

    return Pricing()


def estimated(definition: Mapping[str, Json], kind: str) -> Dollars:
    """What an execution costs, every state visited once, no call fails."""
    from engine.cost.estimate import estimate  # noqa: PLC0415  likewise

    try:
        found = estimate(definition, kind, {}, _pricing())
    except (UserError, ArithmeticError, KeyError):
        return Dollars()
    return Dollars(found.dollars, found.deletion)


def ran(events: Iterable[Mapping[str, Json]], kind: str) -> RunCost:
    """What a run came to, from events as GetExecutionHistory gives them."""
    from engine.cost.run import run_cost  # noqa: PLC0415  likewise

    return run_cost(events, kind, _pricing())
