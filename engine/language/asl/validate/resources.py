"""A Task's Resource: the ARNs that AWS recognises, our connectors, and what an EXPRESS workflow may not use."""

from __future__ import annotations

import re

from engine.language.asl.integrations import OPTIMISED, REQUIRED_ARGUMENTS, SYNC, TOKEN
from engine.language.asl.validate.inspection import Inspection, Json, Spot
from engine.language.asl.validate.shapes import unrecognised

_INTEGRATION = re.compile(
    r"arn:[^:]+:states:(?:::|[^:]+:[^:]+:)(?P<sdk>aws-sdk:)?(?P<service>[a-z0-9-]+):(?P<action>[A-Za-z0-9]+)"
    r"(?P<pattern>\.waitForTaskToken|\.sync:2|\.sync)?"
)
_LAMBDA = re.compile(r"arn:[^:]+:lambda:[^:]*:[^:]*:function:[A-Za-z0-9_-]+(:[A-Za-z0-9_$-]+)?")
_ACTIVITY = re.compile(r"arn:[^:]+:states:[^:]*:[^:]*:activity:[^\s:]{1,80}")
CONNECTOR = re.compile(r"connector:[A-Za-z][A-Za-z0-9_-]*:[A-Za-z][A-Za-z0-9_-]*(?P<pattern>\.waitForTaskToken)?")
"""``connector:CODE:ACTION``, optionally ``.waitForTaskToken``: a Task of ours that AWS does not know."""


def check_resource(inspection: Inspection, value: Json, spot: Spot) -> None:
    """A Task's Resource."""
    if not isinstance(value, str):
        inspection.error(spot, "Expected value of type String")
        return
    if inspection.extensions and value.startswith("connector:"):
        _check_connector(inspection, value, spot)
        return
    if _ACTIVITY.fullmatch(value):
        if spot.kind == "EXPRESS":
            inspection.error(spot, "Express state machine does not support activities")
        return
    if _LAMBDA.fullmatch(value):
        return
    found = _INTEGRATION.fullmatch(value)
    if found is None or not _recognised(found):
        unrecognised(inspection, value, spot)
        return
    _check_pattern(inspection, found["pattern"], spot)


def check_required_arguments(inspection: Inspection, resource: Json, arguments: Json, spot: Spot) -> None:
    """The arguments that the integration `resource` needs, where `arguments` (at `spot`) are written out."""
    found = _INTEGRATION.fullmatch(resource) if isinstance(resource, str) else None
    if found is None or found["sdk"] or not isinstance(arguments, dict):
        return
    for name in REQUIRED_ARGUMENTS.get(f"{found['service']}:{found['action']}", ()):
        if name not in arguments and (spot.is_jsonata or f"{name}.$" not in arguments):
            inspection.error(spot, f"The field '{name}' is required but was missing")
        elif inspection.extensions and arguments.get(name) == "":  # AWS takes it, and no service does
            inspection.error(
                spot.inside(name), f"The field '{name}' is required but is empty: write a value or an expression",
                "REQUIRED_INPUT_EMPTY",
            )


def _recognised(found: re.Match[str]) -> bool:
    pattern = found["pattern"] or ""
    if found["sdk"]:
        return found["action"][0].islower() and not pattern.startswith(SYNC)
    return pattern in OPTIMISED.get(found["service"], {}).get(found["action"], ())


def _check_connector(inspection: Inspection, value: str, spot: Spot) -> None:
    found = CONNECTOR.fullmatch(value)
    if found is None:
        inspection.error(
            spot, f"'{value}' names no connector action: write connector:CODE:ACTION, or connector:CODE:ACTION{TOKEN}"
        )
    else:
        _check_pattern(inspection, found["pattern"], spot)


def _check_pattern(inspection: Inspection, pattern: str | None, spot: Spot) -> None:
    if spot.kind != "EXPRESS" or not pattern:
        return
    if pattern == TOKEN:  # AWS's text ends with a space
        inspection.error(spot, f"Express state machine does not support '{TOKEN}' service integration ")
    else:
        inspection.error(spot, f"Express state machine does not support '{SYNC}' service integration")
