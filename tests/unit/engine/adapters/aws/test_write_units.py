"""What an execution costs in DynamoDB, as docs/operations.md says it: a change that makes it dearer must say so."""

from __future__ import annotations

import itertools

import pytest

from tests.support.durable import Product, ScriptedTasks
from tests.support.flows import ONE_TASK, WORK, flow, task
from tools.cost.meter import Meter

_numbers = itertools.count(1)
NAME = "7c1f3a52-9f0e-4d1c-8a55-3f6f0f6f0c11"

WAIT = flow({"Wait": {"Type": "Wait", "Seconds": 3600, "End": True}})
FAIL = flow({"Fail": {"Type": "Fail", "Error": "Orders.Refused", "Cause": "no stock"}})
TEN = flow({f"S{n}": task(**({"Next": f"S{n + 1}"} if n < 9 else {"End": True})) for n in range(10)})


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
