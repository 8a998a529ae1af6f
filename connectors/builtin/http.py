"""The connector ``http``: one request to a web service; what is known of a failed one is http_calls' matter.

For what changes things, an answer of 4xx, 429 or 503 says that nothing was done; another 5xx leaves it open, and the
retry carries the same Idempotency-Key.
"""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

from connectors.builtin.http_calls import READING, HttpCalls, basic, body_of, fits, refused, url_of
from connectors.egress.urls import Url
from connectors.errors import ConnectorError
from connectors.sdk import ActionSpec, ConnectorAdapter
from engine.governance.masking import Scrubber

Json = Any

DEFAULT_SECONDS = 30.0

_METHODS = ("GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE")
_OURS = frozenset({"host", "content-length", "transfer-encoding"})
"""Headers that say where the request goes and where it ends."""

_REQUEST = ActionSpec(
    description="Send a request and give back the answer.",
    kind="write",
    means="request",
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
                "username": {"type": "string", "required": True, "minLength": 0},
                "password": {"type": "string", "required": True, "secret": True, "minLength": 0},
            },
        },
        "timeout_seconds": {
            "type": "number", "default": DEFAULT_SECONDS, "minimum": 0.1, "maximum": 840,
            "description": "How long the request may take as a whole, in seconds.",
        },
    },
    connections={
        "bearer": {"bearer_token": "secret"},
        "basic": {"basic_auth.username": "user", "basic_auth.password": "secret"},
        "api_key": {"{at}": "secret"},
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
    one_service = False
    actions = {"request": _REQUEST}  # noqa: RUF012 - the guide's form

    def __init__(self) -> None:
        self._calls = HttpCalls()

    def execute(self, action: str, params: dict[str, Any], context: dict[str, Any]) -> dict[str, Any]:  # noqa: ARG002
        """Send the request that `params` describes."""
        secrets = Scrubber(context["secrets"].values())
        method, url = params["method"], _with_query(url_of(params["url"], secrets), params.get("query"))
        headers, body = _headers(params, url), None
        if "json" in params:
            if "body" in params:
                raise ConnectorError("a request has either json or body, not both")
            body = json.dumps(params["json"]).encode()
            headers.setdefault("content-type", "application/json")
        elif "body" in params:
            body = params["body"].encode()
        if method not in READING:
            headers.setdefault("idempotency-key", context["idempotency_key"])
        answer, url = self._calls.send(
            method, url, headers, body, min(params["timeout_seconds"], context["timeout_seconds"]), secrets,
            reads=method in READING,
        )
        text = body_of(answer.body, answer.headers.get("content-type", ""))
        if answer.status >= 400:
            raise refused(method, url, answer, text, secrets)
        return {"status": answer.status, "headers": answer.headers, "body": text}


def _with_query(url: Url, query: dict[str, Json] | None) -> Url:
    """`url` with `query` added."""
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
        if not (fits(text) and name and name.isascii() and name.isprintable()) or set(name) & set(" :"):
            raise ConnectorError(f"the header {name!r} has no name, or holds a character that no header may")
        if name.lower() in _OURS:
            raise ConnectorError(f"the header {name} follows from the URL and the body; it cannot be given")
        headers[name.lower()] = text
    if "bearer_token" in params:
        headers["authorization"] = f"Bearer {params['bearer_token']}"
    if "basic_auth" in params:
        headers["authorization"] = basic(params["basic_auth"]["username"], params["basic_auth"]["password"])
    if url.user is not None:
        headers.setdefault("authorization", basic(url.user, url.password))
    return headers
