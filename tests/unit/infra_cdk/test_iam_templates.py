"""How templates become ARNs and policies: CloudFormation's intrinsic functions, and whose policy is whose."""

import pytest

from tests.support.iam.evaluation import Decision
from tests.support.iam.templates import Stage

TEMPLATES = {
    "automate-x-data": {
        "Resources": {
            "T1": {"Type": "AWS::DynamoDB::Table", "Properties": {}},
            "T2": {"Type": "AWS::DynamoDB::Table", "Properties": {"TableName": "named"}},
            "K": {"Type": "AWS::KMS::Key", "Properties": {"KeyPolicy": {"Statement": [{
                "Effect": "Allow", "Action": "kms:*", "Resource": "*",
                "Principal": {"AWS": {"Fn::Sub": "arn:${AWS::Partition}:iam::${AWS::AccountId}:root"}},
            }]}}},
        },
        "Outputs": {
            "O": {"Value": {"Fn::GetAtt": ["T1", "Arn"]}, "Export": {"Name": "automate-x-data:T1"}},
            "Plain": {"Value": {"Fn::GetAtt": ["T2", "Arn"]}},
        },
    },
    "automate-x-engine": {
        "Resources": {
            "R": {"Type": "AWS::IAM::Role", "Properties": {"AssumeRolePolicyDocument": {"Statement": []}}},
            "F": {"Type": "AWS::Lambda::Function", "Properties": {
                "FunctionName": "automate-x-worker", "Role": {"Fn::GetAtt": ["R", "Arn"]},
            }},
            "Q": {"Type": "AWS::SQS::Queue"},
            "QP": {"Type": "AWS::SQS::QueuePolicy", "Properties": {"Queues": [{"Ref": "Q"}], "PolicyDocument": {
                "Statement": {"Effect": "Deny", "Action": "sqs:*", "Resource": {"Fn::GetAtt": "Q.Arn"},
                              "Principal": "*", "Condition": {"Bool": {"aws:SecureTransport": "false"}}},
            }}},
            "P": {"Type": "AWS::IAM::Policy", "Properties": {"Roles": [{"Ref": "R"}], "PolicyDocument": {"Statement": [
                {"Effect": "Allow", "Action": "dynamodb:Query", "Resource": {"Fn::Join": ["", [
                    {"Fn::ImportValue": {"Fn::Sub": "automate-x-data:T1"}}, "/index/*",
                ]]}},
                {"Effect": "Allow", "Action": "sqs:*", "Resource": {"Fn::GetAtt": ["Q", "Arn"]}},
                {"Effect": "Allow", "Action": "kms:Decrypt", "Resource": "*"},
            ]}}},
        },
    },
}
TABLE = "arn:aws:dynamodb:eu-central-1:111122223333:table/T1"


@pytest.fixture
def stage():
    return Stage(TEMPLATES)


def test_arns_have_the_name_that_was_given_or_the_logical_id(stage):
    assert stage.arn("data", "AWS::DynamoDB::Table", "T1") == TABLE
    assert stage.arn("data", "AWS::DynamoDB::Table", "T2").endswith(":table/named")
    assert stage.role("worker") == "arn:aws:iam::111122223333:role/R"


def test_a_policy_follows_an_export_to_the_other_stack(stage):
    assert stage.may(stage.role("worker"), "dynamodb:Query", f"{TABLE}/index/due")
    assert not stage.may(stage.role("worker"), "dynamodb:Query", TABLE)


def test_an_output_of_another_stack_is_read(stage):
    read = {"Fn::GetStackOutput": {"StackName": "automate-x-data", "OutputName": "Plain"}}
    assert stage.resolved("engine", read) == stage.arn("data", "AWS::DynamoDB::Table", "T2")


def test_a_queues_policy_and_a_keys_take_part(stage):
    worker, queue = stage.role("worker"), stage.arn("engine", "AWS::SQS::Queue")
    assert stage.may(worker, "sqs:SendMessage", queue)
    plain = stage.decision(worker, "sqs:SendMessage", queue, aws_SecureTransport="false")
    assert plain is Decision.EXPLICIT_DENY
    assert stage.may(worker, "kms:Decrypt", stage.arn("data", "AWS::KMS::Key"))
    assert not stage.may(worker, "kms:Decrypt", "arn:aws:kms:eu-central-1:111122223333:key/another")


def test_what_it_cannot_resolve_it_does_not_guess(stage):
    with pytest.raises(LookupError, match="Fn::If"):
        stage.resolved("data", {"Fn::If": ["a", "b", "c"]})
    with pytest.raises(LookupError, match="no stack exports"):
        stage.resolved("data", {"Fn::ImportValue": "nothing"})
    with pytest.raises(LookupError, match="no function"):
        stage.role("gateway")
