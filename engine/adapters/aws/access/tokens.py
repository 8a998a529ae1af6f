"""Named tokens in DynamoDB: an item each, in one partition with a head that counts the changes.

    K    H          the head: `version`
         T#<id>     a record; `used_at` beside its fields

Finding a token is one consistent read of its item: nothing of it is kept from one request to the next, so a revoked one
is refused by the request after. A change reads all records, which only an admin's act does, and writes those that are
different in one transaction with the next version of the head: of two writers one begins again.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, fields
from typing import TypeVar

from engine.adapters.aws.dynamo import ConditionFailed, Expression, Item, Key, Put, Table, Update
from engine.clock import Clock
from engine.errors import StorageError, StoreBusy, Throttled
from engine.ports.access_tokens import USED_EVERY_SECONDS, Change, TokenRecord

PARTITION = "K"
_HEAD: Key = (PARTITION, "H")
_TOKENS = "T#"
_ROUNDS, _FIRST_PAUSE = 8, 0.05
_WHOLE = ("generation", "oldest")
"""Numbers that are whole: DynamoDB's come back as float."""

_Made = TypeVar("_Made")


class DynamoTokenStore:
    """engine.ports.access_tokens.TokenStore."""

    def __init__(self, table: Table, clock: Clock) -> None:
        self._table = table
        self._clock = clock
        self._changing = threading.Lock()
        self._marked: dict[str, float] = {}

    def read(self) -> Sequence[TokenRecord]:
        """See TokenStore."""
        return [_record_of(item) for item in self._items()]

    def find(self, token_id: str) -> TokenRecord | None:
        """See TokenStore."""
        found = self._table.get((PARTITION, _TOKENS + token_id))
        if found is None:
            return None
        self._marked[token_id] = max(found.get("used_at", 0.0), self._marked.get(token_id, 0.0))
        return _record_of(found)

    def change(self, make: Change[_Made]) -> _Made:
        """See TokenStore."""
        with self._changing:  # of this process one at a time: they would only meet
            for number in range(_ROUNDS):
                head = self._table.get(_HEAD)
                items = {item["sk"]: item for item in self._items()}
                before = {item["sk"]: _record_of(item) for item in items.values()}
                records, made = make(list(before.values()))
                after = {_TOKENS + record.id: record for record in records}
                changed = [
                    Put(_item_of(record, items.get(sk, {}))) for sk, record in after.items() if before.get(sk) != record
                ]
                if self._written(head, changed):
                    self._table.delete([(PARTITION, sk) for sk in before.keys() - after.keys()])
                    return made
                self._clock.sleep(_FIRST_PAUSE * 2**number)
        raise StoreBusy("the named tokens are being changed by others")

    def mark_used(self, token_id: str, at: float) -> None:
        """See TokenStore. A process tries once in the time, and one of those that do so at once writes."""
        if abs(at - self._marked.get(token_id, 0.0)) < USED_EVERY_SECONDS:
            return
        self._marked[token_id] = at
        due = Expression(
            "attribute_exists(pk) AND "
            "(attribute_not_exists(used_at) OR used_at <= :before OR used_at >= :after)",
            {":at": at, ":before": at - USED_EVERY_SECONDS, ":after": at + USED_EVERY_SECONDS},
        )
        try:
            self._table.write(Update((PARTITION, _TOKENS + token_id), "SET used_at = :at", due))
        except (ConditionFailed, StorageError):
            return  # another process was first; or the table takes nothing

    def used(self) -> Mapping[str, float]:
        """See TokenStore."""
        return {item["id"]: item["used_at"] for item in self._items() if "used_at" in item}

    def _items(self) -> Iterator[Item]:
        keys = Expression("pk = :pk AND begins_with(sk, :tokens)", {":pk": PARTITION, ":tokens": _TOKENS})
        return self._table.query(keys)

    def _written(self, head: Item | None, changed: Sequence[Put]) -> bool:
        """Whether the head was still that one; then `changed` is written."""
        version = 0 if head is None else int(head["version"])
        counted = Put(
            {"pk": _HEAD[0], "sk": _HEAD[1], "version": version + 1},
            Expression("attribute_not_exists(pk)") if head is None
            else Expression("version = :version", {":version": version}),
        )
        try:
            return self._table.holds(counted, *changed)
        except Throttled:  # another's transaction is under way
            return False


def _item_of(record: TokenRecord, stored: Item) -> Item:
    return {
        "pk": PARTITION, "sk": _TOKENS + record.id, **asdict(record), "used_at": stored.get("used_at"),
    }


def _record_of(item: Item) -> TokenRecord:
    """What this release knows of an item."""
    known = {field.name: item[field.name] for field in fields(TokenRecord) if field.name in item}
    return TokenRecord(**{**known, **{name: int(known.get(name, 0)) for name in _WHOLE}})
