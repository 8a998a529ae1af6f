"""Timers that are due within one minute, and the sweeps that wake them: the product's sweeper over limited clients."""

from __future__ import annotations

from dataclasses import dataclass, field
from random import Random

from benchmarks.dynamo_limits.load import WORKFLOW, WORKSPACE, Stage
from engine.adapters.aws.stores import THREADS
from engine.durable.lifecycle.sweeper import Sweeper
from engine.ports.journal import RUNNING, Header, row_of
from engine.ports.keys import ExecutionKey


@dataclass
class Swept:
    """What the sweep gave that found them. `seconds` it took, in virtual time, until its last claim; `late` is how long
    after its time the last wake came, and `woken` how many came. `calls` are its requests by operation."""

    timers: int
    overdue: bool
    threads: int
    seconds: float = 0.0
    woken: int = 0
    twice: int = 0
    late: float = 0.0
    calls: dict[str, int] = field(default_factory=dict)
    throttled: int = 0


def sweep(timers: int, *, overdue: bool = False, threads: int = THREADS, seed: int = 1) -> Swept:
    """One sweep of so many timers of one minute: the one that the look-ahead reaches next, or, `overdue`, the one that
    has just passed, as after an outage."""
    stage = Stage(spread=True, seed=seed)
    time, random = stage.time, Random(seed)  # noqa: S311 - reproducible, not secret
    found = Swept(timers, overdue, threads)
    journal = stage.stores(threads).journal
    due: dict[ExecutionKey, float] = {}
    came: dict[ExecutionKey, float] = {}
    begins = time.now() + 1000.0

    def woken(key: ExecutionKey) -> None:
        found.twice += key in came
        came.setdefault(key, time.now())

    def wait(number: int) -> None:
        key = ExecutionKey.of(WORKSPACE, WORKFLOW, f"timer-{number:05}")
        due[key] = begins + random.random() * 60 + (-60 if overdue else 60)
        header = Header(key, WORKFLOW, 1, "d" * 64, "i" * 64, "STANDARD", RUNNING, time.now(), 1, due[key])
        journal.create(header, b"{}", row_of(header))

    def ticks() -> None:
        time.sleep(begins - time.now())
        stage.clients.dynamodb.calls.clear()
        stores = stage.stores(threads)
        Sweeper(stores.journal, stores.queue, time).sweep()
        found.seconds = time.now() - begins
        found.calls = dict(stage.clients.dynamodb.calls + stage.clients.sqs.calls)

    stage.on_wake = woken
    for number in range(timers):
        time.later(number / timers * 600, lambda number=number: wait(number))
    time.later(0, ticks)
    time.run()
    found.woken = len(came)
    found.late = max(came[key] - max(at, begins) for key, at in due.items())
    found.throttled = stage.clients.dynamodb.limits.throttles.total()
    return found
