"""WSGI's shapes (PEP 3333), and how every part of the local server answers."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from http import HTTPStatus
from typing import Any

Environ = dict[str, Any]
StartResponse = Callable[..., Any]
Application = Callable[[Environ, StartResponse], Iterable[bytes]]

SECURITY_HEADERS = {
    "X-Content-Type-Options": "nosniff", "X-Frame-Options": "DENY", "Referrer-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin", "Cross-Origin-Opener-Policy": "same-origin",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
}
"""On every answer. A page that needs more names its own Content-Security-Policy."""


def respond(
    start_response: StartResponse, status: int, body: str, headers: Mapping[str, str] | None = None
) -> Iterable[bytes]:
    """Send `body` as UTF-8: JSON, unless `headers` name another type."""
    data = body.encode("utf-8", "replace")
    sent = {"Content-Type": "application/json", **SECURITY_HEADERS, **(headers or {})}
    if status != HTTPStatus.NOT_MODIFIED:
        sent["Content-Length"] = str(len(data))
    start_response(f"{status} {HTTPStatus(status).phrase}", list(sent.items()))
    return [] if status == HTTPStatus.NOT_MODIFIED else [data]


def peer_is_loopback(environ: Environ) -> bool:
    """Whether the request came over the loopback interface."""
    return str(environ.get("REMOTE_ADDR", "")) in ("127.0.0.1", "::1")
