"""Connector calls on their own threads, so that the stepping loop never waits for the world.

The threads are daemons: a clean stop must not wait minutes for a slow system whose call the next owner repeats or
reports as interrupted. (concurrent.futures joins its threads at exit, which would.)
"""

from __future__ import annotations

import logging
import math
import queue
import threading

from engine.clock import Clock
from engine.durable.activation import Call
from engine.ports.keys import ExecutionKey
from engine.ports.tasks import TaskCall, TaskFailed, TaskOutcome, Tasks
from engine.records import dataclass

_LOG = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Ticket:
    """Which call this is: the nonce of the load that owns it, and the call's frame, visit and attempt."""

    key: ExecutionKey
    nonce: str
    call: Call


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of a call. `outcome` is None when it was not made because its time was over already."""

    ticket: Ticket
    outcome: TaskOutcome | None


class CallPool:
    """`threads` calls at once; 0 makes each call in the submitting thread (tests that need one order).

    A call past its end hangs: its thread is given up and another may be started, as many again as `threads` at most.
    """

    def __init__(self, tasks: Tasks, clock: Clock, threads: int) -> None:
        self._tasks = tasks
        self._clock = clock
        self._threads = threads
        self._jobs: queue.SimpleQueue[tuple[Ticket, TaskCall, float]] = queue.SimpleQueue()
        self._answers: queue.SimpleQueue[Answer | None] = queue.SimpleQueue()
        self._started = 0
        self._ends: dict[Ticket, float] = {}
        self._none_hangs_before = math.inf  # the earliest end at the latest look, or an earlier one

    @property
    def in_flight(self) -> int:
        """How many calls have not been answered."""
        return len(self._ends)

    @property
    def free(self) -> int:
        """How many more calls can be made right now."""
        return max(self._threads, 1) - self.in_flight + self._hung()

    def holds(self, key: ExecutionKey, nonce: str) -> bool:
        """Whether a call of this load of this execution has not been answered."""
        return any(ticket.key == key and ticket.nonce == nonce for ticket in self._ends)

    def submit(self, ticket: Ticket, call: TaskCall, end: float) -> None:
        """Make the call, which is over by `end` (epoch seconds), unless it is past that when a thread gets to it."""
        self._ends[ticket] = end
        self._none_hangs_before = min(self._none_hangs_before, end)
        if self._threads == 0:
            self._perform(ticket, call, end)
            return
        if self._started < min(self.in_flight, self._threads + self._hung()):
            self._started += 1
            threading.Thread(target=self._work, name=f"call-{self._started}", daemon=True).start()
        self._jobs.put((ticket, call, end))

    def interrupt(self) -> None:
        """End a wait for answers, of any thread: there is something else to do."""
        self._answers.put(None)

    def answers(self, timeout: float) -> list[Answer]:
        """All answers that are there; waits up to `timeout` seconds for the first, or until it is interrupted."""
        found: list[Answer | None] = []
        try:
            found.append(self._answers.get(timeout=timeout) if timeout > 0 else self._answers.get_nowait())
            while True:
                found.append(self._answers.get_nowait())
        except queue.Empty:
            pass
        answers = [answer for answer in found if answer is not None]
        for answer in answers:
            self._ends.pop(answer.ticket, None)
        return answers

    def _hung(self) -> int:
        now = self._clock.now()
        if now < self._none_hangs_before:
            return 0
        self._none_hangs_before = min(self._ends.values(), default=math.inf)
        return min(sum(end <= now for end in self._ends.values()), max(self._threads, 1))

    def _work(self) -> None:
        while True:
            self._perform(*self._jobs.get())

    def _perform(self, ticket: Ticket, call: TaskCall, end: float) -> None:
        if self._clock.now() >= end:
            self._answers.put(Answer(ticket, None))
            return
        try:
            outcome = self._tasks.call(call)
        except Exception as error:  # noqa: BLE001  a Tasks that breaks its promise must not cost the execution
            _LOG.exception("the task port failed", extra={"execution": ticket.key.id, "state": call.state})
            outcome = TaskFailed("Automate.TaskError", f"{type(error).__name__} in the task port", definite=False)
        self._answers.put(Answer(ticket, outcome))
