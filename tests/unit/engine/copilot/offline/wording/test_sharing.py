"""What several things share, said of each of them."""

from __future__ import annotations

import pytest

from engine.copilot.offline.wording.sharing import shared


@pytest.mark.parametrize(("said", "meant"), [
    ("Run a-b, c-d and e-f side by side.", "Run a-b and run c-d and run e-f side by side."),
    ("Run the a and the b function.", "Run the a function and run the b function."),
    ("the a function and the b function run in parallel", "run the a function and run the b function in parallel"),
    ("Send the invoice and the receipt to ann@a.io and bob@a.io, respectively.",
     "Send the invoice to ann@a.io; Send the receipt to bob@a.io."),
    ("Every day, run the a-b and c-d functions and put their results in the queues x and y respectively.",
     ("Every day, run the a-b function and put its result in the queue x; run the c-d function and put its result in "
      "the queue y.")),
    ("If it is below 5, between 5 and 9 or above 9, run the low, mid and top functions respectively.",
     ("If it is below 5, run the low function; If it is between 5 and 9, run the mid function; If it is above 9, "
      "run the top function.")),
    ("Post bug notes and feature wishes to #b and #f on Slack, respectively.",
     "if it is a bug note, post it to #b on Slack; if it is a feature wish, post it to #f on Slack."),
])
def test_is_said_of_each(said, meant):
    assert shared(said) == meant


@pytest.mark.parametrize("text", [
    "Run the a-b and c-d functions.",
    "Email ann@a.io, bob@a.io and cat@a.io the invoice and the receipt respectively.",
    "Run the import function at 6:00 and at 18:00.",
])
def test_what_has_no_pairs_stays_as_it_is(text):
    assert shared(text) == text


@pytest.mark.parametrize(("said", "meant"), [
    ("Send the plan to the boss, the bill to the queue bills, and a note to #site.",
     "Send the plan to the boss and send the bill to the queue bills and send a note to #site."),
    ("Send an order to a@b.io and an invoice to #b, then run it.",
     "Send an order to a@b.io and send an invoice to #b, then run it."),
    ("Send the plan to the boss, and the customer has to be told to come.",
     "Send the plan to the boss, and the customer has to be told to come."),
    ("Send the map and the menu to a@b.io.", "Send the map and the menu to a@b.io."),
])
def test_what_goes_to_each_has_the_verb_of_the_first(said, meant):
    assert shared(said) == meant
