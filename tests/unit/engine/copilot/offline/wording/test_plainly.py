"""Formal and short words as plain ones."""

from __future__ import annotations

import pytest

from engine.copilot.offline.wording.plainly import plainly


@pytest.mark.parametrize(("said", "plain"), [
    ("every 45 secs call https://a.io/x", "every 45 seconds call https://a.io/x"),
    ("the a function shall be run, whereupon it is logged", "the a function should be run, then it is logged"),
    ("prior to that, wait 2 more days", "before that, wait 2 days"),
    ("on error, retry 3x", "on error, retry 3 times"),
    ("if it is late -> email the boss", "if it is late, email the boss"),
    ("upon receipt of the order, log it", "when the order is received, log it"),
    ("the rates are to be fetched", "the rates are fetched"),
    ("log it; should that be late, email her", "log it; if that is late, email her"),
    ("if there's no answer after 2 days, log it", "if there is no answer within 2 days, log it"),
    ("the moment a file arrives, log it", "as soon as a file arrives, log it"),
    ("have the workflow soil-report run and log it", "run the workflow soil-report and log it"),
    ("have the boss approve the trip", "ask the boss to approve the trip"),
])
def test_words_are_put_plainly(said, plain):
    assert plainly(said) == plain


def test_plain_words_stay():
    said = "If the total is over 100, ask the boss to approve it and wait 2 days."
    assert plainly(said) == said
