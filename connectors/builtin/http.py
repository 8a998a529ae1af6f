"""The connector ``http``: one request to a web service.

What is known of a failed request decides what a retry may do. Reading methods change nothing, so their failures are
definite. For the others: an answer of 4xx, 429 or 503 says that nothing was done, a connection that was never made as
well; a time-out, a broken connection or another 5xx leaves it open, and the retry carries the same Idempotency-Key.

Only http and https, no proxies; redirects are followed for GET and HEAD, never from https to http. What holds a secret
stays with its origin: at each redirect to another one such headers are dropped, and an address or a body that holds one
ends the call. Time is limited for the request as a whole, the answer's size to MAX_BODY_BYTES.
"""

from __future__ import annotations

import base64
import json
import ssl
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode, urljoin, urlsplit, urlunsplit

import urllib3
from urllib3.exceptions import (
    ConnectTimeoutError,
    HTTPError,
    LocationParseError,
    LocationValueError,
    NewConnectionError,
    SSLError,
)
from urllib3.exceptions import TimeoutError as HTTPTimeoutError

from connectors.checking import json_answer
from connectors.errors import ConnectorError
from connectors.sdk import ActionSpec, ConnectorAdapter
from engine.clock import Clock, SystemClock
from engine.governance.masking import Scrubber

if TYPE_CHECKING:
    from urllib3.response import BaseHTTPResponse

Json = Any

MAX_BODY_BYTES = 8 * 1024 * 1024
MAX_REDIRECTS = 5
EXCERPT = 1_000
"""So many characters of an error's body go into the cause."""

CONNECT_SECONDS = 10.0
DEFAULT_SECONDS = 30.0
CHUNK_BYTES = 64 * 1024

_METHODS = ("GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE")
_READING = frozenset({"GET", "HEAD", "OPTIONS"})
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_NOTHING_DONE = frozenset({429, 503})
_CREDENTIALS = frozenset({"authorization", "cookie", "proxy-authorization"})

_REQUEST = ActionSpec(
    description="Send a request and give back the answer.",
    kind="write",
    inputs={
        "url": {"type": "string", "required": True, "description": "http:// or https://"},
        "method": {"type": "string", "enum": _METHODS, "default": "GET"},
        "query": {"type": "object", "description": "Parameters to add to the URL; a list repeats its parameter."},
        "headers": {"type": "object", "description": "Header names to values; a value may be a SecretRef."},
        "json": {"description": "The body, sent as JSON."},
        "body": {"type": "string", "description": "The body, sent as it is; give its Content-Type in the headers."},
        "bearer_token": {"type": "string", "secret": True, "description": "Sent as Authorization: Bearer …"},
        "basic_auth": {
            "type": "object", "description": "Sent as Authorization: Basic …",
            "properties": {
                "username": {"type": "string", "required": True},
                "password": {"type": "string", "required": True, "secret": True},
            },
        },
        "timeout_seconds": {
            "type": "number", "default": DEFAULT_SECONDS, "minimum": 0.1, "maximum": 840,
            "description": "How long the request may take as a whole, in seconds.",
        },
    },
    outputs={
        "status": {"type": "integer", "description": "The HTTP status, below 400."},
        "headers": {"type": "object", "description": "The answer's headers, names in lower case."},
        "body": {"description": "The answer's body: parsed when it is JSON, else its text."},
    },
)


class HttpConnector(ConnectorAdapter):
    """One action, `request`. A status of 400 or more is a failure."""

    code = "http"
    name = "HTTP"
    description = "Sends requests to web services."
    actions = {"request": _REQUEST}  # noqa: RUF012 - the guide's form

    def __init__(self, clock: Clock | None = None) -> None:
        self._clock = clock or SystemClock()
        self._pool = urllib3.PoolManager(num_pools=50, maxsize=32, retries=False)

    def execute(self, action: str, params: dict[str, Any], context: dict[str, Any]) -> dict[str, Any]:  # noqa: ARG002
        """Send the request that `params` describes."""
        method, url = params["method"], _url(params["url"], params.get("query"))
        headers, body = _headers(params), None
        if "json" in params:
            if "body" in params:
                raise ConnectorError("a request has either json or body, not both")
            body = json.dumps(params["json"]).encode()
            headers.setdefault("content-type", "application/json")
        elif "body" in params:
            body = params["body"].encode()
        if method not in _READING:
            headers.setdefault("idempotency-key", context["idempotency_key"])
        deadline = self._clock.now() + min(params["timeout_seconds"], context["timeout_seconds"])
        secrets = Scrubber(context["secrets"].values())
        status, answer, data = self._exchange(method, url, headers, body, deadline, secrets)
        text = _body(data, answer.get("content-type", ""))
        if status >= 400:
            raise _refused(method, url, status, text)
        return {"status": status, "headers": answer, "body": text}

    def _exchange(
        self, method: str, url: str, headers: dict[str, str], body: bytes | None, deadline: float, secrets: Scrubber
    ) -> tuple[int, dict[str, str], bytes]:
        """Status, headers and body of the answer, redirects followed."""
        for _ in range(MAX_REDIRECTS + 1):
            response = self._send(method, url, headers, body, deadline)
            answer = {name.lower(): ", ".join(response.headers.getlist(name)) for name in response.headers}
            data = self._read(method, url, response, deadline)
            place = answer.get("location")
            if response.status not in _REDIRECTS or place is None or method not in ("GET", "HEAD"):
                return response.status, answer, data
            url, headers = _redirected(url, place, headers, body, secrets)
        raise ConnectorError(f"{method} {_shown(url)}: more than {MAX_REDIRECTS} redirects")

    def _send(
        self, method: str, url: str, headers: dict[str, str], body: bytes | None, deadline: float
    ) -> BaseHTTPResponse:
        left = max(deadline - self._clock.now(), 0.05)
        timeout = urllib3.Timeout(connect=min(left, CONNECT_SECONDS), read=left)
        try:
            return self._pool.request(
                method, url, headers=headers, body=body, timeout=timeout, redirect=False, preload_content=False
            )
        except (LocationParseError, LocationValueError, ValueError) as error:
            raise ConnectorError(f"{_shown(url)} cannot be requested: {error}", definite=True) from error
        except HTTPError as error:
            raise _unanswered(method, url, error) from error

    def _read(self, method: str, url: str, response: BaseHTTPResponse, deadline: float) -> bytes:
        """The body, within its limits of time and size."""
        data = bytearray()
        finished = False
        try:
            while chunk := response.read1(CHUNK_BYTES):
                data += chunk
                if len(data) > MAX_BODY_BYTES:
                    raise ConnectorError(
                        f"{method} {_shown(url)} answered with more than {MAX_BODY_BYTES} bytes",
                        definite=method in _READING,
                    )
                if self._clock.now() > deadline:
                    raise ConnectorError(
                        f"{method} {_shown(url)} took too long to answer in full", retryable=True,
                        definite=method in _READING,
                    )
            finished = True
        except HTTPError as error:
            raise _unanswered(method, url, error) from error
        finally:
            if finished:
                response.release_conn()
            else:
                response.close()
        return bytes(data)


def _url(url: str, query: dict[str, Json] | None) -> str:
    """`url` with `query` added. Raises ConnectorError for another scheme than http and https."""
    try:
        parts = urlsplit(url)
        known = parts.scheme in ("http", "https") and bool(parts.hostname)
    except ValueError:
        known = False
    if not known:
        raise ConnectorError(f"{_shown(url)} is not an http:// or https:// URL")
    if not query:
        return url
    pairs = [(name, item) for name, value in query.items() for item in (value if isinstance(value, list) else [value])]
    added = urlencode([(name, item if isinstance(item, str) else json.dumps(item)) for name, item in pairs])
    return urlunsplit(parts._replace(query=f"{parts.query}&{added}" if parts.query else added))


def _headers(params: dict[str, Any]) -> dict[str, str]:
    """The request's headers, names in lower case."""
    headers = {"user-agent": "automate", "accept-encoding": "identity"}
    for name, value in params.get("headers", {}).items():
        if isinstance(value, bool) or not isinstance(value, str | int | float):
            raise ConnectorError(f"the header {name} must be a string or a number")
        text = str(value)
        if not text.isprintable() or not name.isascii() or not name.isprintable() or set(name) & set(" :"):
            raise ConnectorError(f"the header {name!r} holds a character that no header may")
        headers[name.lower()] = text
    if "bearer_token" in params:
        headers["authorization"] = f"Bearer {params['bearer_token']}"
    if "basic_auth" in params:
        pair = f"{params['basic_auth']['username']}:{params['basic_auth']['password']}"
        headers["authorization"] = f"Basic {base64.b64encode(pair.encode()).decode()}"
    return headers


def _redirected(
    url: str, place: str, headers: dict[str, str], body: bytes | None, secrets: Scrubber
) -> tuple[str, dict[str, str]]:
    """Where a redirect leads, and the headers to send there.

    Another origin gets no secret: RFC 9110 (15.4) has credentials removed, and a secret may stand in any header. Raises
    ConnectorError where one would go along in the address or the body, which cannot be left out.
    """
    target = _url(urljoin(url, place), None)
    old, new = urlsplit(url), urlsplit(target)
    if old.scheme == "https" and new.scheme == "http":
        raise ConnectorError(f"{_shown(url)} redirects to {_shown(target)}, which is not encrypted")
    if _origin(url) == _origin(target):
        return target, headers
    for where, text in (("its address", target), ("the request's body", (body or b"").decode(errors="replace"))):
        if secrets.text(text) != text:
            raise ConnectorError(
                f"{_shown(url)} redirects to another origin, {_shown(target)}, and {where} holds a secret. If it may "
                "have it, call that address in the first place.", definite=True,
            )
    return target, {
        name: value for name, value in headers.items() if name not in _CREDENTIALS and secrets.text(value) == value
    }


def _origin(url: str) -> tuple[str, str | None, int | None]:
    """Scheme, host and port: what RFC 6454 calls an origin."""
    parts = urlsplit(url)
    return parts.scheme, parts.hostname, parts.port or {"http": 80, "https": 443}[parts.scheme]


def _body(data: bytes, content_type: str) -> Json:
    """The body as JSON when it says so and is, else as text; bytes that are no text become U+FFFD, and so does half of
    a surrogate pair."""
    kind, _, parameters = content_type.partition(";")
    kind = kind.strip().lower()
    if kind == "application/json" or kind.endswith("+json"):
        try:
            return json_answer(data.decode(json.detect_encoding(data)))
        except (ValueError, RecursionError):
            pass
    charset = parameters.lower().partition("charset=")[2].partition(";")[0].strip(' "') or "utf-8"
    try:
        return data.decode(charset, errors="replace")
    except LookupError:
        return data.decode(errors="replace")


def _refused(method: str, url: str, status: int, body: Json) -> ConnectorError:
    """A status of 400 or more."""
    text = body if isinstance(body, str) else json.dumps(body, ensure_ascii=False)
    return ConnectorError(
        f"{method} {_shown(url)} answered {status}" + (f": {text[:EXCERPT]}" if text else ""),
        retryable=status == 429 or status >= 500,
        definite=method in _READING or status < 500 or status in _NOTHING_DONE,
        code=str(status),
        authentication=status == 401,
    )


def _unanswered(method: str, url: str, error: HTTPError) -> ConnectorError:
    """No answer, or half of one."""
    untrusted = isinstance(error, SSLError) and any(isinstance(a, ssl.SSLCertVerificationError) for a in error.args)
    never_sent = isinstance(error, ConnectTimeoutError | NewConnectionError) or untrusted
    if untrusted:
        why = f"its certificate is not trusted ({error})"
    elif isinstance(error, HTTPTimeoutError) and not isinstance(error, NewConnectionError):  # a refusal is one of them
        why = "no connection in time" if never_sent else "no answer in time"
    else:
        why = f"no connection ({error})" if never_sent else f"the connection broke ({error})"
    return ConnectorError(
        f"{method} {_shown(url)}: {why}", retryable=not untrusted, definite=method in _READING or never_sent
    )


def _shown(url: str) -> str:
    """`url` for a message: without user, password, query and fragment, where credentials stand."""
    scheme, slashes, rest = url.partition("?")[0].partition("#")[0].rpartition("://")
    host, slash, path = rest.partition("/")
    return f"{scheme}{slashes}{host.rpartition('@')[2]}{slash}{path}"
