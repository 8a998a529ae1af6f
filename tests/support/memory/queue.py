"""The wake queue in a process's memory: a heap of free wakes by due time for each workflow, and the claimed ones."""

from __future__ import annotations

import heapq
import itertools
from collections.abc import Callable, Sequence
from collections.abc import Set as AbstractSet
from threading import Lock

from engine.clock import Clock
from engine.ports.keys import ExecutionKey
from engine.ports.queue import MAX_DELAY_SECONDS, Received, Standing, Wake


class MemoryQueue:
    """engine.ports.queue.ClaimableQueue. Delays run on `clock`, so a test can skip them."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = Lock()
        self._numbers = itertools.count(1)
        self._free: dict[str, list[tuple[float, int, ExecutionKey, int]]] = {}
        self._claimed: dict[str, Received] = {}
        self._changed = False
        self._heard: Callable[[], None] = lambda: None

    def send(self, wakes: Sequence[Wake]) -> None:
        """Put wakes into the queue."""
        with self._lock:
            for wake in wakes:
                self._put(wake.key, min(wake.delay, MAX_DELAY_SECONDS), receives=0)

    def standing(self) -> Standing:
        """How many wakes are due and not taken, and since when."""
        with self._lock:
            due = [wake[0] for free in self._free.values() for wake in free if wake[0] <= self._clock.now()]
            return Standing(len(due), min(due, default=None))

    def claim(self, limit: int, *, without: AbstractSet[str] = frozenset()) -> list[Received]:
        """Up to `limit` due wakes: one of each workflow in turn, of each the earliest first."""
        with self._lock:
            now = self._clock.now()
            taken: list[tuple[float, int, ExecutionKey, int]] = []
            due = [name for name, free in self._free.items() if free[0][0] <= now and name not in without]
            while due and len(taken) < limit:
                name = due.pop(0)
                free = self._free.pop(name)
                taken.append(heapq.heappop(free))
                if free:
                    self._free[name] = free  # behind the others, for its next turn
                    due += [name] if free[0][0] <= now else []
            taken.sort()
            claimed = [Received(key, str(number), receives + 1) for _, number, key, receives in taken]
            self._claimed.update((item.receipt, item) for item in claimed)
            return claimed

    def acknowledge(self, receipts: Sequence[str]) -> None:
        """Delete claimed wakes."""
        with self._lock:
            for receipt in receipts:
                self._claimed.pop(receipt, None)

    def release(self, receipts: Sequence[str], delay: float = 0.0) -> None:
        """Give claimed wakes back, to be claimed again after `delay` seconds."""
        with self._lock:
            for receipt in receipts:
                item = self._claimed.pop(receipt, None)
                if item is not None:
                    self._put(item.key, delay, item.receives)

    def next_due_in(self) -> float | None:
        """Seconds until the earliest unclaimed wake is due; None when there is none."""
        with self._lock:
            return max(0.0, min(free[0] for free in self._free.values())[0] - self._clock.now()) if self._free else None

    def changed(self) -> bool:
        """Whether wakes may have been added since the last call."""
        with self._lock:
            changed, self._changed = self._changed, False
            return changed

    def listen(self, heard: Callable[[], None] | None) -> bool:
        """Have `heard` called whenever wakes may have been added."""
        self._heard = heard or (lambda: None)
        return heard is not None

    def abandon_claims(self) -> None:
        """Free every claimed wake, as the death of the process that holds them does."""
        self.release(list(self._claimed))

    def _put(self, key: ExecutionKey, delay: float, receives: int) -> None:
        due_at = self._clock.now() + max(0.0, delay)
        heapq.heappush(self._free.setdefault(key.workflow, []), (due_at, next(self._numbers), key, receives))
        self._changed = True
        self._heard()
