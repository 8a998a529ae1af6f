"""What AWS would bill, from botocore's own hooks: every request that the adapters make, by the rules of the guides.

DynamoDB (developer guide, "DynamoDB read and write operations", "Managing global secondary indexes"): a write costs a
unit for each KB, begun, of the larger of the item before and after, also when its condition fails, and twice that in a
transaction; an index's entry costs the same where it appears or goes, twice that where its key changes, nothing where
none of what it holds changes. A consistent read costs a unit for each 4 KB, begun, half of it through an index; each
item of a BatchGetItem counts by itself, a Query by the sum of its items. What finds nothing costs the least there is.

Items are measured as the guide says, numbers at their longest, so a count is rather too high. moto's figures are not
used: they know no sizes. An index's entry is always under 1 KB here and counts as one.

SQS: a request for each 64 KB of a batch, begun. S3: a request is a request.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping
from typing import Any

from engine.adapters.aws.table import INDEXES
from engine.cost.units import Units

_NUMBER_BYTES = 21  # the most that a number takes
_WRITTEN, _READ, _CHUNK = 1024, 4096, 64 * 1024

Key = tuple[str, str]


class Meter:
    """Listens to clients until it is closed. `items`, `entries` and `transacted` count write units by what was written:
    the kind of item (the first part of its sort key), the index, the kind of item in a transaction (doubled already).
    `partitions` has the same units by where they fell: the index, or "table", and the value of its partition key.
    `calls` counts requests by operation, `sent` holds the messages sent, each a body and its delay in seconds.
    """

    def __init__(self, dynamodb: Any, table: str, *others: Any) -> None:
        self.items: Counter[str] = Counter()
        self.entries: Counter[str] = Counter()
        self.transacted: Counter[str] = Counter()
        self.partitions: Counter[tuple[str, str]] = Counter()
        self.calls: Counter[str] = Counter()
        self.reads = 0.0
        self.sqs_requests = 0
        self.sent: list[tuple[str, int]] = []
        self._client = dynamodb
        self._table = table
        self._before: dict[Key, Any] = {}
        self._asking = False
        self._others = others
        dynamodb.meta.events.register("provide-client-params.dynamodb.*", self._asked)
        dynamodb.meta.events.register("after-call.dynamodb.*", self._answered)
        for client in others:
            client.meta.events.register("provide-client-params.*.*", self._other)

    @property
    def units(self) -> int:
        """All write units."""
        return self.items.total() + self.entries.total() + self.transacted.total()

    def taken(self) -> Units:
        """What AWS bills for all that was asked since the last `reset`."""
        return Units(
            write_units=self.units, read_units=self.reads, sqs_requests=self.sqs_requests,
            s3_puts=self.calls["PutObject"], s3_gets=self.calls["GetObject"],
            store_calls=self.calls.total(),
        )

    def reset(self) -> None:
        """Count from here on. Messages sent stay, for who delivers them."""
        for counter in (self.items, self.entries, self.transacted, self.calls):
            counter.clear()
        self.partitions.clear()
        self.reads, self.sqs_requests = 0.0, 0

    def close(self) -> None:
        """Listen no more."""
        self._client.meta.events.unregister("provide-client-params.dynamodb.*", self._asked)
        self._client.meta.events.unregister("after-call.dynamodb.*", self._answered)
        for client in self._others:
            client.meta.events.unregister("provide-client-params.*.*", self._other)

    # -- hooks

    def _other(self, params: Any, model: Any, **_: Any) -> None:
        self.calls[model.name] += 1
        if model.name == "SendMessageBatch":
            entries = params["Entries"]
            self.sent += [(entry["MessageBody"], entry.get("DelaySeconds", 0)) for entry in entries]
            size = sum(len(entry["MessageBody"].encode()) for entry in entries)
            self.sqs_requests += max(1, math.ceil(size / _CHUNK))

    def _asked(self, params: Any, model: Any, **_: Any) -> None:
        if self._asking:
            return
        self.calls[model.name] += 1
        self._params = params
        self._before = {key: self._read(key) for key in _written(model.name, params)}

    def _answered(self, parsed: Any, model: Any, **_: Any) -> None:
        if self._asking:
            return
        self.reads += _read_units(model.name, self._params, parsed)
        twice = 2 if model.name == "TransactWriteItems" else 1
        for key, before in self._before.items():
            self._bill(key, before, self._read(key), twice)
        self._before = {}

    def _read(self, key: Key) -> Any:
        self._asking = True
        try:
            answer = self._client.get_item(
                TableName=self._table, Key={"pk": {"S": key[0]}, "sk": {"S": key[1]}}, ConsistentRead=True
            )
        finally:
            self._asking = False
        return answer.get("Item")

    def _bill(self, key: Key, before: Any, after: Any, times: int) -> None:
        into = self.items if times == 1 else self.transacted
        units = times * max(1, math.ceil(max(size(before), size(after)) / _WRITTEN))
        into[key[1].partition("#")[0]] += units
        self.partitions["table", key[0]] += units
        for index in INDEXES:
            places = [_place(item, index) for item in (before, after)]
            if places[0] != places[1]:
                for place in filter(None, places):
                    self.entries[index.name] += 1
                    self.partitions[index.name, next(iter(place[0].values()))] += 1


def size(item: Mapping[str, Any] | None) -> int:
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


def _read_units(operation: str, params: Any, answer: Any) -> float:
    """A request's read units, from what it asked and what it was answered."""
    if operation == "GetItem":
        return _blocks(size(answer.get("Item"))) * _share(params)
    if operation == "Query":
        return _blocks(sum(map(size, answer.get("Items", ())))) * _share(params)
    if operation == "BatchGetItem":
        asked = sum(len(request["Keys"]) for request in params["RequestItems"].values())
        found = [item for items in answer.get("Responses", {}).values() for item in items]
        return float(sum(_blocks(size(item)) for item in found) + asked - len(found))
    return 0.0


def _blocks(size_bytes: int) -> int:
    return max(1, math.ceil(size_bytes / _READ))


def _share(params: Any) -> float:
    return 1.0 if params.get("ConsistentRead") else 0.5


def _written(operation: str, params: Any) -> list[Key]:
    if operation == "PutItem":
        keys = [params["Item"]]
    elif operation == "UpdateItem":
        keys = [params["Key"]]
    elif operation == "BatchWriteItem":
        keys = [request["DeleteRequest"]["Key"] for requests in params["RequestItems"].values() for request in requests]
    elif operation == "TransactWriteItems":
        each = [next(iter(write.values())) for write in params["TransactItems"]]
        keys = [write.get("Item") or write["Key"] for write in each]
    else:
        keys = []
    return [(key["pk"]["S"], key["sk"]["S"]) for key in keys]
