"""Pace: so many calls in so many seconds, for one process. Whoever is too early waits for a turn."""

from __future__ import annotations

import threading
from collections import deque

from connectors.sdk import RateLimit
from engine.clock import Clock


class Pace:
    """No `limit.per_seconds` have more than `limit.requests` turns in them. Safe to share between threads."""

    def __init__(self, limit: RateLimit, clock: Clock) -> None:
        self._clock = clock
        self._seconds = limit.per_seconds
        self._turns: deque[float] = deque(maxlen=limit.requests)
        self._lock = threading.Lock()

    def take(self, deadline: float) -> float | None:
        """The seconds to wait for the turn that is taken; None, and none is taken, where it comes after `deadline`."""
        with self._lock:
            now = self._clock.now()
            turn = max(now, self._turns[0] + self._seconds) if len(self._turns) == self._turns.maxlen else now
            if turn >= deadline:
                return None
            self._turns.append(turn)
            return turn - now
