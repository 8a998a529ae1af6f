"""The durable workloads: the SQLite stores and the worker as the local product wires them, in one process.

    W3      one execution of 40 tasks in a row              each task's result is on disk before the next is called
    W3x50   fifty of them at once
    W4      a hundred executions of ten parallel tasks and their join, at once
    W5      one execution of one task after the other, from `start` until it is closed
    W5Q     the same while the worker serves the queue in a thread of its own, as a client sees it

The connector computes fibonacci(10). Starting the executions counts; publishing does not, for nothing is published: the
catalog is a dictionary. Every commit waits for the disk (WAL, synchronous=FULL).
"""

from __future__ import annotations

import hashlib
import json
import tempfile
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from benchmarks import workloads
from benchmarks.measuring import Figure, measure, now
from connectors import ActionSpec, ConnectorAdapter
from connectors.registry import Registry
from connectors.tasks import ConnectorTasks
from engine.adapters.local.stores import LocalStores
from engine.clock import SystemClock
from engine.durable.lifecycle.executions import Executions
from engine.durable.worker.serving import Serving
from engine.durable.worker.worker import Worker
from engine.errors import NotFound
from engine.governance.resolving import SecretResolving
from engine.ports.keys import ExecutionKey
from engine.ports.published import PublishedVersion
from engine.ports.queue import Received, Wake
from engine.settings import Settings

Json = Any

US = "automate"
TASK = {"Resource": "connector:bench:fibonacci", "Parameters": {}}
NOTE = "SQLite, WAL, synchronous=FULL: on disk before the next call"


class BenchConnector(ConnectorAdapter):
    """A task that takes 10 microseconds."""

    code = "bench"
    name = "Benchmark"
    description = "Computes a small number."
    actions = {"fibonacci": ActionSpec(inputs={})}  # noqa: RUF012  the form that connectors have

    def execute(self, action: str, params: dict[str, Json], context: dict[str, Json]) -> Json:
        """55."""
        del action, params, context
        return workloads.fibonacci(workloads.FIBONACCI)


@dataclass(frozen=True, slots=True)
class Fixed:
    """A catalog of one version."""

    only: PublishedVersion

    def version(self, workspace: str, workflow: str, number: int | None = None) -> PublishedVersion:
        """The version, whatever its number."""
        del workspace, number
        if workflow != self.only.workflow:
            raise NotFound(f"no workflow is called {workflow}")
        return self.only

    def pinned(self, workspace: str, workflow: str, definition_digest: str) -> PublishedVersion:
        """The version: there is no other."""
        del definition_digest
        return self.version(workspace, workflow)


class CountingQueue:
    """The queue, and how many wakes were acknowledged: so many executions are parked or closed."""

    def __init__(self, queue: Any) -> None:
        self._queue = queue
        self.done = 0

    def send(self, wakes: Sequence[Wake]) -> None:
        """As the queue does."""
        self._queue.send(wakes)

    def claim(self, limit: int) -> list[Received]:
        """As the queue does."""
        claimed: list[Received] = self._queue.claim(limit)
        return claimed

    def acknowledge(self, receipts: Sequence[str]) -> None:
        """As the queue does, and count."""
        self._queue.acknowledge(receipts)
        self.done += len(receipts)

    def release(self, receipts: Sequence[str], delay: float = 0.0) -> None:
        """As the queue does."""
        self._queue.release(receipts, delay)

    def changed(self) -> bool:
        """As the queue does."""
        return bool(self._queue.changed())

    def next_due_in(self) -> float | None:
        """As the queue does."""
        due_in: float | None = self._queue.next_due_in()
        return due_in


class Bench:
    """One data folder, one workflow, one worker."""

    def __init__(
        self, stores: LocalStores, settings: Settings, clock: SystemClock, definition: dict[str, Json]
    ) -> None:
        digest = hashlib.sha256(json.dumps(definition).encode()).hexdigest()
        published = Fixed(PublishedVersion("default", "bench", 1, definition, digest))
        registry = Registry()
        registry.register(BenchConnector)
        self.queue = CountingQueue(stores.queue)
        self.executions = Executions(
            journal=stores.journal, index=stores.index, queue=self.queue, published=published, clock=clock,
            settings=settings,
        )
        self.worker = Worker(
            journal=stores.journal, queue=self.queue, published=published,
            tasks=SecretResolving(ConnectorTasks(registry), (), clock), clock=clock, settings=settings,
            owner=stores.owner, is_alive=stores.is_alive,
        )
        self.serving = Serving(self.worker, self.queue, stores.journal, clock, settings)
        self.clock = clock

    def start(self) -> ExecutionKey:
        """Start one execution."""
        return self.executions.start("default", "bench", {}).key

    def at_once(self, count: int) -> list[ExecutionKey]:
        """Start `count` executions and serve the queue until all are closed."""
        done = self.queue.done + count
        keys = [self.start() for _ in range(count)]
        self.serving.run(lambda: self.queue.done >= done)
        return keys

    def one(self) -> ExecutionKey:
        """Start one execution and work on it until it is closed."""
        key = self.start()
        outcome = self.worker.run([key], deadline=self.clock.now() + 600.0)[key]
        if outcome is not None:
            raise outcome
        return key

    def check(self, keys: Sequence[ExecutionKey], output: Json) -> None:
        """A wrong answer has no speed."""
        for key in keys:
            found = self.executions.describe(key)
            if found.status != "SUCCEEDED" or found.output != output:
                raise AssertionError(f"{key.id} came to {found.status}: {found.error}: {found.cause}")


@contextmanager
def bench(definition: dict[str, Json], folder: str | None = None) -> Iterator[Bench]:
    """A Bench on a fresh data folder below `folder`, deleted afterwards."""
    clock = SystemClock()
    settings = Settings()
    with tempfile.TemporaryDirectory(dir=folder) as data_dir:
        stores = LocalStores.open(data_dir, settings, clock, command="benchmark")
        try:
            yield Bench(stores, settings, clock, definition)
        finally:
            stores.close()


def throughput(
    name: str, definition: dict[str, Json], output: Json, *, executions: int, tasks: int, repeats: int,
    folder: str | None = None, rounds: int = 1,
) -> Figure:
    """Tasks a second of `executions` started at once, `rounds` times a round."""
    with bench(definition, folder) as flow:
        keys: list[ExecutionKey] = []

        def one_round() -> None:
            for _ in range(rounds):
                keys.extend(flow.at_once(executions))

        measured = measure(one_round, repeats)
        flow.check(keys, output)
    return measured.rate(US, name, "steps", rounds * executions * tasks, NOTE)


def latency(repeats: int, *, executions: int = 100, folder: str | None = None) -> Figure:
    """W5."""
    with bench(workloads.sequence(TASK, 1), folder) as flow:
        keys: list[ExecutionKey] = []

        def one_round() -> list[float]:
            found: list[float] = []
            for _ in range(executions):
                started = now()
                keys.append(flow.one())
                found.append(now() - started)
            return found

        measured = measure(one_round, repeats)
        flow.check(keys, 55)
    return measured.median_latency(US, "W5", f"start and run in one thread; {NOTE}")


def queued_latency(repeats: int, *, executions: int = 20, folder: str | None = None) -> Figure:
    """W5Q."""
    with bench(workloads.sequence(TASK, 1), folder) as flow:
        ended = threading.Event()
        serving = threading.Thread(target=flow.serving.run, args=(ended.is_set,))
        serving.start()
        keys: list[ExecutionKey] = []

        def one_round() -> list[float]:
            found: list[float] = []
            for _ in range(executions):
                started, done = now(), flow.queue.done + 1
                keys.append(flow.start())
                while flow.queue.done < done and serving.is_alive():
                    flow.clock.sleep(0.0002)
                found.append(now() - started)
            return found

        try:
            measured = measure(one_round, repeats)
        finally:
            ended.set()
            serving.join()
        flow.check(keys, 55)
    return measured.median_latency(US, "W5Q", f"started while an idle worker serves the queue; {NOTE}")


def sequential(repeats: int, folder: str | None = None, *, executions: int = 1, tasks: int = workloads.TASKS) -> Figure:
    """W3, and W3x50 with fifty."""
    name = "W3" if executions == 1 else f"W3x{executions}"
    return throughput(
        name, workloads.sequence(TASK, tasks), 55, executions=executions, tasks=tasks, repeats=repeats, folder=folder,
        rounds=10 if executions == 1 else 1,
    )


def parallel(repeats: int, folder: str | None = None, *, executions: int = 100) -> Figure:
    """W4."""
    branches = workloads.BRANCHES
    return throughput(
        "W4", workloads.fan_out(TASK, branches), [55] * branches, executions=executions, tasks=branches,
        repeats=repeats, folder=folder,
    )


def run(name: str, repeats: int, folder: str | None = None) -> list[Figure]:
    """The figures of the workload called `name`."""
    match name:
        case "W3":
            return [sequential(repeats, folder)]
        case "W3x50":
            return [sequential(repeats, folder, executions=50)]
        case "W4":
            return [parallel(repeats, folder)]
        case "W5":
            return [latency(repeats, folder=folder), queued_latency(repeats, folder=folder)]
    raise KeyError(name)


WORKLOADS = ("W3", "W3x50", "W4", "W5")
