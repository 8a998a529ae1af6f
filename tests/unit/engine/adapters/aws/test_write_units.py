"""What an execution costs in DynamoDB, as docs/operations.md says it: a change that makes it dearer must say so."""

from __future__ import annotations

import itertools
import re
from collections import Counter
from pathlib import Path

import pytest

from engine.adapters.aws import table
from tests.support.durable import Product, ScriptedTasks
from tests.support.flows import ONE_TASK, WORK, flow, task
from tools.cost.meter import Meter

_numbers = itertools.count(1)
NAME = "7c1f3a52-9f0e-4d1c-8a55-3f6f0f6f0c11"

WAIT = flow({"Wait": {"Type": "Wait", "Seconds": 3600, "End": True}})
FAIL = flow({"Fail": {"Type": "Fail", "Error": "Orders.Refused", "Cause": "no stock"}})
TEN = flow({f"S{n}": task(**({"Next": f"S{n + 1}"} if n < 9 else {"End": True})) for n in range(10)})
EIGHT = flow({f"S{n}": task(**({"Next": f"S{n + 1}"} if n < 7 else {"End": True})) for n in range(8)})
OPERATIONS = Path(__file__).parents[5] / "docs" / "operations.md"
PARTITION_UNITS = 1000
"""Write units a second that a partition of DynamoDB takes (developer guide, "Partitions and data distribution")."""


@pytest.fixture
def meter(aws_stores):
    meter = Meter(aws_stores.clients.dynamodb, "automate-test")
    yield meter
    meter.close()


@pytest.fixture
def product_of(aws_stores, aws_clock):
    aws_stores.clock = aws_clock
    return lambda definition, **more: Product(
        definition, ScriptedTasks({WORK: [{"ok": True}] * 10}), backend=aws_stores,
        workspace=f"units{next(_numbers)}", **more
    )


def test_a_start(product_of, meter):
    product_of(ONE_TASK).start({"order": 17}, name=NAME)
    assert meter.items == {"H": 1}
    assert meter.entries == {"due": 1, "started": 1, "workflow": 1, "status": 1, "name": 1}


def test_a_start_under_a_name_of_the_product_s_own_is_one_less(product_of, meter):
    product_of(ONE_TASK).start({"order": 17}, name=None)
    assert meter.items == {"H": 1}
    assert meter.entries == {"due": 1, "started": 1, "workflow": 1, "status": 1}


def test_an_input_that_fits_is_part_of_the_header_and_a_longer_one_an_item(product_of, meter):
    for characters, items in ((300, {"H": 1}), (700, {"H": 1, "I": 1})):
        meter.reset()
        product = product_of(ONE_TASK)
        key = product.start({"order": "o" * characters}, name=None)
        assert meter.items == items
        assert product.describe(key).input == {"order": "o" * characters}


def test_a_start_with_a_business_key_is_one_more(product_of, meter):
    product_of(ONE_TASK, business_key="$.order").start({"order": "ORD-2026-000017"}, name=NAME)
    assert meter.items == {"H": 1}
    assert meter.entries["business_key"] == 1
    assert meter.units == 7


def test_ten_tasks_are_eleven_segments_and_a_close(product_of, meter):
    product = product_of(TEN)
    key = product.start({"order": 17}, name=NAME)
    meter.reset()
    product.run(key)
    assert product.describe(key).status == "SUCCEEDED"
    assert meter.items == {"S": 11, "H": 1}
    assert meter.entries == {"due": 1, "status": 1}


def test_a_failure_is_two_more_for_its_lists(product_of, meter):
    product = product_of(FAIL)
    key = product.start({}, name=NAME)
    meter.reset()
    product.run(key)
    assert product.describe(key).status == "FAILED"
    assert meter.items == {"S": 1, "H": 1}
    assert meter.entries == {"due": 1, "status": 2, "error": 1}


def test_a_park(product_of, meter):
    product = product_of(WAIT)
    key = product.start({}, name=NAME)
    meter.reset()
    product.run(key)
    assert meter.items == {"S": 1, "H": 1}
    assert meter.entries == {"due": 2}


def test_a_long_input_is_deflated_and_written_once_into_the_segments(product_of, meter):
    product = product_of(TEN)
    key = product.start({"lines": [{"sku": f"sku-{n}", "price": 17.5 + n} for n in range(100)]}, name=NAME)
    assert meter.items["I"] == 1, "3 KB, deflated"
    meter.reset()
    product.run(key)
    assert product.describe(key).output == {"ok": True}
    assert meter.items["S"] == 12, "two for the first one, which holds the input in a whole snapshot"


def test_the_longest_names_cost_a_unit_more_for_each_write_of_the_header(product_of, meter):
    product_of(ONE_TASK).start({}, name="n" * 80, workflow="flow")
    assert meter.items == {"H": 1}
    meter.reset()
    product = product_of(ONE_TASK, business_key="$.order")
    product.published.publish(ONE_TASK, "w" * 80, business_key="$.order")
    product.start({"order": "o" * 256}, name="n" * 80, workflow="w" * 80)
    assert meter.items["H"] == 2


@pytest.fixture
def fallen(product_of, meter):
    """The write units of executions of eight Tasks from start to close, for each, by the list that they fell on."""
    each = []
    for number in range(3):
        meter.reset()
        product = product_of(EIGHT, business_key="$.order")
        product.run(product.start({"order": "ORD-17"}, name=f"order-{number}"))
        found = Counter({"steps": meter.items["S"] - 1})  # the first segment holds no result
        for (index, partition), units in meter.partitions.items():
            assert index in ("table", "due") or partition.endswith(table.list_shard(f"order-{number}")), partition
            found[index] += units
        each.append(found)
    assert each[0] == each[1] == each[2]
    return each[0]


def test_5000_starts_and_40000_steps_a_second_fit_one_stage(fallen):
    """By key design: docs/operations.md, "What fits one stage". Hashing is even (test_table.py): a partition of sixteen
    takes at most a tenth more than its share."""
    assert fallen["steps"] == 8
    assert fallen["table"] == 8 + 3, "an execution's own partition: no other execution's writes are there"
    for index in table.INDEXES:
        shards = table.DUE_SHARDS if index is table.DUE else table.LIST_SHARDS
        assert 5000 * fallen[index.name] / shards * 1.1 <= PARTITION_UNITS, index.name
    assert 500 * fallen["status"] == PARTITION_UNITS, "what one partition takes, where lists are not spread"


def test_the_page_has_what_was_counted(fallen):
    part = OPERATIONS.read_text(encoding="utf-8").partition("## What fits one stage")[2].partition("\n## ")[0]
    rows = re.findall(r"^\| `(\w+)`[^|]*\| (\d+) \| ([\d,]+) \| ([\d,]+) \|", part, re.MULTILINE)
    assert [name for name, *_ in rows] == [index.name for index in table.INDEXES if index is not table.ERROR]
    for name, units, spread, unspread in rows:
        assert int(units) == fallen[name], name
        assert int(spread.replace(",", "")) == 16 * PARTITION_UNITS / fallen[name], name
        partitions = table.DUE_SHARDS if name == "due" else 1
        assert int(unspread.replace(",", "")) == partitions * PARTITION_UNITS / fallen[name], name
