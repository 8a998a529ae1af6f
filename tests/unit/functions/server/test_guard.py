"""Who gets to the local server, and who does not; what it says to everybody."""

from __future__ import annotations

import pytest

from functions.server.public_address import public_address
from tests.support.browsing import cookie_of


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
    assert "AUTOMATE_MAX_INPUT_BYTES" in reply.error["advice"]


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


@pytest.mark.parametrize("length", ["9" * 5000, "\xb2", "-1", "1_0", "0x10", "1.0", "+1"])
def test_a_length_that_is_no_number_is_refused(ask, length):
    reply = ask("POST", "/workflows/import", b"{}", content_length=length)
    assert (reply.status, reply.error["code"]) == (413, "PayloadTooLarge")
    assert len(reply.error["message"]) < 200


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
