"""aws-sdk integrations over moto."""

import re

import pytest
from botocore.exceptions import (
    ClientError,
    ConnectionClosedError,
    ConnectTimeoutError,
    EndpointConnectionError,
    NoCredentialsError,
    ReadTimeoutError,
)

from connectors.aws import operations
from connectors.aws.tasks import AwsTasks
from engine.clock import SystemClock
from engine.ports.tasks import TaskFailed
from tests.support.aws_calls import make_call


@pytest.fixture
def bucket(aws, client_of):
    client_of("s3").create_bucket(Bucket="files", CreateBucketConfiguration={"LocationConstraint": "eu-central-1"})
    return "files"


@pytest.mark.parametrize(("body", "text"), [
    ("grüße", "grüße"), ({"a": [1, None]}, '{"a":[1,null]}'), (False, "false"), ("", ""),
])
def test_s3_keeps_what_was_given_as_text_and_gives_it_back(run, bucket, body, text):
    put = run("arn:aws:states:::aws-sdk:s3:putObject", {"Bucket": bucket, "Key": "k", "Body": body})
    assert set(put.output) >= {"ETag", "ChecksumCRC32"}
    got = run("arn:aws:states:::aws-sdk:s3:getObject", {"Bucket": bucket, "Key": "k"})
    assert got.output["Body"] == text
    assert got.output["ContentLength"] == len(text.encode())
    assert got.output["Metadata"] == {}
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", got.output["LastModified"])
    assert not {"ResponseMetadata", "SdkHttpMetadata"} & set(got.output)


def test_an_item_reader_reads_by_the_same_call(run, bucket, client_of):
    client_of("s3").put_object(Bucket=bucket, Key="in/1.json", Body=b"[1]")
    listed = run("arn:aws:states:::s3:listObjectsV2", {"Bucket": bucket, "Prefix": "in/"})
    (entry,) = listed.output["Contents"]
    # The names and the time of the developer guide's example of an item ("ItemReader").
    assert list(entry) == ["Etag", "Key", "LastModified", "Size", "StorageClass"]
    assert (entry["Key"], entry["StorageClass"], type(entry["LastModified"])) == ("in/1.json", "STANDARD", int)
    assert entry["Etag"].startswith('"')
    assert run("arn:aws:states:::s3:getObject", {"Bucket": bucket, "Key": "in/1.json"}).output["Body"] == "[1]"


def test_bytes_that_are_no_text_come_back_as_base64(run, bucket, client_of):
    client_of("s3").put_object(Bucket=bucket, Key="k", Body=b"\xff\x00")
    assert run("arn:aws:states:::aws-sdk:s3:getObject", {"Bucket": bucket, "Key": "k"}).output["Body"] == "/wA="


def test_an_object_past_the_limit_is_not_brought_home(run, bucket, client_of, monkeypatch):
    client_of("s3").put_object(Bucket=bucket, Key="k", Body=b"x" * 2000)
    monkeypatch.setattr(operations, "MAX_BODY_BYTES", 1000)
    outcome = run("arn:aws:states:::aws-sdk:s3:getObject", {"Bucket": bucket, "Key": "k"})
    assert outcome.error == "States.DataLimitExceeded"
    assert outcome.cause.startswith("The state/task 'arn:aws:states:::aws-sdk:s3:getObject' returned a result")


@pytest.mark.parametrize(("resource", "arguments", "error", "cause"), [
    ("s3:listObjects", {"Bucket": "none-such"}, "S3.NoSuchBucketException",
     r"The specified bucket does not exist \(Service: S3, Status Code: 404, Request ID: [^,]+(, Extended .+)?\)"),
    ("dynamodb:putItem", {"TableName": "none", "Item": {"id": {"S": "1"}}}, "DynamoDb.ResourceNotFoundException",
     r"Requested resource not found \(Service: DynamoDb, Status Code: 400, Request ID: [^,]+\)"),
    ("rds:describeDBInstances", {"DbInstanceIdentifier": "none"}, "Rds.DbInstanceNotFoundException",
     r".* \(Service: Rds, Status Code: 404, Request ID: [^,]+\)"),
    ("ec2:describeInstances", {"InstanceIds": ["i-0123456789abcdef0"]}, "Ec2.Ec2Exception",
     r".* \(Service: Ec2, Status Code: 400, Request ID: [^,]+\)"),
])
def test_errors_are_named_as_the_sdk_v2_names_them(run, resource, arguments, error, cause):
    outcome = run(f"arn:aws:states:::aws-sdk:{resource}", arguments)
    assert outcome.error == error
    assert re.fullmatch(cause, outcome.cause)
    assert (outcome.definite, outcome.retryable) == (True, True)


def test_members_are_named_as_the_sdk_v2_names_them_both_ways(run):
    run("arn:aws:states:::aws-sdk:rds:createDBInstance", {
        "DbInstanceIdentifier": "orders", "DbInstanceClass": "db.t3.micro", "Engine": "postgres",
        "AllocatedStorage": "20", "MasterUsername": "owner", "MasterUserPassword": "not-a-secret", "MultiAZ": "false",
    })
    found = run("arn:aws:states:::aws-sdk:rds:describeDBInstances", {"DbInstanceIdentifier": "orders"})
    [instance] = found.output["DbInstances"]
    assert instance["DbInstanceIdentifier"] == "orders"
    assert instance["AllocatedStorage"] == 20
    assert instance["MultiAZ"] is False


def test_a_queue_over_the_sdk(run, client_of):
    url = client_of("sqs").create_queue(QueueName="q")["QueueUrl"]
    sent = run("arn:aws:states:::aws-sdk:sqs:sendMessage", {"QueueUrl": url, "MessageBody": {"a": 1}})
    assert set(sent.output) == {"Md5OfMessageBody", "MessageId"}


def test_what_an_address_needs_is_asked_for_before_the_call(run):
    outcome = run("arn:aws:states:::aws-sdk:s3:getObject", {"Bucket": "files"})
    assert outcome.error == "States.Runtime"
    assert outcome.cause.endswith("[The field 'Key' is required but was missing]")


def test_parameters_are_read_where_they_are_no_secret(run, client_of):
    ssm = client_of("ssm")
    ssm.put_parameter(Name="plain", Value="v", Type="String")
    resource = "arn:aws:states:::aws-sdk:ssm:getParameter"
    assert run(resource, {"Name": "plain"}).output["Parameter"]["Value"] == "v"
    refused = run(resource, {"Name": "plain", "WithDecryption": "true"})
    assert (refused.error, refused.retryable) == ("Automate.Refused", False)
    assert "WithDecryption" in refused.cause


class Scripted:
    """Clients whose every call raises or answers what the test says; keeps what it was called with."""

    def __init__(self, does):
        self._does = does
        self.seen = []

    def client(self, service, timeout_seconds):
        self.seen.append((service, timeout_seconds))
        return self

    def __getattr__(self, name):
        def method(**params):
            self.seen.append((name, params))
            if isinstance(self._does, Exception):
                raise self._does
            return self._does
        return method


def scripted(does, resource="arn:aws:states:::aws-sdk:dynamodb:putItem", arguments=None, **changes):
    clients = Scripted(does)
    outcome = AwsTasks(clients).call(make_call(resource, arguments or {"TableName": "t", "Item": {}}, **changes))
    return outcome, clients.seen


def client_error(code, status):
    response = {
        "Error": {"Code": code, "Message": "m"}, "ResponseMetadata": {"HTTPStatusCode": status, "RequestId": "r"},
    }
    return ClientError(response, "PutItem")


URL = {"endpoint_url": "https://dynamodb.eu-central-1.amazonaws.com/"}


@pytest.mark.parametrize(("raised", "definite"), [
    (EndpointConnectionError(**URL), True),
    (ConnectTimeoutError(**URL), True),
    (NoCredentialsError(), True),
    (ReadTimeoutError(**URL), False),
    (ConnectionClosedError(**URL), False),
    (RuntimeError("a defect"), False),
])
def test_what_is_known_of_a_call_that_broke(raised, definite):
    outcome, _ = scripted(raised)
    assert outcome.error == "DynamoDb.SdkClientException"
    assert str(raised) in outcome.cause
    assert outcome.definite is definite
    assert outcome.retryable


@pytest.mark.parametrize(("code", "status", "definite"), [
    ("ConditionalCheckFailedException", 400, True),
    ("ThrottlingException", 400, True),
    ("SlowDown", 503, True),
    ("TooMany", 429, True),
    ("InternalServerError", 500, False),
    ("ServiceUnavailable", 503, False),
])
def test_what_is_known_of_a_call_that_was_answered(code, status, definite):
    outcome, _ = scripted(client_error(code, status))
    assert outcome.definite is definite
    assert outcome.retryable


def test_a_token_makes_repetitions_harmless():
    resource = "arn:aws:states:::aws-sdk:dynamodb:transactWriteItems"
    tokens = [
        scripted({}, resource, {"TransactItems": []}, idempotency_key=key)[1][1][1]["ClientRequestToken"]
        for key in ("k", "k", "k2")
    ]
    assert tokens[0] == tokens[1] != tokens[2]
    given = scripted({}, resource, {"TransactItems": [], "ClientRequestToken": "mine"})[1][1][1]
    assert given["ClientRequestToken"] == "mine"


def test_the_budget_goes_to_the_client():
    _, seen = scripted({}, budget_seconds=7.5)
    assert seen[0] == ("dynamodb", 7.5)


def test_a_body_that_comes_too_slowly_is_a_time_out():
    class Slow(SystemClock):
        at = 0.0

        def now(self):
            Slow.at += 10
            return Slow.at

    class Body:
        closed = False

        def read(self, size):
            return b"x"

        def close(self):
            Body.closed = True

    call = make_call("arn:aws:states:::aws-sdk:s3:getObject", {"Bucket": "b", "Key": "k"})
    outcome = AwsTasks(Scripted({"Body": Body()}), clock=Slow()).call(call)
    assert outcome == TaskFailed("S3.SdkClientException", "the body did not arrive within 20 s", definite=False)
    assert Body.closed


def test_a_cause_is_scrubbed_before_it_is_cut():
    secret = "very-secret-value"
    error = client_error("X", 400)
    error.response["Error"]["Message"] = "m" * 31_995 + secret
    outcome, _ = scripted(error, secrets={"KEY": secret})
    assert len(outcome.cause) == 32_000
    assert "very" not in outcome.cause


