"""Letting go in good order: an execution is parked until somebody must look again, or closed for good.

The order of writes is the protocol. Parking: header (due_at), wake, then the inbox once more, for what was said while
its owner's lease still lived. Closing: children stopped, parent told, and the header last, with its row in the index,
because its due_at is what brings the next worker if this one dies in between.
"""

from __future__ import annotations

import logging
from dataclasses import replace

from engine.clock import Clock
from engine.durable import inbox, notices
from engine.durable.activation import Activation
from engine.durable.lifecycle.budgets import Budget, waits_on
from engine.durable.opening import followed
from engine.durable.worker.incoming import Incoming
from engine.durable.worker.outbox import Outbox
from engine.durable.worker.owned import Owned
from engine.errors import Fenced, StorageError
from engine.ports.journal import OPEN_STATUSES, RUNNING, HeaderChange, Journal, row_of
from engine.ports.keys import ExecutionKey
from engine.ports.queue import MAX_DELAY_SECONDS, Wake, WakeQueue

_LOG = logging.getLogger(__name__)

REARM_SECONDS = 60.0
"""A wake that comes this much too early at the most is armed again; earlier ones are duplicates, and dropped."""


class Parking:
    """The worker's last acts for an execution. All of it may be done twice. Raises StorageError, and Fenced where
    somebody else is further on."""

    def __init__(
        self, journal: Journal, queue: WakeQueue, clock: Clock, incoming: Incoming, outbox: Outbox,
    ) -> None:
        self._journal = journal
        self._queue = queue
        self._clock = clock
        self._incoming = incoming
        self._outbox = outbox

    def park(self, owned: Owned, due_at: float | None, now: float) -> bool:
        """Say when somebody must look again, arm the wake, read the inbox once more. False: something new was there."""
        activation = owned.activation
        header = activation.header
        moved = header.due_at != due_at  # else a wake for it was sent when it was set
        if moved or header.seq != activation.seq:
            self.change_header(activation, due_at=due_at, seq=activation.seq)
        if due_at is not None:
            delay = max(0.0, due_at - now)
            if delay <= (MAX_DELAY_SECONDS if moved else REARM_SECONDS):
                self._queue.send([Wake(activation.key, delay)])
        stimuli = self._incoming.read_inbox(owned, max(now, activation.snapshot.last_at))
        if stimuli:
            activation.feed(stimuli)
        if activation.dirty:
            return False
        self.delete_consumed(activation)
        return True

    def owes_nobody(self, activation: Activation) -> bool:
        """Whether it has closed and nothing has to be done before its header may say so."""
        snapshot, header = activation.snapshot, activation.header
        if not snapshot.closed:
            return False
        told = header.parent is not None and header.parent.waits
        return not (snapshot.abandoned or snapshot.stops or activation.out or told or header.strikes)

    def close(self, activation: Activation) -> None:
        """The header last: until it says so, whoever loads the execution does all of this again."""
        if activation.header.status not in OPEN_STATUSES:  # its last commit closed it
            clear_inbox(self._journal, self._clock, activation.key)
            return
        snapshot = activation.snapshot
        self._outbox.close(activation)
        notices.stop(self._journal, self._queue, self._clock, activation.key.workspace, snapshot.abandoned)
        notices.tell(self._journal, self._queue, self._clock, activation.header, snapshot)
        self._journal.update_headers([closing_change(activation, activation.seq)])
        clear_inbox(self._journal, self._clock, activation.key)

    def change_header(self, activation: Activation, *, due_at: float | None, seq: int) -> None:
        """Set its due_at. Raises Fenced where the header is ahead, closed, or PAUSED meanwhile."""
        header = activation.header
        held = seq < 0 and not header.is_item and Budget.of(activation.version).per_minute is not None
        cause = waits_on(header, None, due_at or 0.0).cause if held else None  # its minute goes by: it needs another
        change = HeaderChange(activation.key, seq, RUNNING, due_at, cause=cause, **followed(activation))
        if not self._journal.update_headers([change])[0]:
            raise Fenced(f"the header of {activation.key.id} is ahead of segment {seq}")
        activation.header_stored(replace(header, due_at=due_at, seq=seq))

    def delete_consumed(self, activation: Activation) -> None:
        """What was read and recorded. Items that stay are read again some time, and ignored."""
        if not activation.consumed:
            return
        try:
            self._journal.delete_inbox(activation.key, activation.consumed)
        except StorageError as error:
            _LOG.warning("the inbox is emptied later: %s", error, extra={"execution": activation.key.id})
        else:
            activation.consumed_deleted()


def closing_change(activation: Activation, seq: int) -> HeaderChange:
    """What the header of a closed execution says, and its row in the index; `seq` is its last segment's number."""
    snapshot = activation.snapshot
    status, ended_at = str(snapshot.status), snapshot.last_at
    hides = activation.version.marks_fields or activation.header.parent is not None  # a search would tell what it is
    row = row_of(
        activation.header, status=status, ended_at=ended_at, error=snapshot.error, redrives=snapshot.redrives,
        said=None if hides else snapshot.cause,
    )
    return HeaderChange(
        activation.key, seq, status, None, ended_at=ended_at, row=row, kept_until=activation.kept_until,
        **followed(activation),
    )


def clear_inbox(journal: Journal, clock: Clock, key: ExecutionKey) -> None:
    """Delete what was said to a closed execution. It is asked once more whether it is closed: what was said to one that
    was redriven since is not to be lost, nor what is said for a redrive. One that closes when its term is over already
    is not there any more."""
    now = clock.now()
    ids = [item.id for item in journal.inbox(key) if not inbox.outlives_the_end(item, now)]
    if not ids:
        return
    header = journal.header(key)
    if header is None or header.status not in OPEN_STATUSES:
        journal.delete_inbox(key, ids)
