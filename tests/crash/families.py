"""The stores that runs go over: how each family takes the death of a process, and what it shows of itself.

    memory    SQS's ways: a dead process's messages come back after their visibility time-out, its lease ends by time
    sqlite    the local product's: a dead process's claims and leases are over at once, by its OS lock
    served    the same, and the worker process on its queue: engine.durable.worker.serving claims and acknowledges
    aws       DynamoDB, SQS and S3 on moto; the numbered calls are the requests, so that it dies between those too
"""

from __future__ import annotations

import copy
import random
import shutil
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Any
from unittest import mock

from engine.ports.journal import Header, Segment
from engine.ports.keys import ExecutionKey
from engine.ports.queue import Received
from tests.crash.timing import EventClock
from tests.support.backends import Backend, open_local
from tests.support.memory.stores import MemoryStores

VISIBILITY_SECONDS = 330.0
FAR = 1e17

FAMILIES = ("memory", "sqlite", "served", "aws")


class Stores(Backend):
    """A Backend that can lose its process. `owner` is empty where time alone ends a lease."""

    workspace = "default"
    parallel: Any = None
    serves = False
    """Whether a worker claims for itself (Serving); else it is handed batches, as a Lambda is."""

    @property
    def owner(self) -> str:
        return ""

    def died(self, receipts: Sequence[str]) -> None:
        """The process that held `receipts` is gone."""
        self.queue.release(receipts, delay=VISIBILITY_SECONDS)

    def freed(self, receipts: Sequence[str]) -> None:
        """The visibility time-out of `receipts` is over; who holds them has not noticed."""
        self.queue.release(receipts)

    def unacknowledged(self, receipts: Sequence[str]) -> None:
        """Whoever holds `receipts` was not heard when it acknowledged them: they come once more."""
        self.queue.release(receipts, delay=VISIBILITY_SECONDS)

    def next_due_in(self) -> float | None:
        """Seconds until a message is there to be received."""
        return self.queue.next_due_in()

    def claimed(self) -> list[Received]:
        """The messages that a worker is handed now."""
        return list(self.queue.claim(10))

    def watch(self, hook: Callable[..., Any] | None) -> None:
        """Let `hook(name, act)` perform each request; only where requests are what is numbered."""

    def behave(self, *, lag: float, chance: random.Random | None) -> None:
        """How many seconds indexes are behind; what is drawn from where things may come in any order."""

    def disorder(self, chance: random.Random) -> None:
        """Let what waits come in any order, where the queue promises none."""

    def headers(self) -> list[Header]:
        """All of the workspace's but forks."""
        return [header for header in self.every_header() if header.key.fork_of is None]

    def every_header(self) -> list[Header]:
        """All of the workspace's."""
        return [h for h in self.journal._headers.values() if h.key.workspace == self.workspace]

    def owes(self) -> bool:
        """Whether a header or an inbox item is due some time."""
        return bool(self.journal.due(FAR))

    def segments(self, key: ExecutionKey) -> list[Segment]:
        """All of an execution's: `history` passes over those without events."""
        return [segment for _, segment in sorted(self.journal._segments.get(key, {}).items())]


class Memory(Stores):
    """In this process."""

    def __init__(self) -> None:
        clock = EventClock()
        super().__init__("memory", clock, MemoryStores(clock), lambda stores: stores)


class Sqlite(Stores):
    """A folder."""

    def __init__(self, folder: Path, clock: EventClock | None = None) -> None:
        clock = clock or EventClock()
        self.folder = folder
        super().__init__("sqlite", clock, open_local(folder, clock), self._reopen)

    def _reopen(self, stores: Any) -> Any:
        stores.close()
        return open_local(self.folder, self.clock)

    @property
    def owner(self) -> str:
        return self.stores.owner

    def died(self, receipts: Sequence[str]) -> None:
        self.restart()

    def every_header(self) -> list[Header]:
        rows = self.stores._database.read(
            lambda connection: connection.execute(
                "SELECT workspace, id FROM header WHERE workspace > '' ORDER BY id"
            ).fetchall()
        )
        return [self.journal.header(ExecutionKey(*row)) for row in rows]

    def segments(self, key: ExecutionKey) -> list[Segment]:
        from engine.adapters.local import journal  # noqa: PLC0415

        query = f"SELECT {journal._SEGMENT} FROM segment WHERE e = {journal._E} ORDER BY seq"  # noqa: S608
        return self.stores._database.read(lambda connection: [
            journal._segment(key, row) for row in connection.execute(query, (key.workspace, key.id))
        ])


class InTurn(Executor):
    """One after the other, in this thread: a death ends what has not begun. Results are in order; what is done first is
    drawn, where there is chance."""

    def __init__(self) -> None:
        self.chance: random.Random | None = None

    def map(self, act: Callable[..., Any], items: Any, **_how: Any) -> Iterator[Any]:
        """The results, all of them made now."""
        wanted = list(items)
        order = list(range(len(wanted)))
        if self.chance is not None:
            self.chance.shuffle(order)
        done = {at: act(wanted[at]) for at in order}
        return iter([done[at] for at in range(len(wanted))])


class Aws(Stores):
    """moto, behind a layer that lets requests go wrong (aws_requests). Commits go one by one, as the Lambda's do."""

    def __init__(self, clock: EventClock, stores: Any) -> None:
        from tests.crash.aws_requests import Requests  # noqa: PLC0415  botocore only where it is asked for

        super().__init__("aws", clock, stores, lambda same: same)
        self.parallel = InTurn()
        self.requests = Requests(clock, self._moto, self._moto_table)
        self._hook: Callable[..., Any] | None = None
        self._numbers = count(1)
        self.renew()
        for client in (stores.clients.dynamodb, stores.clients.sqs, stores.clients.s3):
            self._wrap(client)

    def renew(self) -> None:
        """A workspace that no other run has used: a table is dear."""
        self.workspace = f"run{next(self._numbers)}"
        self._moto()._messages.clear()
        self._moto_table().items.clear()
        self._moto_table().stream_shard.items.clear()  # moto copies all of it for each transaction
        self.stores.stream._read = 0
        self.requests.forget()
        self.parallel.chance = None

    def _wrap(self, client: Any) -> None:
        from tests.crash.aws_requests import name_of  # noqa: PLC0415

        over_the_wire = client._make_api_call

        def request(operation: str, parameters: Any) -> Any:
            if operation == "GetItem" and "ProjectionExpression" not in parameters:
                return self._got(parameters["Key"])
            return over_the_wire(operation, parameters)

        def make_api_call(operation: str, parameters: Any) -> Any:
            if self._hook is None:
                return self.requests.send(request, operation, parameters)
            return self._hook(name_of(operation, parameters), request, operation, parameters)

        client._make_api_call = make_api_call

    def _got(self, key: Any) -> Any:
        """What GetItem answers, straight from moto's table: most of a run's requests look at one header."""
        from moto.dynamodb.models.dynamo_type import DynamoType  # noqa: PLC0415

        found = self._moto_table().get_item(DynamoType(key["pk"]), DynamoType(key["sk"]))
        return {} if found is None else {"Item": copy.deepcopy(found.to_json()["Attributes"])}

    def watch(self, hook: Callable[..., Any] | None) -> None:
        self._hook = hook

    def behave(self, *, lag: float, chance: random.Random | None) -> None:
        self.requests.lag, self.parallel.chance = lag, chance

    def disorder(self, chance: random.Random) -> None:
        self.requests.disorder(chance)

    def died(self, receipts: Sequence[str]) -> None:
        """SQS shows them again when it is time."""

    def unacknowledged(self, receipts: Sequence[str]) -> None:
        """The same."""

    def freed(self, receipts: Sequence[str]) -> None:
        """As it does for one that only froze."""
        for message in self._moto()._messages:
            message.visible_at = min(message.visible_at, 0.0)

    def seal(self, chance: random.Random) -> None:
        """Let the sealer read what the table's stream says: in small batches, of which some come twice, in the order of
        each partition and in none among them."""
        from tests.support.sealing import app, sealer  # noqa: PLC0415

        lines: dict[str, list[Any]] = {}
        for record in self.stores.stream.records():
            lines.setdefault(record["dynamodb"]["Keys"]["pk"]["S"], []).append(record)
        left = [line for line in lines.values() for _ in line]
        chance.shuffle(left)
        records = [line.pop(0) for line in left]
        parts = sealer(self.stores, self.clock)
        while records:
            batch, records = records[:3], records[3:]
            for _ in range(chance.choice((1, 2))):
                assert app.seal(parts, batch) == []
        app.metrics.clear_metrics()

    def next_due_in(self) -> float | None:
        now = self.clock.now()
        due = [max(m.visible_at, m.delayed_until) / 1000 + 0.001 - now for m in self._moto()._messages]
        return max(0.0, min(due)) if due else None

    def claimed(self) -> list[Received]:
        """Nothing is asked for while nothing can be there: most looks find an empty queue."""
        return super().claimed() if self.next_due_in() == 0.0 else []

    def _moto(self) -> Any:
        from moto.sqs import sqs_backends  # noqa: PLC0415

        return sqs_backends["123456789012"]["eu-central-1"].queues[self.queue._url.rsplit("/", 1)[1]]

    def _moto_table(self) -> Any:
        from moto.dynamodb import dynamodb_backends  # noqa: PLC0415

        return dynamodb_backends["123456789012"]["eu-central-1"].tables["automate-test"]

    def every_header(self) -> list[Header]:
        from engine.adapters.aws import items  # noqa: PLC0415

        keys = [
            items.key_of(pk.value) for pk, found in self._moto_table().items.items()
            if any(sk.value == items.HEADER for sk in found) and pk.value.startswith("E#")
        ]
        found = [self.journal.header(key) for key in keys if key.workspace == self.workspace]
        return [header for header in found if header is not None]  # not what retention has taken

    def owes(self) -> bool:
        """Straight from moto's table: of each execution it would be two requests, at each turn."""
        from engine.adapters.aws import items  # noqa: PLC0415

        return any(
            sk.value.startswith(items.INBOX) or (sk.value == items.HEADER and "due_at" in item.attrs)
            for pk, found in self._moto_table().items.items()
            if pk.value.startswith("E#") and items.key_of(pk.value).fork_of is None
            for sk, item in found.items()
        )

    def segments(self, key: ExecutionKey) -> list[Segment]:
        return [*self.journal.segments(key)]


@contextmanager
def opened(family: str, folder: Path) -> Iterator[Callable[[], Stores]]:
    """A maker of fresh stores of `family`, one after the other; `folder` is theirs."""
    if family == "memory":
        yield Memory
        return
    if family in ("sqlite", "served"):
        with _folders(folder, serves=family == "served") as make:
            yield make
        return
    from tests.support.moto_stores import open_aws  # noqa: PLC0415  boto3 and moto only where they are asked for

    clock = EventClock()
    few = mock.patch.multiple("engine.adapters.aws.table", DUE_SHARDS=2, LIST_SHARDS=2)  # each of them is read
    with few, open_aws(clock) as made:
        stores = Aws(clock, made)

        def renewed() -> Stores:
            stores.watch(None)
            stores.renew()
            return stores

        yield renewed
        stores.watch(None)
        stores.close()


@contextmanager
def _folders(folder: Path, *, serves: bool) -> Iterator[Callable[[], Stores]]:
    numbers, open_now = count(1), []

    def close() -> None:
        for stores in open_now:
            stores.close()
            shutil.rmtree(stores.folder, ignore_errors=True)
        open_now.clear()

    def make() -> Stores:
        close()
        stores = Sqlite(folder / f"run{next(numbers)}")
        stores.serves = serves
        open_now.append(stores)
        return stores

    try:
        yield make
    finally:
        close()
