"""The committed table is what the adapters take today. Counted in processes of their own: the count sets up loggers."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from engine.cost import counted
from tools.cost.count import differences

ROOT = Path(__file__).parents[4]

ONE_SHAPE = """
import json, sys
from tools.cost.count import counted_shape
from tools.cost.shapes import BY_NAME
print(json.dumps({name: counted_shape(BY_NAME[name], batches=(1,)) for name in sys.argv[1:]}))
"""
SHARES = """
import json
from dataclasses import replace
from engine.cost import comparison, counted, pricing
from tools.cost.deployment import deployed
found = []
for executions in (1, 10, 160):
    with deployed() as deployment:
        entry = deployment.seal(executions)
    with deployed() as deployment:
        end = deployment.note(executions)
    priced = pricing.Pricing(counted=replace(counted.table(), sealing={1: entry}, noting={1: end}))
    (one,) = [row for row in comparison.compared(priced) if row.title == "One task"]
    found.append([executions, entry.write_units, entry.read_units, end.write_units, one.automate])
print(json.dumps(found))
"""
FEW = ("task_1", "task_10", "wait_1", "callback_1", "fail", "caught_2")


def test_a_few_shapes_take_what_the_table_says():
    """The whole table is in make test-full."""
    done = subprocess.run([sys.executable, "-c", ONE_SHAPE, *FEW], cwd=ROOT, capture_output=True, text=True, check=True)
    committed = json.loads(counted.PATH.read_text())["shapes"]
    expected = {
        name: {**committed[name], "batches": {"1": committed[name]["batches"]["1"]}} for name in FEW
    }
    assert differences(expected, json.loads(done.stdout)) == [], "run: make cost-count, and see docs/costs.md"


def test_costs_md_has_what_the_sealer_takes():
    done = subprocess.run([sys.executable, "-c", SHARES], cwd=ROOT, capture_output=True, text=True, check=True)
    text = (ROOT / "docs" / "costs.md").read_text(encoding="utf-8").partition("### The audit log's share")[2]
    rows = re.findall(r"^\| (\d+) \| (\S+) \| (\S+) \| (\S+) \| \$(\S+) \|$", text, re.MULTILINE)
    shown = [[float(cell) for cell in row] for row in rows]
    assert len(shown) == 3
    for row, found in zip(shown, json.loads(done.stdout), strict=True):
        assert row == pytest.approx(found, rel=0.005)


@pytest.mark.full
def test_the_whole_table_is_a_fresh_count():
    command = [sys.executable, "-m", "tools.cost.count", "--check"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.stdout.splitlines() == ["The table is what was counted."], done.stderr
    assert done.returncode == 0


def test_another_zlib_is_no_difference_and_a_write_more_is_one():
    assert differences({"shapes": {"write_units": 40.0}}, {"shapes": {"write_units": 41.0}}) == []
    for old, new in ((1.0, 1.1), (13.0, 14.0), (None, 1.0)):
        assert len(differences({"acts": {"write_units": old}}, {"acts": {"write_units": new}})) == 1


def test_a_difference_is_named_by_its_place():
    table = {"date": "2026-01-01", "acts": {"task": {"write_units": 1.0, "log_bytes": 1000}}, "payloads": [1, 2]}
    fresh = {"acts": {"task": {"write_units": 2.0, "log_bytes": 1050}}, "payloads": [1, 2]}
    assert differences(table, fresh) == ["/acts/task/write_units: 1.0 in the table, 2.0 counted"]
    assert differences(table, {"acts": {"task": {"write_units": 1.0, "log_bytes": 2000}}, "payloads": [1]}) == [
        "/acts/task/log_bytes: 1000 in the table, 2000 counted", "/payloads: [1, 2] in the table, [1] counted",
    ]
