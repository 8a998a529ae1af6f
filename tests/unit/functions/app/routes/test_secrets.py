"""Secrets over the API: names and who uses them go out, values only come in."""

from __future__ import annotations

import dataclasses

import pytest

from engine.errors import ConnectionFailed, Refused
from engine.governance.roles import Role
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
    use = {"workflow": "hooked", "version": "draft", "states": [], "webhooks": ["pushes"], "alerts": []}
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
    api.secrets.values[KEY] = VALUE
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

    def grants(self, workspace, key, *, fresh=False):
        return None

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


def test_a_secret_that_a_setting_names_says_so(api):
    settings = dataclasses.replace(api.services.settings, slack_signing_secret="SLACK_SIGNING")
    api.services = dataclasses.replace(api.services, settings=settings)
    for key, setting in (("SLACK_SIGNING", "AUTOMATE_SLACK_SIGNING_SECRET"), ("OTHER_KEY", None)):
        assert api("PUT", f"/secrets/{key}", {"value": VALUE}).json["setting"] == setting
    found = {item["key"]: item["setting"] for item in api("GET", "/secrets").json["secrets"]}
    assert found == {"OTHER_KEY": None, "SLACK_SIGNING": "AUTOMATE_SLACK_SIGNING_SECRET"}
    refused = api("DELETE", "/secrets/SLACK_SIGNING")
    assert (refused.status, "AUTOMATE_SLACK_SIGNING_SECRET" in refused.error["message"]) == (409, True)
    assert api("DELETE", "/secrets/SLACK_SIGNING?force=true").status == 200


def test_publishing_warns_of_a_tasks_secret_that_is_not_there(api):
    document = {"name": "pay", "definition": uses_secret()}
    told = f"state 'Call': there is no secret {KEY} (automate secrets set {KEY})"
    api("POST", "/workflows/import", {"document": document})
    preview = api("GET", "/workflows/pay/publish").json
    found = [(each["code"], each["severity"], each["location"]) for each in preview["problems"]]
    assert (preview["publishable"], found) == (
        True, [("SECRET_NOT_THERE", "WARNING", "/States/Call/Parameters/bearer_token")]
    )
    (warning,) = api("POST", "/workflows/pay/publish", {}).json["warnings"]
    assert told in preview["problems"][0]["message"]
    assert told in warning
    api("PUT", f"/secrets/{KEY}", {"value": VALUE})
    left = [each["code"] for each in api("GET", "/workflows/pay/publish").json["problems"]]
    assert left == ["SECRET_NOT_GRANTED"]


GRANT = {"workflow": "pay", "connector": "http", "host": "example.com"}


def test_publishing_asks_once_for_the_grant_that_is_missing(api):
    api("PUT", f"/secrets/{KEY}", {"value": VALUE})
    api("POST", "/workflows/import", {"document": {"name": "pay", "definition": uses_secret()}})
    refused = api("POST", "/workflows/pay/publish", {})
    assert (refused.status, refused.error["details"][0]["code"]) == (422, "SECRET_NOT_GRANTED")
    assert refused.error["details"][0]["location"] == "/States/Call/Parameters/bearer_token"
    command = f"automate secrets grant {KEY} --workflow pay --connector http --host example.com"
    assert command in refused.error["message"]
    preview = api("GET", "/workflows/pay/publish").json
    assert preview["publishable"] is False
    assert preview["grants_needed"] == [{"key": KEY, "backend": "memory", **GRANT}]
    granted = api("POST", f"/secrets/{KEY}/grants", GRANT)
    assert (granted.status, granted.json["grants"]) == (200, [GRANT])
    assert api("GET", "/workflows/pay/publish").json["grants_needed"] == []
    assert api("POST", "/workflows/pay/publish", {}).status == 200
    entry, = api("GET", "/audit?act=secret.grant").json["entries"]
    assert (entry["subject"], entry["after"]["grants"]) == (f"secret/{KEY}", ["pay/http@example.com"])


@pytest.mark.parametrize(("grant", "publishable"), [
    ({"workflow": "pay"}, True), ({"workflow": "*", "connector": "http", "host": "*.com"}, True),
    ({"workflow": "pay", "connector": "http", "host": "other.com"}, False), ({"workflow": "other"}, False),
    ({"workflow": "pay", "connector": "slack"}, False),
])
def test_a_grant_fits_or_does_not(api, grant, publishable):
    api("PUT", f"/secrets/{KEY}", {"value": VALUE})
    api("POST", f"/secrets/{KEY}/grants", grant)
    api("POST", "/workflows/import", {"document": {"name": "pay", "definition": uses_secret()}})
    assert api("GET", "/workflows/pay/publish").json["publishable"] is publishable


def test_an_address_that_an_expression_makes_is_asked_for_when_it_is_called(api):
    api("PUT", f"/secrets/{KEY}", {"value": VALUE})
    definition = uses_secret()
    definition["States"]["Call"]["Parameters"]["url.$"] = "$.url"
    del definition["States"]["Call"]["Parameters"]["url"]
    api("POST", "/workflows/import", {"document": {"name": "pay", "definition": definition}})
    needed, = api("GET", "/workflows/pay/publish").json["grants_needed"]
    assert needed["host"] == "*"
    api("POST", f"/secrets/{KEY}/grants", GRANT)
    assert api("GET", "/workflows/pay/publish").json["publishable"] is True


def test_one_that_is_nowhere_or_everybody_s_needs_no_grant(api):
    api("POST", "/workflows/import", {"document": {"name": "pay", "definition": uses_secret()}})
    assert api("GET", "/workflows/pay/publish").json["publishable"] is True
    api.secrets.values[KEY] = VALUE  # of before: no grants are kept
    assert api("GET", "/workflows/pay/publish").json["publishable"] is True


ALERT = {"name": "ops", "webhook": {"url": "https://ops.example.org/x", "bearer_token": {"$secret": KEY}}}
HOOK = {"type": "webhook", "path": "pushes", "auth": {"style": "github", "secrets": [{"$secret": KEY}]}}


def test_usage_names_states_webhooks_and_alerts_and_what_is_granted(api):
    api.secrets.values[KEY] = VALUE
    api("POST", "/workflows/import", {"publish": True, "document": {
        "name": "pay", "definition": uses_secret(), "triggers": [HOOK], "alerts": [ALERT],
    }})
    api("POST", f"/secrets/{KEY}/grants", GRANT)
    usage = api("GET", f"/secrets/{KEY}/usage")
    assert (usage.json["backend"], usage.json["grants"], VALUE in usage.text) == ("memory", [GRANT], False)
    published = [use for use in usage.json["uses"] if use["version"] == 1]
    assert [(use["kind"], use["name"], use["connector"], use["host"], use["granted"]) for use in published] == [
        ("state", "Call", "http", "example.com", True), ("trigger", "pushes", "trigger:webhook", "*", False),
        ("alert", "ops", "http", "ops.example.org", False),
    ]
    assert {use["version"] for use in usage.json["uses"]} == {1, "draft"}
    assert api("GET", "/secrets/NOPE/usage").status == 404


def test_a_grant_is_revoked_as_it_was_given_and_all_are(api):
    api("PUT", f"/secrets/{KEY}", {"value": VALUE})
    api("POST", f"/secrets/{KEY}/grants", GRANT)
    api("POST", f"/secrets/{KEY}/grants", {"workflow": "other"})
    assert api("DELETE", f"/secrets/{KEY}/grants?workflow=pay").status == 404
    left = api("DELETE", f"/secrets/{KEY}/grants?workflow=pay&connector=http&host=example.com").json["grants"]
    assert left == [{"workflow": "other", "connector": "*", "host": "*"}]
    api("POST", f"/secrets/{KEY}/grants", {**GRANT, "host": "Example.COM"})
    again = api("DELETE", f"/secrets/{KEY}/grants?workflow=pay&connector=http&host=Example.COM")
    assert again.json["grants"] == left
    assert api("DELETE", f"/secrets/{KEY}/grants?all=true").json["grants"] == []
    assert len(api("GET", "/audit?act=secret.revoke").json["entries"]) == 3


@pytest.mark.parametrize("changed", [
    {"workflow": "a b"}, {"workflow": "a/b"}, {"connector": "a@b"}, {"host": "https://x"}, {"host": "x/y"},
    {"host": ""}, {"connector": "a,b"}, {"host": "*.*.x"},
])
def test_what_is_no_grant_is_refused(api, changed):
    api("PUT", f"/secrets/{KEY}", {"value": VALUE})
    assert api("POST", f"/secrets/{KEY}/grants", {**GRANT, **changed}).status == 422
    assert api.secrets.granted[KEY] == ()


def test_a_host_is_kept_as_the_dialler_has_it(api):
    api("PUT", f"/secrets/{KEY}", {"value": VALUE})
    for host in ("API.Example.COM.", "*.EXAMPLE.com", "[2001:db8::1]", "0x7f.1"):
        api("POST", f"/secrets/{KEY}/grants", {**GRANT, "host": host})
    assert [grant.host for grant in api.secrets.granted[KEY]] == [
        "api.example.com", "*.example.com", "2001:db8::1", "127.0.0.1",
    ]


def test_who_may_not_see_secrets_is_told_of_none(api):
    api("PUT", f"/secrets/{KEY}", {"value": VALUE})
    asked = {"document": {"name": "pay", "definition": uses_secret()}}
    codes = lambda: {item["code"] for item in api("POST", "/definitions/validate", asked).json["diagnostics"]}  # noqa: E731
    assert "SECRET_NOT_GRANTED" in codes()
    api.roles = (Role.OPERATOR,)
    assert "SECRET_NOT_GRANTED" not in codes()


def rotated(api, **given):
    return api("POST", f"/secrets/{KEY}/rotate", given)


def test_a_pending_value_is_made_current_and_the_one_of_before_comes_back(api):
    api.secrets.values[KEY] = VALUE
    assert rotated(api, value="sk-live-next-canary", step="pending").status == 200
    assert api.secrets.values[KEY] == VALUE
    assert rotated(api, step="current").status == 200
    assert api.secrets.values[KEY] == "sk-live-next-canary"
    assert rotated(api, step="current").error["code"] == "Conflict"
    assert rotated(api, step="back").status == 200
    assert api.secrets.values[KEY] == VALUE
    audit = api("GET", "/audit?act=secret.rotate")
    assert [entry["after"]["step"] for entry in audit.json["entries"]] == ["back", "current", "pending"]
    assert "canary" not in audit.text


def test_a_value_that_fails_its_test_changes_nothing(api, monkeypatch):
    api.secrets.values[KEY] = VALUE
    asked = []

    def check(connection, _access):
        asked.append((connection.sent_as, connection.place, connection.name, connection.user, connection.test_url))
        if connection.secret.startswith("bad"):
            raise ConnectionFailed("https://api.example.com answered 401")

    monkeypatch.setattr(api.services.connections.calls, "check", check)
    test = {"test_url": "https://api.example.com/me", "test_as": "header:X-Key"}
    assert rotated(api, value="bad-sk-canary", **test).error["code"] == "ConnectionFailed"
    assert (api.secrets.values[KEY], api.secrets.others) == (VALUE, {})
    assert rotated(api, value="good-sk-canary", **test).status == 200
    assert api.secrets.values[KEY] == "good-sk-canary"
    assert asked[0] == ("api_key", "headers", "X-Key", "X-Key", "https://api.example.com/me")


@pytest.mark.parametrize(("given", "where"), [
    ({}, "value"), ({"value": "short"}, "value"), ({"value": VALUE, "test_as": "pigeon"}, "/test_as"),
    ({"value": VALUE, "test_url": "http://example.com"}, "test_url"), ({"step": "forward"}, "/step"),
])
def test_a_rotation_at_fault_is_told_and_changes_nothing(api, given, where):
    api.secrets.values[KEY] = VALUE
    refused = rotated(api, **given)
    assert (refused.status, refused.error["where"]) == (422, where), refused.text
    assert (api.secrets.values[KEY], api.secrets.others) == (VALUE, {})
