"""Chalice behind WSGI: a request becomes the event of an API Gateway REST API, the answer becomes WSGI's.

The same app that Lambda runs, so the local server and AWS answer alike. Matching is API Gateway's: a literal segment
before a parameter, a trailing slash makes no difference. (Chalice's own local mode is a development server.)
"""

from __future__ import annotations

import base64
import secrets
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import parse_qs, quote

from chalice.app import Chalice

from functions.api.failures import error_body
from functions.local.wsgi import Environ, StartResponse, respond

Event = dict[str, Any]


class Gateway:
    """A WSGI application over a Chalice app. Safe for a server with threads, as `functions.api.routing` is."""

    def __init__(self, app: Chalice, *, principal: str) -> None:
        self._app = app
        self._principal = principal
        # Literal segments sort before parameters ("{" is the last printable but three).
        self._patterns = sorted((tuple(path.strip("/").split("/")), path) for path in app.routes)

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one request."""
        path = _path(environ)
        found = None if path is None else self._match(path)
        if found is None:
            why = f"there is nothing at {path}" if path is not None else _no_text(environ)
            shape = {"code": "NotFound", "message": why, "advice": "See /docs."}
            return respond(start_response, 404, error_body(shape))
        answer = self._app(self._event(environ, *found), None)
        headers = {**answer["headers"], **{name: value[0] for name, value in answer["multiValueHeaders"].items()}}
        return respond(start_response, answer["statusCode"], answer["body"], headers)

    def _match(self, path: str) -> tuple[str, dict[str, str]] | None:
        parts = tuple(path.rstrip("/").strip("/").split("/"))
        for pattern, resource in self._patterns:
            if len(pattern) == len(parts):
                captured = _captured(pattern, parts)
                if captured is not None:
                    return resource, captured
        return None

    def _event(self, environ: Environ, resource: str, parameters: Mapping[str, str]) -> Event:
        body = environ["wsgi.input"].read() if environ.get("CONTENT_LENGTH") else b""
        query = parse_qs(environ.get("QUERY_STRING", ""), keep_blank_values=True)
        return {
            "resource": resource, "path": environ["PATH_INFO"], "httpMethod": environ["REQUEST_METHOD"],
            "headers": _headers(environ), "multiValueQueryStringParameters": query or None,
            "pathParameters": dict(parameters), "stageVariables": None,
            "requestContext": {
                "resourcePath": resource, "httpMethod": environ["REQUEST_METHOD"], "path": environ["PATH_INFO"],
                "requestId": secrets.token_hex(8), "identity": {"sourceIp": environ.get("REMOTE_ADDR", "")},
                "authorizer": {"principalId": self._principal},
            },
            "body": base64.b64encode(body).decode() if body else None, "isBase64Encoded": bool(body),
        }


def _captured(pattern: tuple[str, ...], parts: tuple[str, ...]) -> dict[str, str] | None:
    captured: dict[str, str] = {}
    for wanted, part in zip(pattern, parts, strict=True):
        if wanted.startswith("{"):
            if not part:
                return None
            captured[wanted[1:-1]] = part
        elif wanted != part:
            return None
    return captured


def _path(environ: Environ) -> str | None:
    """The decoded path; None when its bytes are no UTF-8. (WSGI hands bytes over as Latin-1 text.)"""
    try:
        return str(environ["PATH_INFO"]).encode("latin-1").decode()
    except UnicodeDecodeError:
        return None


def _no_text(environ: Environ) -> str:
    """What is wrong with an address whose bytes are no UTF-8."""
    return f"there is nothing at {quote(str(environ['PATH_INFO']).encode('latin-1'))}, which is not UTF-8"


def _headers(environ: Environ) -> dict[str, str]:
    headers = {name[5:].replace("_", "-").lower(): value for name, value in environ.items() if name.startswith("HTTP_")}
    if environ.get("CONTENT_TYPE"):
        headers["content-type"] = environ["CONTENT_TYPE"]
    return headers

