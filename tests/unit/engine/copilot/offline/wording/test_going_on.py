"""The sentences that go on with what is done for each of many, those that leave it open, and those that do not."""

from __future__ import annotations

import pytest

from engine.copilot.offline.wording.going_on import going_on_in


def found(text):
    """The sentences, and whether each is sure."""
    return [(text[part.start:part.end], part.is_sure) for part in going_on_in(text)]


@pytest.mark.parametrize(("text", "going_on"), [
    ("For each order, check the stock. If it is low, log it. Otherwise email ann@a.io. Then stop.",
     ["If it is low, log it.", "Otherwise email ann@a.io."]),
    ("Check each order at https://a.io/x. If the order is late, log it.", ["If the order is late, log it."]),
    ("Go through the orders. If an order is late, log it.", ["If an order is late, log it."]),
    ("Every morning, for each order: check it. Email her. Log it. When all are done, email ann@a.io.",
     ["Email her.", "Log it."]),
    ("For each order, look up the buyer. If the buyer is new, log it.", ["If the buyer is new, log it."]),
    ("For each order, call https://a.io/x. Unless the answer is empty, log it.",
     ["Unless the answer is empty, log it."]),
])
def test_a_sentence_of_the_one_goes_on(text, going_on):
    assert found(text) == [(said, True) for said in going_on]


@pytest.mark.parametrize(("text", "left_open"), [
    ("For each order: check it. Then post to #done on Slack.", "Then post to #done on Slack."),
    ("For each order: check it. Post to #done on Slack. Log it.", "Post to #done on Slack."),
])
def test_one_behind_a_colon_that_speaks_of_no_single_one_leaves_it_open(text, left_open):
    assert found(text) == [(left_open, False)]


@pytest.mark.parametrize("text", [
    "For each order, check it. Post to #done on Slack. If it is late, log it.",
    "For each order, check it. If it is Friday, log it.",
    "For each order: check it. At the end, log it. If it is late, email ann@a.io.",
    "Every Monday, check the stock. If it is low, log it.",
    "Every hour call https://a.io/x. If the answer is empty, log it.",
    "For each order, check it. If any fails, log it.",
])
def test_others_do_not(text):
    assert found(text) == []
