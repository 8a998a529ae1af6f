"""Triggers as people see and hold them: list, test, pause, what arrived, replay."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from urllib.parse import quote

import pytest

from engine.governance.roles import Role

OPEN = {"type": "webhook", "path": "order", "auth": {"style": "none"}}
ALL = [
    OPEN, {"type": "schedule", "expression": "rate(1 hour)"}, {"type": "queue", "queue": "orders", "enabled": False},
    {"type": "event", "pattern": {"source": ["x"]}},
]


def test_the_triggers_of_the_active_versions_say_what_they_listen_to(hooked):
    hooked.publish(*ALL)
    found = {row["name"]: row for row in hooked.api("GET", "/triggers").json["triggers"]}
    assert {name: row["listens"] for name, row in found.items()} == {
        "webhook": True, "schedule": True, "queue": False, "event": True,
    }
    assert found["webhook"]["address"] == "/hooks/flow/order"
    assert found["schedule"]["next_at"] is not None
    assert found["schedule"]["says"] == "rate(1 hour) in UTC"
    assert found["queue"]["says"] == "messages of the queue orders"
    assert "bus default" in found["event"]["says"]
    assert hooked.api("GET", "/triggers/flow/webhook").json == found["webhook"]


def test_an_input_that_does_not_fit_is_refused_with_its_place(hooked):
    schema = {"type": "object", "properties": {"n": {"type": "integer", "maximum": 9}}}
    hooked.publish({**OPEN, "dedupe_key": "$.id"}, input_schema=schema)
    says = "the input does not fit input_schema: /n: 10 is greater than the maximum of 9"
    assert hooked.api("POST", "/triggers/flow/webhook/test", {"value": {"n": 10, "id": "a"}}).json["why"] == says
    assert hooked.call({"n": 10, "id": "a"}).status == 422
    assert [row["why"] for row in hooked.deliveries()] == [says]


def test_what_is_over_is_said(hooked):
    """A one-time schedule is over once its time is done, not before somebody looked; a form when its links close."""
    at = datetime.fromtimestamp(hooked.api.clock.now() + 3600, UTC)
    hooked.publish(
        {"type": "schedule", "expression": f"at({at:%Y-%m-%dT%H:%M:%S})"},
        {"type": "form", "public": {"expires": f"{at:%Y-%m-%dT%H:%M:%SZ}", "most": 5}},
    )

    def stand():
        return {row["name"]: (row["listens"], row["over"]) for row in hooked.api("GET", "/triggers").json["triggers"]}

    assert stand() == {"schedule": (True, False), "form": (True, False)}
    hooked.api.clock.sleep(3601)
    assert stand() == {"schedule": (True, False), "form": (True, True)}
    hooked.api.services.open_triggers().schedules("look").fire()
    assert stand() == {"schedule": (False, True), "form": (True, True)}


def test_where_a_setting_says_it_addresses_are_whole(hooked):
    hooked.publish(OPEN, {"type": "form"})
    assert hooked.api("GET", "/triggers/flow/webhook").json["url"] is None
    services = hooked.api.services
    settings = replace(services.settings, public_url="https://hooks.example.com/")
    hooked.api.services = replace(services, settings=settings)
    assert hooked.api("GET", "/triggers/flow/webhook").json["url"] == "https://hooks.example.com/hooks/flow/order"
    link = hooked.api("POST", "/triggers/flow/form/links", {}).json
    assert link["url"] == f"https://hooks.example.com{link['path']}"


def test_a_trigger_that_is_none_is_said_with_those_there_are(hooked):
    hooked.publish(OPEN)
    reply = hooked.api("GET", "/triggers/flow/nope")
    assert (reply.status, reply.error["code"], "it has webhook" in reply.error["message"]) == (
        404, "TriggerDoesNotExist", True
    )
    assert hooked.api("POST", "/triggers/nope/webhook/pause").status == 404
    assert hooked.api("GET", "/triggers/flow/webhook/deliveries").json["deliveries"] == []
    assert hooked.api("GET", "/triggers/flow/nope/deliveries").error["code"] == "TriggerDoesNotExist"


def test_a_pause_is_said_recorded_and_undone_once(hooked):
    hooked.publish(OPEN)
    paused = hooked.api("POST", "/triggers/flow/webhook/pause").json
    assert (paused["listens"], paused["paused_by"]) == (False, "ada")
    assert hooked.api("POST", "/triggers/flow/webhook/pause").json["paused_at"] == paused["paused_at"]
    assert hooked.api("POST", "/triggers/flow/webhook/resume").json["paused_at"] is None
    acts = [entry["act"] for entry in hooked.api("GET", "/audit").json["entries"]]
    assert (acts.count("trigger.pause"), acts.count("trigger.resume")) == (1, 1)


def test_a_test_says_what_would_come_of_it_and_writes_nothing(hooked):
    hooked.publish({**OPEN, "when": "{% $states.input.n > 3 %}", "dedupe_key": "$.id", "input": {
        "n.$": "$.n", "event.$": "$$.Trigger.Headers.event"}})
    test = "/triggers/flow/webhook/test"
    good = hooked.api("POST", test, {"value": {"n": 5, "id": 1}, "facts": {"Headers": {"event": "push"}}}).json
    assert (good["matched"], good["input"]) == (True, {"n": 5, "event": "push"})
    assert good["execution"].startswith("flow:webhook.")
    bad = hooked.api("POST", test, {"value": {"n": 2, "id": 1}}).json
    assert (bad["matched"], bad["refused"], "2, not more than 3" in bad["why"]) == (False, False, True)
    fault = hooked.api("POST", test, {"value": {"n": 5}}).json
    assert (fault["matched"], fault["refused"]) == (False, True)
    assert hooked.deliveries() == hooked.executions() == []


PUT = {"source": "aws.s3", "detail-type": "Object Created", "detail": {
    "bucket": {"name": "uploads"}, "object": {"key": "in/a"}}}


@pytest.mark.parametrize(("trigger", "heard", "unheard", "said"), [
    ({"type": "event", "pattern": {"source": ["my.shop"]}}, {"source": "my.shop"}, {"source": "other"},
     'source is "other"; wanted is "my.shop"'),
    ({"type": "s3", "bucket": "uploads", "prefix": "in/"}, PUT,
     {**PUT, "detail": {"bucket": {"name": "uploads"}, "object": {"key": "out/a"}}}, 'detail.object.key is "out/a"'),
    ({"type": "workflow_end", "workflow": "other", "statuses": ["FAILED"], "errors": ["Pay*"]},
     {"status": "FAILED", "error": "Payment"}, {"status": "FAILED", "error": "Boom"}, "the error Boom"),
    ({"type": "workflow_end", "workflow": "*", "statuses": ["FAILED"]}, {"status": "FAILED"}, {"status": "SUCCEEDED"},
     "the status SUCCEEDED and no error"),
    ({"type": "workflow_end", "workflow": "*"}, {"status": "ABORTED"}, "text", "the status None"),
])
def test_a_test_says_whether_it_is_heard_at_all(hooked, trigger, heard, unheard, said):
    hooked.publish(trigger)
    test = f"/triggers/flow/{trigger['type']}/test"
    assert hooked.api("POST", test, {"value": heard}).json["matched"] is True
    found = hooked.api("POST", test, {"value": unheard}).json
    assert (found["matched"], found["refused"], said in found["why"]) == (False, False, True), found


def test_a_test_says_that_the_input_does_not_fit(hooked):
    hooked.publish({**OPEN, "input": {"n": "{% $states.input.n %}"}}, input_schema={
        "type": "object", "properties": {"n": {"type": "integer"}}})
    test = "/triggers/flow/webhook/test"
    assert hooked.api("POST", test, {"value": {"n": 5}}).json["matched"] is True
    found = hooked.api("POST", test, {"value": {"n": "five"}}).json
    assert (found["matched"], found["refused"], found["why"], found["input"]) == (
        False, True, "the input does not fit input_schema: /n: 'five' is not of type 'integer'", {"n": "five"}
    )


def test_deliveries_come_newest_first_in_pages_with_what_arrived(hooked):
    hooked.publish(OPEN)
    for number in range(3):
        hooked.api("POST", "/hooks/flow/order", {"n": number}, idempotency_key=f"k{number}")
        hooked.api.clock.sleep(1)
    first = hooked.api("GET", "/triggers/flow/webhook/deliveries?limit=2").json
    assert [row["dedupe_key"] for row in first["deliveries"]] == ["k2", "k1"]
    rest = hooked.api("GET", f"/triggers/flow/webhook/deliveries?limit=2&next_token={first['next_token']}").json
    assert [row["dedupe_key"] for row in rest["deliveries"]] == ["k0"]
    whole = hooked.api("GET", f"/deliveries/{quote(first['deliveries'][0]['id'], safe='')}").json
    assert (whole["arrived"], whole["hidden"], whole["facts"]["Query"]) == ({"n": 2}, False, {})
    assert hooked.api("GET", "/deliveries/flow%3Awebhook.nope").status == 404


def test_a_replay_goes_to_the_version_of_today(hooked):
    hooked.publish({**OPEN, "when": "{% $states.input.n > 3 %}"})
    hooked.api("POST", "/hooks/flow/order", {"n": 1}, idempotency_key="k")
    (row,) = hooked.deliveries()
    assert row["outcome"] == "NOT_MATCHED"
    hooked.publish(OPEN)
    hooked.api.clock.sleep(1)
    done = hooked.api("POST", f"/deliveries/{quote(row['id'], safe='')}/replay").json
    assert (done["outcome"], done["repeated"]) == ("STARTED", False)
    newest = hooked.deliveries()[0]
    assert (newest["replay_of"], newest["execution"]) == (row["id"], done["execution"])
    hooked.publish({**OPEN, "enabled": False})
    refused = hooked.api("POST", f"/deliveries/{quote(row['id'], safe='')}/replay")
    assert (refused.status, "switched off" in refused.error["message"]) == (409, True)


@pytest.mark.parametrize("role", [Role.VIEWER, Role.ADMIN])
def test_what_arrived_for_a_workflow_with_sensitive_fields_is_hidden_whole(hooked, role):
    hooked.publish(
        {**OPEN, "when": "{% $states.input.iban = 'x' %}", "dedupe_key": "$.id"}, sensitive={"input": ["/iban"]},
    )
    hooked.api("POST", "/hooks/flow/order", {"iban": "DE021001001", "id": "o-17"})
    hooked.api.roles = (role,)
    (row,) = hooked.deliveries()
    shown = hooked.api("GET", f"/deliveries/{quote(row['id'], safe='')}")
    assert "DE021001001" not in str(row) + shown.text
    assert (row["why"], row["dedupe_key"], shown.json["hidden"]) == ("********", "********", True)
    if role is Role.ADMIN:
        clear = hooked.api("GET", f"/deliveries/{quote(row['id'], safe='')}", automate_reveal="ticket%207").json
        assert (clear["arrived"], clear["hidden"]) == ({"iban": "DE021001001", "id": "o-17"}, False)
        assert "execution.reveal" in [entry["act"] for entry in hooked.api("GET", "/audit").json["entries"]]
