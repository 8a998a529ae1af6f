"""Whose turn it is: from a loaded execution to one that this worker owns, or to nothing to do.

closed                         the leftovers of its inbox go
leased, its owner lives        dropped; but somebody looks when the lease ends, and at once if its inbox is not empty
PAUSED, waits for its budget   only a stop is read
lost its worker                a strike (engine.durable.poison); from the second on it runs alone
else                           activated: the calls without an owner are taken over (engine.durable.worker.incoming)
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import replace

from engine.clock import Clock
from engine.durable import codec
from engine.durable.activation import Activation
from engine.durable.loading import Activator
from engine.durable.poison import ALONE_FROM, OutOfTime, Poison
from engine.durable.worker.beginning import Beginning
from engine.durable.worker.calls import CallPool
from engine.durable.worker.owned import Owned
from engine.durable.worker.parking import clear_inbox
from engine.kernel.express import EXPRESS_SYNC, FIRST_LOOK_SECONDS
from engine.ports.journal import OPEN_STATUSES, PAUSED, RUNNING, Header, HeaderChange, Journal, Loaded, Segment
from engine.ports.keys import ExecutionKey
from engine.ports.queue import Wake, WakeQueue

RESEND_SECONDS = 30.0
"""How long a wake waits at most for a live owner when the inbox is not empty."""

_MOST_LEFT = 1000


class Admission:
    """Asked by the worker for each wake."""

    def __init__(
        self, *, journal: Journal, queue: WakeQueue, clock: Clock, activator: Activator, poison: Poison,
        beginning: Beginning,
        calls: CallPool, owner: str, is_alive: Callable[[str], bool] | None, runs_sync: bool,
        on_committed: Callable[[Sequence[Segment]], None],
    ) -> None:
        self._journal = journal
        self._queue = queue
        self._clock = clock
        self._activator = activator
        self._poison = poison
        self._beginning = beginning
        self._calls = calls
        self._owner = owner
        self._is_alive = is_alive
        self._runs_sync = runs_sync
        self._on_committed = on_committed
        self._left: dict[ExecutionKey, str] = {}
        self._charged: dict[ExecutionKey, Header] = {}

    def must_run_alone(
        self, found: Mapping[ExecutionKey, Loaded], redelivered: AbstractSet[ExecutionKey]
    ) -> ExecutionKey | None:
        """The first of `found` that cost so many workers that it may take no neighbour with it."""
        now = self._clock.now()
        return next((
            key for key, loaded in found.items() if self._endangers(loaded, now, redelivered=key in redelivered)
        ), None)

    def _endangers(self, loaded: Loaded, now: float, *, redelivered: bool) -> bool:
        header, last = loaded.header, loaded.segments[-1] if loaded.segments else None
        try:
            if header.status != RUNNING or (last is not None and self.lease_lives(last, now)):
                return False
        except OutOfTime:
            return False
        return header.strikes + self._lost_its_worker(header.key, last, redelivered=redelivered) >= ALONE_FROM

    def _lost_its_worker(self, key: ExecutionKey, last: Segment | None, *, redelivered: bool) -> bool:
        """Whether the worker before us seems to have died at work on it: calls without an owner, a wake that came back.
        What this very process left is no sign of that."""
        if key in self._left:
            return False
        return redelivered or (last is not None and last.lease_until > 0)

    def admit(self, loaded: Loaded, deadline: float, *, invocation: float, redelivered: bool) -> Owned | None:
        """The execution to be run; None where there is nothing to do now and its wake may be acknowledged.

        `invocation` is how long the worker was given in all, in seconds, `deadline` when that is over.

        Raises StorageError, and whatever keeps it from being activated.
        """
        header, key = loaded.header, loaded.header.key
        if header.status not in OPEN_STATUSES:
            clear_inbox(self._journal, self._clock, key)
            return None
        now = self._clock.now()
        last = loaded.segments[-1] if loaded.segments else None
        if last is not None and self.lease_lives(last, now):
            self._wait_for_lease(loaded.header, last, now)
            return None
        abandoned = last is None and header.kind == EXPRESS_SYNC and not self._runs_sync
        if abandoned and now < header.started_at + FIRST_LOOK_SECONDS[EXPRESS_SYNC]:
            return None
        rests = header.status == PAUSED or (last is None and self._beginning.waits(header))
        if rests and not self._poison.stop_requested(key):
            return None
        if not rests and self._lost_its_worker(key, last, redelivered=redelivered):
            header = self._poison.charge(header, header.seq if last is None else last.seq)
            if header.status == PAUSED:
                return None
            self._charged[key] = header
        if header is not loaded.header:
            loaded = replace(loaded, header=header)
        activation = self._activator.activate(loaded)
        if last is not None:
            self._on_committed(self._untold(activation, last))
        self._left.pop(key, None)
        return Owned(
            activation, deadline, invocation=invocation, paused=rests, abandoned=abandoned
        )

    def _untold(self, activation: Activation, last: Segment) -> list[Segment]:
        """The last segment, whose writer may have died before it told, and those before it that a redrive followed on:
        who redrives tells nothing, and did not wait for who had written them."""
        found = [last]
        while activation.snapshot.redrives and _is_redrive(found[0]):
            found.insert(0, next(self._journal.history(last.key, found[0].first_event - 2)))
        return found

    def is_charged(self, key: ExecutionKey) -> bool:
        """Whether it was given a strike for this load."""
        return key in self._charged

    def forget_charge(self, key: ExecutionKey) -> Header | None:
        """The strike stands, or is taken back: the header with it; None where there was none."""
        return self._charged.pop(key, None)

    def forget_charges(self) -> None:
        """The load of each execution is over."""
        self._charged.clear()

    def left(self, key: ExecutionKey, nonce: str | None) -> None:
        """It was let go of without an end. `nonce` is that of its load, None where it was not opened."""
        self._left[key] = self._left.get(key, "") if nonce is None else nonce
        if len(self._left) > _MOST_LEFT:
            del self._left[next(iter(self._left))]

    def lease_lives(self, last: Segment, now: float) -> bool:
        """Whether somebody is at work under the lease of `last`. Raises OutOfTime where that is this very process."""
        if last.lease_until <= now:
            return False
        if self._left.get(last.key) == last.nonce:  # our own intent: nobody but this pool could make its calls
            if self._calls.holds(last.key, last.nonce):
                raise OutOfTime("calls of an earlier load are still on their way")
            return False
        if not last.owner or last.owner == self._owner or self._is_alive is None:
            return True
        return self._is_alive(last.owner)

    def _wait_for_lease(self, header: Header, last: Segment, now: float) -> None:
        """The owner lives, as far as one can tell: drop the wake, but see that somebody looks when its lease ends."""
        if self._journal.inbox(header.key):
            self._queue.send([Wake(header.key, min(max(last.lease_until - now, 1.0), RESEND_SECONDS))])
        if header.status == RUNNING and (header.due_at is None or header.due_at > last.lease_until):
            self._journal.update_headers([HeaderChange(
                header.key, last.seq, header.status, last.lease_until, cause=header.cause
            )])


def _is_redrive(segment: Segment) -> bool:
    events = codec.decode_events(segment.body, outlined=True) if segment.first_event else []
    return bool(events) and events[0].type == "ExecutionRedriven"
