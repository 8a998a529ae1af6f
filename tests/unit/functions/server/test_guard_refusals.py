"""What is refused is in the audit log, and a flood of it is not."""

from __future__ import annotations

import pytest

from functions.app.sparing import BURST, EVERY_SECONDS
from tests.support.browsing import entries


@pytest.mark.parametrize(("request_", "headers", "code", "status"), [
    (("GET", "/workflows"), {"authorization": "Bearer a-guess"}, "TokenMalformed", 401),
    (("GET", "/studio/"), {"authorization": None, "accept": "text/html"}, "Unauthorized", 401),
    (("POST", "/workflows"), {"origin": "http://evil.example"}, "WrongOrigin", 403),
    (("GET", "/health"), {"host": "evil.example"}, "WrongHost", 421),
    (("PUT", "/signin"), {}, "MethodNotAllowed", 405),
    (("POST", "/signin"), {"authorization": None}, "TokenMalformed", 403),
    (("GET", "/signin?code=guessed-code"), {}, "SignInRefused", 403),
])
def test_a_refusal_is_in_the_audit_log(ask, audit, owner, request_, headers, code, status):
    assert ask(*request_, **headers).status == status
    (entry,) = entries(audit)
    assert (entry.act, str(entry.subject), entry.actor.name) == ("request.refused", "server/local", "anonymous")
    assert (entry.details["code"], entry.details["status"]) == (code, status)
    assert (entry.details["method"], entry.details["path"]) == (request_[0], request_[1].partition("?")[0])
    for kept in (owner.token, "a-guess", "guessed-code"):
        assert kept not in repr(entry)


def test_what_is_allowed_is_not_in_it(ask, audit):
    assert ask("GET", "/workflows").status == 200
    assert ask("GET", "/health", authorization=None).status == 200
    assert entries(audit) == []


def test_a_flood_cannot_fill_the_log(ask, audit, clock):
    for _ in range(1000):
        assert ask("GET", f"/{'x' * 5000}", authorization="Bearer a-guess").status == 401
    assert len(entries(audit)) == BURST
    assert all(len(entry.details["path"]) <= 200 for entry in entries(audit))
    clock.sleep(EVERY_SECONDS)
    for _ in range(10):
        ask("GET", "/", authorization="Bearer a-guess")
    assert len(entries(audit)) == BURST + 1
    assert entries(audit)[0].details["left_out_before"] == 1000 - BURST


def test_an_sdk_of_aws_is_told_where_to_look(ask, audit):
    found = ask("POST", "/", authorization="AWS4-HMAC-SHA256 Credential=x", x_amz_target="AWSStepFunctions.X")
    assert (found.status, found.json["__type"]) == (400, "UnknownOperationException")
    assert "docs/step-functions.md" in found.json["message"]
    assert entries(audit) == []
