"""Whether an execution that has not begun may begin: one that waits for its workflow's budget has a minute for that.

    its minute is still to come ──► its wake was too early, or is not for that: dropped
    it was given none yet, for its workflow was paused ──► now it is given one
    its workflow is paused ──► it waits on, and is given a minute once that is over

A stop is read whatever it waits for (worker.admission).
"""

from __future__ import annotations

from dataclasses import replace

from engine.clock import Clock
from engine.durable.execution import BudgetWait
from engine.durable.lifecycle.budgets import Budget, Budgets, budget_wait, first_wake, waits_on
from engine.durable.lifecycle.pausing import Holds
from engine.durable.loading import START_GRACE_SECONDS
from engine.kernel.express import FIRST_LOOK_SECONDS
from engine.ports.journal import RUNNING, Header, HeaderChange, Journal
from engine.ports.published import Published
from engine.ports.queue import WakeQueue


class Beginning:
    """`holds` is what the worker knows of paused workflows. Raises StorageError, NotFound."""

    def __init__(
        self, *, journal: Journal, queue: WakeQueue, published: Published, clock: Clock, holds: Holds,
        budgets: Budgets | None,
    ) -> None:
        self._journal = journal
        self._queue = queue
        self._published = published
        self._clock = clock
        self._holds = holds
        self._budgets = budgets

    def waits(self, header: Header) -> bool:
        """Whether it waits on; where it does not, nothing has to be done before it begins."""
        wait = budget_wait(header)
        if wait is None:
            return False
        now = self._clock.now()
        if wait.until is not None and wait.until > now:
            return True
        if self._holds.holds(header.key, begun=False, look=True):
            self._change(waits_on(header, None, now))
            return True
        until = self._minute(header, wait)
        if until is not None and until > now:
            waiting = waits_on(header, until if until < float("inf") else None, now)
            self._change(waiting)
            self._queue.send(first_wake(waiting, now) if until < float("inf") else [])
            return True
        if wait.until is None or header.kind in FIRST_LOOK_SECONDS:
            due_at = now + FIRST_LOOK_SECONDS.get(header.kind, START_GRACE_SECONDS)
            self._change(replace(header, cause=None, due_at=due_at))
        return False

    def _minute(self, header: Header, wait: BudgetWait) -> float | None:
        """When the minute begins that it was given, or is given now; None: it needs none any more."""
        if wait.until is not None or self._budgets is None:
            return wait.until
        key = header.key
        budget = Budget.of(self._published.pinned(key.workspace, header.workflow, header.definition_digest))
        if budget.per_minute is None:
            return None
        found = self._budgets.take(key.workspace, key.workflow, budget.per_minute, ahead=True)
        return float("inf") if found is None else found  # a day is given away: it is looked at again later

    def _change(self, header: Header) -> None:
        self._journal.update_headers([
            HeaderChange(header.key, header.seq, RUNNING, header.due_at, cause=header.cause)
        ])
