"""DBOS Transact on its SQLite system database, in WAL: its fastest way that waits for the disk at each step."""

from __future__ import annotations

import asyncio
import importlib.metadata
import os
import sqlite3
import sys
import tempfile
from contextlib import closing
from typing import Any

from dbos import DBOS

from benchmarks import workloads
from benchmarks.measuring import Figure, Rounds, measure, now

PEER = f"DBOS {importlib.metadata.version('dbos')}"
NOTE = "SQLite, WAL, synchronous=FULL: on disk before the next step"


@DBOS.step()
def fib(n: int) -> int:
    return workloads.fibonacci(n)


@DBOS.step()
async def fib_async(n: int) -> int:
    return workloads.fibonacci(n)


@DBOS.workflow()
def sequence() -> int:
    return sum(fib(workloads.FIBONACCI) for _ in range(workloads.TASKS))


@DBOS.workflow()
async def fan_out() -> int:
    return sum(await asyncio.gather(*(fib_async(workloads.FIBONACCI) for _ in range(workloads.BRANCHES))))


@DBOS.workflow()
def single() -> int:
    return fib(workloads.FIBONACCI)


def run(name: str, repeats: int) -> Figure:
    """The figure of one workload."""
    with tempfile.TemporaryDirectory(dir=os.environ.get("AUTOMATE_BENCH_DIR")) as folder:
        path = f"{folder}/dbos.sqlite"
        with closing(sqlite3.connect(path)) as connection:
            connection.execute("PRAGMA journal_mode=WAL")
        config: dict[str, Any] = {
            "name": "bench", "system_database_url": f"sqlite:///{path}", "console_log_level": "ERROR",
            "log_level": "ERROR",
        }
        DBOS(config=config)
        DBOS.launch()
        try:
            return _figure(name, repeats)
        finally:
            DBOS.destroy()


def _figure(name: str, repeats: int) -> Figure:
    tasks, branches = workloads.TASKS, workloads.BRANCHES
    match name:
        case "W3":
            return measure(_sequential, repeats).rate(PEER, name, "steps", tasks, f"called directly; {NOTE}")
        case "W3x50":
            return measure(_fifty, repeats).rate(PEER, name, "steps", 50 * tasks, f"50 start_workflow, threads; {NOTE}")
        case "W4":
            measured: Rounds = measure(lambda: asyncio.run(_hundred()), repeats)
            return measured.rate(PEER, name, "steps", 100 * branches, f"100 asynchronous workflows; {NOTE}")
        case _:
            return measure(_singles, repeats).median_latency(PEER, name, f"called directly; {NOTE}")


def _sequential() -> None:
    _expect(sequence(), 55 * workloads.TASKS)


def _fifty() -> None:
    for handle in [DBOS.start_workflow(sequence) for _ in range(50)]:
        _expect(handle.get_result(), 55 * workloads.TASKS)


async def _hundred() -> None:
    async def one() -> None:
        _expect(await (await DBOS.start_workflow_async(fan_out)).get_result(), 55 * workloads.BRANCHES)

    await asyncio.gather(*(one() for _ in range(100)))


def _singles() -> list[float]:
    found: list[float] = []
    for _ in range(50):
        started = now()
        _expect(single(), 55)
        found.append(now() - started)
    return found


def _expect(found: int, wanted: int) -> None:
    if found != wanted:
        raise SystemExit(f"a wrong answer: {found}")


if __name__ == "__main__":
    print(run(sys.argv[1], int(sys.argv[2])).line())
