"""How alerts leave a stage: SNS as moto has it, and the connector function's own handler in the place of Lambda."""

from __future__ import annotations

import io
import json

import boto3
import pytest
from botocore.exceptions import ClientError, ReadTimeoutError
from botocore.stub import Stubber

from engine.clock import SkipClock
from engine.durable.triggering.telling import Ways, tell
from engine.ports.tasks import TaskFailed
from engine.triggers.alerts import Told, message
from functions.sweeper import calls
from functions.sweeper.calls import StageCalls, studio_links
from tests.support.moto_stores import open_aws

TOLD = Told("orders:é one", "orders", "FAILED", 0.0, 1.0, "Declined", "nö\nmoney", "https://x/studio/executions/orders")
SAID = message({}, TOLD, held=0, since=None)


@pytest.fixture
def clients():
    with open_aws(SkipClock()) as stores:
        yield stores.clients
        stores.close()


def told(clients, spec, key="k"):
    return tell(Ways(StageCalls(clients, "automate-test-connector"), "connector:http:request"), "default", spec, TOLD,
                SAID, key)


@pytest.mark.parametrize("region", ["eu-central-1", "us-east-1"])
def test_a_topic_has_the_alert_in_its_own_region_with_what_filters_it(clients, region):
    sns, sqs = (boto3.client(name, region_name=region) for name in ("sns", "sqs"))
    topic = sns.create_topic(Name="failures")["TopicArn"]
    queue = sqs.create_queue(QueueName="mails")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn,
                  Attributes={"FilterPolicy": json.dumps({"workflow": ["orders"], "error": ["Declined"]})})
    assert told(clients, {"sns": topic}) is None
    [found] = sqs.receive_message(QueueUrl=queue)["Messages"]
    body = json.loads(found["Body"])
    assert body["Subject"] == "orders FAILED with Declined"
    assert json.loads(body["Message"]) == SAID


def test_a_fifo_topic_drops_what_is_sent_again(clients):
    sns, sqs = (boto3.client(name, region_name="eu-central-1") for name in ("sns", "sqs"))
    topic = sns.create_topic(Name="failures.fifo", Attributes={"FifoTopic": "true"})["TopicArn"]
    queue = sqs.create_queue(QueueName="mails.fifo", Attributes={"FifoQueue": "true"})["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn)
    for key in ("k", "k", "another"):
        assert told(clients, {"sns": topic}, key) is None
    assert len(sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10)["Messages"]) == 2


def test_a_topic_that_is_not_there_is_not_asked_again(clients):
    failed = told(clients, {"sns": "arn:aws:sns:eu-central-1:123456789012:nobody"})
    assert (failed.error, failed.retryable) == ("NotFound", False)


class Invoked:
    """The client of Lambda: what it is invoked with, and what the function's own reading of it gives."""

    def __init__(self, monkeypatch, clients, answer):
        self.events = []
        monkeypatch.setattr(clients, "made", lambda service, _: self if service == "lambda" else 1 / 0)
        self.answer = answer

    def invoke(self, FunctionName, Payload):  # noqa: N803
        self.events.append((FunctionName, json.loads(Payload)))
        if isinstance(self.answer, Exception):
            raise self.answer
        failed = isinstance(self.answer, dict) and "errorType" in self.answer
        reply = {"Payload": io.BytesIO(json.dumps(self.answer).encode())}
        return {**reply, "FunctionError": "Unhandled"} if failed else reply


def test_a_webhook_is_called_as_the_connector_function_reads_it(clients, monkeypatch):
    from functions.connector.reading import read_call  # noqa: PLC0415

    invoked = Invoked(monkeypatch, clients, {"status": 204})
    spec = {"webhook": {"url": "https://x", "bearer_token": {"$secret": "PAGER"}}}
    assert told(clients, spec) is None
    assert told(clients, spec) is None
    (function, event), again = invoked.events
    call = read_call(event, "default", 100.0)
    assert not isinstance(call, TaskFailed)
    assert (function, call.resource, call.budget_seconds) == ("automate-test-connector", "connector:http:request", 10.0)
    assert call.arguments["json"] == SAID
    assert call.secret_refs == (("/bearer_token", "PAGER"),)
    assert read_call(again[1], "default", 100.0).idempotency_key == call.idempotency_key


@pytest.mark.parametrize(("answer", "again"), [
    ({"errorType": "http.ConnectorError", "errorMessage": "POST x: 503 (code 503)"}, True),
    ({"errorType": "http.ConnectorError", "errorMessage": "POST x: 429 (code 429)"}, True),
    ({"errorType": "http.ConnectorError", "errorMessage": "POST x: no connection"}, True),
    ({"errorType": "http.ConnectorError", "errorMessage": "POST x: 404 (code 404)"}, False),
    ({"errorType": "http.ConnectorError", "errorMessage": "not public (code EGRESS)"}, False),
    (ReadTimeoutError(endpoint_url="x"), True),
    (ClientError({"Error": {"Code": "TooManyRequestsException", "Message": "slow"},
                  "ResponseMetadata": {"HTTPStatusCode": 429}}, "Invoke"), True),
    (ClientError({"Error": {"Code": "AccessDeniedException", "Message": "no"},
                  "ResponseMetadata": {"HTTPStatusCode": 403}}, "Invoke"), False),
])
def test_a_webhook_that_fails_is_called_again_where_that_may_help(clients, monkeypatch, answer, again):
    Invoked(monkeypatch, clients, answer)
    assert told(clients, {"webhook": {"url": "https://x"}}).retryable is again


def test_links_begin_with_what_the_studios_stack_wrote(clients, caplog):
    link = studio_links(clients, "", "/automate-test/studio-url")
    assert link("orders:one") == "/studio/executions/orders%3Aone"
    assert "not known" in caplog.text
    boto3.client("ssm", region_name="eu-central-1").put_parameter(
        Name="/automate-test/studio-url", Value="https://d1.cloudfront.net/studio/", Type="String"
    )
    assert link("orders:one") == "https://d1.cloudfront.net/studio/executions/orders%3Aone"
    assert studio_links(clients, "", "")("a:b") == "/studio/executions/a%3Ab"


def test_the_address_is_read_once(clients):
    with Stubber(clients.made("ssm", calls._ANY)) as ssm:
        ssm.add_response("get_parameter", {"Parameter": {"Value": "https://x/studio/"}})
        link = studio_links(clients, "", "/p")
        assert {link("a:b"), link("a:b")} == {"https://x/studio/executions/a%3Ab"}
