"""Webhooks that are refused: each is counted, none is written. Who is refused too often is told that alone.

An address may be refused BURST times at once and once a second after that; beyond, it does not even learn why. What is
accepted counts for nothing and is never held up: a sender with the right secret may share its address with one that has
a wrong one, as all have one behind a tunnel. The gateway's throttle and the sizes of bodies bound what is looked at.
"""

from __future__ import annotations

import logging
from collections import Counter, OrderedDict
from threading import Lock

from engine.clock import Clock

_LOG = logging.getLogger(__name__)

BURST = 30.0
TOLD_SECONDS = 60.0
"""Counts are written to the log at most so often: the first refusal at once."""

MOST_ADDRESSES = 10_000


class WebhookRefusals:
    """Of one process. Safe to share between threads."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = Lock()
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()
        self._counts: Counter[str] = Counter()
        self._told_at = clock.now() - TOLD_SECONDS

    def is_held(self, address: str) -> bool:
        """Whether `address` was refused too often of late."""
        with self._lock:
            if self._left_of(address) >= 1.0:
                return False
            self._count("too many")
            return True

    def refused(self, address: str, why: str) -> None:
        """A call from `address` was refused; `why` is for the count alone."""
        with self._lock:
            self._left[address] = (self._left_of(address) - 1.0, self._clock.now())
            self._left.move_to_end(address)
            while len(self._left) > MOST_ADDRESSES:
                self._left.popitem(last=False)
            self._count(why)

    def counts(self) -> dict[str, int]:
        """What was refused since the counts were told last, by reason."""
        with self._lock:
            return dict(self._counts)

    def _left_of(self, address: str) -> float:
        left, at = self._left.get(address, (BURST, self._clock.now()))
        return min(BURST, left + max(0.0, self._clock.now() - at))

    def _count(self, why: str) -> None:
        self._counts[why] += 1
        now = self._clock.now()
        if now - self._told_at >= TOLD_SECONDS:
            told = ", ".join(f"{reason} {count}" for reason, count in sorted(self._counts.items()))
            _LOG.warning("webhooks refused since %.0f s: %s", now - self._told_at, told)
            self._counts.clear()
            self._told_at = now
