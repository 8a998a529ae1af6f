"""Small definitions that would cost gigabytes or hours end with an answer, soon and within bounds (bombs.py)."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from bombs import BOMBS

HERE = Path(__file__).parent
MOST_SECONDS = 1.5
MOST_BYTES = 300 * 1024 * 1024
MORE_BYTES = dict.fromkeys(("jsonata: product of ranges", "jsonata: replace grows"), 640 * 1024 * 1024)
"""jlens measures these only when they are whole: here the time limit (half a second) is what ends them."""

UNBOUNDED = {
    name: "the size of values that a state makes is not bounded"
    for name in BOMBS if name.startswith("double:") and name not in (
        "double: States.Format", "double: ResultPath", "double: JSONata text")
} | {
    name: "the depth of values is not bounded" for name in BOMBS if name.startswith("deep:")
}
"""Known to be unbounded: a strict xfail, so that whoever bounds them finds out and takes them from this table."""


def measure(*names: str) -> dict[str, dict]:
    ran = subprocess.run(
        [sys.executable, str(HERE / "bombs.py"), *names], check=True, capture_output=True, text=True, timeout=300,
        env={"PYTHONPATH": str(HERE.parents[1])},
    )
    return {told["name"]: told for told in map(json.loads, ran.stdout.splitlines())}


def problems(told: dict) -> list[str]:
    found = []
    if told["status"] not in ("SUCCEEDED", "FAILED", "InvalidDefinition"):
        found.append(f"{told['status']}: {told['error']}")
    if told["seconds"] > MOST_SECONDS:
        found.append(f"{told['seconds']} s")
    if told["over"] > MORE_BYTES.get(told["name"], MOST_BYTES):
        found.append(f"{told['over']:,} bytes")
    return found


def test_bombs_end_with_an_answer_soon_and_small():
    measured = measure(*(BOMBS.keys() - UNBOUNDED.keys()))
    assert measured.keys() == BOMBS.keys() - UNBOUNDED.keys()
    assert {name: problems(told) for name, told in measured.items() if problems(told)} == {}


@pytest.mark.full
@pytest.mark.parametrize("name", [
    pytest.param(name, marks=pytest.mark.xfail(reason=reason, strict=True)) for name, reason in UNBOUNDED.items()
])
def test_bombs_not_yet_bounded(name):
    assert problems(measure(name)[name]) == []
