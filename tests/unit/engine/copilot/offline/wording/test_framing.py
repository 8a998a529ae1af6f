"""What stands around a request is left aside; what asks for something is not."""

from __future__ import annotations

import pytest

from engine.copilot.offline.wording.framing import listed_in, unframed


@pytest.mark.parametrize(("text", "left"), [
    ("Hi! Could you email the owner? Thanks a lot!", "email the owner."),
    ("I'd like you to call it and log the answer.", "call it and log the answer."),
    ("Can you build me a workflow that charges the card and emails the guest?", "charge the card and email the guest?"),
    ("Please make sure that the card is charged.", "the card is charged."),
    ("Steps: 1) call it 2) log it", "call it. log it."),
    ("- call it\n- log it", "call it. log it."),
    ("First: charge the card. Second: email the guest.", "charge the card. email the guest."),
    ("Onboarding: create the account.", "create the account."),
    ("New ticket: log it.", "When a new ticket comes in, log it."),
])
def test_the_request_alone_is_left(text, left):
    assert unframed(text) == left


@pytest.mark.parametrize("text", [
    "Email the owner.", "Every day at 8: call it.", "Repeat three times: call it.", "Any error: email the owner.",
    "Log the result: if it is bad, email the owner.", "If it fails: email the owner.", "Wait 2. Then call it.",
])
def test_what_asks_for_something_stays(text):
    assert unframed(text) == text


def test_the_numbers_of_a_list_are_found():
    assert listed_in("a 1) call it 2) log it") == [(2, 3), (13, 14)]
    assert listed_in("call it 2) times") == []
