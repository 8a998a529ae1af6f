"""GET /changes: a page that asks with what it saw is told of everything that happened since, once."""

from __future__ import annotations

import pytest

PASS = {"StartAt": "P", "States": {"P": {"Type": "Pass", "End": True}}}


@pytest.fixture
def started(any_api):
    any_api.publish("flow", PASS)
    any_api("POST", "/workflows/flow/executions", {"name": "one", "input": {}})
    return any_api


def test_an_execution_has_another_tag_when_something_happened(started):
    at = "/changes?execution=flow%3Aone"
    first = started("GET", at).json
    assert started("GET", f"{at}&after={first['tag']}").json == first
    started.work()
    later = started("GET", f"{at}&after={first['tag']}").json
    assert later["tag"] != first["tag"]
    assert later["tag"].endswith("SUCCEEDED")
    assert started("GET", f"{at}&after={later['tag']}").json == later


def test_the_list_has_another_tag_when_its_page_has_changed(started):
    def tag(query=""):
        return started("GET", f"/changes?limit=10{query}").json["tag"]

    first, failed = tag(), tag("&status=FAILED")
    assert tag(f"&after={first}") == first
    started.work()
    assert tag() != first
    assert tag("&status=FAILED") == failed


def test_what_is_not_there_and_what_cannot_be_is_said(started):
    assert started("GET", "/changes?execution=flow%3Anobody").status == 404
    assert started("GET", "/changes?wait=26").status == 422
    assert started("GET", "/changes?status=NONSENSE").status == 422


def test_here_nothing_is_held(started):
    """As on AWS: only the local server makes room for it."""
    tag = started("GET", "/changes?execution=flow%3Aone").json["tag"]
    began = started.clock.now()
    assert started("GET", f"/changes?execution=flow%3Aone&after={tag}&wait=20").json == {"tag": tag, "held": False}
    assert started.clock.now() == began


def test_an_approval_has_another_tag_with_each_answer(any_api):
    any_api.publish("flow", {"QueryLanguage": "JSONata", "StartAt": "Ask", "States": {"Ask": {
        "Type": "Task", "Resource": "connector:approval:ask.waitForTaskToken",
        "Arguments": {"question": "Go?", "needed": 2}, "TimeoutSeconds": 600, "End": True,
    }}})
    any_api("POST", "/workflows/flow/executions", {"name": "one", "input": {}})
    any_api.work()
    (asked,) = any_api("GET", "/approvals").json["approvals"]
    seen = []

    def look():
        reply = any_api("GET", f"/changes?approval={asked['id']}")
        assert reply.status == 200
        seen.append(reply.json["tag"])

    look()
    look()
    for by in ("ada", "bob"):
        any_api.app = type(any_api.app)(lambda: any_api.services, principal=by)
        any_api("POST", f"/approvals/{asked['id']}/answer", {"decision": "approved"})
        look()  # before any worker has heard of it
    any_api.work()
    look()
    assert seen[0] == seen[1]
    assert len(set(seen)) == 4
    look()
    assert seen[-1] == seen[-2]


def test_an_approval_that_is_not_there_and_two_things_at_once_are_refused(started):
    assert started("GET", "/changes?approval=nothing").error["code"] == "ApprovalDoesNotExist"
    reply = started("GET", "/changes?approval=nothing&execution=flow%3Aone")
    assert reply.status == 422
    assert "not both" in reply.error["message"]
