"""One error shape for everything that can go wrong, and never a stack trace."""

from __future__ import annotations

import logging
from dataclasses import replace

import pytest

from engine.durable.triggering.delivering import TriggerPaused
from engine.errors import StoreBusy, StoreCorrupt, StoreUnavailable, Throttled
from functions.app.identity import actor_of_gateway


def failing(api, error):
    class Catalog:
        def workflows(self, workspace):
            raise error

    api.services = replace(api.services, open_catalog=Catalog)
    return api("GET", "/workflows")


def test_malformed_json_says_where(api):
    reply = api("POST", "/workflows/import", b'{"document": {\n  "name": oops}}')
    assert (reply.status, reply.error["where"]) == (422, "line 2, column 11")


@pytest.mark.parametrize("text", [b'{"input": NaN}', b'{"input": -Infinity}', b'{"input": 1e999}'])
def test_what_json_cannot_hold_is_refused(api, text):
    assert api("POST", "/workflows/hello/executions", text).status == 422


@pytest.mark.parametrize("body", [b"\xff\xfe", b"[" * 100_000, b'"text"', b"[1]", b"null"])
def test_odd_bodies_are_refused(api, body):
    assert api("POST", "/workflows/hello/publish", body).status == 422


@pytest.mark.parametrize(("path", "body"), [
    ("/workflows/import", '{"source": "x", "name": %s}'), ("/workflows/hello/publish", '{"note": %s}'),
    ("/workflows/hello/executions", '{"name": %s}'), ("/workflows/hello/executions", '{"input": {"a": %s}}'),
    ("/activities", '{"name": %s}'), ("/workflows/hello/redrive", '{"error": %s}'),
    ("/workflows/hello/redrive", '{"next_token": %s}'), ("/tasks/failure", '{"token": "t", "cause": %s}'),
    ("/cases/run", '{"workflow": %s}'), ("/test/run", '{"definition": {"StartAt": %s}}'),
])
def test_half_a_surrogate_pair_is_refused_everywhere(api, path, body):
    reply = api("POST", path, (body % '"\\ud83d"').encode())
    assert (reply.status, reply.error["code"]) == (422, "InvalidDocument")
    assert "half of a surrogate pair" in reply.error["message"]


def test_a_key_that_stands_twice_is_refused(api):
    reply = api("POST", "/workflows/hello/executions", b'{"input": {"a": 1, "a": 2}}')
    assert (reply.status, reply.error["where"]) == (422, "/input/a")


@pytest.mark.parametrize(("body", "kind"), [(b"[]", "an array"), (b'"text"', "a string"), (b"null", "null")])
def test_a_body_that_is_no_object_is_told_in_json_s_words(api, body, kind):
    reply = api("POST", "/executions/hello%3Ax/redrive", body)
    assert (reply.status, reply.error["message"]) == (422, f"the body: must be a JSON object, not {kind}")


def test_parts_of_another_kind_are_told_in_json_s_words(api):
    reply = api("POST", "/workflows/import", {"document": {"name": "a", "definition": {}, "tags": [], "cases": {}}})
    assert {item["message"] for item in reply.error["details"]} == {
        "tags: must be a JSON object, not an array", "cases: must be an array, not an object",
    }
    reply = api("POST", "/workflows/import", {"document": []})
    assert reply.error["message"] == "document: must be a JSON object, not an array"


def test_another_content_type_is_refused(api):
    reply = api("POST", "/workflows/import", b"a=1", content_type="application/x-www-form-urlencoded")
    assert (reply.status, reply.error["where"]) == (422, "Content-Type")


def test_unknown_and_missing_fields_are_all_listed(api):
    reply = api("POST", "/tasks/success", {"tokn": "x", "outptu": 1})
    assert reply.status == 422
    assert {item["where"] for item in reply.error["details"]} == {"/token", "/tokn", "/outptu"}
    assert "token" in reply.error["advice"]


def test_a_method_that_a_route_has_not(api):
    reply = api("DELETE", "/workflows")
    assert (reply.status, reply.error["code"]) == (405, "MethodNotAllowed")
    assert reply.error["advice"].startswith("It takes ")
    assert reply.headers["Allow"] == "GET"


def test_an_address_that_is_none(api):
    assert api("GET", "/nowhere").error["code"] == "NotFound"
    assert api("GET", "/executions//history").status == 404
    assert api("GET", "/%ff").status == 404
    reply = api("POST", "/executions/%ff/redrive")
    assert reply.status == 404
    assert reply.error["message"] == "there is nothing at /executions/%FF/redrive, which is not UTF-8"


@pytest.mark.parametrize(
    "error", [StoreUnavailable("disk full"), Throttled("slow"), StoreBusy("locked", holder="up (pid 7)")]
)
def test_a_store_that_does_not_serve_is_503(api, error):
    reply = failing(api, error)
    assert (reply.status, reply.headers["Retry-After"]) == (503, "1")
    assert reply.error["message"] == str(error)


def test_the_holder_of_a_lock_is_named(api):
    assert failing(api, StoreBusy("locked", holder="up (pid 7)")).error["details"] == {"holder": "up (pid 7)"}


def test_a_corrupt_store_is_500(api):
    assert failing(api, StoreCorrupt("page 7")).status == 500


def test_a_defect_is_logged_and_not_shown(api, caplog):
    with caplog.at_level(logging.ERROR):
        reply = failing(api, RuntimeError("the password is hunter2"))
    assert (reply.status, reply.error["code"]) == (500, "InternalError")
    assert "hunter2" not in reply.text
    assert "Traceback" not in reply.text
    reference = reply.error["message"].rpartition(" ")[2]
    assert reference in caplog.text
    assert caplog.records[0].exc_info is not None


def test_a_secrets_value_is_in_no_error(api):
    reply = api("PUT", "/secrets/KEY", {"value": "canary-123", "extra": "canary-123"})
    assert reply.status == 422
    assert "canary-123" not in reply.text


@pytest.mark.parametrize(("context", "name"), [
    ({"authorizer": {"claims": {"email": "ada@example.com", "email_verified": "true", "sub": "1"}}}, "ada@example.com"),
    ({"authorizer": {"claims": {"sub": "1"}}}, "1"),
    ({"authorizer": {"principalId": "owner"}}, "owner"),
    ({"identity": {"userArn": "arn:aws:iam::1:user/ada"}}, "arn:aws:iam::1:user/ada"),
    ({}, "anonymous"),
])
def test_who_asks(context, name):
    assert actor_of_gateway(context, {}).name == name


@pytest.mark.parametrize(("asked", "seconds"), [(None, "60"), (2.5, "3")])
def test_every_503_says_when_to_come_again(api, asked, seconds):
    error = TriggerPaused("it is paused")
    error.retry_after = asked
    reply = failing(api, error)
    assert (reply.status, reply.headers["Retry-After"]) == (503, seconds)


def test_head_is_answered_as_get_without_its_body(api):
    shown, head = api("GET", "/workflows"), api("HEAD", "/workflows")
    assert (head.status, head.text, head.headers) == (200, "", shown.headers)
    assert int(head.headers["Content-Length"]) == len(shown.text)
    assert api("HEAD", "/workflows", if_none_match=head.headers["ETag"]).status == 304
    assert (api("HEAD", "/nothing").status, api("HEAD", "/workflows/import").status) == (404, 405)
