"""What to do with an execution when a round is over: a table of cases, of which the first that holds counts.

The round has fed what there was and committed what it could. So the execution is closed, or it waits: for its next
round, for a call, for somebody else, or for a time. Who waits for nothing here is parked, and its header says when
somebody must look again.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from enum import Enum, auto

from engine.durable.worker.calls import CallPool
from engine.durable.worker.outbox import Outbox
from engine.durable.worker.owned import RESERVE_SECONDS, Owned
from engine.durable.worker.policies import Policies
from engine.records import dataclass


class Do(Enum):
    """What is done."""

    START_OVER = auto()  # leave it unacknowledged: an EXPRESS run has nothing to go on with
    NEXT_ROUND = auto()
    CLOSE = auto()
    LET_GO_OF_HELD = auto()
    SEND_OUTBOX = auto()  # start and join children, offer work, stop jobs; then see what is blocked after that
    LEAVE_CALLS = auto()  # leave it unacknowledged: its lease says when the calls are over
    WAIT = auto()  # for an answer, or for a thread
    PAUSE = auto()  # until somebody has installed what this worker lacks
    PARK_DUE_NOW = auto()  # a continuation: for a worker with more time
    PARK = auto()  # until its next timer


class Blocked:
    """An execution after the round, as the table asks about it."""

    __slots__ = ("_calls", "_outbox", "_policies", "activation", "near", "now", "owned")

    def __init__(self, owned: Owned, now: float, *, outbox: Outbox, policies: Policies, calls: CallPool) -> None:
        self.owned = owned
        self.activation = owned.activation
        self.now = now
        self.near = owned.near(now)
        self._outbox = outbox
        self._policies = policies
        self._calls = calls

    @property
    def owes(self) -> bool:
        """Whether others are owed something (worker.outbox)."""
        return self._outbox.owes(self.activation)

    @property
    def awaits_thread(self) -> bool:
        """Whether a call that fits its time has no thread yet, and one will be free."""
        return self._calls.in_flight > 0 and any(
            self._policies.fits(self.owned, frame, self.now) for frame in self.activation.owed().scheduled
        )

    @property
    def can_make_no_call(self) -> bool:
        """Whether calls are owed, and this worker has the connector of none of them."""
        scheduled = self.activation.owed().scheduled
        return bool(scheduled) and all(self._policies.lacks(self.activation, frame) for frame in scheduled)


@dataclass(frozen=True, slots=True)
class Case:
    """One row of the table."""

    name: str
    holds: Callable[[Blocked], bool]
    do: Do


CASES: Sequence[Case] = (
    Case("an EXPRESS run did not end in this worker's time",
         lambda b: b.activation.express and b.activation.dirty and not b.activation.snapshot.closed and b.near,
         Do.START_OVER),
    Case("there is something to feed or to commit",
         lambda b: b.activation.dirty or b.owned.woken or bool(b.owned.answers),
         Do.NEXT_ROUND),
    Case("it is closed",
         lambda b: b.activation.snapshot.closed,
         Do.CLOSE),
    Case("it is held, and no call of it is under way",
         lambda b: b.owned.held and not b.activation.in_flight,
         Do.LET_GO_OF_HELD),
    Case("it owes others something, and may go on",
         lambda b: not b.near and not b.owned.held and b.now >= b.owned.outbox_at and b.owes,
         Do.SEND_OUTBOX),
    Case("a slice ended before its states did",
         lambda b: not b.near and b.activation.owed().ready,
         Do.NEXT_ROUND),
    Case("calls are under way, and should have ended",
         lambda b: bool(b.activation.in_flight) and b.now >= b.owned.deadline - RESERVE_SECONDS / 2,
         Do.LEAVE_CALLS),
    Case("calls are under way",
         lambda b: bool(b.activation.in_flight),
         Do.WAIT),
    Case("a call waits for a thread",
         lambda b: not b.near and b.awaits_thread,
         Do.WAIT),
    Case("its calls need what this worker does not have",
         lambda b: not b.near and not b.owes and not b.activation.owed().ready and b.can_make_no_call,
         Do.PAUSE),
    Case("another worker could go on at once",
         lambda b: bool(b.activation.owed().ready or b.activation.owed().scheduled or b.owes),
         Do.PARK_DUE_NOW),
    Case("it waits for a time, or for somebody else",
         lambda _: True,
         Do.PARK),
)


BELOW_OUTBOX = CASES[1 + next(number for number, case in enumerate(CASES) if case.do is Do.SEND_OUTBOX):]
"""The cases that are left when nothing came of what was owed to others."""


def what_to_do(blocked: Blocked, cases: Sequence[Case] = CASES) -> Do:
    """What the first case that holds says; the last one always does."""
    return next(case.do for case in cases if case.holds(blocked))
