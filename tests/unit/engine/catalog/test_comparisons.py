"""Comparisons that can never hold. The judge is the specification: "a comparison of the wrong type is false" (States
Language, "Choice State"), and JSONata's rules of comparison; the input schema says which types can come."""

import pytest

from engine.catalog.comparisons import comparison_problems

SCHEMA = {
    "type": "object",
    "properties": {
        "amount": {"type": "number"}, "count": {"type": ["integer", "null"]}, "name": {"$ref": "#/$defs/text"},
        "open": {"type": "boolean"}, "anything": {}, "tags": {"type": "array"}, "tier": {"enum": ["gold", "tin"]},
        "order": {"properties": {"total": {"type": "integer"}}},
    },
    "$defs": {"text": {"type": "string"}},
}


def definition(rule, *before, language="JSONPath"):
    """A Choice with `rule` after the states `before`."""
    names = [f"S{index}" for index in range(len(before))]
    states = {name: {**state, "Next": after}
              for name, state, after in zip(names, before, [*names[1:], "Route"], strict=False)}
    states["Route"] = {"Type": "Choice", "Choices": [{**rule, "Next": "End"}], "Default": "End"}
    states["End"] = {"Type": "Succeed"}
    return {"QueryLanguage": language, "StartAt": next(iter(states)), "States": states}


def found(rule, *before, schema=SCHEMA):
    return list(comparison_problems(definition(rule, *before), schema))


def of_jsonata(condition, *before):
    whole = definition({"Condition": f"{{% {condition} %}}"}, *before, language="JSONata")
    return list(comparison_problems(whole, SCHEMA))


@pytest.mark.parametrize(("rule", "place", "fix"), [
    ({"Variable": "$.amount", "StringGreaterThan": "100"}, "StringGreaterThan",
     'Write "NumericGreaterThan": 100 instead'),
    ({"Variable": "$['amount']", "StringEquals": "a"}, "StringEquals", "Compare it with a number, by NumericEquals"),
    ({"Variable": "$.count", "TimestampLessThan": "2026-11-28T00:00:00Z"}, "TimestampLessThan", "by NumericLessThan"),
    ({"Variable": "$.name", "NumericLessThanEquals": 2.5}, "NumericLessThanEquals",
     'Write "StringLessThanEquals": "2.5" instead'),
    ({"Variable": "$.tier", "BooleanEquals": True}, "BooleanEquals", 'Write "StringEquals": "true" instead'),
    ({"Variable": "$.open", "StringEquals": "false"}, "StringEquals", 'Write "BooleanEquals": false instead'),
    ({"Variable": "$.open", "NumericGreaterThan": 0}, "NumericGreaterThan", "Compare it as a boolean"),
    ({"Variable": "$.amount", "StringMatches": "1*"}, "StringMatches", "Compare it as a number"),
    ({"Variable": "$.tags", "StringEquals": "a"}, "StringEquals", "Compare values of one type"),
    ({"Variable": "$.order.total", "StringEquals": "7"}, "StringEquals", 'Write "NumericEquals": 7 instead'),
    ({"Variable": "$$.Execution.Input.amount", "StringEquals": "7"}, "StringEquals", 'Write "NumericEquals": 7'),
    ({"Variable": "$.anything", "StringEqualsPath": "$.amount"}, "StringEqualsPath",
     'Write "NumericEqualsPath": "$.amount" instead'),
    ({"Variable": "$.name", "NumericEqualsPath": "$.amount"}, "NumericEqualsPath", "Compare values of one type"),
    ({"Not": {"Variable": "$.amount", "StringEquals": "7"}}, "Not/StringEquals", 'Write "NumericEquals": 7'),
    ({"Or": [{"Variable": "$.name", "IsNull": True}, {"Variable": "$.name", "NumericEquals": 7}]},
     "Or[1]/NumericEquals", 'Write "StringEquals": "7" instead'),
])
def test_a_comparison_of_a_type_that_cannot_come_is_a_warning_with_its_fix(rule, place, fix):
    [problem] = found(rule)
    assert (problem.code, problem.severity) == ("COMPARISON_NEVER_HOLDS", "WARNING")
    assert problem.location == f"/States/Route/Choices[0]/{place}"
    assert fix in problem.message


@pytest.mark.parametrize("rule", [
    {"Variable": "$.amount", "NumericGreaterThan": 100}, {"Variable": "$.count", "NumericEquals": 1},
    {"Variable": "$.name", "TimestampEquals": "2026-11-28T00:00:00Z"}, {"Variable": "$.name", "StringMatches": "1*"},
    {"Variable": "$.anything", "StringEquals": "1"}, {"Variable": "$.unknown", "StringEquals": "1"},
    {"Variable": "$variable.amount", "StringEquals": "1"}, {"Variable": "$..amount", "StringEquals": "1"},
    {"Variable": "$.amount", "IsString": True}, {"Variable": "$.amount", "IsNull": True},
    {"Variable": "$$.State.Name", "NumericEquals": 1}, {"Variable": 5, "StringEquals": "1"}, {"And": 5}, {"Not": []},
])
def test_of_what_can_hold_or_is_not_known_nothing_is_said(rule):
    assert found(rule) == []


def test_a_type_test_that_must_hold_as_well_says_the_type():
    tested = {"Variable": "$.x", "IsNumeric": True}
    compared = {"Variable": "$.x", "StringGreaterThan": "100"}
    [problem] = found({"And": [tested, {"Or": [compared, tested]}]}, schema=None)
    assert problem.location == "/States/Route/Choices[0]/And[1]/Or[0]/StringGreaterThan"
    assert "by the test beside it" in problem.message
    assert found({"Or": [tested, compared]}, schema=None) == []
    assert found({"And": [{**tested, "IsNumeric": False}, compared]}, schema=None) == []


COMPARED = {"Variable": "$.amount", "StringGreaterThan": "100"}
TASK = {"Type": "Task", "Resource": "connector:log:write"}


@pytest.mark.parametrize(("state", "known"), [
    ({"Type": "Wait", "Seconds": 1}, True), ({"Type": "Pass"}, True), ({"Type": "Pass", "Result": 1}, False),
    ({"Type": "Pass", "Result": 1, "ResultPath": "$.other"}, True), (TASK, False),
    ({"Type": "Pass", "Result": 1, "ResultPath": "$.amount"}, False), ({**TASK, "ResultPath": None}, True),
    ({**TASK, "ResultPath": "$.amount.x"}, False), ({**TASK, "ResultPath": "$.out", "OutputPath": "$.out"}, False),
    ({"Type": "Wait", "Seconds": 1, "InputPath": "$.order"}, False),
    ({**TASK, "ResultPath": None, "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "Route"}]}, False),
    ({**TASK, "ResultPath": None, "Catch": [{"ErrorEquals": ["States.ALL"], "ResultPath": "$.e", "Next": "Route"}]},
     True),
])
def test_the_schema_speaks_of_what_the_states_before_pass_on(state, known):
    assert bool(found(COMPARED, state)) == known


def test_an_input_path_is_followed():
    whole = definition({"Variable": "$.total", "StringEquals": "7"})
    whole["States"]["Route"]["InputPath"] = "$.order"
    [problem] = comparison_problems(whole, SCHEMA)
    assert 'Write "NumericEquals": 7' in problem.message


def test_within_a_distributed_map_the_execution_has_an_input_of_its_own():
    inner = definition({"Variable": "$$.Execution.Input.amount", "StringEquals": "7"})
    for mode, problems in (("DISTRIBUTED", 0), ("INLINE", 1)):
        each = {"Type": "Map", "ItemProcessor": {**inner, "ProcessorConfig": {"Mode": mode}}, "End": True}
        outer = {"StartAt": "Each", "States": {"Each": each}}
        assert len(list(comparison_problems(outer, SCHEMA))) == problems


@pytest.mark.parametrize(("condition", "said"), [
    ('$states.input.amount > "100"', 'Write $states.input.amount > 100 instead of $states.input.amount > "100"'),
    ("$states.input.name <= 5", 'Write $states.input.name <= "5" instead of'),
    ("'true' = $states.input.open", "Write true = $states.input.open instead of"),
    ('$exists($states.input.x) and ($states.input.`count` != "1" or false)', "this always holds"),
    ("$states.input.order.total>=$states.input.name", "cannot order the two"),
    ('$states.context.Execution.Input.amount = "a"', "this never holds. Compare values of one type"),
    ("$states.input.amount > true", "it fails. Compare values of one type"),
    ("$states.input.amount = -1 ? $states.input.name = -1 : false", 'Write $states.input.name = "-1" instead of'),
])
def test_a_jsonata_condition_is_told_of_likewise(condition, said):
    [problem] = of_jsonata(condition)
    assert (problem.location, problem.severity) == ("/States/Route/Choices[0]/Condition", "WARNING")
    assert said in problem.message


@pytest.mark.parametrize("condition", [
    "$states.input.amount > 100", '$states.input.amount & "" = "100"', '"1" = "1" and 1 = 1',
    "$states.input.amount = null", '$states.input.tags = "a"', '$string($states.input.amount) = "100"',
    '$states.input.amount /* > "1" */ > 1', '"$states.input.amount" > "1"', '$amount > "1"', "a = = b",
    '$states.input.x.(amount > "1")', "$states.input.name ~> $length = 5", '$states.errorOutput.amount = "1"', "",
])
def test_of_a_jsonata_condition_that_is_more_than_a_path_and_a_literal_nothing_is_said(condition):
    assert of_jsonata(condition) == []


def test_what_a_task_gives_is_no_input_under_jsonata():
    assert of_jsonata('$states.input.amount > "1"', {"Type": "Wait", "Seconds": 1}) != []
    assert of_jsonata('$states.input.amount > "1"', TASK) == []
    assert of_jsonata('$states.input.amount > "1"', {"Type": "Pass", "Output": {"amount": "5"}}) == []


def test_an_unfinished_definition_has_nothing_to_compare():
    for whole in (None, {}, {"StartAt": 1, "States": []}, {"StartAt": "A", "States": {"A": {"Type": "Choice"}}}):
        assert list(comparison_problems(whole, SCHEMA)) == []
