"""What DynamoDB does by an item's TTL, on moto: deletes it when its time is over, and tells the stream."""

from __future__ import annotations

from typing import Any

from tools.cost import stream

Json = Any

_REGION, TABLE = "eu-central-1", "automate-test"


def rows(table: str = TABLE) -> list[tuple[str, str]]:
    """The keys of all items."""
    return [(pk.value, sk.value) for pk, found in _items(table).items() for sk in found]


def expire(now: float, table: str = TABLE) -> list[Json]:
    """Delete what is over, as the service does; what of that the stream's mapping hands over."""
    return stream.expire(now, table, _REGION)


def _items(table: str) -> Any:
    return stream.moto_table(table, _REGION).items
