"""API → SQS → worker → DynamoDB with the real Lambda handlers, on moto; a short poller stands in for Lambda's own."""

from __future__ import annotations

import base64
import json
import time
from typing import ClassVar

import pytest
from moto import mock_aws

import functions.api.app
import functions.api.aws
import functions.sealer.app
import functions.sweeper.app
import functions.worker.app
from connectors import ActionSpec, ConnectorAdapter, register
from engine.adapters.aws.clients import Clients
from engine.adapters.aws.table import create_table_request
from functions.worker import wiring
from tests.support import patience
from tests.support.product_logs import logs_kept
from tools.cost.stream import Stream

REGION = "eu-central-1"
ACCOUNT = "123456789012"
CANARY = "canary-value-of-a-secret"


@register
class Vault(ConnectorAdapter):
    """Says whether it was given the right secret, and leaks it into its output."""

    code = "e2e_vault"
    name = "Vault"
    description = "For this test."
    actions: ClassVar = {"open": ActionSpec(inputs={"key": {"type": "string", "required": True}})}

    def execute(self, action, params, context):
        return {"opened": params["key"] == CANARY, "leak": f"the key is {params['key']}"}


class Context:
    function_name = "automate"
    memory_limit_in_mb = 512
    invoked_function_arn = f"arn:aws:lambda:{REGION}:123456789012:function:automate"
    aws_request_id = "request-1"

    def get_remaining_time_in_millis(self):
        return 300_000


class Deployment:
    """The three functions and what is between them."""

    def __init__(self, clients, queue_url):
        self.clients = clients
        self.queue_url = queue_url
        self.stream = Stream("automate", REGION)

    def api(self, method, path, body=None, *, identity=None, headers=None, **parameters):
        """What API Gateway hands to the API function, and its answer: to an admin who is signed in, or to who comes
        through another door."""
        query = parameters.pop("query", None)
        asks = {"authorizer": {"claims": {
            "email": "ada@example.com", "email_verified": "true", "cognito:groups": "automate-test-admin",
        }}}
        event = {
            "headers": {"content-type": "application/json", **(headers or {})}, "pathParameters": parameters,
            "stageVariables": None,
            "multiValueQueryStringParameters": query, "body": None if body is None else json.dumps(body),
            "requestContext": {
                "resourcePath": path, "httpMethod": method, **(asks if identity is None else {"identity": identity}),
            },
        }
        answer = functions.api.app.app(event, Context())
        return answer["statusCode"], json.loads(answer["body"])

    def receive(self):
        answer = self.clients.sqs.receive_message(
            QueueUrl=self.queue_url, MaxNumberOfMessages=10, MessageSystemAttributeNames=["All"]
        )
        return answer.get("Messages", [])

    def poll_once(self):
        """One batch from the queue to the worker; answers the bodies of the records it reports failed."""
        messages = self.receive()
        if not messages:
            return []
        records = [
            {
                "messageId": m["MessageId"], "receiptHandle": m["ReceiptHandle"], "body": m["Body"],
                "attributes": m["Attributes"], "messageAttributes": {}, "md5OfBody": m["MD5OfBody"],
                "eventSource": "aws:sqs", "eventSourceARN": f"arn:aws:sqs:{REGION}:123456789012:wakes",
                "awsRegion": REGION,
            }
            for m in messages
        ]
        answer = functions.worker.app.handler({"Records": records}, Context())
        failed = {item["itemIdentifier"] for item in answer["batchItemFailures"]}
        for message in messages:
            if message["MessageId"] not in failed:
                self.clients.sqs.delete_message(QueueUrl=self.queue_url, ReceiptHandle=message["ReceiptHandle"])
        return [message["Body"] for message in messages if message["MessageId"] in failed]

    def seal(self):
        """What Lambda hands the sealer of the table's stream."""
        records = self.stream.records()
        assert records
        assert functions.sealer.app.handler({"Records": records}, Context()) == {"batchItemFailures": []}

    def run_until_closed(self, execution_id):
        deadline = time.monotonic() + patience.SECONDS
        while time.monotonic() < deadline:
            self.poll_once()
            _, shown = self.api("GET", "/executions/{id}", id=execution_id)
            if shown["status"] != "RUNNING":
                return shown
            time.sleep(0.05)
        _, history = self.api("GET", "/executions/{id}/history", id=execution_id)
        raise AssertionError(f"{execution_id} did not end: {history['events'][-3:]}")

    def publish(self, document):
        status, answer = self.api("POST", "/workflows/import", {"document": document, "publish": True})
        assert status == 200, answer
        return answer


@pytest.fixture
def deployed(monkeypatch):
    for name, value in {
        "AWS_ACCESS_KEY_ID": "testing", "AWS_SECRET_ACCESS_KEY": "testing", "AWS_DEFAULT_REGION": REGION,
        "AUTOMATE_TABLE": "automate", "AUTOMATE_BUCKET": "automate-payloads", "AUTOMATE_STAGE": "test",
    }.items():
        monkeypatch.setenv(name, value)
    with mock_aws():
        clients = Clients(connections=10)
        clients.dynamodb.create_table(**create_table_request("automate"))
        clients.s3.create_bucket(
            Bucket="automate-payloads", CreateBucketConfiguration={"LocationConstraint": REGION}
        )
        root = clients.secretsmanager.create_secret(Name="TokenRoot-made", SecretString="r" * 64)["ARN"]
        monkeypatch.setenv("TOKEN_ROOT", root)
        monkeypatch.setenv("OWN_ACCOUNT", ACCOUNT)
        url = clients.sqs.create_queue(QueueName="wakes", Attributes={"VisibilityTimeout": "360"})["QueueUrl"]
        monkeypatch.setenv("AUTOMATE_QUEUE_URL", url)
        caches = (
            functions.api.aws._services, wiring.parts, functions.worker.app._parts, functions.sweeper.app.sweeper,
            functions.sealer.app.parts,
        )
        for cached in caches:
            cached.cache_clear()
        with logs_kept():
            yield Deployment(clients, url)
        for cached in caches:
            cached.cache_clear()
        clients.close()


FLOW = {
    "name": "flow",
    "definition": {
        "StartAt": "Both",
        "States": {
            "Both": {
                "Type": "Parallel", "Next": "Pause",
                "Branches": [
                    {"StartAt": "Open", "States": {"Open": {
                        "Type": "Task", "Resource": "connector:e2e_vault:open",
                        "Parameters": {"key": {"$secret": "VAULT_KEY"}}, "End": True,
                    }}},
                    {"StartAt": "Each", "States": {"Each": {
                        "Type": "Map", "ItemsPath": "$.lines", "End": True,
                        "ItemProcessor": {"StartAt": "Log", "States": {"Log": {
                            "Type": "Task", "Resource": "connector:log:write", "Parameters": {"message.$": "$"},
                            "End": True,
                        }}},
                    }}},
                ],
            },
            "Pause": {"Type": "Wait", "Seconds": 1, "End": True},
        },
    },
}


def test_a_workflow_runs_from_the_api_to_the_worker(deployed):
    status, _ = deployed.api("PUT", "/secrets/{key}", {"value": CANARY}, key="VAULT_KEY")
    assert status == 200
    deployed.api("POST", "/secrets/{key}/grants", {"workflow": "flow", "connector": "e2e_vault"}, key="VAULT_KEY")
    published = deployed.publish(FLOW)
    assert published["version"]["published_by"] == "ada@example.com"
    status, started = deployed.api(
        "POST", "/workflows/{name}/executions", {"input": {"lines": ["a", "b"]}, "name": "one"}, name="flow"
    )
    assert (status, started["status"]) == (201, "RUNNING")

    shown = deployed.run_until_closed("flow%3Aone")

    assert shown["status"] == "SUCCEEDED", shown
    opened, logged = shown["output"]
    assert (opened["opened"], logged) == (True, [{"logged": True}, {"logged": True}])
    _, history = deployed.api("GET", "/executions/{id}/history", id="flow%3Aone")
    assert history["events"][-1]["type"] == "ExecutionSucceeded"
    _, listed = deployed.api("GET", "/executions", query={"workflow": ["flow"], "status": ["SUCCEEDED"]})
    assert [row["id"] for row in listed["executions"]] == ["flow:one"]
    assert deployed.receive() == []


def test_a_secrets_value_is_stored_nowhere(deployed, capsys):
    deployed.api("PUT", "/secrets/{key}", {"value": CANARY}, key="VAULT_KEY")
    deployed.api("POST", "/secrets/{key}/grants", {"workflow": "flow", "connector": "e2e_vault"}, key="VAULT_KEY")
    deployed.publish(FLOW)
    deployed.api("POST", "/workflows/{name}/executions", {"input": {"lines": []}, "name": "one"}, name="flow")
    shown = deployed.run_until_closed("flow%3Aone")
    assert shown["output"][0]["opened"] is True
    _, history = deployed.api("GET", "/executions/{id}/history", id="flow%3Aone")
    stored = deployed.clients.dynamodb.scan(TableName="automate")["Items"]
    objects = deployed.clients.s3.list_objects_v2(Bucket="automate-payloads").get("Contents", [])
    bodies = [
        deployed.clients.s3.get_object(Bucket="automate-payloads", Key=item["Key"])["Body"].read() for item in objects
    ]
    printed = capsys.readouterr()
    everything = repr((shown, history, stored, bodies, printed.out, printed.err))
    assert CANARY not in everything
    assert base64.b64encode(CANARY.encode()).decode() not in everything


def test_a_message_that_is_no_wake_fails_alone(deployed):
    deployed.publish({"name": "hello", "definition": {"StartAt": "A", "States": {"A": {"Type": "Succeed"}}}})
    deployed.clients.sqs.send_message(QueueUrl=deployed.queue_url, MessageBody="no wake")
    deployed.api("POST", "/workflows/{name}/executions", {"name": "one"}, name="hello")
    assert deployed.poll_once() == ["no wake"]
    _, shown = deployed.api("GET", "/executions/{id}", id="hello%3Aone")
    assert shown["status"] == "SUCCEEDED"


def test_many_executions_in_few_batches(deployed):
    deployed.publish({"name": "hello", "definition": {"StartAt": "A", "States": {"A": {"Type": "Succeed"}}}})
    for number in range(12):
        deployed.api("POST", "/workflows/{name}/executions", {"name": f"n{number}"}, name="hello")
    assert deployed.poll_once() + deployed.poll_once() == []
    _, listed = deployed.api("GET", "/executions", query={"status": ["SUCCEEDED"]})
    assert len(listed["executions"]) == 12


def test_a_lost_wake_is_found_by_the_sweeper(deployed):
    deployed.publish({"name": "hello", "definition": {"StartAt": "A", "States": {"A": {"Type": "Succeed"}}}})
    deployed.api("POST", "/workflows/{name}/executions", {"name": "one"}, name="hello")
    deployed.clients.sqs.purge_queue(QueueUrl=deployed.queue_url)
    assert deployed.receive() == []
    assert functions.sweeper.app.handler({}, Context()) == {"wakes": 1, "scheduled": 0}
    answer = deployed.clients.sqs.get_queue_attributes(QueueUrl=deployed.queue_url, AttributeNames=["All"])
    counts = answer["Attributes"]
    assert int(counts["ApproximateNumberOfMessages"]) + int(counts["ApproximateNumberOfMessagesDelayed"]) == 1
    assert functions.sweeper.app.handler({}, Context()) == {"wakes": 0, "scheduled": 0}


def test_a_callback_and_a_stop(deployed):
    task = {
        "Type": "Task", "Resource": "connector:log:write.waitForTaskToken",
        "Parameters": {"message.$": "$$.Task.Token"}, "End": True,
    }
    deployed.publish({"name": "ask", "definition": {"StartAt": "Ask", "States": {"Ask": task}}})
    for name in ("one", "two"):
        deployed.api("POST", "/workflows/{name}/executions", {"name": name}, name="ask")
    deployed.poll_once()
    _, history = deployed.api("GET", "/executions/{id}/history", id="ask%3Aone")
    scheduled = next(event for event in history["events"] if event["type"] == "TaskScheduled")
    token = json.loads(scheduled["taskScheduledEventDetails"]["parameters"])["message"]
    assert deployed.api("POST", "/tasks/success", {"token": token, "output": 7}) == (200, {"ok": True})
    assert deployed.api("POST", "/executions/{id}/stop", {"cause": "enough"}, id="ask%3Atwo")[0] == 200
    assert deployed.run_until_closed("ask%3Aone")["output"] == 7
    stopped = deployed.run_until_closed("ask%3Atwo")
    assert (stopped["status"], stopped["cause"]) == ("ABORTED", "enough")
    assert deployed.api("GET", "/audit/verify")[1]["waiting"]
    deployed.seal()
    _, audit = deployed.api("GET", "/audit", query={"execution": ["ask:two"]})
    assert [(entry["act"], entry["actor"]) for entry in audit["entries"]] == [
        ("engine.aborted", "engine"), ("execution.stop", "ada@example.com"), ("engine.started", "engine"),
        ("execution.start", "ada@example.com"),
    ]
    verified = deployed.api("GET", "/audit/verify")[1]
    assert (verified["ok"], verified["waiting"]) == (True, [])


def counted(printed):
    """The metrics that were printed in CloudWatch's embedded format, with the dimensions they are counted under."""
    lines = [json.loads(line) for line in printed.splitlines() if "_aws" in line]
    return [
        ((line["service"], line.get("stage")), metric["Name"], line[metric["Name"]][0])
        for line in lines for definition in line["_aws"]["CloudWatchMetrics"] for metric in definition["Metrics"]
    ]


def test_a_synchronous_start_is_counted_with_the_others(deployed, capsys):
    """The dashboard and `automate tune` sum what workers count; a start that the API runs itself is one of them."""
    task = {"Type": "Task", "Resource": "connector:log:write", "Parameters": {"message": "here"}, "End": True}
    deployed.publish({"name": "quick", "kind": "EXPRESS", "definition": {"StartAt": "Log", "States": {"Log": task}}})
    capsys.readouterr()
    for name in ("one", "two"):
        status, answer = deployed.api(
            "POST", "/workflows/{name}/executions", {"name": name}, name="quick", query={"sync": ["true"]}
        )
        assert (status, answer["status"]) == (201, "SUCCEEDED")
    once = [(("worker", "test"), name, 1.0) for name in ("ExecutionsStarted", "TasksScheduled", "ExecutionsSucceeded")]
    assert sorted(counted(capsys.readouterr().out)) == sorted(once * 2)
    deployed.api("GET", "/workflows")
    assert counted(capsys.readouterr().out) == []


def test_a_missing_setting_names_itself(deployed, monkeypatch):
    monkeypatch.delenv("AUTOMATE_TABLE")
    status, answer = deployed.api("GET", "/workflows")
    assert (status, answer["error"]["code"], answer["error"]["where"]) == (500, "Misconfigured", "AUTOMATE_TABLE")


PASS = {"name": "flow", "definition": {"StartAt": "A", "States": {"A": {"Type": "Pass", "End": True}}}}
NAMED = {"sourceIp": "192.0.2.1"}


def test_a_named_token_is_made_used_rotated_and_revoked_on_a_stage(deployed):
    deployed.publish(PASS)
    status, made = deployed.api("POST", "/tokens", {"name": "ci", "role": "operator"})
    assert status == 201

    def ask(method, path, token, body=None):
        return deployed.api(
            method, "/token/{proxy+}", body, identity=NAMED, headers={"Authorization": f"Bearer {token}"}, proxy=path
        )

    first = made["token"]
    assert ask("POST", "workflows/flow/executions", first, {"name": "one"})[0] == 201
    assert ask("GET", "executions/flow%3Aone", first)[1]["name"] == "one"
    assert ask("GET", "tokens", first)[1]["error"]["code"] == "NotAllowed"
    _, rotated = deployed.api("POST", "/tokens/{token}/rotate", {}, token="ci")
    for token in (first, rotated["token"]):
        assert ask("GET", "me", token)[1]["actor"] == "ci"
    assert deployed.api("DELETE", "/tokens/{token}/older", token="ci")[0] == 200
    assert ask("GET", "me", first)[1]["error"]["code"] == "TokenRotated"
    [listed] = deployed.api("GET", "/tokens")[1]["tokens"]
    assert (listed["has_older"], listed["last_used_at"] is not None) == (False, True)
    deployed.api("DELETE", "/tokens/{token}", token="ci")
    assert ask("GET", "me", rotated["token"])[1]["error"]["code"] == "TokenRevoked"
    stored = str(deployed.clients.dynamodb.scan(TableName="automate")["Items"])
    assert not [token for token in (first, rotated["token"]) if token[-43:] in stored]


def test_an_iam_role_starts_a_workflow_once_it_is_granted(deployed):
    deployed.publish(PASS)
    identity = {**NAMED, "accountId": ACCOUNT, "userArn": f"arn:aws:sts::{ACCOUNT}:assumed-role/starter/order-events"}

    def start(name):
        return deployed.api(
            "POST", "/iam/workflows/{name}/executions", {"name": name}, identity=identity, name="flow"
        )

    assert start("one")[1]["error"]["code"] == "NotAllowed"
    granted = {"role_arn": f"arn:aws:iam::{ACCOUNT}:role/orders/starter", "role": "operator"}
    assert deployed.api("POST", "/grants", granted)[0] == 201
    assert start("one")[0] == 201
    assert deployed.api("DELETE", "/grants/{grant}", grant="starter")[0] == 200
    assert start("two")[1]["error"]["code"] == "NotAllowed"
