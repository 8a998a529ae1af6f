"""Values held against the shapes of AWS's APIs, as botocore's data files describe them: no client, no credentials.

    example_response   a response of the operation that a service integration calls, made up
    response_problem   a made-up result of a service integration against the operation's response
    request_problem    the parameters of a call against the operation's request: the SDK's checks, then the service's

Each answer is the first problem in AWS's words (recorded where a recording has it), None where there is none.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ParamValidationError
from botocore.validate import ParamValidator

from engine.adapters.aws.integration_names import capitalised, sdk_member
from engine.adapters.aws.service_models import actions, service_model, services
from engine.language.asl.model import Pattern, Resource

if TYPE_CHECKING:
    from botocore.model import OperationModel, Shape

Json = Any

_SDK = "aws-sdk:"
_OPTIMISED = {"states": ("stepfunctions",), "elasticmapreduce": ("emr",), "bedrock": ("bedrock-runtime", "bedrock")}
"""Optimised integrations whose APIs botocore calls otherwise."""

EXAMPLE_LEVELS = 4
"""So deep an example shows every member; below it the required ones alone."""

_NUMBER: tuple[str, tuple[type, ...]] = ("a number", (int, float))
_JSON_TYPES: dict[str, tuple[str, tuple[type, ...]]] = {
    "structure": ("an object", (dict,)), "map": ("an object", (dict,)), "list": ("an array", (list,)),
    "boolean": ("a boolean", (bool,)), "integer": _NUMBER, "long": _NUMBER, "float": _NUMBER, "double": _NUMBER,
}
"""A shape's kind → the JSON that it is; everything else is text, times and bytes too (recorded)."""


# ---------------------------------------------------------------- a result against a response


def response_problem(resource: Resource, result: Json, *, strict: bool) -> str | None:
    """What of `result` does not fit the response of the operation that `resource` calls.

    With `strict` required members must be there; members that the API does not know never matter (recorded). Nothing
    is held against what is no single API's response: plain functions, activities, API Gateway, HTTP, connectors, the
    answer to a task token, the end of a .sync job. Patterns are not looked at, nor is what an optimised integration
    shows parsed (Lambda's Payload).
    """
    operation = _operation(resource)
    if operation is None or operation.output_shape is None:
        return None
    if not isinstance(result, dict):
        return "Mocked result must be an object"
    sdk = resource.service.startswith(_SDK)
    parsed = None if sdk else operation.output_shape.serialization.get("payload")
    return next(_misfits_of_members(operation.output_shape, result, sdk=sdk, strict=strict, unchecked=parsed), None)


def _operation(resource: Resource) -> OperationModel | None:
    """The API's operation, None where there is none."""
    if resource.pattern is not Pattern.REQUEST_RESPONSE or resource.function:
        return None
    if resource.service.startswith(_SDK):
        candidates: tuple[str, ...] = (services().get(resource.service.removeprefix(_SDK), ""),)
    else:
        candidates = _OPTIMISED.get(resource.service, (resource.service,))
    known = services().values()
    for service in (service for service in candidates if service in known):
        operation = actions(service).get(resource.action)
        if operation is not None:
            return service_model(service).operation_model(operation)
    return None


def _misfits_of_members(
    shape: Any, value: dict[str, Json], *, sdk: bool, strict: bool, unchecked: str | None = None
) -> Iterator[str]:
    spelled = sdk_member if sdk else capitalised
    members = {spelled(name): name for name in shape.members}
    if strict:
        for shown, name in members.items():
            if name in shape.required_members and value.get(shown) is None:
                yield f"Required field '{shown}' is missing"
    for field, item in value.items():
        name = members.get(field)
        if name is not None and name != unchecked:
            yield from _misfits(shape.members[name], item, field, sdk=sdk, strict=strict)


def _misfits(shape: Any, value: Json, field: str, *, sdk: bool, strict: bool) -> Iterator[str]:
    """Everything wrong with one value; `field` is the name nearest to it. null is as if absent."""
    kind = shape.type_name
    if value is None or getattr(shape, "is_document_type", False):
        return
    wanted, accepted = _JSON_TYPES.get(kind, ("a string", (str,)))
    fits = isinstance(value, accepted) and (kind == "boolean" or not isinstance(value, bool))
    if not fits:
        yield f"Field '{field}' must be {wanted}"
    elif kind == "structure":
        yield from _misfits_of_members(shape, value, sdk=sdk, strict=strict)
    elif kind == "map":
        for key, item in value.items():
            yield from _misfits(shape.value, item, key, sdk=sdk, strict=strict)
    elif kind == "list":
        for item in value:
            yield from _misfits(shape.member, item, field, sdk=sdk, strict=strict)
    else:
        yield from _out_of_bounds(shape, value, field)


def _out_of_bounds(shape: Shape, value: Json, field: str) -> Iterator[str]:
    """Enumerations, the range of a number, the length of a text."""
    least, most = shape.metadata.get("min"), shape.metadata.get("max")
    if isinstance(value, str):
        if _enum(shape) and value not in _enum(shape):
            yield f"Field '{field}' is not an expected value"
        elif least is not None and len(value) < least:
            yield f"Field '{field}' is smaller than the minimum length"
        elif most is not None and len(value) > most:
            yield f"Field '{field}' exceeds the maximum length"
    elif most is not None and value > most:
        yield f"Field '{field}' exceeds the maximum value"
    elif least is not None and value < least:
        yield f"Field '{field}' is less than the minimum value"


# ---------------------------------------------------------------- a response, made up


def example_response(resource: Resource) -> dict[str, Json] | None:
    """A response of the operation that `resource` calls, with every member down to EXAMPLE_LEVELS, as the Task's result
    shows it; None where `response_problem` knows none."""
    operation = _operation(resource)
    if operation is None:
        return None
    shape = operation.output_shape
    if shape is None:
        return {}
    sdk = resource.service.startswith(_SDK)
    found: dict[str, Json] = _example(shape, 0, sdk=sdk)
    parsed = None if sdk else shape.serialization.get("payload")
    return found | ({} if parsed is None else {capitalised(parsed): {}})


def _example(shape: Any, level: int, *, sdk: bool) -> Json:
    kind, spelled = shape.type_name, sdk_member if sdk else capitalised
    if getattr(shape, "is_document_type", False):
        return {}
    if kind == "structure":
        union = getattr(shape, "is_tagged_union", False) or shape.name == "AttributeValue"  # DynamoDB's
        members = list(shape.members.items())[: 1 if union else None]
        wanted = members if level < EXAMPLE_LEVELS else [item for item in members if item[0] in shape.required_members]
        return {spelled(name): _example(member, level + 1, sdk=sdk) for name, member in wanted}
    if kind == "list":
        return [_example(shape.member, level + 1, sdk=sdk)] if level < EXAMPLE_LEVELS else []
    if kind == "map":
        return {"key": _example(shape.value, level + 1, sdk=sdk)} if level < EXAMPLE_LEVELS else {}
    return _example_scalar(shape)


def _example_scalar(shape: Shape) -> Json:
    least = shape.metadata.get("min") or 0
    if shape.type_name in ("integer", "long", "float", "double"):
        return max(least, 0)
    if shape.type_name == "boolean":
        return False
    if shape.type_name == "timestamp":
        return "2026-01-31T09:30:00Z"
    return _enum(shape)[0] if _enum(shape) else "text".ljust(least, "x")[: shape.metadata.get("max")]


# ---------------------------------------------------------------- parameters against a request


def request_problem(service: str, operation: str, parameters: dict[str, Any]) -> tuple[str | None, str] | None:
    """(error code, message) with which `parameters` are refused by botocore's `service`, None where they fit.

    The SDK's own checks come first and have no code: they refuse before anything is sent.
    """
    shape = service_model(service).operation_model(operation).input_shape
    if shape is None:
        return None
    report = ParamValidator().validate(parameters, shape)
    if report.has_errors():
        return None, str(ParamValidationError(report=report.generate_report()))
    violations = list(_violations(shape, parameters, ""))
    if not violations:
        return None
    count = f"{len(violations)} validation error{'s' if len(violations) > 1 else ''} detected"
    return "ValidationException", f"{count}: {'; '.join(violations)}"


def _violations(shape: Any, value: Any, place: str) -> Iterator[str]:
    """The constraints that only the service checks: enumerations and upper limits."""
    if shape.type_name == "structure":
        for name, item in value.items():
            yield from _violations(shape.members[name], item, f"{place}.{name}" if place else name)
        return
    most = shape.metadata.get("max")
    shown = "Value" if shape.metadata.get("sensitive") else f"Value '{value}'"
    failed = f"{shown} at '{place}' failed to satisfy constraint: Member must"
    if _enum(shape) and value not in _enum(shape):
        yield f"{failed} satisfy enum value set: [{', '.join(_enum(shape))}]"
    elif most is not None and isinstance(value, str) and len(value) > most:
        yield f"{failed} have length less than or equal to {most}"


def _enum(shape: Shape) -> list[str]:
    return getattr(shape, "enum", None) or []
