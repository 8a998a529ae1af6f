"""Whether an execution that has not begun may begin: its workflow may have a budget (engine.durable.lifecycle.budgets).

    its minute is still to come ──► its wake was too early, or is not for that: dropped
    it was given none yet, for its workflow was paused ──► now it is given one
    its workflow is paused ──► it waits on, and is given a minute once that is over
    as many others as may be open stand before it in the line ──► it waits until one has ended, which wakes it

Who has begun stays in the line until its end, and nobody comes to stand before it: so who is among the first may begin
without a count of them being kept anywhere. A stop is read whatever it waits for (worker.admission).
"""

from __future__ import annotations

from dataclasses import replace

from engine.clock import Clock
from engine.durable.execution import BudgetWait
from engine.durable.lifecycle.budgets import (
    LOOK_SECONDS,
    Budget,
    Budgets,
    budget_wait,
    first_wake,
    has_no_minute,
    waits_for_others,
    waits_on,
)
from engine.durable.lifecycle.pausing import HOLD_SECONDS, Holds
from engine.durable.opening import START_GRACE_SECONDS
from engine.kernel.express import EXPRESS_SYNC, FIRST_LOOK_SECONDS
from engine.ports.journal import RUNNING, Header, HeaderChange, Journal
from engine.ports.keys import ExecutionKey
from engine.ports.published import Published
from engine.ports.queue import Wake, WakeQueue

_CHUNK = 10


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
        if self._budgets is None or header.is_item or header.status != RUNNING or header.kind == EXPRESS_SYNC:
            return False
        budget, wait = self._budget(header), budget_wait(header)
        if wait is not None and self._waits_for_its_minute(self._budgets, budget, header, wait):
            return True
        if budget.most_open is not None and self._waits_in_line(self._budgets, budget.most_open, header):
            return True
        if wait is not None and (wait.until is None or header.kind in FIRST_LOOK_SECONDS):
            due_at = self._clock.now() + FIRST_LOOK_SECONDS.get(header.kind, START_GRACE_SECONDS)
            self._change(replace(header, cause=None, due_at=due_at))
        return False

    def ended(self, header: Header) -> None:
        """Wake who may begin now that the execution has ended."""
        if self._budgets is None or header.is_item:
            return
        most = self._budget(header).most_open
        if most is None:
            return
        line, now = self._budgets.next_in_line(header.key, most), self._clock.now()
        for start in range(0, len(line), _CHUNK):
            waiting = self._waiting(line[start : start + _CHUNK])
            if not waiting:
                return  # who has begun stands before who waits
            self._queue.send([Wake(key, self._budgets.settled_at(now) - now) for key in waiting])

    def _waiting(self, keys: list[ExecutionKey]) -> list[ExecutionKey]:
        return [key for key, header in self._journal.headers(keys).items() if budget_wait(header) is not None]

    def _budget(self, header: Header) -> Budget:
        return Budget.of(self._published.numbered(header.key.workspace, header.workflow, header.version))

    def _waits_for_its_minute(self, budgets: Budgets, budget: Budget, header: Header, wait: BudgetWait) -> bool:
        now = self._clock.now()
        if wait.until is not None and wait.until > now:
            return True
        if not has_no_minute(header) and wait.until is None:
            return False  # it waits for others
        if self._holds.holds(header.key, begun=False, look=True):
            self._change(waits_on(header, None, now))
            return True
        if wait.until is not None or budget.per_minute is None:
            return False
        until = budgets.take(header.key.workspace, header.key.workflow, budget.per_minute, ahead=True)
        if until is not None and until <= now:
            return False
        waiting = waits_on(header, until, now)  # None: a day is given away, and it is looked at again later
        self._change(waiting)
        self._queue.send(first_wake(waiting, now) if until is not None else [])
        return True

    def _waits_in_line(self, budgets: Budgets, most: int, header: Header) -> bool:
        now, settled_at = self._clock.now(), budgets.settled_at(header.started_at)
        if now < settled_at:
            return True  # its wake comes when it knows its place
        line = budgets.line_at(header.key, most, settled_at)
        if header.key in line[:most]:
            return False
        due_at = now + (LOOK_SECONDS if header.key in line or len(line) < most else HOLD_SECONDS)
        self._change(waits_for_others(header, due_at))
        return True

    def _change(self, header: Header) -> None:
        self._journal.update_headers([
            HeaderChange(header.key, header.seq, RUNNING, header.due_at, cause=header.cause)
        ])
