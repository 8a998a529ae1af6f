"""Large values that nothing refers to: of a start or a commit that died or lost between its two writes, and of an
item that was replaced or deleted (an inbox item, what arrived).

An object of one item alone says whose it is (engine.adapters.aws.blobs). It is an orphan when that item is not there,
or refers to another. But an execution keeps its own until it is taken, or was never started: a table that is restored
to an earlier day may have the item again. Nothing is kept between two looks: each takes some objects from a place that
is drawn by chance. Names are digests, so chance reaches all of them alike.

An object that was written in the last days is left alone, for its item may still come. Whoever writes the very same
item again later puts the same object anew. Only in the milliseconds between the look at that and the deletion would it
be lost: the item is read first, and what S3 says of the object last.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable

from engine.adapters.aws import items
from engine.adapters.aws.blobs import S3Blobs
from engine.adapters.aws.dynamo import Key, Table

DAY = 86_400.0

LEFT_ALONE_DAYS = 2.0
"""For so long what was written last may still get its item."""

PAGE = 100
"""Objects of one look: a request to list, and at the most three more, two reads of the table and a delete for each."""


class DynamoOrphans:
    """`draw` gives the beginning of a digest."""

    def __init__(self, stored: Table, blobs: S3Blobs, draw: Callable[[], str] = lambda: secrets.token_hex(8)) -> None:
        self._table = stored
        self._blobs = blobs
        self._draw = draw

    def look(self, workspace: str) -> int:
        """Look at some objects, and delete those that are orphans; how many. Raises StorageError."""
        begins = self._draw()
        found = self._blobs.some(workspace, begins, PAGE)
        if len(found) < PAGE:
            found += [one for one in self._blobs.some(workspace, "", PAGE - len(found)) if one[0] <= begins]
        owners = {ref: self._blobs.owner(workspace, ref) for ref, written in found if self._is_old(written)}
        gone = {ref: owner for ref, owner in owners.items() if owner is not None and self._is_orphan(ref, owner)}
        # An item that names one came to an execution that was gone: its deletion did not see it.
        of_executions = [(pk, ref) for ref, (pk, _) in gone.items() if pk.startswith(items.EXECUTIONS)]
        self._table.delete([items.blob_key(pk, ref) for pk, ref in of_executions])
        for ref in gone:
            if any(one == ref and self._is_old(at) for one, at in self._blobs.some(workspace, _before(ref), 1)):
                self._blobs.delete(workspace, [ref])
        return len(gone)

    def _is_old(self, written: float) -> bool:
        return written < self._table.now() - LEFT_ALONE_DAYS * DAY

    def _is_orphan(self, ref: str, owner: Key) -> bool:
        if owner[0].startswith(items.EXECUTIONS):
            header = self._table.get((owner[0], items.HEADER))
            if header is not None and items.taken_at(header, self._table.now()) is None:
                return False
        item = self._table.get(owner)
        return item is None or item.get("body_ref") != ref


def _before(ref: str) -> str:
    """A name right before `ref`: what is listed behind it begins with `ref`."""
    return ref[:-1]
