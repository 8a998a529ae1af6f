"""Slips of the keys are mended where they stand, and words of their own are left alone."""

from __future__ import annotations

import pytest

from engine.copilot.offline.wording.spelling import place_in, spelled


@pytest.mark.parametrize(("text", "meant"), [
    ("Evry Mondey run it", "every Mondey run it"),
    ("Evrey Monday emial the report", "every Monday email the report"),
    ("when a mesage arrives invok the a function", "when a message arrives invoke the a function"),
    ("udpate it, and sned it, othewise wait 5 mintues", "update it, and send it, otherwise wait 5 minutes"),
])
def test_a_slip_is_mended(text, meant):
    assert spelled(text)[0] == meant


@pytest.mark.parametrize("text", [
    "parse the file", "change the price", "replay it", "sale of the item", "the rest", "star it", "at a time",
    "every hour and every week", "the form", "lunch is late", "orders", "pack it", "track the parcel",
])
def test_another_word_is_not(text):
    assert spelled(text) == (text, [])


def test_a_place_is_found_again():
    said = "Evry Monday sned it"
    text, slips = spelled(said)
    for word in ("Monday", "it"):
        start, end = place_in(slips, text.index(word)), place_in(slips, text.index(word) + len(word))
        assert said[start:end] == word
    assert said[place_in(slips, 0):place_in(slips, len("every"))] == "Evry"


@pytest.mark.parametrize(("said", "meant"), [
    ("Every day at nine run it", "Every day at 9 run it"), ("each Friday at 16h", "each Friday at 16:00"),
    ("at noon (Toronto)", "at noon Toronto time"), ("at 9, sydney time", "at 9, Sydney time"),
    ("every second hour", "every other hour"), ("at the end of each month", "on the last day of each month"),
    ("on the 5th and the 20th at noon", "on the 5th and 20th of each month at noon"),
    ("until 1 March 2027 at 9:00", "until 2027-03-01T09:00:00Z"), ("after May 3rd, 2027", "after 2027-05-03"),
])
def test_times_in_other_words_are_read_and_are_no_mistakes(said, meant):
    text, slips = spelled(said)
    assert text == meant
    assert [slip.is_mistake for slip in slips] == [False]


@pytest.mark.parametrize("said", [
    "one at a time", "the response time", "section 4.15 of it", "at two places", "at once",
])
def test_what_only_looks_like_a_time_is_left_alone(said):
    assert spelled(said) == (said, [])
