import gzip
import re
from pathlib import Path

import botocore
import pytest

from engine.adapters.aws.integration_names import (
    action_name,
    capitalised,
    error_prefix,
    resource_name,
    sdk_exception,
    sdk_member,
)
from engine.adapters.aws.service_models import services


@pytest.mark.parametrize(("member", "shown"), [
    ("executionArn", "ExecutionArn"),
    ("DBInstanceIdentifier", "DbInstanceIdentifier"),
    ("ETag", "ETag"),
    ("ChecksumCRC32", "ChecksumCRC32"),
    ("MD5OfMessageBody", "Md5OfMessageBody"),
    ("SSEKMSKeyId", "SsekmsKeyId"),
    ("ACL", "Acl"),
    ("Equals", "EqualsValue"),
    ("default", "DefaultValue"),
    ("n", "N"),
])
def test_members_are_called_as_in_the_sdk_v2(member, shown):
    assert sdk_member(member) == shown


def test_members_of_optimised_integrations_only_begin_with_a_capital():
    assert [capitalised(name) for name in ("MD5OfMessageBody", "startDate")] == ["MD5OfMessageBody", "StartDate"]


@pytest.mark.parametrize(("service_id", "prefix"), [
    ("DynamoDB", "DynamoDb"), ("SFN", "Sfn"), ("Secrets Manager", "SecretsManager"), ("ACM PCA", "AcmPca"),
    ("Elastic Load Balancing v2", "ElasticLoadBalancingV2"), ("Database Migration Service", "DatabaseMigration"),
    ("S3", "S3"), ("EC2", "Ec2"),
])
def test_an_error_begins_with_the_services_words(service_id, prefix):
    assert error_prefix(service_id) == prefix


@pytest.mark.parametrize(("shape", "exception"), [
    ("NoSuchBucket", "NoSuchBucketException"), ("DBInstanceNotFoundFault", "DbInstanceNotFoundException"),
    ("ResourceNotFoundException", "ResourceNotFoundException"), ("InvalidToken", "InvalidTokenException"),
    ("KMSInvalidStateException", "KmsInvalidStateException"),
])
def test_every_error_ends_with_exception(shape, exception):
    assert sdk_exception(shape) == exception


@pytest.mark.parametrize(("operation", "action"), [
    ("PutItem", "putItem"), ("DescribeDBInstances", "describeDBInstances"), ("ListObjectsV2", "listObjectsV2"),
])
def test_actions_begin_small(operation, action):
    assert action_name(operation) == action


def test_every_service_of_botocore_is_found_by_the_words_of_its_id():
    data = Path(botocore.__file__).parent / "data"
    wrong = {}
    for service in services().values():
        newest = max((data / service).glob("*/service-2.json*"))
        with (gzip.open if newest.suffix == ".gz" else Path.open)(newest, "rb") as file:
            service_id = re.search(rb'"serviceId"\s*:\s*"([^"]+)"', file.read(4000))[1].decode()
        if resource_name(service) != error_prefix(service_id).lower():
            wrong[service] = service_id
    assert wrong == {}
    assert len(services()) > 300
