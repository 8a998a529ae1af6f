"""Virtual time in which many calls are under way at once: each is a greenlet, and sleeping is all that takes time.

A greenlet that sleeps hands over to whoever is due next. So ten seconds of thousands of callers take as long as their
own computing does, and come out the same each time.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterable
from itertools import count
from typing import Any, TypeVar

from greenlet import getcurrent, greenlet

Thing = TypeVar("Thing")
Answer = TypeVar("Answer")

START = 1_700_000_000.0


class VirtualTime:
    """engine.clock.Clock. Outside `run` a sleep moves the time on at once."""

    def __init__(self) -> None:
        self._now = START
        self._order = count()
        self._due: list[tuple[float, int, greenlet]] = []
        self._hub: greenlet | None = None

    def now(self) -> float:
        """Seconds since the epoch."""
        return self._now

    def sleep(self, seconds: float) -> None:
        """Let `seconds` pass, in which others go on."""
        if self._hub is None:
            self._now += seconds
            return
        heapq.heappush(self._due, (self._now + seconds, next(self._order), getcurrent()))
        self._hub.switch()

    def later(self, seconds: float, act: Callable[[], Any]) -> None:
        """Do `act` by itself in `seconds`. What it raises ends `run`."""
        heapq.heappush(self._due, (self._now + seconds, next(self._order), greenlet(act)))

    def run(self, until: float = float("inf")) -> None:
        """Go on until nothing is due before `until`."""
        self._hub = getcurrent()
        try:
            while self._due and self._due[0][0] <= until:
                at, _, due = heapq.heappop(self._due)
                self._now = max(self._now, at)
                due.parent = self._hub
                due.switch()
        finally:
            self._hub = None

    def pause(self) -> Any:
        """Hand over until somebody calls `resume` with the current greenlet."""
        assert self._hub is not None, "nobody else is there"
        return self._hub.switch()

    def resume(self, waiting: greenlet) -> None:
        """Let one that has paused go on, now."""
        heapq.heappush(self._due, (self._now, next(self._order), waiting))


class AtOnce:
    """engine.adapters.aws.at_once.AtOnce in virtual time: so many `threads` call at the same time."""

    def __init__(self, time: VirtualTime, threads: int) -> None:
        self._time = time
        self._threads = threads

    def each(self, call: Callable[[Thing], Answer], things: Iterable[Thing]) -> list[Answer]:
        """As the protocol says."""
        waiting = list(enumerate(things))[::-1]
        answers: dict[int, Answer] = {}
        failures: list[Exception] = []
        running = min(self._threads, len(waiting))
        caller = getcurrent()

        def thread() -> None:
            nonlocal running
            while waiting and not failures:
                number, thing = waiting.pop()
                try:
                    answers[number] = call(thing)
                except Exception as error:  # noqa: BLE001 - the caller is told
                    failures.append(error)
            running -= 1
            if not running:
                self._time.resume(caller)

        if not waiting:
            return []
        for _ in range(running):
            self._time.later(0, thread)
        self._time.pause()
        if failures:
            raise failures[0]
        return [answers[number] for number in sorted(answers)]
