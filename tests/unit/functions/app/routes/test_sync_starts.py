"""Synchronous starts over the API."""

from __future__ import annotations

HELLO = {"StartAt": "Greet", "States": {"Greet": {"Type": "Pass", "Result": {"said": "hello"}, "End": True}}}
SLOW = {"StartAt": "Pause", "States": {"Pause": {"Type": "Wait", "Seconds": 60, "End": True}}}
TOKEN = {"StartAt": "Ask", "States": {"Ask": {
    "Type": "Task", "Resource": "connector:log:write.waitForTaskToken", "Parameters": {"message": "?"}, "End": True,
}}}


def published(api, definition, kind="EXPRESS"):
    document = {"name": "quick", "definition": definition, "kind": kind}
    return api("POST", "/workflows/import", {"document": document, "publish": True})


def test_the_answer_is_the_outcome(api):
    published(api, HELLO)
    for path, body in (("?sync=true", {"name": "one"}), ("", {"name": "two", "sync": True})):
        reply = api("POST", f"/workflows/quick/executions{path}", body)
        assert (reply.status, reply.json["status"], reply.json["output"]) == (201, "SUCCEEDED", {"said": "hello"})
    history = api("GET", "/executions/quick%3Aone/history").json["events"]
    assert history[-1]["type"] == "ExecutionSucceeded"
    acts = [entry["act"] for entry in api("GET", "/audit?execution=quick:one").json["entries"]]
    assert acts == ["execution.start"]


def test_one_that_takes_too_long_is_504_and_named(api):
    published(api, SLOW)
    reply = api("POST", "/workflows/quick/executions?sync=true", {"name": "one"})
    assert (reply.status, reply.error["code"], reply.error["where"]) == (504, "SyncTimedOut", "quick:one")
    assert api("GET", "/executions/quick%3Aone").json["status"] == "TIMED_OUT"


def test_a_standard_one_is_refused(api):
    published(api, HELLO, "STANDARD")
    reply = api("POST", "/workflows/quick/executions?sync=true", {})
    assert (reply.status, reply.error["where"]) == (422, "sync")
    assert api("POST", "/workflows/quick/executions?sync=perhaps", {}).status == 422
    assert api("GET", "/executions").json["executions"] == []


def test_publishing_refuses_a_task_token(api):
    reply = published(api, TOKEN)
    assert reply.status == 422
    assert "waitForTaskToken" in reply.text
