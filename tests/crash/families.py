"""The stores that runs go over: how each family takes the death of a process, and what it shows of itself.

    memory    SQS's ways: a dead process's messages come back after their visibility time-out, its lease ends by time
    sqlite    the local product's: a dead process's claims and leases are over at once, by its OS lock
    aws       DynamoDB, SQS and S3 on moto; the numbered calls are the requests, so that it dies between those too
"""

from __future__ import annotations

import shutil
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Any
from unittest import mock

from engine.ports.journal import Header, Segment
from engine.ports.keys import ExecutionKey
from tests.crash.timing import EventClock
from tests.support.backends import Backend, open_local
from tests.support.memory.stores import MemoryStores

VISIBILITY_SECONDS = 330.0

FAMILIES = ("memory", "sqlite", "aws")


class Stores(Backend):
    """A Backend that can lose its process. `owner` is empty where time alone ends a lease."""

    workspace = "default"
    parallel: Any = None

    @property
    def owner(self) -> str:
        return ""

    def died(self, receipts: Sequence[str]) -> None:
        """The process that held `receipts` is gone."""
        self.queue.release(receipts, delay=VISIBILITY_SECONDS)

    def freed(self, receipts: Sequence[str]) -> None:
        """The visibility time-out of `receipts` is over; who holds them has not noticed."""
        self.queue.release(receipts)

    def next_due_in(self) -> float | None:
        """Seconds until a message is there to be received."""
        return self.queue.next_due_in()

    def watch(self, hook: Callable[..., Any] | None) -> None:
        """Let `hook(name, act)` perform each request; only where requests are what is numbered."""

    def headers(self) -> list[Header]:
        """All of the workspace's."""
        return [h for h in self.journal._headers.values() if h.key.workspace == self.workspace]

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

    def headers(self) -> list[Header]:
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


class Aws(Stores):
    """moto. Its calls are serialised by one lock; commits go one by one through a pool, as the Lambda's do."""

    def __init__(self, clock: EventClock, stores: Any) -> None:
        super().__init__("aws", clock, stores, lambda same: same)
        self.parallel = ThreadPoolExecutor(1)
        self._hook: Callable[..., Any] | None = None
        self._lock = threading.RLock()
        self._numbers = count(1)
        self.renew()
        for client in (stores.clients.dynamodb, stores.clients.sqs, stores.clients.s3):
            self._serialise(client)

    def renew(self) -> None:
        """A workspace that no other run has used: a table is dear."""
        self.workspace = f"run{next(self._numbers)}"
        self._moto()._messages.clear()
        self._table().clear()

    def _serialise(self, client: Any) -> None:
        request = client._make_api_call

        def make_api_call(name: str, parameters: Any) -> Any:
            with self._lock:
                if self._hook is None:
                    return request(name, parameters)
                return self._hook(name, request, name, parameters)

        client._make_api_call = make_api_call

    def watch(self, hook: Callable[..., Any] | None) -> None:
        self._hook = hook

    def died(self, receipts: Sequence[str]) -> None:
        """SQS shows them again when it is time."""

    def freed(self, receipts: Sequence[str]) -> None:
        """As it does for one that only froze."""
        for message in self._moto()._messages:
            message.visible_at = min(message.visible_at, 0.0)

    def next_due_in(self) -> float | None:
        now = self.clock.now()
        due = [max(m.visible_at, m.delayed_until) / 1000 + 0.001 - now for m in self._moto()._messages]
        return max(0.0, min(due)) if due else None

    def _moto(self) -> Any:
        from moto.sqs import sqs_backends  # noqa: PLC0415

        return sqs_backends["123456789012"]["eu-central-1"].queues[self.queue._url.rsplit("/", 1)[1]]

    def _table(self) -> Any:
        from moto.dynamodb import dynamodb_backends  # noqa: PLC0415

        return dynamodb_backends["123456789012"]["eu-central-1"].tables["automate-test"].items

    def headers(self) -> list[Header]:
        from engine.adapters.aws import items  # noqa: PLC0415

        keys = [
            items.key_of(pk.value) for pk, found in self._table().items()
            if any(sk.value == items.HEADER for sk in found)
        ]
        found = [self.journal.header(key) for key in keys if key.workspace == self.workspace]
        return [header for header in found if header is not None]  # not what retention has taken

    def segments(self, key: ExecutionKey) -> list[Segment]:
        return [self.journal._segment(key, item) for item in self.journal._segments(key)]


@contextmanager
def opened(family: str, folder: Path) -> Iterator[Callable[[], Stores]]:
    """A maker of fresh stores of `family`, one after the other; `folder` is theirs."""
    if family == "memory":
        yield Memory
        return
    if family == "sqlite":
        with _folders(folder) as make:
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
        stores.parallel.shutdown()
        stores.close()


@contextmanager
def _folders(folder: Path) -> Iterator[Callable[[], Stores]]:
    numbers, open_now = count(1), []

    def close() -> None:
        for stores in open_now:
            stores.close()
            shutil.rmtree(stores.folder, ignore_errors=True)
        open_now.clear()

    def make() -> Stores:
        close()
        stores = Sqlite(folder / f"run{next(numbers)}")
        open_now.append(stores)
        return stores

    try:
        yield make
    finally:
        close()
