"""The connector file github.yaml on loopback: tests/support/vendors/github_server.py names its sources."""

import pytest

from connectors.registry import Registry
from tests.support.vendors.github_server import (
    REPO,
    TOKEN,
    USER,
    WORKFLOW,
    GitHubServer,
    forbidden,
    primary_limit,
    secondary_limit,
)

WHERE = {"owner": USER, "repo": REPO}


@pytest.fixture
def github(vendor):
    return vendor(GitHubServer, "github", "", TOKEN)


def test_what_is_opened_is_changed_and_closed(github):
    made = github.call("create_issue", **WHERE, title="It fails", body="Steps: …", labels=["bug"])
    assert (made["number"], made["state"]) == (1, "open")
    assert github.call("add_labels", **WHERE, number=1, labels=["urgent"]) == [{"name": "bug"}, {"name": "urgent"}]
    closed = github.call("update_issue", **WHERE, number=1, state="closed", state_reason="completed", milestone=None)
    assert (closed["state"], closed["title"], closed["milestone"]) == ("closed", "It fails", None)
    assert github.call("get_issue", **WHERE, number=1) == closed
    assert {arrived.headers["x-github-api-version"] for arrived in github.seen} == {"2022-11-28"}


def test_comments_and_what_they_are_on_are_listed_over_their_links(github):
    github.call("create_issue", **WHERE, title="One", labels=["bug"])
    github.call("create_issue", **WHERE, title="Two")
    for number in range(5):
        github.call("create_comment", **WHERE, number=1, body=f"Über {number}")
    listed = github.call("list_comments", **WHERE, number=1, per_page=2)
    assert ([one["body"][-1] for one in listed["items"]], listed["pages"], listed["next"]) == (list("01234"), 3, None)
    assert [one["title"] for one in github.call("list_issues", **WHERE, labels="bug")["items"]] == ["One"]
    first = github.call("list_issues", **WHERE, per_page=1, max_pages=1)
    assert "page=2" in first["next"]


def test_workflows_are_dispatched(github):
    assert github.call("dispatch_workflow", **WHERE, workflow=WORKFLOW, ref="main", inputs={"stage": "prod"}) is None
    assert github.call("dispatch_event", **WHERE, event_type="paid", client_payload={"order": 1}) is None
    assert github.runs == [{"ref": "main", "inputs": {"stage": "prod"}}]
    assert github.events == [{"event_type": "paid", "client_payload": {"order": 1}}]
    failed, code = github.failure("dispatch_workflow", **WHERE, workflow=WORKFLOW, ref="gone")
    assert (code, failed.definite, "No ref found" in failed.cause) == ("422", True, True)


@pytest.mark.parametrize(("params", "code"), [
    ({"repo": "another"}, "404"), ({"secret": "ghp_another_token_than_that_one"}, "401"), ({"owner": "../x"}, "404"),
])
def test_what_github_refuses_is_definite(github, params, code):
    failed, named = github.failure("create_issue", **{**WHERE, "title": "x", **params})
    assert (named, failed.definite, failed.retryable) == (code, True, False)
    assert github.issues == {}


def test_what_is_invalid_is_named_by_its_code(github):
    failed, code = github.failure("dispatch_event", **WHERE, event_type="x",
                                  client_payload=dict.fromkeys("abcdefghijk", 1))
    assert (code, failed.definite, "Validation Failed" in failed.cause) == ("invalid", True, True)


@pytest.mark.parametrize(("answer", "retryable"), [
    (primary_limit(), True), (secondary_limit(), True), (secondary_limit(429), True),
    (secondary_limit(Retry_After="60"), True), (forbidden(), False),
])
def test_a_limit_is_told_from_a_right_that_is_missing(github, answer, retryable):
    github.next = [answer]
    failed, _ = github.failure("create_issue", **WHERE, title="x")
    assert (failed.definite, failed.retryable) == (True, retryable)
    assert ("Retry-After: 60" in failed.cause) == ("Retry-After" in answer[1])


@pytest.mark.parametrize("answer", [None, (502, {}, b"<html>"), (503, {}, b""), (500, {}, b"")])
def test_without_an_answer_nobody_knows_whether_it_is_open(github, answer):
    github.next = [answer]
    failed, _ = github.failure("create_issue", **WHERE, title="x")
    assert (failed.definite, failed.retryable) == (False, True)


def test_what_has_no_key_is_made_at_most_once():
    actions = Registry(installed=tuple).get("github").actions
    assert {name for name, spec in actions.items() if spec.at_most_once} == {
        "create_issue", "create_comment", "dispatch_workflow", "dispatch_event",
    }
