"""Who gets to the local server, and who does not."""

from __future__ import annotations

import json
import re
import stat
from dataclasses import replace

import pytest

from engine.clock import SkipClock
from engine.errors import StoreUnavailable
from engine.governance.access_tokens import AccessTokens, TokenRefused, TokenRevoked
from engine.governance.audit import Audit
from engine.governance.audit_query import AuditQuery
from engine.governance.roles import Role
from engine.ports.keys import Actor
from functions.app.acts import Recorder
from functions.app.sparing import BURST, EVERY_SECONDS
from functions.server.callers import Callers
from functions.server.guard import Guard, SignInEnded
from functions.server.named_callers import NamedCallers
from functions.server.owner import Owner
from functions.server.public_address import public_address
from functions.server.refusals import RefusedRequests
from functions.server.samples import samples
from functions.server.sessions import IDLE_SECONDS, LONGEST_SECONDS
from functions.server.studio_files import StudioFiles
from functions.server.wsgi import respond
from tests.support.memory.access_tokens import MemoryTokenRoot, MemoryTokenStore
from tests.support.memory.audit_log import MemoryAuditLog

COOKIE = "automate_session_8400"


@pytest.fixture
def clock():
    return SkipClock()


@pytest.fixture
def owner(tmp_path, clock):
    return Owner(tmp_path, clock)


@pytest.fixture
def audit(clock):
    return Audit(MemoryAuditLog(), clock)


@pytest.fixture
def dist(tmp_path):
    """Where the Studio's build goes: nothing was built yet."""
    return tmp_path / "dist"


@pytest.fixture
def tokens(clock):
    return AccessTokens(MemoryTokenStore(), clock, MemoryTokenRoot())


@pytest.fixture
def seen():
    """Who asked what is behind the guard."""
    return []


@pytest.fixture
def anew():
    """How it is found anew who asked."""
    return []


@pytest.fixture
def public():
    """The address of a tunnel, or None."""


@pytest.fixture
def ask(call, owner, dist, audit, clock, tokens, seen, anew, public):
    """Send a request to the guard as the owner, unless told otherwise."""

    def inner(environ, start_response):
        seen.append(environ.get("automate.caller"))
        anew.append(environ.get("automate.anew"))
        return respond(start_response, 200, json.dumps({"path": environ["PATH_INFO"]}))

    refused = RefusedRequests(Recorder(audit, clock), clock, "default")
    named = NamedCallers(tokens, Recorder(audit, clock), "default")
    guard = Guard(
        inner, samples, StudioFiles(dist), owner, Callers(Actor("ada"), lambda: named), refused, port=8400,
        workspace="default", max_input_bytes=1024, public=public,
    )

    def send(method, path, body=None, **headers):
        headers.setdefault("authorization", f"Bearer {owner.token}")
        return call(guard, method, path, body, **headers)

    return send


def test_the_owner_gets_in(ask):
    assert ask("GET", "/workflows").json == {"path": "/workflows"}


@pytest.mark.parametrize(("authorization", "code"), [
    (None, "Unauthorized"), ("", "Unauthorized"), ("Bearer", "Unauthorized"), ("Basic dXNlcjpwYXNz", "Unauthorized"),
    ("Bearer wrong", "TokenMalformed"), ("Bearer \xff", "TokenMalformed"),
    ("Bearer atk_0123456789ab_" + "x" * 43, "TokenUnknown"),
])
def test_nobody_else_does(ask, authorization, code):
    reply = ask("GET", "/workflows", authorization=authorization)
    assert (reply.status, reply.error["code"]) == (401, code)
    assert reply.headers["WWW-Authenticate"] == "Bearer"


def test_a_browser_without_a_cookie_is_told_how_to_sign_in(ask):
    reply = ask("GET", "/docs", authorization=None, accept="text/html,*/*")
    assert reply.status == 401
    assert "automate signin" in reply.text


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1", "127.0.0.1:8401", "localhost.evil.example:8400", ""])
def test_another_name_is_not_us(ask, host):
    reply = ask("GET", "/health", host=host)
    assert (reply.status, reply.error["code"]) == (421, "WrongHost")


def test_localhost_is_us(ask):
    assert ask("GET", "/health", host="LOCALHOST:8400").status == 200


@pytest.mark.parametrize("origin", ["http://evil.example", "http://127.0.0.1:3000", "null", "https://127.0.0.1:8400"])
def test_another_origin_changes_nothing(ask, origin):
    for method in ("POST", "PUT", "DELETE"):
        assert ask(method, "/workflows/import", {}, origin=origin).status == 403
    assert ask("GET", "/workflows", origin=origin).status == 200


@pytest.mark.parametrize("public", [public_address("https://hooks.example.com")])
def test_a_tunnel_s_address_has_webhooks_and_forms_alone(ask):
    tunnel = {"host": "hooks.example.com", "authorization": None}
    for path in ("/hooks/flow/in", "/forms"):
        for host in ("hooks.example.com", "HOOKS.example.com:443", "127.0.0.1:8400"):
            reply = ask("POST", path, {}, **tunnel | {"host": host, "origin": "https://hooks.example.com"})
            assert (reply.status, reply.json) == (200, {"path": path}), host
    assert ask("GET", "/health", **tunnel).status == 200
    for path in ("/workflows", "/studio/", "/signin", "/samples/stock/reserve", "/"):
        reply = ask("GET", path, host="hooks.example.com")
        assert (reply.status, reply.error["code"]) == (421, "WrongHost")
        assert "http://127.0.0.1:8400" in reply.error["advice"]
    assert ask("POST", "/workflows/import", {}, origin="https://hooks.example.com").status == 403
    assert ask("POST", "/forms", {}, **tunnel, origin="https://evil.example").status == 403


def test_what_a_tunnel_brings_is_refused_with_the_setting_s_name(ask):
    told = ask("POST", "/hooks/flow/in", {}, host="hooks.example.com").error
    assert "AUTOMATE_PUBLIC_URL=https://hooks.example.com" in told["advice"]
    told = ask("POST", "/forms", {}, origin="https://hooks.example.com").error
    assert (told["code"], "AUTOMATE_PUBLIC_URL=https://hooks.example.com" in told["advice"]) == ("WrongOrigin", True)
    assert "advice" not in ask("POST", "/workflows/import", {}, origin="https://evil.example").error
    shown = ask("POST", "/forms", {}, origin="https://hooks.example.com", accept="text/html,*/*")
    assert (shown.status, shown.headers["Content-Type"]) == (403, "text/html; charset=utf-8")
    assert "AUTOMATE_PUBLIC_URL=https://hooks.example.com" in shown.text


def test_our_own_origin_may_change_things(ask):
    assert ask("POST", "/workflows/import", {}, origin="http://localhost:8400").status == 200


def test_too_large_a_request_is_refused(ask):
    assert ask("POST", "/workflows/import", b"x" * (1024 + 64 * 1024)).status == 200
    reply = ask("POST", "/workflows/import", b"x" * (1024 + 64 * 1024 + 1))
    assert (reply.status, reply.error["code"]) == (413, "PayloadTooLarge")


def test_every_answer_has_security_headers(ask):
    for path in ("/workflows", "/signin?code=x", "/nowhere", "/samples/x"):
        headers = ask("GET", path, authorization=None).headers
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["X-Frame-Options"] == "DENY"
        assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]


def test_only_health_and_samples_are_open(ask):
    assert ask("GET", "/health", authorization=None).status == 200
    assert ask("POST", "/samples/stock/reserve", {"sku": "a", "quantity": 1}, authorization=None).status == 200
    for path in ("/", "/docs", "/openapi.json", "/healthy", "/samples", "/secrets"):
        assert ask("GET", path, authorization=None).status == 401, path


def signed_in(ask, owner):
    """What a browser has after it followed a link: (its cookie, the header that its script sends)."""
    reply = ask("GET", f"/signin?code={owner.new_code()}", authorization=None)
    assert reply.status == 200
    return cookie_of(reply), {"x_automate_session": proof_of(reply)}


def cookie_of(reply):
    name, _, rest = reply.headers["Set-Cookie"].partition("=")
    assert name == COOKIE
    value, *attributes = rest.split("; ")
    assert {"HttpOnly", "SameSite=Strict", "Path=/", f"Max-Age={IDLE_SECONDS}"} <= set(attributes)
    return f"{COOKIE}={value}"


def proof_of(reply):
    return re.search(r'localStorage\.setItem\("automate\.session", "([A-Za-z0-9_-]{40,})"\)', reply.text)[1]


def browse(ask, session, method, path, **more):
    cookie, proof = session
    return ask(method, path, authorization=None, **{"cookie": cookie, **proof, **more})


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
    """int() reads no more than 4,300 digits: it raised, and the server answered 500."""
    reply = ask("GET", "/workflows", authorization=None, cookie=f"{COOKIE}={value}")
    assert (reply.status, reply.error["code"]) == (401, "Unauthorized")


@pytest.mark.parametrize("length", ["9" * 5000, "\xb2", "-1", "1_0", "0x10", "1.0", "+1"])
def test_a_length_that_is_no_number_is_refused(ask, length):
    reply = ask("POST", "/workflows/import", b"{}", content_length=length)
    assert (reply.status, reply.error["code"]) == (413, "PayloadTooLarge")
    assert len(reply.error["message"]) < 200


def test_the_token_is_made_once_and_is_the_owners_alone(tmp_path, clock):
    first, second = Owner(tmp_path, clock), Owner(tmp_path, clock)
    assert first.token == second.token
    assert len(first.token) >= 32
    assert stat.S_IMODE((tmp_path / "token").stat().st_mode) == 0o600


def test_old_codes_are_swept_and_codes_are_not_stored(tmp_path, owner, clock):
    code = owner.new_code()
    files = list((tmp_path / "signin").iterdir())
    assert len(files) == 1
    assert code not in files[0].name + files[0].read_text()
    clock.sleep(3600)
    owner.new_code()
    assert len(list((tmp_path / "signin").iterdir())) == 1


def test_a_damaged_token_is_refused(tmp_path, clock):
    (tmp_path / "token").write_text("short\n")
    with pytest.raises(StoreUnavailable, match="damaged"):
        Owner(tmp_path, clock)


def test_the_samples_answer_equal_requests_equally(ask):
    def charge(**more):
        order = {"orderId": "o-1", "amount": 9.5, **more}
        return ask("POST", "/samples/payments/charge", order, authorization="Bearer k")

    assert charge().json == charge().json
    assert charge().json["chargeId"].startswith("ch_")
    assert charge(amount=10).json["chargeId"] != charge().json["chargeId"]


@pytest.mark.parametrize(("path", "body", "status"), [
    ("/samples/payments/charge", {"orderId": "o-1"}, 400),
    ("/samples/payments/charge", {"orderId": 1, "amount": 1}, 400),
    ("/samples/payments/charge", {"orderId": "o-1", "amount": True}, 400),
    ("/samples/payments/charge", [], 400),
    ("/samples/payments/charge", b"{", 400),
    ("/samples/stock/reserve", {"sku": "a", "quantity": 0}, 400),
    ("/samples/stock/reserve", {"quantity": 1}, 400),
    ("/samples/other", {}, 404),
])
def test_the_samples_refuse_what_they_do_not_understand(ask, path, body, status):
    assert ask("POST", path, body).status == status


def test_a_charge_needs_a_key(ask):
    reply = ask("POST", "/samples/payments/charge", {"orderId": "o-1", "amount": 1}, authorization=None)
    assert (reply.status, reply.error["code"]) == (401, "Unauthorized")


def test_the_studio_is_home_once_it_is_built(ask, owner, dist):
    assert ask("GET", "/").headers["Location"] == "/docs"
    dist.mkdir()
    (dist / "index.html").write_text("<!doctype html>")
    assert ask("GET", "/").headers["Location"] == "/studio/"
    signed_in = ask("GET", f"/signin?code={owner.new_code()}", authorization=None)
    assert signed_in.headers["Refresh"] == "0; url=/studio/"
    assert ask("GET", "/studio/", authorization=None, cookie=cookie_of(signed_in)).text == "<!doctype html>"


@pytest.mark.parametrize("path", ["/studio", "/studio/", "/studio/secrets/", "/studio/assets/index-1.js"])
def test_the_studio_is_the_owners_alone(ask, dist, path):
    dist.mkdir()
    (dist / "index.html").write_text("<!doctype html>")
    assert ask("GET", path, authorization=None).status == 401
    assert "automate signin" in ask("GET", path, authorization=None, accept="text/html").text


def test_what_only_begins_like_the_studio_is_the_apis(ask):
    assert ask("GET", "/studios").json == {"path": "/studios"}


# ---------------------------------------------------------------- named tokens


@pytest.fixture
def named(tokens):
    """The text of a new token; `role` as asked."""
    return lambda name="ci", role=Role.VIEWER, **more: tokens.add("default", name, role, by="ada", **more).text


def signed_in_with(ask, token, **headers):
    """What a browser has that signed in on the page's form: a cookie, and a proof."""
    reply = ask("POST", "/signin", f"token={token}".encode(), authorization=None,
                content_type="application/x-www-form-urlencoded", **headers)
    assert reply.status == 200, reply.text
    return cookie_of(reply), {"x_automate_session": proof_of(reply)}


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


def test_who_was_held_is_found_anew(ask, named, owner, tokens, anew):
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


# ---------------------------------------------------------------- what is refused is recorded


def entries(audit):
    return [found.entry for found in audit.page(AuditQuery("default", limit=100)).entries]


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
