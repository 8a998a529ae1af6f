"""Errors as answers: one shape, made in one place, never with a stack trace.

    {"error": {"code", "message", "where", "advice", "details"}}        absent parts are left out

A UserError says its own status. A store that did not serve is 503 with Retry-After, one that cannot be read is 500.
Anything else is a defect: its stack trace goes to the log, under the reference that the answer names.
"""

from __future__ import annotations

import json
import logging
import secrets
from typing import Any

from chalice.app import Response

from engine.errors import StorageError, StoreBusy, StoreCorrupt, UserError

Headers = dict[str, str | list[str]]

_LOG = logging.getLogger(__name__)


def failure_response(error: Exception, *, path: str) -> Response:
    """`error` as an HTTP answer."""
    match error:
        case UserError():
            return _answer(type(error).status, error.as_dict())
        case StorageError():
            return _storage_failure(error, path)
        case _:
            reference = secrets.token_hex(6)
            _LOG.error("request failed, reference %s, %s", reference, path, exc_info=error)
            return _answer(500, {
                "code": "InternalError", "message": f"the request failed by a defect; reference {reference}",
                "advice": "The server's log has the details under this reference.",
            })


def gateway_failure(response: Response) -> Response:
    """One of Chalice's own errors (a method that a route has not) in the one shape."""
    body: dict[str, Any] = response.body
    code = str(body["Code"]).removesuffix("Error")
    kept = {name: value for name, value in response.headers.items() if name.lower() != "content-type"}
    return _answer(response.status_code, {"code": code, "message": str(body.get("Message", code))}, kept)


def error_body(error: dict[str, Any]) -> str:
    """The one shape as JSON."""
    return json.dumps({"error": error}, separators=(",", ":"))


def _storage_failure(error: StorageError, path: str) -> Response:
    _LOG.warning("the store did not serve %s: %s", path, error)
    shape: dict[str, Any] = {"code": type(error).__name__, "message": str(error)}
    if isinstance(error, StoreCorrupt):
        return _answer(500, shape)
    if isinstance(error, StoreBusy) and error.holder is not None:
        shape["details"] = {"holder": error.holder}
    shape["advice"] = "Nothing was lost; ask again in a moment."
    return _answer(503, shape, {"Retry-After": "1"})


def _answer(status: int, error: dict[str, Any], headers: Headers | None = None) -> Response:
    plain: Headers = {"Content-Type": "application/json", "Cache-Control": "no-store"}
    return Response(error_body(error), headers={**plain, **(headers or {})}, status_code=status)
