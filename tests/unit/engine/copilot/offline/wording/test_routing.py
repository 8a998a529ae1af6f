"""What goes where by its size is a chain of conditions."""

from __future__ import annotations

import pytest

from engine.copilot.offline.wording.routing import routed


@pytest.mark.parametrize(("text", "meant"), [
    ("Parcels up to 5 kg go to the a queue, those from 5 to 30 kg to the b queue, everything heavier to the c queue.",
     ("if the parcel is up to 5 kg, put it on the a queue; if it is between 5 and 30 kg, put it on the b queue; "
      "if it is above 30, put it on the c queue.")),
    ("Bids between 10 and 50 euros go to the a queue and anything above that to the b queue; under 10 nothing happens.",
     ("if the bid is between 10 and 50 euros, put it on the a queue; if it is above 50, put it on the b queue; "
      "if it is under 10, do nothing.")),
    ("Expenses over 50 are saved to the large table, all others are saved to the small table.",
     "if the expense is over 50, save it to the large table; otherwise save it to the small table."),
])
def test_sizes_become_conditions(text, meant):
    assert routed(text) == meant


@pytest.mark.parametrize("text", [
    "If the order is over 50, call it.", "The customers are emailed.", "Email the orders over 50 to the boss.",
    "By the way: call it.",
])
def test_other_sentences_stay(text):
    assert routed(text) == text
