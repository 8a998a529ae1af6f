"""Small definitions that would cost gigabytes or hours end with an answer, soon and within bounds (bombs.py).

Each runs in a process of its own, whose peak of resident memory (getrusage) is held against that of an idle one.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import patience
from bombs import BOMBS

HERE = Path(__file__).parent
MOST_SECONDS = 2.5
"""Of CPU. The dearest come to half of it: a value just below the bound is made, read and printed by several events."""

MOST_BYTES = 100_000_000
"""Of memory, beside what a run of one Pass takes."""


def measure(*names: str) -> dict[str, dict]:
    ran = subprocess.run(
        [sys.executable, str(HERE / "bombs.py"), *names], check=True, capture_output=True, text=True,
        timeout=patience.SECONDS, env={"PYTHONPATH": str(HERE.parents[1])},
    )
    return {told["name"]: told for told in map(json.loads, ran.stdout.splitlines())}


def problems(told: dict) -> list[str]:
    found = []
    if told["status"] not in ("SUCCEEDED", "FAILED", "InvalidDefinition", "InvalidDocument"):
        found.append(f"{told['status']}: {told['error']}")
    if told["seconds"] > MOST_SECONDS:
        found.append(f"{told['seconds']} s")
    if told["over"] > MOST_BYTES:
        found.append(f"{told['over']:,} bytes")
    return found


def test_bombs_end_with_an_answer_soon_and_small():
    measured = measure(*BOMBS)
    assert measured.keys() == BOMBS.keys()
    assert {name: problems(told) for name, told in measured.items() if problems(told)} == {}
