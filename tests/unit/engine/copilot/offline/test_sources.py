"""What an argument is taken from an earlier step's answer."""

from __future__ import annotations

import pytest

from engine.copilot.offline.naming import Known, path_to
from engine.copilot.offline.sources import FOUND, answered_by, fetched_in, source_in

KNOWN = Known(results=(("quote", "$quote.Payload"), ("member", "$member.Item"), ("approval", "$approval")))


@pytest.mark.parametrize(("said", "path"), [
    ("charge the card the fee found there", "$member.Item.fee.*"),
    ("charge the late fee stored in that record", "$member.Item.lateFee.*"),
    ("email the address we got back", "$member.Item.address.*"),
    ("post the price returned by the quote function", "$quote.Payload.price"),
    ("log the total from the answer", "$member.Item.total.*"),
    ("log the price the quote function gave back", "$quote.Payload.price"),
])
def test_the_field_of_the_step_that_is_named_else_of_the_last(said, path):
    source = source_in(said, KNOWN)
    assert source is not None
    assert source.path == path


@pytest.mark.parametrize("said", [
    "when the parcel comes back", "email the report from this month", "run the function that returns the price",
    "if the file we received is empty", "charge the card 20 euros", "look up the fee in the fees table",
])
def test_others_say_no_source(said):
    assert FOUND.search(said) is None


def test_without_an_answer_there_is_none():
    assert source_in("charge the fee found there", Known(results=(("approval", "$approval"),))) is None


@pytest.mark.parametrize(("said", "things"), [
    ("get the readings from https://a.io/r", {"reading"}), ("run the check-stock function", {"stock"}),
    ("fetch the exchange rate from https://a.io/r", {"exchange", "rate"}), ("run the pay function", set()),
    ("check the customer's balance at https://a.io/r", {"balance"}), ("call https://a.io/r", set()),
])
def test_what_a_step_fetches(said, things):
    assert fetched_in(said) == things


def test_what_was_fetched_is_read_in_the_answer_of_its_step():
    known = answered_by("answer", ".body", "get the rates from https://a.io/r", Known(entity="order"))
    assert path_to(["rate"], known) == "$answer.body.rate"
    assert path_to(["order"], known) == "$states.input.order"
    row = answered_by("found", ".Item", "get the rates from the rates table", Known(entity="rate"))
    assert not any(things for things, _ in row.fetched)
