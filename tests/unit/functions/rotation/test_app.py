"""The rotation function, invoked by moto's Secrets Manager in its four steps."""

from __future__ import annotations

import json
from contextlib import contextmanager

import boto3
import pytest
from moto import mock_aws
from moto.awslambda import utils

from connectors.egress import in_force
from connectors.egress.allowing import read_entries
from connectors.egress.dialling import Dialler
from engine.adapters.aws.secretsmanager import SecretsManager
from engine.clock import SystemClock
from engine.errors import ConnectionFailed, InvalidDocument, Refused
from engine.ports.secrets import SecretGrant
from functions.rotation import app, wiring
from tests.support.connector_function import Context
from tests.support.vendors.loopback import Loopback

FUNCTION = "arn:aws:lambda:eu-central-1:123456789012:function:automate-dev-rotation"
NAME = "automate/dev/HOOK_KEY"
OLD = "the value of before"
GRANT = SecretGrant("orders", "http", "shop.example.com")


class Service(Loopback):
    """Takes a new secret from who has the current one, and knows who calls by the values that it has."""

    def __init__(self):
        super().__init__()
        self.known, self.puts, self.down = {OLD}, [], False

    def answer(self, arrived):
        bearer = arrived.bearer
        if self.down or bearer not in self.known:
            return (503 if self.down else 401), {}, json.dumps({"said": bearer}).encode()
        if arrived.method == "PUT":
            told = json.loads(arrived.body)
            self.puts.append((told["secret"], arrived.headers["idempotency-key"]))
            self.known = {bearer, told["value"]}
        return 204, {}, b""


@pytest.fixture
def client(monkeypatch):
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    with mock_aws():
        client = boto3.client("secretsmanager", region_name="eu-central-1")
        parts = wiring.Parts(client, wiring.Services(), "dev", "INFO")
        monkeypatch.setattr(app, "_parts", lambda: parts)
        yield client
        parts.asked.close()
        client.close()


@pytest.fixture
def service():
    service = Service()
    entries = (service.address,)
    with in_force.instead(Dialler(SystemClock(), read_entries(entries), setting=entries)):
        yield service
    service.close()


@pytest.fixture
def secrets(client):
    """The stage's, with one that is the service's."""
    held = SecretsManager(client, "dev", SystemClock())
    held.set("default", "HOOK_KEY", OLD, by="ann")
    return held


def tagged(client, service):
    address = f"http://{service.address}"
    client.tag_resource(SecretId=NAME, Tags=[
        {"Key": app.SET_URL, "Value": f"{address}/key"}, {"Key": app.TEST_URL, "Value": f"{address}/me"},
    ])


class Lambda:
    """What moto invokes: each step so many `times`, as Secrets Manager may; `steps` are those that were made."""

    def __init__(self, times=1):
        self.times, self.steps = times, []

    def get_function(self, name):
        assert name == FUNCTION

    def invoke(self, _name, *, body, **_more):
        for _ in range(self.times):
            app.handler(json.loads(body), Context())
            self.steps.append(json.loads(body)["Step"])


@contextmanager
def rotating(monkeypatch, times=1):
    function = Lambda(times)
    monkeypatch.setattr(utils, "get_backend", lambda *_: function)
    yield function


def rotate(client, name=NAME, *, now=True):
    client.rotate_secret(
        SecretId=name, RotationLambdaARN=FUNCTION, RotationRules={"AutomaticallyAfterDays": 30},
        RotateImmediately=now, ClientRequestToken="0" * 32,
    )


def stages(client):
    return {label: version for version, labels in client.describe_secret(SecretId=NAME)["VersionIdsToStages"].items()
            for label in labels}


def value(client, stage="AWSCURRENT"):
    return client.get_secret_value(SecretId=NAME, VersionStage=stage)["SecretString"]


@pytest.mark.parametrize("times", [1, 3])
def test_a_secret_gets_a_new_value_that_the_service_takes(client, secrets, service, monkeypatch, times):
    tagged(client, service)
    secrets.grant("default", "HOOK_KEY", GRANT)
    with rotating(monkeypatch, times) as function:
        rotate(client)
    assert list(dict.fromkeys(function.steps)) == ["createSecret", "setSecret", "testSecret", "finishSecret"]
    assert value(client) in service.known - {OLD}
    assert value(client, "AWSPREVIOUS") == OLD
    assert stages(client).get("AWSPENDING") in (None, stages(client)["AWSCURRENT"])
    assert service.puts == [("HOOK_KEY", "0" * 32)]  # the service had it when it was asked again
    [info] = secrets.list("default")
    assert (info.updated_by, info.grants) == ("rotation", (GRANT,))
    assert secrets.go_back("default", "HOOK_KEY", by="ann")
    assert value(client) == OLD


def test_without_addresses_the_value_alone_is_new(client, secrets, monkeypatch):
    with rotating(monkeypatch):
        rotate(client)
    assert len(value(client)) == 43
    assert value(client, "AWSPREVIOUS") == OLD


def test_a_service_that_does_not_take_it_keeps_the_old_one_current(client, secrets, service, monkeypatch, caplog):
    tagged(client, service)
    service.down = True
    with rotating(monkeypatch) as function, pytest.raises(ConnectionFailed, match="503"):
        rotate(client)
    assert function.steps == ["createSecret"]
    assert value(client) == OLD
    made = value(client, "AWSPENDING")
    service.down = False
    for step in ("createSecret", "setSecret", "testSecret", "finishSecret"):  # Secrets Manager begins again
        app.handler({"Step": step, "SecretId": NAME, "ClientRequestToken": "0" * 32}, Context())
    assert value(client) == made
    assert OLD not in caplog.text
    assert made not in caplog.text


def test_no_secret_is_in_what_a_service_repeats(client, secrets, service, monkeypatch):
    tagged(client, service)
    service.known = {"another"}
    with rotating(monkeypatch), pytest.raises(ConnectionFailed) as caught:
        rotate(client)
    assert "401" in str(caught.value)
    assert OLD not in str(caught.value)


def test_switching_it_on_tests_what_is_there_and_changes_nothing(client, secrets, service, monkeypatch):
    tagged(client, service)
    with rotating(monkeypatch) as function:
        rotate(client, now=False)
    assert function.steps == ["testSecret"]
    assert value(client) == OLD


@pytest.mark.parametrize(("event", "says"), [
    ({"ClientRequestToken": "1" * 32}, "is not the pending one"), ({"Step": "dropSecret"}, "is no step"),
])
def test_what_aws_would_not_ask_is_refused(client, secrets, monkeypatch, event, says):
    monkeypatch.setattr(app._Rotation, "test", lambda _self: None)
    with rotating(monkeypatch):
        rotate(client, now=False)
    asked = {"Step": "createSecret", "SecretId": NAME, "ClientRequestToken": "0" * 32, **event}
    with pytest.raises((Refused, InvalidDocument), match=says):
        app.handler(asked, Context())


def test_one_whose_rotation_is_not_switched_on_is_left(client, secrets):
    token = stages(client)["AWSCURRENT"]
    with pytest.raises(Refused, match="not switched on"):
        app.handler({"Step": "createSecret", "SecretId": NAME, "ClientRequestToken": token}, Context())


def test_a_pending_version_without_a_value_never_becomes_current(client, secrets, monkeypatch):
    with rotating(monkeypatch) as function:
        monkeypatch.setattr(app._Rotation, "create", lambda _self: None)
        monkeypatch.setitem(app._STEPS, "createSecret", lambda _rotation: None)
        with pytest.raises(Refused, match="has no value"):
            rotate(client)
    assert function.steps == ["createSecret", "setSecret", "testSecret"]
    assert value(client) == OLD


@pytest.mark.parametrize("name", [
    "automate/prod/KEY", "automate/dev/connection.crm", "automate/dev/team/connection.crm", "elsewhere",
])
def test_secrets_of_others_and_connections_are_not_rotated(client, monkeypatch, name):
    client.create_secret(Name=name, SecretString=OLD)
    with rotating(monkeypatch), pytest.raises(Refused, match="is not rotated by this function"):
        rotate(client, name)


def test_an_address_that_is_not_encrypted_gets_no_secret(client, secrets, monkeypatch):
    client.tag_resource(SecretId=NAME, Tags=[{"Key": app.SET_URL, "Value": "http://shop.example.com/key"}])
    with rotating(monkeypatch), pytest.raises(InvalidDocument, match="set-url is not encrypted"):
        rotate(client)
