"""The testing kit's answers about definitions, in AWS's words."""

from __future__ import annotations

import pytest

from engine.testing import create_error, validate_definition, validation_result, variable_references

GOOD = {"StartAt": "A", "States": {"A": {"Type": "Pass", "InputPath": "$name", "End": True}}}
TWO_FAULTS = {"StartAt": "A", "States": {
    "A": {"Type": "Wait", "Timestamp": "today", "End": True}, "B": {"Type": "Succeed"},
}}
CONNECTOR = {"StartAt": "A", "States": {"A": {"Type": "Task", "Resource": "connector:log:write", "End": True}}}


def test_a_good_definition():
    assert validate_definition(GOOD) == []
    assert validation_result(GOOD) == {"result": "OK", "diagnostics": [], "truncated": False}
    assert create_error(GOOD) is None
    assert variable_references(GOOD) == {"A": ["name"]}


def test_a_refusal_names_every_error():
    assert create_error(TWO_FAULTS) == {"code": "InvalidDefinition", "message": (
        "Invalid State Machine Definition: 'SCHEMA_VALIDATION_FAILED: String does not match RFC3339 timestamp at "
        "/States/A/Timestamp, MISSING_TRANSITION_TARGET: State \"B\" is not reachable. at /States/B'")}
    assert create_error("no definition") == {"code": "InvalidDefinition", "message": (
        "Invalid State Machine Definition: 'SCHEMA_VALIDATION_FAILED: Definition must be a valid JSON object at null'")}


def test_places_are_awss_where_aws_is_asked():
    """AWS's own answers, quoted in public reports (see docs/language.md, "What is refused")."""
    loop = {"StartAt": "A", "States": {"A": {"Type": "Pass", "Next": "A"}}}
    assert validation_result(loop)["diagnostics"] == [
        {"code": "MISSING_END_STATE", "message": "Workflow has no terminal state", "severity": "ERROR"}]
    assert create_error(loop)["message"] == (
        "Invalid State Machine Definition: 'MISSING_END_STATE: Workflow has no terminal state at null'")
    timed = {"StartAt": "P", "States": {"P": {"Type": "Pass", "TimeoutSeconds": 5, "End": True}}}
    assert create_error(timed)["message"] == (
        "Invalid State Machine Definition: 'SCHEMA_VALIDATION_FAILED: Field 'TimeoutSeconds' is not supported at "
        "/States/P'")
    assert [d.location for d in validate_definition(timed)] == ["/States/P/TimeoutSeconds"]
    mixed = {"StartAt": "P", "States": {"P": {"Type": "Pass", "Output": 1, "End": True}}}
    assert create_error(mixed)["message"] == (
        "Invalid State Machine Definition: 'SCHEMA_VALIDATION_FAILED: The QueryLanguage is set to 'JSONPath', but "
        "field 'Output' is only supported for the 'JSONata' QueryLanguage at /States/P'")
    path = {"StartAt": "P", "States": {"P": {"Type": "Pass", "OutputPath": "Test", "End": True}}}
    assert create_error(path)["message"] == (
        "Invalid State Machine Definition: 'SCHEMA_VALIDATION_FAILED: Value must be a valid JSONPath. at "
        "/States/P/OutputPath'")


def test_severity_chooses_what_is_listed():
    warned = {"StartAt": "A", "States": {"A": {"Type": "Fail", "Cause": "$.cause"}}}
    assert validation_result(warned) == {"result": "OK", "diagnostics": [], "truncated": False}
    answer = validation_result(warned, severity="WARNING")
    assert answer["result"] == "OK"
    assert [(d["code"], d["severity"]) for d in answer["diagnostics"]] == [("NO_PATH", "WARNING")]


def test_connectors_are_known_unless_aws_is_asked():
    assert validate_definition(CONNECTOR) == []
    assert [d.location for d in validate_definition(CONNECTOR, extensions=False)] == ["/States/A/Resource"]
    assert create_error(CONNECTOR)["code"] == "InvalidDefinition"


def log(count):
    destination = {"cloudWatchLogsLogGroup": {"logGroupArn": "arn:aws:logs:eu-west-1:1:log-group:x"}}
    return {"loggingConfiguration": {"level": "ALL", "destinations": [destination] * count}}


@pytest.mark.parametrize(("request_", "message"), [
    ({"versionDescription": "v"}, "Version description can only be set when publish is true"),
    (log(0), "Invalid Logging Configuration: Must specify exactly one Log Destination."),
    (log(2), "Invalid Logging Configuration: Must specify exactly one Log Destination."),
    (log(1), "Invalid Logging Configuration: Log Destination not found."),
])
def test_other_parameters_of_the_call(request_, message):
    assert create_error(GOOD, request=request_)["message"] == message


def test_parameters_that_are_right():
    groups = ["arn:aws:logs:eu-west-1:1:log-group:x"]
    assert create_error(GOOD, request={"versionDescription": "v", "publish": True, **log(1)}, log_groups=groups) is None
    assert create_error(GOOD, request={"loggingConfiguration": {"level": "OFF"}}) is None
