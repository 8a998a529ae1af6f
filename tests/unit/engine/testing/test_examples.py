"""Example stubs: an answer for every call, of the shape that AWS's own model has."""

from __future__ import annotations

import pytest

from engine.adapters.aws.service_shapes import example_response, response_problem
from engine.language.asl.resources import parse_resource
from engine.testing.examples import example_stubs
from engine.testing.simulate import simulate

CALLS = [
    "dynamodb:getItem", "sqs:sendMessage", "sns:publish", "lambda:invoke", "events:putEvents", "ecs:runTask",
    "glue:startJobRun", "batch:submitJob", "states:startExecution", "aws-sdk:s3:getObject", "aws-sdk:s3:listObjectsV2",
    "aws-sdk:ec2:describeInstances", "aws-sdk:dynamodb:query", "aws-sdk:sfn:startExecution",
]


@pytest.mark.parametrize("call", CALLS)
def test_an_example_fits_the_operation_s_response(call):
    resource = parse_resource(f"arn:aws:states:::{call}")
    example = example_response(resource)
    assert example
    assert response_problem(resource, example, strict=True) is None


def test_members_are_spelled_as_the_integration_spells_them():
    assert example_response(parse_resource("arn:aws:states:::lambda:invoke"))["Payload"] == {}
    assert "StartDate" in example_response(parse_resource("arn:aws:states:::states:startExecution"))
    item = example_response(parse_resource("arn:aws:states:::dynamodb:getItem"))["Item"]
    assert item == {"key": {"S": "text"}}


@pytest.mark.parametrize("call", ["sqs:sendMessage.waitForTaskToken", "apigateway:invoke", "ecs:runTask.sync"])
def test_what_others_answer_is_theirs(call):
    assert example_response(parse_resource(f"arn:aws:states:::{call}")) is None


def reads(resource, kind="JSON"):
    return {"Type": "Map", "Next": "Save", "ItemReader": {
        "Resource": resource, "ReaderConfig": {"InputType": kind}, "Parameters": {"Bucket": "b", "Key": "k"},
    }, "ItemProcessor": {
        "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"}, "StartAt": "Each",
        "States": {"Each": {
            "Type": "Task", "Resource": "arn:aws:states:::sns:publish", "Parameters": {"Message": "hello"}, "End": True,
        }},
    }}


@pytest.mark.parametrize(("resource", "kind"), [
    ("arn:aws:states:::s3:getObject", "JSON"), ("arn:aws:states:::s3:getObject", "JSONL"),
    ("arn:aws:states:::s3:getObject", "CSV"), ("arn:aws:states:::s3:listObjectsV2", "JSON"),
])
def test_a_workflow_runs_to_its_end_on_its_examples(resource, kind):
    definition = {"StartAt": "M", "States": {
        "M": reads(resource, kind), "Save": {"Type": "Task", "Resource": "connector:crm:save", "Next": "Ask"},
        "Ask": {"Type": "Task", "Resource": "arn:aws:states:::sqs:sendMessage.waitForTaskToken",
                "Parameters": {"QueueUrl": "q", "MessageBody.$": "$$.Task.Token"}, "End": True},
    }}
    stubs = example_stubs(definition, lambda resource: {"id": "string", "total": "number", "odd": "what"})
    assert stubs["connector:crm:save"] == [{"state": "Save", "output": {"id": "text", "total": 0, "odd": None}}]
    assert simulate(definition, {}, stubs=stubs).status == "SUCCEEDED"
