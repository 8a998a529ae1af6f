"""Definitions to plans."""

from __future__ import annotations

import pytest

from engine.errors import InvalidDefinition
from engine.language.asl import model
from engine.language.asl.compile import compile_definition
from engine.language.asl.model import Pattern
from engine.language.asl.resources import parse_resource
from engine.language.expr.scope import Scope
from engine.testing import simulate

PASS = {"Type": "Pass", "End": True}


def one(state, **fields):
    return compile_definition({"StartAt": "S", "States": {"S": state, "Other": PASS}, **fields})


def test_machines_are_found_by_json_pointer():
    inner = {"StartAt": "P", "States": {"P": PASS}}
    plan = compile_definition({"StartAt": "B/1", "States": {
        "B/1": {"Type": "Parallel", "Branches": [inner, inner], "Next": "M"},
        "M": {"Type": "Map", "ItemProcessor": {"StartAt": "N", "States": {
            "N": {"Type": "Map", "Iterator": inner, "End": True}}}, "End": True}}, "TimeoutSeconds": 9})
    assert set(plan.machines) == {
        "", "/States/B~11/Branches/0", "/States/B~11/Branches/1", "/States/M/ItemProcessor",
        "/States/M/ItemProcessor/States/N/Iterator"}
    assert plan.timeout_seconds == 9
    assert plan.state("", "B/1").branches == ("/States/B~11/Branches/0", "/States/B~11/Branches/1")
    assert plan.state("/States/M/ItemProcessor", "N").processor == "/States/M/ItemProcessor/States/N/Iterator"


def test_fields_that_change_nothing_compile_to_nothing():
    state = one({"Type": "Pass", "InputPath": "$", "OutputPath": "$", "ResultPath": "$", "End": True}).state("", "S")
    assert (state.input_path, state.output_path, state.place, state.parameters, state.assign) == (None,) * 5


def test_a_state_may_have_another_query_language_than_its_machine():
    plan = one({"Type": "Pass", "QueryLanguage": "JSONata", "Output": "{% 1 + 1 %}", "End": True})
    assert plan.state("", "S").output(Scope()) == 2
    assert (plan.state("", "S").jsonata, plan.state("", "Other").jsonata) == (True, False)


def test_a_lazy_plan_compiles_a_state_when_it_is_reached():
    definition = {"StartAt": "A", "States": {"A": PASS, "Bad": {"Type": "Pass", "InputPath": "$.[", "End": True}}}
    plan = compile_definition(definition, lazy=True)
    assert plan.state("", "A").name == "A"
    with pytest.raises(InvalidDefinition):
        plan.state("", "Bad")
    with pytest.raises(InvalidDefinition):
        compile_definition(definition)


def test_a_task_knows_its_secrets_retriers_and_catchers():
    state = one({
        "Type": "Task", "Resource": "connector:erp:order", "Next": "Other",
        "Parameters": {"auth": {"token": {"$secret": "ERP"}}, "n.$": "$.n"},
        "Retry": [{"ErrorEquals": ["A"], "IntervalSeconds": 2, "MaxAttempts": 0, "BackoffRate": 1.5,
                   "MaxDelaySeconds": 9, "JitterStrategy": "FULL"}, {"ErrorEquals": ["B"]}],
        "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "Other", "ResultPath": "$.e"}],
    }).state("", "S")
    assert state.secret_refs == (("/auth/token", "ERP"),)
    assert state.retry == (model.Retrier(("A",), 2.0, 0, 1.5, 9.0, jitter=True), model.Retrier(("B",), 1.0, 3, 2.0))
    assert (state.catch[0].errors, state.catch[0].next) == (("States.ALL",), "Other")
    assert state.catch[0].place({"x": 1}, "E") == {"x": 1, "e": "E"}


@pytest.mark.parametrize(("text", "pattern", "service", "action"), [
    ("arn:aws:states:::lambda:invoke", Pattern.REQUEST_RESPONSE, "lambda", "invoke"),
    ("arn:aws-cn:states:::sqs:sendMessage.waitForTaskToken", Pattern.CALLBACK, "sqs", "sendMessage.waitForTaskToken"),
    ("arn:aws:states:::states:startExecution.sync", Pattern.SYNC, "states", "startExecution.sync"),
    ("arn:aws:states:::states:startExecution.sync:2", Pattern.SYNC, "states", "startExecution.sync:2"),
    ("arn:aws:states:::aws-sdk:dynamodb:putItem", Pattern.REQUEST_RESPONSE, "aws-sdk:dynamodb", "putItem"),
    ("arn:aws:states:eu-west-1:123456789012:aws-sdk:glue:startCrawler", Pattern.REQUEST_RESPONSE, "aws-sdk:glue",
     "startCrawler"),
    ("arn:aws:states:eu-west-1:123456789012:states:startExecution.sync:2", Pattern.SYNC, "states",
     "startExecution.sync:2"),
    ("connector:http:request", Pattern.REQUEST_RESPONSE, "connector:http", "request"),
    ("connector:mail:ask.waitForTaskToken", Pattern.CALLBACK, "connector:mail", "ask.waitForTaskToken"),
    ("arn:aws:states:us-east-1:1:activity:count", Pattern.ACTIVITY, "activity",
     "arn:aws:states:us-east-1:1:activity:count"),
])
def test_resources(text, pattern, service, action):
    resource = parse_resource(text)
    assert (resource.pattern, resource.service, resource.action) == (pattern, service, action)


def test_region_and_account_of_an_integration_are_left_out():
    placed = "arn:aws:states:eu-west-1:123456789012:aws-sdk:glue:startCrawler"
    assert parse_resource(placed).text == "arn:aws:states:::aws-sdk:glue:startCrawler"
    activity = "arn:aws:states:eu-west-1:123456789012:activity:approve"
    assert parse_resource(activity).text == activity


@pytest.mark.parametrize(("state", "where"), [
    ({"Type": "Nothing"}, "/States/S/Type"),
    ({"End": True}, "/States/S/Type"),
    ({"Type": "Pass"}, "/States/S"),
    ({"Type": "Pass", "Next": "Nowhere"}, "/States/S/Next"),
    ({"Type": "Task", "End": True}, "/States/S/Resource"),
    ({"Type": "Wait", "End": True}, "/States/S"),
    ({"Type": "Wait", "Timestamp": "tomorrow", "End": True}, "/States/S"),
    ({"Type": "Choice", "Choices": []}, "/States/S/Choices"),
    ({"Type": "Choice", "Choices": [{"Next": "S"}]}, "/States/S/Choices/0"),
    ({"Type": "Choice", "Choices": [{"And": [], "Next": "S"}]}, "/States/S/Choices/0/And"),
    ({"Type": "Choice", "Choices": [{"Variable": "$.a", "Next": "S"}]}, "/States/S/Choices/0"),
    ({"Type": "Choice", "Choices": [{"Variable": "$", "IsNull": True, "Next": "S"}], "Default": "No"},
     "/States/S/Default"),
    ({"Type": "Parallel", "Branches": [], "End": True}, "/States/S/Branches"),
    ({"Type": "Map", "End": True}, "/States/S/ItemProcessor"),
    ({"Type": "Pass", "Parameters": {"a.$": "no path"}, "End": True}, "/States/S"),
    ({"Type": "Task", "Resource": "r", "Catch": [{"ErrorEquals": ["E"], "Next": "No"}], "End": True},
     "/States/S/Catch/0/Next"),
    ("text", "/States/S"),
])
def test_what_cannot_be_compiled_is_refused_with_its_place(state, where):
    with pytest.raises(InvalidDefinition) as refusal:
        one(state)
    assert refusal.value.diagnostics[0].location == where


@pytest.mark.parametrize("definition", [
    None, [], "x", {}, {"States": {}}, {"States": {"A": PASS}}, {"StartAt": [], "States": {"A": PASS}},
    {"StartAt": "B", "States": {"A": PASS}},
])
def test_what_is_no_machine_is_refused(definition):
    with pytest.raises(InvalidDefinition):
        compile_definition(definition)


@pytest.mark.parametrize(("state", "field"), [
    ({"Type": "Pass", "Output": {"values": [1, "{% $no %}"]}, "End": True}, "Output/values[1]"),
    ({"Type": "Pass", "Output": {"a": {"b": [[1, "{% $no %}"]]}}, "End": True}, "Output/a/b[0][1]"),
    ({"Type": "Pass", "Assign": {"x": {"y": "{% $no %}"}}, "End": True}, "Assign/x/y"),
    ({"Type": "Choice", "Choices": [{"Condition": False, "Next": "S"},
                                    {"Condition": True, "Output": {"v": "{% $no %}"}, "Next": "S"}]},
     "Choices[1]/Output/v"),
    ({"Type": "Choice", "Choices": [{"Condition": True, "Assign": {"x": "{% $no %}"}, "Next": "S"}]},
     "Choices[0]/Assign/x"),
])
def test_causes_name_the_field_within_the_state(state, field):
    """The ASL field relative to the state, ``/`` for each key, ``[i]`` for each item: as public reports quote AWS."""
    result = simulate({"QueryLanguage": "JSONata", "StartAt": "S", "States": {"S": state}}, {})
    assert result.cause.endswith(f"'$no' specified for the field '{field}' returned nothing (undefined).")


def test_a_catchers_causes_name_the_catcher():
    task = {"Type": "Task", "Resource": "connector:mail:send", "End": True, "Catch": [
        {"ErrorEquals": ["Other"], "Next": "S"},
        {"ErrorEquals": ["States.ALL"], "Next": "S", "Output": {"a": "{% $no %}"}},
    ]}
    definition = {"QueryLanguage": "JSONata", "StartAt": "S", "States": {"S": task}}
    result = simulate(definition, {}, stubs={"connector:mail:send": [{"error": "E", "cause": "c"}]})
    assert "for the field 'Catch[1]/Output/a' returned" in result.cause


@pytest.mark.parametrize(("seconds", "status"), [
    (2, "SUCCEEDED"), (2.0, "SUCCEEDED"), (0, "SUCCEEDED"), (1.5, "FAILED"), (True, "FAILED"), (None, "FAILED"),
])
def test_the_seconds_that_a_path_names_are_whole(seconds, status):
    """Developer guide, "Wait": "an integer from 0 to 99999999"."""
    definition = {"StartAt": "W", "States": {"W": {"Type": "Wait", "SecondsPath": "$.s", "End": True}}}
    result = simulate(definition, {"s": seconds})
    assert result.status == status
    if status == "FAILED":
        assert "The SecondsPath parameter does not reference a valid integer: $.s == " in result.cause


DISTRIBUTED = {"ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"}, "StartAt": "P",
               "States": {"P": {"Type": "Pass", "End": True}}}


@pytest.mark.parametrize(("fields", "unfit"), [
    ({"MaxConcurrency": 0}, (-1, 1.5)), ({"ToleratedFailureCount": 0}, (-1, 0.5)),
    ({"ToleratedFailurePercentage": 0}, (-0.5, 100.5)),
    ({"ItemBatcher": {"MaxItemsPerBatch": 1}}, (0, -1, 1.5)), ({"ItemBatcher": {"MaxInputBytesPerBatch": 1}}, (0, 2.5)),
])
def test_the_numbers_that_expressions_of_a_map_give_are_in_range(fields, unfit):
    """Developer guide, "Handling expression errors": a value out of range fails with States.QueryEvaluationError."""
    def result(value):
        read = {name: dict.fromkeys(inner, "{% $states.input %}") if isinstance(inner, dict) else "{% $states.input %}"
                for name, inner in fields.items()}
        each = {"Type": "Map", "Items": [1], "ItemProcessor": DISTRIBUTED, "End": True, **read}
        return simulate({"QueryLanguage": "JSONata", "StartAt": "M", "States": {"M": each}}, value)

    assert result(1).status == "SUCCEEDED"
    for value in unfit:
        assert (result(value).status, result(value).error) == ("FAILED", "States.QueryEvaluationError"), value


@pytest.mark.parametrize("field", ["MaxItemsPerBatchPath", "MaxInputBytesPerBatchPath"])
def test_the_limits_of_a_batch_that_a_path_names_are_positive(field):
    each = {"Type": "Map", "ItemsPath": "$.l", "ItemBatcher": {field: "$.n"}, "ItemProcessor": DISTRIBUTED, "End": True}
    result = simulate({"StartAt": "M", "States": {"M": each}}, {"l": [1], "n": 0})
    assert (result.error, f'The {field} field refers to value "0" which is not a positive integer' in result.cause) == (
        "States.Runtime", True)
