"""A Task's JSON and an API's structures: arguments become parameters, a response becomes a result.

    arguments ── names by dialect, scalars and JSON text coerced ──► parameters for botocore
    response  ── names by dialect, times as ISO 8601, bytes as text ──► result

Recorded rules: null is as if absent; an object given for a text is sent as its JSON text (MessageBody, Message, Detail,
Input); anything given for bytes is sent as its text; bytes come back as text. Half of a surrogate pair in an answer,
which no text can hold, comes back as U+FFFD (`connectors.checking.json_answer`); bytes that are no UTF-8 as
base64, and DynamoDB's binary attributes are base64 both ways, as in its own JSON.
"""

from __future__ import annotations

import base64
import binascii
import datetime as dt
import json
import math
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, cast

from connectors.aws.dialects import Dialect
from connectors.checking import json_answer, whole_text
from engine.language.expr.java_text import json_text

if TYPE_CHECKING:
    from botocore.model import ListShape, MapShape, Shape, StructureShape

Json = Any

_BASE64_SHAPES = frozenset({"BinaryAttributeValue"})


class Misfit(Exception):
    """Arguments that do not fit the operation: `problems` in AWS's words."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("; ".join(problems))
        self.problems = problems


def parameters(shape: StructureShape | None, arguments: Json, dialect: Dialect) -> dict[str, Any]:
    """`arguments` as botocore wants them for an operation with the input `shape`. Raises Misfit, listing everything."""
    if not isinstance(arguments, dict):
        raise Misfit(["The Parameters must be a JSON object"])
    problems: list[str] = []
    if shape is None:
        problems += [f"The field '{name}' is not supported by Step Functions" for name in arguments]
        params = {}
    else:
        params = _structure(shape, arguments, dialect, problems, "")
        located = (name for name, member in shape.members.items() if member.serialization.get("location") == "uri")
        problems += [
            f"The field '{dialect.member(name)}' is required but was missing" for name in located if name not in params
        ]
    if problems:
        raise Misfit(problems)
    return params


def _structure(
    shape: StructureShape, value: dict[str, Json], dialect: Dialect, problems: list[str], place: str
) -> dict[str, Any]:
    members = {dialect.member(name): name for name in shape.members}
    taken: dict[str, Any] = {}
    for given, item in value.items():
        name = members.get(given, given if given in shape.members else None)
        if name is None:
            problems.append(f"The field '{place}{given}' is not supported by Step Functions")
        elif item is not None:
            taken[name] = _parameter(shape.members[name], item, dialect, problems, f"{place}{given}")
    return taken


def _parameter(shape: Shape, value: Json, dialect: Dialect, problems: list[str], place: str) -> Any:
    """One value as `shape` wants it; what does not fit is added to `problems`."""
    kind = shape.type_name
    if getattr(shape, "is_document_type", False) or shape.serialization.get("jsonvalue"):
        return value
    if kind == "structure" and isinstance(value, dict):
        return _structure(cast("StructureShape", shape), value, dialect, problems, f"{place}.")
    if kind == "list" and isinstance(value, list):
        member = cast("ListShape", shape).member
        return [_parameter(member, item, dialect, problems, f"{place}[{i}]") for i, item in enumerate(value)]
    if kind == "map" and isinstance(value, dict):
        member = cast("MapShape", shape).value
        return {
            key: _parameter(member, item, dialect, problems, f"{place}.{key}")
            for key, item in value.items() if item is not None
        }
    try:
        return _scalar(shape, value)
    except (ValueError, KeyError, TypeError, OverflowError):
        problems.append(f"The value of the field '{place}' has an invalid format")
        return None


def _scalar(shape: Shape, value: Json) -> Any:
    """A value that is no structure, list or map. Raises ValueError, KeyError or TypeError where it does not fit."""
    if shape.type_name == "blob":
        text = value if isinstance(value, str) else json_text(value)
        return base64.b64decode(text, validate=True) if shape.name in _BASE64_SHAPES else text.encode()
    return _SCALARS[shape.type_name](value)


def _text(value: Json) -> str:
    return value if isinstance(value, str) else json_text(value)


def _boolean(value: Json) -> bool:
    return {"true": True, "false": False}[_text(value).lower()]


def _whole(value: Json) -> int:
    number = int(value)
    if isinstance(value, bool) or (isinstance(value, float) and number != value):
        raise ValueError(value)
    return number


def _number(value: Json) -> float:
    if isinstance(value, bool) or not math.isfinite(number := float(value)):
        raise ValueError(value)
    return number


def _time(value: Json) -> dt.datetime:
    """ISO 8601 text, or seconds since the epoch."""
    if isinstance(value, str):
        moment = dt.datetime.fromisoformat(value)
        return moment if moment.tzinfo else moment.replace(tzinfo=dt.UTC)
    return dt.datetime.fromtimestamp(_number(value), dt.UTC)


_SCALARS: dict[str, Callable[[Json], Any]] = {
    "string": _text, "character": _text, "boolean": _boolean, "integer": _whole, "long": _whole, "float": _number,
    "double": _number, "timestamp": _time,
}


def result(shape: Shape | None, response: dict[str, Any], dialect: Dialect) -> dict[str, Json]:
    """`response` of an operation with the output `shape` as Step Functions shows it. Streams must be read before."""
    if shape is None:
        return {}
    shown: dict[str, Json] = _shown(shape, response, dialect)
    return shown


def _shown(shape: Shape, value: Any, dialect: Dialect) -> Json:
    match shape.type_name:
        case "structure" if not getattr(shape, "is_document_type", False):
            members = cast("StructureShape", shape).members
            return {
                dialect.member(name): _shown(members[name], item, dialect)
                for name, item in value.items() if name in members and item is not None
            }
        case "list":
            return [_shown(cast("ListShape", shape).member, item, dialect) for item in value]
        case "map":
            part = cast("MapShape", shape).value
            return {whole_text(str(key)): _shown(part, item, dialect) for key, item in value.items()}
    return whole_text(value) if isinstance(value, str) else _shown_scalar(shape, value)


def _shown_scalar(shape: Shape, value: Any) -> Json:
    """Bytes, a number or a time."""
    if isinstance(value, bytes | bytearray):
        return base64.b64encode(value).decode() if shape.name in _BASE64_SHAPES else text_of(bytes(value))
    if isinstance(value, float) and not math.isfinite(value):
        return json.dumps(value)  # NaN, Infinity: JSON has no such numbers
    return iso_time(value) if isinstance(value, dt.datetime) else value


def json_or_text(text: str) -> Json:
    """`text` parsed; as it is where it is no JSON."""
    try:
        return json_answer(text)
    except (ValueError, RecursionError):
        return text


def text_of(data: bytes) -> str:
    """Bytes as text: UTF-8, else base64."""
    try:
        return data.decode()
    except UnicodeDecodeError:
        return binascii.b2a_base64(data, newline=False).decode()


def iso_time(moment: dt.datetime) -> str:
    """As Java prints an Instant: ``2024-04-18T06:27:01Z``, with milliseconds or microseconds where there are any."""
    moment = moment.astimezone(dt.UTC)
    micros = moment.microsecond
    precision = "seconds" if micros == 0 else "milliseconds" if micros % 1000 == 0 else "microseconds"
    return moment.isoformat(timespec=precision).replace("+00:00", "Z")
