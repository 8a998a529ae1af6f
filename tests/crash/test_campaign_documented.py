"""docs/reliability.md: its sums add up, and its mutants and modes are those of the campaign."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.crash.direct import DIRECT
from tests.crash.ending_edits import ENDING_EDITS
from tests.crash.faults import AWS_ALONE, MODES
from tests.crash.mutants import MUTANTS
from tests.crash.plans import PLANS
from tests.crash.slips import SLIPS

TEXT = (Path(__file__).parents[2] / "docs" / "reliability.md").read_text(encoding="utf-8")


def number(text):
    return int(text.replace(",", ""))


def test_the_counted_plans_add_up():
    rows = re.findall(r"^\| ([^|*]+) \| ([\d,]+) \| ([\d,]+) \| (\d+) \|$", TEXT, re.MULTILINE)
    (total,) = re.findall(r"^\| \*\*all\*\* (.+) \|$", TEXT, re.MULTILINE)
    sums = [sum(number(row[column]) for row in rows) for column in (1, 2, 3)]
    assert sums == [number(text) for text in re.findall(r"[\d,]+", total)]
    assert [row[0] for row in rows] == [plan.title for plan in PLANS.values()]


def test_every_mutant_of_the_campaign_has_its_row():
    table = TEXT.partition("| protection off | runs | fail |")[2].partition("\n\n")[0]
    rows = re.findall(r"^\| ([a-z][^|]+) \| (\d+) \| (\d+) \| ((?:I\d+: )?)", table, re.MULTILINE)
    assert [name for name, _, _, _ in rows] == list(MUTANTS)
    assert all(0 < number(fail) <= number(runs) for _, runs, fail, _ in rows)
    assert all(MUTANTS[name].says.startswith(invariant.rstrip()) for name, _, _, invariant in rows)


@pytest.mark.parametrize(("head", "modes"), [
    ("| mode | what happens at call k |", MODES), ("| mode of AWS alone | what happens at request k |", AWS_ALONE),
])
def test_every_mode_is_told(head, modes):
    table = TEXT.partition(head)[2].partition("\n\n")[0]
    cells = " ".join(re.findall(r"^\| (`.+?) \|", table, re.MULTILINE))
    assert set(re.findall(r"`([a-z-]+)`", cells)) == set(modes)


def test_every_direct_check_has_its_row():
    table = TEXT.partition("| protection off | what the check sees |")[2].partition("\n\n")[0]
    assert re.findall(r"^\| ([a-z][^|]+) \|", table, re.MULTILINE) == list(DIRECT)


@pytest.mark.parametrize(("head", "edits"), [("rule of what ends broken", ENDING_EDITS), ("slip", SLIPS)])
def test_every_edit_that_a_reader_made_has_its_row(head, edits):
    table = TEXT.partition(f"| {head} | who notices |")[2].partition("\n\n")[0]
    rows = re.findall(r"^\| ([a-z][^|]+) \| `(\w+)` \|", table, re.MULTILINE)
    tests = [(name, edited.test.partition("::")[2].partition("[")[0]) for name, edited in edits.items()]
    assert rows == tests
