"""Letting go of ended executions in DynamoDB.

    close     the segment that closes it and its header get the time until when it is kept: in the writes of the close
    then      from that time on no reader finds it any more (items.taken_at): the one moment at which it goes
    later     DynamoDB deletes that segment by its TTL (items.LATER_SECONDS), for nothing; the table's stream says so;
              `take` deletes the rest, and marks the header last. What is left of that tells for FORGOTTEN_DAYS when it
              was taken, and keeps the name; then DynamoDB deletes it with its entries in all indexes, for nothing too

A header that a function deleted would cost a write for each of its indexes, and would set its name free while segments
lie under it. So it goes last, and by its TTL. Whatever dies before the mark is done again, and finds less to do.
"""

from __future__ import annotations

import math

from engine.adapters.aws import items, table
from engine.adapters.aws.dynamo import ConditionFailed, Expression, Item, Put, Table, Update
from engine.adapters.aws.erasure.rest import Awaited, Blobs, Rest
from engine.ports.journal import OPEN_STATUSES
from engine.ports.keys import ExecutionKey

DAY = 86_400.0

FORGOTTEN_DAYS = 30.0
"""How long what is left of a header says when its execution was taken."""

_TELLS = (items.INPUT, items.ACTOR, "business_key", "business_key_started", "cause")
"""What goes from a header that is marked: the input, who started it, whom it was about, and what was said of it. The
entry in the index of business keys goes with that, which costs a write unit where there is one."""


class Unfinished(Exception):
    """The time was over first; what is done stays done, and the next try goes on."""


class DynamoRetention:
    """`awaited` are the executions that one has started and waited for (engine.durable.started)."""

    def __init__(self, stored: Table, blobs: Blobs, awaited: Awaited) -> None:
        self._table = stored
        self._rest = Rest(stored, blobs, awaited)

    def take(self, key: ExecutionKey, *, since: float | None = None, deadline: float = math.inf) -> int:
        """Delete the execution if its term is over, and what it has waited for; how many executions that were.

        `since` is when an execution that has no term in its header was to be taken: one that an earlier release ended.
        Raises StorageError, and Unfinished at `deadline`; what is done then stays done.
        """
        header = self._table.get((items.partition(key), items.HEADER))
        if header is None or header["status"] in OPEN_STATUSES or items.TAKEN_AT in header:
            return 0
        at = header.get(items.KEPT_UNTIL, since)
        return 0 if at is None or at > self._table.now() else self._let_go(key, header, at, deadline)

    def put_off(self, key: ExecutionKey) -> None:
        """DynamoDB has deleted an item that had its term: it gets another, later one while its header is still open.
        Else nothing would tell of it once that is closed. Raises StorageError."""
        pk = items.partition(key)
        header = self._table.get((pk, items.HEADER))
        if header is not None and header["status"] in OPEN_STATUSES:
            until = math.ceil(self._table.now() + items.LATER_SECONDS)
            self._table.write(Put({"pk": pk, "sk": items.TERM, table.TTL_ATTRIBUTE: until}))

    def _let_go(self, key: ExecutionKey, header: Item, at: float, deadline: float) -> int:
        taken = 1
        for group in self._rest.children(key):
            for child in group:
                if self._table.now() >= deadline:
                    raise Unfinished(key.id)
                item = self._table.get((items.partition(child), items.HEADER))
                if item is None:
                    break
                parent = items.header_of(item).parent
                if parent is None or parent.execution_id != key.id or not parent.waits:
                    break
                if items.TAKEN_AT not in item and item["status"] not in OPEN_STATUSES:
                    taken += self._let_go(child, item, at, deadline)
        self._rest.delete(key, (items.HEADER,))
        self._mark(key, header, at)
        return taken

    def _mark(self, key: ExecutionKey, header: Item, at: float) -> None:
        """Say when it was taken, and have DynamoDB delete that in a while. What it tells of whom it was about goes now.
        One that runs again stays: somebody redrove it, who has seen a later clock than this one."""
        forgotten = int(self._table.now() + FORGOTTEN_DAYS * DAY)
        values = {":at": at, ":forgotten": forgotten, ":seq": header["seq"], ":status": header["status"]}
        told = {f"#told{number}": name for number, name in enumerate(_TELLS)}
        condition = Expression("seq = :seq AND #status = :status", values, {"#status": "status", **told})
        change = f"SET {items.TAKEN_AT} = :at, {table.TTL_ATTRIBUTE} = :forgotten REMOVE {', '.join(told)}"
        try:
            self._table.write(Update((items.partition(key), items.HEADER), change, condition))
        except ConditionFailed:
            return
