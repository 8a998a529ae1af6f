"""The sweeper: once a minute, whatever is due soon or overdue is woken. Nothing is lost that stands in the journal.

    due within LOOK_AHEAD_SECONDS    a delayed wake, so that a wait past SQS's 15 minutes ends on time
    overdue                          a wake now: its message was lost, its worker died, or its start crashed

A wake that was sent is claimed by moving the header's due_at past it, so that two sweeps do not both send it; should it
be lost, the moved due_at brings the next one. What is due is read once and worked off in batches: headers, wakes,
claims. A store that can do so makes the calls of a batch at the same time.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from engine.clock import Clock
from engine.durable.inbox import STOP
from engine.ports.journal import OPEN_STATUSES, PAUSED, Due, Header, HeaderChange, Journal
from engine.ports.keys import ExecutionKey
from engine.ports.queue import Wake, WakeQueue

LOOK_AHEAD_SECONDS = 120.0
CLAIM_SECONDS = 60.0
MOST_DUE = 10_000
"""So many are read at once. An index lags behind its table: what is read again may have been claimed meanwhile."""

BATCH = 1000
"""So many are woken before they are claimed: as many are woken twice, should a sweep die in between."""


class Sweeper:
    """Wired in functions: a scheduled Lambda on AWS, a tick of the worker process locally."""

    def __init__(self, journal: Journal, queue: WakeQueue, clock: Clock) -> None:
        self._journal = journal
        self._queue = queue
        self._clock = clock

    def sweep(self) -> int:
        """Send the wakes that are due; answers how many. Raises StorageError; what was sent stays sent."""
        before = self._clock.now() + LOOK_AHEAD_SECONDS
        seen: set[ExecutionKey] = set()
        sent = 0
        while True:
            due = self._journal.due(before, limit=MOST_DUE)
            # Inbox items go with their consumption, not by a claim: they are due again on the next page.
            fresh = [item for item in due if item.key not in seen]
            seen.update(item.key for item in fresh)
            for start in range(0, len(fresh), BATCH):
                sent += self._wake(fresh[start : start + BATCH], before)
            if not fresh or len(due) < MOST_DUE:
                return sent

    def _wake(self, due: Sequence[Due], before: float) -> int:
        """Wake them, then claim them. Answers how many were woken."""
        headers = self._journal.headers([item.key for item in due])
        now = self._clock.now()
        wakes = [Wake(item.key, max(0.0, item.due_at - now)) for item in due if not self._rests(headers.get(item.key))]
        self._queue.send(wakes)
        self._claim(headers, now, before)
        return len(wakes)

    def _rests(self, header: Header | None) -> bool:
        """Whether it is PAUSED, and what lies in its inbox has to wait: anything but a stop."""
        return header is not None and header.status == PAUSED and not any(
            item.id == STOP for item in self._journal.inbox(header.key)
        )

    def _claim(self, headers: Mapping[ExecutionKey, Header], now: float, before: float) -> None:
        """Move what was sent."""
        changes = []
        for key, header in headers.items():
            if header.status not in OPEN_STATUSES or header.due_at is None:
                continue
            if header.due_at < before:
                again = max(header.due_at, now) + CLAIM_SECONDS + LOOK_AHEAD_SECONDS
                changes.append(HeaderChange(key, header.seq, header.status, again, cause=header.cause))
        self._journal.update_headers(changes)
