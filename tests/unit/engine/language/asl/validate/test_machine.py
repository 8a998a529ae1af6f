"""What is wrong with a machine as a whole: its fields, names, transitions and query language."""

from __future__ import annotations

import pytest

from engine.language.asl.validate import validate

PASS = {"Type": "Pass", "End": True}


def machine(states, start="A", **fields):
    return {"StartAt": start, "States": states, **fields}


def found(definition, **options):
    return [(d.code, d.location, d.message) for d in validate(definition, **options)]


def schema(location, message):
    return ("SCHEMA_VALIDATION_FAILED", location, message)


def test_a_definition_without_fault_has_no_findings():
    assert found(machine({"A": {"Type": "Pass", "Next": "B"}, "B": {"Type": "Succeed"}}, Comment="c", Version="1.0",
                         TimeoutSeconds=60, QueryLanguage="JSONata")) == []


@pytest.mark.parametrize("definition", [None, [], "", " ", 7, True, 1.5])
def test_what_is_no_object_is_no_definition_and_has_no_place(definition):
    (finding,) = validate(definition)
    assert finding.as_dict() == {
        "code": "SCHEMA_VALIDATION_FAILED", "message": "Definition must be a valid JSON object", "severity": "ERROR",
    }


@pytest.mark.parametrize(("definition", "finding"), [
    ({}, schema("/", "These fields are required: [States, StartAt]")),
    ({"StartAt": "A"}, schema("/", "These fields are required: [States]")),
    ({"StartAt": "A", "States": []}, schema("/States", "Expected value of type Object")),
    ({"StartAt": "A", "States": {}}, schema("/States", "There must be at least one state")),
    ({"StartAt": 1, "States": {"A": PASS}}, schema("/StartAt", "Expected value of type String")),
    (machine({"A": PASS}, Comment=1), schema("/Comment", "Expected value of type String")),
    (machine({"A": PASS}, TimeoutSeconds="1"), schema("/TimeoutSeconds", "Expected value of type Integer")),
    (machine({"A": PASS}, TimeoutSeconds=0), schema("/TimeoutSeconds", "Minimum value is 1")),
    (machine({"A": PASS}, Version="2.0"), schema("/Version", "The field 'Version' should have one of these values: "
                                                             "[1.0]")),
    (machine({"A": PASS}, Extra=1), schema("/Extra", "Field 'Extra' is not supported")),
    (machine({"A": PASS}, ProcessorConfig={}),
     schema("/ProcessorConfig", "Field 'ProcessorConfig' is not supported")),
    (machine({"A": 1}), schema("/States/A", "Expected value of type Object")),
    (machine({"A": {"End": True}}), schema("/States/A", "These fields are required: [Type]")),
    (machine({"A": {"Type": "Lambda"}}),
     schema("/States/A/Type", "The field 'Type' should have one of these values: [Task, Wait, Pass, Succeed, Fail, "
                              "Choice, Parallel, Map]")),
    (machine({"A": {"Type": ["Pass"], "End": True}}),
     schema("/States/A/Type", "The field 'Type' should have one of these values: [Task, Wait, Pass, Succeed, Fail, "
                              "Choice, Parallel, Map]")),
])
def test_shape(definition, finding):
    assert found(definition) == [finding]


@pytest.mark.parametrize(("definition", "finding"), [
    (machine({"A": PASS}, start="Z"),
     ("MISSING_TRANSITION_TARGET", "/StartAt", "Missing 'StartAt' target: Z")),
    (machine({"A": {"Type": "Pass", "Next": "A"}, "C": {"Type": "Pass", "Next": "A"}}),
     ("MISSING_END_STATE", "/", "Workflow has no terminal state")),
    (machine({"A": {"Type": "Choice", "Default": "Z",
                    "Choices": [{"Variable": "$.a", "IsNull": True, "Next": "B"}]}, "B": PASS}),
     ("MISSING_TRANSITION_TARGET", "/States/A/Default", "Missing 'Next' target: Z")),
    (machine({"A": {"Type": "Choice", "Default": "B",
                    "Choices": [{"Variable": "$.a", "IsNull": True, "Next": "Z"}]}, "B": PASS}),
     ("MISSING_TRANSITION_TARGET", "/States/A/Choices[0]/Next", "Missing 'Next' target: Z")),
    (machine({"A": {"Type": "Task", "Resource": "connector:log:write", "End": True,
                    "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "Z"}]}}),
     ("MISSING_TRANSITION_TARGET", "/States/A/Catch[0]/Next", "Missing 'Next' target: Z")),
    (machine({"A": PASS, "B": PASS}),
     ("MISSING_TRANSITION_TARGET", "/States/B", 'State "B" is not reachable.')),
    (machine({"A": {"Type": "Pass", "Next": "B"}, "B": {"Type": "Pass", "Next": "A"}}),
     ("MISSING_END_STATE", "/", "Workflow has no terminal state")),
    (machine({"A": {"Type": "Pass"}}),
     schema("/States/A", "Exactly one of these fields is required: [Next, End]")),
    (machine({"A": {"Type": "Pass", "End": False}}),
     schema("/States/A", "Exactly one of these fields is required: [Next, End]")),
    (machine({"A": {"Type": "Pass", "End": True, "Next": "B"}, "B": PASS}),
     schema("/States/A", "There should only be one of the following fields: [Next, End]")),
])
def test_transitions(definition, finding):
    assert found(definition) == [finding]


def test_end_false_beside_next_is_allowed():
    assert found(machine({"A": {"Type": "Pass", "End": False, "Next": "B"}, "B": PASS})) == []


def test_every_problem_is_listed_not_only_the_first():
    definition = machine({"A": {"Type": "Pass", "Next": "Nowhere"}, "B": {"Type": "Wait", "Seconds": "x", "End": True}},
                         TimeoutSeconds=-1)
    assert [location for _, location, _ in found(definition)] == [
        "/TimeoutSeconds", "/States/B/Seconds", "/States/A/Next", "/States/B",
    ]


def test_a_state_name_has_at_most_80_characters():
    name = "x" * 81
    assert found(machine({name: PASS}, start=name)) == [
        ("INVALID_STATE_NAME", f"/States/{name}", "A state name has 1 to 80 characters")]
    assert found(machine({"x" * 80: PASS}, start="x" * 80)) == []


def test_state_names_are_unique_over_branches_and_items():
    branch = {"StartAt": "A", "States": {"A": PASS}}
    definition = machine({"A": {"Type": "Parallel", "Branches": [branch, branch], "End": True}})
    assert found(definition) == [
        ("DUPLICATE_STATE_NAME", "/States/A/Branches[0]/States/A", "Duplicate State name: A"),
        ("DUPLICATE_STATE_NAME", "/States/A/Branches[1]/States/A", "Duplicate State name: A"),
    ]


def test_a_missing_target_and_no_end_are_both_told():
    """As AWS does, in its order."""
    assert found(machine({"A": {"Type": "Pass", "Next": "Z"}})) == [
        ("MISSING_TRANSITION_TARGET", "/States/A/Next", "Missing 'Next' target: Z"),
        ("MISSING_END_STATE", "/", "Workflow has no terminal state"),
    ]


def test_a_branch_is_a_machine_of_its_own():
    definition = machine({
        "A": {"Type": "Parallel", "End": True, "Branches": [
            {"StartAt": "X", "States": {"X": {"Type": "Pass", "Next": "B"}}},
            {"StartAt": "Y", "QueryLanguage": "JSONata", "States": {"Y": PASS}},
            "no machine",
        ]},
        "B": PASS,
    })
    assert found(definition) == [
        ("MISSING_TRANSITION_TARGET", "/States/A/Branches[0]/States/X/Next", "Missing 'Next' target: B"),
        ("MISSING_END_STATE", "/States/A/Branches[0]", "Workflow has no terminal state"),
        schema("/States/A/Branches[1]/QueryLanguage", "Field 'QueryLanguage' is not supported"),
        schema("/States/A/Branches[2]", "Expected value of type Object"),
        ("MISSING_TRANSITION_TARGET", "/States/B", 'State "B" is not reachable.'),
    ]


def test_query_language_of_machine_and_state():
    down = machine({"A": {**PASS, "QueryLanguage": "JSONPath"}}, QueryLanguage="JSONata")
    assert found(down) == [
        schema("/States/A", "'QueryLanguage' can not be 'JSONPath' if set to 'JSONata' for whole state machine")]
    assert found(machine({"A": {**PASS, "QueryLanguage": "JSONata", "Output": 1}})) == []
    message = "The field 'QueryLanguage' should have one of these values: [JSONPath, JSONata]"
    assert found(machine({"A": {**PASS, "QueryLanguage": "SQL"}}, QueryLanguage=1)) == [
        schema("/QueryLanguage", message), schema("/States/A/QueryLanguage", message)]


def test_the_language_of_a_parallel_state_is_not_that_of_its_branches():
    definition = machine({"A": {
        "Type": "Parallel", "QueryLanguage": "JSONata", "Output": "{% 1 %}", "End": True,
        "Branches": [{"StartAt": "X", "States": {"X": {"Type": "Pass", "InputPath": "$.a", "End": True}}}],
    }})
    assert found(definition) == []


def test_too_deep_a_nesting_is_one_finding():
    deep = 0
    for _ in range(5_000):
        deep = [deep]
    assert [code for code, _, _ in found(machine({"A": {**PASS, "Result": deep}}))] == ["TOO_DEEPLY_NESTED"]


def test_keys_that_are_no_text_are_refused():
    assert found({"StartAt": "A", "States": {1: PASS}}) == [schema("/", "Every key of the definition must be a string")]


def inside(assigned, holder="Map"):
    inner = machine({"B": {**PASS, "Assign": assigned}}, "B")
    around = {"Map": {"ItemProcessor": inner}, "Parallel": {"Branches": [inner]}}[holder]
    return {"Type": holder, "End": True, **around}


@pytest.mark.parametrize(("holder", "place"), [("Map", "ItemProcessor"), ("Parallel", "Branches[0]")])
@pytest.mark.parametrize("outer", [
    {"Type": "Pass", "Assign": {"total.$": "$.n"}, "Next": "M"},
    {"Type": "Choice", "Choices": [{"Variable": "$.n", "IsPresent": True, "Next": "M", "Assign": {"total": 1}}]},
    {"Type": "Task", "Resource": "arn:aws:lambda:us-east-1:123456789012:function:f", "Next": "M",
     "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "M", "Assign": {"total": 1}}]},
])
def test_a_variable_of_a_branch_or_an_iteration_has_a_name_that_no_machine_around_it_assigns(holder, place, outer):
    """ASL specification, "Variable Scope": "the names of outer-scoped and inner-scoped variables MUST be unique"."""
    (finding,) = found(machine({"A": outer, "M": inside({"total": 2, "mine": 3}, holder)}), extensions=False)
    assert finding[:2] == ("SCHEMA_VALIDATION_FAILED", f"/States/M/{place}/States/B/Assign")
    assert finding[2].startswith("The variable 'total' is assigned in the machine around this one")
    assert found(machine({"A": outer, "M": inside({"mine": 3}, holder)}), extensions=False) == []


def test_branches_beside_each_other_may_assign_variables_of_one_name():
    branches = [machine({name: {**PASS, "Assign": {"x": 1}}}, name) for name in ("B", "C")]
    assert found(machine({"A": {"Type": "Parallel", "Branches": branches, "End": True}})) == []


def test_the_variable_may_be_assigned_two_machines_further_out_and_after_the_branch():
    deep = machine({"C": inside({"x": 1}) | {"End": True}}, "C")
    whole = machine({"A": {"Type": "Map", "ItemProcessor": deep, "Assign": {"x": 2}, "End": True}})
    assert [where for _code, where, _message in found(whole)] == [
        "/States/A/ItemProcessor/States/C/ItemProcessor/States/B/Assign"]
