"""tools/restored_table.py: what a restore of DynamoDB leaves out is set again and read back."""

import boto3
import pytest
from moto import mock_aws

from engine.adapters.aws.table import STREAM, create_table_request
from tools import restored_table


@pytest.fixture
def dynamodb(monkeypatch):
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "test")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    with mock_aws():
        yield boto3.client("dynamodb")


@pytest.fixture
def old(dynamodb):
    """A stage's own table."""
    tags = [{"Key": "automate:stage", "Value": "prod"}, {"Key": "aws:cloudformation:stack-name", "Value": "x"}]
    dynamodb.create_table(
        **create_table_request("old"), Tags=tags, DeletionProtectionEnabled=True
    )
    return "old"


@pytest.fixture
def restored(dynamodb, old):
    """As a restore leaves it: keys, indexes and items alone."""
    dynamodb.create_table(**{**create_table_request("restored"), "StreamSpecification": {"StreamEnabled": False}})
    return "restored"


def test_it_is_as_the_table_was(dynamodb, old, restored, capsys):
    assert restored_table.main([restored, "--like", old]) == 0
    table = dynamodb.describe_table(TableName=restored)["Table"]
    assert table["DeletionProtectionEnabled"] is True
    assert table["StreamSpecification"] == STREAM
    ttl = dynamodb.describe_time_to_live(TableName=restored)["TimeToLiveDescription"]
    assert ttl == {"TimeToLiveStatus": "ENABLED", "AttributeName": "expires_at"}
    backups = dynamodb.describe_continuous_backups(TableName=restored)["ContinuousBackupsDescription"]
    assert backups["PointInTimeRecoveryDescription"]["PointInTimeRecoveryStatus"] == "ENABLED"
    tags = dynamodb.list_tags_of_resource(ResourceArn=table["TableArn"])["Tags"]
    assert tags == [{"Key": "automate:stage", "Value": "prod"}]
    said = capsys.readouterr().out
    assert "NOT" not in said
    assert said.count("ok ") == 9


def access(dynamodb, table, **items):
    for sk, at in items.items():
        dynamodb.put_item(TableName=table, Item={"pk": {"S": "K"}, "sk": {"S": sk}, "at": {"S": at}})
    found = dynamodb.query(
        TableName=table, KeyConditionExpression="pk = :pk", ExpressionAttributeValues={":pk": {"S": "K"}}
    )["Items"]
    return {item["sk"]["S"]: item["at"]["S"] for item in found if "at" in item}


def test_a_token_that_was_revoked_since_is_not_good_again(dynamodb, old, restored):
    """Nor is a grant that was taken since, and one that was given is there."""
    access(dynamodb, old, **{"H": "7", "T#1": "revoked", "G#default#given": "now"})
    access(dynamodb, restored, **{"H": "5", "T#1": "good", "T#2": "made anew since", "G#default#taken": "then"})
    assert restored_table.main([restored, "--like", old]) == 0
    assert access(dynamodb, restored) == {"H": "7", "T#1": "revoked", "G#default#given": "now"}
    access(dynamodb, restored, **{"H": "8", "T#3": "made by the stage, which is live on it"})
    assert restored_table.main([restored, "--like", old]) == 0
    assert access(dynamodb, restored)["T#3"] == "made by the stage, which is live on it"


def test_it_may_be_run_again(old, restored):
    assert restored_table.main([restored, "--like", old]) == 0
    assert restored_table.main([restored, "--like", old]) == 0


def test_alarms_of_the_table_of_before_are_named(old, restored, capsys):
    boto3.client("cloudwatch").put_metric_alarm(
        AlarmName="throttled", Namespace="AWS/DynamoDB", MetricName="ThrottledRequests", Statistic="Sum", Period=60,
        EvaluationPeriods=1, Threshold=1, ComparisonOperator="GreaterThanThreshold",
        Dimensions=[{"Name": "TableName", "Value": old}],
    )
    assert restored_table.main([restored, "--like", old]) == 0
    said = capsys.readouterr().out
    assert "the alarm throttled watches old\n" in said
    assert "follow with -c table=restored" in said


def test_a_table_that_is_no_stages_is_said(dynamodb, old, capsys):
    key = [{"AttributeName": "pk", "KeyType": "HASH"}]
    dynamodb.create_table(
        TableName="other", KeySchema=key, BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
    )
    assert restored_table.main(["other", "--like", old]) == 1
    assert "NOT  keys and indexes of a stage's table" in capsys.readouterr().out


def test_a_source_that_is_not_there_is_said_in_a_line(restored, capsys):
    assert restored_table.main([restored, "--like", "gone"]) == 1
    said = capsys.readouterr().err
    assert said.startswith("restored is not ready: ")
    assert "Traceback" not in said
