"""The door for named tokens of a stage: what becomes of each kind of token, what it costs, and what the logs say."""

from __future__ import annotations

import dataclasses
import json
import logging

import pytest

from engine.governance.access_tokens import AccessTokens
from engine.governance.roles import Role
from functions.api.access_log import log_access
from functions.api.app import create_app
from functions.api.callers import Callers
from functions.api.doors import DOOR, SUBJECT, through
from functions.app.acts import Recorder
from functions.app.machines.tokens import TokenCallers
from tests.support.memory.access_tokens import MemoryTokenRoot, MemoryTokenStore


class Stage:
    """The API of a stage over memory stores."""

    def __init__(self, api):
        self.api, self.clock, self.store = api, api.clock, MemoryTokenStore()
        self.tokens = AccessTokens(self.store, api.clock, MemoryTokenRoot(), digests=False)
        callers = Callers(
            "prod", "default", proof="", without_group=None, roles=None,
            tokens=TokenCallers(self.tokens, Recorder(api.services.audit, api.clock), api.clock, "default"),
        )
        self.services = dataclasses.replace(
            api.services, caller_of=callers.of_request, open_tokens=lambda: self.tokens
        )
        self.app = create_app(lambda: self.services)
        self.app.register_middleware(log_access, "http")

    def add(self, role="operator", name="ci", **more):
        return self.tokens.add("default", name, Role(role), by="ada", **more).text

    def ask(self, method, path, token=None, body=None, **context):
        headers = {"content-type": "application/json"} | ({} if token is None else {"Authorization": f"Bearer {token}"})
        answer = self.app({
            "headers": headers, "stageVariables": None, "isBase64Encoded": False,
            "pathParameters": {"proxy": path.removeprefix("/")},
            "body": None if body is None else json.dumps(body), "multiValueQueryStringParameters": None,
            "requestContext": {
                "resourcePath": "/token/{proxy+}", "httpMethod": method, "requestId": "r-1",
                "path": f"/prod/token{path}", "identity": {"sourceIp": "192.0.2.1"}, **context,
            },
        }, None)
        return answer["statusCode"], json.loads(answer["body"])

    def refused(self):
        found = self.api("GET", "/audit?act=request.refused&limit=100").json["entries"]
        return [(entry["actor"], entry["actor_kind"], entry["details"]["code"], entry["origin"]) for entry in found]


@pytest.fixture
def stage(api):
    return Stage(api)


def test_who_has_a_token_is_known_by_its_name_and_role(stage):
    status, me = stage.ask("GET", "/me", stage.add())
    assert (status, me["actor"], me["actor_kind"], me["roles"]) == (200, "ci", "token", ["operator"])


def test_what_it_starts_is_its_act(stage):
    stage.api.publish("flow", {"StartAt": "A", "States": {"A": {"Type": "Pass", "End": True}}})
    token = stage.add()
    assert stage.ask("POST", "/workflows/flow/executions", token, {"name": "one"})[0] == 201
    status, found = stage.ask("GET", "/executions/flow%3Aone", token)
    assert (status, found["name"]) == (200, "one")
    entry = stage.api("GET", "/audit?act=execution.start").json["entries"][0]
    assert (entry["actor"], entry["actor_kind"], entry["origin"]) == ("ci", "token", "192.0.2.1")


def test_a_right_that_it_lacks_is_refused_and_recorded_under_its_name(stage):
    status, answer = stage.ask("PUT", "/secrets/KEY", stage.add("viewer"), {"value": "a long value"})
    assert (status, answer["error"]["code"]) == (403, "NotAllowed")
    assert "automate tokens add NAME --role admin" in answer["error"]["advice"]
    [entry] = stage.api("GET", "/audit?act=act.refused").json["entries"]
    assert (entry["actor"], entry["actor_kind"], entry["subject"]) == ("ci", "token", "secret/KEY")


def test_a_forged_one_reads_and_writes_nothing(stage):
    real = stage.add()
    answers = set()
    for token in (
        None, "", "nonsense", "atk_" + "0" * 12 + "_1_" + "x" * 43, real[:-1] + ("A" if real[-1] != "A" else "B"),
        real.replace("_1_", "_2_", 1), "atk_" + "0" * 12 + "_" + "x" * 43,
    ):
        status, answer = stage.ask("GET", "/workflows", token)
        answers.add((status, answer["error"]["code"], answer["error"]["message"]))
    assert {code for _, code, _ in answers} == {"Unauthorized", "TokenMalformed", "TokenUnknown"}
    assert len([code for _, code, _ in answers if code == "TokenUnknown"]) == 1  # one message for all of them
    assert {status for status, _, _ in answers} == {401}
    assert (stage.store.finds, stage.store.marks, stage.refused()) == (0, {}, [])


@pytest.mark.parametrize(("end", "code"), [
    (lambda stage: stage.tokens.revoke("default", "ci", by="ada"), "TokenRevoked"),
    (lambda stage: stage.tokens.rotate("default", "ci", at_once=True), "TokenRotated"),
    (lambda stage: (stage.tokens.rotate("default", "ci"), stage.tokens.retire("default", "ci")), "TokenRotated"),
    (lambda stage: stage.clock.sleep(600), "TokenExpired"),
])
def test_one_that_was_good_is_told_what_became_of_it_and_recorded_sparingly(stage, end, code):
    token = stage.add(expires_at=stage.clock.now() + 600)
    assert stage.ask("GET", "/workflows", token)[0] == 200
    end(stage)
    for _ in range(30):
        status, answer = stage.ask("GET", "/workflows", token)
        assert (status, answer["error"]["code"]) == (401, code)
        assert "the token ci" in answer["error"]["message"]
    assert stage.refused() == [("ci", "token", code, "192.0.2.1")] * 20


def test_one_that_is_revoked_while_its_request_goes_on_ends_that_and_begins_no_other(stage):
    stage.api.publish("flow", {"StartAt": "A", "States": {"A": {"Type": "Pass", "End": True}}})
    token, caller_of = stage.add(), stage.services.caller_of

    def revoked_meanwhile(context, headers):
        caller = caller_of(context, headers)
        stage.tokens.revoke("default", "ci", by="ada")
        return caller

    stage.services = dataclasses.replace(stage.services, caller_of=revoked_meanwhile)
    assert stage.ask("POST", "/workflows/flow/executions", token, {"name": "one"})[0] == 201
    stage.services = dataclasses.replace(stage.services, caller_of=caller_of)
    status, answer = stage.ask("POST", "/workflows/flow/executions", token, {"name": "two"})
    assert (status, answer["error"]["code"]) == (401, "TokenRevoked")
    assert stage.api("GET", "/executions").json["executions"][0]["name"] == "one"
    assert len(stage.api("GET", "/executions").json["executions"]) == 1


@pytest.mark.parametrize("waits", [True, False])
def test_one_that_is_revoked_while_its_poll_is_held_gets_no_task(stage, monkeypatch, waits):
    """A task is data, and a token with which to answer."""
    stage.api("POST", "/activities", {"name": "pick"})
    stage.api.publish("flow", {"StartAt": "A", "States": {"A": {
        "Type": "Task", "Resource": "arn:aws:states:eu-central-1:123456789012:activity:pick", "End": True,
    }}})
    token = stage.add()
    if waits:
        stage.api("POST", "/workflows/flow/executions", {"name": "one"})

    def sleep(seconds, sleep=stage.clock.sleep):
        stage.api.work()
        if stage.tokens.list("default"):
            stage.tokens.revoke("default", "ci", by="ada")
        sleep(seconds)

    monkeypatch.setattr(stage.clock, "sleep", sleep)
    status, answer = stage.ask("POST", "/activities/pick/task", token, {"wait_seconds": 20})
    assert (status, answer["error"]["code"]) == (401, "TokenRevoked")
    left = stage.api("POST", "/activities/pick/task", {}).json
    assert (left["token"] is not None) is waits


def test_one_whose_role_is_a_lesser_one_by_now_gets_no_task(stage, monkeypatch):
    stage.api("POST", "/activities", {"name": "pick"})
    token = stage.add()

    def sleep(seconds, sleep=stage.clock.sleep):
        stage.store.records = [dataclasses.replace(record, role="viewer") for record in stage.store.records]
        sleep(seconds)

    monkeypatch.setattr(stage.clock, "sleep", sleep)
    status, answer = stage.ask("POST", "/activities/pick/task", token, {"wait_seconds": 2})
    assert (status, answer["error"]["code"]) == (403, "NotAllowed")
    newest = stage.api("GET", "/audit").json["entries"][0]
    assert (newest["act"], newest["actor"], newest["details"]["act"]) == (
        "act.refused", "ci", "POST /activities/{activity}/task",
    )


def test_a_token_that_revokes_itself_has_its_answer_and_no_other(stage):
    token = stage.add("admin")
    assert stage.ask("DELETE", "/tokens/ci", token)[0] == 200
    assert stage.ask("GET", "/workflows", token)[0] == 401


def test_a_clock_ten_minutes_off_ends_a_token_by_what_it_says(stage):
    token = stage.add(expires_at=stage.clock.now() + 300)
    stage.clock.sleep(600)
    assert stage.ask("GET", "/workflows", token)[1]["error"]["code"] == "TokenExpired"


@pytest.mark.parametrize(("method", "path", "status"), [
    ("GET", "/nothing", 404), ("GET", "/", 404), ("DELETE", "/workflows", 405), ("OPTIONS", "/workflows", 405),
    ("GET", "/token/workflows", 404),
])
def test_behind_it_is_what_the_table_of_routes_has(stage, method, path, status):
    found, answer = stage.ask(method, path, stage.add())
    assert (found, set(answer)) == (status, {"error"})


def test_no_other_door_takes_a_token_and_no_caller_names_a_door(stage):
    event = {
        "headers": {"authorization": f"Bearer {stage.add('admin')}"}, "stageVariables": None, "body": None,
        "pathParameters": None, "multiValueQueryStringParameters": None,
        "requestContext": {
            "resourcePath": "/workflows", "httpMethod": "GET", "identity": {"sourceIp": "192.0.2.1"},
            DOOR: "token", SUBJECT: "token/ci",
        },
    }
    assert {DOOR, SUBJECT}.isdisjoint(through(event)["requestContext"])
    answer = stage.app(event, None)
    assert (answer["statusCode"], json.loads(answer["body"])["error"]["code"]) == (403, "NotAllowed")


def test_the_access_log_names_the_token_the_route_and_what_was_read_and_never_the_secret(stage, caplog):
    token = stage.add("viewer")
    with caplog.at_level(logging.INFO, "automate.access"):
        stage.ask("GET", "/executions/flow%3Aone/history", token)
        stage.ask("GET", "/workflows", token)
    lines = [
        json.loads(record.getMessage().removeprefix("request ")) for record in caplog.records
        if record.name == "automate.access"
    ]
    assert [(line["subject"], line["route"], line["status"]) for line in lines] == [
        ("token/ci", "GET /executions/{id}/history", 404), ("token/ci", "GET /workflows", 200),
    ]
    assert lines[0]["execution"] == "flow:one"
    assert token[-43:] not in caplog.text


def test_a_stage_without_a_root_lets_no_token_in(api):
    callers = Callers("prod", "default", proof="", without_group=None, tokens=None, roles=None)
    stage = Stage(api)
    stage.services = dataclasses.replace(stage.services, caller_of=callers.of_request)
    status, answer = stage.ask("GET", "/workflows", stage.add())
    assert (status, answer["error"]["code"]) == (401, "TokenUnknown")


def test_the_log_says_whose_data_an_answer_had_where_the_path_does_not(stage, caplog):
    stage.api.publish("flow", {"StartAt": "A", "States": {"A": {"Type": "Pass", "End": True}}})
    for name in ("one", "two"):
        stage.api("POST", "/workflows/flow/executions", {"name": name, "input": {}})
    token = stage.add()
    with caplog.at_level(logging.INFO, "automate.access"):
        assert stage.ask("GET", "/workflows/flow/inputs", token)[0] == 200
    lines = [json.loads(record.getMessage().removeprefix("request ")) for record in caplog.records]
    found = [(line["execution"], line["reads"]) for line in lines if "reads" in line]
    assert sorted(found) == [("flow:one", "inputs"), ("flow:two", "inputs")]
