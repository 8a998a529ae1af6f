"""A context object made up for a test: which fields it may have, and of what type.

Source: the developer guide, "Accessing execution data from the Context object"; wordings are recorded.
"""

from __future__ import annotations

from typing import Any

from engine.testing.teststate.refusal import Refusal

Json = Any

_ANY = ""
_FIELDS: dict[str, dict[str, str]] = {
    "Execution": {
        "Id": "string", "Input": _ANY, "Name": "string", "RoleArn": "string", "StartTime": "string",
        "RedriveCount": "number", "RedriveTime": "string",
    },
    "State": {"EnteredTime": "string", "Name": "string", "RetryCount": "number"},
    "StateMachine": {"Id": "string", "Name": "string"},
    "Task": {"Token": "string"},
}
_TYPES: dict[str, type | tuple[type, ...]] = {"string": str, "number": (int, float)}


def check_context(context: Json) -> None:
    """Raises Refusal where `context` is no context object. Every field may be left out."""
    if not isinstance(context, dict):
        raise _invalid("Context must be an object")
    for part, fields in context.items():
        if part == "Map":
            raise _invalid("'Map' field is not supported when mocking a Context object")
        if part not in _FIELDS:
            raise _not_allowed(part)
        if not isinstance(fields, dict):
            raise _invalid(f"{part} must be an object")
        for name, value in fields.items():
            if name not in _FIELDS[part]:
                raise _not_allowed(name)
            _check_type(f"{part}.{name}", value, _FIELDS[part][name])


def _check_type(place: str, value: Json, wanted: str) -> None:
    if wanted != _ANY and (isinstance(value, bool) or not isinstance(value, _TYPES[wanted])):
        raise _invalid(f"{place} must be a {wanted}")


def _not_allowed(name: str) -> Refusal:
    return _invalid(f"Field '{name}' is not allowed")


def _invalid(problem: str) -> Refusal:
    return Refusal(f"Invalid Context object provided: {problem}")
