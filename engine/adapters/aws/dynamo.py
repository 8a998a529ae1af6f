"""The DynamoDB calls that the adapters make, over plain items: dicts of str, bytes, bool, int and float.

None is an absent attribute. Numbers come back as float; what is whole by meaning is made int by who reads it.
"""

from __future__ import annotations

import base64
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import field
from itertools import repeat
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError, HTTPClientError

from engine.adapters.aws.at_once import AtOnce, InOrder
from engine.adapters.aws.clients import Clients
from engine.adapters.aws.failures import THROTTLES, code_of, translated, unreachable
from engine.clock import Clock
from engine.errors import Throttled
from engine.records import dataclass

Item = dict[str, Any]
Key = tuple[str, str]

_MOST_GET, _MOST_WRITE = 100, 25  # BatchGetItem's and BatchWriteItem's limits
_MOST_NUMBER_BYTES = 21
_ROUNDS, _FIRST_PAUSE = 6, 0.05  # of a batch that DynamoDB served in part; each pause doubles


class ConditionFailed(Exception):
    """The condition of a write did not hold; `item` is what is stored instead, where DynamoDB told it."""

    def __init__(self, item: Item | None = None) -> None:
        super().__init__()
        self.item = item


@dataclass(frozen=True, slots=True)
class Expression:
    """An expression of DynamoDB, with the values (``:name``) and attribute names (``#name``) it mentions."""

    text: str
    values: dict[str, Any] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Put:
    """Write a whole item if `condition` holds."""

    item: Item
    condition: Expression | None = None


@dataclass(frozen=True, slots=True)
class Update:
    """Change attributes of the item at `key`, if the condition holds. `change` is the update expression; its values
    and names stand in the condition."""

    key: Key
    change: str
    condition: Expression


@dataclass(frozen=True, slots=True)
class ConditionCheck:
    """Write nothing to the item at `key`: what is written with it needs the condition."""

    key: Key
    condition: Expression


@dataclass(frozen=True, slots=True)
class Delete:
    """Delete the item at `key`, if the condition holds."""

    key: Key
    condition: Expression


ABSENT = Expression("attribute_not_exists(pk)")


class Table:
    """The table called `name`. Raises Throttled or StoreUnavailable, and `write` raises ConditionFailed. `at_once` is
    how it makes calls that do not need each other's answers."""

    def __init__(self, clients: Clients, name: str, clock: Clock, at_once: AtOnce | None = None) -> None:
        self.at_once = at_once or InOrder()
        self._clients = clients
        self._name = name
        self._clock = clock

    def now(self) -> float:
        """The clock's time (epoch seconds)."""
        return self._clock.now()

    def get(self, key: Key) -> Item | None:
        """A consistent read of one item."""
        with _errors():
            answer = self._clients.dynamodb.get_item(TableName=self._name, Key=_key(key), ConsistentRead=True)
        return _item(answer["Item"]) if "Item" in answer else None

    def write(self, write: Put | Update) -> None:
        """One conditional write; ConditionFailed brings the stored item along."""
        parameters: dict[str, Any] = {**self._parameters(write), "ReturnValuesOnConditionCheckFailure": "ALL_OLD"}
        with _errors():
            if isinstance(write, Put):
                self._clients.dynamodb.put_item(**parameters)
            else:
                self._clients.dynamodb.update_item(**parameters)

    def holds(self, *writes: Put | Update | Delete | ConditionCheck) -> bool:
        """Do all the writes, or none of them when a condition does not hold. Answers whether they all held."""
        try:
            if len(writes) == 1 and not isinstance(writes[0], Delete | ConditionCheck):
                self.write(writes[0])
            else:
                items: list[Any] = [{type(write).__name__: self._parameters(write)} for write in writes]
                with _errors():
                    self._clients.dynamodb.transact_write_items(TransactItems=items)
        except ConditionFailed:
            return False
        return True

    def rename(self, found: Iterable[Item], attribute: str, was: str, now: str, *, without: str = "") -> None:
        """Put `now` in the place of `was` in an attribute of the items that have it still; `without` goes then."""
        change = f"SET {attribute} = :now" + (f" REMOVE {without}" if without else "")
        same = Expression(f"{attribute} = :was", {":was": was, ":now": now})
        for item in found:
            if item.get(attribute) == was:
                self.holds(Update((item["pk"], item["sk"]), change, same))

    def delete(self, keys: Sequence[Key]) -> None:
        """Delete items; those that are not there are no error."""
        for start in range(0, len(keys), _MOST_WRITE):
            some = keys[start : start + _MOST_WRITE]
            requests: Any = {self._name: [{"DeleteRequest": {"Key": _key(key)}} for key in some]}
            for pause in self._pauses():
                with _errors():
                    requests = self._clients.dynamodb.batch_write_item(RequestItems=requests).get("UnprocessedItems")
                if not requests:
                    break
                self._clock.sleep(pause)

    def get_many(self, keys: Sequence[Key]) -> dict[Key, Item]:
        """Consistent reads of many items; those that are not there are left out."""
        batches = [keys[start : start + _MOST_GET] for start in range(0, len(keys), _MOST_GET)]
        return {
            (item["pk"], item["sk"]): item for found in self.at_once.each(self._get_batch, batches) for item in found
        }

    def _get_batch(self, keys: Sequence[Key]) -> list[Item]:
        found: list[Item] = []
        requests: Any = {self._name: {"Keys": [_key(key) for key in keys], "ConsistentRead": True}}
        for pause in self._pauses():
            with _errors():
                answer = self._clients.dynamodb.batch_get_item(RequestItems=requests)
            found += map(_item, answer["Responses"].get(self._name, []))
            requests = answer.get("UnprocessedKeys")
            if not requests:
                break
            self._clock.sleep(pause)
        return found

    def query(
        self, keys: Expression, *, index: str | None = None, newest_first: bool = False, pages: Iterable[int] = (),
    ) -> Iterator[Item]:
        """The items of a partition in order of their sort key; consistent unless read through an index.

        `pages` gives the sizes of the first pages, for who may stop early; after them DynamoDB's 1 MB is the size.
        """
        request, sizes = self._query_request(keys, index, newest_first=newest_first), iter(pages)
        yield from self._pages(request, self._query_page(request, next(sizes, None)), sizes)

    def queries(
        self, each: Iterable[tuple[Expression, int | None]], *, index: str, newest_first: bool = False,
        more: int | None = None,
    ) -> list[Iterator[Item]]:
        """`query` of several partitions of an index, each with the size of its first page; `more` is that of the
        others. The first pages are read at once, now."""
        requests = [(self._query_request(keys, index, newest_first=newest_first), first) for keys, first in each]
        answers = self.at_once.each(lambda asked: self._query_page(*asked), requests)
        return [
            self._pages(request, answer, repeat(more))
            for (request, _), answer in zip(requests, answers, strict=True)
        ]

    def _query_request(self, keys: Expression, index: str | None, *, newest_first: bool) -> dict[str, Any]:
        return {
            "TableName": self._name, "KeyConditionExpression": keys.text, "ScanIndexForward": not newest_first,
            "ExpressionAttributeValues": _attributes(keys.values),
            **({"IndexName": index} if index else {"ConsistentRead": True}),
        }

    def _query_page(self, request: dict[str, Any], size: int | None) -> Any:
        limited = {**request, "Limit": size} if size else request
        with _errors():
            return self._clients.dynamodb.query(**limited)

    def _pages(self, request: dict[str, Any], answer: Any, sizes: Iterator[int | None]) -> Iterator[Item]:
        """The items of a first answer, then of those that follow it."""
        while True:
            yield from map(_item, answer["Items"])
            if "LastEvaluatedKey" not in answer:
                return
            more = {**request, "ExclusiveStartKey": answer["LastEvaluatedKey"]}
            answer = self._query_page(more, next(sizes, None))

    def _parameters(self, write: Put | Update | Delete | ConditionCheck) -> dict[str, Any]:
        parameters: dict[str, Any] = {"TableName": self._name}
        if isinstance(write, Put):
            parameters["Item"] = _attributes(write.item)
        else:
            parameters["Key"] = _key(write.key)
        if isinstance(write, Update):
            parameters["UpdateExpression"] = write.change
        if write.condition is not None:
            if write.condition.text:
                parameters["ConditionExpression"] = write.condition.text
            if write.condition.values:
                parameters["ExpressionAttributeValues"] = _attributes(write.condition.values)
            if write.condition.names:
                parameters["ExpressionAttributeNames"] = write.condition.names
        return parameters

    def _pauses(self) -> Iterator[float]:
        """One pause for each attempt at a batch. Raises Throttled when the attempts are used up."""
        yield from (_FIRST_PAUSE * 2**number for number in range(_ROUNDS))
        raise Throttled(f"DynamoDB served only a part of a batch, {_ROUNDS} times in a row")


@contextmanager
def _errors() -> Iterator[None]:
    """Errors of botocore as StorageErrors, failed conditions as ConditionFailed."""
    try:
        yield
    except ClientError as error:
        response: Any = error.response
        if code_of(error) == "ConditionalCheckFailedException":
            old = response.get("Item")
            raise ConditionFailed(_item(old) if old else None) from error
        reasons = {reason.get("Code") for reason in response.get("CancellationReasons", ())}
        if reasons & THROTTLES:
            raise Throttled(f"a transaction was cancelled: {', '.join(sorted(reasons & THROTTLES))}") from error
        if "ConditionalCheckFailed" in reasons:
            raise ConditionFailed from error
        raise translated(error) from error
    except (BotoCoreError, HTTPClientError) as error:
        raise unreachable(error) from error


def streamed(image: dict[str, Any]) -> Item:
    """An item as a stream hands it over: binary values are base64 there."""
    return {
        name: base64.b64decode(value["B"]) if "B" in value else plain
        for (name, value), plain in zip(image.items(), _item(image).values(), strict=True)
    }


def size_of(item: Item) -> int:
    """Bytes of an item as DynamoDB counts them at the most: names and values."""
    return sum(len(name.encode()) + _size(value) for name, value in item.items() if value is not None)


def _size(value: Any) -> int:
    match value:
        case str():
            return len(value.encode())
        case bytes():
            return len(value)
        case bool():
            return 1
        case _:
            return _MOST_NUMBER_BYTES


def _key(key: Key) -> dict[str, Any]:
    return {"pk": {"S": key[0]}, "sk": {"S": key[1]}}


def _attributes(item: Item) -> dict[str, Any]:
    return {name: _attribute(value) for name, value in item.items() if value is not None}


def _attribute(value: Any) -> dict[str, Any]:
    match value:
        case str():
            return {"S": value}
        case bytes():
            return {"B": value}
        case bool():
            return {"BOOL": value}
        case _:
            return {"N": repr(value)}


def _item(attributes: dict[str, Any]) -> Item:
    return {
        name: float(value["N"]) if "N" in value else next(iter(value.values())) for name, value in attributes.items()
    }
