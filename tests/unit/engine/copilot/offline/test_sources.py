"""What an argument is taken from an earlier step's answer."""

from __future__ import annotations

import pytest

from engine.copilot.offline.naming import Known
from engine.copilot.offline.sources import FOUND, source_in

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
