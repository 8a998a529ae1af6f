"""What a TestState request asks for: read, and refused where it contradicts itself whatever the state is.

Source: the Step Functions API reference, "TestState"; wordings are recorded where a recording has them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine import values
from engine.language.expr.java_text import json_text
from engine.records import dataclass
from engine.testing.teststate.refusal import INVALID_INPUT, Refusal

Json = Any

_JSON_TEXTS = (
    ("definition",), ("input",), ("variables",), ("context",), ("mock", "result"),
    ("stateConfiguration", "mapItemReaderData"),
)
"""Parameters that are JSON text in the API; here they may be given as values too."""

_HOLDERS = ("mock", "stateConfiguration")

_ONLY_WITH_A_MOCK = {
    "retrierRetryCount": "RetrierRetryCount", "errorCausedByState": "ErrorCausedByState",
    "mapIterationFailureCount": "MapIterationFailureCount", "mapItemReaderData": "MapItemReaderData",
}

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
"""The fields that a context object made up for a test may have, and their types: the developer guide, "Accessing
execution data from the Context object"."""


@dataclass(frozen=True, slots=True)
class Mock:
    """What the state's work is to come to: a `result`, or where `error` is not None that error.

    `mode` is the fieldValidationMode: STRICT, PRESENT or NONE.
    """

    result: Json = None
    error: str | None = None
    cause: str | None = None
    mode: str = "STRICT"


@dataclass(frozen=True, slots=True)
class Asked:
    """A request, read. `definition` is None where its text is no JSON. Times in stateConfiguration are counts.

    `reader_data` is the text that a Map's ItemReader reads, None where none was given.
    """

    definition: Json
    input: Json
    level: str = "INFO"
    state_name: str | None = None
    role_arn: str | None = None
    variables: Mapping[str, Json] | None = None
    context: Mapping[str, Json] | None = None
    mock: Mock | None = None
    retries: int = 0
    failed_iterations: int | None = None
    failing_state: str | None = None
    reader_data: str | None = None


def read_request(request: Mapping[str, Json]) -> Asked:
    """The request, read. Raises Refusal."""
    from engine.adapters.aws.service_shapes import request_problem  # noqa: PLC0415  botocore only for those who use it

    parameters = _with_texts(request)
    problem = request_problem("stepfunctions", "TestState", parameters)
    if problem is not None:
        raise Refusal(problem[1], problem[0])
    mock = _mock(parameters)
    configuration = parameters.get("stateConfiguration", {})
    return Asked(
        definition=_definition(parameters["definition"]), input=_input(parameters.get("input", "{}")),
        level=parameters.get("inspectionLevel", "INFO"), state_name=parameters.get("stateName"),
        role_arn=parameters.get("roleArn"), variables=_variables(parameters.get("variables")),
        context=_context(parameters.get("context")), mock=mock,
        retries=configuration.get("retrierRetryCount", 0),
        failed_iterations=configuration.get("mapIterationFailureCount"),
        failing_state=configuration.get("errorCausedByState"), reader_data=configuration.get("mapItemReaderData"),
    )


def _with_texts(request: Mapping[str, Json]) -> dict[str, Json]:
    """The request with JSON text in place of the values that the API wants as such; the original is not changed."""
    parameters = {name: dict(value) if name in _HOLDERS and isinstance(value, Mapping) else value
                  for name, value in request.items() if value is not None}
    for *holders, name in _JSON_TEXTS:
        holder = parameters.get(holders[0], {}) if holders else parameters
        if isinstance(holder, dict) and name in holder and not isinstance(holder[name], str):
            holder[name] = json_text(holder[name])
    return parameters


def _mock(parameters: Mapping[str, Json]) -> Mock | None:
    mock = parameters.get("mock")
    if mock is None:
        _refuse_what_needs_a_mock(parameters)
        return None
    if parameters.get("revealSecrets"):
        raise Refusal("TestState does not support RevealSecrets when a mock is specified.")
    error = mock.get("errorOutput")
    if ("result" in mock) == (error is not None):
        raise Refusal("A test mock should have only one of the following fields: [result, errorOutput].")
    mode = mock.get("fieldValidationMode", "STRICT")
    if error is None:
        return Mock(result=_parsed(mock["result"], "Mocked result must be valid JSON"), mode=mode)
    if "error" not in error:
        raise Refusal("A mocked errorOutput must have an error.")
    return Mock(error=error["error"], cause=error.get("cause"), mode=mode)


def _refuse_what_needs_a_mock(parameters: Mapping[str, Json]) -> None:
    configuration = parameters.get("stateConfiguration", {})
    asked = next((shown for name, shown in _ONLY_WITH_A_MOCK.items() if name in configuration), None)
    if asked is None and "context" in parameters:
        asked = "Context"
    if asked is not None:
        raise Refusal(f"TestState does not support {asked} when a mock is not specified.")


def _definition(text: str) -> Json:
    try:
        return loads(text)
    except ValueError:
        return None


def _input(text: str) -> Json:
    try:
        return loads(text)
    except ValueError as error:
        raise Refusal(f"Invalid State Machine Execution Input: '{error}'", INVALID_INPUT) from None


def _variables(text: str | None) -> Mapping[str, Json] | None:
    if text is None:
        return None
    variables = _parsed(text, "Variables must be valid JSON")
    if not isinstance(variables, dict):
        raise Refusal("Variables must be a JSON object")
    return variables


def _context(text: str | None) -> Mapping[str, Json] | None:
    if text is None:
        return None
    context = _parsed(text, "Invalid Context object provided: it must be valid JSON")
    _check_context(context)
    return dict(context)


def _check_context(context: Json) -> None:
    """Raises Refusal where `context` is no context object. Every field may be left out."""
    if not isinstance(context, dict):
        raise _no_context("Context must be an object")
    for part, fields in context.items():
        if part == "Map":
            raise _no_context("'Map' field is not supported when mocking a Context object")
        if part not in _FIELDS:
            raise _not_allowed(part)
        if not isinstance(fields, dict):
            raise _no_context(f"{part} must be an object")
        for name, value in fields.items():
            if name not in _FIELDS[part]:
                raise _not_allowed(name)
            _check_type(f"{part}.{name}", value, _FIELDS[part][name])


def _check_type(place: str, value: Json, wanted: str) -> None:
    if wanted != _ANY and (isinstance(value, bool) or not isinstance(value, _TYPES[wanted])):
        raise _no_context(f"{place} must be a {wanted}")


def _not_allowed(name: str) -> Refusal:
    return _no_context(f"Field '{name}' is not allowed")


def _no_context(problem: str) -> Refusal:
    return Refusal(f"Invalid Context object provided: {problem}")


def _parsed(text: str, otherwise: str) -> Json:
    try:
        return loads(text)
    except ValueError:
        raise Refusal(otherwise) from None


def loads(text: str) -> Json:
    """JSON as the service reads it. Raises ValueError."""
    try:
        return values.loads(text)
    except RecursionError:
        raise ValueError("nested too deeply") from None
