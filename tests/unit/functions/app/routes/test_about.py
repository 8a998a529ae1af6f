"""What the API says of itself, of definitions, connectors and secrets."""

from __future__ import annotations

import dataclasses
import json
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

from connectors import open_folders
from connectors.registry import Registry
from engine.durable.lifecycle.call_limits import CallLimits, account_of
from engine.governance.roles import Role
from engine.ports.tasks import CallLimit
from functions.api.app import app
from functions.app import docs_page
from functions.app.routes.openapi import document
from functions.app.routing import Anyone
from functions.app.table import every_route


def test_openapi_is_valid_and_complete(api):
    from openapi_spec_validator import validate  # noqa: PLC0415 - it takes seconds to import

    described = api("GET", "/openapi.json").json
    validate(described)
    assert described["openapi"].startswith("3.1")
    served = {(path, method.lower()) for path, methods in app.routes.items() for method in methods}
    assert {(path, method) for path, item in described["paths"].items() for method in item} == served


def test_what_an_alert_s_webhook_gets_has_its_schema():
    described = document(every_route())
    told = described["webhooks"]["alert"]["post"]
    name = told["requestBody"]["content"]["application/json"]["schema"]["$ref"].rpartition("/")[2]
    schema = described["components"]["schemas"][name]
    assert {"text", "link", "more_since"} < set(schema["required"])


def test_every_route_has_a_summary_and_models():
    for path in document(every_route())["paths"].values():
        for operation in path.values():
            assert operation["summary"]
            assert "default" in operation["responses"]


def test_only_what_anyone_may_ask_is_described_without_a_token():
    described = document(every_route())
    assert described["security"] == [{"token": []}]
    open_to_all = {
        (path, method) for path, item in described["paths"].items() for method, operation in item.items()
        if operation.get("security") == []
    }
    assert open_to_all == {
        ("/health", "get"), ("/forms", "get"), ("/forms", "post"), ("/hooks/{workflow}/{path}", "post"),
        ("/hooks/slack.com/approvals", "post"),
    }


def test_an_example_of_what_anyone_may_ask_has_no_token():
    for route in every_route():
        assert ("Authorization" in docs_page.example(route)) == (route.right is not Anyone.AT_ALL), route.name


def test_the_page_stands_alone_and_shows_every_route(api):
    reply = api("GET", "/docs")
    assert reply.headers["Content-Type"].startswith("text/html")
    assert "<script" not in reply.text
    assert "src=" not in reply.text
    assert "prefers-color-scheme: dark" in reply.text
    for route in every_route():
        assert f"<code>{route.path}</code>" in reply.text
    assert "default-src 'none'" in reply.headers["Content-Security-Policy"]


def test_health(api):
    assert api("GET", "/health").json == {"product": "automate", "status": "ok"}


def test_validate_lists_everything_with_lines(api):
    text = '{\n "StartAt": "A",\n "States": {\n  "A": {"Type": "Pass",\n   "Next": "Nowhere"}\n }\n}'
    reply = api("POST", "/definitions/validate", {"source": text})
    assert (reply.status, reply.json["result"]) == (200, "FAIL")
    finding = next(item for item in reply.json["diagnostics"] if item["location"] == "/States/A/Next")
    assert (finding["line"], finding["severity"]) == (5, "ERROR")
    wrapped = api("POST", "/definitions/validate", {"source": '{"name": "x",\n"definition": ' + text + "}"})
    finding = next(item for item in wrapped.json["diagnostics"] if item["location"] == "/States/A/Next")
    assert finding["line"] == 6


def test_validate_knows_the_connectors(api):
    task = {"Type": "Task", "Resource": "connector:nope:nothing", "End": True}
    reply = api("POST", "/definitions/validate", {"document": {"StartAt": "A", "States": {"A": task}}})
    assert [item["code"] for item in reply.json["diagnostics"]] == ["UNKNOWN_RESOURCE"]


def test_validate_stores_nothing(api):
    api("POST", "/definitions/validate", {"document": {"StartAt": "A", "States": {"A": {"Type": "Succeed"}}}})
    assert api("GET", "/workflows").json["workflows"] == []


def test_connectors_say_what_they_take(api):
    found = {item["code"]: item for item in api("GET", "/connectors").json["connectors"]}
    request = found["http"]["actions"][0]
    assert (request["resource"], request["inputs"]["url"]["required"]) == ("connector:http:request", True)
    assert "log" in found


def test_a_connector_that_is_not_ready_says_what_makes_it_so(api, monkeypatch):
    monkeypatch.setattr(open_folders, "_folders", None)
    api.services = dataclasses.replace(api.services, connectors=Registry())
    (files,) = [item for item in api("GET", "/connectors").json["connectors"] if item["code"] == "files"]
    assert files["problem"].startswith(
        "the connector files is off: no folder is open to workflows. Name folders in AUTOMATE_FILE_ROOTS"
    )


def test_secrets_come_in_and_never_out(api):
    reply = api("PUT", "/secrets/STRIPE_KEY", {"value": "canary-123"})
    assert (reply.status, reply.json["key"], reply.json["updated_by"]) == (200, "STRIPE_KEY", "ada")
    listed = api("GET", "/secrets")
    assert [item["key"] for item in listed.json["secrets"]] == ["STRIPE_KEY"]
    assert "canary-123" not in reply.text + listed.text
    assert api.secrets.values == {"STRIPE_KEY": "canary-123"}


def test_importing_the_app_has_no_side_effects():
    program = """
import json, os, sys
before = dict(os.environ)
import functions.api.app
clients = sorted(name for name in sys.modules if name in ("boto3", "boto3.resources", "sqlite3"))
print(json.dumps({"same": dict(os.environ) == before, "clients": clients}))
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert json.loads(done.stdout) == {"same": True, "clients": []}


def test_every_request_has_its_own_context_across_threads(api):
    """Chalice keeps the current request on the app; two at once must not see each other's body."""
    api.publish("pause", {"StartAt": "P", "States": {"P": {"Type": "Wait", "Seconds": 60, "End": True}}})

    def start(number):
        reply = api("POST", "/workflows/pause/executions", {"name": f"n{number}", "input": {"number": number}})
        return reply.json["name"], reply.json["input"]["number"]

    with ThreadPoolExecutor(16) as pool:
        assert sorted(pool.map(start, range(200))) == sorted((f"n{number}", number) for number in range(200))


def test_on_one_machine_nothing_is_watched(api):
    assert api("GET", "/alarms").json == {"watched": False, "alarms": [], "topics": []}


def test_how_services_with_a_limit_stand_is_told_without_keys_to_who_may_see_none(api):
    assert api("GET", "/connectors/limits").json == {"limits": []}
    limit = CallLimit("shop", 1, 3600.0)
    limits = CallLimits(api.services.open_triggers().states, api.clock)
    account = account_of([("/key", "SHOP_KEY")], limit)
    assert limits.turn("default", account, limit) is None
    shown, = api("GET", "/connectors/limits").json["limits"]
    assert (shown["service"], shown["secrets"], shown["requests"], shown["per_seconds"]) == (
        "shop", ["SHOP_KEY"], 1, 3600.0
    )
    assert shown["next_at"] > "2"
    api.roles = (Role.VIEWER,)
    assert api("GET", "/connectors/limits").json["limits"][0]["secrets"] == []
