"""The connector function: what a state machine hands over becomes a call, and failures keep their names."""

from __future__ import annotations

import json

import pytest

from connectors import ActionSpec, ConnectorAdapter, ConnectorError
from connectors.registry import Registry
from connectors.tasks import ConnectorTasks
from engine.clock import SystemClock
from engine.governance.log_masking import KnownSecrets
from engine.governance.resolving import SecretResolving
from functions.connector import app, wiring
from tests.support.connector_function import Context, invoke

SECRET = "s3cr3t-of-the-stage"
EVENT = {
    "connector": "erp", "action": "order", "arguments": {"lines": [1]}, "workflow": "orders",
    "execution": "arn:aws:states:eu-central-1:123456789012:execution:orders:o-1", "state": "Order",
    "entered": "2026-11-24T10:00:00.000Z", "attempt": 0,
}


class Erp(ConnectorAdapter):
    """Does what the test says; keeps what it was given."""

    code = "erp"
    name = "ERP"
    actions = {"order": ActionSpec(inputs={"lines": {}, "key": {"secret": True}})}  # noqa: RUF012
    does = None
    seen: list = []  # noqa: RUF012

    def execute(self, action, params, context):
        Erp.seen.append((params, context))
        return {"id": "4711"} if Erp.does is None else Erp.does(params, context)


class Secrets:
    name = "the stage"

    def get(self, workspace, key, *, fresh=False):
        return SECRET if key == "ERP_KEY" else None

    def grants(self, workspace, key, *, fresh=False):
        return None


@pytest.fixture(autouse=True)
def function(monkeypatch):
    registry = Registry(builtin=(), installed=tuple)
    registry.register(Erp)
    tasks = SecretResolving(ConnectorTasks(registry), [Secrets()], SystemClock(), known=KnownSecrets())
    monkeypatch.setattr(app, "_parts", lambda: wiring.Parts(tasks, "default", "INFO", 240.0))
    monkeypatch.setattr(Erp, "does", None)
    monkeypatch.setattr(Erp, "seen", [])


def raising(error):
    def does(params, context):
        raise error

    return staticmethod(does)


def test_the_answer_is_the_actions_output():
    assert invoke(EVENT) == ({"id": "4711"}, None)
    [(params, context)] = Erp.seen
    assert params == {"lines": [1]}
    assert {name: context[name] for name in ("execution_id", "workflow", "state", "attempt", "timeout_seconds")} == {
        "execution_id": EVENT["execution"], "workflow": "orders", "state": "Order", "attempt": 0,
        "timeout_seconds": 240.0,
    }
    assert "task_token" not in context


def test_a_secret_that_the_definition_wrote_out_is_resolved():
    arguments = {"lines": [], "key": {"$secret": "ERP_KEY"}}
    invoke(EVENT | {"arguments": arguments, "secrets": {"/key": "ERP_KEY"}})
    assert Erp.seen[0][0]["key"] == SECRET


def test_a_secret_reference_that_came_as_data_stays_data():
    invoke(EVENT | {"arguments": {"lines": {"$secret": "ERP_KEY"}}})
    assert Erp.seen[0][0]["lines"] == {"$secret": "ERP_KEY"}


def test_what_the_connector_says_of_its_secret_is_scrubbed(monkeypatch):
    monkeypatch.setattr(Erp, "does", staticmethod(lambda params, context: {"echo": params["key"]}))
    asked = EVENT | {"arguments": {"key": {"$secret": "ERP_KEY"}}, "secrets": {"/key": "ERP_KEY"}}
    assert SECRET not in json.dumps(invoke(asked))
    monkeypatch.setattr(Erp, "does", raising(ConnectorError(f"refused {SECRET}")))
    output, error = invoke(asked)
    assert output is None
    assert SECRET not in json.dumps(error)


@pytest.mark.parametrize(("raises", "name", "message"), [
    (ConnectorError("ERP failed", retryable=True), "erp.ConnectorError", "ERP failed"),
    (ConnectorError("declined", code="402"), "erp.ConnectorError", "declined (code 402)"),
    (ZeroDivisionError("oh"), "erp.ConnectorError", "oh"),
])
def test_a_failure_has_the_name_that_retriers_match(monkeypatch, raises, name, message):
    monkeypatch.setattr(Erp, "does", raising(raises))
    _, error = invoke(EVENT)
    assert (error["errorType"], error["errorMessage"]) == (name, message)


@pytest.mark.parametrize(("changes", "name"), [
    ({"arguments": {"unknown": 1}}, "erp.InvalidInput"),
    ({"connector": "nobody"}, "Automate.ResourceNotAvailable"),
    ({"arguments": {"key": {"$secret": "NONE"}}, "secrets": {"/key": "NONE"}}, "Automate.SecretNotFound"),
])
def test_what_was_not_called_has_its_name_too(changes, name):
    assert invoke(EVENT | changes)[1]["errorType"] == name
    assert Erp.seen == []


@pytest.mark.parametrize(("event", "says"), [
    ([], "takes an object"),
    ({k: v for k, v in EVENT.items() if k != "arguments"}, "'arguments' is missing"),
    ({k: v for k, v in EVENT.items() if k != "execution"}, "'execution' must be a text"),
    (EVENT | {"connector": 3}, "'connector' must be a text"),
    (EVENT | {"secrets": {"/key": "no key!"}}, "'secrets' must map"),
    (EVENT | {"secrets": {"/key": {"$secret": "ERP_KEY"}}}, "'secrets' must map"),
    (EVENT | {"attempt": True}, "'attempt' must be a number"),
    (EVENT | {"timeout_seconds": "5"}, "'timeout_seconds' must be a number"),
    (EVENT | {"task_token": 5}, "'task_token' must be a text"),
])
def test_an_event_that_is_no_call_says_why(event, says):
    _, error = invoke(event)
    assert error["errorType"] == "Automate.InvalidInvocation"
    assert says in error["errorMessage"]
    assert Erp.seen == []


def test_the_tasks_token_is_handed_on():
    invoke(EVENT | {"task_token": "AAAA"})
    assert Erp.seen[0][1]["task_token"] == "AAAA"


def key_of(**changes):
    invoke(EVENT | changes)
    return Erp.seen[-1][1]["idempotency_key"]


def test_the_idempotency_key_is_that_of_the_visit():
    key = key_of()
    assert key_of(attempt=1, arguments={"lines": [2]}) == key
    others = [key_of(state="B"), key_of(entered="2026-11-24T10:00:00.001Z"), key_of(execution="arn:x")]
    assert len({key, *others}) == 4


def test_items_of_a_map_have_keys_of_their_own():
    assert key_of(in_map=True, arguments={"lines": [1]}) != key_of(in_map=True, arguments={"lines": [2]})


def test_the_call_ends_before_the_function_is_cut_off(monkeypatch):
    invoke(EVENT | {"timeout_seconds": 30})
    monkeypatch.setattr(Context, "get_remaining_time_in_millis", staticmethod(lambda: 20_000))
    invoke(EVENT | {"timeout_seconds": 30})
    assert [context["timeout_seconds"] for _, context in Erp.seen] == pytest.approx([30.0, 15.0], abs=0.5)


def test_the_parts_are_made_of_the_environment(monkeypatch):
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    monkeypatch.setenv("AUTOMATE_STAGE", "prod")
    parts = wiring.parts.__wrapped__()
    assert parts.tasks.policy("connector:http:request").problem is None
    assert parts.budget_seconds(300) == 240
    assert parts.budget_seconds(2) == 1
