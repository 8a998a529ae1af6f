"""Connector calls on their own threads, so that the stepping loop never waits for the world.

Handing a call to a thread costs more than a short computation does. So a call that is declared to compute is made in
the loop, and its answer is there at once. Each is measured. One that took long makes its resource suspect, until so
many calls of it were quick; one that computed or waited for long meanwhile shows that it is not what it was declared to
be, and the resource is called on threads from then on. So one hiccup of the machine costs nothing. A busy one, which
lets the worker itself wait, is told apart as far as the system tells: it takes the processor away, and a call that
waits gives it up (for Python's own lock too, so that threads that compute beside it can make it look slow).

No time-out and no stop ends a call in the loop before it returns.

The threads are daemons: a clean stop must not wait minutes for a slow system whose call the next owner repeats or
reports as interrupted. (concurrent.futures joins its threads at exit, which would.)
"""

from __future__ import annotations

import logging
import math
import queue
import resource
import threading
import time
from itertools import count

from engine.clock import Clock
from engine.durable.activation import Call
from engine.ports.keys import ExecutionKey
from engine.ports.tasks import TaskCall, TaskFailed, TaskOutcome, Tasks
from engine.records import dataclass

_LOG = logging.getLogger(__name__)

QUICK_SECONDS = 0.005
"""A call in the loop that takes longer keeps the other executions waiting: the second such is the last one of its
resource there."""

FORGIVEN_AFTER = 1000
"""So many quick calls of a resource make up for one that took long."""

_unknown = count()


def _waits() -> int:
    """How often this thread has given up the processor to wait. Where the system does not tell, another number each
    time: it may have waited."""
    if not hasattr(resource, "RUSAGE_THREAD"):
        return next(_unknown)
    return resource.getrusage(resource.RUSAGE_THREAD).ru_nvcsw


@dataclass(frozen=True, slots=True)
class Ticket:
    """Which call this is: the nonce of the load that owns it, and the call's frame, visit and attempt."""

    key: ExecutionKey
    nonce: str
    call: Call

    def __hash__(self) -> int:
        return hash((self.nonce, self.call))  # a nonce is one load's alone; tickets are looked up at each call


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of a call. `outcome` is None when it was not made because its time was over already."""

    ticket: Ticket
    outcome: TaskOutcome | None


class CallPool:
    """`threads` calls at once; 0 makes each call in the submitting thread (tests that need one order).

    A call past its end hangs: its thread is given up and another may be started, as many again as `threads` at most.
    `slow` are the resources that were declared to compute, and took long again and again; `quick` those whose last call
    was quick.
    """

    def __init__(self, tasks: Tasks, clock: Clock, threads: int) -> None:
        self._tasks = tasks
        self._clock = clock
        self._threads = threads
        self._jobs: queue.SimpleQueue[tuple[Ticket, TaskCall, float]] = queue.SimpleQueue()
        self._answers: queue.SimpleQueue[Answer | None] = queue.SimpleQueue()
        self.slow: set[str] = set()
        self.quick: set[str] = set()
        self._suspects: dict[str, int] = {}  # and how many quick calls they need
        self._made_here: list[Answer] = []
        self._started = 0
        self._ends: dict[Ticket, float] = {}
        self._none_hangs_before = math.inf  # the earliest end at the latest look, or an earlier one

    @property
    def in_flight(self) -> int:
        """How many calls have an answer that was not taken yet, or none."""
        return len(self._ends) + len(self._made_here)

    @property
    def made_here(self) -> bool:
        """Whether calls that compute were made since the answers were taken last: theirs are there."""
        return bool(self._made_here)

    @property
    def free(self) -> int:
        """How many more calls can be made on threads right now."""
        return max(self._threads, 1) - len(self._ends) + self._hung()

    def holds(self, key: ExecutionKey, nonce: str) -> bool:
        """Whether a call of this load of this execution has not been answered."""
        return any(ticket.key == key and ticket.nonce == nonce for ticket in self._ends)

    def submit(self, ticket: Ticket, call: TaskCall, end: float, *, computes: bool = False) -> None:
        """Make the call, which is over by `end` (epoch seconds), unless it is past that when a thread gets to it. One
        that `computes` is made at once."""
        if computes and call.resource not in self.slow:
            self._made_here.append(self._measured(ticket, call, end))
            return
        self._ends[ticket] = end
        self._none_hangs_before = min(self._none_hangs_before, end)
        if self._threads == 0:
            self._answers.put(self._perform(ticket, call, end))
            return
        if self._started < min(len(self._ends), self._threads + self._hung()):
            self._started += 1
            threading.Thread(target=self._work, name=f"call-{self._started}", daemon=True).start()
        self._jobs.put((ticket, call, end))

    def interrupt(self) -> None:
        """End a wait for answers, of any thread: there is something else to do."""
        self._answers.put(None)

    def answers(self, timeout: float) -> list[Answer]:
        """All answers that are there; waits up to `timeout` seconds for the first, or until it is interrupted."""
        here, self._made_here = self._made_here, []
        found: list[Answer | None] = []
        try:
            waits = timeout > 0 and not here
            found.append(self._answers.get(timeout=timeout) if waits else self._answers.get_nowait())
            while True:
                found.append(self._answers.get_nowait())
        except queue.Empty:
            pass
        answers = [answer for answer in found if answer is not None]
        for answer in answers:
            self._ends.pop(answer.ticket, None)
        return here + answers

    def _hung(self) -> int:
        now = self._clock.now()
        if now < self._none_hangs_before:
            return 0
        self._none_hangs_before = min(self._ends.values(), default=math.inf)
        return min(sum(end <= now for end in self._ends.values()), max(self._threads, 1))

    def _work(self) -> None:
        while True:
            self._answers.put(self._perform(*self._jobs.get()))

    def _measured(self, ticket: Ticket, call: TaskCall, end: float) -> Answer:
        resource, left = call.resource, self._suspects.get(call.resource)
        computed, waits = (0.0, 0) if left is None else (time.thread_time(), _waits())
        began = self._clock.now()
        answer = self._perform(ticket, call, end)
        seconds = self._clock.now() - began
        if left is None:
            if seconds > QUICK_SECONDS:
                self._suspects[resource] = FORGIVEN_AFTER
                self.quick.discard(resource)
            else:
                self.quick.add(resource)
        elif seconds > QUICK_SECONDS and (time.thread_time() - computed > QUICK_SECONDS or _waits() != waits):
            del self._suspects[resource]
            self.slow.add(resource)
            self.quick.discard(resource)
            _LOG.warning("%s is declared to compute and took %.0f ms: it is called on threads from now on",
                         resource, seconds * 1000, extra={"execution": ticket.key.id, "state": call.state})
        else:
            self._quick_again(resource, left - 1)
        return answer

    def _quick_again(self, resource: str, left: int) -> None:
        self.quick.add(resource)
        self._suspects[resource] = left
        if left <= 0:
            del self._suspects[resource]

    def _perform(self, ticket: Ticket, call: TaskCall, end: float) -> Answer:
        if self._clock.now() >= end:
            return Answer(ticket, None)
        try:
            outcome = self._tasks.call(call)
        except Exception as error:  # noqa: BLE001  a Tasks that breaks its promise must not cost the execution
            _LOG.exception("the task port failed", extra={"execution": ticket.key.id, "state": call.state})
            outcome = TaskFailed("Automate.TaskError", f"{type(error).__name__} in the task port", definite=False)
        return Answer(ticket, outcome)
