"""The durable workloads, on the product as `automate up` puts it together: its stores, its worker, its audit log.

    W3      one execution of 40 tasks in a row              each task's result is on disk before the next is called
    W3x50   fifty of them at once
    W4      a hundred executions of ten parallel tasks and their join, at once
    W5      one execution of one task after the other, from `start` until it is closed
    W5Q     the same with an idle worker in a process of its own, as a client sees it
    W4x1 …  W4 with one, two and four worker processes on the folder, and the client in this one
    W4b1 …  the same of a backlog: four hundred executions were started while the workers stood still
    W4h     W4 as `automate up` answers it over HTTP (benchmarks.over_http)
    W3x50b1 …  a backlog of W3x50 by one, two and four worker processes

The connector computes fibonacci(10). The workflow is published and each execution is started through the API's routes,
in this process, many at once by the threads of a pool: starting counts, publishing does not. Every commit waits for the
disk (WAL, synchronous=FULL), and every act has its entry in the audit log.

    python -m benchmarks.durability worker FOLDER      a worker process; it ends with its standard input
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from typing import Any

from benchmarks import over_http, workloads
from benchmarks.connector import TASK
from benchmarks.measuring import Figure, measure, now
from engine.durable.worker.serving import Serving
from engine.ports.queue import Received, Wake
from engine.settings import Settings
from functions.cli.client.client import Client
from functions.cli.client.in_process import InProcess
from functions.server.product import WORKER, Product

Json = Any

US = "automate"
NOTE = "SQLite, WAL, synchronous=FULL: on disk before the next call; audit log on"
WORKFLOW = "bench"
WORKER_PROCESSES = (1, 2, 4)
CLIENTS = 8
"""Who starts many executions at once, as many as answer the local server's requests. Starts that wait for the disk at
the same time share one commit."""

PATIENCE_SECONDS = 60.0

_LOOK_SECONDS = 0.0002
_SELDOM_SECONDS = 0.002
"""How often is looked where what it costs the machine counts for more than when an end is seen."""


class CountingQueue:
    """The queue, and how many wakes were acknowledged: so many executions are parked or closed."""

    def __init__(self, queue: Any) -> None:
        self._queue = queue
        self.done = 0

    def __getattr__(self, name: str) -> Any:
        return getattr(self._queue, name)

    def send(self, wakes: Sequence[Wake]) -> None:
        """As the queue does."""
        self._queue.send(wakes)

    def claim(self, limit: int, *, without: AbstractSet[str] = frozenset()) -> list[Received]:
        """As the queue does."""
        claimed: list[Received] = self._queue.claim(limit, without=without)
        return claimed

    def acknowledge(self, receipts: Sequence[str]) -> None:
        """As the queue does, and count."""
        self._queue.acknowledge(receipts)
        self.done += len(receipts)


class Bench:
    """One data folder with one workflow."""

    def __init__(self, product: Product, definition: dict[str, Json]) -> None:
        self.product = product
        self._api = Client(InProcess(product))
        self._worker = product.new_worker()
        self.publish(WORKFLOW, definition)

    def publish(self, name: str, definition: dict[str, Json]) -> None:
        """Another workflow."""
        self._api.post("/workflows/import", {"name": name, "document": definition, "publish": True})

    def start(self, workflow: str = WORKFLOW, value: Json = None) -> str:
        """Start one execution; its id."""
        return str(self._api.post(f"/workflows/{workflow}/executions", {"input": value or {}})["id"])

    def at_once(self, count: int, workflow: str = WORKFLOW, value: Json = None) -> list[str]:
        """Start `count` executions and serve the queue in this thread until all are parked or closed."""
        product, queue = self.product, CountingQueue(self.product.stores.queue)
        ids = self.start_at_once(count, workflow, value)
        serving = Serving(self._worker, queue, product.stores.journal, product.clock, product.settings)
        serving.run(lambda: queue.done >= count)
        return ids

    def start_at_once(self, count: int, workflow: str = WORKFLOW, value: Json = None) -> list[str]:
        """Start `count` executions by as many threads as answer requests; their ids."""
        if count == 1:
            return [self.start(workflow, value)]
        with ThreadPoolExecutor(min(count, CLIENTS)) as clients:
            return list(clients.map(lambda _: self.start(workflow, value), range(count)))

    def one(self) -> str:
        """Start one execution and work on it in this thread until it is closed."""
        return self.at_once(1)[0]

    def wait(self, ids: Sequence[str], look_seconds: float = _LOOK_SECONDS) -> None:
        """Return once all are closed, by somebody else's work. Raises TimeoutError."""
        until = now() + PATIENCE_SECONDS
        for each in ids:
            while self.product.runs(self.product.key(each)):
                if now() > until:
                    raise TimeoutError(f"{each} still runs after {PATIENCE_SECONDS:g} s")
                time.sleep(look_seconds)

    @contextmanager
    def workers(self, count: int) -> Iterator[list[subprocess.Popen[bytes]]]:
        """So many worker processes on the folder, all of them at work."""
        command = [sys.executable, "-m", "benchmarks.durability", "worker", str(self.product.folder)]
        with ExitStack() as stack:
            started = [
                stack.enter_context(subprocess.Popen(command, stdin=subprocess.PIPE))  # noqa: S603  ourselves
                for _ in range(count)
            ]
            until = now() + PATIENCE_SECONDS
            while sum(p.command.startswith(WORKER) for p in self.product.stores.processes.others()) < count:
                if now() > until or any(process.poll() is not None for process in started):
                    raise TimeoutError("the worker processes did not begin")
                time.sleep(0.01)
            yield started
            for process in started:
                process.communicate()

    def check(self, ids: Sequence[str], output: Json) -> None:
        """A wrong answer has no speed."""
        for each in ids:
            found = self.product.services.executions.describe(self.product.key(each))
            if found.status != "SUCCEEDED" or found.output != output:
                raise AssertionError(f"{each} came to {found.status}: {found.error}: {found.cause}")


def open_product(data_dir: str, command: str) -> Product:
    """The product on a data folder, with the benchmark's connector."""
    settings = Settings(data_dir=data_dir, connectors=("benchmarks.connector",))
    return Product.open(settings, command=command, environment={})


@contextmanager
def bench(definition: dict[str, Json], folder: str | None = None) -> Iterator[Bench]:
    """A Bench on a fresh data folder below `folder`, deleted afterwards."""
    with tempfile.TemporaryDirectory(dir=folder) as data_dir:
        product = open_product(data_dir, "benchmark")
        try:
            yield Bench(product, definition)
        finally:
            product.close()


def throughput(
    name: str, definition: dict[str, Json], output: Json, *, executions: int, tasks: int, repeats: int,
    folder: str | None = None, rounds: int = 1,
) -> Figure:
    """Tasks a second of `executions` started at once, `rounds` times a round."""
    with bench(definition, folder) as flow:
        ids: list[str] = []

        def one_round() -> None:
            for _ in range(rounds):
                ids.extend(flow.at_once(executions))

        measured = measure(one_round, repeats)
        flow.check(ids, output)
    return measured.rate(US, name, "steps", rounds * executions * tasks, NOTE)


def latency(repeats: int, *, executions: int = 100, folder: str | None = None) -> Figure:
    """W5."""
    with bench(workloads.sequence(TASK, 1), folder) as flow:
        ids: list[str] = []

        def one_round() -> list[float]:
            found: list[float] = []
            for _ in range(executions):
                started = now()
                ids.append(flow.one())
                found.append(now() - started)
            return found

        measured = measure(one_round, repeats)
        flow.check(ids, 55)
    return measured.median_latency(US, "W5", f"start and run in one thread; {NOTE}")


def queued_latency(repeats: int, *, executions: int = 20, folder: str | None = None) -> Figure:
    """W5Q."""
    with bench(workloads.sequence(TASK, 1), folder) as flow, flow.workers(1):
        ids: list[str] = []

        def one_round() -> list[float]:
            found: list[float] = []
            for _ in range(executions):
                started = now()
                ids.append(flow.start())
                flow.wait(ids[-1:])
                found.append(now() - started)
            return found

        measured = measure(one_round, repeats)
        flow.check(ids, 55)
    return measured.median_latency(US, "W5Q", f"started here, run by an idle worker process; {NOTE}")


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


def served(repeats: int, processes: int, folder: str | None = None, *, executions: int = 100) -> Figure:
    """W4 by so many worker processes; this one starts the executions."""
    branches = workloads.BRANCHES
    with bench(workloads.fan_out(TASK, branches), folder) as flow, flow.workers(processes):
        ids: list[str] = []

        def one_round() -> None:
            ids.extend(mine := flow.start_at_once(executions))
            flow.wait(mine)

        measured = measure(one_round, repeats)
        flow.check(ids, [55] * branches)
    note = f"{processes} worker process{'es' if processes > 1 else ''}; {NOTE}"
    return measured.rate(US, f"W4x{processes}", "steps", executions * branches, note)


def drained(
    name: str, definition: dict[str, Json], output: Json, repeats: int, processes: int, folder: str | None = None, *,
    executions: int, tasks: int,
) -> Figure:
    """A backlog of `executions` with so many `tasks` each, by so many worker processes: what is timed is their work
    alone."""
    with bench(definition, folder) as flow, flow.workers(processes) as workers:
        ids: list[str] = []

        def one_round() -> list[float]:
            for worker in workers:
                os.kill(worker.pid, signal.SIGSTOP)
            ids.extend(mine := [flow.start() for _ in range(executions)])
            for worker in workers:
                os.kill(worker.pid, signal.SIGCONT)
            began = now()
            flow.wait(mine, _SELDOM_SECONDS)
            return [now() - began]

        measured = measure(one_round, repeats)
        flow.check(ids, output)
    note = f"a backlog, {processes} worker process{'es' if processes > 1 else ''}; {NOTE}"
    return replace(measured, seconds=measured.latencies).rate(
        US, f"{name}b{processes}", "steps", executions * tasks, note
    )


def sequences_drained(
    repeats: int, processes: int, folder: str | None = None, *, executions: int = 50, tasks: int = workloads.TASKS,
) -> Figure:
    """A backlog of W3x50."""
    definition = workloads.sequence(TASK, tasks)
    return drained("W3x50", definition, 55, repeats, processes, folder, executions=executions, tasks=tasks)


def parallel_drained(repeats: int, processes: int, folder: str | None = None, *, executions: int = 400) -> Figure:
    """A backlog of W4."""
    branches = workloads.BRANCHES
    return drained(
        "W4", workloads.fan_out(TASK, branches), [55] * branches, repeats, processes, folder, executions=executions,
        tasks=branches,
    )


WORKLOADS: dict[str, Callable[[int, str], list[Figure]]] = {
    "W3": lambda repeats, folder: [sequential(repeats, folder)],
    "W3x50": lambda repeats, folder: [sequential(repeats, folder, executions=50)],
    "W3x50xN": lambda repeats, folder: [
        sequences_drained(repeats, processes, folder) for processes in WORKER_PROCESSES
    ],
    "W4": lambda repeats, folder: [parallel(repeats, folder)],
    "W5": lambda repeats, folder: [latency(repeats, folder=folder), queued_latency(repeats, folder=folder)],
    "W4xN": lambda repeats, folder: [
        each(repeats, processes, folder) for each in (served, parallel_drained) for processes in WORKER_PROCESSES
    ],
    "W4h": lambda repeats, folder: [over_http.parallel(repeats, folder)],
}
"""By name: the figures of so many counted rounds, on folders below the one that is given."""


def work(data_dir: str) -> None:
    """Be a worker process on the folder until standard input ends."""
    import threading  # noqa: PLC0415  a worker's alone

    ended = threading.Event()
    product = open_product(data_dir, f"{WORKER} of a benchmark")
    threading.Thread(target=lambda: (sys.stdin.read(), ended.set()), daemon=True).start()
    try:
        product.work(ended.is_set)
    finally:
        product.close()


if __name__ == "__main__":
    work(sys.argv[2])
