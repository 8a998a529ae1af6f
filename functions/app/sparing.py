"""How often something is recorded that others choose: the first few times one by one, then now and again.

Anybody may knock as often as they like, and a log that cannot be shortened must not be filled by that. So the first
BURST of a key are recorded, and then one every EVERY_SECONDS at most; each says how many were left out before it.
"""

from __future__ import annotations

from collections import OrderedDict
from threading import Lock

from engine.clock import Clock
from engine.records import dataclass

BURST = 20
EVERY_SECONDS = 60.0
MOST_KEYS = 1_000
"""Of so many keys it is known how often they came; who was longest not heard of begins anew."""


@dataclass(slots=True)
class _Room:
    room: float
    asked_at: float
    left_out: int = 0


class Sparing:
    """Counts by key, in this process. Safe to share between threads."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = Lock()
        self._rooms: OrderedDict[str, _Room] = OrderedDict()

    def admit(self, key: str = "") -> int | None:
        """How many of `key` were left out before this one; None to leave this one out too."""
        with self._lock:
            now = self._clock.now()
            found = self._rooms.pop(key, None) or _Room(float(BURST), now)
            self._rooms[key] = found
            while len(self._rooms) > MOST_KEYS:
                self._rooms.popitem(last=False)
            found.room = min(float(BURST), found.room + max(0.0, now - found.asked_at) / EVERY_SECONDS)
            found.asked_at = now
            if found.room < 1:
                found.left_out += 1
                return None
            found.room -= 1
            left_out, found.left_out = found.left_out, 0
            return left_out
