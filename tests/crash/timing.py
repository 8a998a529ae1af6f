"""Virtual time: a clock that lets others act while one sleeps, clocks that go wrong, calls that take their time."""

from __future__ import annotations

import heapq
from collections.abc import Callable
from pathlib import Path
from typing import Any

from engine.clock import SkipClock
from engine.durable.worker.calls import Answer, CallPool, Ticket
from engine.ports.tasks import TaskFailed

STEP_SECONDS = 0.5
"""How far the clock moves at most while an owner waits for an answer: it looks into its inbox every 2 s."""

UNEVEN_SECONDS = (0.0, 0.7, 1.4, 2.1)
"""What calls take beyond their workflow's seconds, in turn: answers come between and after other events."""

NEVER = TaskFailed("never answered")
"""The answer of a task whose call does not return."""


class EventClock(SkipClock):
    """`on_sleep` is called after each sleep. With `path` the time survives the process."""

    def __init__(self, path: Path | None = None) -> None:
        super().__init__()
        self.on_sleep: Callable[[], None] = lambda: None
        self._path = path
        if path is not None and path.exists():
            self.set(float(path.read_text()))

    def sleep(self, seconds: float) -> None:
        super().sleep(seconds)
        if self._path is not None:
            self._path.write_text(repr(self.now()))
        self.on_sleep()


class SkewedClock:
    """Another's clock, `skew` seconds ahead."""

    def __init__(self, clock: SkipClock, skew: float) -> None:
        self._clock, self._skew = clock, skew

    def now(self) -> float:
        return self._clock.now() + self._skew

    def sleep(self, seconds: float) -> None:
        self._clock.sleep(seconds)


class VirtualCalls(CallPool):
    """Calls that take effect when they are made, and answer when their virtual time is over; eight at once. `seconds`
    says how long each takes at least.

    One that is answered NEVER takes effect, and hangs.
    """

    def __init__(self, tasks: Any, clock: Any, seconds: Callable[[Any], float]) -> None:
        super().__init__(tasks, clock, 0)
        self._seconds = seconds
        self._late: list[tuple[float, int, Answer]] = []
        self._number = 0

    @property
    def free(self) -> int:
        return 8 - len(self._ends)

    def submit(self, ticket: Ticket, call: Any, end: float, *, computes: bool = False) -> None:
        super().submit(ticket, call, end, computes=computes)
        if computes:  # its answer is there
            return
        answer = self._answers.get_nowait()
        if answer.outcome is NEVER:
            return
        seconds = 0.0
        if answer.outcome is not None:
            seconds = self._seconds(call) + UNEVEN_SECONDS[self._number % len(UNEVEN_SECONDS)]
        self._number += 1
        heapq.heappush(self._late, (self._clock.now() + seconds, self._number, answer))

    def interrupt(self) -> None:
        """Who is told of a wake looks at the queue between two waits anyway."""

    def answers(self, timeout: float) -> list[Answer]:
        found, self._made_here = [*self._made_here, *self._due()], []
        if not found and timeout > 0 and self._ends:
            next_in = self._late[0][0] - self._clock.now() if self._late else STEP_SECONDS
            self._clock.sleep(min(max(next_in, 0.001), STEP_SECONDS))
            found = self._due()
        for answer in found:
            self._ends.pop(answer.ticket, None)
        return found

    def _due(self) -> list[Answer]:
        found = []
        while self._late and self._late[0][0] <= self._clock.now():
            found.append(heapq.heappop(self._late)[2])
        return found
