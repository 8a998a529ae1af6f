"""Rounds, medians, memory, and what the machine did meanwhile. Standard library only: peers measure with it too.

One warm-up round, then the counted ones. A process measures one workload, so that its peak memory is that workload's.
"""

from __future__ import annotations

import json
import os
import platform
import resource
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

now = time.perf_counter

MEGABYTE = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Figure:
    """What one workload gave. `median`, `least` and `most` are in `unit`; `count` is how many of the unit's things one
    round did. `seconds` and `cpu_seconds` (this process's own) are those of each round: on a busy machine they part.
    `load` is the one-minute load average before the first counted round and after the last.
    """

    system: str
    workload: str
    unit: str
    count: int
    median: float
    least: float
    most: float
    repeats: int
    seconds: list[float]
    cpu_seconds: list[float]
    peak_mb: float
    load: list[float]
    cpus: int = field(default_factory=lambda: os.cpu_count() or 1)
    python: str = field(default_factory=platform.python_version)
    note: str = ""

    def line(self) -> str:
        """One JSON line."""
        return json.dumps(asdict(self))


@dataclass(frozen=True, slots=True)
class Rounds:
    """The seconds of each counted round, elapsed and of this process's CPU; those of single executions, if noted."""

    seconds: list[float]
    cpu_seconds: list[float]
    latencies: list[float]
    load: list[float]

    def rate(self, system: str, workload: str, unit: str, count: int, note: str = "") -> Figure:
        """`count` things a round, as things a second."""
        return self._figure(system, workload, f"{unit}/s", count, [count / each for each in self.seconds], note)

    def milliseconds(self, system: str, workload: str, count: int, note: str = "") -> Figure:
        """Milliseconds for one of the `count` things that a round did."""
        return self._figure(system, workload, "ms", count, [1000 * each / count for each in self.seconds], note)

    def median_latency(self, system: str, workload: str, note: str = "") -> Figure:
        """The median of single executions, in milliseconds."""
        return self._figure(
            system, workload, "ms p50", len(self.latencies), [1000 * each for each in self.latencies], note
        )

    def _figure(
        self, system: str, workload: str, unit: str, count: int, values: Sequence[float], note: str
    ) -> Figure:
        return Figure(
            system, workload, unit, count, _short(statistics.median(values)), _short(min(values)), _short(max(values)),
            len(self.seconds), [round(each, 5) for each in self.seconds],
            [round(each, 5) for each in self.cpu_seconds], round(peak_mb(), 1), self.load, note=note,
        )


def _short(value: float) -> float:
    """Three digits behind the point for what is small, none for what is large."""
    return round(value, 3) if value < 1000 else round(value)


def measure(one_round: Callable[[], Sequence[float] | None], repeats: int, *, warm_up: int = 1) -> Rounds:
    """Call `one_round` `warm_up` + `repeats` times; it may answer the seconds of single executions."""
    for _ in range(warm_up):
        one_round()
    seconds: list[float] = []
    cpu_seconds: list[float] = []
    latencies: list[float] = []
    before = os.getloadavg()[0]
    for _ in range(repeats):
        cpu, started = time.process_time(), now()
        found = one_round()
        seconds.append(now() - started)
        cpu_seconds.append(time.process_time() - cpu)
        latencies += found or ()
    return Rounds(seconds, cpu_seconds, latencies, [round(before, 2), round(os.getloadavg()[0], 2)])


def peak_mb() -> float:
    """The peak memory of this process or of its largest ended child, whichever is more."""
    unit = 1 if sys.platform == "darwin" else 1024  # bytes there, kilobytes elsewhere
    whose = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    return max(resource.getrusage(who).ru_maxrss for who in whose) * unit / MEGABYTE


def sync_milliseconds(folder: str, times: int = 200) -> float:
    """The median cost of making an appended kilobyte durable in `folder`, by the call that SQLite makes."""
    sync = getattr(os, "fdatasync", os.fsync)  # macOS has none
    row = b"x" * 1024
    costs: list[float] = []
    with tempfile.TemporaryFile(dir=folder) as file:
        for _ in range(times):
            file.write(row)
            file.flush()
            started = now()
            sync(file.fileno())
            costs.append(now() - started)
    return round(1000 * statistics.median(costs), 3)


def machine(folder: str) -> dict[str, Any]:
    """What the figures were measured on."""
    return {
        "machine": platform.platform(), "processor": platform.machine(), "cpus": os.cpu_count(),
        "python": platform.python_version(), "load": [round(each, 2) for each in os.getloadavg()],
        "sync_ms": sync_milliseconds(folder),
    }
