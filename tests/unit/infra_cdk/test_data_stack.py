"""The table is the one that the adapters are tested on; nothing that holds data goes away with its stack."""

import pytest

from engine.adapters.aws.table import TTL_ATTRIBUTE, create_table_request

pytestmark = pytest.mark.full


def only(template, kind):
    """The one resource of this type."""
    (resource,) = template.find_resources(kind).values()
    return resource


@pytest.fixture
def table(templates):
    return only(templates["data"], "AWS::DynamoDB::Table")


@pytest.fixture
def bucket(templates):
    return only(templates["data"], "AWS::S3::Bucket")


def by_name(items, key):
    return sorted(items, key=lambda item: item[key])


def test_the_table_has_the_keys_and_indexes_of_the_adapters(table):
    properties, request = table["Properties"], create_table_request("any")
    for same in ("BillingMode", "KeySchema"):
        assert properties[same] == request[same]
    assert properties["StreamSpecification"]["StreamViewType"] == request["StreamSpecification"]["StreamViewType"]
    for named, key in (("GlobalSecondaryIndexes", "IndexName"), ("AttributeDefinitions", "AttributeName")):
        assert by_name(properties[named], key) == by_name(request[named], key)


def test_the_table_can_be_restored_and_not_be_deleted(table):
    properties = table["Properties"]
    assert properties["PointInTimeRecoverySpecification"] == {"PointInTimeRecoveryEnabled": True}
    assert properties["DeletionProtectionEnabled"] is True
    assert properties["TimeToLiveSpecification"] == {"AttributeName": TTL_ATTRIBUTE, "Enabled": True}


def test_table_and_bucket_stay_when_the_stack_goes(table, bucket):
    for resource in (table, bucket):
        assert (resource["DeletionPolicy"], resource["UpdateReplacePolicy"]) == ("Retain", "Retain")


def test_the_bucket_is_private_and_encrypted(bucket):
    properties = bucket["Properties"]
    assert set(properties["PublicAccessBlockConfiguration"].values()) == {True}
    (rule,) = properties["BucketEncryption"]["ServerSideEncryptionConfiguration"]
    assert rule["ServerSideEncryptionByDefault"]["SSEAlgorithm"] == "aws:kms"


def test_the_bucket_refuses_plain_and_old_connections(templates):
    statements = only(templates["data"], "AWS::S3::BucketPolicy")["Properties"]["PolicyDocument"]["Statement"]
    denied = [s["Condition"] for s in statements if s["Effect"] == "Deny"]
    assert {"Bool": {"aws:SecureTransport": "false"}} in denied
    assert {"NumericLessThan": {"s3:TlsVersion": 1.2}} in denied


def test_the_worker_learns_both_names(templates):
    assert templates["data"].find_outputs("TableName")["TableName"]["Description"] == "AUTOMATE_TABLE"
    assert templates["data"].find_outputs("BucketName")["BucketName"]["Description"] == "AUTOMATE_BUCKET"
