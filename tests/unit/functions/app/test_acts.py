"""Every route that may change something declares its act, and its call leaves the entry that the route declares."""

from __future__ import annotations

import hashlib
import hmac
import json
import re
from dataclasses import replace
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest

from engine.durable.poison import pause
from engine.errors import Conflict, InvalidDefinition, InvalidDocument, Refused
from engine.governance.audit.entry import WORKFLOW, AuditEntry, Subject
from engine.governance.connections import Tokens
from engine.governance.roles import Right
from engine.ports.keys import Actor, ExecutionKey
from functions.app import http
from functions.app.acts import Act, Acts, NoAct
from functions.app.copilot.place import TurnPlace
from functions.app.routing import Call, RouteTable, answer
from functions.app.shapes import base
from functions.app.table import every_route

PASS = {"StartAt": "A", "States": {"A": {"Type": "Pass", "End": True}}}
FAILS = {"StartAt": "A", "States": {"A": {"Type": "Fail", "Error": "Boom"}}}
ASKS = {"StartAt": "Ask", "States": {"Ask": {
    "Type": "Task", "Resource": "connector:log:write.waitForTaskToken", "End": True,
    "Parameters": {"message.$": "$$.Task.Token"}}}}
APPROVED = {"StartAt": "Ask", "States": {"Ask": {
    "Type": "Task", "Resource": "connector:approval:ask.waitForTaskToken", "End": True,
    "Parameters": {"question": "Go?"}}}}
PICKS = {"StartAt": "Pick", "States": {"Pick": {
    "Type": "Task", "Resource": "arn:aws:states:local:default:activity:pick", "End": True}}}
EACH = {"StartAt": "Each", "States": {"Each": {"Type": "Map", "End": True, "ItemProcessor": {
    "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"}, **ASKS}}}}
LOGS = {"StartAt": "A", "States": {"A": {
    "Type": "Task", "Resource": "connector:log:write", "Parameters": {"message": "hello"}, "End": True}}}
WRITTEN = [route for route in every_route() if route.method != "GET"]


def document(definition=PASS, name="flow"):
    return {"document": {"name": name, "definition": definition}}


def published(api):
    api.publish("flow", PASS)


def asked_by_a_model(api):
    """The turn is handed over and not run: nothing is asked of the model."""
    published(api)
    settings = replace(
        api.services.settings, copilot_provider="openai", copilot_model="a", copilot_url="http://127.0.0.1:9"
    )
    place = TurnPlace("here", bool, lambda _key: None)
    api.services = replace(api.services, settings=settings, open_turn_place=lambda: place)


def turning(api):
    asked_by_a_model(api)
    api("POST", "/workflows/flow/conversation", {"text": "why?"})


def two_versions(api):
    api.publish("flow", PASS)
    api.publish("flow", {**PASS, "Comment": "second"})


def edited(api):
    api.publish("flow", PASS)
    api("POST", "/workflows/import", document({**PASS, "Comment": "second"}))


def archived(api):
    api.publish("flow", PASS)
    api("POST", "/workflows/flow/archive")


def started(definition, *names, work=True):
    def prepare(api):
        api.publish("flow", definition)
        for name in names or ("one",):
            assert api("POST", "/workflows/flow/executions", {"name": name, "input": [1]}).status == 201
        if work:
            api.work()

    return prepare


def struck(api):
    started(ASKS, work=False)(api)
    journal = api.stores.journal
    pause(journal, journal.header(ExecutionKey("default", "flow:one")), "it cost its workers")


def paused(path):
    def prepare(api):
        api.publish("flow", PASS)
        api("POST", path, {})

    return prepare


def keyed(api):
    given = {"name": "flow", "definition": PASS, "business_key": "$.key"}
    assert api("POST", "/workflows/import", {"document": given, "publish": True}).status == 200
    assert api("POST", "/workflows/flow/executions", {"name": "one", "input": {"key": "k"}}).status == 201
    api.work()
    api("PUT", "/views/hers", {"filters": {"business_key": "k"}})


def kept(api):
    api("PUT", "/secrets/KEY", {"value": "a long value"})


def connected(api):
    given = {"kind": "bearer", "secret": "a long value", "untested": True}
    assert api("PUT", "/connections/sales", given).status == 200


def by_code(api):
    given = {
        "kind": "oauth2_authorization_code", "client_id": "c", "client_secret": "a long value",
        "authorize_url": "https://id.example.com/authorize", "token_url": "https://id.example.com/token",
    }
    assert api("PUT", "/connections/sales", given).status == 200
    api.services.connections.calls.granted = lambda *_: Tokens("a long access token", api.clock.now())


def said_yes(api):
    begun = api("POST", "/connections/sales/connect", {"redirect_uri": "https://studio.example.com/x"})
    return {"code": "a long code", "state": parse_qs(urlsplit(begun.json["url"]).query)["state"][0]}


def shared(api):
    kept(api)
    api("POST", "/secrets/KEY/grants", {"workflow": "flow"})


def named(api):
    assert api("POST", "/tokens", {"name": "ci", "role": "viewer"}).status == 201


def acted(api):
    api.services.audit.record([
        AuditEntry("eves", "default", api.clock.now(), Actor("eve"), "x", Subject("workflow", "flow"))
    ])


def listening(api):
    triggers = [
        {"type": "webhook", "path": "order", "auth": {"style": "none"}}, {"type": "queue", "queue": "orders"},
        {"type": "form"},
    ]
    api("POST", "/workflows/import", {
        "document": {"name": "flow", "definition": PASS, "triggers": triggers}, "publish": True,
    })


def halted(api):
    listening(api)
    api("POST", "/triggers/flow/queue/pause", {})


def delivered(api):
    listening(api)
    api("POST", "/events", {"queue": "orders", "messages": [1], "message_ids": ["m1"]})
    api.work()


def form_link(api):
    return api("POST", "/triggers/flow/form/links", {}).json["path"]


def linked(api):
    listening(api)
    linked.path = form_link(api)


def delivery(api):
    found = api("GET", "/triggers/flow/queue/deliveries").json["deliveries"][-1]["id"]
    return f"/deliveries/{found.replace(':', '%3A')}/replay"


ARN = "arn:aws:iam::111122223333:role/orders/starter"


def granted(api):
    assert api("POST", "/grants", {"role_arn": ARN, "role": "viewer"}).status == 201


def rotated(api):
    named(api)
    assert api("POST", "/tokens/ci/rotate", {}).status == 200


def picking(api):
    api("POST", "/activities", {"name": "pick"})
    started(PICKS)(api)


def token(api):
    events = api("GET", "/executions/flow%3Aone/history").json["events"]
    scheduled = next(event for event in events if event["type"] == "TaskScheduled")
    return scheduled["taskScheduledEventDetails"]["parameters"].split('"message":"')[1].split('"')[0]


def approval(api):
    return f"/approvals/{api('GET', '/approvals').json['approvals'][0]['id']}/answer"


def answering(api):
    """An approval, and a Slack whose user is ada."""
    started(APPROVED)(api)
    api("PUT", "/secrets/SIGNING", {"value": "a signing secret"})
    api("POST", "/secrets/SIGNING/grants", {"workflow": "flow"})
    settings = replace(api.services.settings, slack_signing_secret="SIGNING", slack_users=("U1=ada/operator",))
    api.services = replace(api.services, settings=settings)


def click(api):
    payload = {"type": "block_actions", "user": {"id": "U1"}, "response_url": "https://127.0.0.1:1/", "actions": [
        {"action_id": "automate_approve", "value": approval(api).split("/")[2]},
    ]}
    return urlencode({"payload": json.dumps(payload)}).encode()


def slack_says(body, at):
    made = hmac.new(b"a signing secret", b"v0:%d:%s" % (at, body), hashlib.sha256).hexdigest()
    return {"x_slack_signature": f"v0={made}", "x_slack_request_timestamp": str(at)}


def viewed(api):
    api("PUT", "/views/mine", {"filters": {}})


def map_run(api):
    run, = api("GET", "/executions/flow%3Aone/map-runs").json["map_runs"]
    return run["arn"].rpartition(":")[2]


FLOW, ONE, TWO, KEY = "workflow/flow", "execution/flow:one", "execution/flow:two", "secret/KEY"
CASES = {
    "archive_workflow": (published, "/workflows/flow/archive", None, {FLOW}),
    "unarchive_workflow": (archived, "/workflows/flow/unarchive", None, {FLOW}),
    "duplicate_workflow": (published, "/workflows/flow/duplicate", {"name": "copy"}, {"workflow/copy"}),
    "import_workflow": (None, "/workflows/import", {**document(), "publish": True}, {FLOW}),
    "put_draft": (None, "/workflows/flow/draft", document(), {FLOW}),
    "publish_workflow": (edited, "/workflows/flow/publish", {}, {FLOW}),
    "rollback_workflow": (two_versions, "/workflows/flow/rollback", {"version": 1}, {FLOW}),
    "start_execution": (published, "/workflows/flow/executions", {"name": "one"}, {ONE}),
    "stop_execution": (started(ASKS), "/executions/flow%3Aone/stop", {}, {ONE}),
    "resume_execution": (struck, "/executions/flow%3Aone/resume", None, {ONE}),
    "rerun_execution": (started(PASS), "/executions/flow%3Aone/rerun", {"name": "two"}, {ONE, TWO}),
    "redrive_execution": (started(FAILS), "/executions/flow%3Aone/redrive", None, {ONE}),
    "fork_execution": (started(PASS), "/executions/flow%3Aone/fork", {"event": 1}, {ONE}),
    "redrive_many": (started(FAILS, "one", "two"), "/workflows/flow/redrive", {}, {ONE, TWO}),
    "plan_redrive": (started(FAILS), "/executions/flow%3Aone/redrive/plan", {"version": 1}, set()),
    "plan_redrive_many": (started(FAILS), "/workflows/flow/redrive/plan", {"version": 1}, set()),
    "stop_many": (started(ASKS, "one", "two"), "/workflows/flow/stop", {}, {ONE, TWO}),
    "update_map_run": (
        started(EACH), lambda api: f"/executions/flow%3Aone/map-runs/{map_run(api)}", {"max_concurrency": 2}, {ONE},
    ),
    "pause_workflow": (published, "/workflows/flow/pause", {}, {FLOW}),
    "resume_workflow": (paused("/workflows/flow/pause"), "/workflows/flow/resume", None, {FLOW}),
    "pause_all": (None, "/pause", {}, {"workflow/*"}),
    "resume_all": (paused("/pause"), "/resume", None, {"workflow/*"}),
    "task_success": (started(ASKS), "/tasks/success", lambda api: {"token": token(api), "output": 1}, {ONE}),
    "task_failure": (started(ASKS), "/tasks/failure", lambda api: {"token": token(api), "error": "E"}, {ONE}),
    "task_heartbeat": (started(ASKS), "/tasks/heartbeat", lambda api: {"token": token(api)}, set()),
    "save_view": (None, "/views/mine", {"filters": {"status": "FAILED"}}, {"view/mine"}),
    "delete_view": (viewed, "/views/mine", None, {"view/mine"}),
    "answer_approval": (started(APPROVED), approval, {"decision": "approved"}, {ONE}),
    "answer_in_slack": (answering, "/hooks/slack.com/approvals", click, {ONE}),
    "create_activity": (None, "/activities", {"name": "pick"}, {"activity/pick"}),
    "delete_activity": (picking, "/activities/pick", None, {"activity/pick"}),
    "get_activity_task": (picking, "/activities/pick/task", {"wait_seconds": 0}, set()),
    "run_test": (None, "/test/run", {**document(LOGS), "allow": ["connector:log:write"]}, {FLOW}),
    "run_cases": (published, "/cases/run", {"workflow": "flow"}, set()),
    "pause_trigger": (listening, "/triggers/flow/queue/pause", None, {FLOW}),
    "resume_trigger": (halted, "/triggers/flow/queue/resume", None, {FLOW}),
    "receive_webhook": (listening, "/hooks/flow/order", {"total": 1}, None),
    "make_form_link": (listening, "/triggers/flow/form/links", {}, {FLOW}),
    "fill_form": (listening, "/forms/flow/form", {"typed": {"": "{}"}, "submission": "s1"}, None),
    "submit_form": (linked, lambda _api: linked.path, b"f%3A=%7B%7D", None),
    "replay_delivery": (delivered, delivery, None, None),
    "run_trigger_test": (listening, "/triggers/flow/queue/test", {"value": 1}, set()),
    "put_secret": (None, "/secrets/KEY", {"value": "a long value"}, {KEY}),
    "rotate_secret": (kept, "/secrets/KEY/rotate", {"value": "another value"}, {KEY}),
    "add_grant": (None, "/grants", {"role_arn": ARN, "role": "viewer"}, {"role/starter"}),
    "remove_grant": (granted, "/grants/starter", None, {"role/starter"}),
    "add_token": (None, "/tokens", {"name": "ci", "role": "viewer"}, {"token/ci"}),
    "rotate_token": (named, "/tokens/ci/rotate", {}, {"token/ci"}),
    "retire_token": (rotated, "/tokens/ci/older", None, {"token/ci"}),
    "revoke_token": (named, "/tokens/ci", None, {"token/ci"}),
    "begin_turn": (asked_by_a_model, "/workflows/flow/conversation", {"text": "why?"}, set()),
    "stop_turn": (turning, "/workflows/flow/conversation/stop", {}, set()),
    "delete_conversation": (turning, "/workflows/flow/conversation", None, set()),
    "propose_error_handling": (None, "/copilot/error-handling", document(LOGS), set()),
    "erase_execution": (started(PASS), "/executions/flow%3Aone", None, {"erasure/<id>"}),
    "erase_by_key": (keyed, "/erasures", {"business_key": "k"}, {"erasure/<id>", "view/hers"}),
    "erase_actor": (acted, "/erasures/actors", {"actor": "eve"}, {"erasure/<id>"}),
    "put_connection": (None, "/connections/sales", {"kind": "bearer", "secret": "a long value", "untested": True},
                       {"secret/connection.sales"}),
    "begin_connecting": (by_code, "/connections/sales/connect", {"redirect_uri": "https://studio.example/x"}, set()),
    "answer_connecting": (by_code, "/connections/answers", said_yes, {"secret/connection.sales"}),
    "test_connection": (connected, "/connections/sales/test", {}, set()),
    "delete_connection": (connected, "/connections/sales", None, {"secret/connection.sales"}),
    "delete_secret": (kept, "/secrets/KEY", None, {KEY}),
    "grant_secret": (kept, "/secrets/KEY/grants", {"workflow": "flow"}, {KEY}),
    "revoke_secret": (shared, "/secrets/KEY/grants?workflow=flow", None, {KEY}),
}
"""By handler: what is there before, the path and the body of a call, and the subjects of its entries. Those that are
not here have an example of their own in the table."""


def entries(api):
    found = api("GET", "/audit?limit=1000").json["entries"]
    return {entry["id"]: entry for entry in found if entry["actor_kind"] != "engine"}


@pytest.mark.parametrize("route", WRITTEN, ids=lambda route: route.handler.__name__)
def test_a_call_leaves_the_entries_that_its_route_declares(any_api, route, caplog):
    prepare, path, body, subjects = CASES.get(route.handler.__name__, (None, route.path, route.example, set()))
    if prepare is not None:
        prepare(any_api)
    before = entries(any_api)
    body = body(any_api) if callable(body) else body
    proof = slack_says(body, int(any_api.clock.now())) if route.handler.__name__ == "answer_in_slack" else {}
    reply = any_api(route.method, path(any_api) if callable(path) else path, body, **proof)
    assert reply.status == route.status, reply.text
    new = [entry for key, entry in entries(any_api).items() if key not in before and not key.startswith("~")]
    if subjects is None:  # what arrives starts an execution, in the trigger's name, or of who filled in a form
        (start,) = (entry for entry in new if entry["act"] == "execution.start")
        name = "ada" if route.handler.__name__ == "fill_form" else "trigger:flow"
        assert start["actor"].partition("/")[0] == name
        new.remove(start)
        subjects = {FLOW} if new else set()
    assert {entry["act"] for entry in new} == set(route.act.names)
    assert {re.sub("(?<=erasure/).*", "<id>", entry["subject"]) for entry in new} == subjects
    assert {(entry["actor"], entry["origin"]) for entry in new} <= {("ada", "127.0.0.1")}
    assert ('"warnings":' in reply.text) is (route.handler.__name__ == "erase_by_key")  # of a view that goes with it
    assert "NOT IN THE AUDIT LOG" not in caplog.text


def test_every_route_that_is_not_a_get_declares_what_it_does():
    assert all(isinstance(route.act, Act | Acts | NoAct) for route in WRITTEN)
    assert all(route.act.why for route in WRITTEN if isinstance(route.act, NoAct))
    assert not [route.path for route in every_route() if route.method == "GET" and route.act is not None]
    assert set(CASES) <= {route.handler.__name__ for route in WRITTEN}


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH"])
def test_a_route_that_declares_nothing_does_not_build(method):
    with pytest.raises(TypeError, match="declares neither an act nor that it does none"):
        RouteTable("Things").route(method, "/things")


def test_a_get_that_declares_an_act_does_not_build():
    with pytest.raises(TypeError, match="a GET does no act"):
        RouteTable("Things").route("GET", "/things", act=NoAct("it looks"))


def asked(api, act, handler):
    """The answer of a route of its own, and what it left in the log."""
    table = RouteTable("Things")

    def annotated(call: Call[base.Nothing]) -> base.Done:
        return handler(call)

    table.route("POST", "/things", right=Right.RUN, act=act)(annotated)
    request = http.Request("POST", "/things", context={
        "identity": {"sourceIp": "127.0.0.1"}, "authorizer": {"principalId": "ada"},
    })
    found = answer(table.routes[0], request, lambda: api.services)
    return found, [(entry["act"], entry["subject"], entry["reason"]) for entry in entries(api).values()]


THING = Act("thing.do", lambda call: Subject(WORKFLOW, "thing"))


@pytest.mark.parametrize("act", [THING, Acts(("thing.do",))], ids=["one", "many"])
def test_a_handler_that_does_not_say_what_it_did_is_told_of(api, act, caplog):
    found, left = asked(api, act, lambda call: base.Done())
    assert (found.status, left) == (200, [])
    assert "stands and is not in the audit log: by a defect" in found.body
    assert "NOT IN THE AUDIT LOG: thing.do" in caplog.text
    assert "its route does not say what it did" in caplog.text


def test_an_act_of_many_that_does_not_say_what_came_of_it_is_told_of(api, caplog):
    def handler(call):
        with call.acts.doing("thing.do", ExecutionKey("default", "flow:one")):
            pass
        return base.Done()

    found, left = asked(api, Acts(("thing.do",)), handler)
    assert (found.status, left) == (200, [])
    assert "NOT IN THE AUDIT LOG: thing.do of execution/flow:one by" in caplog.text


def test_a_handler_that_says_that_nothing_changed_is_believed(api, caplog):
    def one(call):
        call.act.done(changed=False)
        return base.Done()

    def many(call):
        call.acts.unchanged()
        return base.Done()

    said = ((THING, one), (Acts(("thing.do",)), many), (NoAct("it looks"), lambda _: base.Done()))
    for act, handler in said:
        found, left = asked(api, act, handler)
        assert (found.body, left) == ('{"ok":true}', [])
    assert caplog.text == ""


@pytest.mark.parametrize("error", [Refused, Conflict])
def test_a_refusal_is_recorded_by_the_door(api, error):
    def handler(call):
        raise error("somebody was first")

    found, left = asked(api, THING, handler)
    assert found.status == error.status
    assert left == [("act.refused", "workflow/thing", "somebody was first")]


def test_an_invalid_definition_is_a_refusal_and_an_unknown_thing_is_no_act_yet(api):
    def invalid(call):
        raise InvalidDefinition([])

    def unknown(call):
        raise InvalidDocument("it is misspelt")

    assert asked(api, THING, unknown)[1] == []
    assert [act for act, _, _ in asked(api, THING, invalid)[1]] == ["act.refused"]


def test_what_fails_after_the_act_leaves_the_entry_of_the_act_alone(api):
    def handler(call):
        call.act.done(after={"done": True})
        raise Conflict("the answer cannot be made")

    found, left = asked(api, THING, handler)
    assert (found.status, left) == (409, [("thing.do", "workflow/thing", None)])


def test_an_act_that_is_not_declared_is_a_defect(api):
    def handler(call):
        with call.acts.doing("thing.undo", None):
            return base.Done()

    assert asked(api, Acts(("thing.do",)), handler)[0].status == 500


def test_a_secret_that_is_in_use_is_refused_and_the_refusal_is_recorded(api):
    kept(api)
    api("POST", "/workflows/import", document({"StartAt": "A", "States": {"A": {
        "Type": "Task", "Resource": "connector:http:request", "End": True,
        "Parameters": {"url": "https://example.com", "bearer_token": {"$secret": "KEY"}}}}}))
    assert api("DELETE", "/secrets/KEY").status == 409
    refused = next(entry for entry in entries(api).values() if entry["act"] == "act.refused")
    assert (refused["subject"], refused["details"]["act"]) == ("secret/KEY", "secret.delete")


def test_a_synchronous_start_that_takes_too_long_is_recorded(api, monkeypatch):
    """The execution was started, whatever becomes of the answer."""
    api("PUT", "/workflows/quick/draft", {"document": {"name": "quick", "kind": "EXPRESS", "definition": PASS}})
    api("POST", "/workflows/quick/publish", {})

    def run(started):
        raise TimeoutError("the worker hangs")

    monkeypatch.setattr(api.services.sync_starts, "run", run)
    assert api("POST", "/workflows/quick/executions?sync=true", {"name": "one"}).status == 500
    assert "execution/quick:one" in {
        entry["subject"] for entry in entries(api).values() if entry["act"] == "execution.start"
    }
