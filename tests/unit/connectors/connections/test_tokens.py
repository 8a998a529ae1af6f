"""Requests to a token endpoint, judged by oauthlib's authorization server."""

from dataclasses import replace

import pytest

from connectors.connections.tokens import TokenCalls, check_url
from engine.errors import ConnectionFailed, InvalidDocument
from engine.governance.connections import API_KEY, BASIC, BEARER, CODE, Connection, Tokens
from tests.support import authorization_server
from tests.support.authorization_server import CLIENT_SECRET

NOW = 1_700_000_000.0


@pytest.fixture
def calls():
    made = TokenCalls()
    yield made
    made.close()


@pytest.mark.parametrize("way", ["basic", "body"])
def test_client_credentials_are_taken_by_the_librarys_server(calls, client, authorizer, way):
    found = calls.tokens(replace(client, client_auth=way, parameters={"audience": "orders"}), NOW)
    assert (found.obtained_at, found.expires_at, found.refresh) == (NOW, NOW + 3600, "")
    asked, = authorizer.asked
    assert (asked["grant_type"], asked["scope"], asked["audience"]) == ("client_credentials", "orders.read", "orders")
    assert ("client_secret" in asked) == (way == "body")
    calls.check(client, found.access)


@pytest.mark.parametrize(("change", "said"), [
    ({"client_secret": "another-canary"}, "invalid_client"), ({"scopes": ("root",)}, "invalid_scope"),
])
def test_what_the_server_refuses_is_told_by_its_error_and_no_secret(calls, client, change, said):
    with pytest.raises(ConnectionFailed, match=said) as failed:
        calls.tokens(replace(client, **change), NOW)
    assert not failed.value.retryable
    assert "canary" not in str(failed.value)


def test_a_refresh_gives_another_refresh_token_or_keeps_the_one_of_before(calls, client, authorizer):
    authorizer.validator.refresh["rt-first"] = True
    held = replace(client, kind=CODE, tokens=Tokens("at-first", NOW, NOW, "rt-first"))
    found = calls.tokens(held, NOW)
    assert found.refresh not in ("", "rt-first")
    authorizer.instead.append((200, b'{"access_token": "at-next", "token_type": "bearer"}', {}))
    kept = calls.tokens(replace(held, tokens=found), NOW)
    assert kept == Tokens("at-next", NOW, None, found.refresh)


@pytest.mark.parametrize(("held", "answer", "advised"), [
    (Tokens("at-first", NOW, NOW, "rt-first"), (400, b'{"error": "invalid_grant"}', {}), True),
    (Tokens("at-first", NOW, NOW, "rt-first"), (401, b'{"error": "invalid_client"}', {}), False),
    (Tokens("at-first", NOW, NOW), None, True), (None, None, True),
])
def test_whose_refresh_token_is_good_no_more_is_told_to_connect(calls, client, authorizer, held, answer, advised):
    authorizer.instead += [answer] if answer else []
    with pytest.raises(ConnectionFailed) as failed:
        calls.tokens(replace(client, kind=CODE, tokens=held), NOW)
    assert ("automate connections connect" in (failed.value.advice or "")) == advised


@pytest.mark.parametrize(("answer", "said"), [
    ((200, b"<html>", {"Content-Type": "text/html"}), "without an access_token"),
    ((200, b"{}", {}), "without an access_token"),
    ((200, b"[]", {}), "without an access_token"),
    ((200, b'{"access_token": "a\\nb"}', {}), "without an access_token"),
    ((200, b'{"access_token": "abc", "token_type": "mac"}', {}), "not Bearer"),
    ((200, b'{"access_token": "' + b"a" * 50_000 + b'"}', {}), "tokens of 50,008 characters; at most 49,152"),
    ((200, b'{"access_token": "abc", "refresh_token": "' + b"\\u00e4" * 9_000 + b'"}', {}), "at most 49,152"),
    ((400, b'{"error": "invalid_grant", "error_description": "gone"}', {}), "400: invalid_grant gone"),
    ((302, b"", {"Location": "http://127.0.0.1:1/"}), "answered 302"),
])
def test_an_answer_that_gives_nothing_fails_for_good(calls, client, authorizer, answer, said):
    authorizer.instead.append(answer)
    with pytest.raises(ConnectionFailed, match=said) as failed:
        calls.tokens(client, NOW)
    assert not failed.value.retryable


@pytest.mark.parametrize("answer", [(503, b"", {"Retry-After": "7"}), (429, b"", {"Retry-After": "7"})])
def test_a_service_that_is_busy_is_asked_again_later(calls, client, authorizer, answer):
    authorizer.instead.append(answer)
    with pytest.raises(ConnectionFailed) as failed:
        calls.tokens(client, NOW)
    assert (failed.value.retryable, failed.value.retry_after) == (True, 7.0)


def test_an_answer_that_echoes_the_secret_does_not_show_it(calls, client, authorizer):
    authorizer.instead.append((400, f"no client with {CLIENT_SECRET}".encode(), {"Content-Type": "text/plain"}))
    with pytest.raises(ConnectionFailed) as failed:
        calls.tokens(client, NOW)
    assert "canary" not in str(failed.value)
    assert "********" in str(failed.value)


@pytest.mark.parametrize(("life", "ends"), [
    (b"60", 60.0), (b'"60"', 60.0), (b"null", None), (b'"soon"', None), (b"-1", None), (b"[]", None),
])
def test_a_life_is_a_number_or_its_text_or_unknown(calls, client, authorizer, life, ends):
    authorizer.instead.append((200, b'{"access_token": "abc", "expires_in": ' + life + b"}", {}))
    assert calls.tokens(client, NOW).expires_at == (None if ends is None else NOW + ends)


def test_the_dialler_is_asked_for_a_token_endpoint(calls, client):
    with pytest.raises(ConnectionFailed, match="AUTOMATE_EGRESS_ALLOW"):
        calls.tokens(replace(client, token_url="http://127.0.0.2/token"), NOW)


@pytest.mark.parametrize(("connection", "header", "value"), [
    (Connection(BEARER, secret="key-1234"), "authorization", "Bearer key-1234"),
    (Connection(BASIC, user="ada", secret="key-1234"), "authorization", "Basic YWRhOmtleS0xMjM0"),
    (Connection(API_KEY, secret="key-1234", place="headers", name="X-Key"), "x-key", "key-1234"),
])
def test_a_test_sends_what_a_call_would(calls, monkeypatch, connection, header, value):
    sent = {}

    def send(method, url, headers, *_rest, **__):
        sent.update(headers)
        raise AssertionError

    monkeypatch.setattr(calls._calls, "send", send)
    with pytest.raises(AssertionError):
        calls.check(replace(connection, test_url="https://api.example.com/me"), "")
    assert sent[header] == value


def test_a_test_that_another_origin_answers_says_nothing_of_the_credentials(
    calls, client, authorizer, use_dialler
):
    with authorization_server.running() as other:
        use_dialler(f"127.0.0.1:{authorizer.port}", f"127.0.0.1:{other.port}")
        metadata = f"{other.base}/.well-known/oauth-authorization-server"
        authorizer.instead_of_orders = (302, b"", {"Location": metadata})
        with pytest.raises(ConnectionFailed, match="another origin and gets no credentials"):
            calls.check(client, "abc")
        authorizer.instead_of_orders = (302, b"", {"Location": "/.well-known/oauth-authorization-server"})
        calls.check(client, "abc")


def test_an_address_with_a_fragment_is_refused():
    with pytest.raises(InvalidDocument, match="authorize_url holds a fragment"):
        check_url("authorize_url", "https://id.example.com/authorize#here")
