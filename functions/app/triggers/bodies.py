"""What the body of a webhook says: JSON, a form's fields, text, or base64 of what is none of them.

Its signature is over the bytes as they came, so it is checked before anything is unpacked here.
"""

from __future__ import annotations

import base64
import gzip
import io
import zlib
from contextlib import suppress
from typing import Any
from urllib.parse import parse_qs

from engine.errors import PayloadTooLarge, UserError
from engine.values import loads
from functions.app.http import Request

Json = Any

_GZIP = ("gzip", "x-gzip")
"""One by two names (RFC 9110, 8.4.1.3)."""

_MARK = "\ufeff"
"""What some put before JSON in UTF-8: who reads it "MAY ignore the presence of a byte order mark" (RFC 8259, 8.1)."""


class UnreadableBody(UserError):
    """Its Content-Encoding is none that is known, or it is not so encoded."""

    code = "UnreadableBody"
    status = 415


def value_of(request: Request, most: int) -> Json:
    """What arrived. Raises UnreadableBody, and PayloadTooLarge for what is over `most` bytes when it is unpacked."""
    body = _unpacked(request, most)
    if not body:
        return dict(request.query)
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    try:
        text = body.decode()
    except UnicodeDecodeError:
        return {"base64": base64.b64encode(body).decode()}
    try:
        return loads(text.removeprefix(_MARK))
    except (ValueError, RecursionError):
        pass  # a form's fields, or text
    if kind == "application/x-www-form-urlencoded":
        with suppress(UnicodeDecodeError):  # of another encoding: as text nothing of it is lost
            fields = parse_qs(text, keep_blank_values=True, errors="strict")
            return {name: values[0] if len(values) == 1 else values for name, values in fields.items()}
    return text


def _unpacked(request: Request, most: int) -> bytes:
    coding = request.headers.get("content-encoding", "").strip().lower()
    if coding in ("", "identity"):
        return request.body
    advice = "Send it as it is, or with Content-Encoding: gzip."
    if coding not in _GZIP:
        raise UnreadableBody(f"the content coding {coding[:40]!r} is not known here", where="Content-Encoding",
                             advice=advice)
    try:
        body = gzip.GzipFile(fileobj=io.BytesIO(request.body)).read(most + 1)
    except (EOFError, OSError, zlib.error):
        raise UnreadableBody("the body is not whole gzip", where="Content-Encoding", advice=advice) from None
    if len(body) > most:
        raise PayloadTooLarge(f"the body is more than {most:,} bytes when it is unpacked; a webhook takes no more")
    return body
