"""The only place that reads the time. Everything else is handed a Clock."""

from __future__ import annotations

import time
from typing import Protocol


class Clock(Protocol):
    """Wall-clock seconds since the epoch."""

    def now(self) -> float:
        """Seconds since the epoch, UTC."""
        ...

    def sleep(self, seconds: float) -> None:
        """Let `seconds` pass."""
        ...


class SystemClock:
    """The machine's clock."""

    def now(self) -> float:
        """Seconds since the epoch, UTC."""
        return time.time()

    def sleep(self, seconds: float) -> None:
        """Block this thread for `seconds`."""
        time.sleep(seconds)


thread_seconds = time.thread_time
"""The CPU seconds that the calling thread has had: what limits are measured by, never anything that is told."""


class SkipClock:
    """Virtual time: sleeping moves the clock and takes none."""

    def __init__(self, start: float = 1_700_000_000.0) -> None:
        self._now = start

    def now(self) -> float:
        """The virtual time, seconds since the epoch."""
        return self._now

    def sleep(self, seconds: float) -> None:
        """Move the virtual time on by `seconds`."""
        self._now += max(0.0, seconds)

    def set(self, at: float) -> None:
        """Move the virtual time to `at`, backwards too (a skewed clock)."""
        self._now = at
