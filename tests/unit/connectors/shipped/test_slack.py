"""The connector file slack.yaml against Slack on loopback: tests.support.vendors.slack_server.py names its sources."""

import json

import pytest

from connectors.registry import Registry
from connectors.testing import CallFailed
from tests.support.vendors.slack_server import ARCHIVED, HOOK, TOKEN, limited, refused, text

CHANNEL = "C123ABC456"
HOOKED = {"team": HOOK[0], "webhook": HOOK[1], "secret": HOOK[2]}


def failure(slack, action, **params):
    with pytest.raises(CallFailed) as caught:
        slack.call(action, **params)
    assert TOKEN not in caught.value.cause
    assert HOOK[2] not in caught.value.cause
    return caught.value, json.loads(caught.value.cause).get("code")


def test_a_message_is_posted_answered_and_changed(slack):
    posted = slack.call("post_message", channel="#general", text="Über 1000 €")
    assert (posted["ok"], posted["channel"]) == (True, CHANNEL)
    slack.call("post_message", channel=CHANNEL, text="why?", thread=posted["ts"], reply_broadcast=True)
    assert slack.call("update_message", channel=CHANNEL, ts=posted["ts"], text="done")["text"] == "done"
    first, second = slack.messages.values()
    assert first == {"channel": CHANNEL, "ts": posted["ts"], "text": "done"}
    assert second == {"channel": CHANNEL, "text": "why?", "thread_ts": posted["ts"], "reply_broadcast": True}


def test_blocks_are_sent_as_they_are(slack):
    blocks = [{"type": "section", "text": {"type": "plain_text", "text": "Hello"}}]
    slack.call("post_message", channel=CHANNEL, text="Hello", blocks=blocks)
    assert json.loads(slack.seen[0].body)["blocks"] == blocks


def test_a_webhook_is_posted_to(slack):
    assert slack.call("post_to_webhook", **HOOKED, text="hello") == "ok"
    assert slack.hooked == [{"text": "hello"}]
    assert "authorization" not in slack.seen[0].headers
    failed, code = failure(slack, "post_to_webhook", **{**HOOKED, "webhook": "B0/../x"}, text="hello")
    assert (failed.definite, failed.retryable, code, "no_service" in failed.cause) == (True, False, "404", True)
    assert slack.seen[1].path == "/services/T00000000/B0%2F..%2Fx/hook-key-of-24-letters-00"
    slack.next = [text(403, "action_prohibited")]
    assert "action_prohibited" in failure(slack, "post_to_webhook", **HOOKED, text="hello")[0].cause


@pytest.mark.parametrize(("params", "code"), [
    ({"channel": "#nowhere"}, "channel_not_found"), ({"channel": ARCHIVED}, "is_archived"),
    ({"secret": "xoxb-another-token-than-that"}, "invalid_auth"),
])
def test_an_answer_that_is_not_ok_is_an_error_by_its_name(slack, params, code):
    failed, named = failure(slack, "post_message", **{"channel": CHANNEL, "text": "x", **params})
    assert (failed.error, named, failed.definite, failed.retryable) == ("slack.ConnectorError", code, True, False)
    assert slack.messages == {}


def test_a_message_that_is_not_there_cannot_be_changed(slack):
    assert failure(slack, "update_message", channel=CHANNEL, ts="1.2", text="x")[1] == "message_not_found"


@pytest.mark.parametrize(("name", "definite", "retryable"), [
    ("msg_too_long", True, False), ("not_in_channel", True, False), ("missing_scope", True, False),
    ("token_revoked", True, False), ("ratelimited", True, True), ("rate_limited", True, True),
    ("request_timeout", True, True), ("team_added_to_org", True, True), ("service_unavailable", True, True),
    ("internal_error", False, True), ("fatal_error", False, True),  # "some aspect … succeeded before the error"
])
def test_what_slack_documents_of_an_error_is_what_is_known(slack, name, definite, retryable):
    slack.next = [refused(name)]
    failed, code = failure(slack, "post_message", channel=CHANNEL, text="x")
    assert (code, failed.definite, failed.retryable) == (name, definite, retryable)


def test_one_call_too_many_did_nothing_and_says_when_to_try_again(slack):
    slack.next = [limited(30)]
    failed, code = failure(slack, "post_message", channel=CHANNEL, text="x")
    assert (code, failed.definite, failed.retryable) == ("ratelimited", True, True)
    assert "Retry-After: 30" in failed.cause


@pytest.mark.parametrize("answer", [None, (502, {}, b"Bad gateway"), (200, {"Content-Type": "text/html"}, b"<html>")])
def test_without_an_answer_of_slack_nobody_knows(slack, answer):
    slack.next = [answer]
    failed, _ = failure(slack, "post_message", channel=CHANNEL, text="x")
    assert (failed.definite, failed.retryable) == (False, True)


def test_a_post_is_made_at_most_once_and_a_change_again():
    """Slack knows no idempotency key: client_msg_id is not for apps (slackapi/java-slack-sdk#852)."""
    actions = Registry(installed=tuple).get("slack").actions
    assert {name: spec.at_most_once for name, spec in actions.items()} == {
        "post_message": True, "update_message": False, "post_to_webhook": True,
    }
    assert {name for name, spec in actions.items() for field in spec.inputs.values() if field.secret} == set(actions)
