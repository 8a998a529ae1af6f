"""The workloads of the interpreter: in memory, without I/O, the whole history kept unless it says "streamed".

Two ways to run one, and both are told, for they answer different questions:

    simulate   what a user of engine.testing gets: compiled, stepped, every event rendered as AWS answers it
    step       what the durable worker calls: a compiled plan, events kept as they happened, rendered when asked for
"""

from __future__ import annotations

import tracemalloc
from collections.abc import Callable
from typing import Any

from benchmarks import workloads
from benchmarks.measuring import Figure, measure, peak_mb
from benchmarks.workloads import Workload
from engine.kernel.history import HistoryEvent
from engine.kernel.snapshot import Facts, Snapshot, Status
from engine.kernel.step import step
from engine.kernel.stimulus import Started
from engine.language.asl.compile import compile_definition
from engine.language.asl.model import Plan
from engine.testing import simulate

Json = Any

US = "automate"
EXECUTIONS = 10
"""Executions in a round, one after the other: a round of tens of milliseconds would measure the clock's mood."""

STREAMED_ROUNDS = 500_000


class WrongAnswer(Exception):
    """The workload did not come to what it must."""


def simulated(workload: Workload) -> int:
    """Run it by `simulate`; answers how many history events it has."""
    result = simulate(workload.definition, workload.input, stubs=workload.stubs)
    if result.status != "SUCCEEDED" or result.output != workload.output:
        raise WrongAnswer(f"{workload.name} came to {result.status}: {result.error}: {result.cause}")
    return len(result.events)


def stepped(plan: Plan, workload: Workload) -> list[HistoryEvent]:
    """Run it by `step` in one call; answers its history."""
    facts = Facts("bench:one", "one", "bench", 1, started_at=0.0)
    done = step(plan, Snapshot(facts, workload.input), [Started(at=0.0, seed=1)])
    end = done.snapshot
    if end.status is not Status.SUCCEEDED or end.output != workload.output:
        raise WrongAnswer(f"{workload.name} came to {end.status}: {end.error}: {end.cause}")
    return list(done.events)


def by_simulate(workload: Workload, repeats: int) -> Figure:
    def one_round() -> None:
        for _ in range(EXECUTIONS):
            simulated(workload)

    return measure(one_round, repeats).rate(
        US, workload.name, "states", EXECUTIONS * workload.transitions, "simulate: compiled, stepped and rendered"
    )


def by_step(workload: Workload, repeats: int) -> Figure:
    plan = compile_definition(workload.definition)

    def one_round() -> None:
        for _ in range(EXECUTIONS):
            stepped(plan, workload)

    return measure(one_round, repeats).rate(
        US, workload.name, "states", EXECUTIONS * workload.transitions, "step: a compiled plan, history kept unrendered"
    )


def compiling(repeats: int, stages: int = 5, times: int = 50) -> Figure:
    """W6."""
    definition = workloads.large_definition(stages)

    def one_round() -> None:
        for _ in range(times):
            compile_definition(definition)

    return measure(one_round, repeats).milliseconds(
        US, "W6", times, "compile_definition of 50 states; nothing is kept between calls"
    )


def order_flow(repeats: int, times: int = 20) -> Figure:
    """W7: the whole execution, from the definition on."""
    workload = workloads.order_flow()

    def one_round() -> None:
        for _ in range(times):
            simulated(workload)

    return measure(one_round, repeats).milliseconds(
        US, "W7", times, f"simulate: compiled, {workload.transitions} states entered, 10 task calls stubbed, rendered"
    )


def streamed(repeats: int, rounds: int = STREAMED_ROUNDS) -> Figure:
    """W1, so long that a kept history would show; the note tells the memory after a tenth and at the end."""
    workload = workloads.counter_loop(rounds)
    early = workload.transitions // 5  # two events a state: this many is a tenth of the run
    seen, after_a_tenth = 0, 0.0

    def on_event(_event: dict[str, Json]) -> None:
        nonlocal seen, after_a_tenth
        seen += 1
        if seen == early:
            after_a_tenth = peak_mb()

    def one_round() -> None:
        result = simulate(workload.definition, workload.input, on_event=on_event)
        if result.output != workload.output:
            raise WrongAnswer(f"{workload.name} came to {result.status}: {result.error}: {result.cause}")

    rounds_done = measure(one_round, repeats, warm_up=0)
    grown = peak_mb() - after_a_tenth
    return rounds_done.rate(
        US, "STREAM1M", "states", workload.transitions,
        f"simulate with on_event; peak {after_a_tenth:.1f} MB after a tenth of the first run, {grown:+.1f} MB since",
    )


def large_payload(repeats: int, size: int = 200_000, states: int = 100, times: int = 20) -> Figure:
    """PASS200K by `step`; the note tells how much memory one execution takes beside its input."""
    workload = workloads.large_payload(size, states)
    plan = compile_definition(workload.definition)
    extra = _allocated(lambda: stepped(plan, workload))

    def one_round() -> None:
        for _ in range(times):
            stepped(plan, workload)

    return measure(one_round, repeats).milliseconds(
        US, "PASS200K", times,
        f"step: {size // 1000} KB through {states} states; one allocates {extra / 1024:.0f} KB beside its input",
    )


def _allocated(act: Callable[[], object]) -> int:
    """The most bytes that `act` held at a time."""
    tracemalloc.start()
    try:
        act()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


WORKLOADS: dict[str, Callable[[int], list[Figure]]] = {
    "W1": lambda repeats: _both(workloads.counter_loop(), repeats),
    "W1J": lambda repeats: _both(workloads.counter_loop_jsonata(), repeats),
    "W2": lambda repeats: _both(workloads.inline_map(), repeats),
    "W6": lambda repeats: [compiling(repeats)],
    "W7": lambda repeats: [order_flow(repeats)],
    "STREAM1M": lambda repeats: [streamed(min(repeats, 3))],
    "PASS200K": lambda repeats: [large_payload(repeats)],
}


def _both(workload: Workload, repeats: int) -> list[Figure]:
    return [by_step(workload, repeats), by_simulate(workload, repeats)]


