"""A browser's session: how it begins, what proves it, and how it ends."""

from __future__ import annotations

import re
import stat

import pytest

from functions.server.owner import Owner
from functions.server.sessions import IDLE_SECONDS, LONGEST_SECONDS
from tests.support.browsing import COOKIE, browse, cookie_of, signed_in


def test_a_sign_in_link_works_once(ask, owner):
    code = owner.new_code()
    first = ask("GET", f"/signin?code={code}", authorization=None)
    assert (first.status, first.headers["Refresh"]) == (200, "0; url=/docs")
    nonce = re.search(r"script-src 'nonce-([\w-]+)'", first.headers["Content-Security-Policy"])[1]
    assert f'<script nonce="{nonce}">' in first.text
    assert ask("GET", "/docs", authorization=None, cookie=cookie_of(first)).status == 200
    second = ask("GET", f"/signin?code={code}", authorization=None)
    assert second.status == 403
    assert "Set-Cookie" not in second.headers
    assert "<script" not in second.text


def test_a_browser_with_cookie_and_proof_is_the_owners(ask, owner):
    session = signed_in(ask, owner)
    assert browse(ask, session, "GET", "/workflows").json == {"path": "/workflows"}
    assert browse(ask, session, "POST", "/workflows/import", origin="http://127.0.0.1:8400").status == 200
    assert browse(ask, session, "POST", "/workflows/import", origin="http://127.0.0.1:9000").status == 403


API = [("GET", "/workflows"), ("GET", "/secrets"), ("GET", "/executions"), ("GET", "/audit"), ("GET", "/me"),
       ("POST", "/workflows/import"), ("PUT", "/secrets/KEY"), ("DELETE", "/secrets/KEY"), ("POST", "/signout"),
       ("POST", "/docs"), ("PUT", "/studio/x"), ("GET", "/docs/"), ("GET", "/openapi.json/x"), ("GET", "/studios")]


@pytest.mark.parametrize("proof", [None, "", "x", "A" * 43, "9" * 5000, "\xff"])
def test_a_copied_cookie_opens_nothing_of_the_owners(ask, owner, proof):
    """Another service on 127.0.0.1 is handed the cookie, and sends whatever else it likes."""
    cookie, other_proof = signed_in(ask, owner)[0], signed_in(ask, owner)[1]
    forged = {"origin": "http://127.0.0.1:8400", "sec_fetch_site": "same-origin", "user_agent": "Mozilla/5.0"}
    for method, path in API:
        reply = ask(method, path, authorization=None, cookie=cookie, x_automate_session=proof, **forged)
        assert reply.status == 401, (method, path)
        reply = ask(method, path, authorization=None, cookie=cookie, **other_proof, **forged)
        assert reply.status == 401, "nor with the proof of another session"
    reply = ask("GET", "/secrets", authorization=None, cookie=cookie)
    assert "automate signin" in reply.error["advice"]


def test_a_proof_without_its_cookie_is_nothing(ask, owner):
    _, proof = signed_in(ask, owner)
    assert ask("GET", "/workflows", authorization=None, **proof).status == 401
    assert ask("GET", "/workflows", authorization=None, cookie=f"{COOKIE}={'A' * 43}", **proof).status == 401


def test_the_cookie_is_of_one_port(ask, owner):
    cookie, proof = signed_in(ask, owner)
    value = cookie.partition("=")[2]
    for name in ("automate_session", "automate_session_8401"):
        assert ask("GET", "/docs", authorization=None, cookie=f"{name}={value}", **proof).status == 401


def test_a_session_ends_after_a_working_day_without_a_request(ask, owner, clock):
    session = signed_in(ask, owner)
    clock.sleep(IDLE_SECONDS - 60)
    reply = browse(ask, session, "GET", "/workflows")
    assert reply.status == 200
    assert cookie_of(reply) == session[0], "the browser keeps it for another while"
    assert "Set-Cookie" not in browse(ask, session, "GET", "/workflows").headers, "not with every answer"
    clock.sleep(IDLE_SECONDS - 60)
    assert browse(ask, session, "GET", "/workflows").status == 200
    clock.sleep(IDLE_SECONDS + 60)
    assert browse(ask, session, "GET", "/workflows").status == 401
    assert browse(ask, session, "GET", "/docs").status == 401


def test_a_session_ends_after_a_week_whatever_happens(ask, owner, clock):
    session, hours = signed_in(ask, owner), 0
    while browse(ask, session, "GET", "/workflows").status == 200:
        clock.sleep(3600)
        hours += 1
    assert LONGEST_SECONDS / 3600 < hours <= LONGEST_SECONDS / 3600 + 1


def test_signing_out_ends_the_session_on_the_server(ask, owner):
    session, other = signed_in(ask, owner), signed_in(ask, owner)
    reply = browse(ask, session, "POST", "/signout")
    assert reply.json == {"signed_out": True}
    assert "Max-Age=0" in reply.headers["Set-Cookie"]
    assert browse(ask, session, "GET", "/workflows").status == 401
    assert browse(ask, session, "GET", "/docs").status == 401
    assert browse(ask, other, "GET", "/workflows").status == 200
    refused = browse(ask, other, "GET", "/signout")
    assert (refused.status, refused.headers["Allow"]) == (405, "POST")


@pytest.mark.parametrize("by_token", [True, False])
def test_signing_out_everywhere_ends_every_session(ask, owner, by_token):
    session, other = signed_in(ask, owner), signed_in(ask, owner)
    if by_token:
        assert ask("POST", "/signout?everywhere=true").status == 200
    else:
        assert browse(ask, session, "POST", "/signout?everywhere=true").status == 200
    for one in (session, other):
        assert browse(ask, one, "GET", "/workflows").status == 401


def test_signing_out_everywhere_ends_the_links_that_nobody_used(ask, owner):
    code = owner.new_code()
    assert ask("POST", "/signout?everywhere=true").status == 200
    assert ask("GET", f"/signin?code={code}", authorization=None).status == 403
    code = owner.new_code()
    assert browse(ask, signed_in(ask, owner), "POST", "/signout").status == 200
    assert ask("GET", f"/signin?code={code}", authorization=None).status == 200, "of another browser"


def test_another_token_ends_every_session_at_once(ask, owner):
    session, old = signed_in(ask, owner), owner.token
    code = owner.new_code()
    owner.replace_token()
    assert owner.token != old
    assert browse(ask, session, "GET", "/workflows").status == 401
    assert ask("GET", "/workflows", authorization=f"Bearer {old}").status == 401
    assert ask("GET", "/workflows", authorization=f"Bearer {owner.token}").status == 200
    assert ask("GET", f"/signin?code={code}", authorization=None).status == 403


def test_a_token_that_was_written_by_hand_counts_at_once(ask, owner, tmp_path):
    session = signed_in(ask, owner)
    (tmp_path / "token").unlink()
    (tmp_path / "token").write_text("another-token-of-the-owner\n")
    assert ask("GET", "/workflows", authorization="Bearer another-token-of-the-owner").status == 200
    assert browse(ask, session, "GET", "/workflows").status == 401


def test_a_session_outlives_the_server(ask, owner, tmp_path, clock):
    cookie, proof = signed_in(ask, owner)
    again = Owner(tmp_path, clock).sessions.find(cookie.partition("=")[2])
    assert again.is_proved(proof["x_automate_session"])
    assert again.holder is None


def test_neither_cookie_nor_proof_is_stored(ask, owner, tmp_path):
    cookie, proof = signed_in(ask, owner)
    for file in (tmp_path / "sessions").iterdir():
        kept = file.name + file.read_text()
        assert cookie.partition("=")[2] not in kept
        assert proof["x_automate_session"] not in kept
        assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_sessions_that_ran_out_are_swept(ask, owner, tmp_path, clock):
    signed_in(ask, owner)
    clock.sleep(LONGEST_SECONDS + 1)
    (tmp_path / "sessions" / "damaged").write_text("{")
    signed_in(ask, owner)
    assert len(list((tmp_path / "sessions").iterdir())) == 1


def test_a_store_that_does_not_serve_is_503(ask, owner, tmp_path):
    (tmp_path / "sessions").write_text("in the way")
    reply = ask("GET", f"/signin?code={owner.new_code()}", authorization=None)
    assert (reply.status, reply.error["code"]) == (503, "StoreUnavailable")


def test_a_sign_in_link_ends_after_ten_minutes(ask, owner, clock):
    code = owner.new_code()
    clock.sleep(601)
    assert ask("GET", f"/signin?code={code}", authorization=None).status == 403


@pytest.mark.parametrize("query", ["?code=", "?code=../token", "?code=%00", "?other=1"])
def test_what_is_no_code_signs_nobody_in(ask, query):
    assert ask("GET", f"/signin{query}", authorization=None).status == 403


@pytest.mark.parametrize("value", ["", "x", "\xb2.x", "A" * 43, f"{2**40}.{'0' * 64}", "../token", "A" * 5000])
def test_a_cookie_cannot_be_made(ask, owner, value):
    _, proof = signed_in(ask, owner)
    for path in ("/docs", "/workflows"):
        assert ask("GET", path, authorization=None, cookie=f"{COOKIE}={value}", **proof).status == 401


@pytest.mark.parametrize("value", ["9" * 5000, f"{'9' * 5000}.{'0' * 64}", f"-{'9' * 5000}.x", "\u0663.x", "1e999.x"])
def test_a_cookie_of_endless_digits_is_no_cookie(ask, value):
    """int() reads no more than 4,300 digits, and raises beyond."""
    reply = ask("GET", "/workflows", authorization=None, cookie=f"{COOKIE}={value}")
    assert (reply.status, reply.error["code"]) == (401, "Unauthorized")
