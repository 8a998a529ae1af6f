"""One line for each request of a deployment: what API Gateway's own access log cannot say.

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

from functions.app.identity import PROOF, address_of, subject_of

_LOG = logging.getLogger("automate.access")


def log_access(request: Request, get_response: Callable[[Request], Response]) -> Response:
    """Chalice middleware: answer, then write the line. What the caller sent is not in it but for the path."""
    _LOG.setLevel(logging.INFO)  # Lambda's root logger passes warnings on; a handler of its own would double the line
    response = get_response(request)
    context: Mapping[str, Any] = request.context
    _LOG.info("request %s", json.dumps({
        "request_id": context.get("requestId"), "subject": subject_of(context), "method": request.method,
        "address": address_of(context, request.headers, os.environ.get(PROOF, "")), "path": context.get("path"),
        "status": response.status_code, **execution_in(request.uri_params or {}),
    }))
    return response


def execution_in(parameters: Mapping[str, str]) -> dict[str, str]:
    """The name that log lines have for the execution of a path's parameters; none where the path names none."""
    return {"execution": unquote(parameters["id"])} if "id" in parameters else {}
