"""Temporal: its dev server on a SQLite file, as it sets that up itself, and the Python SDK with its worker in here.

The argument after the rounds is `activities`, each by its own round trip to the server, or `local`: local activities,
which the worker runs within the workflow's task. The dev server is made for trying out, and says so.
"""

from __future__ import annotations

import asyncio
import importlib.metadata
import sys
import tempfile
import uuid
from datetime import timedelta
from pathlib import Path
from typing import Any

from temporalio import activity, workflow
from temporalio.client import Client
from temporalio.worker import UnsandboxedWorkflowRunner, Worker

from benchmarks import workloads
from benchmarks.measuring import Figure, Rounds, measure, now
from benchmarks.peers.serving import free_port, served

LIMIT = timedelta(seconds=60)
SINGLES = 20
QUEUE = "bench"


@activity.defn
async def fib(n: int) -> int:
    """The task."""
    return workloads.fibonacci(n)


def _call(local: bool) -> Any:
    do: Any = workflow.execute_local_activity if local else workflow.execute_activity
    return do(fib, workloads.FIBONACCI, start_to_close_timeout=LIMIT)


@workflow.defn
class Sequence:
    """W3."""

    @workflow.run
    async def run(self, local: bool) -> int:
        """Forty in a row."""
        total = 0
        for _ in range(workloads.TASKS):
            total += await _call(local)
        return total


@workflow.defn
class FanOut:
    """W4."""

    @workflow.run
    async def run(self, local: bool) -> int:
        """Ten side by side."""
        return sum(await asyncio.gather(*(_call(local) for _ in range(workloads.BRANCHES))))


@workflow.defn
class Single:
    """W5."""

    @workflow.run
    async def run(self, local: bool) -> int:
        """One."""
        return int(await _call(local))


def run(name: str, repeats: int, way: str) -> Figure:
    """The figure of one workload."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        port = free_port()
        command = [
            str(Path(sys.prefix) / "bin" / "temporal"), "server", "start-dev", "--headless", "--ip", "127.0.0.1",
            "--port", str(port), "--http-port", str(free_port()), "--metrics-port", str(free_port()),
            "--log-level", "error", "--db-filename", f"{folder}/temporal.db",
        ]
        with served(command, port, folder, {"HOME": folder}), asyncio.Runner() as runner:
            client = runner.run(_connected(port))
            worker = Worker(
                client, task_queue=QUEUE, workflows=[Sequence, FanOut, Single], activities=[fib],
                workflow_runner=UnsandboxedWorkflowRunner(), max_concurrent_workflow_tasks=100,
                max_concurrent_activities=100,
            )
            runner.run(worker.__aenter__())
            try:
                measured = measure(lambda: runner.run(_round(name, client, local=way == "local")), repeats)
            finally:
                runner.run(worker.__aexit__(None, None, None))
    return _figure(name, measured, way)


async def _connected(port: int) -> Client:
    """The port opens before the server serves."""
    for _ in range(100):
        try:
            return await Client.connect(f"127.0.0.1:{port}")
        except RuntimeError:
            await asyncio.sleep(0.2)
    raise SystemExit("Temporal's server does not serve")


async def _round(name: str, client: Client, *, local: bool) -> list[float] | None:
    async def one(flow: Any, wanted: int) -> float:
        started = now()
        found = await client.execute_workflow(flow.run, local, id=uuid.uuid4().hex, task_queue=QUEUE)
        if found != wanted:
            raise SystemExit(f"a wrong answer: {found}")
        return now() - started

    match name:
        case "W3":
            await one(Sequence, 55 * workloads.TASKS)
        case "W3x50":
            await asyncio.gather(*(one(Sequence, 55 * workloads.TASKS) for _ in range(50)))
        case "W4":
            await asyncio.gather(*(one(FanOut, 55 * workloads.BRANCHES) for _ in range(100)))
        case _:
            return [await one(Single, 55) for _ in range(SINGLES)]
    return None


def _figure(name: str, measured: Rounds, way: str) -> Figure:
    peer = f"Temporal dev server ({'local activities' if way == 'local' else 'activities'})"
    note = f"SDK {importlib.metadata.version('temporalio')}; its SQLite file, with its own settings"
    if name == "W5":
        return measured.median_latency(peer, name, note)
    steps = {"W3": workloads.TASKS, "W3x50": 50 * workloads.TASKS, "W4": 100 * workloads.BRANCHES}[name]
    return measured.rate(peer, name, "steps", steps, note)


if __name__ == "__main__":
    print(run(sys.argv[1], int(sys.argv[2]), sys.argv[3]).line())
