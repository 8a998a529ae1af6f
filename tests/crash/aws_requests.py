"""What goes wrong between the product and AWS: a layer around botocore's clients, above moto.

    adapters ── client.put_item ──► [Requests: what is to go wrong here?] ──► botocore ──► moto

The adapters are not touched: they are handed what AWS hands out. A throttled request raises ClientError with the code
of its service, a lost reply ReadTimeoutError, and these are modes that only AWS has:

    repeated     the reply was lost, and botocore, which repeats by itself, asked again: only the second answer is seen
    partly       a batch is served in part, a page of a query holds one item
    late-index   a query of a global secondary index is answered from what the table held LATE_SECONDS ago
    undeleted    DeleteMessage is answered, and the message comes once more

botocore gives a transaction a ClientRequestToken, by which DynamoDB knows one that is asked for again (BY_TOKEN); moto
does not. Names of calls are AWS's operations; a query of an index is called QueryIndex.
"""

from __future__ import annotations

import copy
import random
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

from botocore.exceptions import ClientError, ReadTimeoutError

from engine.clock import Clock

LATE_SECONDS = 70.0
"""More than from one sweep to the next."""

THROTTLES = {
    "GetObject": "SlowDown", "PutObject": "SlowDown", "SendMessageBatch": "RequestThrottled",
    "DeleteMessage": "RequestThrottled",
}
"""What a service calls it, where that is not DynamoDB's ThrottlingException."""

BY_TOKEN = ("TransactWriteItems",)

WRITES = frozenset({"PutItem", "UpdateItem", "DeleteItem", "BatchWriteItem", "TransactWriteItems"})
"""What changes a table."""

Json = dict[str, Any]
Request = Callable[[str, Json], Json]


def name_of(operation: str, parameters: Json) -> str:
    """What the campaign calls a request."""
    return "QueryIndex" if operation == "Query" and "IndexName" in parameters else operation


def throttled(name: str) -> Exception:
    """What the client raises when the service serves nothing."""
    code = THROTTLES.get(name, "ThrottlingException")
    return ClientError({"Error": {"Code": code, "Message": "Rate exceeded"}}, name)


def no_reply(name: str) -> Exception:
    """What it raises when nothing came back."""
    return ReadTimeoutError(endpoint_url=f"https://{name}.example")


class Requests:
    """Performs requests on moto, rightly or wrongly, and keeps what the table held. `moto` are its own dictionaries."""

    def __init__(self, clock: Clock, moto: Callable[[], Any], table: Callable[[], Any]) -> None:
        self._clock = clock
        self._moto = moto
        self._table = table
        self._past: list[tuple[float, Any, Any, Any]] = []
        self.lag = 0.0

    def forget(self) -> None:
        """Another run begins."""
        self._past.clear()
        self.lag = 0.0

    def send(self, request: Request, operation: str, parameters: Json) -> Json:
        """As it should be; an index is behind by `lag` seconds."""
        if operation == "Query" and "IndexName" in parameters and self.lag:
            with self._as_it_was(self.lag):
                return request(operation, parameters)
        self._remember(operation, parameters)
        return request(operation, dict(parameters))  # botocore changes what it is given

    def wrongly(self, mode: str, request: Request, operation: str, parameters: Json) -> Json:
        """In one of the modes that are AWS's own."""
        match mode:
            case "repeated":
                first = None
                with suppress(ClientError):  # whatever came of it, nobody heard
                    first = self.send(request, operation, parameters)
                self._clock.sleep(1.5)
                if first is not None and operation in BY_TOKEN:
                    return first
                return self.send(request, operation, parameters)
            case "partly":
                return self._partly(request, operation, parameters)
            case "late-index":
                with self._as_it_was(LATE_SECONDS):
                    return request(operation, parameters)
            case "undeleted":
                return self._undeleted(parameters)
        raise AssertionError(mode)

    def lost(self) -> Json:
        """The answer of a queue that loses what it took."""
        return {"Successful": []}

    def by_chance(self, parameters: Json, chance: random.Random, loss: int, double: int) -> Json | None:
        """The messages of a SendMessageBatch: some lost, some twice; None where none is left."""
        entries = [entry for entry in parameters["Entries"] if chance.random() * 100 >= loss]
        twice = [{**entry, "Id": f"{entry['Id']}b"} for entry in entries if chance.random() * 100 < double]
        return {**parameters, "Entries": (entries + twice)[:10]} if entries else None

    def disorder(self, chance: random.Random) -> None:
        """A standard queue promises no order."""
        chance.shuffle(self._moto()._messages)

    # ---------------------------------------------------------------- each mode

    def _partly(self, request: Request, operation: str, parameters: Json) -> Json:
        match operation:
            case "BatchWriteItem" | "BatchGetItem":
                ((table, wanted),) = parameters["RequestItems"].items()
                done, rest = _halves(wanted if isinstance(wanted, list) else wanted["Keys"])
                again = rest if isinstance(wanted, list) else {**wanted, "Keys": rest}
                first = done if isinstance(wanted, list) else {**wanted, "Keys": done}
                left = "UnprocessedItems" if operation == "BatchWriteItem" else "UnprocessedKeys"
                answer: Json = {"Responses": {table: []}}
                if done:
                    answer = self.send(request, operation, {**parameters, "RequestItems": {table: first}})
                return {**answer, left: {table: again}}
            case "SendMessageBatch":
                sent, refused = _halves(parameters["Entries"])
                answer = self.send(request, operation, {**parameters, "Entries": sent}) if sent else {"Successful": []}
                return {**answer, "Failed": [
                    {"Id": entry["Id"], "Code": "RequestThrottled", "SenderFault": False} for entry in refused
                ]}
        return self.send(request, operation, {**parameters, "Limit": 1})

    def _undeleted(self, parameters: Json) -> Json:
        for message in self._moto()._messages:
            if message.had_receipt_handle(parameters["ReceiptHandle"]):
                message.visible_at = 0.0
        return {}

    # ---------------------------------------------------------------- what the table held

    def _remember(self, operation: str, parameters: Json) -> None:
        now = self._clock.now()
        for key in _written(operation, parameters):
            pk, sk = (_moto_key(key[name]) for name in ("pk", "sk"))
            held = self._table().items.get(pk, {}).get(sk)
            self._past.append((now, pk, sk, copy.deepcopy(held)))

    @contextmanager
    def _as_it_was(self, seconds: float) -> Iterator[None]:
        table, since = self._table(), self._clock.now() - seconds
        held = table.items
        before: Any = defaultdict(dict, {pk: dict(found) for pk, found in held.items()})
        for at, pk, sk, item in reversed(self._past):
            if at <= since:
                break
            if item is None:
                before[pk].pop(sk, None)
            else:
                before[pk][sk] = item
        table.items = before
        try:
            yield
        finally:
            table.items = held


def _written(operation: str, parameters: Json) -> list[Json]:
    match operation:
        case "PutItem":
            return [parameters["Item"]]
        case "UpdateItem":
            return [parameters["Key"]]
        case "BatchWriteItem":
            ((_, wanted),) = parameters["RequestItems"].items()
            return [request["DeleteRequest"]["Key"] for request in wanted]
        case "TransactWriteItems":
            return [
                write["Put"]["Item"] if "Put" in write else (write.get("Update") or write["Delete"])["Key"]
                for write in parameters["TransactItems"] if "ConditionCheck" not in write
            ]
    return []


def _moto_key(value: Json) -> Any:
    from moto.dynamodb.models.dynamo_type import DynamoType  # noqa: PLC0415  moto only where it is asked for

    return DynamoType(value)


def _halves(items: list[Any]) -> tuple[list[Any], list[Any]]:
    """What is served, and what is not."""
    return items[: len(items) // 2], items[len(items) // 2 :]

