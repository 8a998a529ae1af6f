"""What an argument is taken from an earlier step's answer."""

from __future__ import annotations

import pytest

from engine.copilot.offline.naming import Known, path_to
from engine.copilot.offline.sources import FOUND, answered_by, computed_by, fetched_in, source_in, typed

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
    ("call https://a.io/r with the customer id", {"customer"}), ("call https://a.io/r with the customer", set()),
    ("classify the ticket", {"ticket"}), ("ask https://a.io/s for the stock", {"stock"}),
    ("count the late orders in postgres", {"count", "late", "order"}),
    ("run the risk-score function", {"risk", "score"}),
])
def test_what_a_step_fetches(said, things):
    assert fetched_in(said) == things


def test_what_was_fetched_is_read_in_the_answer_of_its_step():
    known = answered_by("answer", ".body", "get the rates from https://a.io/r", Known(entity="order"))
    assert path_to(["rate"], known) == "$answer.body.rate"
    assert path_to(["order"], known) == "$states.input.order"
    assert path_to(["rate"], answered_by("answer", ".body", "get the rates from https://a.io/r", Known(),
                                         frozenset({"rate"}))) == "$states.input.rate"
    row = answered_by("rate", ".Item", "get the rate from the rates table", Known(entity="rate"))
    assert path_to(["rate", "fee"], row) == "$rate.Item.fee"
    assert row.subject == "$rate.Item"


@pytest.mark.parametrize(("function", "things"), [
    ("score", {"score"}), ("risk-score", {"risk", "score"}), ("countOrders", {"count", "order"}), ("order", set()),
    ("ship-order", set()), ("pay", set()), ("import", {"import"}), ("duplicate-check", {"duplicate"}), ("", set()),
])
def test_what_a_function_answers(function, things):
    assert computed_by(function) == things


@pytest.mark.parametrize(("condition", "has"), [
    ("$member.Item.fee > 5", "$number($member.Item.fee.*) > 5"), ('$a.Item.b = "x"', '$a.Item.b.* = "x"'),
    ("$not($exists($a.Item.b))", "$not($exists($a.Item.b.*))"), ("$exists($a.Item)", "$exists($a.Item)"),
    ("$states.input.Item.b > 5", "$states.input.Item.b > 5"),
])
def test_the_attributes_of_a_row_are_read_as_values(condition, has):
    assert typed(condition) == has
