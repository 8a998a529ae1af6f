"""A failure as Lambda reports it: Step Functions takes the exception's class for the error's name.

Lambda's Python runtime sends ``{"errorType": type(error).__name__, "errorMessage": str(error), "stackTrace": …}``, and
Step Functions matches errorType against ErrorEquals. A name such as ``http.ConnectorError`` is no identifier, but
`type` takes any text.
"""

from __future__ import annotations

import json

from engine.ports.tasks import TaskFailed


def raised(failure: TaskFailed) -> Exception:
    """`failure`, to be raised. Its texts are those that the connector's call gave, scrubbed of secrets."""
    named: type[Exception] = type(failure.error, (Exception,), {})
    return named(_message(failure.cause))


def _message(cause: str | None) -> str:
    """The errorMessage of the cause, with the system's code where it has one: Lambda makes the JSON around it."""
    if cause is None:
        return ""
    try:
        shape = json.loads(cause)
    except ValueError:
        return cause
    if not isinstance(shape, dict) or not isinstance(shape.get("errorMessage"), str):
        return cause
    code = shape.get("code")
    return shape["errorMessage"] if code is None else f"{shape['errorMessage']} (code {code})"
