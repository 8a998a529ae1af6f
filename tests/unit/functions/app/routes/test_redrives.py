"""Redriving over the API: one, many of a workflow, what is refused and what is recorded."""

from __future__ import annotations

MENDED = "States.ArrayGetItem(States.Array('mended'), States.MathAdd($$.Execution.RedriveCount, -1))"
"""Fails until the execution was redriven once."""

FLAKY = {"StartAt": "Try", "States": {
    "Try": {"Type": "Pass", "Parameters": {"how.$": MENDED}, "End": True},
}}
NEVER = {"StartAt": "No", "States": {"No": {"Type": "Fail", "Error": "Stripe.Declined", "Cause": "no money"}}}


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
