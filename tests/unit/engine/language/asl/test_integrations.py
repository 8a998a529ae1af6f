from __future__ import annotations

import pytest

from engine.language.asl.integrations import OPTIMISED, REQUIRED_ARGUMENTS, unfit_arguments
from engine.testing import simulate


@pytest.mark.parametrize(("service", "action", "arguments", "problems"), [
    ("lambda", "invoke", {"FunctionName": "f"}, []),
    ("lambda", "invoke", {}, ["The field 'FunctionName' is required but was missing"]),
    ("sqs", "sendMessage", {"MessageBody": 1}, ["The field 'QueueUrl' is required but was missing"]),
    ("apigateway", "invoke", {"ApiEndpoint": "e", "Method": "GET", "Headers": {"h": ["v"]}}, []),
    ("apigateway", "invoke", {"ApiEndpoint": "e", "Method": "GET", "Headers": {"h": "v"}},
     ["The value of the field 'Headers' has an invalid format"]),
    ("apigateway", "invoke", {"ApiEndpoint": "e", "Method": "GET", "QueryParameters": []},
     ["The value of the field 'QueryParameters' has an invalid format"]),
    ("connector:http", "request", {}, []),
    ("aws-sdk:lambda", "invoke", {}, []),
    ("lambda", "invoke", "no object", []),
])
def test_what_keeps_arguments_from_starting_a_task(service, action, arguments, problems):
    assert unfit_arguments(service, action, arguments) == problems


def test_every_checked_integration_is_one():
    for name in REQUIRED_ARGUMENTS:
        service, action = name.split(":")
        assert action in OPTIMISED[service]


def test_unfit_arguments_fail_before_the_task_is_scheduled():
    definition = {"StartAt": "Send", "States": {"Send": {
        "Type": "Task", "Resource": "arn:aws:states:::sqs:sendMessage", "End": True,
        "Parameters": {"MessageBody.$": "$.body", "QueueUrl.$": "$.url"},
    }}}
    fine = simulate(definition, {"body": "b", "url": "u"}, stubs={"arn:aws:states:::sqs:sendMessage": [{"output": {}}]})
    assert fine.status == "SUCCEEDED"
    jsonata = {"QueryLanguage": "JSONata", "StartAt": "Send", "States": {"Send": {
        "Type": "Task", "Resource": "arn:aws:states:::sqs:sendMessage", "Arguments": "{% $states.input %}", "End": True,
    }}}
    result = simulate(jsonata, {"QueueUrl": "u"})
    assert (result.status, result.error) == ("FAILED", "States.Runtime")
    assert result.cause.endswith("start the Task: [The field 'MessageBody' is required but was missing]")
    assert [event["type"] for event in result.events] == ["ExecutionStarted", "TaskStateEntered", "ExecutionFailed"]
