"""WSGI's shapes (PEP 3333), and how every part of the local server answers."""

from __future__ import annotations

import gzip
import re
from collections.abc import Callable, Iterable, Mapping, MutableMapping
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


LEAST_PACKED_BYTES = 1400
"""A shorter answer goes in one packet as it is."""

_LEVEL = 4
_TEXT = re.compile(r"text/|application/json|image/svg")
_CODING = re.compile(r"\s*(gzip|\*)\s*(?:;\s*q\s*=\s*([0-9.]+))?\s*$", re.IGNORECASE)


def packed(environ: Environ, headers: MutableMapping[str, str], data: bytes) -> bytes:
    """`data`, or the same in gzip where that pays and who asks takes it (RFC 9110, 12.5.3); `headers` then say so, and
    a strong ETag becomes a weak one, for the bytes are others.

    What is packed tells by its length what it repeats (BREACH). Here nobody can measure that: the answers stay on this
    machine, another site's page gets no session (SameSite=Strict), and a credential is in the one answer that made it,
    never in a second. A range is never answered, so none is of packed bytes.
    """
    if len(data) < LEAST_PACKED_BYTES or not _TEXT.match(headers["Content-Type"]) or "Content-Encoding" in headers:
        return data
    headers["Vary"] = "Accept-Encoding"
    if not _takes_gzip(str(environ.get("HTTP_ACCEPT_ENCODING", ""))):
        return data
    headers["Content-Encoding"] = "gzip"
    if headers.get("ETag", "").startswith('"'):
        headers["ETag"] = f"W/{headers['ETag']}"
    return gzip.compress(data, _LEVEL, mtime=0)


def _takes_gzip(accepted: str) -> bool:
    """What is said of gzip itself goes before what is said of all."""
    said = {
        found[1].lower(): found[2] is None or found[2].strip("0.") != ""
        for found in map(_CODING.match, accepted.split(",")) if found is not None
    }
    return said.get("gzip", said.get("*", False))


def respond(
    start_response: StartResponse, status: int, body: str, headers: Mapping[str, str] | None = None,
    environ: Environ | None = None,
) -> Iterable[bytes]:
    """Send `body` as UTF-8: JSON, unless `headers` name another type; `packed` where the request is given."""
    data = body.encode("utf-8", "replace")
    sent = {"Content-Type": "application/json", **SECURITY_HEADERS, **(headers or {})}
    if environ is not None:
        data = packed(environ, sent, data)
    if status != HTTPStatus.NOT_MODIFIED:
        sent["Content-Length"] = str(len(data))
    start_response(f"{status} {HTTPStatus(status).phrase}", list(sent.items()))
    return [] if status == HTTPStatus.NOT_MODIFIED else [data]


def peer_is_loopback(environ: Environ) -> bool:
    """Whether the request came over the loopback interface."""
    return str(environ.get("REMOTE_ADDR", "")) in ("127.0.0.1", "::1")
