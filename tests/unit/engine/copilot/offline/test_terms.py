"""One term of a condition, in the forms that people give it."""

from __future__ import annotations

import pytest

from engine.copilot.offline.conditions import parse_condition
from engine.copilot.offline.naming import Known
from engine.copilot.offline.words import words_of

I = "$states.input"  # noqa: E741 - the input
FORMS = [
    # amounts
    ("the order is worth more than 500 euros", f"{I}.order.total > 500"),
    ("the order is worth 500 euros or more", f"{I}.order.total >= 500"),
    ("the amount comes to more than 500", f"{I}.amount > 500"),
    ("the stock has dropped under 10", f"{I}.stock < 10"), ("the stock drops to 10 or less", f"{I}.stock <= 10"),
    ("the temperature reaches 30", f"{I}.temperature >= 30"), ("the score isn't 5", f"$not({I}.score = 5)"),
    ("the score lies between 5 and 8", f"{I}.score >= 5 and {I}.score <= 8"),
    ("the rating is three stars or lower", f"{I}.rating <= 3"),
    ("the rating was 1 or 2 stars", f"{I}.rating in [1, 2]"),
    ("the total is not more than 50", f"{I}.total <= 50"),
    # so many of something
    ("the company has 50 employees or more", f"{I}.companyEmployees >= 50"),
    ("there are at least 3 open tickets", f"$count({I}.openTickets) >= 3"),
    # ages and spans
    ("the customer is over 65", f"{I}.customer.age > 65"),
    ("the invoice is older than 30 days", f"{I}.invoice.daysOld > 30"),
    ("the invoice is 30 days overdue", f"{I}.invoice.daysOverdue >= 30"),
    # what is said, contained, there
    ("the status says done", f'{I}.status = "done"'), ("the status has changed to done", f'{I}.status = "done"'),
    ("the status is anything but done", f'$not({I}.status = "done")'),
    ("the country is Germany, Austria or Switzerland", f'{I}.country in ["Germany", "Austria", "Switzerland"]'),
    ("the customer lives in Germany", f'{I}.customer.country = "Germany"'),
    ("the title has the word crash in it", f'$contains($string({I}.title), "crash")'),
    ("the address does not end with .edu", f'$not($substring($string({I}.address), -4) = ".edu")'),
    ("no address is given", f"$not($exists({I}.address))"), ("the record was not found", f"$not($exists({I}.record))"),
    ("nothing was found", f"$count({I}.results) = 0"),
    ("the customer has neither an address nor a phone",
     f"$not($exists({I}.customer.address)) and $not($exists({I}.customer.phone))"),
    # what is so
    ("the slot hasn't been taken by then", f"$not({I}.slot.taken = true)"), ("it's still open", f"{I}.open = true"),
    ("nobody has paid", f"$not({I}.paid = true)"), ("the customer is VIP", f"{I}.customer.vip = true"),
    # several
    ("both the name and the address are given", f"$exists({I}.name) and $exists({I}.address)"),
    ("the amount is over 100 and the country is not DE", f'{I}.amount > 100 and $not({I}.country = "DE")'),
]


@pytest.mark.parametrize(("said", "expected"), FORMS, ids=[said for said, _ in FORMS])
def test_a_term_becomes_a_comparison(said, expected):
    found = parse_condition(words_of(said), Known())
    assert (found and found.text) == expected


@pytest.mark.parametrize("said", ["the card", "a nice day for a walk by the sea with the dog", "high", ""])
def test_what_states_nothing_is_none(said):
    assert parse_condition(words_of(said), Known()) is None


def test_it_is_what_was_spoken_of():
    assert parse_condition(words_of("it is below 40 dollars"), Known(entity="order")).text == f"{I}.order.total < 40"
    assert parse_condition(words_of("it is over 5"), Known(subject=f"{I}.score")).text == f"{I}.score > 5"
    polled = Known(polled="$answer.body")
    assert parse_condition(words_of("it says done"), polled).text == '$answer.body.status = "done"'
