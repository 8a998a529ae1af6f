"""Executions that cost their workers: counted, run alone, and in the end PAUSED rather than run for ever.

    a wake came back, or calls have no owner ──► strike, before it is opened ─┐
    it cannot be opened, or a defect ──────────► strike, after it failed ─────┴► more than MOST_STRIKES: PAUSED
    progress ──► no strikes
    left in good order, or it could not be opened through nobody's fault ──► one strike is taken back

The count stands in the header, so that it survives the workers; an execution that troubles nobody never pays for it. A
store that did not serve, a fence, a newer release's data and a worker that ran out of time are nobody's fault: they
count nothing. From ALONE_FROM strikes on an execution runs alone, so that its neighbours are not charged for it.

One whose calls need a connector that its worker does not have is PAUSED at once, without a strike: nothing failed.

A PAUSED execution is not due: no sweep wakes it, and a worker that a wake leads to it reads nothing but a stop.
`resume` starts the count anew.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace

from engine.clock import Clock
from engine.durable import inbox
from engine.errors import (
    AutomateError,
    Fenced,
    SchemaTooNew,
    StorageError,
    StoreBusy,
    StoreCorrupt,
    StoreUnavailable,
    Throttled,
)
from engine.kernel.snapshot import Status
from engine.ports.journal import OPEN_STATUSES, PAUSED, RUNNING, Header, HeaderChange, Journal, row_of
from engine.ports.keys import ExecutionKey

_LOG = logging.getLogger(__name__)

MOST_STRIKES = 5
"""So many are forgiven without progress in between; the next one pauses the execution."""

ALONE_FROM = 2
"""From this strike on an execution runs alone."""

LONGEST_CAUSE = 300
"""Characters: a header stays under 1 KB, with the longest names and a cause under 2."""

LOST = "{strikes} workers in a row ended while they were at work on it, without progress."

_NOBODYS_FAULT = (Throttled, StoreUnavailable, StoreBusy, Fenced, SchemaTooNew)


class OutOfTime(AutomateError):
    """The worker had to stop while calls were running: the wake comes again, and the lease says when they are over."""


def counts(error: Exception) -> bool:
    """Whether an execution is to blame for `error`: not its store, not a rival, not the clock."""
    return not isinstance(error, (*_NOBODYS_FAULT, OutOfTime))


class Poison:
    """The worker's side of it. Raises StorageError, Fenced when the header belongs to somebody further on. `on_paused`
    is told each execution that is PAUSED."""

    def __init__(
        self, journal: Journal, clock: Clock, on_paused: Callable[[ExecutionKey], None] = lambda _key: None
    ) -> None:
        self._journal = journal
        self._clock = clock
        self._on_paused = on_paused

    def charge(self, header: Header, seq: int) -> Header:
        """One strike more for an execution whose last worker seems to have died of it: the header as it is then, PAUSED
        when that was one too many. `seq` is the last segment's number."""
        return self._strike(replace(header, seq=seq))

    def failed(self, key: ExecutionKey, error: Exception, *, charged: bool) -> bool:
        """Count that `key` could not be opened or moved on; True when it is PAUSED, or ended, because of that.

        `charged`: the strike was written when it was opened.
        """
        header = self._journal.header(key)
        if header is None or header.status not in OPEN_STATUSES:
            return False
        if header.status == PAUSED:
            return self._stop_unopened(header)
        if charged:
            header = replace(header, strikes=header.strikes - 1)
        return self._strike(replace(header, cause=_cut(_words(error)))).status == PAUSED

    def progressed(self, header: Header, seq: int) -> Header:
        """No strikes any more."""
        return self._change(replace(header, seq=seq, strikes=0, cause=None))

    def forgive(self, header: Header, seq: int) -> None:
        """Its worker leaves it in good order, with calls on their way or a strike written for nothing (as where it
        could not be opened): one strike is taken back, if need be in advance (the takeover of those calls is going to
        be one)."""
        with suppress(StorageError):  # it is one of six
            self._change(replace(header, seq=seq, strikes=max(header.strikes - 1, -1)))

    def unable(self, header: Header, seq: int, cause: str) -> None:
        """PAUSE one whose next call its worker cannot make: nobody is charged. Raises Fenced where it is further on."""
        pause(self._journal, replace(header, seq=seq), cause)
        self._on_paused(header.key)

    def stop_requested(self, key: ExecutionKey) -> bool:
        """Whether somebody asked it to stop."""
        return any(item.id == inbox.STOP for item in self._journal.inbox(key))

    def _strike(self, header: Header) -> Header:
        """The cause of a failure stays in the header: whoever pauses it later knows no better one."""
        struck = replace(header, strikes=header.strikes + 1)
        if struck.strikes <= MOST_STRIKES:
            return self._change(struck)
        paused = pause(self._journal, struck, header.cause or LOST.format(strikes=struck.strikes))
        self._on_paused(header.key)
        return paused

    def _change(self, header: Header) -> Header:
        change = HeaderChange(
            header.key, header.seq, RUNNING, header.due_at, strikes=header.strikes, cause=header.cause
        )
        if not self._journal.update_headers([change])[0]:
            raise Fenced(f"the header of {header.key.id} is ahead of segment {header.seq}")
        return header

    def _stop_unopened(self, header: Header) -> bool:
        """A stop that no snapshot can take in: the header alone says that it is ABORTED. False without a stop."""
        items = self._journal.inbox(header.key)
        stop = next((item for item in items if item.id == inbox.STOP), None)
        if stop is None:
            return False
        error, cause = inbox.stop_words(stop)
        now, status = self._clock.now(), str(Status.ABORTED)
        cause = _cut(f"{error or 'stopped'}: {cause or 'no cause was given'} It was PAUSED and could not be opened.")
        row = row_of(header, status=status, ended_at=now, error=error)
        change = HeaderChange(header.key, header.seq, status, None, ended_at=now, cause=cause, row=row)
        self._journal.update_headers([change])
        self._journal.delete_inbox(header.key, [item.id for item in items])
        return True


def pause(journal: Journal, header: Header, cause: str) -> Header:
    """Make an open execution PAUSED; the header as it is then. Raises Fenced when it is closed or further on by now."""
    cause, row = _cut(cause), row_of(header, status=PAUSED)
    change = HeaderChange(header.key, header.seq, PAUSED, None, strikes=header.strikes, cause=cause, row=row)
    if not journal.update_headers([change])[0]:
        raise Fenced(f"the header of {header.key.id} is ahead of segment {header.seq}")
    _LOG.error("PAUSED: %s", cause, extra={"execution": header.key.id})
    return replace(header, status=PAUSED, due_at=None, cause=cause)


def resume(journal: Journal, header: Header, due_at: float) -> bool:
    """Make a PAUSED execution RUNNING, without strikes; False when it is none any more. Who calls this sends the wake;
    `due_at` is when a sweep looks should it be lost."""
    row = row_of(header, status=RUNNING)
    change = HeaderChange(header.key, header.seq, RUNNING, due_at, strikes=0, resumes=True, row=row)
    return journal.update_headers([change])[0]


def _words(error: Exception) -> str:
    """Why it failed, for a cause."""
    if isinstance(error, StoreCorrupt):
        return f"It cannot be read: {error}"
    if isinstance(error, AutomateError):
        return f"It cannot be run: {error}"
    return f"A defect: {type(error).__name__}: {error}"


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST_CAUSE else text[: LONGEST_CAUSE - 1] + "…"
