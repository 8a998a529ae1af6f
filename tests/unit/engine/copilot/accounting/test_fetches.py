"""A condition on what an earlier step has fetched reads that step's answer, or is a to-do."""

from __future__ import annotations

import pytest

from connectors.registry import Registry
from engine.copilot.accounting.account import account
from functions.app.copilot.catalogue import catalogue_of

CATALOGUE = catalogue_of(Registry(installed=tuple))
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
