"""What going on by another version costs in DynamoDB, as docs/costs.md says it."""

from __future__ import annotations

import itertools
import re
from pathlib import Path

import pytest

from engine.cost import prices
from engine.cost.comparison import MILLION
from tests.support.durable import TESTER, Product, ScriptedTasks
from tests.support.redriving import BAD, A, B, machine, task
from tools.cost.meter import Meter

_numbers = itertools.count(1)
COSTS = Path(__file__).parents[5] / "docs" / "costs.md"
OLD = machine(First=task(A, "Second"), Second=task(B))
MENDED = machine(First=task(A, "Second"), Second=task(B, Comment="mended"))


@pytest.fixture
def meter(aws_stores, aws_clock):
    aws_stores.clock = aws_clock
    meter = Meter(aws_stores.clients.dynamodb, "automate-test")
    yield meter
    meter.close()


@pytest.fixture
def failed(aws_stores, meter):
    """A failed execution of version 1, with version 2 published."""
    product = Product(
        OLD, ScriptedTasks({A: [{"ok": True}], B: [BAD, {"ok": True}]}), backend=aws_stores,
        workspace=f"changeover{next(_numbers)}",
    )
    key = product.start({"order": 17}, name="one")
    product.run(key)
    assert product.describe(key).status == "FAILED"
    product.published.publish(MENDED)
    meter.reset()
    return product, key


def said(row):
    """The write and read units of a row of the page, whose dollars are theirs."""
    part = COSTS.read_text(encoding="utf-8").partition("## Going on by another version")[2].partition("\n## ")[0]
    found, = re.findall(rf"^\| {row} \| (\d+) \| (\d+) \| ([\d.]+) \|", part, re.MULTILINE)
    writes, reads, dollars = map(float, found)
    price = prices.table().prices
    billed = (price["write_units"].of(writes) + price["read_units"].of(reads)) * MILLION
    assert dollars == pytest.approx(billed, abs=0.006)
    return writes, reads


def test_a_plan_reads_and_writes_nothing(failed, meter):
    product, key = failed
    assert product.executions.forward_plan(key, 2).fits
    assert (meter.units, meter.reads) == said("the plan alone")


def test_the_change_over_is_one_conditional_write_and_what_opens_the_execution(failed, meter):
    product, key = failed
    product.executions.forward(key, 2, actor=TESTER)
    assert (meter.units, meter.reads) == said("the change-over")
    assert meter.calls["PutItem"] == 1, "the segment that changes over"
    assert meter.transacted.total() == 0
    product.run(key)
    assert product.describe(key).status == "SUCCEEDED"


def test_a_redrive_by_the_same_version_writes_as_much(failed, meter):
    product, key = failed
    product.executions.redrive(key)
    assert (meter.units, meter.reads) == said("a redrive without a version")
