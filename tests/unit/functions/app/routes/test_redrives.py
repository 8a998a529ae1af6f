"""Redriving over the API: one, many of a workflow, what is refused and what is recorded."""

from __future__ import annotations

from engine.durable.lifecycle.executions import Executions
from functions.server.room import DiskNearlyFull

MENDED = "States.ArrayGetItem(States.Array('mended'), States.MathAdd($$.Execution.RedriveCount, -1))"
"""Fails until the execution was redriven once."""

FLAKY = {"StartAt": "Try", "States": {
    "Try": {"Type": "Pass", "Parameters": {"how.$": MENDED}, "End": True},
}}
NEVER = {"StartAt": "No", "States": {"No": {"Type": "Fail", "Error": "Stripe.Declined", "Cause": "no money"}}}


NEVER_MENDED = {"StartAt": "Try", "States": {"Try": {"Type": "Pass", "Parameters": {"how.$": "$.no"}, "End": True}}}


def fail(api, workflow="flaky", definition=FLAKY, names=("one",)):
    api.publish(workflow, definition)
    for name in names:
        api("POST", f"/workflows/{workflow}/executions", {"name": name})
    api.work()


def test_one_goes_on_where_it_stood(api):
    fail(api)
    assert api("GET", "/executions/flaky%3Aone").json["status"] == "FAILED"
    answer = api("POST", "/executions/flaky%3Aone/redrive")
    assert (answer.status, answer.json["status"], answer.json["redrives"], answer.json["error"]) == (
        200, "RUNNING", 1, None,
    )
    api.work()
    shown = api("GET", "/executions/flaky%3Aone").json
    assert (shown["status"], shown["output"], shown["redrives"]) == ("SUCCEEDED", {"how": "mended"}, 1)
    again = api("POST", "/executions/flaky%3Aone/redrive")
    assert (again.status, again.error["code"]) == (409, "ExecutionNotRedrivable")
    assert "it is SUCCEEDED" in again.error["message"]
    entries = api("GET", "/audit?execution=flaky:one&actor=ada").json["entries"]
    assert [entry["act"] for entry in entries] == ["act.refused", "execution.redrive", "execution.start"]
    assert entries[1]["before"]["status"] == "FAILED"
    assert entries[1]["after"] == {"status": "RUNNING", "redrives": 1}


def test_the_steps_tell_that_it_failed_and_went_on(api):
    fail(api)
    ended = api("GET", "/executions/flaky%3Aone").json["ended_at"]
    api.clock.sleep(60)
    api("POST", "/executions/flaky%3Aone/redrive")
    api.work()
    steps = api("GET", "/executions/flaky%3Aone/steps").json
    assert [(step["name"], step["status"]) for step in steps["steps"]] == [("Try", "FAILED"), ("Try", "SUCCEEDED")]
    assert steps["status"] == "SUCCEEDED"
    assert steps["rests"] == [{"from": ended, "to": steps["steps"][1]["entered_at"]}]


def test_many_are_redriven_page_by_page(api):
    fail(api, names=("one", "two", "three"))
    first = api("POST", "/workflows/flaky/redrive", {"limit": 2})
    assert first.status == 200
    second = api("POST", "/workflows/flaky/redrive", {"limit": 2, "next_token": first.json["next_token"]})
    assert sorted(first.json["redriven"] + second.json["redriven"]) == ["flaky:one", "flaky:three", "flaky:two"]
    assert (first.json["refused"], second.json["next_token"]) == ([], None)
    api.work()
    rows = api("GET", "/executions?workflow=flaky").json["executions"]
    assert [row["status"] for row in rows] == ["SUCCEEDED"] * 3


def test_without_room_on_the_disk_none_of_many_goes_on_and_the_answer_says_so_once(api, monkeypatch):
    fail(api, names=("one", "two", "three"))

    def full(*_, **__):
        raise DiskNearlyFull("the disk has 3 MB free", where="AUTOMATE_DISK_RESERVE_MB")

    monkeypatch.setattr(Executions, "redrive", full)
    answer = api("POST", "/workflows/flaky/redrive", {})
    assert (answer.status, answer.error["code"]) == (503, "DiskNearlyFull")


def test_filters_and_refusals(api):
    fail(api, "never", NEVER, names=("one", "two"))
    assert api("POST", "/workflows/never/redrive", {"error": "Other.*"}).json["redriven"] == []
    assert api("POST", "/workflows/never/redrive", {"status": "ABORTED"}).json["redriven"] == []
    assert api("POST", "/workflows/never/redrive", {"started_before": "2001-01-01T00:00:00Z"}).json["redriven"] == []
    assert api("POST", "/workflows/never/redrive", {"business_key": "o-*"}).json["redriven"] == []
    assert api("POST", "/workflows/never/redrive", {"name": "on*"}).json["redriven"] == ["never:one"]
    assert api("POST", "/workflows/never/redrive", {"error": "Stripe.*"}).json["redriven"] == ["never:two"]
    wrong = api("POST", "/workflows/never/redrive", {"status": "SUCCEEDED"})
    assert wrong.status == 422
    assert wrong.error["details"][0]["where"] == "/status"
    assert api("POST", "/workflows/never/redrive", {"started_after": "soon"}).error["where"] == "started_after"
    assert api("POST", "/workflows/nowhere/redrive", {}).status == 404
    assert api("POST", "/executions/never%3Anope/redrive").error["code"] == "ExecutionDoesNotExist"


def test_one_that_cannot_go_on_is_told_beside_the_others(api):
    document = {"name": "express", "kind": "EXPRESS", "definition": FLAKY}
    assert api("POST", "/workflows/import", {"document": document, "publish": True}).status == 200
    api("POST", "/workflows/express/executions", {"name": "one"})
    api.work()
    answer = api("POST", "/workflows/express/redrive", {}).json
    assert answer["redriven"] == []
    assert [(item["id"], "EXPRESS" in item["message"]) for item in answer["refused"]] == [("express:one", True)]


# ---------------------------------------------------------------- by another version

MENDED_STEP = {"StartAt": "Try", "States": {"Try": {"Type": "Pass", "Result": {"how": "mended"}, "End": True}}}
ELSEWHERE = {"StartAt": "Other", "States": {"Other": {"Type": "Pass", "Parameters": {"a.$": "$.a"}, "End": True}}}
AT = "/executions/never%3Aone/redrive"


def two_versions(api, second, names=("one",), first=NEVER_MENDED):
    fail(api, "never", first, names)
    api.publish("never", second)


def test_it_goes_on_by_another_version(api):
    two_versions(api, MENDED_STEP)
    plan = api("POST", f"{AT}/plan", {"version": 2})
    assert (plan.status, plan.json["fits"], plan.json["from_version"], plan.json["version"]) == (200, True, 1, 2)
    answer = api("POST", AT, {"version": 2})
    assert (answer.status, answer.json["status"], answer.json["version"]) == (200, "RUNNING", 2)
    api.work()
    shown = api("GET", "/executions/never%3Aone").json
    assert (shown["status"], shown["output"], shown["version"]) == ("SUCCEEDED", {"how": "mended"}, 2)
    [change] = shown["changeovers"]
    assert (change["from_version"], change["to_version"], change["by"]) == (1, 2, "ada")
    document = api("GET", "/executions/never%3Aone/definition").json["document"]
    assert document["definition"] == MENDED_STEP
    [was, now] = [
        api("GET", f"/executions/never%3Aone/definition?at={at}").json["document"]["definition"]
        for at in (change["event"] - 1, change["event"])
    ]
    assert (was, now) == (NEVER_MENDED, MENDED_STEP)
    [entry] = api("GET", "/audit?execution=never:one&act=execution.redrive").json["entries"]
    assert entry["before"] == {"status": "FAILED", "error": "States.Runtime", "version": 1}
    assert entry["after"] == {"status": "RUNNING", "redrives": 1, "version": 2}
    again = api("POST", AT, {"version": 2})
    assert (again.status, again.error["code"]) == (409, "ExecutionNotRedrivable")


def test_what_does_not_fit_is_named_with_its_place(api):
    two_versions(api, ELSEWHERE)
    plan = api("POST", f"{AT}/plan", {"version": 2}).json
    assert (plan["fits"], plan["refusals"][0]["place"]) == (False, "/States")
    answer = api("POST", AT, {"version": 2})
    assert (answer.status, answer.error["code"], answer.error["where"]) == (409, "VersionDoesNotFit", "/States")
    assert answer.error["details"] == plan["refusals"]
    plan = api("POST", f"{AT}/plan", {"version": 2, "from_state": "Other"}).json
    assert plan["refusals"][0]["place"] == "/States/Other/Parameters/a.$"
    answer = api("POST", AT, {"version": 2, "from_state": "Other", "input": {"a": 1}})
    assert answer.status == 200
    api.work()
    assert api("GET", "/executions/never%3Aone").json["output"] == {"a": 1}


def test_bad_requests_write_nothing(api):
    two_versions(api, MENDED_STEP)
    before = api("GET", "/executions/never%3Aone").json
    for body, status, code in (
        ({"version": 9}, 404, "NotFound"), ({"version": 1}, 409, "VersionDoesNotFit"), ({"version": 0}, 422, None),
        ({"from_state": "Try"}, 422, None), ({"accept": True}, 422, None),
        ({"version": 2, "input": {}}, 422, None), ({"version": 2, "from_state": "Nowhere"}, 409, "VersionDoesNotFit"),
    ):
        answer = api("POST", AT, body)
        assert (answer.status, code in (None, answer.error["code"])) == (status, True), body
    for path in ("/executions/never%3Anone/redrive", "/executions/never%3Anone/redrive/plan"):
        assert api("POST", path, {"version": 2}).error["code"] == "ExecutionDoesNotExist"
    api("POST", "/workflows/never/archive")
    answer = api("POST", AT, {"version": 2})
    assert (answer.status, "archive" in answer.error["message"]) == (409, True)
    api("POST", "/workflows/never/unarchive")
    assert api("GET", "/executions/never%3Aone").json == before


def test_many_go_on_by_another_version_and_the_others_are_named(api):
    two_versions(api, MENDED_STEP, ("one", "two"))
    api("POST", AT, {"version": 2})
    plans = api("POST", "/workflows/never/redrive/plan", {"version": 1})
    assert [(plan["id"], plan["fits"]) for plan in plans.json["plans"]] == [("never:two", False)]
    plans = api("POST", "/workflows/never/redrive/plan", {"version": 2}).json
    assert [(plan["id"], plan["fits"]) for plan in plans["plans"]] == [("never:two", True)]
    assert api("POST", "/workflows/never/redrive", {"version": 9}).status == 404
    answer = api("POST", "/workflows/never/redrive", {"version": 2}).json
    assert answer == {"redriven": ["never:two"], "refused": [], "next_token": None}
    api.work()
    rows = api("GET", "/executions?workflow=never").json["executions"]
    assert {(row["status"], row["version"]) for row in rows} == {("SUCCEEDED", 2)}
