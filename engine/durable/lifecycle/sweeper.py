"""The sweeper: once a minute, whatever is due soon or overdue is woken. Nothing is lost that stands in the journal.

    due within LOOK_AHEAD_SECONDS    a delayed wake, so that a wait past SQS's 15 minutes ends on time
    overdue                          a wake now: its message was lost, its worker died, or its start crashed

A wake that was sent is claimed by moving the header's due_at past it, so that two sweeps do not both send it; should it
be lost, the moved due_at brings the next one.
"""

from __future__ import annotations

from collections.abc import Mapping

from engine.clock import Clock
from engine.durable.inbox import STOP
from engine.ports.journal import OPEN_STATUSES, PAUSED, Header, HeaderChange, Journal
from engine.ports.keys import ExecutionKey
from engine.ports.queue import Wake, WakeQueue

LOOK_AHEAD_SECONDS = 120.0
CLAIM_SECONDS = 60.0
PAGE = 1000


class Sweeper:
    """Wired in functions: a scheduled Lambda on AWS, a tick of the worker process locally."""

    def __init__(self, journal: Journal, queue: WakeQueue, clock: Clock) -> None:
        self._journal = journal
        self._queue = queue
        self._clock = clock

    def sweep(self) -> int:
        """Send the wakes that are due; answers how many. Raises StorageError; what was sent stays sent."""
        now = self._clock.now()
        sent = 0
        while True:
            due = self._journal.due(now + LOOK_AHEAD_SECONDS, limit=PAGE)
            earliest = {item.key: item.due_at for item in reversed(due)}
            headers = {key: self._journal.header(key) for key in earliest}
            wakes = [
                Wake(key, max(0.0, due_at - now)) for key, due_at in earliest.items() if not self._rests(headers[key])
            ]
            self._queue.send(wakes)
            sent += len(wakes)
            if self._claim(headers, now) == 0 or len(due) < PAGE:
                return sent

    def _rests(self, header: Header | None) -> bool:
        """Whether it is PAUSED, and what lies in its inbox has to wait: anything but a stop."""
        return header is not None and header.status == PAUSED and not any(
            item.id == STOP for item in self._journal.inbox(header.key)
        )

    def _claim(self, headers: Mapping[ExecutionKey, Header | None], now: float) -> int:
        """Move what was sent; inbox items are not claimed (they go with their consumption), so a page of nothing but
        those ends the sweep."""
        changes: list[HeaderChange] = []
        for key, header in headers.items():
            if header is None or header.status not in OPEN_STATUSES or header.due_at is None:
                continue
            if header.due_at < now + LOOK_AHEAD_SECONDS:
                again = max(header.due_at, now) + CLAIM_SECONDS + LOOK_AHEAD_SECONDS
                changes.append(HeaderChange(key, header.seq, header.status, again, cause=header.cause))
        return sum(self._journal.update_headers(changes))
