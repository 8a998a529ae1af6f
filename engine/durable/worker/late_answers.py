"""Calls that were under way when their execution ended: the redrive that waits for them hears when they are answered.

    A failed, B under way ── segment: closed ── header: FAILED ············· redrive ── B waits for its lease
                                └─ B is remembered here     B is answered ── inbox: over ──► read: B is due at once

A redrive makes no call again that may still be under way: it waits for the end of the call's lease. The worker that
made the call knows better, once it has the answer. It says so in the execution's inbox, whether that is closed still or
redriven by now. The lease in the item names the call. What the call answered is not used: its attempt is over.

The item comes after the answer and never before. If it is lost, with this worker or by the store, the lease decides.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping

from engine.clock import Clock
from engine.durable import inbox
from engine.durable.activation import Activation, Call, StartedCall
from engine.durable.worker.calls import Answer, Ticket
from engine.durable.worker.owned import Owned
from engine.errors import StorageError
from engine.kernel.snapshot import Phase
from engine.ports.journal import OPEN_STATUSES, Journal
from engine.ports.keys import ExecutionKey
from engine.ports.queue import Wake, WakeQueue
from engine.ports.tasks import TaskFailed
from engine.records import dataclass

_LOG = logging.getLogger(__name__)

AGAIN_SECONDS = 2.0
"""How often it is tried to tell, where the store does not serve."""


@dataclass(frozen=True, slots=True)
class Over:
    """A call that was answered. `definite`: it failed, and had no effect."""

    ticket: Ticket
    lease_until: float
    definite: bool


class LateAnswers:
    """Told of each call, of each answer, and of each execution that is about to be closed."""

    def __init__(self, journal: Journal, queue: WakeQueue, clock: Clock) -> None:
        self._journal = journal
        self._queue = queue
        self._clock = clock
        self._leases: dict[str, dict[Call, float]] = {}  # of each load's calls, by its nonce
        self._left: dict[Ticket, float] = {}
        self._answered: list[Over] = []
        self._untold: list[Over] = []
        self._again_at = 0.0

    def expect(self, ticket: Ticket, call: StartedCall) -> None:
        """`call` is about to be made."""
        self._leases.setdefault(ticket.nonce, {})[ticket.call] = call.lease_until

    def note(self, answer: Answer) -> None:
        """An answer came, whether anybody waits for it or not."""
        ticket, outcome = answer.ticket, answer.outcome
        lease = self._taken(ticket.nonce, ticket.call)
        left = self._left.pop(ticket, None) if self._left else None
        definite = isinstance(outcome, TaskFailed) and outcome.definite
        if left is not None:
            self._untold.append(Over(ticket, left, definite))
        elif lease is not None:
            self._answered.append(Over(ticket, lease, definite))

    def _taken(self, nonce: str, call: Call) -> float | None:
        """The lease of a call under way, which is none any more."""
        leases = self._leases.get(nonce)
        if leases is None:
            return None
        lease = leases.pop(call, None)
        if not leases:
            del self._leases[nonce]
        return lease

    def closing(self, activation: Activation) -> None:
        """The execution is about to be let go of, closed: of its calls under way those count that a redrive would wait
        for."""
        for call, lease in self._leases.pop(activation.nonce, {}).items():
            ticket = Ticket(activation.key, activation.nonce, call)
            if _waited_for(activation, ticket, lease):
                self._left[ticket] = lease

    def settle(self, owned: Mapping[ExecutionKey, Owned]) -> None:
        """Tell what is to be told. `owned` are this worker's executions."""
        if self._answered:
            self._answered = [over for over in self._answered if not self._is_known(over, owned)]
        now = self._clock.now()
        if self._untold and now >= self._again_at:
            self._untold = [over for over in self._untold if over.lease_until > now and not self._is_told(over, now)]

    def _is_known(self, over: Over, owned: Mapping[ExecutionKey, Owned]) -> bool:
        """Whether it is clear by now what becomes of an answer that was given to its owner; one that came too late by a
        moment is told."""
        own = owned.get(over.ticket.key)
        if own is None or own.activation.nonce != over.ticket.nonce:
            return True
        activation = own.activation
        if activation.dirty:
            return False  # the commit says
        if activation.snapshot.closed and _waited_for(activation, over.ticket, over.lease_until):
            self._untold.append(over)
        return True

    def _is_told(self, over: Over, now: float) -> bool:
        key = over.ticket.key
        try:
            self._journal.put_inbox(inbox.over_item(
                key, now, over.ticket.call, lease_until=over.lease_until, definite=over.definite
            ))
            header = self._journal.header(key)  # after the item: a redrive that began before it may not have seen it
            if header is not None and header.status in OPEN_STATUSES:
                self._queue.send([Wake(key)])
        except StorageError as error:
            _LOG.warning("a late answer is told later: %s", error, extra={"execution": key.id})
            self._again_at = now + AGAIN_SECONDS
            return False
        return True


def _waited_for(activation: Activation, ticket: Ticket, lease_until: float) -> bool:
    """Whether a redrive of the closed execution would wait for this call."""
    path, visit, _ = ticket.call
    frame = activation.snapshot.redrivable.get(path)
    return (
        frame is not None and frame.phase is Phase.BACKOFF and frame.visit == visit
        and frame.lease_until == lease_until
    )
