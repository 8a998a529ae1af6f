"""Connections over the API: tested, kept, shown without their secrets, and used by a workflow."""

import json

import pytest

from connectors.egress import in_force
from connectors.egress.allowing import read_entries
from connectors.egress.dialling import Dialler
from engine.clock import SystemClock
from engine.governance.log_masking import KNOWN
from tests.support import authorization_server
from tests.support.authorization_server import CLIENT_ID, CLIENT_SECRET

PLAIN = {"kind": "bearer", "secret": "canary-of-a-token", "untested": True}


@pytest.fixture(scope="module")
def authorizer():
    with authorization_server.running() as server:
        yield server


@pytest.fixture
def client(authorizer):
    entry = f"127.0.0.1:{authorizer.port}"
    in_force.use(Dialler(SystemClock(), read_entries((entry,)), setting=(entry,)))
    authorizer.asked.clear()
    return {
        "kind": "oauth2_client_credentials", "token_url": f"{authorizer.base}/token", "client_id": CLIENT_ID,
        "client_secret": CLIENT_SECRET, "scopes": ["orders.read"], "test_url": f"{authorizer.base}/orders",
    }


def calling(authorizer, **arguments):
    return {"StartAt": "Call", "States": {"Call": {
        "Type": "Task", "Resource": "connector:http:request", "End": True,
        "Parameters": {"url": f"{authorizer.base}/orders", **arguments},
    }}}


REF = {"connection": {"$secret": "connection.orders"}}


def granted(api, workflow="flow"):
    assert api("POST", "/secrets/connection.orders/grants", {"workflow": workflow}).status == 200


def test_a_workflow_calls_with_a_connection_and_no_token_is_anywhere(api, client, authorizer):
    made = api("PUT", "/connections/orders", client)
    assert made.status == 200, made.text
    assert (made.json["kind"], made.json["tested_at"] is None, made.json["grants"]) == (client["kind"], False, [])
    granted(api)
    api.publish("flow", calling(authorizer, **REF))
    assert api("POST", "/workflows/flow/executions", {"name": "one"}).status == 201
    api.work()
    done = api("GET", "/executions/flow%3Aone")
    assert done.json["status"] == "SUCCEEDED", done.text
    tokens = [*authorizer.validator.access]
    shown = [
        api("GET", path).text for path in (
            "/executions/flow%3Aone", "/executions/flow%3Aone/history", "/connections", "/secrets", "/audit?limit=100",
            "/workflows/flow/export", "/secrets/connection.orders/usage",
        )
    ]
    assert not [secret for secret in (*tokens, CLIENT_SECRET) for text in shown if secret in text]
    used, = api("GET", "/connections").json["connections"]
    assert [use["workflow"] for use in used["used_by"]] == ["flow", "flow"]
    for token in tokens:
        assert KNOWN.scrubber.text(f"log {token}") == "log ********"


def test_a_token_that_is_revoked_is_renewed_within_the_call(api, client, authorizer):
    assert api("PUT", "/connections/orders", client).status == 200
    granted(api)
    api.publish("flow", calling(authorizer, **REF))
    authorizer.revoke_access()
    api.clock.sleep(60)
    api("POST", "/workflows/flow/executions", {"name": "one"})
    api.work()
    assert api("GET", "/executions/flow%3Aone").json["status"] == "SUCCEEDED"
    assert len(authorizer.asked) == 2


def test_a_service_that_gives_no_token_fails_the_task_by_name(api, client, authorizer):
    assert api("PUT", "/connections/orders", client).status == 200
    granted(api)
    api.publish("flow", calling(authorizer, **REF))
    api.clock.sleep(4000)
    authorizer.instead.append((400, b'{"error": "invalid_client"}', {}))
    api("POST", "/workflows/flow/executions", {"name": "one"})
    api.work()
    failed = api("GET", "/executions/flow%3Aone").json
    assert (failed["status"], failed["error"]) == ("FAILED", "Automate.ConnectionFailed")
    assert "invalid_client" in failed["cause"]


def test_what_does_not_work_is_not_kept(api, client):
    refused = api("PUT", "/connections/orders", {**client, "client_secret": "another-canary"})
    assert (refused.status, refused.error["code"]) == (422, "ConnectionFailed")
    assert "invalid_client" in refused.text
    assert "canary" not in refused.text
    assert api("GET", "/connections").json["connections"] == []


def test_a_test_of_one_that_is_kept(api, client, authorizer):
    api("PUT", "/connections/orders", client)
    assert api("POST", "/connections/orders/test", {}).json["asked"] == [client["token_url"], client["test_url"]]
    authorizer.instead.append((400, b'{"error": "invalid_client"}', {}))
    assert api("POST", "/connections/orders/test", {}).error["code"] == "ConnectionFailed"
    assert api("POST", "/connections/nope/test", {}).status == 404


@pytest.mark.parametrize(("given", "where"), [
    ({"kind": "bearer", "secret": "long-canary"}, "test_url"),
    ({"kind": "bearer", "untested": True}, "secret"),
    ({"kind": "bearer", "secret": "canary", "untested": True}, "value"),
    ({"kind": "bearer", "secret": "long-canary\n", "untested": True}, "secret"),
    ({"kind": "basic", "secret": "long-canary", "untested": True}, "user"),
    ({"kind": "bearer", "secret": "long-canary", "user": "ada", "untested": True}, "user"),
    ({"kind": "api_key", "secret": "long-canary", "test_url": "https://example.com"}, "header"),
    ({"kind": "api_key", "secret": "long-canary", "header": "a b", "untested": True}, "header"),
    ({"kind": "api_key", "secret": "long-canary", "header": "a", "query": "b", "untested": True}, "query"),
    ({"kind": "bearer", "secret": "long-canary", "test_url": "http://example.com"}, "test_url"),
    ({"kind": "bearer", "secret": "long-canary", "test_url": "https://a:b@example.com"}, "test_url"),
    ({"kind": "bearer", "secret": "long-canary", "test_url": "example.com"}, "test_url"),
    ({"kind": "oauth2_client_credentials", "client_id": "a", "client_secret": "long-canary"}, "token_url"),
    ({"kind": "carrier_pigeon"}, "/kind"),
])
def test_what_is_at_fault_is_told_with_its_place_and_no_secret(api, given, where):
    refused = api("PUT", "/connections/orders", given)
    assert (refused.status, refused.error["where"]) == (422, where), refused.text
    assert "canary" not in refused.text
    assert not api.secrets.values


def test_a_name_that_is_none(api):
    assert api("PUT", "/connections/a%20b", PLAIN).error["where"] == "name"


def problems(api, definition):
    given = {"document": {"name": "flow", "definition": definition}}
    found = api("POST", "/definitions/validate", given).json["diagnostics"]
    return {(item["code"], item["location"]) for item in found if item["code"].startswith("CONNECTION")}


def test_publishing_asks_for_a_connection_that_is_there_and_fits(api, authorizer):
    place = "/States/Call/Parameters/connection"
    assert problems(api, calling(authorizer, **REF)) == {("CONNECTION_NOT_FOUND", place)}
    api.secrets.values["PLAIN"] = "a plain value"
    assert problems(api, calling(authorizer, connection={"$secret": "PLAIN"})) == {("CONNECTION_NOT_FOUND", place)}
    assert api("PUT", "/connections/orders", {**PLAIN, "kind": "api_key"}).status == 200
    assert problems(api, calling(authorizer, **REF)) == {("CONNECTION_DOES_NOT_FIT", place)}
    assert api("PUT", "/connections/orders", PLAIN).status == 200
    assert problems(api, calling(authorizer, **REF)) == set()
    misplaced = calling(authorizer, bearer_token={"$secret": "connection.orders"})
    assert problems(api, misplaced) == {("CONNECTION_DOES_NOT_FIT", "/States/Call/Parameters/bearer_token")}


def test_a_connection_stands_for_what_a_declared_connector_requires(api):
    def flow(**arguments):
        return {"StartAt": "Call", "States": {"Call": {
            "Type": "Task", "Resource": "connector:github:get_issue", "End": True,
            "Parameters": {"owner": "ada", "repo": "engine", "number": 1, **arguments},
        }}}

    api("PUT", "/connections/orders", PLAIN)
    granted(api)
    found = api("POST", "/definitions/validate", {"document": {"name": "flow", "definition": flow(**REF)}}).json
    assert [item for item in found["diagnostics"] if item["severity"] == "ERROR"] == []
    api("PUT", "/connections/orders", {"kind": "basic", "user": "ada", "secret": "long-canary", "untested": True})
    assert ("CONNECTION_DOES_NOT_FIT", "/States/Call/Parameters/connection") in problems(api, flow(**REF))


def test_a_connection_is_no_secret_that_is_set_by_hand(api):
    assert api("PUT", "/secrets/connection.orders", {"value": "a long value"}).status == 422
    assert api("PUT", "/connections/orders", PLAIN).status == 200
    assert api("POST", "/secrets/connection.orders/rotate", {"value": "a long value"}).status == 422
    assert json.loads(api.secrets.values["connection.orders"])["kind"] == "bearer"


def test_one_that_is_used_is_removed_only_by_force(api, authorizer):
    api("PUT", "/connections/orders", PLAIN)
    granted(api)
    api.publish("flow", calling(authorizer, **REF))
    assert api("DELETE", "/connections/orders").status == 409
    assert api("DELETE", "/connections/orders?force=true").status == 200
    assert api("DELETE", "/connections/orders").status == 404
