"""A cause for people: a connector's and a Lambda function's is JSON, with a message and a stack trace in it.

AWS Lambda's shape:

    {"errorMessage": "card declined", "errorType": "ConnectorError", "stackTrace": ["  File …", …]}
"""

from __future__ import annotations

import json
from typing import Any

Json = Any


def plain_cause(cause: str | None) -> str | None:
    """The message, with the error's type before it; the cause itself where it is no such JSON."""
    shape = _shape(cause)
    if shape is None:
        return cause
    kind = shape.get("errorType")
    return f"{kind}: {shape['errorMessage']}" if kind else str(shape["errorMessage"])


def stack_trace(cause: str | None) -> str | None:
    """The stack trace as text, the outermost frame first; None where there is none."""
    shape = _shape(cause) or {}
    frames = shape.get("stackTrace", shape.get("trace"))  # Python's, and Node's
    if isinstance(frames, str):
        return frames
    if not isinstance(frames, list) or not frames:
        return None
    return "\n".join(str(frame).rstrip("\n") for frame in frames)


def _shape(cause: str | None) -> dict[str, Json] | None:
    if cause is None or not cause.startswith("{"):
        return None
    try:
        shape = json.loads(cause)
    except (ValueError, RecursionError):
        return None
    return shape if isinstance(shape, dict) and "errorMessage" in shape else None
