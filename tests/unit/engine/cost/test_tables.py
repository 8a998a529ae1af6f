"""The three tables that prices are made of: they are whole, and the acts add up to the shapes that were counted."""

from __future__ import annotations

import datetime as dt
import json
import re
from itertools import pairwise
from pathlib import Path

import pytest

from engine.cost import comparison, counted, cpu, prices, pricing
from engine.cost.pricing import CALLS
from engine.cost.units import NONE, Units, total
from engine.errors import InvalidDocument

SHAPES = counted.table().shapes
BATCHES = [(name, int(batch)) for name, shape in SHAPES.items() for batch in shape["batches"]]

FORKING = ("distributed_5", "distributed_25", "started_1", "started_2")
"""Their children's wakes meet each other in batches as no formula says."""

MAPPED = ("map_task_20",)
"""An item is counted by Maps of pure states, whose segments begin another KB less often."""

LAST = ("callback_1", "callback_2")
"""After a wait for a token a call first brings the header's due_at nearer, 3 units: priced, not needed by the last."""


A_STEP = 0.2 + 1e-9
"""A write unit, shared by the five states that a payload is counted over: whole units are as exact as they can be."""

LONG_INPUT = ("map_pass_100",)
"""Its items do not fit into the header: an item more."""


def test_every_price_has_its_unit_its_page_and_a_date():
    table = prices.table()
    assert dt.date.fromisoformat(table.date) <= dt.date(2100, 1, 1)
    for name, price in table.prices.items():
        assert price.page.startswith("https://aws.amazon.com/"), name
        assert price.usd > 0, name
        assert price.unit, name


def test_step_functions_standard_is_25_dollars_a_million():
    assert prices.table().standard(1_000_000) == pytest.approx(25)


@pytest.mark.parametrize(("seconds", "dollars"), [
    (0.0, 1.00e-6 + 0.1 * 0.0625 * 0.00001667), (0.1, 1.00e-6 + 0.1 * 0.0625 * 0.00001667),
    (0.11, 1.00e-6 + 0.2 * 0.0625 * 0.00001667), (61, 1.00e-6 + 61 * 0.0625 * 0.00001667),
])
def test_express_is_billed_by_100_ms_begun(seconds, dollars):
    assert prices.table().express(seconds) == pytest.approx(dollars)


@pytest.mark.parametrize(("memory", "billed"), [(1769, 1769 / 1024), (884.5, 1769 / 1024), (3538, 2 * 1769 / 1024)])
def test_less_memory_computes_longer_for_the_same_price_and_more_cpus_are_of_no_use(memory, billed):
    bill = prices.table().bill(Units(cpu_seconds=1), memory_mb=memory)
    assert bill == {"cpu": pytest.approx(billed * 0.0000133334)}


def test_waiting_takes_as_long_in_any_memory():
    bill = prices.table().bill(Units(wait_seconds=2), memory_mb=512)
    assert bill == {"waiting": pytest.approx(2 * 0.5 * 0.0000133334)}


@pytest.mark.parametrize(("spoil", "says"), [
    (lambda _: "no JSON", "no price table"), (lambda _: "[]", "no price table"),
    (lambda read: {**read, "prices": {}}, "no price of write_units"),
    (lambda read: {**read, "prices": {**read["prices"], "sqs_requests": {
        "usd": "free", "per": 1, "unit": "", "page": "",
    }}}, "no price of sqs_requests"),
    (lambda read: {**read, "prices": {**read["prices"], "cpu": {"usd": 1}}}, "no price table"),
    *[(lambda read, odd=odd, field=field: {**read, "prices": {**read["prices"], "sqs_requests": {
        "usd": 1, "per": 1, "unit": "", "page": "", field: odd,
    }}}, "no price of sqs_requests") for odd in (float("nan"), float("inf"), 10**400) for field in ("usd", "per")],
])
def test_a_table_that_lacks_something_says_what(spoil, says):
    spoilt = spoil(json.loads(prices.PATH.read_text()))
    text = spoilt if isinstance(spoilt, str) else json.dumps(spoilt)
    with pytest.raises(InvalidDocument, match=says):
        prices.parse(text, where="mine.json")


def test_what_operations_md_says_of_writes_is_what_was_counted():
    """Beside the audit log's: an entry of a start, one of its beginning, one of another end."""
    acts = counted.table().acts
    assert (acts["start"].write_units, acts["start"].entries) == (5, 1)
    assert acts["task"].write_units == 1
    assert acts["wait"].write_units == 4
    assert acts["run"].write_units + acts["pure"].write_units == pytest.approx(4)
    assert (acts["run"].entries, acts["failed"].entries) == (1, 1)
    assert acts["failed"].write_units == 2


def test_a_busier_stage_seals_an_entry_for_less():
    alone, ten = (counted.table().sealed(batch) for batch in (1, 10))
    assert ten.write_units < alone.write_units <= 1
    assert counted.table().sealed(7) == alone
    assert counted.table().sealed(50) == ten


def test_the_targets_of_a_whole_execution_and_of_a_step_are_met():
    """Dollars a million, in batches of ten."""
    priced = pricing.Pricing()
    (one,) = [row for row in comparison.compared(priced) if row.title == "One task"]
    task, pure = comparison.steps(priced)
    assert one.automate <= 8
    assert task.automate <= 0.68
    assert pure.automate <= 0.01


def test_costs_md_shows_the_table():
    text = (Path(__file__).parents[4] / "docs" / "costs.md").read_text(encoding="utf-8")
    counted_here = text.partition("**A start by a trigger**")[0]  # tests/…/test_trigger_units.py has that table
    found = re.findall(r"^\| `(\w+)` \| (\S+) \| (\S+) \| (\S+) \|", counted_here, re.MULTILINE)
    rows = {name: tuple(map(float, figures)) for name, *figures in found}
    acts, deletion = counted.table().acts, counted.table().deletion
    assert set(rows) == set(acts) == {"start", *deletion}
    for name, (writes, reads, deleted) in rows.items():
        assert deleted == pytest.approx(deletion.get(name, NONE).write_units, abs=0.06, rel=0.01), name
        assert writes == pytest.approx(acts[name].write_units, abs=0.06, rel=0.01), name
        assert reads == pytest.approx(acts[name].read_units, abs=0.06, rel=0.01), name
    steps = re.search(r"^\| writes of the step \| (.*) \|$", text, re.MULTILINE)
    assert steps is not None
    assert [float(cell) for cell in steps[1].split(" | ")] == pytest.approx([
        acts["task"].write_units + found["task_write_units"] for found in counted.table().payloads
    ], abs=0.06)


def test_every_act_has_its_cpu():
    for name in counted.table().acts:
        assert cpu.table().act(name) >= 0


@pytest.mark.parametrize("name", SHAPES)
def test_the_deletions_of_acts_add_up_to_those_of_the_shapes(name):
    shape, table = SHAPES[name], counted.table()
    made = total(table.deleted(act, batch=1) * times for act, times in shape["acts"].items())
    found = Units.of(shape["deleted"])
    assert made.write_units == pytest.approx(found.write_units, rel=0.25, abs=0.8)
    assert made.lambda_requests == found.lambda_requests == 1


def test_what_operations_md_says_of_a_deletion_is_what_was_counted():
    """One task: 2, ten tasks: 11; a wait as a task, a callback and a backoff twice that; an EXPRESS execution: 1."""
    shapes, acts = counted.table().shapes, counted.table().deletion
    found = {name: shapes[name]["deleted"]["write_units"] for name in ("pass_1", "task_1", "task_10", "express_10")}
    assert found == {"pass_1": 1, "task_1": 2, "task_10": 11, "express_10": 1}
    assert [acts[name].write_units for name in ("task", "wait", "callback", "retry")] == [1, 1, 2, 2]


def test_what_was_larger_takes_more_to_delete_and_invocations_are_shared():
    table = counted.table()
    for act in ("start", "task"):
        found = [table.deleted(act, batch=10, payload_kb=size).write_units for size in (0, 1, 4, 16, 64)]
        assert found == sorted(found)
        assert found[-1] > found[0] + 15
    assert table.deleted("run", batch=50).lambda_requests == 0.02
    assert table.deleted("run", batch=50).log_bytes == table.deleted("run", batch=1).log_bytes / 50


def test_a_deletion_by_hand():
    """One task: 2 writes, 3 reads, a tenth of an invocation and its log, five requests of 5 ms, computing for them."""
    priced, prices_ = pricing.Pricing(), prices.table().prices
    found = priced.deletion([pricing.Part("start", 1), pricing.Part("run", 1), pricing.Part("task", 1)])
    figures = {"write_units": 2, "read_units": 3.33, "lambda_requests": 0.1, "log_bytes": 66.8}
    billed = sum(prices_[name].of(number) for name, number in figures.items())
    seconds = 4.033 * (0.005 + cpu.table().act("task") * prices.WHOLE_CPU_MB / 512)
    seconds += 0.1 * cpu.table().seconds["invocation"] * prices.WHOLE_CPU_MB / 512
    assert found == pytest.approx(billed + prices_["gb_seconds"].of(seconds / 2), rel=0.01)


@pytest.mark.parametrize(("name", "batch"), BATCHES)
def test_the_acts_add_up_to_the_shapes(name, batch):
    shape, table = SHAPES[name], counted.table()
    made = total(table.act(act, batch=batch) * times for act, times in shape["acts"].items())
    found = Units.of(shape["batches"][str(batch)]["run"])
    tolerance = 0.25 if name in (*FORKING, *LAST, *MAPPED) else 0.1
    assert made.write_units == pytest.approx(found.write_units, rel=tolerance, abs=0.8)
    assert made.entries == pytest.approx(found.entries)
    if name not in FORKING:
        assert made.sqs_requests == pytest.approx(found.sqs_requests, rel=0.01)
    longer = Units(write_units=1.0) if name in LONG_INPUT else NONE
    assert Units.of(shape["batches"][str(batch)]["start"]) == table.acts["start"] + longer
    if not any("retry" in act for act in shape["acts"]):  # a failure's way back through the history grows with it
        assert made.read_units == pytest.approx(found.read_units, rel=tolerance, abs=2)


def test_payloads_cost_more_the_larger_they_are():
    table = counted.table()
    for act in ("start", "task", "pure"):
        found = [table.act(act, batch=10, payload_kb=size).write_units for size in (0, 1, 2, 4, 10, 16, 64, 200)]
        assert all(more >= less - A_STEP for less, more in pairwise(found))
        assert found[-1] > found[0] or act == "pure", "what hands a large value on refers to it"
        assert found[0] == table.acts[act].write_units


def test_a_batch_shares_its_invocation():
    table = counted.table()
    alone, ten, fifty = (table.act("run", batch=batch) for batch in (1, 10, 50))
    assert (alone.lambda_requests, ten.lambda_requests, fifty.lambda_requests) == (1, 0.1, 0.02)
    assert (alone.sqs_requests, ten.sqs_requests, fifty.sqs_requests) == (2, 0.2, 0.2), "ten messages a receive at most"


def test_the_calls_are_acts():
    assert set(CALLS) <= set(counted.table().acts)


def test_units_add_up():
    one = Units(write_units=1, log_bytes=3)
    assert one + one == one * 2 == Units(write_units=2, log_bytes=6)
    assert one - one == NONE
    assert Units.of(one.as_dict()) == one
