"""What is wrong with a document's marks, each with its place and what to do."""

from __future__ import annotations

import pytest

from engine.catalog.document import document_digest, parse_document
from engine.errors import InvalidDocument

SCHEMA = {"type": "object", "properties": {
    "order": {"type": "string"}, "card": {"type": "object", "properties": {"number": {"type": "string"}}},
}}


def problems(catalog, make, **fields):
    return [
        (item.code, item.location, item.message) for item in catalog.problems(make(**fields))
        if item.code.startswith("SENSITIVE")
    ]


@pytest.mark.parametrize(("sensitive", "at", "says"), [
    ({"input": ["/card/numbr"]}, "/sensitive/input/0",
     "'/card/numbr' leads nowhere: by the input schema /card of the input has no 'numbr'. Did you mean 'number'?"),
    ({"input": ["/order", "/nothing"]}, "/sensitive/input/1",
     "'/nothing' leads nowhere: by the input schema the input has no 'nothing'. It knows card, order"),
    ({"variables": ["/held/x"]}, "/sensitive/variables/0", "no state assigns the variable 'held'"),
    ({"results": {"Pya": ["/x"]}}, "/sensitive/results/Pya", "no state is called 'Pya'. Did you mean 'Pay'?"),
])
def test_a_pointer_that_leads_nowhere(catalog, make, sensitive, at, says):
    [(code, where, message)] = problems(catalog, make, sensitive=sensitive, input_schema=SCHEMA)
    assert (code, where, message) == ("SENSITIVE_FIELD_UNKNOWN", at, says)


@pytest.mark.parametrize("sensitive", [
    {"input": ["/card/number", ""]}, {"input": ["/card"], "output": ["/anything"], "results": {"Pay": ["", "/x/*"]}},
])
def test_what_is_right(catalog, make, sensitive):
    assert problems(catalog, make, sensitive=sensitive, input_schema=SCHEMA) == []


@pytest.mark.parametrize(("sensitive", "says"), [
    ({"input": ["card"]}, "'card' is no JSON pointer. A pointer begins with a slash"),
    ({"results": {"Pay": ["/a/**"]}}, "** stands for nothing"), ({"inputs": []}, "unknown field"),
    ({"input": "/card"}, "must be an array"),
])
def test_what_is_no_mark_is_refused_with_the_document(make, sensitive, says):
    with pytest.raises(InvalidDocument) as caught:
        make(sensitive=sensitive)
    assert says in str(caught.value)
    assert caught.value.details[0]["where"].startswith("/sensitive/")


def test_a_mark_in_a_schema_that_is_not_the_input_s(catalog, make):
    schema = {**SCHEMA, "$defs": {"lost": {"x-sensitive": True}}}
    [(code, at, says)] = problems(catalog, make, input_schema=schema)
    assert (code, at) == ("SENSITIVE_MARK_MISPLACED", "/input_schema/$defs/lost/x-sensitive")
    assert "marks nothing" in says
    definition = {"StartAt": "A", "States": {"A": {
        "Type": "Pass", "Result": {"schema": {"x-sensitive": True}}, "End": True,
    }}}
    [found] = [item for item in catalog.problems(make(definition=definition)) if item.code.startswith("SENSITIVE")]
    assert (found.severity, found.location) == ("WARNING", "/States/A/Result/schema/x-sensitive")


def test_lists_are_searched_by_business_key_and_by_error(catalog, make):
    [(code, at, says)] = problems(
        catalog, make, input_schema={"properties": {"iban": {"x-sensitive": True}}}, business_key="$.iban"
    )
    assert (code, at) == ("SENSITIVE_BUSINESS_KEY", "/business_key")
    assert "an order's number" in says
    definition = {"StartAt": "A", "States": {"A": {"Type": "Fail", "ErrorPath": "$.iban"}}}
    [(code, at, _)] = problems(catalog, make, definition=definition, sensitive={"input": ["/iban"]})
    assert (code, at) == ("SENSITIVE_ERROR_NAME", "/States/A")


@pytest.mark.parametrize(("arguments", "is_refused"), [
    ({"Name.$": "$.iban"}, True), ({"Name.$": "States.Format('of-{}', $.iban)"}, True), ({"Name.$": "$.id"}, False),
    ({"Input.$": "$"}, False),
])
def test_the_name_of_an_execution_that_a_state_starts_is_shown_to_all(catalog, make, arguments, is_refused):
    definition = {"StartAt": "A", "States": {"A": {
        "Type": "Task", "Resource": "arn:aws:states:::states:startExecution", "End": True,
        "Parameters": {"StateMachineArn": "other", **arguments},
    }}}
    found = problems(catalog, make, definition=definition, sensitive={"input": ["/iban"]})
    assert [(code, at) for code, at, _ in found] == (
        [("SENSITIVE_EXECUTION_NAME", "/States/A")] if is_refused else []
    )


@pytest.mark.parametrize(("trigger", "is_refused"), [
    ({"dedupe_key": "$.iban"}, True), ({"dedupe_key": "{% $states.input.iban %}"}, True),
    ({"dedupe_key": "{% $states.input.id & $states.input.iban %}"}, True), ({"dedupe_key": "$.id"}, False), ({}, False),
    ({"dedupe_key": "$.bank.iban", "input": {"iban.$": "$.bank.iban", "id.$": "$.id"}}, True),
    ({"dedupe_key": "{% $states.input.bank.iban %}", "input": {"iban": "{% $states.input.bank.iban %}"}}, True),
    ({"dedupe_key": "$.bank.iban", "input": "{% $states.input.bank %}"}, True),
    ({"dedupe_key": "$.iban", "input": {"id.$": "$.iban"}}, False),
    ({"dedupe_key": "$.id", "input": {"iban.$": "$.bank.iban", "id.$": "$.id"}}, False),
])
def test_a_name_that_follows_from_a_sensitive_field_could_be_tried(catalog, make, trigger, is_refused):
    given = {"type": "webhook", "path": "in", "auth": {"style": "none"}, **trigger}
    found = problems(catalog, make, sensitive={"input": ["/iban"]}, triggers=[given])
    assert [(code, at) for code, at, _ in found] == (
        [("SENSITIVE_DEDUPE_KEY", "/triggers/0/dedupe_key")] if is_refused else []
    )


def test_marks_make_a_version_and_none_of_an_execution_s(make):
    plain, marked = make(), make(sensitive={"input": ["/card"]})
    assert document_digest(plain) != document_digest(marked)
    assert parse_document(marked.as_written).sensitive.input == ["/card"]
