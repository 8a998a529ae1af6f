"""What DynamoDB would bill: its write request units, counted from the items before and after each request.

The rules are those of the developer guide, "DynamoDB read and write operations" and "Managing global secondary
indexes": a write costs a unit for each KB, begun, of the larger of the item before and after, also when its condition
fails; an index's entry costs the same where it appears or goes, twice that where its key changes, nothing where none
of what it holds changes. Every item of the table is metered; only an index's entry, always under 1 KB, counts as one.
"""

from __future__ import annotations

import math
from collections import Counter
from typing import Any

from engine.adapters.aws.table import INDEXES

_NUMBER_BYTES = 21  # the most that a number takes


class Meter:
    """Listens to a client. `items` and `entries` count units by what was written: the kind of item, or its index."""

    def __init__(self, client: Any, table: str) -> None:
        self.items: Counter[str] = Counter()
        self.entries: Counter[str] = Counter()
        self._client = client
        self._table = table
        self._before: dict[tuple[str, str], Any] = {}
        self._asking = False
        client.meta.events.register("provide-client-params.dynamodb.*", self._asked)
        client.meta.events.register("after-call.dynamodb.*", self._answered)

    @property
    def units(self) -> int:
        """All of them."""
        return self.items.total() + self.entries.total()

    def reset(self) -> None:
        """Count from here on."""
        self.items.clear()
        self.entries.clear()

    def close(self) -> None:
        """Listen no more."""
        self._client.meta.events.unregister("provide-client-params.dynamodb.*", self._asked)
        self._client.meta.events.unregister("after-call.dynamodb.*", self._answered)

    def _asked(self, params: Any, model: Any, **_: Any) -> None:
        if not self._asking:
            self._before = {key: self._read(key) for key in _written(model.name, params)}

    def _answered(self, **_: Any) -> None:
        if self._asking:
            return
        for key, before in self._before.items():
            self._bill(key[1], before, self._read(key))
        self._before = {}

    def _read(self, key: tuple[str, str]) -> Any:
        self._asking = True
        try:
            answer = self._client.get_item(
                TableName=self._table, Key={"pk": {"S": key[0]}, "sk": {"S": key[1]}}, ConsistentRead=True
            )
        finally:
            self._asking = False
        return answer.get("Item")

    def _bill(self, sort_key: str, before: Any, after: Any) -> None:
        self.items[sort_key.partition("#")[0]] += max(1, math.ceil(max(size(before), size(after)) / 1024))
        for index in INDEXES:
            places = [_place(item, index) for item in (before, after)]
            if places[0] != places[1]:
                self.entries[index.name] += sum(place is not None for place in places)


def size(item: Any) -> int:
    """Bytes of an item as DynamoDB counts them: names and values, a number at its most."""
    return 0 if item is None else sum(len(name.encode()) + _value_size(value) for name, value in item.items())


def _value_size(value: dict[str, Any]) -> int:
    (kind, content), = value.items()
    if kind == "S":
        return len(content.encode())
    return {"N": _NUMBER_BYTES, "BOOL": 1}[kind] if kind in ("N", "BOOL") else len(content)


def _place(item: Any, index: Any) -> Any:
    if item is None or index.partition not in item or index.sort not in item:
        return None
    return item[index.partition], item[index.sort]


def _written(operation: str, params: Any) -> list[tuple[str, str]]:
    if operation == "PutItem":
        keys = [params["Item"]]
    elif operation == "UpdateItem":
        keys = [params["Key"]]
    elif operation == "BatchWriteItem":
        keys = [request["DeleteRequest"]["Key"] for requests in params["RequestItems"].values() for request in requests]
    else:
        keys = []
    return [(key["pk"]["S"], key["sk"]["S"]) for key in keys]
