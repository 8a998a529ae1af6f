"""A webhook: whoever has the secret starts the workflow, once; nobody else learns or leaves anything."""

from __future__ import annotations

import base64
import gzip
import hashlib
import hmac
import json
from urllib.parse import quote

import pytest

from engine.durable.triggering.delivering import Delivering
from engine.errors import StoreBusy, StoreUnavailable
from engine.governance.secret_grants import WEBHOOK
from engine.ports.secrets import SecretGrant
from functions.server.room import DiskNearlyFull
from tests.support.hooked import PASS, SECRET

OPEN = {"type": "webhook", "path": "order", "auth": {"style": "none"}}


def test_a_signed_call_starts_the_workflow_and_is_answered_with_its_execution(hooked, github):
    hooked.publish(github)
    reply = hooked.call({"total": 5})
    assert reply.status == 202
    assert (reply.json["outcome"], reply.json["repeated"]) == ("STARTED", False)
    hooked.api.work()
    found = hooked.api("GET", f"/executions/{quote(reply.json['execution'], safe='')}").json
    assert (found["status"], found["input"], found["started_by"]) == (
        "SUCCEEDED", {"total": 5}, "trigger:flow/webhook"
    )


def test_what_is_sent_again_starts_nothing_again(hooked, github):
    hooked.publish(github)
    first, again, other = hooked.call({"n": 1}), hooked.call({"n": 1}), hooked.call({"n": 2})
    assert [each.status for each in (first, again, other)] == [202, 202, 202]
    assert again.json == other.json == {**first.json, "repeated": True}
    assert len(hooked.executions()) == 1
    assert hooked.call({"n": 2}, key="d-2").json["repeated"] is False


@pytest.mark.parametrize("call", [
    lambda hooked: hooked.call({"n": 1}, secret="another"),
    lambda hooked: hooked.call({"n": 1}, x_hub_signature_256=None),
    lambda hooked: hooked.call({"n": 1}, x_hub_signature_256="sha256=zz"),
    lambda hooked: hooked.call({"n": 1}, "/hooks/flow/other"),
    lambda hooked: hooked.call({"n": 1}, "/hooks/nope/order"),
    lambda hooked: hooked.call({"n": 1}, "/hooks/off/order"),
])
def test_a_wrong_signature_and_an_unknown_address_are_answered_alike_and_leave_nothing(hooked, github, call):
    hooked.publish(github)
    hooked.publish({**OPEN, "enabled": False}, name="off")
    audited = hooked.api("GET", "/audit").json["entries"]
    reply = call(hooked)
    assert (reply.status, reply.error) == (404, {
        "code": "NotFound", "message": "there is no webhook here, or not for you",
    })
    assert hooked.executions() == hooked.deliveries() == []
    assert hooked.api("GET", "/audit").json["entries"] == audited


def test_who_is_refused_too_often_is_told_that_alone_whatever_is_wrong(hooked, github):
    hooked.publish(github)
    statuses = [hooked.call({"n": 1}, secret="another").status for _ in range(40)]
    assert (statuses.count(404), statuses.count(429)) == (30, 10)
    replies = [
        hooked.call({"n": 1}, secret="another"), hooked.call({"n": 1}, "/hooks/flow/other"),
        hooked.call({"n": 1}, "/hooks/nope/order"), hooked.call("x" * 1_100_000),
    ]
    assert {(reply.status, reply.text) for reply in replies} == {(429, replies[0].text)}
    assert hooked.deliveries() == []
    hooked.api.clock.sleep(5)
    assert hooked.call({"n": 1}, secret="another").status == 404


def test_a_noisy_caller_shuts_nobody_out_who_has_the_secret(hooked, github):
    """Behind a tunnel all callers have one address."""
    hooked.publish(github)
    for number in range(100):
        assert hooked.call({"n": number}, secret="another").status in (404, 429)
        assert hooked.call({"n": number}, key=f"d-{number}").status == 202
    assert len(hooked.deliveries()) == 100


def test_who_is_accepted_is_never_held_up(hooked, github):
    hooked.publish(github)
    assert {hooked.call({"n": 1}).status for _ in range(40)} == {202}
    assert not hooked.api.services.open_webhooks().refusals.counts()


def test_two_secrets_hold_while_one_is_rotated(hooked, github):
    hooked.api.secrets.values["NEXT"] = "the next secret"
    github["auth"]["secrets"].append({"$secret": "NEXT"})
    hooked.publish(github)
    assert hooked.call(1).status == hooked.call(2, secret="the next secret", key="d-2").status == 202
    assert hooked.call(3, secret="a third").status == 404


@pytest.mark.parametrize("length", [1, 512, 513, 4000])
def test_a_key_counts_however_long_it_is(hooked, length):
    hooked.publish(OPEN)
    replies = [
        hooked.api("POST", "/hooks/flow/order", {"n": 1}, idempotency_key=key)
        for key in ("k" * length, "k" * length, "k" * (length - 1) + "j")
    ]
    assert [reply.json["repeated"] for reply in replies] == [False, True, False]
    assert all(len(row["dedupe_key"]) <= 512 for row in hooked.deliveries())


def test_a_secret_that_is_missing_is_ours_to_mend_and_nothing_is_taken(hooked, github, caplog):
    hooked.publish(github)
    del hooked.api.secrets.values["HOOK"]
    reply = hooked.call({"n": 1})
    assert (reply.status, reply.error["code"], "HOOK" in reply.text, "flow" in reply.text) == (
        503, "WebhookNotReady", False, False
    )
    assert "flow/webhook cannot check who calls: there is no secret HOOK (automate secrets set HOOK)" in caplog.text
    assert hooked.executions() == []


def test_a_secret_that_is_missing_is_warned_of_when_the_webhook_is_published(hooked, github):
    document = {"name": "flow", "definition": PASS, "triggers": [github]}
    del hooked.api.secrets.values["HOOK"]
    assert hooked.api("POST", "/definitions/validate", {"document": document}).json["diagnostics"] == []
    hooked.api("POST", "/workflows/import", {"document": {"name": "other", "definition": PASS}})
    found = hooked.api("POST", "/definitions/validate", {"document": document}).json["diagnostics"]
    assert [(each["code"], each["severity"], each["location"]) for each in found] == [
        ("SECRET_NOT_THERE", "WARNING", "/triggers/0/auth/secrets/0")
    ]
    (warning,) = hooked.api("POST", "/workflows/import", {"document": document, "publish": True}).json["warnings"]
    assert "there is no secret HOOK (automate secrets set HOOK)" in warning
    github["enabled"] = False
    assert "warnings" not in hooked.api("POST", "/workflows/import", {"document": document, "publish": True}).json


def test_a_secret_that_is_not_granted_lets_nobody_in(hooked, github, caplog):
    hooked.publish(github)
    hooked.api.secrets.granted["HOOK"] = (SecretGrant("flow", "http"), SecretGrant("other", WEBHOOK))
    assert hooked.call({"n": 1}).status == 503
    assert "automate secrets grant HOOK --workflow flow --connector trigger:webhook" in caplog.text
    hooked.api.secrets.granted["HOOK"] = (SecretGrant("flow", WEBHOOK),)
    assert hooked.call({"n": 1}).status == 202


def test_an_old_timestamp_is_answered_as_a_wrong_signature(hooked):
    auth = {"style": "stripe", "secrets": [{"$secret": "HOOK"}]}
    hooked.publish({"type": "webhook", "path": "order", "auth": auth})
    now = int(hooked.api.clock.now())
    for moved, status in ((0, 202), (-301, 404), (301, 404)):
        body = json.dumps({"id": f"evt{moved}"}).encode()
        signature = hmac.new(SECRET.encode(), f"{now + moved}.".encode() + body, hashlib.sha256).hexdigest()
        reply = hooked.api(
            "POST", "/hooks/flow/order", body, stripe_signature=f"t={now + moved},v1={signature}"
        )
        assert reply.status == status


@pytest.mark.parametrize(("body", "kind", "value"), [
    (b'{"a": [1.5, null]}', "application/json", {"a": [1.5, None]}), (b"[1]", "text/plain", [1]),
    (b"a=1&b=2&b=3", "application/x-www-form-urlencoded", {"a": "1", "b": ["2", "3"]}),
    (b'{"a": 1}', "application/x-www-form-urlencoded", {"a": 1}), (b"plain text", "text/plain", "plain text"),
    (b"\xff\xfe", "application/octet-stream", {"base64": "//4="}), ('{"a": "ü"}'.encode(), "", {"a": "ü"}),
    (b'\xef\xbb\xbf{"a": 1}', "application/json", {"a": 1}), (b"\xef\xbb\xbfa", "text/plain", "\ufeffa"),
    (b"a=%E9", "application/x-www-form-urlencoded", "a=%E9"),
    (b"a=%C3%A9", "application/x-www-form-urlencoded", {"a": "é"}),
    (b"NaN", "application/json", "NaN"), (b"{" * 5000, "application/json", "{" * 5000),
])
def test_a_body_is_json_a_form_or_text_whatever_it_is_called(hooked, body, kind, value):
    hooked.publish(OPEN)
    reply = hooked.api("POST", "/hooks/flow/order", body, content_type=kind)
    assert reply.status == 202, reply.text
    hooked.api.work()
    assert hooked.api("GET", f"/executions/{quote(reply.json['execution'], safe='')}").json["input"] == value


def test_a_body_that_is_packed_is_signed_as_it_comes_and_unpacked(hooked, github):
    hooked.publish(github)
    for key, coding in (("d-1", "gzip"), ("d-2", "X-GZIP")):
        reply = hooked.call(gzip.compress(b'{"total": 5}', mtime=0), key=key, content_encoding=coding)
        found = hooked.api("GET", f"/deliveries/{quote(reply.json['delivery'], safe='')}").json
        assert found["arrived"] == {"total": 5}
    assert hooked.call(b'{"total": 5}', key="d-3", content_encoding="identity").status == 202


@pytest.mark.parametrize(("body", "coding", "status", "says"), [
    (b"{}", "br", 415, "the content coding 'br' is not known here"),
    (b"{}", "gzip, gzip", 415, "the content coding 'gzip, gzip' is not known here"),
    (b"{}", "gzip", 415, "the body is not whole gzip"),
    (gzip.compress(b"{}", mtime=0)[:-1], "gzip", 415, "the body is not whole gzip"),
    (gzip.compress(b"{}", mtime=0)[:-8] + bytes(8), "gzip", 415, "the body is not whole gzip"),
    (gzip.compress(b" " * (1024 * 1024 + 1), mtime=0), "gzip", 413,
     "the body is more than 1,048,576 bytes when it is unpacked; a webhook takes no more"),
])
def test_a_body_that_cannot_be_unpacked_is_refused_counted_and_leaves_nothing(
    hooked, github, caplog, body, coding, status, says
):
    hooked.publish(github)
    reply = hooked.call(body, content_encoding=coding)
    assert (reply.status, reply.error["message"]) == (status, says)
    assert "webhooks refused since 60 s: flow/webhook " + reply.error["code"] in caplog.text
    assert hooked.deliveries() == hooked.executions() == []
    assert hooked.call(body, secret="another", content_encoding=coding).status == 404


def test_a_delivery_of_shopify_as_its_documents_show_one(hooked):
    """The headers are those of shopify.dev, "About webhooks". It prints no secret to its digest, so that is computed as
    "Deliver webhooks through HTTPS" says: the base64 of the HMAC of the raw body, by the client secret."""
    hooked.publish({"type": "webhook", "path": "order",
                    "auth": {"style": "shopify", "secrets": [{"$secret": "HOOK"}]}})
    body = b'{"id":820982911946154508,"email":"jon@example.com","total_price":"199.00"}'
    digest = base64.b64encode(hmac.new(SECRET.encode(), body, hashlib.sha256).digest()).decode()
    headers = {
        "X-Shopify-Topic": "orders/create", "X-Shopify-Hmac-Sha256": digest,
        "X-Shopify-Shop-Domain": "example.myshopify.com", "X-Shopify-API-Version": "2026-01",
        "X-Shopify-Webhook-Id": "b54557e4-bdd9-4b37-8a5f-bf7d70bcd043",
        "X-Shopify-Triggered-At": "2023-03-29T18:00:27.877041743Z",
        "X-Shopify-Event-Id": "98880550-7158-44d4-b7cd-2c97c8a091b5", "Content-Type": "application/json",
    }
    replies = [hooked.api("POST", "/hooks/flow/order", body, **headers) for _ in range(2)]
    assert [(reply.status, reply.json["repeated"]) for reply in replies] == [(202, False), (202, True)]
    printed = "XWmrwMey6OsLMeiZKwP4FppHH3cmAiiJJAweH5Jo4bM="
    assert hooked.api("POST", "/hooks/flow/order", body, **headers | {"X-Shopify-Hmac-Sha256": printed}).status == 404
    [row] = hooked.deliveries()
    assert row["dedupe_key"] == headers["X-Shopify-Webhook-Id"]
    kept = hooked.api("GET", f"/deliveries/{quote(row['id'], safe='')}").json["facts"]["Headers"]
    assert kept["x-shopify-topic"] == "orders/create"
    assert "x-shopify-hmac-sha256" not in kept


def test_a_call_without_a_body_brings_its_query(hooked):
    hooked.publish(OPEN)
    reply = hooked.api("POST", "/hooks/flow/order?a=1&b=")
    assert hooked.api("GET", f"/executions/{quote(reply.json['execution'], safe='')}").json["input"] == {
        "a": "1", "b": "",
    }


def test_a_body_over_the_limit_is_refused_unread(hooked, github):
    hooked.publish(github)
    reply = hooked.call(b"x" * (1024 * 1024 + 1))
    assert (reply.status, reply.error["code"]) == (413, "PayloadTooLarge")
    assert hooked.deliveries() == []


def test_what_does_not_match_or_fit_is_kept_and_its_sender_learns_no_reason(hooked, github):
    hooked.publish({**github, "when": "{% $states.input.total > 100 %}"}, input_schema={
        "type": "object", "required": ["id"],
    })
    small, unfit = hooked.call({"total": 5}), hooked.call({"total": 500}, key="d-2")
    assert (small.status, small.json["outcome"], small.json["why"]) == (202, "NOT_MATCHED", None)
    assert (unfit.status, unfit.error["code"]) == (422, "DeliveryRefused")
    assert "id" not in unfit.error["message"]
    whys = {row["outcome"]: row["why"] for row in hooked.deliveries()}
    assert "5, not more than 100" in whys["NOT_MATCHED"]
    assert "'id' is a required property" in whys["REFUSED"]


def test_expressions_see_headers_and_query_and_no_signature(hooked, github):
    hooked.publish({**github, "input": {
        "all": "{% $states.context.Trigger %}", "event": "{% $states.context.Trigger.Headers.`x-github-event` %}",
    }})
    reply = hooked.call({"n": 1}, "/hooks/flow/order?env=prod", authorization="Bearer abc", cookie="c=1")
    found = hooked.api("GET", f"/executions/{quote(reply.json['execution'], safe='')}").json["input"]
    assert found["event"] == "push"
    assert found["all"]["Query"] == {"env": "prod"}
    assert set(found["all"]["Headers"]) == {"x-github-delivery", "x-github-event", "content-type"}


def test_what_a_sender_shows_in_place_of_a_signature_is_not_kept(hooked):
    hooked.publish({**OPEN, "input": "{% $states.context.Trigger.Headers %}"})
    shown = dict.fromkeys((
        "x_gitlab_token", "x_telegram_bot_api_secret_token", "x_api_key", "apikey", "x_auth_token",
        "x_twilio_signature", "svix_signature", "x_hook_secret", "x_webhook_password", "x_access_key",
        "x_authentication",
    ), "let-me-in")
    kept = {"x_gitlab_event": "Push Hook", "idempotency_key": "k", "x_author": "ada"}
    reply = hooked.api("POST", "/hooks/flow/order", {}, **shown, **kept)
    found = hooked.api("GET", f"/executions/{quote(reply.json['execution'], safe='')}").json["input"]
    assert set(found) == {"content-type", "x-gitlab-event", "idempotency-key", "x-author"}
    delivery = hooked.api("GET", f"/deliveries/{quote(reply.json['delivery'], safe='')}")
    assert "let-me-in" not in delivery.text


def test_the_header_of_a_signature_of_your_own_is_not_kept_whatever_it_is_called(hooked):
    hooked.publish({
        "type": "webhook", "path": "order", "input": "{% $states.context.Trigger.Headers %}",
        "auth": {"style": "hmac", "header": "X-Proof", "secrets": [{"$secret": "HOOK"}]},
    })
    proof = hmac.new(SECRET.encode(), b'{"n": 1}', "sha256").hexdigest()
    reply = hooked.api("POST", "/hooks/flow/order", b'{"n": 1}', x_proof=proof, x_other="kept")
    found = hooked.api("GET", f"/executions/{quote(reply.json['execution'], safe='')}").json["input"]
    assert set(found) == {"content-type", "x-other"}


def test_slack_checks_the_address_and_starts_nothing(hooked):
    hooked.publish({"type": "webhook", "path": "order", "auth": {"style": "slack", "secrets": [{"$secret": "HOOK"}]}})
    body = json.dumps({"type": "url_verification", "challenge": "3eZbrw1aB"}).encode()
    now = str(int(hooked.api.clock.now()))
    signature = hmac.new(SECRET.encode(), f"v0:{now}:".encode() + body, hashlib.sha256).hexdigest()
    reply = hooked.api("POST", "/hooks/flow/order", body, x_slack_request_timestamp=now,
                       x_slack_signature=f"v0={signature}")
    assert (reply.status, reply.json) == (200, {"challenge": "3eZbrw1aB"})
    assert hooked.executions() == []


def test_an_express_workflow_answers_with_its_result_and_once(hooked):
    total = {"QueryLanguage": "JSONata", "StartAt": "Sum", "States": {
        "Sum": {"Type": "Pass", "Output": "{% $sum($states.input.xs) %}", "End": True}}}
    document = {"name": "sum", "kind": "EXPRESS", "definition": total, "triggers": [{**OPEN, "answer": "result"}]}
    assert hooked.api("POST", "/workflows/import", {"document": document, "publish": True}).status == 200
    for xs, status, result in (([1, 2], 200, 3), ([5], 200, 3), (["a"], 502, None)):
        key = "k1" if status == 200 else "k2"
        reply = hooked.api("POST", "/hooks/sum/order", {"xs": xs}, idempotency_key=key)
        assert reply.status == status, reply.text
        if result is not None:
            assert reply.json == result
    assert len(hooked.executions()) == 2


def test_a_result_is_answered_without_what_is_marked(hooked):
    echo = {"StartAt": "A", "States": {"A": {"Type": "Pass", "End": True}}}
    document = {"name": "echo", "kind": "EXPRESS", "definition": echo, "sensitive": {"input": ["/pin"]},
                "triggers": [{**OPEN, "answer": "result"}]}
    assert hooked.api("POST", "/workflows/import", {"document": document, "publish": True}).status == 200
    for _ in range(2):
        reply = hooked.api("POST", "/hooks/echo/order", {"pin": 12, "n": 1}, idempotency_key="k1")
        assert (reply.status, reply.json) == (200, {"pin": "********", "n": 1})


def test_a_paused_webhook_and_a_store_that_fails_take_nothing(hooked, github, monkeypatch):
    hooked.publish(github)
    assert hooked.api("POST", "/triggers/flow/webhook/pause").json["listens"] is False
    paused = hooked.call(1)
    assert (paused.status, paused.headers["Retry-After"], hooked.executions()) == (503, "60", [])
    assert hooked.api("POST", "/triggers/flow/webhook/resume").json["listens"] is True

    def fails(*_):
        raise StoreUnavailable("gone")

    with monkeypatch.context() as patched:
        patched.setattr(hooked.api.stores.deliveries, "start", fails)
        assert hooked.call(1).status == 503
    assert hooked.executions() == []
    assert hooked.call(1).status == 202


@pytest.mark.parametrize(("error", "again"), [
    (DiskNearlyFull("the disk of /srv/data has 3 MB free", where="AUTOMATE_DISK_RESERVE_MB"), "60"),
    (StoreBusy("/srv/data/automate.db is locked", holder="automate up (4711)"), "1"),
])
def test_whoever_calls_is_told_nothing_of_a_server_that_takes_nothing(
    hooked, github, monkeypatch, caplog, error, again,
):
    hooked.publish(github)

    def fails(*_, **__):
        raise error

    monkeypatch.setattr(Delivering, "deliver", fails)
    answer = hooked.call(1)
    assert (answer.status, answer.error["code"], answer.headers["Retry-After"]) == (503, "WebhookNotReady", again)
    assert not any(told in answer.text for told in ("/srv", "MB", "AUTOMATE", "4711"))
    assert str(error) in caplog.text


def test_no_answer_and_no_row_holds_the_secret(hooked, github):
    hooked.publish(github)
    texts = [hooked.call({"n": 1}).text, hooked.call({"n": 1}, secret="wrong").text]
    found = hooked.deliveries()
    texts += [json.dumps(found), hooked.api("GET", f"/deliveries/{quote(found[0]['id'], safe='')}").text,
              hooked.api("GET", "/triggers").text, json.dumps(PASS)]
    assert not any(SECRET in text for text in texts)


def test_beyond_the_budget_the_sender_is_told_when_to_come_again_and_then_it_starts(hooked, github):
    hooked.publish(github, budgets={"executions_per_minute": 1, "when_exceeded": "refuse"})
    assert hooked.call({"n": 1}, key="d-1").status == 202
    refused = hooked.call({"n": 2}, key="d-2")
    assert (refused.status, refused.error["code"]) == (429, "BudgetExceeded")
    hooked.api.clock.sleep(int(refused.headers["Retry-After"]))
    assert hooked.call({"n": 2}, key="d-2").json["outcome"] == "STARTED"
