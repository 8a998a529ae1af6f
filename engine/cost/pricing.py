"""Acts to dollars: the counted units, the measured CPU and what is assumed, put together and priced.

The acts:

    start          somebody starts it: the header with the input, its places in the lists, the wake
    run            a worker takes it up and closes it, SUCCEEDED; `failed`: what another end takes more
    task           a call: the intent, the result                 `failure`: an attempt that failed and is caught
    pure           a state without a call: Pass, Choice, …        `retry`: an attempt that failed and is repeated
    wait           parked and taken up again                      `callback`: the same for a token, and its answer
    item           an iteration of an inline Map, beside its states
    map_run, child a distributed Map; each of its children, beside its states
    started        an execution that a Task starts and waits for, with its own start and run
    express, express_task    an EXPRESS workflow's start to end, and each of its calls
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import field, replace

from engine.cost import counted, cpu, prices
from engine.cost.units import Units, total
from engine.records import dataclass

STORE_THREADS, TASK_THREADS = 10, 32
"""How many store calls, and task calls, one invocation waits for at once (functions.worker.wiring, engine.settings)."""

CALLS = ("task", "callback", "retry", "failure", "express_task")
"""Acts that wait for a call of a task."""


@dataclass(frozen=True, slots=True)
class Assumptions:
    """What the price of an act stands on besides.

    `batch`: executions that share an invocation. `memory_mb`: the worker function's. `payload_kb`: the input's size and
    each result's, as JSON. `items`: of each Map. `store_ms`: how long DynamoDB takes to answer. `task_ms`: how long a
    task takes; 0 leaves the waiting out. `api`: starts and answers come through API Gateway.
    """

    batch: int = 10
    memory_mb: int = 512
    payload_kb: float = 0.0
    items: int = 10
    store_ms: float = 5.0
    task_ms: float = 0.0
    api: bool = False


@dataclass(frozen=True, slots=True)
class Part:
    """So many acts of a kind; `payload_kb` None: as is assumed."""

    act: str
    times: float
    payload_kb: float | None = None


@dataclass(frozen=True, slots=True)
class Pricing:
    """Prices parts under `assumptions`."""

    assumptions: Assumptions = field(default_factory=Assumptions)
    counted: counted.Counted = field(default_factory=counted.table)
    cpu: cpu.Measured = field(default_factory=cpu.table)
    prices: prices.Prices = field(default_factory=prices.table)

    def units(self, parts: Iterable[Part]) -> Units:
        """All that they take."""
        return total(self._of(part) * part.times for part in parts)

    def bill(self, units: Units) -> dict[str, float]:
        """Dollars by what they are for."""
        return self.prices.bill(units, memory_mb=self.assumptions.memory_mb)

    def dollars(self, parts: Iterable[Part]) -> float:
        """Dollars for them all."""
        return sum(self.bill(self.units(parts)).values())

    def deletion(self, parts: Iterable[Part]) -> float:
        """Dollars to delete what they leave, once the term of their execution is over."""
        assumed = self.assumptions
        return self.swept(total(
            self.counted.deleted(
                part.act, batch=assumed.batch,
                payload_kb=assumed.payload_kb if part.payload_kb is None else part.payload_kb,
            ) * part.times
            for part in parts
        ))

    def swept(self, units: Units) -> float:
        """Dollars for `units` of the sweeper's. It makes one request after the other, and is taken to compute for each
        as much as a worker does for a whole task."""
        calls = units.store_calls
        cpu_seconds = self.cpu.seconds["invocation"] * units.lambda_requests + self.cpu.act("task") * calls
        return sum(self.bill(replace(
            units, cpu_seconds=cpu_seconds, wait_seconds=calls * self.assumptions.store_ms / 1000,
        )).values())

    def measured(self, units: Units, parts: Iterable[Part]) -> Units:
        """`units`, counted without them, with the CPU and the waiting of `parts`."""
        parts = tuple(parts)
        seconds = sum(self.cpu.act(part.act) * part.times for part in parts)
        seconds += self.cpu.seconds["invocation"] * units.lambda_requests
        calls = sum(part.times for part in parts if part.act in CALLS)
        return self._waited(replace(units, cpu_seconds=seconds), calls) + self._sealed(units)

    def _sealed(self, units: Units) -> Units:
        """What the sealer takes for the entries and ends of `units`: it waits for one request after the other. An end
        computes less than an entry, whose CPU it is counted with."""
        batch = self.assumptions.batch
        taken = self.counted.sealed(batch) * units.entries + self.counted.noted(batch) * units.ends
        return replace(
            taken, store_calls=0.0, wait_seconds=taken.store_calls * self.assumptions.store_ms / 1000,
            cpu_seconds=self.cpu.seconds["entry"] * (units.entries + units.ends),
        )

    def _of(self, part: Part) -> Units:
        """One act of its kind."""
        assumed = self.assumptions
        payload = assumed.payload_kb if part.payload_kb is None else part.payload_kb
        units = self.counted.act(part.act, batch=assumed.batch, payload_kb=payload)
        return self.measured(units, (Part(part.act, 1),))

    def _waited(self, units: Units, calls: float) -> Units:
        """With the worker's waiting, shared by a batch; without API Gateway unless it is asked for."""
        assumed = self.assumptions
        store = units.store_calls * assumed.store_ms / 1000 / min(assumed.batch, STORE_THREADS)
        task = calls * assumed.task_ms / 1000 / min(assumed.batch, TASK_THREADS)
        return replace(
            units, wait_seconds=store + task, api_requests=units.api_requests if assumed.api else 0.0,
        )
