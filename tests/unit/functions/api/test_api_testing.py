"""Trying workflows out over the API: what is really called, what is recorded of it, and cases."""

from __future__ import annotations

import pytest

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
    assert (entry["subject"], entry["actor"], entry["after"]) == (
        "workflow/pay", "ada", {"called": [BALANCE, BOOK], "calls": 2},
    )
    assert bank("GET", "/executions").json["executions"] == []


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
