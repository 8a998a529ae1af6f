"""A condition on what an earlier step has fetched reads that step's answer, or is a to-do."""

from __future__ import annotations

import re

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
    "Call https://a.io/x with the customer. If the customer is new, post in #p1.",
    "Call https://a.io/x. If it fails, post in #p1.",
    'Post "See https://a.io/x" in #p2. If the amount is over 5, post in #p1.',
    "Call https://a.io/x if the amount is over 5, else post in #p1.",
    "Get the report from https://a.io/x. For each recipient, post in #p1.",
    "Get the customer from the customers table. If the balance is over 100, post in #p1.",
])
def test_what_was_brought_or_read_in_the_answer_is_none(sentence):
    found = " ".join(one.text for one in COPILOT.draft(sentence).to_dos if one.text.startswith("Not in the draft"))
    assert not any(word in found for word in ("amount", '"it"', "customer", "recipient", "balance"))


@pytest.mark.parametrize(("sentence", "reads"), [
    ("Run the score function. If the score is over 80, post in #p1.", "$score.Payload.score"),
    ("Call https://a.io/c with the customer id. If the customer is new, post in #p1.", "$answer.body.customer.new"),
    ("Run the risk-score function; if the risk is above 70, post in #p1.", "$riskScore.Payload.risk"),
    (("Every day at 8 run the count-orders function. "
     "If the count is over 9, post in #p1."), "$countOrders.Payload.count"),
    ("Invoke the quote function, and if the quote is under 500 charge the card.", "$quote.Payload.quote"),
    ("Look up the tenant at https://a.io/t. If the tenant is late, post in #p1.", "$answer.body.tenant.late"),
    (("Run the validate-invoice function. "
     "If the invoice is invalid, post in #p1."), "$validateInvoice.Payload.invoice"),
    ("Call https://a.io/p with the parcel number; when the parcel is late, post in #p1.", "$answer.body.parcel.late"),
    (("When a ticket comes in by webhook, run the classify-ticket function. "
     "If the ticket is urgent, log it."), "$classifyTicket.Payload"),
    ("Run the detect-language function, then log it if the language is German.", "$detectLanguage.Payload.language"),
    (("When an order comes in, run the fraud-check function. "
     "If the fraud score is above 80, log it."), "$fraudCheck.Payload.fraudScore"),
    (("Look up the customer in the customers table. "
     "If the customer is blocked, post in #p1."), "$customer.Item.blocked.*"),
    (("When an order comes in, look up the customer in the customers table. "
     "If the customer is old, log it."), "$customer.Item.old.*"),
    ("Look up the order in the orders table. If it is over 100, post in #p1.", "$number($order.Item.total.*)"),
    ("Ask https://a.io/s for the stock. If the stock is below 5, post in #p1.", "$answer.body.stock"),
])
def test_what_a_step_has_computed_or_looked_up_is_read_in_its_answer(sentence, reads):
    draft = COPILOT.draft(sentence)
    assert reads in str(draft.document)
    assert not any(word.pointer is None and word.kind == "condition" and word.text != "When" for word in draft.words)


@pytest.mark.parametrize(("sentence", "said"), [
    ("Run the eligibility function. If the applicant is eligible, post in #p1.", "the applicant is eligible"),
    ("Ask the language model to classify the ticket. If the ticket is urgent, post in #p1.", "the ticket"),
    ("Count the overdue invoices in Postgres. If the count is over 10, post in #p1.", "the count"),
    ("Every night at 2 run the reconcile function. If the difference is over 10, post in #p1.", "the difference"),
    ("Run the duplicate-check function with the invoice. If it is a duplicate, post in #p1.", "duplicate"),
    (("When a webhook comes in, call https://fraud.io/check. "
     "If the order is fraudulent, log it."), "the order is fraudulent"),
    ("If the amount is over 5, get the rate from https://a.io/r. Otherwise if the rate is low, log it.", "low"),
])
def test_what_a_step_answers_and_the_draft_reads_elsewhere_is_a_to_do(sentence, said):
    assert said in [word.text for word in COPILOT.draft(sentence).words if word.pointer is None]


@pytest.mark.parametrize("sentence", [
    "When an order comes in, call https://a.io/x with its id. If the order is over 100, post in #p1.",
    "Run the pay function. If the order is over 100, post in #p1.",
    "When a customer fills in the form, run the welcome function. If the customer is new, post in #p1.",
    "If the score is over 80, run the score function. If the score is over 90, post in #p1.",
    "Run the ship-order function. If the order is over 100, post in #p1.",
    "Run the score function, and charge the card if the amount is over 50.",
    "Call https://a.io/x with the customer. If the customer is new, post in #p1.",
    "Run the score function. If it fails, post in #ops.",
    "Run the import-orders function. If the import fails, post in #ops.",
    "When a webhook with a score comes in, run the score function. If the score is over 80, post in #p1.",
    "Run the resize-image function. If the image is over 5 MB, post in #ops.",
    "When a refund is requested, ask ann@a.io to approve it. If the refund is over 100, email bob@a.io.",
    "Email the invoice to the customer. If the invoice is over 500, post in #books.",
    "When an order comes in, run the check-order function. If the order is over 500, post in #p1.",
])
def test_what_no_step_answers_is_read_in_the_input(sentence):
    draft = COPILOT.draft(sentence)
    assert not any(word.pointer is None and word.kind == "condition" and word.text != "When" for word in draft.words)
    assert not re.search(r"Payload\.|\.body\.", str(draft.document))


@pytest.mark.parametrize(("sentence", "said"), [
    ("Get the weather from https://a.io/w. If the rain-report is late, log it. If the rain is over 5, log it.",
     "the rain"),
    ("Call https://a.io/x. If the stock-level is below 5, post in #p1.", "the stock-level"),
    ("Call https://a.io/x and run the price-alert function if the price is over 5.", "the price"),
])
def test_no_word_is_cut(sentence, said):
    draft = COPILOT.draft(sentence)
    assert said in [word.text for word in draft.words if word.pointer is None]
    assert not [word.text for word in draft.words if sentence[word.end:word.end + 1] == "-"]


@pytest.mark.parametrize(("sentence", "said"), [
    ("Call the weather function; if the temperature is below 0, email ops@a.io.", "the temperature"),
    ("Run the weather function and if the temperature is above 30 post in #p1.", "the temperature"),
    ("Run the scan function; if any virus was found, post in #p1.", "virus"),
    ("Run the credit function, then if the score is under 500 post in #p1.", "the score"),
    ("Run the weather function. If it is above 30 degrees, post in #p1.", "it"),
    ("Run the weather function; post in #p1 if the wind is over 80.", "the wind"),
    ("Run the forecast function with the order; if the risk is high, post in #p1.", "the risk is high"),
    ("Invoke the tank function. If the pressure is over 9, post in #p1.", "the pressure"),
    ("Invoke the traffic function; when the delay is over 20, post in #p1, otherwise post in #p2.", "the delay"),
    ("Call the tide function, and if the height is above 4 post in #p1.", "the height"),
])
def test_what_a_function_alone_can_say_is_in_its_answer_where_nothing_starts_it(sentence, said):
    assert said in [word.text for word in COPILOT.draft(sentence).words if word.pointer is None]
