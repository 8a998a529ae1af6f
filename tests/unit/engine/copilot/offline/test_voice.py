"""A clause as a command, by its subject and its verb."""

from __future__ import annotations

import pytest

from engine.copilot.offline.voice import commanded, is_command, said_in
from engine.copilot.offline.words import lower, words_of


@pytest.mark.parametrize(("said", "meant"), [
    ("the parcel is handed to the carrier", "hand the parcel to the carrier"),
    ("the ship function has to run", "run the ship function"),
    ("the pack workflow starts", "run the pack workflow"),
    ("an alert goes to #ops", "send an alert to #ops"),
    ("the summary goes out by email", "send the summary by email"),
    ("the manager must approve the trip", "ask the manager to approve the trip"),
    ("the trip has to be approved by the manager", "ask the manager to approve the trip"),
    ("the guest is to receive a voucher", "send the guest a voucher"),
    ("the parcel goes to the returns queue", "put the parcel to the returns queue"),
    ("an llm sums them up", "ask an llm to sum them up"),
    ("an email to the customer", "send an email to the customer"),
    ("the pack function", "run the pack function"),
])
def test_a_clause_is_put_as_a_command(said, meant):
    assert lower(commanded(words_of(said))) == meant


@pytest.mark.parametrize("said", [
    "charge the card", "log that the campaign is done", "the card must not be charged", "the weather", "orders",
])
def test_a_command_and_what_is_none_stay(said):
    assert lower(commanded(words_of(said))) == said


def test_a_verb_that_is_a_noun_begins_no_command():
    assert is_command(words_of("order the parts"))
    assert not is_command(words_of("orders are shipped"))
    assert not is_command(words_of("order is shipped"))


def test_the_head_is_before_the_first_preposition():
    found = said_in(words_of("the heads of the department have to agree"))
    assert found is not None
    assert (found.head, found.verb, found.modal, found.is_passive) == ("head", "agree", True, False)
