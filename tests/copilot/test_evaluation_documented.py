"""docs/copilot.md's figures are those that the evaluation gives."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.copilot.evaluate import (
    ASKED,
    EIGHTH,
    EIGHTH_LOCKED,
    ELEVENTH,
    ELEVENTH_LOCKED,
    FIFTH,
    FIFTH_LOCKED,
    FOURTEENTH,
    FOURTEENTH_LAST,
    FOURTH_LOCKED,
    LOCKED,
    NINTH,
    NINTH_COUNTED,
    SECOND,
    SECOND_LOCKED,
    SETS,
    SEVENTH,
    SEVENTH_COUNTED,
    SIXTH_LOCKED,
    STRANGER,
    STRANGER_LOCKED,
    THIRD,
    THIRD_LOCKED,
    THIRTEENTH_LOCKED,
    TWELFTH,
    TWELFTH_LOCKED,
    counts,
    judged,
    passed,
    scores,
)

TEXT = (Path(__file__).parents[2] / "docs" / "copilot.md").read_text(encoding="utf-8")
_TABLES = TEXT.partition("## The evaluation")[2]
ROWS = {
    row[0].partition(":")[0]: [int(cell) for cell in row[1:]]
    for row in (line.strip("| ").split(" | ") for line in _TABLES.splitlines() if re.match(r"\| .* \| \d", line))
}
NAMES = {
    THIRTEENTH_LOCKED: "a thirteenth author's locked, run once, then counted; only the silent one was read",
    TWELFTH_LOCKED: "a twelfth author's locked, run once, then counted; only a silent one was read",
    TWELFTH: "a twelfth author's, open",
    FOURTEENTH_LAST: "a fourteenth set's second half, run once at the end, then the silent one was changed for",
    FOURTEENTH: "a fourteenth set's first half",
    ELEVENTH_LOCKED: "an eleventh author's locked, run once, then counted; nobody read how they fail",
    ELEVENTH: "an eleventh author's, open",
    EIGHTH_LOCKED: "an eighth author's locked, run once, then counted; only the silent one was read",
    EIGHTH: "a ninth author's, open",
    NINTH_COUNTED: "a tenth author's, only counted; only the silent one was read",
    NINTH: "a tenth author's, open",
    SIXTH_LOCKED: "a sixth author's, run once, then counted; only the silent one was read",
    FIFTH_LOCKED: "a fifth author's locked, counted several times, never read except the two silent",
    FIFTH: "a fifth author's, open",
    SEVENTH_COUNTED: "a seventh author's, only counted, never read when they failed",
    SEVENTH: "a seventh author's, open",
    FOURTH_LOCKED: "a fourth author's, run once and never looked at",
    THIRD_LOCKED: "a third author's, run once at the end, then changed for",
    SECOND_LOCKED: "a second stranger's, run once at the end, then changed for",
    STRANGER_LOCKED: "a stranger's, run once at the end, then changed for",
    SECOND: "a second stranger's, open",
    THIRD: "a third author's, open",
    LOCKED: "locked",
    STRANGER: "a stranger's, open",
    ASKED: "open",
}
"""The row of each set."""


def test_each_set_has_its_row():
    assert {*NAMES} == {*SETS}


@pytest.mark.parametrize("file", SETS)
def test_a_set_has_the_figures_that_the_evaluation_gives_and_nothing_is_wrong_and_silent(file):
    found = judged(file)
    assert ROWS[NAMES[file]] == [*counts(found), len(found)]
    assert counts(found)[2] == 0


def test_the_older_sets_have_theirs():
    for name, file in (("held back", "held_back.json"), ("those that the grammar began with", "sentences.json")):
        found = scores(file)
        assert ROWS[name] == [passed(found), len(found)], name


def test_the_strangers_locked_sets_come_first_and_what_to_expect_is_said():
    assert next(iter(ROWS)).startswith("a thirteenth author's locked, run once, then counted")
    assert "41 of the 60 right, 18 wrong but flagged, 1 wrong and silent" in " ".join(TEXT.split())
    assert "31 of the 50 right, 16 wrong but flagged, 3 wrong and silent" in " ".join(TEXT.split())
    assert "21 of the 30 right, 8 wrong but flagged, 1 wrong and silent" in " ".join(TEXT.split())
    assert "22 of the 40 right, 18 wrong but flagged, 0 wrong and silent" in " ".join(TEXT.split())
    assert "13 of the 20 right, 5 wrong but flagged, 2 wrong and silent" in " ".join(TEXT.split())
    assert "14 of the 40 right, 24 wrong but flagged, 2 wrong and silent" in " ".join(TEXT.split())
    assert "7 of the 50 right, 42 wrong but flagged, 1 wrong and silent" in " ".join(TEXT.split())
    assert "25 of the 80 right, 52 wrong but flagged, 3 wrong and silent" in " ".join(TEXT.split())
    assert "40 of the 90 right, 42 wrong but flagged, 8 wrong and silent" in " ".join(TEXT.split())
    assert "29 of the 60 right, 29 wrong but flagged, 2 wrong and silent" in " ".join(TEXT.split())
    assert "33 of the 50 right, 16 wrong but flagged, 1 wrong and silent" in " ".join(TEXT.split())
    assert "22 of the 40 right, 16 wrong but flagged, 2 wrong and silent" in " ".join(TEXT.split())
    assert "19 of the 40 right, 21 wrong but flagged, 0 wrong and silent" in " ".join(TEXT.split())
    assert "20 of the 50 right, 29 wrong but flagged, 1 wrong and silent" in " ".join(TEXT.split())
    assert "16 of 41 right, 20 wrong but flagged, 5 wrong and silent" in " ".join(TEXT.split())
    assert "23 of these 90 right, 64 wrong but flagged, 3 wrong and silent" in " ".join(TEXT.split())
    assert "37 of these 90 right, 47 wrong but flagged, 6 wrong and silent" in " ".join(TEXT.split())
    assert "28 of the 60 right, 31 wrong but flagged, 1 wrong and silent" in " ".join(TEXT.split())
    assert "22 of them right, 37 wrong but flagged, 1 wrong and silent" in " ".join(TEXT.split())
    assert "17 of the 31 right, 13 wrong but flagged, 1 wrong and silent" in " ".join(TEXT.split())
    assert "9 of the 32 right, 20 wrong but flagged, 3 wrong and silent" in " ".join(TEXT.split())
    assert "14 of the 31 right, 13 wrong but flagged, 4 wrong and silent" in " ".join(TEXT.split())
    assert "**What to expect.**" in TEXT
