"""docs/contributing/studio.md's checklist: 45 points, each "yes" with tests that are there, each "partly" with what is
missing.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
TEXT = (ROOT / "docs" / "contributing" / "studio.md").read_text(encoding="utf-8").partition("## The checklist")[2]
ROWS = re.findall(r"^\| (\d+) \| (.+?) \| (.+?) \| (.*?) ?\|$", TEXT, re.MULTILINE)
JOURNEYS = {
    name for path in (ROOT / "tests" / "studio").glob("test_*.py")
    for name in re.findall(r"^def (test_\w+)", path.read_text(encoding="utf-8"), re.MULTILINE)
}


def test_there_are_45_points():
    assert [int(number) for number, *_ in ROWS] == list(range(1, 46))


@pytest.mark.parametrize(("number", "point", "so", "held"), ROWS, ids=[row[0] for row in ROWS])
def test_a_point_is_held_by_tests_that_are_there(number, point, so, held):
    assert point
    named = re.findall(r"`([^`]+)`", held)
    for name in named:
        there = name in JOURNEYS if name.startswith("test_") else (ROOT / "studio_static" / "src" / name).is_file()
        assert there, f"{number}: {name}"
    if so.startswith("yes"):
        assert named, number
    else:
        assert re.fullmatch(r"partly: .{20,}", so), number


def test_not_all_of_it_is_said_to_be_so():
    """A page that says yes to everything was not looked at."""
    assert 0 < sum(so.startswith("partly") for _, _, so, _ in ROWS) < 15
