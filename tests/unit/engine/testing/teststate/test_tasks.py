"""TestState without a mock: the Task is really called, once."""

from __future__ import annotations

import pytest

from engine import testing
from engine.ports.tasks import TaskFailed, TaskPolicy, TaskSucceeded

ROLE = "arn:aws:iam::123456789012:role/r"
LAMBDA = {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "Parameters": {"FunctionName.$": "$.f"},
          "TimeoutSeconds": 20, "End": True}
CONNECTOR = {"Type": "Task", "Resource": "connector:http:request", "Parameters": {"url": "u", "key": {"$secret": "K"}},
             "End": True}


class Calls:
    """Answers every call with `outcome` and keeps it."""

    def __init__(self, outcome):
        self.outcome = outcome
        self.made = []

    def policy(self, resource, _pin=None):
        return TaskPolicy()

    def call(self, call):
        self.made.append(call)
        return self.outcome


def test_a_call_is_made_and_its_result_flows_on():
    tasks = Calls(TaskSucceeded({"Payload": {}, "StatusCode": 200}))
    answered = testing.test_state(
        {"definition": LAMBDA, "input": {"f": "name"}, "roleArn": ROLE, "inspectionLevel": "DEBUG"}, tasks=tasks,
    )["response"]
    assert answered["status"] == "SUCCEEDED"
    assert answered["output"] == answered["inspectionData"]["result"] == '{"Payload":{},"StatusCode":200}'
    [call] = tasks.made
    assert (call.resource, call.arguments, call.budget_seconds) == (LAMBDA["Resource"], {"FunctionName": "name"}, 20)


def test_a_failing_call_is_made_once_although_the_failure_is_run_twice():
    tasks = Calls(TaskFailed("Lambda.Unknown", "why"))
    state = {**LAMBDA, "Retry": [{"ErrorEquals": ["States.ALL"]}]}
    answered = testing.test_state({"definition": state, "input": {"f": "n"}, "roleArn": ROLE}, tasks=tasks)["response"]
    assert answered == {"status": "RETRIABLE", "error": "Lambda.Unknown", "cause": "why"}
    assert len(tasks.made) == 1


def test_what_is_not_retryable_is_not():
    tasks = Calls(TaskFailed("E", retryable=False))
    state = {**LAMBDA, "Retry": [{"ErrorEquals": ["States.ALL"]}]}
    answered = testing.test_state({"definition": state, "input": {"f": "n"}, "roleArn": ROLE}, tasks=tasks)["response"]
    assert answered == {"status": "FAILED", "error": "E"}


def test_a_call_of_an_aws_resource_wants_a_role():
    answered = testing.test_state({"definition": LAMBDA}, tasks=Calls(TaskSucceeded({})))
    assert answered["error_response"]["message"] == "RoleArn must be specified when testing a Task state"


def test_a_connector_is_called_without_a_role_and_keeps_its_secrets_as_references():
    tasks = Calls(TaskSucceeded({}))
    answered = testing.test_state({"definition": CONNECTOR, "inspectionLevel": "TRACE"}, tasks=tasks)["response"]
    assert tasks.made[0].secret_refs == (("/key", "K"),)
    assert answered["inspectionData"]["afterParameters"] == '{"url":"u","key":{"$secret":"K"}}'


@pytest.mark.parametrize(("definition", "role"), [(LAMBDA, ROLE), (CONNECTOR, None)])
def test_without_a_mock_and_without_anything_to_call_it_says_so(definition, role):
    request = {"definition": definition, **({"roleArn": role} if role else {})}
    answered = testing.test_state(request)["error_response"]
    assert definition["Resource"] in answered["message"]
    assert "specify a mock" in answered["message"]


def test_an_argument_that_cannot_be_evaluated_makes_no_call():
    tasks = Calls(TaskSucceeded({}))
    answered = testing.test_state({"definition": LAMBDA, "roleArn": ROLE}, tasks=tasks)["response"]
    assert (answered["status"], tasks.made) == ("FAILED", [])
