"""The eight state types: which fields each has under which query language, and the rules between its fields.

The tables follow the ASL specification's table of fields and state types and the Developer Guide's page of each state.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from engine.language.asl.validate.choices import check_choices
from engine.language.asl.validate.expressions import (
    check_assign,
    check_expression,
    check_object_template,
    check_path,
    check_path_or_intrinsic,
    check_path_or_null,
    check_reference_path,
    check_task_arguments,
    check_template,
    looks_like_a_path,
)
from engine.language.asl.validate.failures import check_catch, check_retry
from engine.language.asl.validate.inspection import JSONATA, JSONPATH, Inspection, Json, Spot
from engine.language.asl.validate.maps import MAP, check_map, child_kind, processor
from engine.language.asl.validate.resources import check_required_arguments, check_resource
from engine.language.asl.validate.shapes import (
    LARGEST_SECONDS,
    Field,
    Table,
    anything,
    at_most_one,
    boolean,
    check_object,
    exactly_one,
    is_whole,
    jsonata,
    jsonpath,
    number,
    one_of,
    several,
    string,
    timestamp,
)
from engine.values import walk

STATE_TYPES = ("Task", "Wait", "Pass", "Succeed", "Fail", "Choice", "Parallel", "Map")
"""In AWS's order: it lists them so when a Type is none of them."""

check_query_language = one_of(JSONPATH, JSONATA)

_CREDENTIALS: Table = {
    "RoleArn": Field(check_expression(string)),
    "RoleArn.$": jsonpath(check_path_or_intrinsic),
}


def _check_credentials(inspection: Inspection, value: Json, spot: Spot) -> None:
    if check_object(inspection, value, spot, _CREDENTIALS):
        if not value.keys() & _CREDENTIALS.keys():
            inspection.error(spot, "The field 'RoleArn' is required but was missing")
        at_most_one(inspection, value, spot, *_CREDENTIALS)


def _check_result(inspection: Inspection, value: Json, spot: Spot) -> None:
    """A Pass state's Result is data: paths in it are not evaluated."""
    if any(str(path[-1]).endswith(".$") and looks_like_a_path(part) for path, part in walk(value) if path):
        inspection.warning(spot, "The Result of a Pass state is static: the paths in it are not evaluated",
                           "PASS_RESULT_IS_STATIC")


def _check_message(inspection: Inspection, value: Json, spot: Spot) -> None:
    """A Fail state's Error or Cause."""
    string(inspection, value, spot)
    if not spot.is_jsonata and looks_like_a_path(value):
        inspection.warning(spot, f"The value of '{spot.field}' looks like a path, but the name of the field does not "
                                 "end with 'Path'", "NO_PATH")


_seconds = Field(check_expression(number(1, LARGEST_SECONDS)))

_EVERY: Table = {"Type": Field(anything), "Comment": Field(string), "QueryLanguage": Field(check_query_language)}
_IN_AND_OUT: Table = {
    "InputPath": jsonpath(check_path_or_null),
    "OutputPath": jsonpath(check_path_or_null),
    "Output": jsonata(check_template),
}
_ONWARD: Table = {"Next": Field(string), "End": Field(boolean), "Assign": Field(check_assign)}
_WORK: Table = {
    "ResultPath": jsonpath(check_reference_path),
    "ResultSelector": jsonpath(check_object_template),
    "Retry": Field(check_retry),
    "Catch": Field(check_catch),
}

FIELDS: dict[str, Table] = {
    "Task": {
        **_EVERY, **_IN_AND_OUT, **_ONWARD, **_WORK,
        "Resource": Field(check_resource, required=True),
        "Parameters": jsonpath(check_task_arguments),
        "Arguments": jsonata(check_task_arguments),
        "TimeoutSeconds": _seconds,
        "TimeoutSecondsPath": jsonpath(check_path),
        "HeartbeatSeconds": _seconds,
        "HeartbeatSecondsPath": jsonpath(check_path),
        "Credentials": Field(_check_credentials),
    },
    "Pass": {
        **_EVERY, **_IN_AND_OUT, **_ONWARD,
        "Result": jsonpath(_check_result),
        "ResultPath": jsonpath(check_reference_path),
        "Parameters": jsonpath(check_template),
    },
    "Wait": {
        **_EVERY, **_IN_AND_OUT, **_ONWARD,
        "Seconds": Field(check_expression(number(0, LARGEST_SECONDS))),
        "SecondsPath": jsonpath(check_path),
        "Timestamp": Field(check_expression(timestamp)),
        "TimestampPath": jsonpath(check_path),
    },
    "Choice": {
        **_EVERY, **_IN_AND_OUT,
        "Choices": Field(check_choices, required=True),
        "Default": Field(string),
        "Assign": Field(check_assign),
    },
    "Succeed": {**_EVERY, **_IN_AND_OUT},
    "Fail": {
        **_EVERY,
        "Error": Field(check_expression(_check_message)),
        "ErrorPath": jsonpath(check_path_or_intrinsic),
        "Cause": Field(check_expression(_check_message)),
        "CausePath": jsonpath(check_path_or_intrinsic),
    },
    "Parallel": {
        **_EVERY, **_IN_AND_OUT, **_ONWARD, **_WORK,
        "Branches": Field(several(anything), required=True),  # the machine's own walk checks each
        "Parameters": jsonpath(check_object_template),
        "Arguments": jsonata(check_object_template),
    },
    "Map": {**_EVERY, **_IN_AND_OUT, **_ONWARD, **_WORK, **MAP},
}


def _check_task(inspection: Inspection, state: dict[str, Json], spot: Spot) -> None:
    field = "Arguments" if spot.is_jsonata else "Parameters"
    check_required_arguments(inspection, state.get("Resource"), state.get(field, {}), spot.inside(field))
    at_most_one(inspection, state, spot, "TimeoutSeconds", "TimeoutSecondsPath")
    at_most_one(inspection, state, spot, "HeartbeatSeconds", "HeartbeatSecondsPath")
    timeout, heartbeat = state.get("TimeoutSeconds"), state.get("HeartbeatSeconds")
    if is_whole(timeout) and is_whole(heartbeat) and heartbeat >= timeout:
        inspection.error(spot, "HeartbeatSeconds must be smaller than TimeoutSeconds")


def _check_wait(inspection: Inspection, state: dict[str, Json], spot: Spot) -> None:
    names = ["Seconds", "Timestamp"] if spot.is_jsonata else ["Seconds", "SecondsPath", "Timestamp", "TimestampPath"]
    exactly_one(inspection, state, spot, *names)


def _check_fail(inspection: Inspection, state: dict[str, Json], spot: Spot) -> None:
    at_most_one(inspection, state, spot, "Error", "ErrorPath")
    at_most_one(inspection, state, spot, "Cause", "CausePath")


_BETWEEN_FIELDS: dict[str, Callable[[Inspection, dict[str, Json], Spot], None]] = {
    "Task": _check_task, "Wait": _check_wait, "Fail": _check_fail, "Map": check_map,
}


def check_state(inspection: Inspection, state: Json, spot: Spot) -> None:
    """One state, except where it leads and the machines inside it. `spot` has the state's own query language."""
    if not isinstance(state, dict):
        inspection.error(spot, "Expected value of type Object")
        return
    if "Type" not in state:
        inspection.error(spot, "These fields are required: [Type]")
        return
    kind = state["Type"]
    if kind not in STATE_TYPES:
        one_of(*STATE_TYPES)(inspection, kind, spot.inside("Type"))
        return
    check_object(inspection, state, spot, FIELDS[kind])
    if kind in _BETWEEN_FIELDS:
        _BETWEEN_FIELDS[kind](inspection, state, spot)
    if "Next" in FIELDS[kind]:
        _check_onward(inspection, state, spot)


def _check_onward(inspection: Inspection, state: dict[str, Json], spot: Spot) -> None:
    """Exactly one of Next and "End": true."""
    ends = state.get("End")
    if "Next" in state and ends is True:
        inspection.error(spot, "There should only be one of the following fields: [Next, End]")
    elif "Next" not in state and ends in (None, False):
        inspection.error(spot, "Exactly one of these fields is required: [Next, End]")


def nested_machines(state: Json, spot: Spot) -> Iterator[tuple[Json, Spot]]:
    """The machines inside a Parallel or Map state, each with its spot (in the language of `spot`)."""
    if not isinstance(state, dict):
        return
    if state.get("Type") == "Parallel" and isinstance(state.get("Branches"), list):
        for index, branch in enumerate(state["Branches"]):
            yield branch, spot.inside("Branches").inside(index)
    elif state.get("Type") == "Map" and (found := processor(state)):
        name, machine = found
        yield machine, replace(spot.inside(name), kind=child_kind(state) or spot.kind)
