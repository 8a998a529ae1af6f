"""Whose identity calls are made with, and clients that never repeat a call."""

import subprocess
import sys

import pytest

from connectors.aws.clients import SessionClients
from connectors.aws.tasks import AwsTasks
from engine.errors import Refused
from engine.ports.tasks import TaskFailed
from tests.support.aws_calls import make_call

RESOURCE = "arn:aws:states:::aws-sdk:dynamodb:listTables"
ROLE = {"RoleArn": "arn:aws:iam::111111111111:role/orders"}


class Answering:
    def client(self, service, timeout_seconds):
        return self

    def list_tables(self):
        return {"TableNames": ["t"]}


def test_a_workflow_is_called_under_what_was_assigned_to_it():
    asked = []

    def credentials_for(workflow, credentials):
        asked.append((workflow, credentials))
        return Answering()

    tasks = AwsTasks(None, credentials_for=credentials_for)
    assert tasks.policy(RESOURCE).problem is None
    assert tasks.call(make_call(RESOURCE, {}, credentials=ROLE)).output == {"TableNames": ["t"]}
    assert asked == [("orders", ROLE)]


def test_none_is_assigned_by_default_and_nothing_stands_in():
    outcome = AwsTasks(Answering(), credentials_for=lambda *_: None).call(make_call(RESOURCE, {}))
    assert (outcome.error, outcome.definite, outcome.retryable) == ("Automate.Refused", True, False)
    assert outcome.cause.startswith("No role is assigned to the workflow orders.")


def test_credentials_are_not_ignored_where_nobody_assigns_roles():
    outcome = AwsTasks(Answering()).call(make_call(RESOURCE, {}, credentials=ROLE))
    assert outcome.error == "Automate.Refused"


def test_a_role_that_the_workflow_may_not_use():
    def credentials_for(workflow, credentials):
        raise Refused(f"{workflow} may not use this role", advice="Ask an admin.")

    outcome = AwsTasks(None, credentials_for=credentials_for).call(make_call(RESOURCE, {}, credentials=ROLE))
    assert outcome == TaskFailed("Automate.Refused", "orders may not use this role Ask an admin.", retryable=False)


def test_a_role_that_cannot_be_assumed_is_a_definite_failure():
    def credentials_for(workflow, credentials):
        raise RuntimeError("STS is down")

    outcome = AwsTasks(None, credentials_for=credentials_for).call(make_call(RESOURCE, {}))
    assert (outcome.error, outcome.definite) == ("States.SdkClientException", True)


def test_a_profile_that_is_not_there_says_so(keys):
    outcome = AwsTasks(SessionClients(profile="nobody")).call(make_call(RESOURCE, {}))
    assert outcome.error == "DynamoDb.SdkClientException"
    assert "nobody" in outcome.cause
    assert outcome.definite


@pytest.mark.parametrize(("budget", "read", "connect"), [(0.2, 1, 1), (1.0, 2, 2), (4.9, 5, 5), (59.0, 60, 5)])
def test_a_client_ends_a_moment_after_the_budget_and_never_repeats(clients, budget, read, connect):
    config = clients.client("dynamodb", budget).meta.config
    assert (config.read_timeout, config.connect_timeout) == (read, connect)
    assert config.retries["total_max_attempts"] == 1
    assert clients.client("dynamodb", budget) is clients.client("dynamodb", read - 0.5)


def test_the_clients_that_stay_made_are_limited(clients, monkeypatch):
    monkeypatch.setattr("connectors.aws.clients.MOST_CLIENTS", 2)
    first, second = clients.client("sqs", 1), clients.client("sqs", 2)
    assert clients.client("sqs", 1) is first
    clients.client("sqs", 3)
    assert clients.client("sqs", 1) is first
    assert clients.client("sqs", 2) is not second


def test_a_call_is_sent_once(clients, monkeypatch):
    sent = []
    client = clients.client("dynamodb", 20.0)

    def answer(request, **_):
        sent.append(request)
        from botocore.awsrequest import AWSResponse  # noqa: PLC0415

        class Raw:
            def stream(self, **_):
                return iter([b"{}"])

        return AWSResponse(request.url, 500, {}, Raw())

    client.meta.events.register("before-send.dynamodb", answer)
    outcome = AwsTasks(clients).call(make_call(RESOURCE, {}))
    assert len(sent) == 1
    assert outcome.definite is False


def test_nothing_of_botocore_is_loaded_before_a_resource_is_looked_at():
    code = (
        "import sys, connectors.aws.tasks, connectors.routing; from connectors.aws.clients import clients_of\n"
        "from engine.settings import Settings\n"
        "t = connectors.aws.tasks.AwsTasks(clients_of(Settings(aws_profile='x')))\n"
        "sys.exit(any(m.split('.')[0] in ('boto3', 'botocore') for m in sys.modules))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
