"""Ten executions of one workflow behind thousands of another: ``python -m benchmarks.fairness [--queued 10000]``.

One worker on a fresh data folder, with its audit log, each commit on the disk (synchronous=FULL). `few` has ten
executions of so many tasks in a row; `many` has as many queued as is said, of the same tasks, of which a hundred have
begun when the ten are started. Measured is from the first start of the ten until the last of them is closed, once with
an empty queue and once behind `many`: rounds of the worker's loop, its CPU (user and system), and seconds.
"""

from __future__ import annotations

import argparse
import time

from benchmarks import workloads
from benchmarks.connector import TASK
from benchmarks.durability import Bench, bench
from benchmarks.measuring import now
from engine.durable.worker.serving import Serving
from engine.records import dataclass

TEN = 10
BEGUN = 100


@dataclass(frozen=True, slots=True)
class Took:
    """What ten executions took."""

    rounds: int
    cpu_seconds: float
    seconds: float

    def beside(self, lone: Took) -> str:
        """A line of the table."""
        return (
            f"{self.rounds:6,} rounds ({self.rounds / lone.rounds:.2f} of the lone ones)  "
            f"{self.cpu_seconds:8.3f} s of CPU ({self.cpu_seconds / lone.cpu_seconds:.2f})  "
            f"{self.seconds:8.3f} s ({self.seconds / lone.seconds:.2f})"
        )


def took(queued: int, tasks: int) -> Took:
    """What ten executions of `tasks` tasks take behind `queued` of another workflow."""
    definition = workloads.sequence(TASK, tasks)
    with bench(definition) as made:
        made.publish("few", definition)
        executions, settings = made.product.services.executions, made.product.settings
        for _ in range(queued):
            executions.start(settings.workspace, "bench", {})
        return _served(made, queued)


def _served(made: Bench, queued: int) -> Took:
    product, worker = made.product, made.product.new_worker()
    executions, workspace = product.services.executions, product.settings.workspace
    rounds, at_start, ids = 0, (0, 0.0, 0.0), list[str]()
    found: list[Took] = []

    def stop() -> bool:
        nonlocal rounds, at_start
        rounds += 1
        if not ids and (worker.owned >= min(BEGUN, queued)) and rounds > 2:
            at_start = rounds, time.process_time(), now()
            ids.extend(executions.start(workspace, "few", {}).key.id for _ in range(TEN))
        elif ids and not any(product.runs(product.key(each)) for each in ids):
            found.append(Took(rounds - at_start[0], time.process_time() - at_start[1], now() - at_start[2]))
            return True
        return False

    Serving(worker, product.stores.queue, product.stores.journal, product.clock, product.settings).run(stop)
    made.check(ids, 55)
    return found[0]


def main() -> None:
    """Print both, and by how much they differ."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--queued", type=int, default=10_000)
    options.add_argument("--tasks", type=int, default=workloads.TASKS)
    asked = options.parse_args()
    lone, behind = took(0, asked.tasks), took(asked.queued, asked.tasks)
    print(f"alone:         {lone.beside(lone)}")
    print(f"behind {asked.queued:6,}: {behind.beside(lone)}")


if __name__ == "__main__":
    main()
