"""Small definitions that would cost gigabytes or hours end with an answer, within bounds (bombs.py).

Each runs in a process of its own, whose peak of resident memory (getrusage) is held against that of an idle one, and
which is killed where it heeds no limit.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.property.bombs import BOMBS
from tests.support import patience

HERE = Path(__file__).parent
MOST_BYTES = 125_000_000
"""Of memory, beside what a run of one Pass takes: a dozen copies of the longest text, of 8 MB, and what allocators
differ in. The dearest took 99 MB where this was written."""


DEAR = (
    "double: Parallel", "double: Parameters", "jsonata: base 64 of the longest text",
    "jsonata: hash of the longest text",
)
"""A second of CPU and more: `make test-full` has them."""


def measure(*names: str) -> dict[str, dict]:
    ran = subprocess.run(
        [sys.executable, str(HERE / "bombs.py"), *names], check=True, capture_output=True, text=True,
        timeout=patience.SECONDS,
        env={"PYTHONPATH": str(HERE.parents[1]),
             **{name: text for name, text in os.environ.items() if name.startswith("AUTOMATE_EXPRESSION_")}},
    )
    return {told["name"]: told for told in map(json.loads, ran.stdout.splitlines())}


def problems(told: dict) -> list[str]:
    found = []
    if told["status"] not in ("SUCCEEDED", "FAILED", "InvalidDefinition", "InvalidDocument"):
        found.append(f"{told['status']}: {told['error']}")
    if told["over"] > MOST_BYTES:
        found.append(f"{told['over']:,} bytes")
    return found


@pytest.mark.parametrize("names", [
    pytest.param([name for name in BOMBS if name not in DEAR], id="most"),
    pytest.param(DEAR, id="dear", marks=pytest.mark.full),
])
def test_bombs_end_with_an_answer_and_stay_small(names):
    measured = measure(*names)
    assert measured.keys() == set(names)
    assert {name: problems(told) for name, told in measured.items() if problems(told)} == {}
