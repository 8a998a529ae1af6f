"""What DynamoDB does by an item's TTL, on moto: deletes it when its time is over, and tells the stream."""

from __future__ import annotations

from typing import Any

from engine.adapters.aws.table import ENDED_TERM, TTL_ATTRIBUTE
from tools.cost.stream import let_through

Json = Any

_REGION, _ACCOUNT, TABLE = "eu-central-1", "123456789012", "automate-test"


def rows(table: str = TABLE) -> list[tuple[str, str]]:
    """The keys of all items."""
    return [(pk.value, sk.value) for pk, found in _items(table).items() for sk in found]


def expire(now: float, table: str = TABLE) -> list[Json]:
    """Delete what is over, as the service does; what of that the stream's mapping hands over."""
    records, number = [], 0
    for pk, found in list(_items(table).items()):
        for sk, item in list(found.items()):
            until = item.attrs.get(TTL_ATTRIBUTE)
            if until is not None and float(until.value) <= now:
                del found[sk]
                number += 1
                records.append(_record(pk.value, sk.value, number))
    return [record for record in records if let_through(record, (ENDED_TERM,))]


def _record(pk: str, sk: str, number: int) -> Json:
    return {
        "eventName": "REMOVE", "userIdentity": {"type": "Service", "principalId": "dynamodb.amazonaws.com"},
        "dynamodb": {"Keys": {"pk": {"S": pk}, "sk": {"S": sk}}, "SequenceNumber": str(number)},
    }


def _items(table: str) -> Any:
    from moto.dynamodb import dynamodb_backends  # noqa: PLC0415  moto only where it is asked for

    return dynamodb_backends[_ACCOUNT][_REGION].tables[table].items
