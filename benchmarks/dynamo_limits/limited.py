"""Clients that stand at botocore's place: the small DynamoDB under the limits of the true one, and an SQS. All of it is
in virtual time.

What is so of DynamoDB:

- A partition takes 1,000 write units and 3,000 read units a second, of the table and of an index alike. A request
  beyond that is a ProvisionedThroughputExceededException.
- An index that cannot take a write throttles the write to its table.
- Each value of a partition key is a partition of its own. DynamoDB would split one further only by sort key, and all
  that is new in a list is at its end.
- Calls take time (Latencies), one that is throttled too. botocore's standard mode makes four attempts in all, after
  random pauses of up to 1, 2 and 4 s. Its quota of retries is left out: it would refuse sooner.

What is left out: the throughput that a new table has not got yet, the account's own limits, the network.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from random import Random
from typing import Any

from benchmarks.dynamo_limits.small_dynamo import Loads, Partition, Request, SmallDynamo, refused
from benchmarks.dynamo_limits.virtual_time import VirtualTime
from engine.adapters.aws.clients import ATTEMPTS
from engine.adapters.aws.queue import decode_wake
from engine.ports.keys import ExecutionKey

WRITE_UNITS, READ_UNITS = 1000.0, 3000.0
"""A second, a partition (Amazon DynamoDB Developer Guide, "Designing partition keys to distribute your workload")."""

INDEX_LAG = 0.02
"""Seconds until an index follows its table."""

DELIVERY = 0.01
"""Seconds from SQS's answer until Lambda has a message."""

_WRITES = frozenset({"PutItem", "UpdateItem", "TransactWriteItems", "BatchWriteItem"})


@dataclass(frozen=True)
class Latencies:
    """Milliseconds of a call, from and to; any time between is as likely."""

    write: tuple[float, float] = (4.0, 5.0)
    read: tuple[float, float] = (2.0, 3.0)
    query: tuple[float, float] = (3.0, 4.0)
    batch: tuple[float, float] = (6.0, 10.0)
    transaction: tuple[float, float] = (12.0, 12.0)
    throttled: tuple[float, float] = (2.0, 3.0)
    sqs: tuple[float, float] = (8.0, 12.0)


class Limits:
    """What partitions take in each second. `throttles` counts refused requests by the partition that could not."""

    def __init__(self, time: VirtualTime) -> None:
        self._time = time
        self._taken: Counter[tuple[str, Partition, int]] = Counter()
        self.throttles: Counter[tuple[str, Partition]] = Counter()

    def take(self, kind: str, operation: str, loads: Loads) -> None:
        """Take units of partitions, all or none; `kind` is write or read. Raises botocore's exception."""
        most, second = (WRITE_UNITS if kind == "write" else READ_UNITS), int(self._time.now())
        wanted: dict[Partition, float] = {}
        for partition, units in loads:
            wanted[partition] = wanted.get(partition, 0.0) + units
        lacking = [at for at, units in wanted.items() if self._taken[kind, at, second] + units > most]
        if lacking:
            self.throttles.update((kind, partition) for partition in lacking)
            raise refused("ProvisionedThroughputExceededException", operation)
        for partition, units in wanted.items():
            self._taken[kind, partition, second] += units  # type: ignore[assignment]

    def most(self) -> dict[tuple[str, Partition], float]:
        """The most units that partitions took in one second; without those of single executions."""
        found: dict[tuple[str, Partition], float] = {}
        for (kind, partition, _), units in self._taken.items():
            if not partition[1].startswith("E#"):
                found[kind, partition] = max(units, found.get((kind, partition), 0.0))
        return found


class LimitedDynamo:
    """The methods of botocore's client that the adapters call. `calls` counts attempts by operation."""

    def __init__(self, time: VirtualTime, random: Random, latencies: Latencies) -> None:
        self.limits = Limits(time)
        self.calls: Counter[str] = Counter()
        self._time = time
        self._random = random
        self._latencies = latencies
        self._store = SmallDynamo(lambda act: time.later(INDEX_LAG, act))

    def put_item(self, **asked: Any) -> Request:
        """One conditional write."""
        return self._call("PutItem", self._latencies.write, partial(self._store.write, "PutItem", asked))

    def update_item(self, **asked: Any) -> Request:
        """One conditional write."""
        return self._call("UpdateItem", self._latencies.write, partial(self._store.write, "UpdateItem", asked))

    def transact_write_items(self, **asked: Any) -> Request:
        """Writes, all or none."""
        return self._call("TransactWriteItems", self._latencies.transaction, partial(self._store.transact, asked))

    def batch_write_item(self, **asked: Any) -> Request:
        """Deletes."""
        return self._call("BatchWriteItem", self._latencies.batch, partial(self._store.delete, asked))

    def get_item(self, **asked: Any) -> Request:
        """One read."""
        return self._call("GetItem", self._latencies.read, partial(self._store.get, asked))

    def batch_get_item(self, **asked: Any) -> Request:
        """Up to a hundred reads."""
        return self._call("BatchGetItem", self._latencies.batch, partial(self._store.get_many, asked))

    def query(self, **asked: Any) -> Request:
        """A page."""
        return self._call("Query", self._latencies.query, partial(self._store.query, asked))

    def _call(self, operation: str, latency: tuple[float, float], act: Callable[..., Request]) -> Request:
        """Attempts as botocore makes them: of throttles alone, for nothing else fails here that may work later."""
        for attempt in range(ATTEMPTS):
            if attempt:
                self._time.sleep(self._random.random() * 2 ** (attempt - 1))
            self.calls[operation] += 1
            throttles: list[Any] = []
            there = self._random.uniform(*latency) / 2000
            self._time.sleep(there)
            try:
                answer = act(take=partial(self._take, operation, throttles))
            except Exception:
                if not throttles:
                    self._time.sleep(there)
                    raise
                self._time.sleep(self._random.uniform(*self._latencies.throttled) / 2000)
                if attempt == ATTEMPTS - 1:
                    raise
                continue
            self._time.sleep(there)
            return answer
        raise AssertionError

    def _take(self, operation: str, throttles: list[Any], loads: Loads) -> None:
        kind = "write" if operation in _WRITES else "read"
        try:
            self.limits.take(kind, operation, loads)
        except Exception as error:
            throttles.append(error)
            raise


class PlainSqs:
    """SQS without limits, as a standard queue has them: `deliver` is told of each wake when a worker has it."""

    def __init__(
        self, time: VirtualTime, random: Random, latencies: Latencies, deliver: Callable[[ExecutionKey], Any]
    ) -> None:
        self.calls: Counter[str] = Counter()
        self._time = time
        self._random = random
        self._latencies = latencies
        self._deliver = deliver

    def send_message_batch(self, *, QueueUrl: str, Entries: list[Any]) -> Request:  # noqa: ARG002, N803 - botocore's
        """Up to ten messages, each after its delay."""
        self.calls["SendMessageBatch"] += 1
        self._time.sleep(self._random.uniform(*self._latencies.sqs) / 1000)
        for entry in Entries:
            key = decode_wake(entry["MessageBody"])
            self._time.later(entry["DelaySeconds"] + DELIVERY, partial(self._deliver, key))
        return {"Successful": [{"Id": entry["Id"]} for entry in Entries]}


class LimitedClients:
    """engine.adapters.aws.clients.Clients, of these."""

    def __init__(
        self, time: VirtualTime, deliver: Callable[[ExecutionKey], Any] = lambda _key: None,
        latencies: Latencies | None = None, seed: int = 1,
    ) -> None:
        random, latencies = Random(seed), latencies or Latencies()  # noqa: S311 - reproducible, not secret
        self.dynamodb = LimitedDynamo(time, random, latencies)
        self.sqs = PlainSqs(time, random, latencies, deliver)

    @property
    def s3(self) -> Any:
        """None."""
        raise AssertionError("nothing here is long enough for the bucket")
