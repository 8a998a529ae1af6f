"""The outline: one step for each clause, and nothing guessed."""

from __future__ import annotations

import pytest

from engine.catalog.document import parse_document
from engine.copilot.outline import MOST_STEPS, name_of, outline
from engine.errors import InvalidDocument
from engine.language.asl.validate import validate


def states_of(text, current=None):
    return outline(text, current).document["definition"]["States"]


def test_each_clause_is_a_step_that_passes_its_input_on():
    found = outline("When an order is over 1000, ask finance on Slack and charge the card")
    assert found.document["name"] == "when_order_over_1000"
    assert states_of("When an order is over 1000, ask finance on Slack and charge the card") == {
        "When an order is over 1000": {
            "Type": "Pass", "Comment": "TODO: When an order is over 1000", "Next": "Ask finance on Slack"},
        "Ask finance on Slack": {"Type": "Pass", "Comment": "TODO: ask finance on Slack", "Next": "Charge the card"},
        "Charge the card": {"Type": "Pass", "Comment": "TODO: charge the card", "End": True},
    }
    assert [(step.text, step.states) for step in found.plan][1] == ("ask finance on Slack", ("Ask finance on Slack",))
    assert [(each.state, each.text) for each in found.to_dos][2] == ("Charge the card", "charge the card")
    assert found.diagnostics == ()


@pytest.mark.parametrize("text", [
    "pay, pay, pay", "注文が来たら、財務に確認する", "a/b, c/d", "x" * 3_000, "do this. " * 200, "!!!", "Wait. Wait.",
])
def test_any_request_becomes_a_definition_that_holds(text):
    found = outline(text)
    assert validate(found.document["definition"]) == []
    assert parse_document(found.document).name == found.document["name"]
    assert len(states_of(text)) <= MOST_STEPS
    assert {state["Type"] for state in states_of(text).values()} == {"Pass"}


def test_the_name_and_the_schema_of_the_document_stay_and_its_cases_go():
    current = {"name": "orders", "input_schema": {"type": "object"}, "cases": [{"name": "one"}], "definition": {}}
    found = outline("Log the order", current).document
    assert (found["name"], found["input_schema"], "cases" in found) == ("orders", {"type": "object"}, False)


def test_a_request_of_more_clauses_than_steps_puts_the_rest_into_the_last():
    text = ". ".join(f"Do thing number {number}" for number in range(100))
    last = list(states_of(text).values())[-1]
    assert last["End"] is True
    assert "thing number 99" in last["Comment"]


def test_a_name_without_latin_letters_is_a_draft():
    assert name_of("注文が来たら") == "draft"


def test_an_empty_request_is_refused():
    with pytest.raises(InvalidDocument) as refused:
        outline("  ")
    assert refused.value.where == "sentence"
