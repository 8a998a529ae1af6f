"""Which fields a state type has, and the rules between its fields."""

from __future__ import annotations

import pytest

from engine.language.asl.validate import validate
from engine.language.asl.validate.states import FIELDS

INVOKE = "arn:aws:states:::lambda:invoke"

def other_language(language, field):
    """AWS's words for a field of the other query language."""
    other = {"JSONPath": "JSONata", "JSONata": "JSONPath"}[language]
    return (f"The QueryLanguage is set to '{language}', but field '{field}' is only supported for the '{other}' "
            "QueryLanguage")


def found(state, **options):
    definition = {"StartAt": "A", "States": {"A": state}}
    return [(d.location.removeprefix("/States/A"), d.message) for d in validate(definition, **options)]


def of_type(kind, **fields):
    needed = {
        "Task": {"Resource": "connector:log:write"}, "Wait": {"Seconds": 1},
        "Parallel": {"Branches": [{"StartAt": "X", "States": {"X": {"Type": "Succeed"}}}]},
        "Map": {"ItemProcessor": {"StartAt": "X", "States": {"X": {"Type": "Succeed"}}}},
        "Choice": {"Choices": []},
    }
    end = {} if kind in ("Succeed", "Fail", "Choice") else {"End": True}
    return {"Type": kind, **needed.get(kind, {}), **end, **fields}


@pytest.mark.parametrize("kind", [kind for kind in FIELDS if kind != "Choice"])
@pytest.mark.parametrize("language", ["JSONPath", "JSONata"])
def test_a_minimal_state_is_valid(kind, language):
    assert found(of_type(kind, Comment="why", QueryLanguage=language)) == []


@pytest.mark.parametrize("kind", FIELDS)
def test_an_unknown_field_is_named_with_the_state_type(kind):
    assert ("/Nope", "Field 'Nope' is not supported") in found(of_type(kind, Nope=1))


@pytest.mark.parametrize(("kind", "field", "value"), [
    ("Task", "InputPath", "$"), ("Task", "Parameters", {}), ("Task", "ResultSelector", {}), ("Task", "ResultPath", "$"),
    ("Task", "OutputPath", "$"), ("Task", "TimeoutSecondsPath", "$.t"), ("Pass", "Result", 1),
    ("Pass", "Parameters", {}), ("Map", "ItemsPath", "$.i"), ("Map", "MaxConcurrencyPath", "$.m"),
    ("Fail", "ErrorPath", "$.e"), ("Wait", "SecondsPath", "$.s"), ("Succeed", "InputPath", "$"),
    ("Parallel", "ResultPath", "$"),
])
def test_fields_of_jsonpath_are_refused_under_jsonata(kind, field, value):
    state = of_type(kind, QueryLanguage="JSONata", **{field: value})
    assert (f"/{field}", other_language("JSONata", field)) in found(state)


@pytest.mark.parametrize(("kind", "field", "value"), [
    ("Task", "Arguments", {}), ("Task", "Output", 1), ("Pass", "Output", 1), ("Map", "Items", []),
    ("Choice", "Output", 1), ("Succeed", "Output", 1), ("Parallel", "Arguments", {}),
])
def test_fields_of_jsonata_are_refused_under_jsonpath(kind, field, value):
    state = of_type(kind, **{field: value})
    assert (f"/{field}", other_language("JSONPath", field)) in found(state)


@pytest.mark.parametrize(("kind", "field"), [
    ("Fail", "InputPath"), ("Fail", "Assign"), ("Succeed", "Assign"), ("Succeed", "Next"), ("Choice", "End"),
    ("Choice", "Next"), ("Wait", "Retry"), ("Pass", "Catch"), ("Wait", "ResultPath"), ("Fail", "Output"),
])
def test_fields_that_a_state_type_has_not(kind, field):
    assert (f"/{field}", f"Field '{field}' is not supported") in found(
        of_type(kind, **{field: "x"}))


@pytest.mark.parametrize(("state", "finding"), [
    ({"Type": "Task", "End": True}, ("", "These fields are required: [Resource]")),
    (of_type("Task", TimeoutSeconds=10, TimeoutSecondsPath="$.t"),
     ("", "There should only be one of the following fields: [TimeoutSeconds, TimeoutSecondsPath]")),
    (of_type("Task", HeartbeatSeconds=10, HeartbeatSecondsPath="$.t"),
     ("", "There should only be one of the following fields: [HeartbeatSeconds, HeartbeatSecondsPath]")),
    (of_type("Task", TimeoutSeconds=10, HeartbeatSeconds=10),
     ("", "HeartbeatSeconds must be smaller than TimeoutSeconds")),
    (of_type("Task", TimeoutSeconds=0), ("/TimeoutSeconds", "Minimum value is 1")),
    (of_type("Task", TimeoutSeconds=1.5), ("/TimeoutSeconds", "Expected value of type Integer")),
    (of_type("Task", TimeoutSeconds=True), ("/TimeoutSeconds", "Expected value of type Integer")),
    (of_type("Task", TimeoutSeconds=100_000_000),
     ("/TimeoutSeconds", "Maximum value is 99999999")),
    (of_type("Task", TimeoutSeconds="{% 1 %}"), ("/TimeoutSeconds", "Expected value of type Integer")),
    (of_type("Task", Credentials={}), ("/Credentials", "The field 'RoleArn' is required but was missing")),
    (of_type("Task", Credentials={"RoleArn": "r", "RoleArn.$": "$.r"}),
     ("/Credentials", "There should only be one of the following fields: [RoleArn, RoleArn.$]")),
    (of_type("Task", Credentials={"RoleArn": 7}), ("/Credentials/RoleArn", "Expected value of type String")),
    (of_type("Task", Parameters="x"), ("/Parameters", "Expected value of type Object")),
    (of_type("Task", Resource=INVOKE, Parameters={}),
     ("/Parameters", "The field 'FunctionName' is required but was missing")),
    ({"Type": "Wait", "End": True},
     ("", "Exactly one of these fields is required: [Seconds, SecondsPath, Timestamp, TimestampPath]")),
    (of_type("Wait", SecondsPath="$.s"),
     ("", "Exactly one of these fields is required: [Seconds, SecondsPath, Timestamp, TimestampPath]")),
    (of_type("Wait", Seconds=-1), ("/Seconds", "Minimum value is 0")),
    (of_type("Fail", Error="E", ErrorPath="$.e"),
     ("", "There should only be one of the following fields: [Error, ErrorPath]")),
    (of_type("Fail", Cause="E", CausePath="$.e"),
     ("", "There should only be one of the following fields: [Cause, CausePath]")),
    (of_type("Fail", Cause=1), ("/Cause", "Expected value of type String")),
    ({"Type": "Parallel", "End": True}, ("", "These fields are required: [Branches]")),
    (of_type("Parallel", Branches=[]), ("/Branches", "Array must have at least one item")),
    (of_type("Parallel", Branches={}), ("/Branches", "Expected value of type Array")),
    (of_type("Pass", End="yes"), ("/End", "Expected value of type Boolean")),
])
def test_rules_of_state_types(state, finding):
    assert found(state) == [finding]


@pytest.mark.parametrize("text", [
    "2016-13-05T21:29:29Z", "2016-12-05T25:29:29Z", "2016-12-05 21:29:29Z", "2016-12-05T21:29:29",
    "{% '2016-03-14T01:59:00Z' %}", "", "2016-12-05t21:29:29z",
])
def test_a_literal_timestamp_is_checked(text):
    state = {"Type": "Wait", "Timestamp": text, "End": True}
    assert found(state) == [("/Timestamp", "String does not match RFC3339 timestamp")]


@pytest.mark.parametrize("text", ["2016-03-14T01:59:00Z", "2016-03-14T01:59:00.123456789+02:00"])
def test_timestamps_with_fractions_and_offsets(text):
    assert found({"Type": "Wait", "Timestamp": text, "End": True}) == []


def test_expressions_stand_for_numbers_and_texts_under_jsonata():
    assert found(of_type("Task", QueryLanguage="JSONata", TimeoutSeconds="{% 5 %}", HeartbeatSeconds="{% 1 %}")) == []
    assert found(of_type("Fail", QueryLanguage="JSONata", Error="{% 'E' %}", Cause="{% 'C' %}")) == []
    assert found({"Type": "Wait", "QueryLanguage": "JSONata", "Timestamp": "{% $now() %}", "End": True}) == []


def test_arguments_of_an_integration_may_be_made_by_an_expression():
    by_path = of_type("Task", Resource=INVOKE, Parameters={"FunctionName.$": "$.f"})
    by_expression = of_type("Task", QueryLanguage="JSONata", Resource=INVOKE, Arguments="{% $states.input %}")
    assert found(by_path) == found(by_expression) == []


def test_a_result_that_looks_computed_is_a_warning():
    (finding,) = validate({"StartAt": "A", "States": {"A": of_type("Pass", Result={"list": [{"a.$": "$.b"}]})}})
    assert (finding.code, finding.severity, finding.location) == (
        "PASS_RESULT_IS_STATIC", "WARNING", "/States/A/Result")


def test_a_cause_that_looks_like_a_path_is_a_warning():
    (finding,) = validate({"StartAt": "A", "States": {"A": of_type("Fail", Cause="$.cause")}})
    assert (finding.code, finding.severity, finding.location) == ("NO_PATH", "WARNING", "/States/A/Cause")
