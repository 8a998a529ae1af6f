"""A Task's Resource."""

from __future__ import annotations

import pytest

from engine.language.asl.validate import validate


def found(resource, kind="STANDARD", *, extensions=True):
    needed = ("FunctionName", "TableName", "Item", "QueueUrl", "MessageBody", "Message", "StateMachineArn", "Entries",
              "JobName", "TaskDefinition")
    arguments = dict.fromkeys(needed, "x")
    state = {"Type": "Task", "Resource": resource, "Parameters": arguments, "End": True}
    definition = {"StartAt": "A", "States": {"A": state}}
    return [(d.location.removeprefix("/States/A"), d.message)
            for d in validate(definition, kind=kind, extensions=extensions)]


@pytest.mark.parametrize("resource", [
    "arn:aws:states:::lambda:invoke", "arn:aws-cn:states:::sqs:sendMessage.waitForTaskToken",
    "arn:aws:states:::states:startExecution.sync:2", "arn:aws:states:::dynamodb:putItem",
    "arn:aws:states:::aws-sdk:s3:listBuckets", "arn:aws:states:::aws-sdk:sfn:startExecution.waitForTaskToken",
    "arn:aws:lambda:eu-west-1:123456789012:function:charge:live",
    "arn:aws:states:eu-west-1:123456789012:activity:approve", "arn:aws:states:::ecs:runTask.sync",
    # Seen in public definitions: region and account say nothing.
    "arn:aws:states:eu-central-1:123456789012:aws-sdk:glue:startCrawler",
    "arn:aws:states:eu-central-1:123456789012:glue:startJobRun.sync",
    "arn:aws:states:eu-central-1:123456789012:lambda:invoke.waitForTaskToken",
])
def test_known_resources(resource):
    assert found(resource, extensions=False) == []


@pytest.mark.parametrize("resource", [
    "", "lambda", "arn:aws:states:::dynamodb:query", "arn:aws:states:::nope:invoke",
    "arn:aws:states:::lambda:invoke.sync", "arn:aws:states:eu-west-1::lambda:invoke",
    "arn:aws:states:::aws-sdk:s3:ListBuckets", "arn:aws:states:::aws-sdk:glue:startJobRun.sync",
    "arn:aws:states:eu-west-1:123456789012:dynamodb:query", "arn:aws:states:eu-west-1:123456789012:stateMachine:other",
    "arn:aws:s3:::bucket", "${FunctionArn}", "connector:http:request", "arn:aws:states:::glue:startJobRun.sync:2",
])
def test_what_aws_does_not_recognise(resource):
    message = (f"The resource provided {resource} is not recognized. The value is not a valid resource ARN, or the "
               "resource is not available in this region.")
    assert found(resource, extensions=False) == [("/Resource", message)]


def test_a_resource_is_text():
    assert found(["x"]) == [("/Resource", "Expected value of type String")]


def test_connectors_are_ours():
    assert found("connector:legacy_erp:create_order") == []
    assert found("connector:legacy_erp:create_order.waitForTaskToken") == []


@pytest.mark.parametrize("resource", [
    "connector:", "connector:http", "connector:http:", "connector::request", "connector:http:request.sync",
    "connector:http:request:more", "connector:ht tp:request",
])
def test_a_connector_task_names_code_and_action(resource):
    message = (f"'{resource}' names no connector action: write connector:CODE:ACTION, or "
               "connector:CODE:ACTION.waitForTaskToken")
    assert found(resource) == [("/Resource", message)]


@pytest.mark.parametrize(("resource", "message"), [
    ("arn:aws:states:::states:startExecution.sync",
     "Express state machine does not support '.sync' service integration"),
    ("arn:aws:states:::states:startExecution.sync:2",
     "Express state machine does not support '.sync' service integration"),
    ("arn:aws:states:::sqs:sendMessage.waitForTaskToken",
     "Express state machine does not support '.waitForTaskToken' service integration "),
    ("connector:approval:ask.waitForTaskToken",
     "Express state machine does not support '.waitForTaskToken' service integration "),
    ("arn:aws:states:eu-west-1:123456789012:activity:approve", "Express state machine does not support activities"),
])
def test_what_express_refuses(resource, message):
    assert found(resource) == []
    assert found(resource, "EXPRESS") == [("/Resource", message)]


def test_an_argument_that_is_required_and_empty_is_an_error_of_ours_alone():
    def of(language, field, value, *, extensions=True):
        arguments = {"FunctionName": value, "Payload": ""}
        state = {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", field: arguments, "End": True}
        definition = {"QueryLanguage": language, "StartAt": "A", "States": {"A": state}}
        return [(each.code, each.location) for each in validate(definition, extensions=extensions)]

    for language, field in (("JSONPath", "Parameters"), ("JSONata", "Arguments")):
        assert of(language, field, "") == [("REQUIRED_INPUT_EMPTY", f"/States/A/{field}/FunctionName")]
        assert of(language, field, "charge") == []
        assert of(language, field, "", extensions=False) == []
    assert of("JSONata", "Arguments", "{% $states.input.name %}") == []
