"""What a step costs as things grow: ``python -m benchmarks.growth [--only steps] [--json FILE]``.

    steps   one execution that calls a task in a loop          a step: call, count, choose
    items   an inline Map, each of whose items is a task       a step: one item
    open    one task from start to closed, while so many other executions wait for a day

The product is put together as for W3 to W5 (benchmarks.durability). A line is a process of its own. The cost is the
process's CPU time: on a busy machine it stays nearly what it is, and what grows with the square shows in it. Memory is
what the process has taken at the most.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from benchmarks import workloads
from benchmarks.measuring import peak_mb

Json = Any

SIZES = {"steps": (100, 1_000, 10_000, 100_000), "items": (100, 1_000, 10_000), "open": (1, 1_000, 20_000)}
_BESIDE = 200
"""So many executions are timed beside those that are open."""


def looping(task: dict[str, Json], rounds: int) -> dict[str, Json]:
    """Call the task `rounds` times."""
    states = {
        "Init": {"Type": "Pass", "Result": {"i": 0}, "Next": "Call"},
        "Call": {"Type": "Task", **task, "ResultPath": "$.last", "Next": "Add"},
        "Add": {"Type": "Pass", "Parameters": {"i.$": "States.MathAdd($.i, 1)"}, "Next": "Check"},
        "Check": {
            "Type": "Choice", "Default": "Done",
            "Choices": [{"Variable": "$.i", "NumericLessThan": rounds, "Next": "Call"}],
        },
        "Done": {"Type": "Succeed"},
    }
    return {"StartAt": "Init", "States": states}


def mapped(task: dict[str, Json]) -> dict[str, Json]:
    """Call the task for each item."""
    outer = {"Type": "Map", "ItemsPath": "$.items", "ItemProcessor": workloads.sequence(task, 1), "End": True}
    return {"StartAt": "Map", "States": {"Map": outer}}


def main() -> None:
    """Print a line a size, and how far the dearest is from the cheapest."""
    parser = argparse.ArgumentParser(description="What a step costs as things grow.")
    parser.add_argument("--only", nargs="+", choices=SIZES, default=[*SIZES])
    parser.add_argument("--json", metavar="FILE", help="write the JSON lines there")
    parser.add_argument("--child", nargs=2, metavar=("WHAT", "SIZE"), help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.child:
        what, size = arguments.child
        print(json.dumps(_measured(what, int(size))))
        return
    print(f"{'':<8}{'size':>9}{'us CPU a step':>15}{'peak MB':>9}")
    lines: list[dict[str, Json]] = []
    for what in arguments.only:
        for size in SIZES[what]:
            command = [sys.executable, "-m", "benchmarks.growth", "--child", what, str(size)]
            done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)  # noqa: S603  ourselves
            line = json.loads(done.stdout)
            lines.append(line)
            print(f"{what:<8}{size:>9,}{line['us']:>15}{line['peak_mb']:>9}", flush=True)
    if arguments.json:
        Path(arguments.json).write_text("".join(f"{json.dumps(line)}\n" for line in lines), encoding="utf-8")


def _measured(what: str, size: int) -> dict[str, Json]:
    from benchmarks.connector import TASK  # noqa: PLC0415  the parent measures nothing
    from benchmarks.durability import bench  # noqa: PLC0415

    definition, steps, value = {
        "steps": (looping(TASK, size), size, None),
        "items": (mapped(TASK), size, {"items": list(range(size))}),
        "open": (workloads.sequence(TASK, 1), _BESIDE, None),
    }[what]
    with bench(definition) as flow:
        if what == "open":
            wait = {"Type": "Wait", "Seconds": 86_400, "End": True}
            flow.publish("wait", {"StartAt": "Wait", "States": {"Wait": wait}})
            flow.at_once(size, "wait")
        started = time.process_time()
        ids = [flow.one() for _ in range(_BESIDE)] if what == "open" else flow.at_once(1, value=value)
        taken = time.process_time() - started
        if any(flow.product.runs(flow.product.key(each)) for each in ids):
            raise AssertionError(f"{what} of {size} did not end")
    return {"what": what, "size": size, "us": round(taken / steps * 1e6), "peak_mb": round(peak_mb(), 1)}


if __name__ == "__main__":
    main()
