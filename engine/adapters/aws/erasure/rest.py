"""What lies in the partition of an execution that goes: retention and erasure delete it alike.

    its children ── a note that they are gone ── its large values ── its items ── the note

The children are found by the history. Whoever goes on after a death looks for them again, and cannot read a history
whose large values are gone already: then the note says that no child is left. Only what has large values has one.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from typing import Protocol

from engine.adapters.aws import items
from engine.adapters.aws.bodies import OWN
from engine.adapters.aws.dynamo import Expression, Put, Table
from engine.errors import StoreCorrupt
from engine.ports.keys import ExecutionKey

_NOTE = "G"
"""The sort key of the note."""

Awaited = Callable[[ExecutionKey], Iterator[Iterator[ExecutionKey]]]
"""The executions that one has started and waited for (engine.durable.started)."""


class Blobs(Protocol):
    """Large values that can be deleted (S3Blobs)."""

    def delete(self, workspace: str, refs: Sequence[str]) -> None:
        """Delete what lies behind `refs`."""
        ...


class Rest:
    """Raises StorageError. Done again, each does what is left."""

    def __init__(self, stored: Table, blobs: Blobs, awaited: Awaited) -> None:
        self._table = stored
        self._blobs = blobs
        self._awaited = awaited

    def children(self, key: ExecutionKey) -> Iterator[Iterator[ExecutionKey]]:
        """What the execution has waited for, as far as it may still be there."""
        try:
            yield from self._awaited(key)
        except StoreCorrupt:
            if self._table.get((items.partition(key), _NOTE)) is None:
                raise

    def delete(self, key: ExecutionKey, keep: Collection[str]) -> None:
        """All of its partition but the sort keys `keep`, once its children are gone. The large values first: their
        items name them."""
        pk = items.partition(key)
        found = [item for item in self._table.query(Expression("pk = :pk", {":pk": pk})) if item["sk"] not in keep]
        refs = [*dict.fromkeys(item["body_ref"] for item in found if OWN in item)]
        if refs:
            self._table.write(Put({"pk": pk, "sk": _NOTE}))
            self._blobs.delete(key.workspace, refs)
        self._table.delete([(pk, item["sk"]) for item in found if item["sk"] != _NOTE])
        if refs or any(item["sk"] == _NOTE for item in found):
            self._table.delete([(pk, _NOTE)])
