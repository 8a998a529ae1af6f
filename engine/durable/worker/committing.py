"""Commits: what the rounds changed becomes segments, written for all executions at once, tried again where that helps.

    uncommitted change ── segment (made once, the same bytes at each try) ── lease covered? ── written ── fenced: leave
                                                                                    └── store failed: next round

A store that fails for a moment must not cost the calls that are on their way. The first try of a commit may have been
applied and a successor may stand on it, so nothing is stepped and nothing is re-encoded until the outcome is known.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from engine.clock import Clock
from engine.durable.worker.map_run_driver import Each
from engine.durable.worker.owned import Owned
from engine.durable.worker.parking import Parking, closing_change
from engine.errors import Fenced, StoreBusy, StoreUnavailable, Throttled
from engine.ports.journal import HeaderChange, Journal, Segment
from engine.ports.keys import ExecutionKey
from engine.ports.transactions import Together

COMMIT_ATTEMPTS = 3
"""How often a commit is tried where the store may serve the next time."""

_TRANSIENT = (Throttled, StoreUnavailable, StoreBusy)

Leave = Callable[[Owned, Exception], None]

Beside = Callable[[Sequence[ExecutionKey]], Callable[[], None]]
"""Writes something within a commit that closes these executions. What it gives is called once the commit lasts."""


class Committing:
    """`each` spreads writes where the store takes them one by one; None: one write for all. `leave` is told of an
    execution that cannot be written, and why. `together`: the stores share a transaction; then `ready` is told before
    it what is about to be committed, and `tell` within it what is; who closes and owes nobody anything has its header
    closed by the same commit, and `beside` writes what else is to be."""

    def __init__(
        self, journal: Journal, clock: Clock, parking: Parking, *, owner: str, each: Each | None, leave: Leave,
        tell: Callable[[Sequence[Segment]], None], together: Together | None,
        ready: Callable[[Sequence[Segment]], None] = lambda _segments: None,
    ) -> None:
        self._journal = journal
        self._clock = clock
        self._parking = parking
        self._owner = owner
        self._each = each
        self._leave = leave
        self._tell = tell
        self._ready = ready
        self._together = together
        self._beside: Beside = lambda _closed: lambda: None

    def write_beside(self, beside: Beside) -> None:
        """Have `beside` write within each commit from now on."""
        self._beside = beside

    def wanted(self, owned: Owned, now: float) -> bool:
        """Whether a run of pure states has to be committed though it is not over."""
        return owned.activation.must_commit(now) or (owned.activation.dirty and (owned.held or owned.near(now)))

    def encode(self, owned: Owned, now: float) -> None:
        """Make the next segment where one is due; one that is tried again stays as it is."""
        activation = owned.activation
        due = activation.dirty and (not activation.owed.ready or self.wanted(owned, now))
        if activation.express:
            due = activation.dirty and activation.snapshot.closed
        if due and owned.segment is None:
            owned.commit_begun(activation.segment(now, owner=self._owner, hard_deadline=owned.deadline))

    def commit(self, encoded: Sequence[Owned]) -> list[tuple[Owned, Segment]]:
        """Write the segments of `encoded`, where the lease is covered; answers those that are durable now."""
        writes = [
            (owned, owned.segment) for owned in encoded
            if owned.segment is not None and self._cover_lease(owned, owned.segment)
        ]
        closing = self._closing(writes)
        answers = self._write([segment for _, segment in writes], [*closing.values()])
        durable: list[tuple[Owned, Segment]] = []
        for (owned, segment), written in zip(writes, answers, strict=True):
            if isinstance(written, Exception):
                self._failed(owned, written)
            elif not written:
                self._leave(owned, Fenced(f"segment {segment.seq} was written by another owner"))
            else:
                owned.commit_done()
                if segment.key in closing:
                    owned.activation.header_stored(owned.activation.header.closed(closing[segment.key]))
                durable.append((owned, segment))
        return durable

    def _closing(self, writes: Sequence[tuple[Owned, Segment]]) -> dict[ExecutionKey, HeaderChange]:
        """The headers that this commit closes: of those that owe nobody anything before that."""
        if self._together is None:
            return {}
        return {
            segment.key: closing_change(owned.activation, segment.seq) for owned, segment in writes
            if self._parking.owes_nobody(owned.activation)
        }

    def _cover_lease(self, owned: Owned, segment: Segment) -> bool:
        """A lease that opens while the header is due later than its end needs the header first. False: not yet.

        header due in a year ── intent ── crash ··························· (nobody looks for a year)
        header due at the lease's end ── intent ── crash ── sweeper wakes the next owner
        """
        due = owned.activation.header.due_at
        if segment.lease_until and (due is None or due > segment.lease_until):
            try:
                self._parking.change_header(owned.activation, due_at=segment.lease_until, seq=owned.activation.seq)
            except Exception as error:  # noqa: BLE001  (as a commit's)
                self._failed(owned, error)
                return False
        return True

    def _failed(self, owned: Owned, error: Exception) -> None:
        """Try again in the next round, with the same bytes; leave where that cannot help or has not helped."""
        again = owned.commit_failed() < COMMIT_ATTEMPTS and not owned.near(self._clock.now())
        if not again or not isinstance(error, _TRANSIENT):
            self._leave(owned, error)

    def _write(self, segments: list[Segment], closing: Sequence[HeaderChange]) -> list[bool | Exception]:
        """One commit for all, or one each in parallel where the store takes them one by one."""
        if not segments:
            return []
        if self._each is not None:
            return [answer for group in self._each(self._guarded, [[s] for s in segments]) for answer in group]
        return self._guarded(segments, closing)

    def _guarded(self, segments: list[Segment], closing: Sequence[HeaderChange] = ()) -> list[bool | Exception]:
        try:
            if self._together is None:
                return list(self._journal.commit(segments))
            self._ready(segments)
            written, lasts = self._together(lambda: self._commit_and_tell(segments, closing))
            lasts()
            return list(written)
        except Exception as error:  # noqa: BLE001  (whatever a store raises is the outcome of these executions alone)
            return [error] * len(segments)

    def _commit_and_tell(
        self, segments: list[Segment], closing: Sequence[HeaderChange]
    ) -> tuple[Sequence[bool], Callable[[], None]]:
        written = self._journal.commit(segments, closing)
        stand = [segment for segment, done in zip(segments, written, strict=True) if done]
        self._tell(stand)
        closed = {change.key for change in closing}
        return written, self._beside([segment.key for segment in stand if segment.key in closed])
