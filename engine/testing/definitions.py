"""Definitions under test, answered as AWS's API answers: validated, refused, and asked for their variables."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from engine.errors import Diagnostic
from engine.language.asl.validate import validate

Json = Any


def validation_result(definition: Json, *, kind: str = "STANDARD", severity: str = "ERROR") -> dict[str, Json]:
    """AWS's answer to ValidateStateMachineDefinition: ``{"result", "diagnostics", "truncated"}``.

    As there, `severity` is the least that is listed: ERROR (the default) or WARNING.
    """
    found = validate(definition, kind=kind, extensions=False)
    errors = [finding for finding in found if finding.severity == "ERROR"]
    listed = errors if severity == "ERROR" else found
    return {
        "result": "FAIL" if errors else "OK",
        "diagnostics": [finding.as_dict() for finding in listed],
        "truncated": False,
    }


def create_error(
    definition: Json, *, kind: str = "STANDARD", request: Mapping[str, Json] | None = None,
    log_groups: Collection[str] = (),
) -> dict[str, Json] | None:
    """The error with which AWS's CreateStateMachine refuses `definition`: ``{"code", "message"}``; None if it does not.

    AWS names every error of a definition in one message, each with its code and place (recorded). The other
    parameters of the call, where `request` gives them, are held against the recorded rules too; `log_groups` are the
    ARNs of the log groups that exist.
    """
    errors = [f for f in validate(definition, kind=kind, extensions=False) if f.severity == "ERROR"]
    if errors:
        return refusal_of(errors)
    return _request_error(request or {}, log_groups)


def refusal_of(errors: Sequence[Diagnostic]) -> dict[str, Json]:
    """AWS's InvalidDefinition for the findings `errors`: all of them in one message; nowhere is ``null`` there."""
    told = ", ".join(f"{f.code}: {f.message} at {f.location or 'null'}" for f in errors)
    return {"code": "InvalidDefinition", "message": f"Invalid State Machine Definition: '{told}'"}


def _request_error(request: Mapping[str, Json], log_groups: Collection[str]) -> dict[str, Json] | None:
    if "versionDescription" in request and not request.get("publish"):
        return {"code": "ValidationException",
                "message": "Version description can only be set when publish is true"}
    logging = request.get("loggingConfiguration") or {}
    destinations = logging.get("destinations") or []
    problem = None
    if logging.get("level", "OFF") != "OFF":
        if len(destinations) != 1:
            problem = "Must specify exactly one Log Destination."
        elif destinations[0].get("cloudWatchLogsLogGroup", {}).get("logGroupArn") not in log_groups:
            problem = "Log Destination not found."
    if problem is None:
        return None
    return {"code": "InvalidLoggingConfiguration", "message": f"Invalid Logging Configuration: {problem}"}
