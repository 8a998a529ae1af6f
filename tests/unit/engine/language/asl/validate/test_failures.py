"""Retry and Catch."""

from __future__ import annotations

import pytest

from engine.language.asl.validate import validate


def other_language(language, field):
    """AWS's words for a field of the other query language."""
    other = {"JSONPath": "JSONata", "JSONata": "JSONPath"}[language]
    return (f"The QueryLanguage is set to '{language}', but field '{field}' is only supported for the '{other}' "
            "QueryLanguage")


def found(*, language="JSONPath", extensions=True, **fields):
    state = {"Type": "Task", "Resource": "arn:aws:states:::aws-sdk:s3:listBuckets", "QueryLanguage": language,
             "End": True, **fields}
    definition = {"StartAt": "A", "States": {"A": state}}
    return [(d.location.removeprefix("/States/A"), d.message) for d in validate(definition, extensions=extensions)]


def retrier(**fields):
    return found(Retry=[{"ErrorEquals": ["E"], **fields}])


def test_a_full_retrier_and_catcher_are_valid():
    assert retrier(IntervalSeconds=1, MaxAttempts=0, BackoffRate=1.0, MaxDelaySeconds=2, JitterStrategy="FULL",
                   Comment="c") == []
    assert found(Catch=[{"ErrorEquals": ["States.ALL"], "Next": "A", "ResultPath": "$.error", "Comment": "c",
                         "Assign": {"failed": True}}]) == []
    assert found(language="JSONata", Catch=[{"ErrorEquals": ["E"], "Next": "A",
                                             "Output": "{% $states.errorOutput %}"}]) == []


@pytest.mark.parametrize(("fields", "finding"), [
    ({"IntervalSeconds": 0}, ("/Retry[0]/IntervalSeconds", "Minimum value is 1")),
    ({"MaxAttempts": -1}, ("/Retry[0]/MaxAttempts", "Minimum value is 0")),
    ({"MaxAttempts": 100_000_000}, ("/Retry[0]/MaxAttempts", "Maximum value is 99999999")),
    ({"BackoffRate": 0.99}, ("/Retry[0]/BackoffRate", "Minimum value is 1.0")),
    ({"BackoffRate": "2"}, ("/Retry[0]/BackoffRate", "Expected value of type Number")),
    ({"MaxDelaySeconds": 31_622_401}, ("/Retry[0]/MaxDelaySeconds", "Maximum value is 31622400")),
    ({"IntervalSeconds": 5, "MaxDelaySeconds": 5},
     ("/Retry[0]", "MaxDelaySeconds must be greater than IntervalSeconds")),
    ({"MaxDelaySeconds": 1}, ("/Retry[0]", "MaxDelaySeconds must be greater than IntervalSeconds")),
    ({"JitterStrategy": "HALF"},
     ("/Retry[0]/JitterStrategy", "The field 'JitterStrategy' should have one of these values: [FULL, NONE]")),
    ({"Next": "A"}, ("/Retry[0]/Next", "Field 'Next' is not supported")),
    ({"ErrorEquals": []}, ("/Retry[0]/ErrorEquals", "Array must have at least one item")),
    ({"ErrorEquals": "E"}, ("/Retry[0]/ErrorEquals", "Expected value of type Array")),
    ({"ErrorEquals": ["E", 1]}, ("/Retry[0]/ErrorEquals[1]", "Expected value of type String")),
    ({"ErrorEquals": ["E", "States.ALL"]}, ("/Retry[0]/ErrorEquals", "States.ALL can only appear alone")),
])
def test_a_retriers_rules(fields, finding):
    assert retrier(**fields) == [finding]


@pytest.mark.parametrize("field", ["Retry", "Catch"])
def test_both_are_arrays_of_objects(field):
    assert found(**{field: {}}) == [(f"/{field}", "Expected value of type Array")]
    assert found(**{field: [1]}) == [(f"/{field}[0]", "Expected value of type Object")]
    assert found(**{field: []}) == []


def test_states_all_stands_last():
    everything = {"ErrorEquals": ["States.ALL"]}
    assert found(Retry=[everything, {"ErrorEquals": ["E"]}]) == [
        ("/Retry[0]/ErrorEquals", "States.ALL can only appear in the last element")]
    assert found(Retry=[{"ErrorEquals": ["E"]}, everything]) == []


def test_a_catcher_needs_both_of_its_fields():
    assert found(Catch=[{}]) == [("/Catch[0]", "These fields are required: [ErrorEquals, Next]")]


def test_a_catchers_fields_follow_the_query_language():
    assert found(Catch=[{"ErrorEquals": ["E"], "Next": "A", "Output": 1}]) == [
        ("/Catch[0]/Output", other_language("JSONPath", "Output"))]
    assert found(language="JSONata", Catch=[{"ErrorEquals": ["E"], "Next": "A", "ResultPath": "$"}]) == [
        ("/Catch[0]/ResultPath", other_language("JSONata", "ResultPath"))]


def test_an_invented_reserved_name_is_our_advice_not_awss():
    fields = {"Retry": [{"ErrorEquals": ["States.Sometimes"]}]}
    message = "'States.Sometimes' is no error that a state can have: names from 'States.' on are reserved"
    assert found(**fields) == [("/Retry[0]/ErrorEquals", message)]
    assert found(**fields, extensions=False) == []
