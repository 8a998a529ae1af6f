"""Erasing executions in DynamoDB and S3 (engine.ports.erasure).

    hold     the header is marked as taken, while it says what it said: one conditional write. No reader finds it after
             that, and no change of it is let through. Then the number of the next segment is taken, so that whoever had
             loaded it for a redrive writes nothing under it
    erase    children first, then all of its partition but the two; then they keep nothing but the key, for a day

What is asked for is named under ``X#<workspace>`` until it is over. Who dies in between is followed by who asks again,
or by the sweeper's next tick, and finds less to do.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Sequence
from urllib.parse import quote

from engine.adapters.aws import items, table
from engine.adapters.aws.blobs import S3Blobs
from engine.adapters.aws.dynamo import ConditionFailed, Expression, Item, Put, Table, Update
from engine.adapters.aws.erasure.erased_list import ErasedList
from engine.adapters.aws.erasure.rest import Rest
from engine.adapters.aws.executions_index import DynamoExecutionsIndex
from engine.ports.erasure import Children, Erasure, Told, Unfinished, listed_key
from engine.ports.executions_index import ExecutionQuery
from engine.ports.journal import OPEN_STATUSES, Parent
from engine.ports.keys import Actor, ExecutionKey

DAY = 86_400.0

KEPT_DAYS = 1.0
"""How long what is left of a header, and the item beside it, say that there was an execution of this name."""

BATCH = 100
"""Children that are told of at once."""

PENDING = "X#"
"""What the partition keys of erasures that are not over begin with."""

_PART = "#"
"""Between an erasure's id and an execution's: an item with some of the ids that go."""

_ERASED = "erased"
"""The attribute of a header that is held: the erasure's id. Empty where nothing is left to delete."""

_STAYS = frozenset({"pk", "sk", "status", "seq", items.TAKEN_AT, _ERASED, table.TTL_ATTRIBUTE})
_NEEDED = _STAYS | {"parent", "version", "kind"}


class DynamoErasure:
    """engine.ports.erasure.ErasureStore. `awaited` are the executions that one has started and waited for."""

    def __init__(
        self, stored: Table, blobs: S3Blobs, erased: ErasedList, index: DynamoExecutionsIndex, awaited: Children
    ) -> None:
        self._table = stored
        self._rest = Rest(stored, blobs, awaited)
        self._list = erased
        self._index = index

    def begin(self, erasure: Erasure) -> None:
        """Name it."""
        by = erasure.by
        self._table.write(Put({
            "pk": _pending(erasure.workspace), "sk": erasure.id, "at": erasure.at,
            "by": json.dumps([by.name, by.kind, by.origin]), "executions": json.dumps(erasure.executions),
            "forced": erasure.forced or None, "since": erasure.since,
        }))

    def pending(self, workspace: str) -> list[Erasure]:
        """Those that have begun and not ended."""
        found = [
            Erasure(
                workspace, item["sk"], item["at"], Actor(*json.loads(item["by"])),
                tuple(json.loads(item["executions"])), item.get("forced", False), item["since"],
            )
            for item in self._table.query(Expression("pk = :pk", {":pk": _pending(workspace)}))
            if _PART not in item["sk"]
        ]
        return sorted(found, key=lambda erasure: (erasure.at, erasure.id))

    def hold(self, erasure: Erasure, key: ExecutionKey) -> bool:
        """Mark its header, and take the number of the segment that a redrive would write."""
        place = (items.partition(key), items.HEADER)
        header = self._table.get(place)
        while header is not None and items.TAKEN_AT not in header:
            if header["status"] in OPEN_STATUSES and not erasure.forced:
                return False
            values = {":at": self._table.now(), ":id": erasure.id, ":seq": header["seq"], ":status": header["status"]}
            condition = Expression(
                f"seq = :seq AND #status = :status AND attribute_not_exists({items.TAKEN_AT})", values,
                {"#status": "status"},
            )
            try:
                self._table.write(_stripped(header, f"SET {items.TAKEN_AT} = :at, {_ERASED} = :id", _NEEDED, condition))
            except ConditionFailed:
                header = self._table.get(place)
                continue
            header = {**header, _ERASED: erasure.id}
            break
        if header is not None and header.get(_ERASED):
            self._take_number(key, header)
        return True

    def _take_number(self, key: ExecutionKey, header: Item) -> None:
        """Whatever stands there: a redrive that wrote it cannot open the header any more."""
        pk, sk = items.segment_key(key, int(header["seq"]) + 1)
        self._table.write(Put({
            "pk": pk, "sk": sk, "nonce": items.NOBODYS, "at": self._table.now(), "whole": False, "lease_until": 0.0,
            "first_event": 0, "last_event": 0,
        }))

    def erase(self, erasure: Erasure, key: ExecutionKey, told: Told, deadline: float = math.inf) -> int:
        """Delete what it has waited for, then all of it."""
        header = self._table.get((items.partition(key), items.HEADER))
        if header is None or not header.get(_ERASED):
            return 0
        told([key])
        return self._let_go(erasure, key, header, told, deadline)

    def _let_go(self, erasure: Erasure, key: ExecutionKey, header: Item, told: Told, deadline: float) -> int:
        taken = 1
        for group in self._rest.children(key):
            for batch in self._batches(erasure, key, group, deadline):
                told([child for child, _ in batch])
                taken += sum(self._let_go(erasure, *one, told, deadline) for one in batch)
        self._in_time(deadline, key)
        self._delete_rest(key, header)
        values = {":none": "", ":until": int(self._table.now() + KEPT_DAYS * DAY), ":id": header[_ERASED]}
        change = f"SET {_ERASED} = :none, {table.TTL_ATTRIBUTE} = :until"
        self._table.holds(_stripped(header, change, _STAYS, Expression(f"{_ERASED} = :id", values)))
        return taken

    def _batches(
        self, erasure: Erasure, key: ExecutionKey, group: Iterator[ExecutionKey], deadline: float
    ) -> Iterator[list[tuple[ExecutionKey, Item]]]:
        """Its children of one Map Run or Task that are still to be deleted, held."""
        batch: list[tuple[ExecutionKey, Item]] = []
        for child in group:
            self._in_time(deadline, key)
            place = (items.partition(child), items.HEADER)
            item = self._table.get(place)
            if item is None:
                break
            if item.get(_ERASED) == "":
                continue
            parent = Parent.of_text(item.get("parent"))
            if parent is None or parent.execution_id != key.id or not parent.waits:
                break
            if not self.hold(erasure, child):
                raise Unfinished(child.id)
            held = self._table.get(place)
            if held is not None and held.get(_ERASED):
                batch.append((child, held))
            if len(batch) == BATCH:
                yield batch
                batch = []
        if batch:
            yield batch

    def _in_time(self, deadline: float, key: ExecutionKey) -> None:
        if self._table.now() >= deadline:
            raise Unfinished(key.id)

    def _delete_rest(self, key: ExecutionKey, header: Item) -> None:
        """All of its partition but the two. The number that is taken stays as long as the header: both lose their lives
        by their TTL."""
        pk, number = items.segment_key(key, int(header["seq"]) + 1)
        self._rest.delete(key, (items.HEADER, number))
        until = {":until": int(self._table.now() + KEPT_DAYS * DAY)}
        there = Expression("attribute_exists(pk)", until)
        self._table.holds(Update((pk, number), f"SET {table.TTL_ATTRIBUTE} = :until", there))

    def remember(self, erasure: Erasure, keys: Sequence[ExecutionKey]) -> None:
        """Put them on the list in the bucket, and beside what names the erasure: their entries are erased last."""
        self._list.add(erasure.workspace, erasure.id, erasure.at, keys)
        part = {"pk": _pending(erasure.workspace), "sk": f"{erasure.id}{_PART}{keys[0].id}"}
        self._table.write(Put({**part, "executions": json.dumps([key.id for key in keys])}))

    def remember_actors(self, erasure: Erasure, pseudonyms: Sequence[str]) -> None:
        """Put them on the list in the bucket."""
        self._list.add_actors(erasure.workspace, erasure.id, erasure.at, pseudonyms)

    def erased_actors(self, workspace: str) -> list[str]:
        """Those on the list."""
        return self._list.actors(workspace)

    def remember_key(self, erasure: Erasure, business_key: str) -> None:
        """Put it on the list in the bucket."""
        key = listed_key(erasure.workspace, business_key)
        self._list.add(erasure.workspace, erasure.id, erasure.at, [key])

    def erased_keys(self, workspace: str, business_keys: Sequence[str]) -> dict[str, float]:
        """Those on the list."""
        known = self._list.entries(workspace)
        digests = {key: self._list.digest(listed_key(workspace, key)) or "" for key in business_keys}
        return {key: known[digest] for key, digest in digests.items() if digest in known}

    def subjects(self, erasure: Erasure) -> list[str]:
        """The ids of all that was told of it so far."""
        return [one for item in self._parts(erasure) for one in json.loads(item["executions"])]

    def settle(self, erasure: Erasure) -> None:
        """Say that nothing more will come of its executions: what follows may be done again without a look."""
        part = {"pk": _pending(erasure.workspace), "sk": f"{erasure.id}{_PART}"}
        self._table.write(Put({**part, "executions": "[]"}))

    def is_settled(self, erasure: Erasure) -> bool:
        """Whether that was said."""
        return self._table.get((_pending(erasure.workspace), f"{erasure.id}{_PART}")) is not None

    def _parts(self, erasure: Erasure) -> list[Item]:
        keys = Expression("pk = :pk AND begins_with(sk, :part)", {
            ":pk": _pending(erasure.workspace), ":part": f"{erasure.id}{_PART}",
        })
        return [*self._table.query(keys)]

    def end(self, erasure: Erasure) -> bool:
        """No longer name it. That it is settled is known until then: its entries are erased, and a look for them by who
        goes on would find none."""
        pk, settled = _pending(erasure.workspace), f"{erasure.id}{_PART}"
        self._table.delete([(pk, item["sk"]) for item in self._parts(erasure) if item["sk"] != settled])
        self._table.delete([(pk, erasure.id), (pk, settled)])
        return True

    def forgotten(self, workspace: str) -> Iterator[ExecutionKey]:
        """Those on the list that are there: reads every header of the workspace's list."""
        known = self._list.entries(workspace)
        for key in self._index.keys(ExecutionQuery(workspace)) if known else ():
            at = known.get(self._list.digest(key) or "")
            if at is not None:
                header = self._table.get((items.partition(key), items.HEADER))
                if header is not None and header.get("started_at", math.inf) < at and _ERASED not in header:
                    yield key


def _pending(workspace: str) -> str:
    return f"{PENDING}{quote(workspace, safe='')}"


def _stripped(header: Item, change: str, stays: frozenset[str], condition: Expression) -> Update:
    """`change` of a header, which keeps only the attributes of `stays`."""
    goes = {f"#gone{number}": name for number, name in enumerate(sorted(header.keys() - stays))}
    text = f"{change} REMOVE {', '.join(goes)}" if goes else change
    names = {**(condition.names or {}), **goes}
    return Update((header["pk"], header["sk"]), text, Expression(condition.text, condition.values, names))
