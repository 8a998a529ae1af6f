"""Conditions in words."""

from __future__ import annotations

import pytest

from engine.copilot.offline.conditions import Known, parse_condition
from engine.copilot.offline.words import words_of


@pytest.mark.parametrize(("said", "expected"), [
    ("the score is between 40 and 60", "$states.input.score >= 40 and $states.input.score <= 60"),
    ("the score is between 40 and 60 inclusive", "$states.input.score >= 40 and $states.input.score <= 60"),
    ("the score is between 40 and twice the limit", None),
    ("the score is between 40 and 60 exclusive", None),
])
def test_a_range_has_two_numbers(said, expected):
    found = parse_condition(words_of(said), Known())
    assert (found and found.text) == expected
