"""The table's stream on moto, as Lambda hands it over: in order, what the filters let through; and what DynamoDB does
by an item's TTL."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from typing import Any

from engine.adapters.aws.table import ENDED_TERM, SEALED, TTL_ATTRIBUTE

Json = Any


class Stream:
    """Reads on from where it was read last. `filters` are those of who reads it."""

    def __init__(self, table: str, region: str, filters: Sequence[Json] = SEALED) -> None:
        self._filters = filters
        self._table = table
        self._region = region
        self._read = 0

    def records(self) -> list[Json]:
        """What was written since, as far as the filters let it through."""
        shard: Any = moto_table(self._table, self._region).stream_shard
        new, self._read = shard.items[self._read :], len(shard.items)
        return [_as_handed_over(item.record) for item in new if let_through(item.record, self._filters)]


def moto_table(table: str, region: str) -> Any:
    """The table as moto keeps it."""
    from moto.dynamodb.models import dynamodb_backends  # noqa: PLC0415  moto only where it is asked for

    return dynamodb_backends["123456789012"][region].tables[table]


def expire(now: float, table: str, region: str) -> list[Json]:
    """Delete what is over by its TTL, as the service does; what of that the sweeper's mapping hands over."""
    records, number = [], 0
    for pk, found in list(moto_table(table, region).items.items()):
        for sk, item in list(found.items()):
            until = item.attrs.get(TTL_ATTRIBUTE)
            if until is not None and float(until.value) <= now:
                del found[sk]
                number += 1
                records.append(_removed(pk.value, sk.value, number))
    return [record for record in records if let_through(record, (ENDED_TERM,))]


def _removed(pk: str, sk: str, number: int) -> Json:
    return {
        "eventName": "REMOVE", "userIdentity": {"type": "Service", "principalId": "dynamodb.amazonaws.com"},
        "dynamodb": {"Keys": {"pk": {"S": pk}, "sk": {"S": sk}}, "SequenceNumber": str(number)},
    }


def _as_handed_over(record: Json) -> Json:
    """With binary values in base64, where moto has bytes."""
    image = {name: _value(value) for name, value in record["dynamodb"]["NewImage"].items()}
    return {**record, "dynamodb": {**record["dynamodb"], "NewImage": image}}


def _value(value: Json) -> Json:
    return {"B": base64.b64encode(value["B"]).decode()} if isinstance(value.get("B"), bytes) else value


def let_through(record: Json, filters: Sequence[Json] = SEALED) -> bool:
    """Whether one of Lambda's event filters means the record (Lambda Developer Guide, "Control which events Lambda
    sends to your function")."""
    return any(_matches(pattern, record) for pattern in filters)


def _matches(pattern: Json, value: Json) -> bool:
    if isinstance(pattern, dict):
        return all(_matches(part, value.get(name) if isinstance(value, dict) else None)
                   for name, part in pattern.items())
    return any(_rule(rule, value) for rule in pattern)


def _rule(rule: Json, value: Json) -> bool:
    match rule:
        case {"exists": wanted}:
            return (value is not None) is wanted
        case {"prefix": beginning}:
            return isinstance(value, str) and value.startswith(beginning)
        case _:
            return value is not None and type(rule) is type(value) and bool(rule == value)
