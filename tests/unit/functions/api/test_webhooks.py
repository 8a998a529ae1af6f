"""Webhooks through API Gateway's event: the signature is over the bytes that were sent, and each answer is counted."""

from __future__ import annotations

import base64
import gzip
import hashlib
import hmac
import json
from dataclasses import replace
from functools import partial

import pytest

from engine.clock import SkipClock
from engine.ports.secrets import SecretGrant
from functions.api.app import create_app
from functions.api.metrics import WEBHOOKS, emit_metrics
from functions.app.identity import caller_of_gateway
from functions.app.table import every_route
from tests.support.api import api_over
from tests.support.memory.stores import MemoryStores

KEY = "a-shared-secret"
HOOK = {"type": "webhook", "path": "orders", "auth": {"style": "github", "secrets": [{"$secret": "HOOK_KEY"}]}}
NOT_UTF8 = b"name=\xff\xfe\x00&caf\xe9=1"


@pytest.fixture
def api():
    clock = SkipClock()
    made = api_over(MemoryStores(clock), clock)
    made.secrets.set("default", "HOOK_KEY", KEY, by="ada")
    made.secrets.grant("default", "HOOK_KEY", SecretGrant("orders", "trigger:webhook"))
    definition = {"StartAt": "A", "States": {"A": {"Type": "Pass", "End": True}}}
    document = {"name": "orders", "definition": definition, "triggers": [HOOK]}
    assert made("POST", "/workflows/import", {"document": document, "publish": True}).status == 200
    return made


@pytest.fixture
def call(api):
    """Sends bytes as API Gateway hands them over: in base64 where their kind is a binary media type."""
    services = replace(api.services, caller_of=partial(caller_of_gateway, stage="test", workspace="default", proof=""))
    app = create_app(lambda: services)
    app.register_middleware(emit_metrics, "http")

    def send(body, kind, *, encoded, signed=None, path="orders", ip="192.0.2.7", **headers):
        signature = "sha256=" + hmac.digest(KEY.encode(), body if signed is None else signed, "sha256").hex()
        answer = app({
            "headers": {"Content-Type": kind, "X-Hub-Signature-256": signature,
                        "X-GitHub-Delivery": hashlib.sha256(body).hexdigest(), **headers},
            "pathParameters": {"workflow": "orders", "path": path}, "stageVariables": None,
            "body": base64.b64encode(body).decode() if encoded else body.decode(), "isBase64Encoded": encoded,
            "multiValueQueryStringParameters": None, "requestContext": {
                "resourcePath": WEBHOOKS, "httpMethod": "POST", "requestId": "r-1",
                "path": f"/test/hooks/orders/{path}", "identity": {"sourceIp": ip},
            },
        }, None)
        return answer["statusCode"], json.loads(answer["body"])

    return send


def test_the_gateways_resource_is_the_route():
    assert WEBHOOKS in {route.path for route in every_route()}


@pytest.mark.parametrize(("body", "kind", "encoded"), [
    ('{"total": 1, "café": "☕"}'.encode(), "application/json", False),
    (b"payload=%7B%22a%22%3A1%7D", "application/x-www-form-urlencoded", True),
    (NOT_UTF8, "application/x-www-form-urlencoded", True), (NOT_UTF8, "application/octet-stream", True),
    (b"--x\r\nContent-Disposition: form-data\r\n\r\n\x89PNG\r\n--x--", "multipart/form-data; boundary=x", True),
])
def test_the_signature_is_over_the_bytes_that_were_sent(call, body, kind, encoded):
    status, answer = call(body, kind, encoded=encoded)
    assert (status, answer["outcome"]) == (202, "STARTED")
    assert call(body, kind, encoded=encoded)[1]["repeated"] is True
    assert call(body, kind, encoded=encoded, signed=body + b" ")[0] == 404


def test_a_packed_body_that_comes_as_bytes_is_unpacked(call, api):
    body = gzip.compress(b'{"total": 1}')
    status, answer = call(body, "application/gzip", encoded=True, **{"Content-Encoding": "gzip"})
    assert status == 202
    found = api("GET", f"/deliveries/{answer['delivery']}").json
    assert found["arrived"] == {"total": 1}


def test_an_answer_is_counted_and_says_whose_metric_it_is(call, capsys, monkeypatch):
    monkeypatch.setenv("AUTOMATE_STAGE", "test")
    call(b"{}", "application/json", encoded=False)
    call(b"{}", "application/json", encoded=False, signed=b"other")
    call(b"{}", "application/json", encoded=False, path="none")
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines() if line.startswith('{"_aws"')]
    counted = [name for line in lines for name in ("WebhooksDelivered", "WebhooksRefused") if name in line]
    assert counted == ["WebhooksDelivered", "WebhooksRefused", "WebhooksRefused"]
    assert {(line["service"], line["stage"]) for line in lines} == {("api", "test")}
    assert [set(line["_aws"]["CloudWatchMetrics"][0]["Dimensions"][0]) for line in lines] == [{"service", "stage"}] * 3
