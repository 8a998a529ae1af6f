"""Conditions in words."""

from __future__ import annotations

import pytest

from engine.copilot.offline.conditions import apart, parse_condition
from engine.copilot.offline.naming import Known
from engine.copilot.offline.words import words_of


@pytest.mark.parametrize(("said", "expected"), [
    ("the temperature is -5 degrees or less", "<= -5"), ("the temperature is below -5.5", "< -5.5"),
    ("the balance is at least -$20", ">= -20"), ("the balance is more than \u22121,000 euros", "> -1000"),
])
def test_a_number_below_zero_stays_below(said, expected):
    found = parse_condition(words_of(said), Known())
    assert found is not None
    assert found.text.endswith(expected)


@pytest.mark.parametrize(("said", "expected"), [
    ("the score is between 40 and 60", "$states.input.score >= 40 and $states.input.score <= 60"),
    ("the score is between 40 and 60 inclusive", "$states.input.score >= 40 and $states.input.score <= 60"),
    ("the score is between 40 and twice the limit", None),
    ("the score is between 40 and 60 exclusive", None),
])
def test_a_range_has_two_numbers(said, expected):
    found = parse_condition(words_of(said), Known())
    assert (found and found.text) == expected


@pytest.mark.parametrize(("one", "other", "holds"), [
    ("the score is below 40", "the score is at least 40", True),
    ("the score is over 40", "the score is over 80", False),
    ("the score is up to 40", "the score is at least 40", False),
    ("the score is below 40", "the total is over 40", False),
    ("the plan is gold", "the plan is free", True), ("the plan is gold", "the plan is gold", False),
    ("the score is between 5 and 8", "the score is over 8", True), ("the order is new", "the order is old", False),
])
def test_conditions_are_apart_where_they_never_hold_together(one, other, holds):
    found = [parse_condition(words_of(each), Known()) for each in (one, other)]
    assert apart(*found) is holds
