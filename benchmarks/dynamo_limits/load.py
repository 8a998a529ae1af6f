"""Starts of one workflow at a rate, and the workers that run them: the product's own code over limited clients.

Each API process is a Lambda: one start at a time, on stores of its own. Workers take batches of ten, as the deployed
one does, and make the store calls of a batch in ten threads. The workflow has one Task, which takes no time. So what
takes time is DynamoDB and SQS alone: gateways, Lambda and the computing are left out.
"""

from __future__ import annotations

import hashlib
import json
import logging
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from random import Random
from typing import Any, cast
from unittest import mock

from benchmarks.dynamo_limits.limited import LimitedClients
from benchmarks.dynamo_limits.virtual_time import AtOnce, VirtualTime
from engine.adapters.aws.clients import Clients
from engine.adapters.aws.stores import AwsStores
from engine.catalog.published import CatalogPublished
from engine.durable.lifecycle.starts import Starts
from engine.durable.worker.worker import Worker
from engine.errors import StorageError
from engine.ports import generated_names
from engine.ports.catalog_store import DraftRecord, VersionRecord
from engine.ports.keys import Actor, ExecutionKey
from engine.ports.tasks import TaskCall, TaskOutcome, TaskPolicy, TaskSucceeded
from engine.settings import Settings

WORKSPACE, WORKFLOW = "default", "order_flow"
DEFINITION = {
    "StartAt": "Work", "States": {"Work": {"Type": "Task", "Resource": "connector:demo:work", "End": True}},
}
INPUT = {"order": "ORD-2026-000017", "amount": 49.9, "currency": "EUR"}
BATCH, WINDOW, STORE_THREADS = 10, 0.05, 10
WORKER_SECONDS = 300.0
MOST_PROCESSES = 1000
"""Of the API: an account's concurrency, before it is raised."""


class Works:
    """The Task: it computes, and takes no time."""

    def policy(self, _resource: str, _pin: object = None) -> TaskPolicy:
        """It waits for nothing."""
        return TaskPolicy(computes=True)

    def call(self, _call: TaskCall) -> TaskOutcome:
        """An answer."""
        return TaskSucceeded({"ok": True})


@dataclass
class Load:
    """What a run gave. Latencies are in virtual milliseconds: of starts that were accepted, and from a start to the
    close of its execution. `throttles` are attempts that DynamoDB refused, by the partition that could not."""

    rate: int
    seconds: float
    spread: bool
    started: int = 0
    refused: int = 0
    closed: int = 0
    left: int = 0
    api_processes: int = 0
    start_ms: list[float] = field(default_factory=list)
    close_ms: list[float] = field(default_factory=list)
    throttles: dict[str, int] = field(default_factory=dict)
    most_units: dict[str, float] = field(default_factory=dict)
    calls: dict[str, int] = field(default_factory=dict)


class _Parallel:
    """concurrent.futures.Executor as far as a worker uses it."""

    def __init__(self, time: VirtualTime) -> None:
        self._at_once = AtOnce(time, STORE_THREADS)

    def map(self, act: Callable[[Any], Any], items: Iterable[Any]) -> Iterator[Any]:
        """As Executor's."""
        return iter(self._at_once.each(act, items))


class Stage:
    """One deployment. `spread`: with -c spread_lists=true."""

    def __init__(self, *, spread: bool, seed: int = 1) -> None:
        self.time = VirtualTime()
        self.on_wake: Callable[[ExecutionKey], Any] = lambda _key: None
        self.clients = LimitedClients(self.time, self._deliver, seed=seed)
        self._spread = spread
        self._publish()

    def stores(self, threads: int = 1) -> AwsStores:
        """Those of one process."""
        return AwsStores(
            cast("Clients", self.clients), table="table", queue_url="queue", bucket="bucket", clock=self.time,
            spread_lists=self._spread, at_once=AtOnce(self.time, threads) if threads > 1 else None,
        )

    def _deliver(self, key: ExecutionKey) -> None:
        self.on_wake(key)

    def _publish(self) -> None:
        document = json.dumps({"name": WORKFLOW, "definition": DEFINITION}).encode()
        digest = hashlib.sha256(document).hexdigest()
        now, catalog = self.time.now(), self.stores().catalog
        catalog.put_draft(
            DraftRecord(WORKSPACE, WORKFLOW, document, "1", now, "ada"), expect_etag=None, description=""
        )
        catalog.put_version(VersionRecord(WORKSPACE, WORKFLOW, 1, document, digest, digest, "", now, "ada"))
        self.clients.dynamodb.calls.clear()


class _Pool:
    """Processes that do one thing at a time: the one that was idle longest is next, and another is made where none
    is."""

    def __init__(self, make: Callable[[], Any]) -> None:
        self._make = make
        self._idle: deque[Any] = deque()
        self.made = 0

    def take(self) -> Any:
        """One for the caller alone; None where an account has no more."""
        if self._idle:
            return self._idle.popleft()
        if self.made == MOST_PROCESSES:
            return None
        self.made += 1
        return self._make()

    def give_back(self, process: Any) -> None:
        """It is idle again."""
        self._idle.append(process)


class _Run:
    def __init__(self, rate: int, seconds: float, *, spread: bool, seed: int) -> None:
        self.load = Load(rate, seconds, spread)
        self._stage = Stage(spread=spread, seed=seed)
        self._time = self._stage.time
        self._random = Random(seed)  # noqa: S311 - reproducible, not secret
        self._starters = _Pool(self._starter)
        self._workers = _Pool(self._worker)
        self._waiting: list[ExecutionKey] = []
        self._begun: dict[ExecutionKey, float] = {}
        self._stage.on_wake = self._woken

    def go(self) -> Load:
        """All of it, until every execution that was started is closed or its wake came back."""
        load, dynamodb = self.load, self._stage.clients.dynamodb
        logging.disable(logging.WARNING)  # a line for each execution whose close was throttled
        try:
            with mock.patch.object(generated_names, "random_bits", self._random_bits):
                self._time.later(0, self._arrivals)
                self._time.run(self._time.now() + load.seconds + 60)
        finally:
            logging.disable(logging.NOTSET)
        load.api_processes = self._starters.made
        load.throttles = {name_of(*at): count for at, count in dynamodb.limits.throttles.most_common()}
        load.most_units = {
            name_of(*at): units for at, units in sorted(dynamodb.limits.most().items(), key=lambda each: -each[1])
        }
        load.calls = dict(dynamodb.calls + self._stage.clients.sqs.calls)
        return load

    def _random_bits(self) -> int:
        return self._random.getrandbits(generated_names.RANDOM_BITS)

    def _starter(self) -> Starts:
        stores = self._stage.stores()
        return Starts(
            journal=stores.journal, queue=stores.queue, published=CatalogPublished(stores.started_catalog),
            clock=self._time, settings=Settings(), pauses=stores.started_pauses,
        )

    def _worker(self) -> Worker:
        stores = self._stage.stores()
        return Worker(
            journal=stores.journal, queue=stores.queue, published=CatalogPublished(stores.started_catalog),
            tasks=Works(), clock=self._time, settings=Settings(), parallel=cast("Any", _Parallel(self._time)),
            pauses=stores.pauses,
        )

    def _arrivals(self) -> None:
        """One start at a random moment of each share of the time."""
        each = 1 / self.load.rate
        for _ in range(round(self.load.rate * self.load.seconds)):
            self._time.later(self._random.random() * each, self._start)
            self._time.sleep(each)

    def _start(self) -> None:
        starts, begun = self._starters.take(), self._time.now()
        if starts is None:
            self.load.refused += 1
            return
        try:
            started = starts.start(WORKSPACE, WORKFLOW, INPUT, actor=Actor("ada", "user", "192.0.2.7"))
        except StorageError:
            self.load.refused += 1
        else:
            self.load.started += 1
            self.load.start_ms.append((self._time.now() - begun) * 1000)
            self._begun[started.key] = begun
        finally:
            self._starters.give_back(starts)

    def _woken(self, key: ExecutionKey) -> None:
        """A batch is full, or its window is over."""
        self._waiting.append(key)
        if len(self._waiting) == 1:
            self._time.sleep(WINDOW)
        elif len(self._waiting) < BATCH:
            return
        if self._waiting:
            batch, self._waiting = self._waiting, []
            self._work(batch)

    def _work(self, batch: list[ExecutionKey]) -> None:
        worker = self._workers.take() or self._worker()
        outcomes = worker.run(batch, deadline=self._time.now() + WORKER_SECONDS)
        self._workers.give_back(worker)
        for key, outcome in outcomes.items():
            if outcome is not None:
                self.load.left += 1  # SQS shows it again when its visibility time-out is over
                continue
            self.load.closed += 1
            self.load.close_ms.append((self._time.now() - self._begun.get(key, self._time.now())) * 1000)


def drive(rate: int, seconds: float, *, spread: bool, seed: int = 1) -> Load:
    """Start `rate` executions a second for `seconds`, and run them."""
    return _Run(rate, seconds, spread=spread, seed=seed).go()


def quantile(values: list[float], share: float) -> float:
    """The value that `share` of them do not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else float("nan")


def name_of(kind: str, partition: tuple[str, str]) -> str:
    """A partition as it is shown; those of single executions are one."""
    index, value = partition
    value = "an execution's own" if value.startswith("E#") else value.replace("\0", " ")
    return f"{kind} {index}: {value}"


def by_list(counted: dict[str, int]) -> Counter[str]:
    """Throttles of the shards of a list, together."""
    found: Counter[str] = Counter()
    for name, count in counted.items():
        found[name.partition(": ")[0]] += count
    return found
