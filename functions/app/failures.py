"""Errors as answers: one shape, made in one place, never with a stack trace.

    {"error": {"code", "message", "where", "advice", "details"}}        absent parts are left out

A UserError says its own status. A store that did not serve is 503, one that cannot be read is 500; each 503 has
Retry-After. Anything else is a defect: its stack trace goes to the log, under the reference that the answer names.
"""

from __future__ import annotations

import json
import logging
import math
import secrets
from typing import Any

from engine.errors import StorageError, StoreBusy, StoreCorrupt, UserError
from functions.app.http import Headers, Response

_LOG = logging.getLogger(__name__)

AGAIN_SECONDS = 60.0
"""After a 503 that somebody has to end, and nobody knows when."""


def failure_response(error: Exception, *, path: str) -> Response:
    """`error` as an HTTP answer."""
    match error:
        case UserError():
            status = type(error).status
            seconds = AGAIN_SECONDS if error.retry_after is None and status == 503 else error.retry_after
            again = {} if seconds is None else {"Retry-After": str(math.ceil(seconds))}
            return failure(status, error.as_dict(), again)
        case StorageError():
            return _storage_failure(error, path)
        case _:
            reference = secrets.token_hex(6)
            _LOG.error("request failed, reference %s, %s", reference, path, exc_info=error)
            return failure(500, {
                "code": "InternalError", "message": f"the request failed by a defect; reference {reference}",
                "advice": "The server's log has the details under this reference.",
            })


def failure(status: int, error: dict[str, Any], headers: Headers | None = None) -> Response:
    """An error in the one shape."""
    plain: Headers = {"Content-Type": "application/json", "Cache-Control": "no-store"}
    return Response(status, error_body(error), {**plain, **(headers or {})})


def error_body(error: dict[str, Any]) -> str:
    """The one shape as JSON."""
    return json.dumps({"error": error}, separators=(",", ":"))


def _storage_failure(error: StorageError, path: str) -> Response:
    _LOG.warning("the store did not serve %s: %s", path, error)
    shape: dict[str, Any] = {"code": type(error).__name__, "message": str(error)}
    if isinstance(error, StoreCorrupt):
        return failure(500, shape)
    if isinstance(error, StoreBusy) and error.holder is not None:
        shape["details"] = {"holder": error.holder}
    shape["advice"] = "Nothing was lost; ask again in a moment."
    return failure(503, shape, {"Retry-After": "1"})
