"""A condition on what an earlier step has fetched reads that step's answer, or is a to-do."""

from __future__ import annotations

import pytest

from connectors.registry import Registry
from engine.copilot.accounting.account import account
from engine.copilot.copilot import Copilot
from functions.app.copilot.catalogue import catalogue_of

CATALOGUE = catalogue_of(Registry(installed=tuple))
COPILOT = Copilot(CATALOGUE)
FETCHES = (
    ("Get the readings from https://a.io/x", "the readings are missing", "readings"),
    ("Get the exchange rate from https://a.io/x", "the rate is over 2", "rate"),
    ("Fetch the roster from https://a.io/x", "the roster is empty", "roster"),
    ("Load the orders from https://a.io/x", "the orders are late", "orders"),
    ("Download the price list from https://a.io/x", "a price is missing", "price"),
    ("Check the tank level at https://a.io/x", "the level is below 20", "level"),
    ("Query the score from https://a.io/x", "the score is over 80", "score"),
    ("Read the forecast from https://a.io/x", "the forecast is bad", "forecast"),
    ("Retrieve the balance from https://a.io/x", "the balance is over 100", "balance"),
    ("Pull the menu from https://a.io/x", "the menu is missing", "menu"),
    ("Collect the votes from https://a.io/x", "the votes are over 10", "votes"),
    ("Get today's temperature from https://a.io/x", "the temperature is under 4", "temperature"),
    ("Get the weather from https://a.io/x", "the weather is bad", "weather"),
    ("Measure the load at https://a.io/x", "the load is over 90", "load"),
    ("Get the stock of bolts from https://a.io/x", "the stock is under 5", "stock"),
    ("Check the queue length at https://a.io/x", "the length is over 50", "length"),
)


def to_dos(sentence, condition, *, output="{% $states.input %}"):
    """Those of a draft that fetches, and posts where the condition holds."""
    fetch = {"Type": "Task", "Resource": "connector:http:request", "Next": "Asks", "Output": output,
             "Arguments": {"url": "https://a.io/x"}, "Assign": {"answer": "{% $states.result %}"}}
    asks = {"Type": "Choice", "Choices": [{"Condition": f"{{% {condition} %}}", "Next": "Post in #p1"}],
            "Default": "Done"}
    post = {"Type": "Task", "Resource": "connector:slack:post_message", "End": True, "Arguments": {"channel": "#p1"}}
    states = {sentence.partition(".")[0]: fetch, "Asks": asks, "Post in #p1": post, "Done": {"Type": "Succeed"}}
    document = {"definition": {"StartAt": next(iter(states)), "States": states}}
    return [use.text for use in account(sentence, document, CATALOGUE).to_dos]


@pytest.mark.parametrize(("fetch", "when", "field"), FETCHES)
def test_a_field_of_the_input_is_made_up(fetch, when, field):
    found = to_dos(f"{fetch}. If {when}, post in #p1.", f"$states.input.{field} > 2")
    assert any(field in text for text in found)


@pytest.mark.parametrize(("fetch", "when", "field"), FETCHES)
def test_the_answer_of_the_step_is_none(fetch, when, field):
    assert not any(field in text for text in to_dos(f"{fetch}. If {when}, post in #p1.", f"$answer.body.{field} > 2"))


@pytest.mark.parametrize("one", ["a reading", "any reading", "one of the readings", "no reading"])
def test_one_of_many_is_no_field_of_the_answer(one):
    sentence = f"Get the readings from https://a.io/x. If {one} is missing, post in #p1."
    assert one in " | ".join(to_dos(sentence, "$not($exists($answer.body.reading))"))


@pytest.mark.parametrize(("sentence", "condition", "output"), [
    ("When an order comes in, get the order from https://a.io/x. If the order is late, post in #p1.",
     "$states.input.order.late = true", "{% $states.input %}"),
    ("Get the rate from https://a.io/x. If the order is late, post in #p1.", "$states.input.order.late = true",
     "{% $states.input %}"),
    ("Get the rate from https://a.io/x. If the rate is over 2, post in #p1.", "$states.input.rate > 2",
     "{% $states.result.body %}"),
])
def test_what_the_input_has_is_none(sentence, condition, output):
    assert not any("rate" in text or "order" in text for text in to_dos(sentence, condition, output=output))


@pytest.mark.parametrize(("sentence", "said"), [
    ("Call https://a.io/weather. If the temperature is below 4, post in #p1.", "the temperature"),
    ("Call https://a.io/tank and post in #p1 if the pressure is over 9.", "the pressure"),
    ("Every hour, call https://a.io/w. Unless the humidity is over 20, post in #p1.", "the humidity"),
    ("Call https://a.io/x. If the status code is 500, post in #p1.", "the status code"),
    ("Call the fetch-quote function. If the price is over 100, post in #p1.", "the price"),
    ("Get the weather from https://a.io/w; if the wind is over 50, post in #p1.", "the wind"),
    ("Get the invoice from https://a.io/i. If the amount is over 500, post in #p1.", "the amount"),
    ("Query the sensor at https://a.io/s, then wait 5 minutes. If the heat is over 9, post in #p1.", "the heat"),
    ("Get the stock level from https://a.io/s. If it is under 20, post in #p1.", "it"),
    ("Read the water level at https://a.io/l. When it is above 3, post in #p1.", "it"),
    ("Get the tide table from https://a.io/t; if the high tide is missing, post in #p1.", "the high tide"),
    ("Get the price list from https://a.io/p; if the lowest price is under 5, post in #p1.", "the lowest price"),
    ("Get the readings from https://a.io/r; for each reading post in #p1.", "reading"),
    ("Load the members from https://a.io/m. For every member, post in #p1.", "member"),
    ("Get the price list from https://a.io/p and email each price to ann@a.io.", "price"),
    ("Call https://a.io/x. For each member, post in #p1.", "member"),
])
def test_what_only_the_answer_can_have_is_a_to_do(sentence, said):
    assert f'Not in the draft: "{said}".' in [one.text for one in COPILOT.draft(sentence).to_dos]


@pytest.mark.parametrize("sentence", [
    "When a webhook with an amount comes in, call https://a.io/x. If the amount is over 100, post in #p1.",
    "When a webhook comes in, call https://a.io/x. If the amount is over 100, post in #p1.",
    "If the amount is over 5, call https://a.io/x. If the amount is over 100, post in #p1.",
    "If it is over 100, call https://a.io/x. If it fails, post in #p1.",
    "Call https://a.io/x with the customer id. If the customer is new, post in #p1.",
    "Call https://a.io/x. If it fails, post in #p1.",
    'Post "See https://a.io/x" in #p2. If the amount is over 5, post in #p1.',
    "Call https://a.io/x if the amount is over 5, else post in #p1.",
    "Get the report from https://a.io/x. For each recipient, post in #p1.",
    "Get the customer from the customers table. If the balance is over 100, post in #p1.",
])
def test_what_was_brought_or_read_in_the_answer_is_none(sentence):
    found = " ".join(one.text for one in COPILOT.draft(sentence).to_dos if one.text.startswith("Not in the draft"))
    assert not any(word in found for word in ("amount", '"it"', "customer", "recipient", "balance"))
