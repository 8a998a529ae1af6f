"""What goes into a connector and what comes out, checked: inputs against the ActionSpec, the output for being JSON."""

from __future__ import annotations

import copy
import difflib
import json
import math
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from engine import surrogates
from engine.governance.secret_refs import escape
from engine.records import dataclass
from engine.values import is_number, json_type, loads, with_article

if TYPE_CHECKING:
    from connectors.sdk import ActionSpec, Field

Json = Any


@dataclass(frozen=True, slots=True)
class Problem:
    """One fault of an input; `pointer` leads to it within the arguments. Never quotes a value: it may be a secret."""

    pointer: str
    message: str

    def __str__(self) -> str:
        return f"{self.pointer or '/'}: {self.message}"


def check_inputs(spec: ActionSpec, params: Json) -> tuple[dict[str, Json], list[Problem]]:
    """`params` with the defaults filled in, and every problem there is with them."""
    if not isinstance(params, dict):
        return {}, [Problem("", f"must be an object with the action's inputs, not {json_type(params)}")]
    lacking = [group for group in spec.one_of if not any(name in params for name in group)]
    undeclared = [name for name in params if name not in spec.inputs]
    problems = [Problem(f"/{escape(name)}", _undeclared(name, spec.inputs)) for name in undeclared]
    problems += [Problem("", f"needs one of {', '.join(group)}") for group in lacking]
    filled: dict[str, Json] = {}
    for name, field in spec.inputs.items():
        if name in params:
            filled[name] = params[name]
            problems += _check(field, params[name], f"/{escape(name)}")
        elif field.required:
            problems.append(Problem(f"/{escape(name)}", "is required"))
        elif field.has_default:
            filled[name] = copy.deepcopy(field.default)
    return filled, problems


def _undeclared(name: str, inputs: Mapping[str, Field]) -> str:
    near = difflib.get_close_matches(name, inputs, n=1)
    if near:
        return f"is not an input of this action; did you mean {near[0]}?"
    return f"is not an input of this action, which takes {', '.join(inputs) or 'none'}"


def _check(field: Field, value: Json, pointer: str) -> Iterable[Problem]:
    """The problems of one value, and of what it holds."""
    if field.types and not any(_is(value, kind) for kind in field.types):
        yield Problem(pointer, f"must be {' or '.join(map(with_article, field.types))}, not {json_type(value)}")
        return
    if field.enum is not None and not any(_same(value, allowed) for allowed in field.enum):
        yield Problem(pointer, f"must be one of {', '.join(map(str, field.enum))}")
    yield from _check_size(field, value, pointer)
    if isinstance(value, list) and field.items is not None:
        for index, item in enumerate(value):
            yield from _check(field.items, item, f"{pointer}/{index}")
    if isinstance(value, dict) and field.properties is not None:
        for name, member in field.properties.items():
            if name in value:
                yield from _check(member, value[name], f"{pointer}/{escape(name)}")
            elif member.required:
                yield Problem(f"{pointer}/{escape(name)}", "is required")


def _check_size(field: Field, value: Json, pointer: str) -> Iterable[Problem]:
    if is_number(value):
        if field.minimum is not None and value < field.minimum:
            yield Problem(pointer, f"must be {field.minimum:g} or more")
        if field.maximum is not None and value > field.maximum:
            yield Problem(pointer, f"must be {field.maximum:g} or less")
    if isinstance(value, str):
        if field.minLength is not None and len(value) < field.minLength:
            yield Problem(pointer, f"must have at least {field.minLength} characters")
        if field.maxLength is not None and len(value) > field.maxLength:
            yield Problem(pointer, f"must have at most {field.maxLength} characters")


def _is(value: Json, kind: str) -> bool:
    """JSON Schema's types: 1.0 is an integer, true is no number."""
    match kind:
        case "number":
            return is_number(value)
        case "integer":
            return is_number(value) and (isinstance(value, int) or value.is_integer())
        case _:
            return json_type(value) == kind


def _same(value: Json, allowed: Json) -> bool:
    return bool(value == allowed) and isinstance(value, bool) == isinstance(allowed, bool)


def json_answer(text: str) -> Json:
    """What a service answered, as JSON. Half of a surrogate pair (an emoji that was cut), which an escape can write and
    no text can hold, becomes U+FFFD, as bytes that are no text do: the work is done, and failing its task would have it
    done again. Raises ValueError for what is no JSON and for a number that is too large, RecursionError."""
    value = loads(text)
    if surrogates.ESCAPED.search(text):
        value = json.loads(whole_text(json.dumps(value, ensure_ascii=False)))
    return value


def whole_text(text: str) -> str:
    """`text` with U+FFFD for each half of a surrogate pair."""
    return text if text.isascii() else surrogates.HALF.sub("\ufffd", text)


class NotJson(Exception):
    """A connector returned what is no JSON value; the message says where and what."""


def json_copy(value: Any) -> Json:
    """A copy of `value` as plain JSON (a tuple becomes a list). Raises NotJson.

    A copy, as the connector may keep what it returned and change it, while the engine shares values and never does.
    """
    try:
        return _json_copy(value, "")
    except RecursionError:
        raise NotJson("the output is nested too deeply, or holds itself") from None


def _json_copy(value: Any, pointer: str) -> Json:
    match value:
        case None | bool() | int():
            return value
        case str():
            if not value.isascii():
                _check_text(value, pointer)
            return value
        case float():
            if not math.isfinite(value):
                raise NotJson(f"the output holds {value} at {pointer or '/'}, which JSON cannot")
            return value
        case dict():
            return {_member(name, pointer): _json_copy(item, f"{pointer}/{name}") for name, item in value.items()}
        case list() | tuple():
            return [_json_copy(item, f"{pointer}/{index}") for index, item in enumerate(value)]
        case _:
            kind = f"{type(value).__module__}.{type(value).__qualname__}".removeprefix("builtins.")
            raise NotJson(f"the output holds a {kind} at {pointer or '/'}, which is no JSON value")


def _member(name: Any, pointer: str) -> str:
    if not isinstance(name, str):
        raise NotJson(f"the output has a member at {pointer or '/'} whose name is no string: a {type(name).__name__}")
    _check_text(name, pointer)
    return name


def _check_text(text: str, pointer: str) -> None:
    try:
        text.encode()
    except UnicodeEncodeError:
        raise NotJson(f"the output holds half a surrogate pair at {pointer or '/'}, which no text can") from None
