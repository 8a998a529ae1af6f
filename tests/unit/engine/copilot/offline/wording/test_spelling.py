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
