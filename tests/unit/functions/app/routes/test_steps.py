"""One execution's inside over the API: steps, values, logs, audit entries; and running it again."""

from __future__ import annotations

import gc
import json
from urllib.parse import urlencode

import pytest

from engine.ports.logs import LogLine
from functions.app.routes import steps

FLOW = {"QueryLanguage": "JSONata", "StartAt": "Prepare", "States": {
    "Prepare": {"Type": "Pass", "Assign": {"who": "{% $states.input.who %}"}, "Next": "Book"},
    "Book": {"Type": "Task", "Resource": "connector:bank:book", "Arguments": {"amount": 5},
             "Output": "{% $states.result.receipt %}", "Next": "Rest"},
    "Rest": {"Type": "Wait", "Seconds": 60, "Next": "Fail"},
    "Fail": {"Type": "Task", "Resource": "connector:bank:fail", "Arguments": {}, "End": True},
}}


@pytest.fixture
def ran(bank):
    """The API after an execution that failed in its fourth state."""
    bank.publish("flow", FLOW)
    bank("POST", "/workflows/flow/executions", {"name": "one", "input": {"who": "kim"}})
    bank.work()
    bank.clock.sleep(61)
    bank.work()
    assert bank("GET", "/executions/flow%3Aone").json["status"] == "FAILED"
    return bank


def step(api, step_id, execution="flow%3Aone"):
    return api("GET", f"/executions/{execution}/steps/{step_id.replace('#', '%23')}")


def test_every_visit_is_a_step(ran):
    answer = ran("GET", "/executions/flow%3Aone/steps").json
    assert [(item["id"], item["type"], item["status"]) for item in answer["steps"]] == [
        ("Prepare#1", "Pass", "SUCCEEDED"), ("Book#1", "Task", "SUCCEEDED"), ("Rest#1", "Wait", "SUCCEEDED"),
        ("Fail#1", "Task", "FAILED"),
    ]
    assert [item["resource"] for item in answer["steps"]] == [
        None, "connector:bank:book", None, "connector:bank:fail",
    ]
    assert [(edge["from_step"], edge["to_step"]) for edge in answer["edges"]] == [
        ("Prepare#1", "Book#1"), ("Book#1", "Rest#1"), ("Rest#1", "Fail#1"),
    ]
    assert (answer["status"], answer["complete"]) == ("FAILED", True)
    wait, = answer["steps"][2]["waits"]
    assert (wait["why"], wait["from"] < wait["to"]) == ("wait", True)


def test_a_poll_reads_no_history_while_nothing_happens(bank, monkeypatch):
    bank.publish("flow", FLOW)
    bank("POST", "/workflows/flow/executions", {"name": "one", "input": {"who": "kim"}})
    tag = bank("GET", "/executions/flow%3Aone/steps").headers["ETag"]
    bank.work()
    after = bank("GET", "/executions/flow%3Aone/steps", if_none_match=tag)
    assert (after.status, after.json["steps"][-1]["status"]) == (200, "WAITING")
    for reading in ("history", "load", "segments", "execution_input"):
        monkeypatch.setattr(bank.stores.journal, reading, None)  # asked, it would fail
    assert bank("GET", "/executions/flow%3Aone/steps", if_none_match=after.headers["ETag"]).status == 304
    assert bank("GET", "/executions/flow%3Aone/logs").status == 200


def test_garbage_is_not_collected_while_steps_are_put_together(ran, monkeypatch):
    """The collector would look through the whole history again and again."""
    collects = []

    def noting(of):
        def noted(*given, **more):
            collects.append(gc.isenabled())
            return of(*given, **more)
        return noted

    for name in ("steps_of", "shape_of", "edges_of"):
        monkeypatch.setattr(steps, name, noting(getattr(steps, name)))
    gc.enable()
    assert ran("GET", "/executions/flow%3Aone/steps").status == 200
    assert len(collects) > 3
    assert not any(collects)
    assert gc.isenabled()


def test_a_step_has_its_values(ran):
    booked = step(ran, "Book#1").json
    assert booked["input"] == {"who": "kim"}
    assert booked["arguments"] == {"amount": 5}
    assert booked["result"]["receipt"] == "r-1"
    assert (booked["output"], booked["variables"], booked["assigned"]) == ("r-1", {"who": "kim"}, {})
    assert step(ran, "Prepare#1").json["assigned"] == {"who": "kim"}
    types = [event["type"] for event in booked["events"]]
    assert (types[0], types[-1]) == ("TaskStateEntered", "TaskStateExited")


def test_a_failed_step_says_why_plainly_with_its_stack_trace_apart(ran):
    failed = step(ran, "Fail#1").json
    assert "the vault is shut" in failed["cause"]
    assert "errorMessage" not in failed["cause"]
    assert "conftest.py" in failed["stack_trace"]
    assert failed["error"]
    attempt, = failed["step"]["attempts"]
    assert (attempt["number"], attempt["status"], "the vault is shut" in attempt["cause"]) == (1, "FAILED", True)


def test_log_lines_are_those_of_the_step_in_its_time(ran):
    entered = ran.clock.now()
    for at, state, text in (
        (entered - 61, "Book", "during"), (entered - 40, "Book", "long after"), (entered - 61, "Fail", "another's"),
        (entered - 1000, None, "an older execution's"),
    ):
        ran.services.logs.written.append(("flow:one", LogLine(at, "INFO", text, state, 0)))
    ran.services.logs.written.append(("flow:two", LogLine(entered - 61, "INFO", "not ours", "Book", 0)))
    assert [(line["message"], line["attempt"]) for line in step(ran, "Book#1").json["logs"]] == [("during", 1)]
    logs = ran("GET", "/executions/flow%3Aone/logs").json
    assert {line["message"] for line in logs["lines"]} == {"during", "long after", "another's"}
    only = ran("GET", "/executions/flow%3Aone/logs?step=Book%231&limit=1").json
    assert [line["message"] for line in only["lines"]] == ["during"]


def test_the_audit_query_of_a_step_finds_its_entries_and_no_others(ran):
    from engine.governance.audit.entry import EXECUTION, AuditEntry, Subject  # noqa: PLC0415
    from engine.ports.keys import Actor  # noqa: PLC0415

    failed = step(ran, "Fail#1").json
    for number, state in enumerate(("Fail", "Book")):
        ran.services.audit.record([AuditEntry(
            f"e-{number}", "default", ran.clock.now(), Actor("engine", kind="engine"), "step.failed",
            Subject(EXECUTION, "flow:one"), details={"state": state},
        )])
    found = ran("GET", f"/audit?{urlencode(failed['audit'])}").json["entries"]
    assert [entry["details"]["state"] for entry in found] == ["Fail"]
    assert ran("GET", "/audit?act=a&action=b").status == 422


def test_what_runs_by_a_version_shows_that_version_s_document(ran):
    ran.publish("flow", {"StartAt": "New", "States": {"New": {"Type": "Succeed"}}})
    assert ran("GET", "/executions/flow%3Aone/definition").json["document"]["definition"] == FLOW


def test_run_again_with_the_same_or_another_input_and_version(ran):
    ran.publish("flow", {"StartAt": "New", "States": {"New": {"Type": "Succeed"}}})
    same = ran("POST", "/executions/flow%3Aone/rerun", {"name": "two"})
    assert (same.status, same.json["version"], same.json["input"]) == (201, 1, {"who": "kim"})
    assert same.headers["Location"] == "/executions/flow%3Atwo"
    other = ran("POST", "/executions/flow%3Aone/rerun", {"version": "active", "input": None})
    assert (other.json["version"], other.json["input"]) == (2, None)
    assert other.json["started_by"] == "ada"
    assert ran("POST", "/executions/flow%3Aone/rerun", {"name": "two", "input": 1}).status == 409
    assert ran("POST", "/executions/flow%3Anope/rerun", {}).status == 404
    entries = ran("GET", "/audit?execution=flow:one&act=execution.rerun").json["entries"]
    assert [entry["after"]["input"] for entry in entries] == ["another", "same"]


def test_past_inputs_of_a_workflow_and_of_a_state(ran):
    ran("POST", "/workflows/flow/executions", {"name": "later", "input": {"who": "sam"}})
    inputs = ran("GET", "/workflows/flow/inputs").json["inputs"]
    assert [(item["execution"], item["input"]) for item in inputs] == [
        ("flow:later", {"who": "sam"}), ("flow:one", {"who": "kim"}),
    ]
    of_state = ran("GET", "/workflows/flow/inputs?state=Book&limit=1").json["inputs"]
    assert [(item["execution"], item["input"], item["output"], item["variables"]) for item in of_state] == [
        ("flow:one", {"who": "kim"}, "r-1", {"who": "kim"}),
    ]


def test_past_inputs_of_a_state_read_so_many_events_and_no_more(ran, monkeypatch):
    ran("POST", "/workflows/flow/executions", {"name": "later", "input": {"who": "sam"}})
    ran.work()
    monkeypatch.setattr(steps, "MOST_EVENTS_LOOKED_AT", 5)  # those of the later one: it is in Rest by now
    of_state = ran("GET", "/workflows/flow/inputs?state=Prepare").json["inputs"]
    assert [item["execution"] for item in of_state] == ["flow:later"]


def test_a_large_value_is_left_out_and_downloaded(bank):
    bank.publish("big", {"StartAt": "A", "States": {"A": {"Type": "Pass", "End": True}}})
    big = {"text": "ö" * 200_000}
    bank("POST", "/workflows/big/executions", {"name": "one", "input": big})
    bank.work()
    for place in (bank("GET", "/executions/big%3Aone").json, step(bank, "A#1", "big%3Aone").json):
        left_out = place["input"]["$too_large"]
        assert left_out["bytes"] == len(json.dumps(big, ensure_ascii=False, separators=(",", ":")).encode())
        download = bank("GET", left_out["href"])
        assert download.json == big
        assert "attachment" in download.headers["Content-Disposition"]


@pytest.mark.parametrize(("path", "status"), [
    ("steps/Nope%231", 404), ("payload?part=arguments", 404), ("payload?part=nonsense", 422), ("logs?step=Nope", 404),
])
def test_what_is_not_there_is_said(ran, path, status):
    assert ran("GET", f"/executions/flow%3Aone/{path}").status == status


def test_whole_causes_are_told_where_they_are_asked_for(ran):
    at = "/executions/flow%3Aone/steps"
    assert ran("GET", at).json["causes"] == {}
    [(name, cause)] = ran("GET", f"{at}?causes=true").json["causes"].items()
    assert name == "Fail#1"
    assert json.loads(cause)["stackTrace"]


def test_the_newest_part_of_a_history_says_how_much_it_leaves_out(ran):
    at = "/executions/flow%3Aone/steps"
    events = ran("GET", "/executions/flow%3Aone/history").json["events"]
    whole = ran("GET", f"{at}?newest={len(events)}").json
    assert (whole["complete"], whole["events_left_out"]) == (True, 0)
    part = ran("GET", f"{at}?newest=6").json
    assert (part["complete"], part["events_left_out"], part["last_event"]) == (False, len(events) - 6, len(events))
    assert [item["name"] for item in part["steps"]][-1] == "Fail"
    assert len(part["steps"]) < len(whole["steps"])


def test_a_waiting_task_s_token_is_given_to_nobody_over_http(api):
    api.publish("ask", {"StartAt": "Ask", "States": {"Ask": {
        "Type": "Task", "Resource": "connector:log:write.waitForTaskToken", "Parameters": {"message": "?"}, "End": True,
    }}})
    api("POST", "/workflows/ask/executions", {"name": "one", "input": {}})
    at = "/executions/ask%3Aone/waiting"
    assert api("GET", at).json == {"waiting": []}
    api.work()
    assert api("GET", at).json == {"waiting": [{"state": "Ask", "token": None, "approval": None}]}
    api("POST", "/executions/ask%3Aone/stop", {})
    api.work()
    assert api("GET", at).json == {"waiting": []}
    assert api("GET", "/executions/ask%3Atwo/waiting").status == 404
