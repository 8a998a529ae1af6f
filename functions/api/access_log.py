"""A line for each request of a deployment: what API Gateway's own access log cannot say.

It also says who read what: `route` is the one that was asked, `reads` what of an execution's data its answer had. A
request whose answer has the data of several executions is a line for each.

Behind CloudFront the gateway sees CloudFront's address; the caller's own comes in a header, and a REST API's access log
has no headers. Both logs have the gateway's `request_id`.
"""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import unquote

from chalice.app import Request, Response

from functions.api.doors import SUBJECT
from functions.app.http import READ
from functions.app.identity import PROOF, address_of, subject_of
from functions.app.table import every_route

MULTIPLE_CHOICES = 300
"""From here on an answer has nothing that was read: 304 says that the asker has it already."""

_LOG = logging.getLogger("automate.access")


def log_access(request: Request, get_response: Callable[[Request], Response]) -> Response:
    """Chalice middleware: answer, then write the lines. What the caller sent is not in it, except the path."""
    _LOG.setLevel(logging.INFO)  # Lambda's root logger passes warnings on; a handler of its own would double the line
    response = get_response(request)
    context: Mapping[str, Any] = request.context
    named = execution_in(request.uri_params or {})
    for of in [{"execution": execution} for execution in context.get(READ, ())] or [named]:
        _LOG.info("request %s", json.dumps(_line(request, response, of)))
    return response


def _line(request: Request, response: Response, of: Mapping[str, str]) -> dict[str, Any]:
    context: Mapping[str, Any] = request.context
    return {
        "request_id": context.get("requestId"), "subject": context.get(SUBJECT) or subject_of(context),
        "method": request.method,
        "address": address_of(context, request.headers, os.environ.get(PROOF, "")), "path": context.get("path"),
        "status": response.status_code, **of,
        **_read(str(context.get("resourcePath") or ""), request.method, answered=bool(of) and (
            response.status_code < MULTIPLE_CHOICES
        )),
    }


def _read(path: str, method: str, *, answered: bool) -> dict[str, str]:
    """The route that was asked, and what of executions' data it `answered` with; nothing where it is none of ours."""
    found = next((route for route in every_route() if route.path == path and route.method == method), None)
    if found is None:
        return {}
    return {"route": found.name, **({"reads": found.reads} if found.reads and answered else {})}


def execution_in(parameters: Mapping[str, str]) -> dict[str, str]:
    """The name that log lines have for the execution of a path's parameters; none where the path names none."""
    return {"execution": unquote(parameters["id"])} if "id" in parameters else {}
