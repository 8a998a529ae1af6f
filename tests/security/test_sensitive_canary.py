"""Canaries in sensitive fields: written through every path of an execution, and looked for in every answer."""

from __future__ import annotations

import base64
import json
import re
from urllib.parse import quote, urlencode

import pytest

from engine.catalog.published import CatalogPublished
from engine.clock import SkipClock
from engine.errors import StoreUnavailable
from engine.governance.masking import MASK
from engine.governance.roles import Role
from engine.ports.audit_log import CHAINS
from engine.ports.keys import ExecutionKey
from engine.ports.logs import LogLine
from functions.app.table import every_route
from functions.engine_audit import EngineRecorder
from tests.support.api import api_over
from tests.support.memory.stores import MemoryStores

NUMBER, CVV, SSN, NAME, TOKEN, IBAN = (
    "4929123456781234", 877, "078-05-1120", "Ottoline Quince", "tok-canary-91-x", "DE44500105175407324931"
)
LONG = (NUMBER, SSN, NAME, TOKEN, IBAN)
UUID = "[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
REASON = "ticket 4711: the customer asks"

PERSON = {"properties": {"ssn": {"x-sensitive": True}, "name": {"type": "string", "x-sensitive": True}}}
SCHEMA = {
    "type": "object",
    "properties": {
        "order": {"type": "string"},
        "card": {"properties": {
            "number": {"type": "string", "x-sensitive": True}, "cvv": {"type": "integer", "x-sensitive": True},
        }},
        "people": {"type": "array", "items": {"$ref": "#/$defs/person"}},
    },
    "$defs": {"person": PERSON},
}
PEOPLE = {
    "Type": "Map", "ItemsPath": "$.people", "ResultPath": "$.checked", "Next": "Tell",
    "ItemProcessor": {"StartAt": "Check", "States": {
        "Check": {
            "Type": "Pass", "Parameters": {"of.$": "$.ssn", "text.$": "States.Format('{}!', $.name)"}, "End": True,
        },
    }},
}
RUN = {
    "StartAt": "Take",
    "States": {
        "Take": {
            "Type": "Pass", "Assign": {"held.$": "$.whole.card", "plain.$": "$.whole.order"}, "ResultPath": "$.copy",
            "Parameters": {"code.$": "$.card.cvv", "whole.$": "$"}, "Next": "People",
        },
        "People": PEOPLE,
        "Tell": {
            "Type": "Task", "Resource": "connector:log:write", "ResultPath": None, "Next": "Both",
            "Parameters": {
                "message.$": "States.Format('{} {} {}', $.order, $.card.number, States.JsonToString($.card))",
            },
        },
        "Both": {"Type": "Parallel", "ResultPath": "$.both", "Next": "Ask", "Branches": [
            {"StartAt": "Left", "States": {"Left": {
                "Type": "Pass", "QueryLanguage": "JSONata", "Output": {"pin": "{% $held.cvv %}", "o": "{% $plain %}"},
                "End": True,
            }}},
            {"StartAt": "Right", "States": {"Right": {"Type": "Pass", "InputPath": "$.card", "End": True}}},
        ]},
        "Ask": {
            "Type": "Task", "Resource": "connector:log:write.waitForTaskToken", "ResultPath": "$.answer",
            "Parameters": {"message.$": "$.order"}, "Next": "Child",
        },
        "Child": {
            "Type": "Task", "Resource": "arn:aws:states:::states:startExecution.sync:2", "ResultPath": "$.child",
            "Parameters": {"StateMachineArn": "child", "Input": {"code.$": "$.card.cvv", "of.$": "$.people[0].ssn"}},
            "Next": "Fails",
        },
        "Fails": {
            "Type": "Pass", "Parameters": {"x.$": "$.card.missing"}, "End": True,
        },
    },
}
SENSITIVE = {"results": {"Ask": ["/token"]}, "output": ["/iban"], "variables": ["/held"]}
INPUT = {
    "order": "order-7", "card": {"number": NUMBER, "cvv": CVV}, "people": [{"ssn": SSN, "name": NAME, "age": 51}],
}
CHILD = {"StartAt": "Do", "States": {
    "Do": {"Type": "Pass", "Parameters": {"code.$": "$.code", "it.$": "$.of"}, "End": True},
}}


def publish(api, document):
    reply = api("POST", "/workflows/import", {"document": document, "publish": True})
    assert reply.status == 200, reply.text


def held(text):
    """What of the canaries is in `text`; the CVV as a number of its own, which no id has."""
    found = [value for value in LONG if value in text]
    return found + ([CVV] if re.search(rf"(?<![\w.-]){CVV}(?![\w-])", text) else [])


@pytest.fixture
def api():
    """With the engine's entries in the audit log."""
    return made_api()


def made_api():
    clock = SkipClock()
    stores = MemoryStores(clock)
    made = api_over(stores, clock)
    recorder = EngineRecorder(
        made.services.audit, stores.journal, origin="worker", published=CatalogPublished(stores.catalog)
    )
    made.on_committed = recorder
    return made


@pytest.fixture
def ran(api):
    """A viewer's API with an execution that went through all of it, and failed; and its child's."""
    return run_through(api, INPUT, TOKEN)


def run_through(api, given, answer):
    api.clock.sleep(1_000_000)
    publish(api, {"name": "child", "definition": CHILD})
    publish(api, {"name": "pay", "definition": RUN, "input_schema": SCHEMA, "sensitive": SENSITIVE})
    started = api("POST", "/workflows/pay/executions", {"input": given, "name": "one"})
    assert started.status == 201, started.text
    api.work()
    token = api.services.executions.standing(key(api, "pay:one")).waiting[0].token
    assert api("POST", "/tasks/success", {"token": token, "output": {"token": answer, "ok": True}}).status == 200
    for _ in range(3):
        api.work()
        api.clock.sleep(100)
    line = LogLine(api.clock.now(), "INFO", f"wrote {given['card']['number']} of {json.dumps(given)}", "Tell", 0)
    api.services.logs.written += [("pay:one", line)]
    return api


def key(api, name):
    return ExecutionKey(api.services.settings.workspace, name)


def paths(api, ids):
    """Each GET route, with what is there in its address."""
    for route in every_route():
        if route.method != "GET":
            continue
        for one in ids if "{id}" in route.path else [""]:
            at = route.path.replace("{id}", quote(one, safe="")).replace("{name}", "pay").replace("{number}", "1")
            at = at.replace("{activity}", "none").replace("{run}", "none")
            if "{step}" in at:
                steps = api("GET", f"/executions/{quote(one, safe='')}/steps").json["steps"]
                yield from ((route, at.replace("{step}", quote(step["id"], safe=""))) for step in steps)
            elif route.path.endswith("/payload"):
                steps = api("GET", f"/executions/{quote(one, safe='')}/steps").json["steps"]
                yield from ((route, f"{at}?part={part}") for part in ("input", "output"))
                yield from (
                    (route, f"{at}?{urlencode({'part': part, 'step': step['id']})}") for step in steps
                    for part in ("input", "output", "arguments", "result", "variables", "assigned")
                )
            else:
                yield route, at
                if route.path.endswith("/inputs"):
                    yield from ((route, f"{at}?state={state}") for state in ("Take", "Check", "Child", "Both"))
                if route.path.endswith("/steps"):
                    yield route, f"{at}?causes=true"


def test_no_answer_to_a_viewer_holds_a_marked_value(ran):
    child = next(row["id"] for row in ran("GET", "/executions?workflow=child").json["executions"])
    ran.roles = (Role.VIEWER,)
    asked, masked = 0, 0
    for route, at in list(paths(ran, ["pay:one", child])):
        reply = ran("GET", at)
        asked, masked = asked + (reply.status == 200), masked + (MASK in reply.text)
        found = held(reply.text) if route.path not in ("/docs", "/openapi.json") else []
        assert not found, (at, found, reply.text)
    assert asked > 100
    assert masked > 50


ANOTHER = {
    "order": "order-7", "card": {"number": "5555444433332222", "cvv": 12},
    "people": [{"ssn": "9", "name": "Bo", "age": 51}],
}


def test_what_a_viewer_is_told_does_not_depend_on_a_marked_value():
    """Two worlds that differ in marked values alone: statuses, headers (ETags, lengths) and bodies are the same."""
    first, second = (told(run_through(made_api(), *given)) for given in ((INPUT, TOKEN), (ANOTHER, "tok-another-y")))
    assert first.keys() == second.keys()
    assert len(first) > 100
    assert [at for at in first if first[at] != second[at]] == []


def told(api):
    """All answers to a viewer, without what is drawn by chance."""
    child = next(row["id"] for row in api("GET", "/executions?workflow=child").json["executions"])
    api.roles = (Role.VIEWER,)
    addresses = [at for _, at in paths(api, ["pay:one", child])]
    addresses += [f"/executions/pay%3Aone/explanation?state={state}" for state in RUN["States"]]
    found = {}
    for at in addresses:
        reply = api("GET", at)
        drawn = re.compile(f"{re.escape(child)}|{re.escape(quote(child, safe=''))}|{UUID}")
        headers = {} if drawn.search(reply.text) else reply.headers
        found[drawn.sub("drawn", at)] = (reply.status, drawn.sub("drawn", reply.text), headers)
    return found


def reveals(api):
    entries = api("GET", "/audit?limit=200").json["entries"]
    return [entry for entry in entries if entry["act"].endswith(".reveal")]


def test_with_the_right_and_a_reason_it_is_shown_and_recorded(ran):
    ran.roles = (Role.ADMIN,)
    assert not held(ran("GET", "/executions/pay%3Aone").text)  # an admin who gives no reason sees as little
    assert ran("GET", "/executions/pay%3Aone").json["hidden"] is True
    assert reveals(ran) == []
    for at in ("", "/history", "/steps?causes=true", "/steps/Take%231", "/logs", "/payload?part=input"):
        reply = ran("GET", f"/executions/pay%3Aone{at}", automate_reveal=quote(REASON))
        assert reply.status == 200, reply.text
        assert NUMBER in reply.text or "cvv" in reply.text or at.startswith("/steps?"), at
        assert reply.headers["Cache-Control"] == "no-store"
    assert ran("GET", "/executions/pay%3Aone", automate_reveal=REASON).json["hidden"] is False
    first = reveals(ran)[-1]
    assert (first["act"], first["actor"], first["subject"], first["reason"], first["details"]) == (
        "execution.reveal", "ada", "execution/pay:one", REASON, {"route": "GET /executions/{id}"}
    )
    step = next(entry for entry in reveals(ran) if "{step}" in entry["details"]["route"])
    assert step["details"] == {"route": "GET /executions/{id}/steps/{step}", "step": "Take#1"}
    assert len(reveals(ran)) == 6  # the seventh is the first once more, within a minute
    ran.clock.sleep(61)
    ran("GET", "/executions/pay%3Aone", automate_reveal=REASON)
    assert len(reveals(ran)) == 7
    assert not held(ran("GET", "/audit?limit=200").text)
    exported = "".join(ran("GET", f"/audit/export?chain={chain}").text for chain in range(CHAINS))
    assert "engine.failed" in exported
    assert not held(exported)
    failed = [entry for entry in ran("GET", "/audit?limit=200").json["entries"] if entry["act"] == "engine.failed"]
    assert failed[0]["details"]["cause"] == MASK


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.ADMIN])
def test_who_lacks_the_right_is_refused_and_recorded(ran, role):
    ran.roles = (role,)
    for at in ("", "/history", "/steps", "/steps/Take%231", "/logs", "/payload?part=input"):
        reply = ran("GET", f"/executions/pay%3Aone{at}", automate_reveal=REASON)
        assert (reply.status, reply.error["code"], reply.error["where"]) == (403, "NotAllowed", "reveal"), at
    ran.roles = (Role.ADMIN,)
    refused = [entry for entry in ran("GET", "/audit").json["entries"] if entry["act"] == "act.refused"]
    assert len(refused) == 6
    assert refused[-1]["details"]["right"] == "reveal"
    assert reveals(ran) == []


@pytest.mark.parametrize(("reason", "says"), [
    ("", "a reason of 3 to 500"), ("%20%20", "this one has 0"), ("x" * 501, "this one has 501"),
])
def test_a_reveal_needs_a_reason(ran, reason, says):
    reply = ran("GET", "/executions/pay%3Aone", automate_reveal=reason)
    assert (reply.status, reply.error["where"]) == (422, "Automate-Reveal"), reply.text
    assert says in reply.error["message"]


def test_a_route_that_reveals_nothing_says_so(ran):
    reply = ran("GET", "/workflows/pay/inputs", automate_reveal=REASON)
    assert (reply.status, reply.error["message"]) == (422, "GET /workflows/{name}/inputs reveals nothing")


def test_what_cannot_be_recorded_is_not_shown(ran, monkeypatch):
    def fails(*_args, **_more):
        raise StoreUnavailable("no log")

    monkeypatch.setattr(ran.services.audit, "record", fails)
    reply = ran("GET", "/executions/pay%3Aone", automate_reveal=REASON)
    assert reply.status == 503
    assert not held(reply.text)


def test_a_mark_that_was_forgotten_hides_what_ran_before_it(api):
    definition = {"StartAt": "A", "States": {"A": {"Type": "Pass", "End": True}}}
    publish(api, {"name": "late", "definition": definition, "business_key": "$.iban"})
    api("POST", "/workflows/late/executions", {"input": {"iban": IBAN}, "name": "one"})
    api.work()
    assert IBAN in api("GET", "/executions/late%3Aone").text
    marked = {"name": "late", "definition": definition, "sensitive": {"input": ["/iban"]}}
    publish(api, marked)
    for at in ("/executions/late%3Aone", "/executions/late%3Aone/history", "/executions", "/workflows/late/inputs"):
        assert not held(api("GET", at).text), at
    assert api("GET", "/executions").json["executions"][0]["business_key"] == MASK
    assert api("GET", f"/executions?business_key={IBAN[:6]}*").json["executions"] == []
    publish(api, {"name": "late", "definition": definition})  # and taken away again: what ran under it stays hidden
    api("POST", "/workflows/late/executions", {"input": {"iban": IBAN}, "name": "open"})
    api("POST", "/workflows/late/executions", {"input": {"iban": IBAN}, "name": "hidden", "version": 2})
    assert IBAN in api("GET", "/executions/late%3Aopen").text
    assert not held(api("GET", "/executions/late%3Ahidden").text)
    api.roles = (Role.PUBLISHER,)
    assert api("POST", "/executions/late%3Ahidden/rerun", {"version": "same"}).status == 201
    refused = api("POST", "/executions/late%3Ahidden/rerun", {"version": "active"})
    assert (refused.status, refused.error["code"]) == (409, "WouldReveal")
    assert "version 3 does not mark /iban" in refused.error["message"]


def test_a_start_with_what_was_hidden_or_under_a_hidden_name_is_refused(ran):
    shown = ran("GET", "/executions/pay%3Aone").json["input"]
    reply = ran("POST", "/workflows/pay/executions", {"input": shown})
    assert (reply.status, reply.error["code"]) == (422, "HiddenInput")
    assert "stands for a value that you were not shown" in reply.error["message"]
    reply = ran("POST", "/workflows/pay/executions", {"input": INPUT, "name": f"of-{NUMBER}"})
    assert (reply.status, reply.error["where"]) == (422, "name")
    reply = ran("POST", "/workflows/pay/executions", {"input": {**INPUT, "card": {"number": 4929123456781234}}})
    assert (reply.status, held(reply.text)) == (422, [])


def test_a_test_hides_by_the_draft_s_marks(ran):
    document = {"name": "pay", "definition": {
        "StartAt": "A", "States": {"A": {"Type": "Pass", "Parameters": {"n.$": "$.card.cvv"}, "End": True}},
    }}
    given = {"document": document, "input": INPUT}
    ran.roles = (Role.EDITOR,)
    assert not held(ran("POST", "/test/run", given).text)  # the active version marks it
    part = {**given, "mode": "step", "state": "A"}
    answer = ran("POST", "/test/run", part)
    assert (answer.status, held(answer.text)) == (200, [])
    ran.roles = (Role.ADMIN,)
    assert set(held(ran("POST", "/test/run", given, automate_reveal=REASON).text)) > {NUMBER}
    assert reveals(ran)[0]["act"] == "workflow.reveal"


def test_nothing_is_hidden_where_nothing_is_marked(api):
    publish(api, {"name": "plain", "definition": CHILD})
    started = api("POST", "/workflows/plain/executions", {"input": {"code": "123456", "of": "x"}, "name": "one"})
    assert (started.json["hidden"], started.json["input"]["code"]) == (False, "123456")
    reply = api("GET", "/executions/plain%3Aone", automate_reveal=REASON)
    assert reply.json["hidden"] is False
    assert reveals(api) == []


def everything(api, execution_id):
    """What a viewer gets of an execution: itself, its history, its steps one by one, its payloads."""
    at = f"/executions/{quote(execution_id, safe='')}"
    texts = [api("GET", at + rest).text for rest in (
        "", "/history", "/history?large_values=false", "/steps?causes=true", "/payload?part=input",
    )]
    steps = [quote(step["id"], safe="") for step in api("GET", f"{at}/steps").json["steps"]]
    return "".join([*texts, *(api("GET", f"{at}/steps/{step}").text for step in steps)])


def settled(api):
    for _ in range(6):
        api.work()
        api.clock.sleep(100)


def test_items_that_are_executions_of_their_own_hide_what_their_parent_hides(api):
    inner = {"ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"}, "StartAt": "I", "States": {
        "I": {"Type": "Pass", "Parameters": {"pin.$": "$.p.cvv", "n.$": "$.p.number"}, "End": True},
    }}
    publish(api, {"name": "many", "sensitive": {"input": ["/cards/*/cvv", "/cards/*/number"]}, "definition": {
        "StartAt": "M", "States": {"M": {
            "Type": "Map", "ItemsPath": "$.cards", "ItemSelector": {"p.$": "$$.Map.Item.Value"},
            "ItemProcessor": inner, "End": True,
        }},
    }})
    cards = [{"cvv": CVV, "number": NUMBER, "kind": "visa"}]
    api("POST", "/workflows/many/executions", {"input": {"cards": cards}, "name": "one"})
    settled(api)
    run = api("GET", "/executions/many%3Aone/map-runs").json["map_runs"][0]["arn"].rpartition("/")[2]
    [child] = api("GET", f"/executions/many%3Aone/map-runs/{quote(run, safe='')}/executions").json["executions"]
    for one in ("many:one", child["id"]):
        shown = everything(api, one)
        assert "visa" in shown
        assert MASK in shown
        assert held(shown) == []
    shown = api("GET", f"/executions/{quote(child['id'], safe='')}", automate_reveal=REASON).text
    assert NUMBER in shown
    assert reveals(api)[0]["subject"] == f"execution/{child['id']}"


@pytest.mark.parametrize("how", [".sync", ".sync:2"])
def test_what_a_child_marks_is_hidden_in_its_parent(api, how):
    publish(api, {"name": "child", "definition": CHILD, "sensitive": {"input": ["/code"]}})
    publish(api, {"name": "parent", "definition": {"StartAt": "C", "States": {"C": {
        "Type": "Task", "Resource": f"arn:aws:states:::states:startExecution{how}", "End": True,
        "Parameters": {"StateMachineArn": "child", "Input": {"code": CVV, "of": "what is plain"}},
    }}}})
    api("POST", "/workflows/parent/executions", {"input": {}, "name": "one"})
    settled(api)
    execution = api("GET", "/executions/parent%3Aone").json
    assert execution["status"] == "SUCCEEDED"
    assert held(json.dumps(execution["output"]["Output"])) == []
    child = api("GET", "/executions?workflow=child").json["executions"][0]["id"]
    assert held(everything(api, child)) == []


def test_a_mark_on_the_whole_input_hides_all_of_it(api):
    publish(api, {"name": "whole", "sensitive": {"input": [""]}, "definition": {"StartAt": "A", "States": {
        "A": {"Type": "Pass", "Parameters": {"x.$": "$.pin", "y": "plain"}, "Next": "B"},
        "B": {"Type": "Pass", "Parameters": {"z.$": "$.nothing"}, "End": True},
    }}})
    api("POST", "/workflows/whole/executions", {"input": {"pin": CVV, "ok": True, "name": NAME}, "name": "one"})
    settled(api)
    assert api("GET", "/executions/whole%3Aone").json["input"] == MASK
    shown = everything(api, "whole:one")
    assert held(shown) == []
    assert "plain" in shown


def test_a_value_is_found_within_texts_and_encoded(api):
    """By value, in what a service gave back under a name of its own."""
    publish(api, {"name": "echo", "sensitive": {"input": ["/iban"]}, "definition": {"StartAt": "A", "States": {
        "A": {"Type": "Task", "Resource": "connector:log:write.waitForTaskToken", "End": True,
              "Parameters": {"message": "asked"}},
    }}})
    api("POST", "/workflows/echo/executions", {"input": {"iban": IBAN}, "name": "one"})
    api.work()
    token = api.services.executions.standing(key(api, "echo:one")).waiting[0].token
    encoded = base64.b64encode(f"iban={IBAN}".encode()).decode()
    output = {"said": f"of {IBAN}.", "raw": encoded, IBAN: 1, "url": f"https://x.example/?a={IBAN}"}
    api("POST", "/tasks/success", {"token": token, "output": output})
    settled(api)
    shown = everything(api, "echo:one")
    assert held(shown) == []
    assert encoded not in shown
    assert f"of {MASK}." in shown


def test_an_activity_s_worker_gets_its_task_in_clear(api):
    """It has to do the work; and its answer is hidden as all else."""
    api("POST", "/activities", {"name": "clerk"})
    arn = api("GET", "/activities/clerk").json["arn"]
    publish(api, {"name": "asks", "sensitive": {"input": ["/iban"]}, "definition": {
        "StartAt": "A", "States": {"A": {"Type": "Task", "Resource": arn, "End": True}},
    }})
    api("POST", "/workflows/asks/executions", {"input": {"iban": IBAN}, "name": "one"})
    api.work()
    task = api("POST", "/activities/clerk/task", {"worker_name": "w", "wait_seconds": 0}).json
    assert IBAN in json.dumps(task)
    assert held(everything(api, "asks:one")) == []


def test_a_history_read_event_by_event_hides_as_much(ran):
    ran.roles = (Role.VIEWER,)
    last = ran("GET", "/executions/pay%3Aone/history").json["last_event"]
    pages = [ran("GET", f"/executions/pay%3Aone/history?after={after}&limit=1").text for after in range(last)]
    assert all('"id":' in page for page in pages)
    assert [page for page in pages if held(page)] == []


def test_a_parent_s_value_that_reaches_a_child_another_way_is_hidden_by_value(api):
    publish(api, {"name": "child", "definition": {"StartAt": "A", "States": {"A": {
        "Type": "Task", "Resource": "connector:log:write.waitForTaskToken", "Parameters": {"message": "?"}, "End": True,
    }}}})
    publish(api, {"name": "parent", "sensitive": {"input": ["/iban"]}, "definition": {
        "StartAt": "C", "States": {"C": {
            "Type": "Task", "Resource": "arn:aws:states:::states:startExecution.sync:2", "End": True,
            "Parameters": {"StateMachineArn": "child", "Input": {"order": "o-1"}},
        }},
    }})
    api("POST", "/workflows/parent/executions", {"input": {"iban": IBAN}, "name": "one"})
    api.work()
    child = api("GET", "/executions?workflow=child").json["executions"][0]["id"]
    token = api.services.executions.standing(key(api, child)).waiting[0].token
    api("POST", "/tasks/success", {"token": token, "output": f"found {IBAN}"})
    settled(api)
    shown = everything(api, child)
    assert f"found {MASK}" in shown
    assert held(shown + everything(api, "parent:one")) == []


def test_another_version_does_not_reveal_what_was_hidden(api):
    """It has to mark what the version before marks; what that one copied stays hidden under its states' old names."""
    def machine(first, last):
        copied = {"Type": "Pass", "Parameters": {"copy.$": "$.iban"}, "ResultPath": "$.kept", "Next": last}
        broken = {"Type": "Pass", "Parameters": {"a.$": "$.nothing"}, "End": True}
        whole = {"Type": "Pass", "End": True}
        return {"StartAt": first, "States": {first: copied, last: broken if first == "Copy" else whole}}

    old = {"name": "goes_on", "definition": machine("Copy", "Last"), "sensitive": {"input": ["/iban"]}}
    publish(api, old)
    api("POST", "/workflows/goes_on/executions", {"name": "one", "input": {"iban": "CANARY-IBAN-4711"}})
    api.work()
    at = "/executions/goes_on%3Aone"
    publish(api, {**old, "definition": machine("Other", "Last"), "sensitive": None})
    for path in (f"{at}/redrive", f"{at}/redrive/plan"):
        reply = api("POST", path, {"version": 2})
        assert (reply.status, reply.error["code"]) == (409, "WouldReveal")
    publish(api, {**old, "definition": machine("Other", "Last")})
    assert api("POST", f"{at}/redrive", {"version": 3}).status == 200
    api.work()
    shown = api("GET", at)
    assert (shown.json["status"], shown.json["version"]) == ("SUCCEEDED", 3)
    for path in (at, f"{at}/history", f"{at}/steps", f"{at}/steps/Copy%231"):
        reply = api("GET", path)
        assert reply.status == 200
        assert "CANARY-IBAN-4711" not in reply.text, path
