"""How fast the interpreter steps, in memory and without I/O: ``make bench``.

    W1   a counter loop: Pass and Choice, 1,000 rounds (2,001 states entered)
    W2   an inline Map of 1,000 items through 3 states each

Each workload is run once to warm up and then REPEATS times; the table shows the median. One JSON line a workload
follows, for keeping. `--repeats N` and `--only W1` narrow it.
"""

from __future__ import annotations

import argparse
import json
import platform
import statistics
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from engine.testing import simulate

REPEATS = 5


@dataclass(frozen=True, slots=True)
class Workload:
    """A definition, its input, and what it must come to: a wrong answer has no speed."""

    name: str
    definition: Mapping[str, Any]
    input: Any
    output: Any
    states: int


@dataclass(frozen=True, slots=True)
class Timing:
    """The median over `repeats` runs."""

    workload: str
    states: int
    seconds: float
    states_per_second: int
    repeats: int
    python: str


def counter_loop(rounds: int) -> Workload:
    """W1."""
    states = {
        "Add": {
            "Type": "Pass", "Parameters": {"n.$": "States.MathAdd($.n, 1)"}, "Next": "Enough",
        },
        "Enough": {
            "Type": "Choice", "Default": "Add",
            "Choices": [{"Variable": "$.n", "NumericGreaterThanEquals": rounds, "Next": "Done"}],
        },
        "Done": {"Type": "Succeed"},
    }
    return Workload("W1", {"StartAt": "Add", "States": states}, {"n": 0}, {"n": rounds}, 2 * rounds + 1)


def inline_map(items: int) -> Workload:
    """W2."""
    inner = {
        "StartAt": "First",
        "States": {
            "First": {"Type": "Pass", "Next": "Second"},
            "Second": {"Type": "Pass", "Next": "Third"},
            "Third": {"Type": "Pass", "End": True},
        },
    }
    outer = {"Type": "Map", "ItemProcessor": {"ProcessorConfig": {"Mode": "INLINE"}, **inner}, "End": True}
    numbers = list(range(items))
    return Workload("W2", {"StartAt": "Each", "States": {"Each": outer}}, numbers, numbers, 3 * items + 1)


def measure(workload: Workload, repeats: int) -> Timing:
    """Run it, check its answer, and take the median time."""
    seconds = []
    for _ in range(repeats + 1):
        started = time.perf_counter()
        result = simulate(dict(workload.definition), workload.input)
        seconds.append(time.perf_counter() - started)
        if result.status != "SUCCEEDED" or result.output != workload.output:
            raise SystemExit(f"{workload.name} came to {result.status}: {result.error}: {result.cause}")
    median = statistics.median(seconds[1:])
    return Timing(
        workload.name, workload.states, round(median, 4), round(workload.states / median), repeats,
        platform.python_version(),
    )


def main() -> None:
    """Print the table, then the JSON lines."""
    parser = argparse.ArgumentParser(description="Time the interpreter on small workloads.")
    parser.add_argument("--repeats", type=int, default=REPEATS)
    parser.add_argument("--only", choices=["W1", "W2"])
    arguments = parser.parse_args()
    print(f"{'workload':<9}{'states':>7}{'seconds':>9}{'states/s':>10}", flush=True)
    timings = []
    for workload in (counter_loop(1000), inline_map(1000)):
        if arguments.only in (None, workload.name):
            timing = measure(workload, arguments.repeats)
            timings.append(timing)
            columns = f"{timing.workload:<9}{timing.states:>7}{timing.seconds:>9.3f}{timing.states_per_second:>10,}"
            print(columns, flush=True)
    for timing in timings:
        print(json.dumps(asdict(timing)))


if __name__ == "__main__":
    main()
