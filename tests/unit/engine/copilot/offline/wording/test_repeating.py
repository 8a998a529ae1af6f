"""What is done again: the frames of a sentence."""

from __future__ import annotations

import pytest

from engine.copilot.offline.wording.repeating import Repeated, repeated_in


@pytest.mark.parametrize(("text", "expected"), [
    ("Check it every 30 seconds until it is done, at most 20 times.", Repeated("Check it", "it is done", "", 20, 30)),
    ("Keep calling it until it answers, waiting 1 minute in between.", Repeated("call it", "it answers", "", None, 60)),
    ("While the queue is full, drain it and pause.",
     Repeated("drain it and pause", "", "the queue is full", is_first=True)),
    ("Run the a function 7 times in sequence.", Repeated("Run the a function", "", "", 7)),
    ("Repeat up to five times: ping it.", Repeated("ping it", "", "", 5)),
    ("Check it every hour until it is there, for at most 2 days.", Repeated("Check it", "it is there", "", 48, 3600)),
])
def test_a_repetition_is_taken_out(text, expected):
    left, found = repeated_in(text)
    assert found == {"xloop0": expected}
    assert left == "xloop0."


@pytest.mark.parametrize("text", [
    "Wait until 2027-01-01.", "Pause until the start date, then call it.", "Retry it 3 times.", "",
])
def test_what_is_no_repetition_stays(text):
    assert repeated_in(text) == (text, {})


def test_what_stands_around_it_stays():
    left, _ = repeated_in("Start it, then check it every hour until it is done; email me.")
    assert left == "Start it, then xloop0; email me."
