"""docs/costs.md beside the headline: batches of one, slow tasks, the idle month, the break-even points."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from engine.cost.comparison import BATCH, MILLION, compared, steps
from engine.cost.pricing import Assumptions, Part, Pricing
from tools.cost import idle, pages

ROOT = Path(__file__).parents[4]
TEXT = pages.PAGE.read_text(encoding="utf-8")


@pytest.mark.parametrize("name", pages.BLOCKS)
def test_the_page_shows_what_is_reckoned(name):
    shown = pages.block(name).search(TEXT)
    assert shown is not None
    assert shown[2] == pages.BLOCKS[name](), "run: python -m tools.cost.pages"


def test_a_batch_of_one_and_slow_tasks_are_dearer():
    headline, alone, slow, both = (
        {row.title: row.automate for row in compared(pricing, batch=pricing.assumptions.batch)}
        for pricing in (Pricing(Assumptions(**assumed)) for _, assumed in pages.SITUATIONS)
    )
    for title, dollars in headline.items():
        assert dollars < alone[title] <= both[title], title
        assert dollars <= slow[title] <= both[title], title
    assert headline == {row.title: row.automate for row in compared(Pricing())}
    assert BATCH == 10


def test_a_task_of_100_ms_alone_costs_its_waiting():
    """0.1 s of 512 MB at AWS's price of a GB-second, on top of what an instant one costs."""
    instant, slow = (
        steps(Pricing(Assumptions(batch=1, task_ms=milliseconds)), batch=1)[0].automate
        for milliseconds in (0.0, 100.0)
    )
    assert slow - instant == pytest.approx(0.1 * 0.5 * 0.0000133334 * MILLION)


def test_the_idle_month_by_hand():
    """Published prices, typed here: alarms $0.10, a key $1, a custom metric $0.30, SQS $0.40 a million requests."""
    counted = {**idle.table(), "alarms": 12, "keys": 1, "metrics": 1, "secrets": 2, "event_sources": 2}
    found = {line.title: line.dollars for line in idle.bill(counted, Pricing())}
    assert found.pop("the sweeper, each minute") < 0.15
    assert list(found.values()) == pytest.approx([1.20, 1.00, 0.80, 0.30, 2 * 15 * 60 * 730 * 0.40 / 1e6])


def test_an_execution_costs_more_than_its_steps():
    """What the page says of the row "One task", of the targets and of computing."""
    pricing = Pricing()
    one = next(row for row in compared(pricing) if row.title == "One task").automate / MILLION
    assert pricing.dollars([Part("start", 1), Part("run", 1)]) > 0.9 * one
    task = steps(pricing)[0]
    assert all(step.automate < step.target for step in steps(pricing))
    assert task.lines["cpu"] < 0.1 * task.automate


def test_at_the_break_even_both_cost_the_same():
    """From the page's own rows: the idle month and so many executions here, or so many there."""
    rows = dict(re.findall(r"^\| (.+?) \| ([\d,]+) a month \|", pages.break_even(), re.MULTILINE))
    assert len(rows) > 5
    for row in compared(Pricing()):
        number = int(rows[row.title].replace(",", ""))
        here = pages.idle_dollars() + number * (row.automate + row.deleted) / MILLION
        there = number * row.standard / MILLION
        assert here <= there <= 1.15 * here, row.title


def test_at_the_duration_express_costs_what_ours_does():
    prices, one = Pricing().prices, [Part("wait", 1)]
    wait = (Pricing().dollars(one) + Pricing().deletion(one)) * MILLION
    seconds = dict(re.findall(r"^\| (.+?) \| [^|]+ \| (\d+) s \|$", pages.break_even(), re.MULTILINE))
    for row in compared(Pricing()):
        if row.express is not None:
            express = prices.express(float(seconds[row.title])) * MILLION
            assert express == pytest.approx(row.automate + row.deleted + wait, rel=0.05)


ONE_SWEEP = """
import json
from tools.cost.idle import count_sweep
units, metrics = count_sweep()
print(json.dumps([units.as_dict(), metrics]))
"""


def test_a_sweep_takes_what_was_counted():
    """In a process of its own: the count sets up loggers."""
    done = subprocess.run([sys.executable, "-c", ONE_SWEEP], cwd=ROOT, capture_output=True, text=True, check=True)
    table = idle.table()
    sweep, metrics = json.loads(done.stdout)
    assert metrics == table["metrics"], "run: python -m tools.cost.idle, then python -m tools.cost.pages"
    assert {**sweep, "log_bytes": 0} == {**table["sweep"], "log_bytes": 0}
    assert sweep["log_bytes"] == pytest.approx(table["sweep"]["log_bytes"], rel=0.1)
