"""TestState: requests that are refused, in the words of the service."""

from __future__ import annotations

import pytest

from engine import testing

PASS = {"Type": "Pass", "End": True}
LAMBDA = {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "Parameters": {"FunctionName": "f"},
          "End": True}
BRANCH = {"StartAt": "B", "States": {"B": {"Type": "Pass", "End": True}}}
PARALLEL = {"Type": "Parallel", "Branches": [BRANCH], "End": True}
MAP = {"Type": "Map", "ItemProcessor": BRANCH, "End": True}
MOCK = {"result": "{}"}
ERROR = {"errorOutput": {"error": "E"}}


def refused(definition, **request):
    answered = testing.test_state({"definition": definition, **request})
    assert set(answered) == {"error_response"}, answered
    return answered["error_response"]["code"], answered["error_response"]["message"]


@pytest.mark.parametrize(("request_", "message"), [
    ({"stateName": ""}, "Invalid length for parameter stateName, value: 0, valid min length: 1"),
    ({"nonsense": 1}, 'Unknown parameter in input: "nonsense", must be one of:'),
    ({"mock": ["not", "an", "object"]}, "Invalid type for parameter mock"),
])
def test_what_an_sdk_refuses_has_no_code(request_, message):
    code, told = refused(PASS, **request_)
    assert code is None
    assert told.startswith(f"Parameter validation failed:\n{message}")


def test_the_definition_is_required():
    answered = testing.test_state({})
    assert 'Missing required parameter in input: "definition"' in answered["error_response"]["message"]


def test_constraints_of_the_service():
    assert refused(PASS, inspectionLevel="ALL") == (
        "ValidationException",
        ("1 validation error detected: Value 'ALL' at 'inspectionLevel' failed to satisfy constraint: "
         "Member must satisfy enum value set: [INFO, DEBUG, TRACE]"),
    )
    code, message = refused(PASS, input={"a": "x" * 262_144})
    assert code == "ValidationException"
    assert message == (
        "1 validation error detected: Value at 'input' failed to satisfy constraint: "
        "Member must have length less than or equal to 262144"
    )


def test_an_input_that_is_no_json():
    code, message = refused(PASS, input="{no")
    assert code == "InvalidExecutionInput"
    assert message.startswith("Invalid State Machine Execution Input: '")


@pytest.mark.parametrize("text", ["not JSON", "NaN", "[" * 100_000])
def test_a_mock_that_is_no_json(text):
    assert refused(LAMBDA, mock={"result": text}) == ("ValidationException", "Mocked result must be valid JSON")


@pytest.mark.parametrize("mock", [{"result": "{}", **ERROR}, {}, {"fieldValidationMode": "NONE"}])
def test_a_mock_is_one_of_two(mock):
    assert refused(LAMBDA, mock=mock)[1] == (
        "A test mock should have only one of the following fields: [result, errorOutput]."
    )


def test_a_mocked_error_has_a_name():
    assert refused(LAMBDA, mock={"errorOutput": {"cause": "c"}})[0] == "ValidationException"


def test_secrets_are_not_revealed_of_a_mock():
    assert refused(LAMBDA, mock=MOCK, revealSecrets=True)[1] == (
        "TestState does not support RevealSecrets when a mock is specified."
    )


@pytest.mark.parametrize(("request_", "what"), [
    ({"stateConfiguration": {"retrierRetryCount": 0}}, "RetrierRetryCount"),
    ({"stateConfiguration": {"mapIterationFailureCount": 0}}, "MapIterationFailureCount"),
    ({"context": {}}, "Context"),
])
def test_what_needs_a_mock(request_, what):
    assert refused(MAP, **request_) == (
        "ValidationException", f"TestState does not support {what} when a mock is not specified.",
    )


@pytest.mark.parametrize("definition", [MAP, PARALLEL])
def test_states_that_need_a_mock(definition):
    assert refused(definition) == (
        "InvalidDefinition",
        ("TestState API does not support Map or Parallel states. Supported state types include: "
         "[Task, Wait, Pass, Succeed, Fail, Choice]"),
    )


def test_patterns_that_need_a_mock():
    code, message = refused({**LAMBDA, "Resource": "arn:aws:states:::lambda:invoke.waitForTaskToken", "Parameters": {
        "FunctionName": "f", "Payload": {"t.$": "$$.Task.Token"}}}, roleArn="arn:aws:iam::123456789012:role/r")
    assert code == "InvalidDefinition"
    assert ".waitForTaskToken" in message


def test_states_that_take_no_mock():
    assert refused(PASS, mock=MOCK)[1] == "State type 'Pass' is not supported when a mock is specified"


@pytest.mark.parametrize(("definition", "configuration"), [
    (LAMBDA, {"mapIterationFailureCount": 1}),
    (MAP, {"mapItemReaderData": "[]"}),
    (LAMBDA, {"errorCausedByState": "B"}),
    (MAP, {"errorCausedByState": "Nowhere"}),
])
def test_a_configuration_that_does_not_suit_the_state(definition, configuration):
    assert refused(definition, mock=ERROR, stateConfiguration=configuration)[0] == "ValidationException"


@pytest.mark.parametrize(("definition", "result", "message"), [
    (PARALLEL, {}, "Mocked result must be an array."),
    (MAP, {}, "Mocked result must be an array."),
    (PARALLEL, [1, 2], "Mocked result must contain the same number of items as number of Parallel branches."),
])
def test_a_result_that_branches_do_not_give(definition, result, message):
    assert refused(definition, mock={"result": result}) == ("ValidationException", message)


def test_a_result_writer_answers_with_an_object():
    definition = {**MAP, "ItemProcessor": {**BRANCH, "ProcessorConfig": {
        "Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"}}, "ResultWriter": {
        "Resource": "arn:aws:states:::s3:putObject", "Parameters": {"Bucket": "b", "Prefix": "p"}}}
    answered = testing.test_state({"definition": definition, "input": [1], "mock": {"result": {"MapRunArn": "a"}}})
    assert answered["response"]["status"] == "SUCCEEDED"


@pytest.mark.parametrize(("context", "problem"), [
    ({"Execution": {"Id": 1}}, "Execution.Id must be a string"),
    ({"State": {"RetryCount": "1"}}, "State.RetryCount must be a number"),
    ({"State": {"RetryCount": True}}, "State.RetryCount must be a number"),
    ({"Map": {}}, "'Map' field is not supported when mocking a Context object"),
    ({"Execution": {"pokemon": 1}}, "Field 'pokemon' is not allowed"),
    ({"Other": {}}, "Field 'Other' is not allowed"),
    ({"Execution": 1}, "Execution must be an object"),
    ([], "Context must be an object"),
    ("{", "it must be valid JSON"),
])
def test_a_context_that_is_none(context, problem):
    code, message = refused(LAMBDA, mock=MOCK, context=context)
    assert (code, message) == ("ValidationException", f"Invalid Context object provided: {problem}")


@pytest.mark.parametrize("variables", ["[]", "x"])
def test_variables_that_are_none(variables):
    assert refused(PASS, variables=variables)[0] == "ValidationException"


def test_an_invalid_lone_state_is_told_by_its_own_places():
    code, message = refused({"Type": "Nothing", "End": True})
    assert code == "InvalidDefinition"
    assert message.startswith("Invalid State Machine Definition: 'SCHEMA_VALIDATION_FAILED: The field 'Type' should")
    assert message.endswith("at /Type'")


@pytest.mark.parametrize("definition", ["no JSON", "[]", "7"])
def test_a_definition_that_is_no_object(definition):
    for more in ({}, {"stateName": "A"}):
        assert refused(definition, **more) == (
            "InvalidDefinition",
            ("Invalid State Machine Definition: 'SCHEMA_VALIDATION_FAILED: Definition must be a valid JSON object at "
             "null'"),
        )


def test_a_state_name_wants_a_whole_and_valid_definition():
    assert refused(PASS, stateName="A")[0] == "InvalidDefinition"
    assert refused({"StartAt": "A", "States": {"A": {"Type": "X"}}}, stateName="A")[0] == "InvalidDefinition"
    assert refused(BRANCH, stateName="Nowhere") == ("ValidationException", "State not found in definition")


def test_the_request_is_not_changed():
    request = {"definition": LAMBDA, "mock": {"result": {"Payload": 1}}, "stateConfiguration": {"retrierRetryCount": 0}}
    before = repr(request)
    testing.test_state(request)
    assert repr(request) == before
