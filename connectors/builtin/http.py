"""The connector ``http``: one request to a web service.

What is known of a failed request decides what a retry may do. Reading methods change nothing, so their failures are
definite. For the others: an answer of 4xx, 429 or 503 says that nothing was done, a connection that was never made as
well; a time-out, a broken connection or another 5xx leaves it open, and the retry carries the same Idempotency-Key.

Only http and https, no proxies. Each host, that of each redirect too, is called through the dialler
(connectors.egress), which refuses what is not public. Redirects are followed for GET and HEAD, never from https to
http. What holds a secret stays with its origin: at each redirect to another one such headers are dropped, and an
address or a body that holds one ends the call. Time is limited for the request as a whole, the answer's size to
MAX_BODY_BYTES.
"""

from __future__ import annotations

import base64
import json
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from connectors.builtin.charsets import decoded
from connectors.builtin.http_connections import Answer, Connections, NoAnswer, NoConnection, TooLarge
from connectors.checking import json_answer
from connectors.egress import in_force
from connectors.egress.urls import BadUrl, Url, parse_url, shown
from connectors.errors import ConnectorError
from connectors.sdk import ActionSpec, ConnectorAdapter
from engine.governance.masking import Scrubber

if TYPE_CHECKING:
    from connectors.egress.dialling import Dialler

Json = Any

MAX_BODY_BYTES = 8 * 1024 * 1024
MAX_REDIRECTS = 5
EXCERPT = 1_000
"""So many characters of an error's body go into the cause."""

DEFAULT_SECONDS = 30.0

_METHODS = ("GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE")
_READING = frozenset({"GET", "HEAD", "OPTIONS"})
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_NOTHING_DONE = frozenset({429, 503})
_CREDENTIALS = frozenset({"authorization", "cookie", "proxy-authorization"})
_OURS = frozenset({"host", "content-length", "transfer-encoding"})
"""Headers that say where the request goes and where it ends."""

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

    def __init__(self) -> None:
        self._connections = Connections()

    def execute(self, action: str, params: dict[str, Any], context: dict[str, Any]) -> dict[str, Any]:  # noqa: ARG002
        """Send the request that `params` describes."""
        secrets = Scrubber(context["secrets"].values())
        method, url = params["method"], _url(params["url"], params.get("query"), secrets)
        headers, body = _headers(params, url), None
        if "json" in params:
            if "body" in params:
                raise ConnectorError("a request has either json or body, not both")
            body = json.dumps(params["json"]).encode()
            headers.setdefault("content-type", "application/json")
        elif "body" in params:
            body = params["body"].encode()
        if method not in _READING:
            headers.setdefault("idempotency-key", context["idempotency_key"])
        answer, url = self._followed(
            method, url, headers, body, min(params["timeout_seconds"], context["timeout_seconds"]), secrets
        )
        text = _body(answer.body, answer.headers.get("content-type", ""))
        if answer.status >= 400:
            raise _refused(method, url, answer.status, text, secrets)
        return {"status": answer.status, "headers": answer.headers, "body": text}

    def _followed(
        self, method: str, url: Url, headers: dict[str, str], body: bytes | None, seconds: float, secrets: Scrubber
    ) -> tuple[Answer, Url]:
        """The answer within `seconds`, redirects followed, and whose it is."""
        dialler = in_force.current()
        deadline = dialler.clock.now() + seconds
        for _ in range(MAX_REDIRECTS + 1):
            answer = self._exchange(dialler, method, url, headers, body, deadline)
            place = answer.headers.get("location")
            if answer.status not in _REDIRECTS or place is None or method not in ("GET", "HEAD"):
                return answer, url
            url, headers = _redirected(url, place, headers, body, secrets)
        raise ConnectorError(f"{method} {url}: more than {MAX_REDIRECTS} redirects")

    def _exchange(
        self, dialler: Dialler, method: str, url: Url, headers: dict[str, str], body: bytes | None, deadline: float
    ) -> Answer:
        """One request. Raises ConnectorError, which says what is known of it."""
        try:
            return self._connections.exchange(
                dialler, method, url, headers, body, deadline, most_bytes=MAX_BODY_BYTES
            )
        except ConnectorError as refusal:  # the dialler's
            raise ConnectorError(f"{method} {url}: {refusal}", definite=True, code=refusal.code) from None
        except NoConnection as error:
            raise ConnectorError(f"{method} {url}: {error}", retryable=not error.untrusted, definite=True) from error
        except NoAnswer as error:
            raise ConnectorError(f"{method} {url}: {error}", retryable=True, definite=method in _READING) from error
        except TooLarge:
            raise ConnectorError(
                f"{method} {url} answered with more than {MAX_BODY_BYTES} bytes", definite=method in _READING
            ) from None


def _url(text: str, query: dict[str, Json] | None, secrets: Scrubber) -> Url:
    """`text` as a URL with `query` added. Raises ConnectorError for what is none."""
    try:
        url = parse_url(text)
    except BadUrl as error:  # scrubbed before it is cut
        raise ConnectorError(f"{shown(secrets.text(text))} {error}", definite=True) from None
    if not query:
        return url
    pairs = [(name, item) for name, value in query.items() for item in (value if isinstance(value, list) else [value])]
    added = urlencode([(name, item if isinstance(item, str) else json.dumps(item)) for name, item in pairs])
    return replace(url, target=f"{url.target}{'&' if '?' in url.target else '?'}{added}")


def _headers(params: dict[str, Any], url: Url) -> dict[str, str]:
    """The request's headers, names in lower case. The user and password of a URL are sent as curl sends them."""
    headers = {"user-agent": "automate", "accept-encoding": "identity"}
    for name, value in params.get("headers", {}).items():
        if isinstance(value, bool) or not isinstance(value, str | int | float):
            raise ConnectorError(f"the header {name} must be a string or a number")
        text = str(value)
        if not (_fits(text) and name.isascii() and name.isprintable()) or set(name) & set(" :"):
            raise ConnectorError(f"the header {name!r} holds a character that no header may")
        if name.lower() in _OURS:
            raise ConnectorError(f"the header {name} follows from the URL and the body; it cannot be given")
        headers[name.lower()] = text
    if "bearer_token" in params:
        headers["authorization"] = f"Bearer {params['bearer_token']}"
    if "basic_auth" in params:
        headers["authorization"] = _basic(params["basic_auth"]["username"], params["basic_auth"]["password"])
    if url.user is not None:
        headers.setdefault("authorization", _basic(url.user, url.password))
    return headers


def _basic(user: str, password: str) -> str:
    return f"Basic {base64.b64encode(f'{user}:{password}'.encode()).decode()}"


def _fits(text: str) -> bool:
    """Whether a header can hold `text`: printable Latin-1."""
    return text.isprintable() and max(text, default="") <= "\xff"


def _redirected(
    url: Url, place: str, headers: dict[str, str], body: bytes | None, secrets: Scrubber
) -> tuple[Url, dict[str, str]]:
    """Where a redirect leads, and the headers to send there.

    Another origin gets no secret: RFC 9110 (15.4) has credentials removed, and a secret may stand in any header. Raises
    ConnectorError where one would go along in the address or the body, which cannot be left out.
    """
    with suppress(UnicodeError):  # headers are read as Latin-1, and many servers write UTF-8
        place = place.encode("latin-1").decode()
    try:
        target = url.joined(place)
    except (BadUrl, ValueError) as error:
        raise ConnectorError(f"{url} redirects to {shown(secrets.text(place))}, which {error}") from None
    if url.scheme == "https" and target.scheme == "http":
        raise ConnectorError(f"{url} redirects to {target}, which is not encrypted")
    if url.origin == target.origin:
        return target, headers
    sent = (("its address", f"{target}{target.target}"), ("the request's body", (body or b"").decode(errors="replace")))
    for where, text in sent:
        if secrets.text(text) != text:
            raise ConnectorError(
                f"{url} redirects to another origin, {target}, and {where} holds a secret. If it may have it, call "
                "that address in the first place.", definite=True,
            )
    return target, {
        name: value for name, value in headers.items() if name not in _CREDENTIALS and secrets.text(value) == value
    }


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
    return decoded(data, parameters.lower().partition("charset=")[2].partition(";")[0].strip(' "\''))


def _refused(method: str, url: Url, status: int, body: Json, secrets: Scrubber) -> ConnectorError:
    """A status of 400 or more. The body is scrubbed before it is cut: half a secret would not be found."""
    text = secrets.text(body if isinstance(body, str) else json.dumps(body, ensure_ascii=False))
    return ConnectorError(
        f"{method} {url} answered {status}" + (f": {text[:EXCERPT]}" if text else ""),
        retryable=status == 429 or status >= 500,
        definite=method in _READING or status < 500 or status in _NOTHING_DONE,
        code=str(status),
        authentication=status == 401,
    )
