"""Values against the shapes of AWS's APIs."""

from __future__ import annotations

import pytest

from engine.adapters.aws.service_shapes import response_problem
from engine.language.asl.resources import parse_resource


def problem(resource, result, *, strict=True):
    return response_problem(parse_resource(f"arn:aws:states:::{resource}"), result, strict=strict)


@pytest.mark.parametrize(("resource", "result", "told"), [
    ("events:putEvents", {"Entries": "x"}, "Field 'Entries' must be an array"),
    ("events:putEvents", {"Entries": ["x"]}, "Field 'Entries' must be an object"),
    ("events:putEvents", {"Entries": [{"EventId": "a"}, {"EventId": ["b"]}]}, "Field 'EventId' must be a string"),
    ("events:putEvents", {"FailedEntryCount": True}, "Field 'FailedEntryCount' must be a number"),
    ("events:putEvents", [], "Mocked result must be an object"),
    ("dynamodb:putItem", {"ConsumedCapacity": {"CapacityUnits": "1"}}, "Field 'CapacityUnits' must be a number"),
    ("dynamodb:getItem", {"Item": {"id": "x"}}, "Field 'id' must be an object"),
    ("aws-sdk:s3:getObject", {"StorageClass": "Papyrus"}, "Field 'StorageClass' is not an expected value"),
    ("aws-sdk:s3:getObject", {"BucketKeyEnabled": "yes"}, "Field 'BucketKeyEnabled' must be a boolean"),
    ("aws-sdk:s3:getObject", {"Body": {"parsed": 1}}, "Field 'Body' must be a string"),
    ("aws-sdk:kms:encrypt", {"CiphertextBlob": ""}, "Field 'CiphertextBlob' is smaller than the minimum length"),
    ("aws-sdk:kms:encrypt", {"KeyId": "k" * 2049}, "Field 'KeyId' exceeds the maximum length"),
    ("aws-sdk:lambda:getFunction", {"Configuration": {"MemorySize": 10**9}},
     "Field 'MemorySize' exceeds the maximum value"),
    ("aws-sdk:lambda:getFunction", {"Configuration": {"MemorySize": 127}},
     "Field 'MemorySize' is less than the minimum value"),
    ("aws-sdk:sfn:startExecution", {"ExecutionArn": "a", "StartDate": 5}, "Field 'StartDate' must be a string"),
])
def test_what_does_not_fit(resource, result, told):
    assert problem(resource, result) == told
    assert problem(resource, result, strict=False) == told


def test_required_members_are_for_strict_only():
    assert problem("states:startExecution", {}) == "Required field 'ExecutionArn' is missing"
    assert problem("states:startExecution", {"ExecutionArn": None}) == "Required field 'ExecutionArn' is missing"
    assert problem("states:startExecution", {}, strict=False) is None


@pytest.mark.parametrize(("resource", "result"), [
    ("events:putEvents", {"random": "member"}),
    ("lambda:invoke", {"Payload": {"what": ["the", "function", "gave"]}, "StatusCode": 200}),
    ("bedrock:invokeModel", {"Body": {"parsed": 1}, "ContentType": "application/json"}),
    ("apigateway:invoke", "anything"),
    ("http:invoke", "anything"),
    ("sqs:sendMessage.waitForTaskToken", "anything"),
    ("states:startExecution.sync:2", "anything"),
    ("aws-sdk:nosuchservice:call", "anything"),
    ("aws-sdk:s3:noSuchAction", "anything"),
])
def test_what_is_held_against_nothing(resource, result):
    assert problem(resource, result) is None


@pytest.mark.parametrize("text", ["arn:aws:lambda:us-east-1:123456789012:function:f", "connector:http:request"])
def test_other_resources_give_what_they_like(text):
    assert response_problem(parse_resource(text), "anything", strict=True) is None
