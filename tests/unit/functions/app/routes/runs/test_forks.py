"""Forks over the API: who may, what is answered, what is recorded."""

from __future__ import annotations

import pytest

from engine.governance.roles import Role

LOGS = {"StartAt": "Tell", "States": {"Tell": {
    "Type": "Task", "Resource": "connector:log:write", "Parameters": {"message.$": "$.message"}, "End": True}}}
FORK = "/executions/flow%3Aone/fork"


@pytest.fixture
def ran(api):
    api.publish("flow", LOGS)
    api("POST", "/workflows/flow/executions", {"name": "one", "input": {"message": "hello"}})
    api.work()
    return api


def entries(api):
    return api("GET", "/audit?execution=flow:one&act=execution.fork").json["entries"]


def test_the_answer_is_the_fork_as_it_ended(ran):
    answer = ran("POST", FORK, {"event": 2})
    made = answer.json
    assert (answer.status, made["status"], made["started_by"]) == (201, "SUCCEEDED", "ada")
    assert made["id"].startswith("flow:one~at")
    assert made["fork"] == {"original": "flow:one", "event": 1, "given": False, "reads": False, "allow": []}
    assert answer.headers["Location"].endswith(made["id"].replace(":", "%3A"))
    rows = ran("GET", "/executions").json["executions"]
    assert {row["id"]: row["fork_of"] for row in rows} == {"flow:one": None, made["id"]: "flow:one"}
    [entry] = entries(ran)
    assert entry["after"] == {
        "fork": made["id"], "event": 2, "version": 1, "status": "SUCCEEDED", "input": "same",
    }


def test_its_ledger_history_and_steps_are_read_as_any(ran):
    made = ran("POST", FORK, {"event": 1}).json
    at = f"/executions/{made['id'].replace(':', '%3A')}"
    [effect] = ran("GET", f"{at}/effects").json["effects"]
    assert (effect["state"], effect["outcome"]) == ("Tell", "RECORDED")
    assert ran("GET", f"{at}/history").json == ran("GET", "/executions/flow%3Aone/history").json
    assert [step["name"] for step in ran("GET", f"{at}/steps").json["steps"]] == ["Tell"]


def test_a_write_that_is_not_on_record_is_named_and_made_where_it_is_allowed(ran):
    asked = {"event": 1, "input": {"message": "another"}}
    refused = ran("POST", FORK, asked).json
    assert (refused["status"], refused["error"]) == ("ABORTED", "Automate.WriteNotAllowed")
    assert "'Tell'" in refused["cause"]
    made = ran("POST", FORK, {**asked, "allow": ["Tell"]}).json
    assert made["status"] == "SUCCEEDED"
    newest = entries(ran)[0]["after"]
    assert (newest["fork"], newest["input"], newest["called"], newest["calls"]) == (
        made["id"], "another", ["connector:log:write"], 1)


def test_real_calls_need_the_right_to_publish(ran):
    ran.roles = (Role.OPERATOR,)
    assert ran("POST", FORK, {"event": 1}).status == 201
    for real in ({"use_reads": True}, {"allow": ["Tell"]}):
        answer = ran("POST", FORK, {"event": 1, **real})
        assert (answer.status, answer.error["code"]) == (403, "NotAllowed")
    ran.roles = (Role.VIEWER,)
    assert ran("POST", FORK, {"event": 1}).status == 403


@pytest.mark.parametrize(("asked", "status", "word"), [
    ({"event": 0}, 422, "no event 0"), ({"event": 99}, 422, "no event 99"), ({}, 422, "event"),
    ({"event": 1, "version": 7}, 404, "no version 7"), ({"event": 1, "allow": ["Nobody"]}, 422, "'Nobody'"),
    ({"event": 1, "more": 1}, 422, "more"),
])
def test_bad_input_is_told(ran, asked, status, word):
    answer = ran("POST", FORK, asked)
    assert answer.status == status
    assert word in str(answer.error)
    assert len(ran("GET", "/executions").json["executions"]) == 1


def test_a_fork_of_a_fork_and_a_workflow_that_is_gone(ran):
    made = ran("POST", FORK, {"event": 1}).json
    again = ran("POST", f"/executions/{made['id'].replace(':', '%3A')}/fork", {"event": 1})
    assert (again.status, again.error["code"]) == (409, "ExecutionNotForkable")
    assert "flow:one" in again.error["advice"]
    ran("POST", "/workflows/flow/archive")
    gone = ran("POST", FORK, {"event": 1})
    assert gone.status == 409
    assert "archived" in gone.error["message"]


def test_many_redrives_leave_forks_alone(ran):
    assert ran("POST", FORK, {"event": 1, "input": {"message": "another"}}).json["status"] == "ABORTED"
    answer = ran("POST", "/workflows/flow/redrive", {"status": "ABORTED"})
    assert (answer.json["redriven"], answer.json["refused"]) == ([], [])


def test_who_erases_an_execution_erases_its_forks(ran):
    ran("POST", FORK, {"event": 1})
    ran("DELETE", "/executions/flow%3Aone")
    assert ran("GET", "/executions").json["executions"] == []


def test_an_input_of_the_execution_fits_the_schema_as_a_start_s_does(ran):
    document = {"name": "flow", "definition": LOGS, "input_schema": {"type": "object", "required": ["message"]}}
    assert ran("POST", "/workflows/import", {"document": document, "publish": True}).status == 200
    ran("POST", "/workflows/flow/executions", {"name": "two", "input": {"message": "hello"}})
    ran.work()
    answer = ran("POST", "/executions/flow%3Atwo/fork", {"event": 1, "input": {}})
    assert (answer.status, "message" in str(answer.error)) == (422, True)
    assert ran("POST", "/executions/flow%3Atwo/fork", {"event": 1, "input": {"message": "two"}}).status == 201
    older = ran("POST", FORK, {"event": 1, "input": {"message": "one", "more": 1}})
    assert older.status == 201
