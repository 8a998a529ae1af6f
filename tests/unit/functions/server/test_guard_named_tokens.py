"""Who comes with a named token, by itself and by a session of the Studio."""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import urlencode

import pytest

from engine.governance.access_tokens import TokenRefused, TokenRevoked
from engine.governance.roles import Role
from engine.ports.keys import Actor
from functions.server.callers import Callers
from functions.server.guard import SignInEnded
from tests.support.browsing import browse, entries, signed_in, signed_in_with


@pytest.fixture
def named(tokens):
    """The text of a new token; `role` as asked."""
    return lambda name="ci", role=Role.VIEWER, **more: tokens.add("default", name, role, by="ada", **more).text


def test_a_named_token_is_let_in_as_itself(ask, named, seen):
    assert ask("GET", "/workflows", authorization=f"Bearer {named()}").status == 200
    assert (seen[-1].subject, seen[-1].actor.origin, seen[-1].roles_in("default")) == (
        "token/ci", "127.0.0.1", (Role.VIEWER,)
    )
    assert ask("GET", "/workflows").status == 200
    assert (seen[-1].subject, seen[-1].roles_in("anything")) == ("user/ada", (Role.ADMIN,))


def test_the_sign_in_page_takes_a_token(ask, named, owner, seen):
    page = ask("GET", "/signin", authorization=None)
    assert page.status == 200
    assert '<form method="post" action="/signin">' in page.text
    assert "form-action 'self'" in page.headers["Content-Security-Policy"]
    assert browse(ask, signed_in_with(ask, named()), "GET", "/workflows").status == 200
    assert seen[-1].subject == "token/ci"
    assert browse(ask, signed_in_with(ask, owner.token), "GET", "/workflows").status == 200
    assert seen[-1].subject == "user/ada"


def test_signing_in_leads_to_the_page_that_was_wanted(ask, named):
    page = ask("GET", "/studio/executions/pay:one?tab=log&step=3", authorization=None, accept="text/html")
    assert 'name="to" value="/studio/executions/pay:one?tab=log&amp;step=3"' in page.text
    form = {"token": named(), "to": "/studio/executions/pay:one?tab=log&step=3"}
    reply = ask("POST", "/signin", urlencode(form).encode(), authorization=None)
    assert reply.headers["Refresh"] == "0; url=/studio/executions/pay:one?tab=log&step=3"
    refused = ask("POST", "/signin", urlencode({**form, "token": "wrong"}).encode(), authorization=None)
    assert (refused.status, 'value="/studio/executions/pay:one?tab' in refused.text) == (403, True)


@pytest.mark.parametrize("to", [
    "", "https://evil.example/", "//evil.example/studio/", "/hooks/x", "/studio/;url=//evil.example", "/studio/ x",
    "/studio/\r\nX: y", '/studio/"><script>', "/studio/" + "x" * 1100,
])
def test_signing_in_leads_nowhere_else(ask, named, to):
    reply = ask("POST", "/signin", urlencode({"token": named(), "to": to}).encode(), authorization=None)
    assert (reply.status, reply.headers["Refresh"]) == (200, "0; url=/docs")


def test_a_page_of_another_origin_signs_nobody_in(ask, named):
    reply = ask("POST", "/signin", f"token={named()}".encode(), authorization=None, origin="http://evil.example")
    assert (reply.status, reply.error["code"]) == (403, "WrongOrigin")


@pytest.mark.parametrize("body", [b"", b"token=", b"token=wrong", b"other=1", b"token=" + b"x" * 5000, b"\xff\xfe"])
def test_what_is_no_token_signs_nobody_in(ask, body):
    reply = ask("POST", "/signin", body, authorization=None, content_type="application/x-www-form-urlencoded")
    assert reply.status == 403
    assert "Set-Cookie" not in reply.headers
    assert "This is no token of this place" in reply.text


@pytest.mark.parametrize(("end", "code"), [
    (lambda tokens, clock: tokens.revoke("default", "ci", by="ada"), "TokenRevoked"),
    (lambda tokens, clock: tokens.rotate("default", "ci", at_once=True), "TokenRotated"),
    (lambda tokens, clock: (tokens.rotate("default", "ci"), tokens.retire("default", "ci")), "TokenRotated"),
    (lambda tokens, clock: clock.sleep(600), "TokenExpired"),
])
def test_one_that_ended_ends_its_sessions_and_is_told_and_recorded(ask, audit, named, tokens, clock, end, code):
    text = named(expires_at=clock.now() + 600)
    session = signed_in_with(ask, text)
    assert browse(ask, session, "GET", "/workflows").status == 200
    end(tokens, clock)
    assert browse(ask, session, "GET", "/workflows").status == 401
    assert browse(ask, session, "GET", "/docs").status == 401
    reply = ask("GET", "/workflows", authorization=f"Bearer {text}")
    assert (reply.status, reply.error["code"]) == (401, code)
    assert "the token ci" in reply.error["message"]
    entry = entries(audit)[0]
    assert (entry.act, entry.actor.name, entry.actor.kind) == ("request.refused", "ci", "token")
    assert entry.details["code"] == code
    assert text not in repr(entries(audit))


def test_who_was_held_is_found_anew(ask, named, owner, tokens, anew, audit):
    """The application asks that before it answers a request that it has held."""
    text = named()
    session = signed_in_with(ask, text)
    ask("GET", "/changes", authorization=f"Bearer {text}")
    browse(ask, session, "GET", "/changes")
    browse(ask, signed_in(ask, owner), "GET", "/changes")
    ask("GET", "/changes")
    of_request = Callers(Actor("ada"), lambda: None).of_request
    contexts = [{"anew": True, "finds_anew": find, "identity": {"sourceIp": "127.0.0.1"}} for find in anew]
    assert [of_request(context, {}).subject for context in contexts] == ["token/ci"] * 2 + ["user/ada"] * 2
    tokens.revoke("default", "ci", by="ada")
    with pytest.raises(TokenRevoked):
        of_request(contexts[0], {})
    entry = entries(audit)[0]
    assert (entry.act, entry.actor.name, entry.details["code"]) == ("request.refused", "ci", "TokenRevoked")
    with pytest.raises(SignInEnded):
        of_request(contexts[1], {})
    owner.replace_token()
    for context in contexts[2:]:
        with pytest.raises((SignInEnded, TokenRefused)):
            of_request(context, {})


def test_a_role_that_this_release_does_not_know_lets_nobody_in(ask, tokens, named):
    text = named()
    session = signed_in_with(ask, text)
    tokens._store.records = [replace(record, role="emperor") for record in tokens._store.records]
    reply = ask("GET", "/workflows", authorization=f"Bearer {text}")
    assert reply.status == 401
    assert "which this release does not know" in reply.error["message"]
    assert browse(ask, session, "GET", "/workflows").status == 401


def test_who_may_not_give_access_signs_out_no_more_than_themselves(ask, owner, named):
    text = named()
    others, own, second = signed_in(ask, owner), signed_in_with(ask, text), signed_in_with(ask, text)
    reply = browse(ask, own, "POST", "/signout?everywhere=true")
    assert reply.json == {"signed_out": 2}
    assert browse(ask, second, "GET", "/workflows").status == 401
    assert browse(ask, others, "GET", "/workflows").status == 200
    third = signed_in_with(ask, text)
    assert ask("POST", "/signout?everywhere=true", authorization=f"Bearer {text}").json == {"signed_out": 1}
    assert browse(ask, third, "GET", "/workflows").status == 401
    admin = named("boss", Role.ADMIN)
    assert ask("POST", "/signout?everywhere=true", authorization=f"Bearer {admin}").json == {"signed_out": 1}
    assert browse(ask, others, "GET", "/workflows").status == 401


def test_a_cookie_beside_a_wrong_token_counts(ask, owner, named):
    cookie, proof = signed_in_with(ask, named())
    assert ask("GET", "/workflows", authorization="Bearer wrong", cookie=cookie, **proof).status == 200
