"""Secrets over the API: names and who uses them go out, values only come in."""

from __future__ import annotations

import dataclasses

import pytest

from engine.errors import Refused
from engine.governance.secret_refs import MOST_BYTES
from engine.ports.secrets import SecretInfo

KEY, VALUE = "PAYMENT_KEY", "sk-live-4242-canary"


def uses_secret(key=KEY):
    return {"StartAt": "Call", "States": {"Call": {
        "Type": "Task", "Resource": "connector:http:request", "End": True,
        "Parameters": {"url": "https://example.com", "bearer_token": {"$secret": key}},
    }}}


def test_a_secret_is_listed_with_its_uses_and_never_its_value(api):
    api.secrets.values[KEY] = VALUE
    api.publish("pay", uses_secret())
    api("POST", "/workflows/import", {"document": {"name": "later", "definition": uses_secret()}})
    reply = api("GET", "/secrets")
    secret, = reply.json["secrets"]
    assert (secret["key"], secret["backend"], secret["writable"]) == (KEY, "memory", True)
    assert [(use["workflow"], use["version"], use["states"]) for use in secret["used_by"]] == [
        ("later", "draft", ["Call"]), ("pay", 1, ["Call"]), ("pay", "draft", ["Call"]),
    ]
    assert VALUE not in reply.text
    assert "value" not in secret


def test_a_secret_of_a_webhook_is_used_and_kept(api):
    api.secrets.values[KEY] = VALUE
    auth = {"style": "github", "secrets": [{"$secret": KEY}, {"$secret": "NEXT"}]}
    hooks = [{"type": "webhook", "path": "pushes", "auth": auth}, {"type": "webhook", "path": "open"}]
    definition = {"StartAt": "A", "States": {"A": {"Type": "Pass", "End": True}}}
    api("POST", "/workflows/import", {"document": {"name": "hooked", "definition": definition, "triggers": hooks}})
    listed = api("GET", "/secrets").json
    use = {"workflow": "hooked", "version": "draft", "states": [], "webhooks": ["pushes"]}
    assert listed["secrets"][0]["used_by"] == [use]
    assert [item["key"] for item in listed["missing"]] == ["NEXT"]
    assert api("DELETE", f"/secrets/{KEY}").status == 409


def test_create_and_rotate_keep_the_key(api):
    created = api("PUT", f"/secrets/{KEY}", {"value": VALUE})
    assert (created.status, created.json["key"], VALUE in created.text) == (200, KEY, False)
    rotated = api("POST", f"/secrets/{KEY}/rotate", {"value": "sk-live-new-canary"})
    assert (rotated.status, "canary" in rotated.text) == (200, False)
    assert api.secrets.values == {KEY: "sk-live-new-canary"}
    audit = api("GET", "/audit?act=secret.*")
    assert {entry["act"] for entry in audit.json["entries"]} >= {"secret.rotate"}
    assert "canary" not in audit.text


def test_what_is_not_there_is_not_rotated(api):
    reply = api("POST", "/secrets/NOPE/rotate", {"value": "x"})
    assert (reply.status, api.secrets.values) == (404, {})


def test_a_bad_key_or_value_is_refused_without_repeating_it(api):
    for method, path in (("PUT", "/secrets/bad%20key"), ("POST", "/secrets/bad%20key/rotate")):
        assert api(method, path, {"value": VALUE}).status == 422
    api("PUT", f"/secrets/{KEY}", {"value": VALUE})
    huge = VALUE + "x" * MOST_BYTES
    refused = api("POST", f"/secrets/{KEY}/rotate", {"value": huge})
    assert (refused.status, "canary" in refused.text) == (422, False)
    assert api.secrets.values == {KEY: VALUE}


def test_one_that_is_used_is_deleted_only_by_force(api):
    api("PUT", f"/secrets/{KEY}", {"value": VALUE})
    api.publish("pay", uses_secret())
    refused = api("DELETE", f"/secrets/{KEY}")
    assert (refused.status, refused.error["details"]["used_by"][0]["workflow"]) == (409, "pay")
    assert api("DELETE", f"/secrets/{KEY}?force=true").status == 200
    assert api.secrets.values == {}
    assert api("DELETE", f"/secrets/{KEY}").status == 404


class Elsewhere:
    """A backend that is asked first."""

    name = "elsewhere"

    def __init__(self, **values):
        self.values = values

    def get(self, workspace, key, *, fresh=False):
        if key == "LOG_LEVEL":
            raise Refused("it is a setting")
        return self.values.get(key)

    def list(self, workspace):
        return [SecretInfo(key, self.name) for key in self.values]


WRITES = [("PUT", f"/secrets/{KEY}"), ("POST", f"/secrets/{KEY}/rotate")]


@pytest.mark.parametrize(("method", "path"), WRITES)
def test_a_value_too_short_to_be_masked_is_refused_unless_it_is_allowed(api, method, path):
    api("PUT", f"/secrets/{KEY}", {"value": VALUE})
    refused = api(method, path, {"value": "c4nar\u00ffY"})
    assert (refused.status, api.secrets.values) == (422, {KEY: VALUE})
    assert "masking cannot tell so short a value" in refused.error["message"]
    assert "allow_short" in refused.error["advice"]
    assert "c4nar" not in refused.text
    assert api(method, path, {"value": "c4nar\u00ffY", "allow_short": False}).status == 422
    assert api(method, path, {"value": "c4nar\u00ffY", "allow_short": True}).status == 200
    assert api.secrets.values == {KEY: "c4nar\u00ffY"}
    assert api(method, path, {"value": "eight ch"}).status == 200


def test_a_stored_value_that_another_backend_shadows_is_told(api):
    assert api("PUT", f"/secrets/{KEY}", {"value": VALUE}).json["shadowed_by"] is None
    api.services = dataclasses.replace(
        api.services, secret_backends=(Elsewhere(**{KEY: "canary-elsewhere"}), api.secrets)
    )
    for method, path in WRITES:
        assert api(method, path, {"value": VALUE}).json["shadowed_by"] == "elsewhere"
    assert api("PUT", "/secrets/OTHER_KEY", {"value": VALUE}).json["shadowed_by"] is None
    assert api("PUT", "/secrets/LOG_LEVEL", {"value": VALUE}).json["shadowed_by"] is None
    listed = api("GET", "/secrets")
    assert [(item["backend"], item["key"], item["shadowed_by"]) for item in listed.json["secrets"]] == [
        ("elsewhere", KEY, None), ("memory", "LOG_LEVEL", None), ("memory", "OTHER_KEY", None),
        ("memory", KEY, "elsewhere"),
    ]
    assert "canary" not in listed.text


def test_a_secret_that_is_named_and_nowhere_is_listed_as_missing(api):
    call = {"Type": "Task", "Resource": "connector:http:request", "End": True,
            "Parameters": {"url": "https://example.com", "bearer_token": {"$secret": "NOT_THERE"}}}
    api.publish("pay", {"StartAt": "Call", "States": {"Call": call}})
    listed = api("GET", "/secrets").json
    assert (listed["secrets"], [item["key"] for item in listed["missing"]]) == ([], ["NOT_THERE"])
    assert listed["missing"][0]["used_by"][0]["workflow"] == "pay"
    api("PUT", "/secrets/NOT_THERE", {"value": "here it is now"})
    assert api("GET", "/secrets").json["missing"] == []
