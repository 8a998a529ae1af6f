"""A small DynamoDB: the table that engine.adapters.aws.table describes, with its indexes, in this process's memory.

It answers what the adapters ask, in DynamoDB's own shapes (tests/unit/benchmarks/test_dynamo_limits.py asks moto the
same and compares). Each request says, before it is done, how many units it takes of which partitions, so that limits
can be set upon them. An index follows its table when it is let.
"""

from __future__ import annotations

import math
from bisect import bisect_left, insort
from collections import defaultdict
from collections.abc import Callable, Iterator
from typing import Any

from botocore.exceptions import ClientError

from benchmarks.dynamo_limits.expressions import Item, condition, plain, update
from engine.adapters.aws.table import INDEXES, Index
from tools.cost.meter import size

Request = dict[str, Any]
Partition = tuple[str, str]
"""The index, or "table", and the value of its partition key."""

Loads = list[tuple[Partition, float]]
"""Units that a request takes of partitions."""

_WRITTEN, _READ, _PAGE_BYTES, _ENTRY_BYTES = 1024, 4096, 1024 * 1024, 200
Entry = tuple[Any, str, str]
"""Of an index: the sort key, and the keys of the item."""


def refused(code: str, operation: str, **more: Any) -> ClientError:
    """The exception that botocore raises for an error of DynamoDB's."""
    return ClientError({"Error": {"Code": code, "Message": code}, **more}, operation)  # type: ignore[arg-type]


class SmallDynamo:
    """`follow` is told what an index has to do, and does it when it likes; by default at once. `take` of each request
    is given what it takes, before anything is changed, and raises where that cannot be had."""

    def __init__(self, follow: Callable[[Callable[[], None]], Any] = lambda act: act()) -> None:
        self._items: defaultdict[str, dict[str, Item]] = defaultdict(dict)
        self._entries: dict[str, defaultdict[str, list[Entry]]] = {index.name: defaultdict(list) for index in INDEXES}
        self._indexes = {index.name: index for index in INDEXES}
        self._follow = follow

    # -- writing

    def write(self, operation: str, asked: Request, take: Callable[[Loads], None]) -> Request:
        """A put or an update."""
        key = asked["Item"] if operation == "PutItem" else asked["Key"]
        pk, sk = key["pk"]["S"], key["sk"]["S"]
        before = self._items[pk].get(sk)
        if not self._holds(asked, before):
            take([(("table", pk), _written(before, None))])
            stored = {"Item": before} if before and "ReturnValuesOnConditionCheckFailure" in asked else {}
            raise refused("ConditionalCheckFailedException", operation, **stored)
        after = self._after(operation, asked, before)
        take(self._loads(pk, before, after))
        self._store(pk, sk, before, after)
        return {}

    def transact(self, asked: Request, take: Callable[[Loads], None]) -> Request:
        """Puts and updates, all or none; they cost twice."""
        writes = [next(iter(write.items())) for write in asked["TransactItems"]]
        changes = []
        held = []
        for kind, write in writes:
            operation = f"{kind}Item"
            key = write["Item"] if kind == "Put" else write["Key"]
            pk, sk = key["pk"]["S"], key["sk"]["S"]
            before = self._items[pk].get(sk)
            held.append(self._holds(write, before))
            changes.append((pk, sk, before, self._after(operation, write, before) if held[-1] else before))
        if not all(held):
            reasons = [{"Code": "None" if each else "ConditionalCheckFailed"} for each in held]
            raise refused("TransactionCanceledException", "TransactWriteItems", CancellationReasons=reasons)
        take([(at, 2 * units) for pk, _, before, after in changes for at, units in self._loads(pk, before, after)])
        for change in changes:
            self._store(*change)
        return {}

    def delete(self, asked: Request, take: Callable[[Loads], None]) -> Request:
        """A BatchWriteItem of deletes."""
        for table, requests in asked["RequestItems"].items():
            unprocessed = []
            for request in requests:
                key = request["DeleteRequest"]["Key"]
                pk, sk = key["pk"]["S"], key["sk"]["S"]
                before = self._items[pk].get(sk)
                try:
                    take(self._loads(pk, before, None))
                except ClientError:
                    unprocessed.append(request)
                    continue
                self._store(pk, sk, before, None)
            if unprocessed:
                return {"UnprocessedItems": {table: unprocessed}}
        return {"UnprocessedItems": {}}

    # -- reading

    def get(self, asked: Request, take: Callable[[Loads], None]) -> Request:
        """A GetItem."""
        pk, sk = asked["Key"]["pk"]["S"], asked["Key"]["sk"]["S"]
        found = self._items[pk].get(sk)
        take([(("table", pk), _blocks(size(found)) * (1.0 if asked.get("ConsistentRead") else 0.5))])
        return {"Item": found} if found else {}

    def get_many(self, asked: Request, take: Callable[[Loads], None]) -> Request:
        """A BatchGetItem; what cannot be had is left for the next request."""
        answers: dict[str, list[Item]] = {}
        left: dict[str, Any] = {}
        for table, request in asked["RequestItems"].items():
            answers[table] = []
            for key in request["Keys"]:
                try:
                    answer = self.get({"Key": key, "ConsistentRead": True}, take)
                except ClientError:
                    left.setdefault(table, {**request, "Keys": []})["Keys"].append(key)
                    continue
                answers[table] += [answer["Item"]] if answer else []
        return {"Responses": answers, "UnprocessedKeys": left}

    def query(self, asked: Request, take: Callable[[Loads], None]) -> Request:
        """A page of a partition of the table or of an index."""
        index = self._indexes.get(asked.get("IndexName", ""))
        partition_value = _partition_asked(asked, index)
        backward = not asked.get("ScanIndexForward", True)
        holds = condition(asked["KeyConditionExpression"])
        found: list[Item] = []
        size_bytes, more = 0, False
        for item in self._in_order(index, partition_value, asked.get("ExclusiveStartKey"), backward=backward):
            if not holds(item, asked):
                continue
            if len(found) == asked.get("Limit") or size_bytes > _PAGE_BYTES:
                more = True
                break
            found.append(item)
            size_bytes += size(item)
        at = ("table" if index is None else index.name, partition_value)
        take([(at, _blocks(size_bytes) * (1.0 if asked.get("ConsistentRead") else 0.5))])
        # DynamoDB has read as many as the limit says, and does not know that there are no more.
        more = more or (bool(found) and len(found) == asked.get("Limit"))
        return {"Items": found, **({"LastEvaluatedKey": _place(found[-1], index)} if more else {})}

    def _in_order(
        self, index: Index | None, partition_value: str, start: Item | None, *, backward: bool
    ) -> Iterator[Item]:
        if index is None:
            stored = self._items.get(partition_value, {})
            sort_keys = sorted(stored, reverse=backward)
            if start is not None:
                after = start["sk"]["S"]
                sort_keys = [sk for sk in sort_keys if (sk < after if backward else sk > after)]
            yield from (stored[sk] for sk in sort_keys)
            return
        entries = self._entries[index.name].get(partition_value, [])
        number = len(entries) if backward else 0
        if start is not None:
            entry = (plain(start[index.sort]), start["pk"]["S"], start["sk"]["S"])
            number = bisect_left(entries, entry)
            number += 0 if backward else int(number < len(entries) and entries[number] == entry)
        while (number := number - 1 if backward else number) in range(len(entries)):
            sort, pk, sk = entries[number]
            yield {
                "pk": {"S": pk}, "sk": {"S": sk}, index.partition: {"S": partition_value},
                index.sort: {index.sort_type: repr(sort) if index.sort_type == "N" else sort},
            }
            number += 0 if backward else 1

    # -- inside

    def _holds(self, asked: Request, before: Item | None) -> bool:
        text = asked.get("ConditionExpression")
        return text is None or condition(text)(before or {}, asked)

    def _after(self, operation: str, asked: Request, before: Item | None) -> Item:
        if operation == "PutItem":
            put: Item = asked["Item"]
            return put
        return update(asked["UpdateExpression"])(before or dict(asked["Key"]), asked)

    def _loads(self, pk: str, before: Item | None, after: Item | None) -> Loads:
        loads: Loads = [(("table", pk), _written(before, after))]
        for index in INDEXES:
            places = [None if item is None else _entry(item, index) for item in (before, after)]
            if places[0] != places[1]:
                loads += [((index.name, place[0]), 1.0) for place in places if place is not None]
        return loads

    def _store(self, pk: str, sk: str, before: Item | None, after: Item | None) -> None:
        if after is None:
            self._items[pk].pop(sk, None)
        else:
            self._items[pk][sk] = after
        moves = []
        for index in INDEXES:
            places = [None if item is None else _entry(item, index) for item in (before, after)]
            if places[0] != places[1]:
                moves.append((index.name, *places))
        if moves:
            self._follow(lambda: self._move(moves, pk, sk))

    def _move(self, moves: list[Any], pk: str, sk: str) -> None:
        for name, left, entered in moves:
            if left is not None:
                entries = self._entries[name][left[0]]
                number = bisect_left(entries, (left[1], pk, sk))
                assert entries[number] == (left[1], pk, sk)
                del entries[number]
            if entered is not None:
                insort(self._entries[name][entered[0]], (entered[1], pk, sk))


def _entry(item: Item, index: Index) -> tuple[str, Any] | None:
    """The partition and the sort key that an item has in an index."""
    if index.partition not in item or index.sort not in item:
        return None
    return item[index.partition]["S"], plain(item[index.sort])


def _place(item: Item, index: Index | None) -> Item:
    names = ["pk", "sk", *([] if index is None else [index.partition, index.sort])]
    return {name: item[name] for name in names}


def _partition_asked(asked: Request, index: Index | None) -> str:
    name = "pk" if index is None else index.partition
    left, _, rest = asked["KeyConditionExpression"].partition(" = ")
    assert left == name, asked["KeyConditionExpression"]
    value: str = asked["ExpressionAttributeValues"][rest.split(" ", 1)[0]]["S"]
    return value


def _written(before: Item | None, after: Item | None) -> float:
    return max(1, math.ceil(max(size(before), size(after)) / _WRITTEN))


def _blocks(size_bytes: int) -> int:
    return max(1, math.ceil(size_bytes / _READ))
