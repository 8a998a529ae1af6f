"""A sentence's parts, put as the reader has them."""

from __future__ import annotations

import pytest

from engine.copilot.offline.wording.composing import composed


@pytest.mark.parametrize(("said", "meant"), [
    ("Over 500 euros? Ask the boss.", "If it is over 500 euros, Ask the boss."),
    ("Is the parcel heavier than 30 kg? If so, weigh it.", "If the parcel is heavier than 30 kg, weigh it."),
    ("Below 40 dollars just refund it; from 40 dollars upwards call it.",
     "if it is Below 40 dollars, refund it; if it is at least 40 dollars, call it."),
    ("Overdue by 21 days or more? Charge it. Overdue by less than that? Email it.",
     "If it is overdue by 21 days or more, Charge it. If it is overdue by less than 21 days, Email it."),
    ("Every tenth visitor gets a voucher by email.", "If it is every tenth visitor, email the visitor a voucher."),
    ("On a member's 50th visit put a gift aside.", "If it is the 50th visit, put a gift aside."),
    ("Have the language model summarise it.", "summarise it with the language model."),
    ("Let the resize function shrink it.", "run the resize function."),
    ("Run vacuum-db, a function.", "Run the vacuum-db function."),
    ("The a-x and b-x workflows should be started at once.", "start the a-x and b-x workflows at once."),
    ("Go through the drivers, two at a time. Text each driver.", "for each driver, two at a time: Text each driver."),
    ("Charge it (if it fails, stop).", "Charge it; if it fails, stop."),
    ("Charge it - then stop.", "Charge it; then stop."),
    ("More than 100 requests per minute from one address: block it.",
     "If there are More than 100 requests within one minute, block it."),
    ("For each cert with fewer than 14 days left, mail it.",
     "For each cert, if the cert has fewer than 14 days left, mail it."),
])
def test_a_construct_is_said_in_the_readers_words(said, meant):
    assert composed(said) == meant


@pytest.mark.parametrize("said", [
    "Charge the card.", "Could you charge the card?", "No answer within 8 hours? Tell the boss.",
    "Process the returns four at a time: charge each supplier.", "Ask the owner about it over lunch.",
])
def test_what_is_none_stays(said):
    assert composed(said) == said
