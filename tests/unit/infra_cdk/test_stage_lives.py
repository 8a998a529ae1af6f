"""A stage's life by its templates: restored, destroyed with its data kept, deployed anew, beside another stage."""

import json

import pytest

from tests.support.iam.templates import ACCOUNT, REGION, Stage

pytestmark = pytest.mark.full
KEPT = {
    "AWS::DynamoDB::Table", "AWS::S3::Bucket", "AWS::S3::BucketPolicy", "AWS::KMS::Key", "AWS::Cognito::UserPool",
    "AWS::ApiGateway::Account", "AWS::IAM::Role", "AWS::SecretsManager::Secret",
}
ADOPTED = {
    "table": "t-1", "table_stream": "arn:aws:dynamodb:us-east-1:123456789012:table/t-1/stream/2026",
    "bucket": "b-1", "key_arn": "arn:aws:kms:us-east-1:123456789012:key/k-1",
    "user_pool_id": "us-east-1_abc",
    "token_root": "arn:aws:secretsmanager:us-east-1:123456789012:secret:TokenRoot-AbCdEf",
}
NAMES = {
    "AWS::DynamoDB::Table": "TableName", "AWS::S3::Bucket": "BucketName", "AWS::Logs::LogGroup": "LogGroupName",
    "AWS::Lambda::Function": "FunctionName", "AWS::IAM::Role": "RoleName", "AWS::KMS::Alias": "AliasName",
    "AWS::CloudWatch::Alarm": "AlarmName", "AWS::CloudWatch::Dashboard": "DashboardName",
    "AWS::SQS::Queue": "QueueName", "AWS::SNS::Topic": "TopicName", "AWS::Events::Rule": "Name",
    "AWS::Logs::MetricFilter": "FilterName",
}
"""The property of each type that gives it a name which the account can have once only."""


@pytest.fixture(scope="module")
def synthesise():
    pytest.importorskip("aws_cdk", reason="the [infra] extra is not installed: make test-full")
    from tests.support.stage_updates import synthesise  # noqa: PLC0415 - only where it is installed

    return synthesise


@pytest.fixture(scope="module")
def stage(synthesise):
    return synthesise()


@pytest.fixture(scope="module")
def adopting(synthesise):
    return synthesise(**ADOPTED)


def resources(stage):
    return [(name, item) for template in stage.values() for name, item in template["Resources"].items()]


def names(stage):
    """(type, name) of every resource that is given a name which must be free."""
    return {
        (item["Type"], json.dumps(item["Properties"][NAMES[item["Type"]]])) for _, item in resources(stage)
        if item["Type"] in NAMES and NAMES[item["Type"]] in item["Properties"]
    }


def test_what_stays_after_a_destroy_is_what_holds_data_and_the_accounts_own_setting(stage):
    kept = [(name, item) for name, item in resources(stage) if item.get("DeletionPolicy", "Delete") != "Delete"]
    assert {item["Type"] for _, item in kept} <= KEPT
    assert {item["Type"] for _, item in kept} >= {"AWS::DynamoDB::Table", "AWS::S3::Bucket", "AWS::Cognito::UserPool"}
    assert [name for name, item in kept if item["Type"] == "AWS::IAM::Role"] == ["GatewayCloudWatchRole34305E06"]


def test_a_new_deployment_finds_none_of_its_names_taken_by_what_stayed(stage):
    kept = {
        (item["Type"], json.dumps(item["Properties"].get(NAMES.get(item["Type"], ""), None)))
        for _, item in resources(stage) if item.get("DeletionPolicy", "Delete") != "Delete"
    }
    assert not names(stage) & kept


def test_destroying_a_stage_leaves_the_accounts_role_for_logs_to_the_others(stage):
    for kind in ("AWS::ApiGateway::Account", "AWS::IAM::Role"):
        [policies] = [
            (item["DeletionPolicy"], item["UpdateReplacePolicy"]) for name, item in resources(stage)
            if item["Type"] == kind and name.startswith("Gateway")
        ]
        assert policies == ("Retain", "Retain")


@pytest.mark.parametrize("other", ["test-2", "test-data", "te"])
def test_two_stages_have_no_name_in_common(synthesise, stage, other):
    assert not names(stage) & names(synthesise(stage=other))
    assert len(names(stage)) > 10


def test_a_stage_that_is_deployed_anew_makes_nothing_that_it_takes_over(adopting):
    made = {item["Type"] for _, item in resources(adopting)}
    assert not made & {"AWS::DynamoDB::Table", "AWS::KMS::Key", "AWS::Cognito::UserPool", "AWS::SecretsManager::Secret"}
    assert [name for name, item in resources(adopting) if item["Type"] == "AWS::S3::Bucket"] == ["SiteE53D7754"]
    outputs = {name: output["Value"] for t in adopting.values() for name, output in t.get("Outputs", {}).items()}
    assert (outputs["TableName"], outputs["UserPoolId"]) == ("t-1", "us-east-1_abc")


def test_each_stack_has_something_in_it(adopting):
    """CloudFormation takes no empty one, and the cdk command deletes a stack that has become empty."""
    assert all(template.get("Resources") for template in adopting.values())


def test_functions_work_on_a_table_that_is_named(adopting):
    functions = [
        item["Properties"]["Environment"]["Variables"] for _, item in resources(adopting)
        if item["Type"] == "AWS::Lambda::Function" and "AUTOMATE_STAGE" in str(item["Properties"].get("Environment"))
    ]
    using = [variables for variables in functions if "AUTOMATE_TABLE" in variables]
    assert len(using) == 5
    assert {(each["AUTOMATE_TABLE"], each["AUTOMATE_BUCKET"]) for each in using} == {("t-1", "b-1")}


@pytest.mark.parametrize("function", ["api", "worker", "sweeper", "deadletter"])
def test_what_is_named_may_be_used_and_what_was_there_before_no_more(synthesise, adopting, function):
    """By IAM's own logic over the templates: the table, its index, the payloads, the key."""
    stream = f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/automate-test-2/stream/2026"
    restored = Stage(synthesise(table="automate-test-2", table_stream=stream))
    old, new = (f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/{name}" for name in ("TableCD117FA1", "automate-test-2"))
    caller = restored.role(function)
    for action in ("GetItem", "PutItem", "UpdateItem", "Query"):
        assert restored.may(caller, f"dynamodb:{action}", new)
        assert not restored.may(caller, f"dynamodb:{action}", old)
    assert restored.may(caller, "dynamodb:Query", f"{new}/index/due")
    assert restored.may(caller, "kms:Decrypt", restored.arn("data", "AWS::KMS::Key"))

    anew = Stage(adopting)
    caller, delegating = anew.role(function), [{"Statement": {
        "Effect": "Allow", "Action": "kms:*", "Resource": "*", "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"},
    }}]
    assert anew.may(caller, "dynamodb:PutItem", f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/t-1")
    assert anew.may(caller, "s3:PutObject", "arn:aws:s3:::b-1/blobs/default/abc")
    assert anew.may(caller, "kms:Decrypt", ADOPTED["key_arn"], made=delegating)


def test_the_stages_own_alarms_follow_to_the_table(adopting):
    watched = [
        dimension["Value"] for _, item in resources(adopting) if item["Type"] == "AWS::CloudWatch::Alarm"
        for dimension in item["Properties"].get("Dimensions", ()) if dimension["Name"] == "TableName"
    ]
    assert watched == ["t-1", "t-1"]


def test_the_gateway_asks_the_pool_of_before(adopting):
    [authorizer] = [i for _, i in resources(adopting) if i["Type"] == "AWS::ApiGateway::Authorizer"]
    assert "userpool/us-east-1_abc" in json.dumps(authorizer["Properties"]["ProviderARNs"])
    [client] = [i for _, i in resources(adopting) if i["Type"] == "AWS::Cognito::UserPoolClient"]
    assert client["Properties"]["UserPoolId"] == "us-east-1_abc"


@pytest.mark.parametrize(("context", "said"), [
    ({"stage": "a-task-b"}, "-task"),
    ({"key_arn": "arn:aws:kms:us-east-1:123456789012:key/k"}, "the table and the bucket"),
    ({"snapshot_schema": "99"}, "schema"),
])
def test_what_would_meet_or_not_fit_is_refused(context, said):
    from engine.errors import InvalidDocument  # noqa: PLC0415
    from functions.tunables import Tunables  # noqa: PLC0415

    with pytest.raises(InvalidDocument, match=said):
        Tunables.from_context(context.get)
