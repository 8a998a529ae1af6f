"""A redrive counts as a start of its workflow, and does not wait: where the budget has no room it is refused."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from engine.durable.lifecycle.budgets import (
    RETRY_SECONDS,
    Budget,
    BudgetExceeded,
    Budgets,
    all_are_open,
    minute_is_given,
)
from engine.errors import UserError
from engine.ports.journal import OPEN_STATUSES, Header
from engine.ports.keys import ExecutionKey
from engine.ports.published import PublishedVersion
from engine.ports.transactions import Together


class RedriveBudget:
    """What redrives take of the budgets; without `budgets` no workflow has one."""

    def __init__(self, budgets: Budgets | None, together: Together) -> None:
        self._budgets = budgets
        self._together = together

    def spend(self, header: Header, version: PublishedVersion, redrive: Callable[[], None]) -> None:
        """`redrive`, if the budget of the version that goes on has room; a unit that it did not use is given back.
        Raises BudgetExceeded. An item of a Map Run and what is open take nothing."""
        budgets = self._budgets
        if budgets is None or header.is_item or header.status in OPEN_STATUSES:
            redrive()
            return
        key, budget = header.key, Budget.of(version)
        unit = None if budget.per_minute is None else _unit(budgets, key, budget.per_minute)
        try:
            if budget.most_open is None:
                redrive()
            else:
                self._together(partial(_in_line, budgets, key, budget.most_open, redrive))
        except UserError:
            if unit is not None:
                budgets.give_back(key.workspace, key.workflow, unit)
            raise


def _unit(budgets: Budgets, key: ExecutionKey, per_minute: int) -> float:
    """A unit of this minute."""
    unit = budgets.take(key.workspace, key.workflow, per_minute, ahead=False)
    if unit is None:
        raise BudgetExceeded(
            minute_is_given(key.workflow, per_minute), retry_after=budgets.retry_after(),
            advice="A redrive does not wait: ask for it again later.",
        )
    return unit


def _in_line(budgets: Budgets, key: ExecutionKey, most: int, redrive: Callable[[], None]) -> None:
    """`redrive`, where there is a free place. Within its transaction, where there is one: nobody else takes it."""
    if len(budgets.line(key.workspace, key.workflow, most)) >= most:
        raise BudgetExceeded(
            all_are_open(key.workflow, most), retry_after=RETRY_SECONDS,
            advice="A redrive does not wait: ask for it again when one of them has ended.",
        )
    redrive()
