"""What retention costs whoever works: W3x50 on a folder while 100,000 executions are taken beside it.

    python -m benchmarks.ageing [--executions 100000] [--repeats 5]

One execution of one task is run, and copied as often as asked, as if each had ended a hundred days ago. Then W3x50 runs
on that folder twice: while nothing is taken, and while a thread of the same process takes them, as in a worker. It goes
on until all are taken. The output has both medians, how long that took, and the size of the file before and after.
Before that as many are taken with nothing beside: the CPU time and bytes of it are in the line `taken`.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import threading
import time
from collections.abc import Callable

from benchmarks import workloads
from benchmarks.connector import TASK
from benchmarks.durability import Bench, open_product
from benchmarks.measuring import machine, now
from engine.durable.lifecycle.ageing import Ageing
from engine.durable.retention import DAY, Retention
from engine.durable.worker.serving import Serving
from engine.ports.keys import ExecutionKey
from functions.cli.client.client import Client
from functions.cli.client.in_process import InProcess
from functions.server import ageing
from tools.environments import bench_folder

AGO_DAYS = 100.0
AT_ONCE = 50

_COPIES = (
    """INSERT INTO header (e, workspace, id, workflow, version, definition_digest, input_digest, kind, status,
        started_at, seq, due_at, ended_at, parent, strikes, cause)
    SELECT ?1, workspace, ?2, workflow, version, definition_digest, input_digest, kind, status, started_at - ?3, seq,
        due_at, ended_at - ?3, parent, strikes, cause FROM header WHERE e = ?4""",
    "INSERT INTO input (e, body) SELECT ?1, body FROM input WHERE e = ?4 AND ?2 > '' AND ?3 > 0",
    """INSERT INTO segment (e, seq, nonce, at, whole, lease_until, owner, first_event, last_event, body)
    SELECT ?1, seq, nonce, at - ?3, whole, lease_until, owner, first_event, last_event, body FROM segment
    WHERE e = ?4 AND ?2 > ''""",
    """INSERT INTO execution (workspace, id, name, workflow, version, status, started_at, ended_at, error, business_key)
    SELECT workspace, ?2, substr(?2, 7), workflow, version, status, started_at - ?3, ended_at - ?3, error, business_key
    FROM execution WHERE id = (SELECT id FROM header WHERE e = ?4) AND ?1 > 0""",
)


def small(flow: Bench) -> str:
    """The id of an execution of one task that has ended."""
    product, api = flow.product, Client(InProcess(flow.product))
    document = {"name": "small", "definition": workloads.sequence(TASK, 1)}
    api.post("/workflows/import", {"document": document, "publish": True})
    found = str(api.post("/workflows/small/executions", {"input": {}})["id"])
    serving = Serving(
        product.new_worker(), product.stores.queue, product.stores.journal, product.clock, product.settings
    )
    serving.run(lambda: not product.runs(product.key(found)))
    return found


def copy(flow: Bench, ended: str, count: int) -> None:
    """`count` executions like `ended`, of AGO_DAYS ago, a second apart."""
    database = flow.product.stores._database  # noqa: SLF001  no port makes executions of a hundred days ago
    query = "SELECT e, (SELECT max(e) FROM header) FROM header WHERE id = ?"
    source, last = database.read(lambda connection: connection.execute(query, (ended,)).fetchone())
    for first in range(0, count, 10_000):
        rows = [
            (last + 1 + number, f"small:old-{number:08}", AGO_DAYS * DAY - number / count * DAY, source)
            for number in range(first, min(first + 10_000, count))
        ]
        for statement in _COPIES:
            database.write(lambda connection, each=statement, of=rows: connection.executemany(each, of))


def bytes_of(flow: Bench) -> int:
    """Of the database."""
    return flow.product.stores.space.look(flow.product.clock.now()).bytes


def rate(flow: Bench) -> float:
    """Steps a second of one round of W3x50."""
    began = now()
    flow.at_once(AT_ONCE)
    return AT_ONCE * workloads.TASKS / (now() - began)


def middle(values: list[float]) -> float:
    """The median, to a whole number."""
    return float(round(sorted(values)[len(values) // 2]))


def measured(flow: Bench, count: int, repeats: int) -> dict[str, float]:
    """The figures."""
    copy(flow, small(flow), count)
    rate(flow)  # warm
    alone = [rate(flow) for _ in range(repeats)]
    before = bytes_of(flow)
    product, ended = flow.product, threading.Event()
    ageing.FIRST_SECONDS, ageing.REST_SECONDS = 0.0, 0.5
    beside = threading.Thread(
        target=ageing.age, args=(product.folder, product.stores, product.clock, Retention(), ended), daemon=True
    )
    last = ExecutionKey("default", f"small:old-{count - 1:08}")
    began, rates = now(), []
    beside.start()
    while product.stores.journal.header(last) is not None or len(rates) < repeats:
        rates.append(rate(flow))
    seconds = now() - began
    while product.stores.retention.shrink(200):
        pass
    ended.set()
    beside.join()
    return {
        "executions": count, "alone_steps_per_s": middle(alone), "beside_steps_per_s": middle(rates),
        "beside_least": round(min(rates)), "rounds_beside": len(rates), "seconds": round(seconds, 1),
        "bytes_before": before, "bytes_after": bytes_of(flow),
    }


def taken(flow: Bench, count: int) -> dict[str, float]:
    """What it takes to take `count` with nothing beside."""
    copy(flow, small(flow), count)
    product = flow.product
    before, began = bytes_of(flow), time.process_time()
    job = Ageing(product.stores.retention, product.clock, Retention())
    while job.round():
        pass
    return {
        "taken": job.taken, "cpu_s": round(time.process_time() - began, 1), "bytes_before": before,
        "bytes_after": bytes_of(flow),
    }


def main() -> None:
    """Print the machine and the figures, a JSON line each."""
    parser = argparse.ArgumentParser(description="W3x50 while executions are taken beside it.")
    parser.add_argument("--executions", type=int, default=100_000)
    parser.add_argument("--repeats", type=int, default=5, help="rounds at the least, alone and beside")
    arguments = parser.parse_args()
    folder = bench_folder()
    folder.mkdir(parents=True, exist_ok=True)
    print(json.dumps(machine(str(folder))))
    count = arguments.executions
    print(json.dumps(on_a_folder(str(folder), lambda flow: taken(flow, count))), flush=True)
    print(json.dumps(on_a_folder(str(folder), lambda flow: measured(flow, count, arguments.repeats))))


def on_a_folder(folder: str, measure: Callable[[Bench], dict[str, float]]) -> dict[str, float]:
    """`measure` on a fresh data folder below `folder`."""
    with tempfile.TemporaryDirectory(dir=folder) as data_dir:
        product = open_product(data_dir, "benchmark")
        try:
            return measure(Bench(product, workloads.sequence(TASK, workloads.TASKS)))
        finally:
            product.close()


if __name__ == "__main__":
    main()
