"""Retry and Catch: which errors they name, in which order, and their numbers (ASL specification, "Errors")."""

from __future__ import annotations

from engine.language.asl.validate.expressions import check_assign, check_reference_path, check_template
from engine.language.asl.validate.inspection import Inspection, Json, Spot
from engine.language.asl.validate.shapes import (
    LARGEST_SECONDS,
    Field,
    Table,
    check_object,
    each,
    is_whole,
    jsonata,
    jsonpath,
    number,
    one_of,
    several,
    string,
)

RESERVED_ERRORS = frozenset({
    "States.ALL", "States.BranchFailed", "States.DataLimitExceeded", "States.ExceedToleratedFailureThreshold",
    "States.HeartbeatTimeout", "States.Http.Socket", "States.IntrinsicFailure", "States.ItemReaderFailed",
    "States.NoChoiceMatched", "States.ParameterPathFailure", "States.Permissions", "States.QueryEvaluationError",
    "States.ResultPathMatchFailure", "States.ResultWriterFailed", "States.Runtime", "States.TaskFailed",
    "States.Timeout",
})
"""The error names that begin with ``States.``; no others do (ASL specification; Step Functions Developer Guide)."""

MAX_DELAY_SECONDS = 31_622_400

RETRIER: Table = {
    "ErrorEquals": Field(several(string), required=True),
    "IntervalSeconds": Field(number(1, LARGEST_SECONDS)),
    "MaxAttempts": Field(number(0, LARGEST_SECONDS)),
    "BackoffRate": Field(number(1, float("inf"), whole=False)),
    "MaxDelaySeconds": Field(number(1, MAX_DELAY_SECONDS)),
    "JitterStrategy": Field(one_of("FULL", "NONE")),
    "Comment": Field(string),
}

CATCHER: Table = {
    "ErrorEquals": Field(several(string), required=True),
    "Next": Field(string, required=True),
    "ResultPath": jsonpath(check_reference_path),
    "Output": jsonata(check_template),
    "Assign": Field(check_assign),
    "Comment": Field(string),
}


def check_retry(inspection: Inspection, value: Json, spot: Spot) -> None:
    """A state's Retry."""
    for retrier, inner in _each(inspection, value, spot, RETRIER):
        interval, longest = retrier.get("IntervalSeconds", 1), retrier.get("MaxDelaySeconds")
        if is_whole(interval) and is_whole(longest) and longest <= interval:
            inspection.error(inner, "MaxDelaySeconds must be greater than IntervalSeconds")


def check_catch(inspection: Inspection, value: Json, spot: Spot) -> None:
    """A state's Catch. Where its Next leads is the machine's matter."""
    _each(inspection, value, spot, CATCHER)


def _each(
    inspection: Inspection, value: Json, spot: Spot, table: Table
) -> list[tuple[dict[str, Json], Spot]]:
    objects = []
    for index, (item, inner) in enumerate(each(inspection, value, spot, least=0)):
        if check_object(inspection, item, inner, table):
            _check_names(inspection, item.get("ErrorEquals"), inner.inside("ErrorEquals"),
                         last=index == len(value) - 1)
            objects.append((item, inner))
    return objects


def _check_names(inspection: Inspection, names: Json, spot: Spot, *, last: bool) -> None:
    if not isinstance(names, list):
        return
    if "States.ALL" in names:
        if len(names) > 1:
            inspection.error(spot, "States.ALL can only appear alone")
        if not last:
            inspection.error(spot, "States.ALL can only appear in the last element")
    for name in names:
        if isinstance(name, str) and name.startswith("States.") and name not in RESERVED_ERRORS:
            inspection.advise(
                spot, f"'{name}' is no error that a state can have: names from 'States.' on are reserved",
                "UNKNOWN_ERROR_NAME",
            )
