"""Numbers in words and units in short are read as they are meant; what is none stays as it is."""

from __future__ import annotations

import pytest

from engine.copilot.offline.wording.spelling import spelled


@pytest.mark.parametrize(("said", "meant"), [
    ("every 45 secs", "every 45 seconds"), ("every min", "every minute"), ("10 mins, then", "10 minutes, then"),
    ("wait 30s and", "wait 30 seconds and"), ("after 2h call it", "after 2 hours call it"),
    ("forty-five minutes", "45 minutes"), ("thirteen times", "13 times"), ("a dozen of them", "12 of them"),
    ("over two hundred and fifty euros", "over 250 euros"), ("twenty five hrs", "25 hours"),
    ("an hour and a half later", "1.5 hours later"), ("two and a half days", "2.5 days"),
    ("half an hr", "half an hour"), ("a hundred thousand", "100000"), ("1.5 hrs", "1.5 hours"),
])
def test_a_quantity(said, meant):
    text, slips = spelled(said)
    assert text == meant
    assert not any(slip.is_mistake for slip in slips)


@pytest.mark.parametrize("text", [
    "one two three", "ten and twenty", "the forty-two-fold function", "#forty-two", "https://a.io/forty-two",
    'say "forty-two secs"', "a min function", "the hr department", "batch-forty-two", "half of them", "two of them",
])
def test_no_quantity(text):
    assert spelled(text) == (text, [])
