"""The rules of a Choice state."""

from __future__ import annotations

import pytest

from engine.language.asl.validate import validate
from engine.language.asl.validate.choices import OPERATORS

TEST = {"Variable": "$.a", "IsNull": True}

def other_language(language, field):
    """AWS's words for a field of the other query language."""
    other = {"JSONPath": "JSONata", "JSONata": "JSONPath"}[language]
    return (f"The QueryLanguage is set to '{language}', but field '{field}' is only supported for the '{other}' "
            "QueryLanguage")


def found(*rules, language="JSONPath"):
    choice = {"Type": "Choice", "QueryLanguage": language, "Choices": list(rules), "Default": "B"}
    definition = {"StartAt": "A", "States": {"A": choice, "B": {"Type": "Succeed"}}}
    return [(d.location.removeprefix("/States/A/Choices"), d.message) for d in validate(definition)]


def operand(name):
    if name.endswith("Path"):
        return "$.other"
    if name.startswith("Numeric"):
        return 1.5
    if name.startswith(("Is", "Boolean")):
        return True
    return "2024-01-01T00:00:00Z"


@pytest.mark.parametrize("name", OPERATORS)
def test_every_operator_takes_its_operand_and_refuses_an_array(name):
    assert found({"Variable": "$.a", name: operand(name), "Next": "B"}) == []
    ((location, _),) = found({"Variable": "$.a", name: [], "Next": "B"})
    assert location == f"[0]/{name}"


def test_there_are_all_the_operators_of_the_specification():
    assert len(OPERATORS) == 39
    assert "StringMatches" in OPERATORS
    assert "StringMatchesPath" not in OPERATORS


def test_combinations_nest():
    assert found({"And": [TEST, {"Or": [TEST, {"Not": TEST}]}], "Next": "B"},
                 {"Not": {"And": [TEST]}, "Next": "B"}) == []


@pytest.mark.parametrize(("rule", "finding"), [
    (1, ("[0]", "Expected value of type Object")),
    ({**TEST}, ("[0]", "These fields are required: [Next]")),
    ({"Variable": "$.a", "Next": "B"},
     ("[0]", "A Choice Rule needs a comparison operator, or one of these fields: [And, Or, Not]")),
    ({"IsNull": True, "Next": "B"}, ("[0]", "These fields are required: [Variable]")),
    ({**TEST, "IsString": True, "Next": "B"},
     ("[0]", "Only one comparison operator is allowed, but these are given: [IsNull, IsString]")),
    ({**TEST, "Not": TEST, "Next": "B"},
     ("[0]", "Only one comparison operator is allowed, but these are given: [IsNull, Not]")),
    ({"Variable": "$.a", "Not": TEST, "Next": "B"},
     ("[0]", "Exactly one of these fields is required: [Variable, Not]")),
    ({"Variable": "$.a", "StringEqualz": "x", "IsNull": True, "Next": "B"},
     ("[0]/StringEqualz", "Field 'StringEqualz' is not supported")),
    ({"And": [], "Next": "B"}, ("[0]/And", "Array must have at least one item")),
    ({"And": TEST, "Next": "B"}, ("[0]/And", "Expected value of type Array")),
    ({"Not": [TEST], "Next": "B"}, ("[0]/Not", "Expected value of type Object")),
    ({"And": [{**TEST, "Next": "B"}], "Next": "B"},
     ("[0]/And[0]/Next", "Field 'Next' is not supported")),
    ({"Not": {**TEST, "Assign": {}}, "Next": "B"},
     ("[0]/Not/Assign", "Field 'Assign' is not supported")),
    ({"Variable": "$.a", "NumericEquals": "1", "Next": "B"},
     ("[0]/NumericEquals", "Expected value of type Number")),
    ({"Variable": "$.a", "TimestampEquals": "yesterday", "Next": "B"},
     ("[0]/TimestampEquals", "String does not match RFC3339 timestamp")),
    ({"Condition": "{% true %}", "Next": "B", **TEST},
     ("[0]/Condition", other_language("JSONPath", "Condition"))),
])
def test_rules_of_jsonpath(rule, finding):
    assert found(rule) == [finding]


def test_choices_is_an_array_of_at_least_one():
    assert found() == [("", "Array must have at least one item")]
    definition = {"StartAt": "A", "States": {"A": {"Type": "Choice", "Choices": {}, "Default": "B"},
                                             "B": {"Type": "Succeed"}}}
    assert [d.message for d in validate(definition)] == ["Expected value of type Array"]


def test_rules_of_jsonata():
    assert found({"Condition": "{% $states.input.a = 1 %}", "Next": "B", "Assign": {"x": 1}, "Output": 2},
                 {"Condition": True, "Next": "B"}, language="JSONata") == []
    assert found({"Next": "B"}, language="JSONata") == [("[0]", "These fields are required: [Condition]")]
    assert found({"Condition": "true", "Next": "B"}, language="JSONata") == [
        ("[0]/Condition", "The value for the field 'Condition' must be a JSONata expression or a Boolean")]
    assert found({"Condition": True, "Variable": "$.a", "Next": "B"}, language="JSONata") == [
        ("[0]/Variable", other_language("JSONata", "Variable"))]
