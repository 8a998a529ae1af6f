"""The token endpoint of OAuth2 (RFC 6749), and whether a service accepts a connection.

The requests are two small forms by POST. No library makes them: one would be a megabyte in each worker's bundle, would
connect past the dialler, and would keep tokens by its own rules. The tests have a library's server as their judge.
"""

from __future__ import annotations

import base64
import json
import math
from typing import Any
from urllib.parse import quote_plus, urlencode

from connectors.builtin.http_calls import HttpCalls, basic, body_of, fits, retry_after, url_of
from connectors.builtin.http_connections import Answer
from connectors.egress import in_force
from connectors.egress.urls import BadUrl, Url, parse_url
from connectors.errors import ConnectorError
from engine.errors import ConnectionFailed, InvalidDocument
from engine.governance.connections import API_KEY, BASIC, CLIENT, QUERY, Connection, Tokens
from engine.governance.masking import Scrubber

Json = Any

SECONDS = 15.0
"""The longest that a token endpoint, or a test, is waited for."""

EXCERPT = 300

MOST_TOKENS = 48 * 1024
"""So many characters may an access token and a refresh token have together, written as JSON: a connection is one
secret, which has at most 64 KiB."""

_USED_UP = "400: invalid_grant"
"""RFC 6749, 5.2: the refresh token is good no more."""

_CONNECT = "Somebody has to say yes once more: automate connections connect NAME, or the Studio."
_LOOPBACK = frozenset({"localhost", "127.0.0.1", "[::1]", "::1"})


class TokenCalls:
    """Requests with connections, through the dialler. Safe to share between threads."""

    def __init__(self) -> None:
        self._calls = HttpCalls()

    def close(self) -> None:
        """Close the connections that are kept open."""
        self._calls.close()

    def tokens(self, connection: Connection, now: float) -> Tokens:
        """Fresh tokens: by the refresh token where there is one (RFC 6749, 6), else by the client's credentials (4.4).
        Raises ConnectionFailed."""
        held = connection.tokens
        if connection.kind == CLIENT:
            return self.granted(connection, {"grant_type": "client_credentials"}, now)
        if held is None or not held.refresh:
            raise ConnectionFailed("nobody has connected it, or the service gave no refresh token", advice=_CONNECT)
        try:
            found = self.granted(connection, {"grant_type": "refresh_token", "refresh_token": held.refresh}, now)
        except ConnectionFailed as error:
            if _USED_UP not in error.message:
                raise
            raise ConnectionFailed(error.message, advice=_CONNECT) from None
        return found if found.refresh else Tokens(found.access, found.obtained_at, found.expires_at, held.refresh)

    def granted(self, connection: Connection, grant: dict[str, str], now: float) -> Tokens:
        """What the token endpoint gives for `grant`, whose members are sent in the form. Raises ConnectionFailed."""
        secrets = Scrubber([*connection.secrets(), *grant.values()])
        form = {**connection.parameters, **grant}
        if connection.scopes and grant["grant_type"] == "client_credentials":
            form["scope"] = " ".join(connection.scopes)
        headers = {
            "user-agent": "automate", "accept": "application/json", "accept-encoding": "identity",
            "content-type": "application/x-www-form-urlencoded",
        }
        if connection.client_secret and connection.client_auth == BASIC:  # 2.3.1: both are form-encoded first
            pair = f"{quote_plus(connection.client_id)}:{quote_plus(connection.client_secret)}"
            headers["authorization"] = f"Basic {base64.b64encode(pair.encode()).decode()}"
        else:
            form["client_id"] = connection.client_id
            form |= {"client_secret": connection.client_secret} if connection.client_secret else {}
        answer, url = self._send("POST", connection.token_url, headers, urlencode(form).encode(), secrets)
        body = body_of(answer.body, answer.headers.get("content-type", ""))
        if answer.status != 200:
            raise _refused(url, answer, body, secrets, now)
        return _tokens(url, body, now, secrets)

    def document(self, address: str) -> dict[str, Json] | None:
        """The JSON object at `address`; None where there is none. Raises ConnectionFailed where nobody answers."""
        headers = {"user-agent": "automate", "accept": "application/json", "accept-encoding": "identity"}
        answer, _ = self._send("GET", address, headers, None, Scrubber(()))
        body = body_of(answer.body, answer.headers.get("content-type", ""))
        return body if answer.status == 200 and isinstance(body, dict) else None

    def check(self, connection: Connection, access: str) -> None:
        """Ask the connection's `test_url`, if it has one, with `access` for OAuth2. Raises ConnectionFailed for an
        answer of 400 or more, for none, and for that of another origin, which was sent no credentials."""
        if not connection.test_url:
            return
        secrets = Scrubber([*connection.secrets(), access])
        headers = {"user-agent": "automate", "accept": "application/json", "accept-encoding": "identity"}
        address = connection.test_url
        if connection.kind == BASIC:
            headers["authorization"] = basic(connection.user, connection.secret)
        elif connection.kind == API_KEY and connection.place == QUERY:
            address += f"{'&' if '?' in address else '?'}{urlencode({connection.name: connection.secret})}"
        elif connection.kind == API_KEY:
            headers[connection.name.lower()] = connection.secret
        else:
            headers["authorization"] = f"Bearer {access or connection.secret}"
        answer, url = self._send("GET", address, headers, None, secrets)
        if answer.status >= 400:
            body = body_of(answer.body, answer.headers.get("content-type", ""))
            raise _refused(url, answer, body, secrets, in_force.current().clock.now())
        asked = url_of(connection.test_url, secrets)
        if url.origin != asked.origin:
            raise ConnectionFailed(
                f"{asked} redirects to {url}, which is another origin and gets no credentials",
                advice="Give a test address that answers to who has access, and not by a redirect.",
            )

    def _send(
        self, method: str, address: str, headers: dict[str, str], body: bytes | None, secrets: Scrubber
    ) -> tuple[Answer, Url]:
        try:
            return self._calls.send(
                method, url_of(address, secrets), headers, body, SECONDS, secrets, reads=method == "GET"
            )
        except ConnectorError as error:
            raise ConnectionFailed(secrets.text(error.message), retryable=error.retryable) from None


def _refused(url: Url, answer: Answer, body: Json, secrets: Scrubber, now: float) -> ConnectionFailed:
    """An answer that gives nothing: RFC 6749, 5.2 names the error."""
    said = body if isinstance(body, str) else json.dumps(body, ensure_ascii=False)
    if isinstance(body, dict) and isinstance(body.get("error"), str):
        said = " ".join(part for part in (body["error"], body.get("error_description")) if isinstance(part, str))
    said = "".join(letter if letter.isprintable() else " " for letter in secrets.text(said)[:EXCERPT])
    return ConnectionFailed(
        f"{url} answered {answer.status}" + (f": {said}" if said else ""),
        retryable=answer.status == 429 or answer.status >= 500, retry_after=retry_after(answer, now),
    )


def _tokens(url: Url, body: Json, now: float, secrets: Scrubber) -> Tokens:
    """RFC 6749, 5.1."""
    access = body.get("access_token") if isinstance(body, dict) else None
    if not isinstance(access, str) or not access or not fits(access):
        raise ConnectionFailed(f"{url} answered 200 without an access_token")
    kind = body.get("token_type", "bearer")
    if not isinstance(kind, str) or kind.lower() != "bearer":
        raise ConnectionFailed(f"{url} gives tokens of the type {secrets.text(str(kind))[:40]!r}, not Bearer")
    refresh = body.get("refresh_token")
    tokens = Tokens(access, now, _end(body.get("expires_in"), now), refresh if isinstance(refresh, str) else "")
    size = len(json.dumps([tokens.access, tokens.refresh]))
    if size > MOST_TOKENS:
        raise ConnectionFailed(f"{url} gives tokens of {size:,} characters; at most {MOST_TOKENS:,} can be kept")
    return tokens


def _end(seconds: Json, now: float) -> float | None:
    """When a token ends that is good for `seconds`, which some services write as text; None where nothing says it."""
    try:
        life = float(seconds)
    except (TypeError, ValueError):
        return None
    return now + life if math.isfinite(life) and life > 0 else None


def check_url(field: str, text: str) -> None:
    """Secrets go to encrypted addresses (RFC 6749, 3.2), and to this machine. Raises InvalidDocument."""
    try:
        url = parse_url(text)
    except BadUrl as error:
        raise InvalidDocument(f"{field} {error}", where=field) from None
    if url.user is not None:
        raise InvalidDocument(f"{field} holds a user", where=field, advice="What is secret is given by itself.")
    if "#" in text:
        raise InvalidDocument(
            f"{field} holds a fragment, which is not sent", where=field, advice="Leave out # and what follows it.",
        )
    if url.scheme != "https" and url.host.text not in _LOOPBACK:
        raise InvalidDocument(
            f"{field} is not encrypted, and secrets are sent there", where=field, advice="It begins with https://",
        )
