"""Approvals in Slack, end to end: asked in a channel, answered by a button, the message changed. Slack is on loopback,
and its requests are signed and formed as its documentation has them: docs.slack.dev, "Verifying requests from Slack",
"Handling user interaction", "block_actions payload"."""

from __future__ import annotations

import hashlib
import hmac
import json
from dataclasses import replace
from types import SimpleNamespace
from urllib.parse import urlencode

import pytest

from connectors.declared.adapter import connector_class
from connectors.egress import in_force
from connectors.egress.allowing import read_entries
from connectors.egress.dialling import Dialler
from connectors.registry import Registry
from connectors.shipped import approval
from engine.clock import SystemClock
from engine.governance.audit.entry import EXECUTION
from functions.app.routes.runs.slack import _calls
from tests.support.vendors.slack_server import TOKEN, SlackServer, text

SECRET = "8f742231b10e8888abcd99yyyzzz85a5"
ADDRESS = "/hooks/slack.com/approvals"
USERS = ("U1=ada/operator", "U2=bob", "U3=eve/viewer")
ASK = {"StartAt": "Ask", "States": {"Ask": {
    "Type": "Task", "Resource": "connector:approval:ask.waitForTaskToken", "End": True, "TimeoutSeconds": 600,
    "Parameters": {"question": "Go?", "slack_channel": "#general", "slack_token": {"$secret": "SLACK_TOKEN"}},
}}}


class Slack(SlackServer):
    """With addresses to answer an interaction by; `told` is what came there."""

    def __init__(self):
        self.told = []
        super().__init__()

    def answer(self, arrived):
        if not arrived.path.startswith("/actions/"):
            return super().answer(arrived)
        self.told.append(json.loads(arrived.body))
        return text(200, "ok")


@pytest.fixture
def slack(api, monkeypatch):
    server = Slack()
    entries = (server.address,)
    in_force.use(Dialler(SystemClock(), read_entries(entries), setting=entries))
    registry = Registry(installed=tuple, shipped=())
    file = type(Registry(installed=tuple).get("slack")).file
    registry.register(connector_class(file, base_url=f"http://{server.address}/api"))
    monkeypatch.setattr(approval, "_registry", lambda: registry)
    for key, value in (("SLACK_TOKEN", TOKEN), ("SLACK_SIGNING", SECRET)):
        api("PUT", f"/secrets/{key}", {"value": value})
        api("POST", f"/secrets/{key}/grants", {"workflow": "flow"})
    settings = replace(api.services.settings, slack_signing_secret="SLACK_SIGNING", slack_users=USERS)
    api.services = replace(api.services, settings=settings)
    yield server
    registry.get("slack")._calls.close()
    _calls().close()
    in_force.use(None)
    server.close()


def ask(api, slack, **more):
    """The message that asks; what its buttons hold."""
    definition = json.loads(json.dumps(ASK))
    definition["States"]["Ask"]["Parameters"] |= more
    api.publish("flow", definition)
    assert api("POST", "/workflows/flow/executions", {"name": "one", "input": {}}).status == 201
    api.work()
    (message,) = slack.messages.values()
    (actions,) = [block for block in message["blocks"] if block["type"] == "actions"]
    return SimpleNamespace(message=message, buttons={one["action_id"]: one for one in actions["elements"]})


def signed(body, at, secret=SECRET):
    made = hmac.new(secret.encode(), b"v0:%d:%s" % (at, body), hashlib.sha256).hexdigest()
    return {"x_slack_signature": f"v0={made}", "x_slack_request_timestamp": str(at)}


def press(api, slack, button, user="U1", *, at=None, state=None, **headers):
    body = urlencode({"payload": json.dumps({
        **({} if state is None else {"state": state}),
        "type": "block_actions", "user": {"id": user, "username": "x", "team_id": "T1"}, "api_app_id": "A1",
        "token": "legacy", "trigger_id": "1.2.x", "team": {"id": "T1", "domain": "x"},
        "container": {"type": "message", "message_ts": "1.2", "channel_id": "C1", "is_ephemeral": False},
        "channel": {"id": "C1", "name": "general"},
        "response_url": f"http://{slack.address}/actions/T1/1/x",
        "actions": [{**button, "type": "button", "block_id": "b", "action_ts": "1.3"}],
    })}).encode()
    now = int(api.clock.now() if at is None else at)
    return api(
        "POST", ADDRESS, body, content_type="application/x-www-form-urlencoded", **{**signed(body, now), **headers}
    )


def output(api):
    api.work()
    return api("GET", "/executions/flow%3Aone").json["output"]


def test_a_button_decides_and_the_message_says_so(api, slack):
    asked = ask(api, slack)
    assert press(api, slack, asked.buttons["automate_approve"]).status == 200
    assert slack.told == [{"response_type": "ephemeral", "replace_original": False, "text": "Your answer counts."}]
    found = output(api)
    assert (found["approved"], found["by"], found["answers"][0]["as"]) == (True, "ada", "slack")
    (message,) = slack.messages.values()
    assert "Approved by ada" in json.dumps(message)
    assert "actions" not in {block["type"] for block in message["blocks"]}
    (entry,) = [one for one in api("GET", "/audit?limit=1000").json["entries"] if one["act"] == "approval.answer"]
    assert (entry["actor"], entry["subject"], entry["after"]["decided"]) == (
        "ada", f"{EXECUTION}/flow:one", "approved"
    )


def test_a_refusal_by_a_button(api, slack):
    press(api, slack, ask(api, slack).buttons["automate_refuse"])
    assert output(api)["decision"] == "refused"


@pytest.mark.parametrize(("button", "said", "approved"), [
    ("automate_approve", "Looks <good> & well", True), ("automate_refuse", " Not now\n", False),
])
def test_what_is_written_beside_the_buttons_is_the_comment(api, slack, button, said, approved):
    asked = ask(api, slack)
    (block,) = [one for one in asked.message["blocks"] if one["type"] == "input"]
    assert (block["optional"], block["element"]["type"]) == (True, "plain_text_input")
    field = {block["element"]["action_id"]: {"type": "plain_text_input", "value": said}}
    state = {"values": {block["block_id"]: field}}
    press(api, slack, asked.buttons[button], state=state)
    found = output(api)
    assert (found["approved"], found["comment"]) == (approved, said.strip())
    (message,) = slack.messages.values()
    assert "input" not in {block["type"] for block in message["blocks"]}
    assert said.strip().replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;") in json.dumps(message)


@pytest.mark.parametrize("state", [
    None, {}, {"values": []}, {"values": {"automate_comment": {"automate_comment": {"value": None}}}},
    {"values": {"automate_comment": {"automate_comment": "x"}}}, "x",
])
def test_without_a_comment_there_is_none(api, slack, state):
    press(api, slack, ask(api, slack).buttons["automate_approve"], state=state)
    assert output(api)["comment"] == ""


def test_a_second_press_is_told_and_changes_nothing(api, slack):
    asked = ask(api, slack)
    press(api, slack, asked.buttons["automate_approve"])
    assert press(api, slack, asked.buttons["automate_refuse"]).status == 200
    assert "can be answered no longer" in slack.told[-1]["text"]
    assert output(api)["approved"] is True


@pytest.mark.parametrize(("more", "user", "says"), [
    ({}, "U2", "may not answer"), ({}, "U3", "may not answer"), ({}, "U9", "nobody has said who the Slack user U9 is"),
    ({}, "", "nobody has said"), ({"approvers": ["bob"]}, "U1", "may not answer"),
])
def test_who_may_not_is_told_and_nothing_is_answered(api, slack, more, user, says):
    asked = ask(api, slack, **more)
    assert press(api, slack, asked.buttons["automate_approve"], user).status == 200
    assert says in slack.told[-1]["text"]
    assert api("GET", "/approvals").json["approvals"][0]["answers"] == []


def test_who_is_named_needs_no_role(api, slack):
    press(api, slack, ask(api, slack, approvers=["bob"]).buttons["automate_approve"], "U2")
    assert output(api)["by"] == "bob"


def test_others_may_answer_where_the_setting_lets_them(api, slack):
    asked = ask(api, slack)
    settings = replace(api.services.settings, slack_users=("*=slack/operator",))
    api.services = replace(api.services, settings=settings)
    press(api, slack, asked.buttons["automate_approve"], "U9")
    assert output(api)["by"] == "slack:U9"


@pytest.mark.parametrize("headers", [
    {"x_slack_signature": "v0=" + "0" * 64}, {"x_slack_signature": None}, {"x_slack_request_timestamp": None},
    {"x_slack_request_timestamp": "1"},
])
def test_what_slack_has_not_signed_is_nothing(api, slack, headers):
    asked = ask(api, slack)
    assert press(api, slack, asked.buttons["automate_approve"], **headers).status == 404
    assert slack.told == []
    assert len(api("GET", "/approvals").json["approvals"]) == 1


def test_an_old_request_is_nothing(api, slack):
    asked = ask(api, slack)
    assert press(api, slack, asked.buttons["automate_approve"], at=api.clock.now() - 301).status == 404


def test_without_a_signing_secret_nobody_answers_in_slack(api, slack):
    asked = ask(api, slack)
    settings = replace(api.services.settings, slack_signing_secret="")
    api.services = replace(api.services, settings=settings)
    assert press(api, slack, asked.buttons["automate_approve"]).status == 404


def test_a_signing_secret_proves_only_what_it_is_granted_to(api, slack):
    asked = ask(api, slack)
    api("DELETE", "/secrets/SLACK_SIGNING/grants?workflow=flow")
    api("POST", "/secrets/SLACK_SIGNING/grants", {"workflow": "other"})
    press(api, slack, asked.buttons["automate_approve"])
    assert "may not answer for the workflow flow" in slack.told[-1]["text"]


@pytest.mark.parametrize("body", [
    b"", b"payload=", b"payload=%7B", b"payload=[]", b"payload={}", b'payload={"type":"block_actions"}', b"\xff=\xff",
    b'payload={"type":"block_actions","user":{"id":"U1"},"actions":[{"action_id":"automate_approve"}]}',
    b'payload={"type":"block_actions","user":{"id":"U1"},"actions":[{"action_id":"other","value":"x"}, 7]}',
    b'payload={"type":"view_submission","user":{"id":"U1"}}',
])
def test_what_is_no_click_of_ours_is_taken_and_does_nothing(api, slack, body):
    reply = api("POST", ADDRESS, body, content_type="application/x-www-form-urlencoded",
                **signed(body, int(api.clock.now())))
    assert (reply.status, reply.json) == (200, {"ok": True})


def test_a_setting_that_says_nobody_is_told(api, slack):
    asked = ask(api, slack)
    api.services = replace(api.services, settings=replace(api.services.settings, slack_users=("U1",)))
    press(api, slack, asked.buttons["automate_approve"])
    assert "'U1' does not say who a Slack user is" in slack.told[-1]["text"]
