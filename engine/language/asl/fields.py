"""The fields that give a number or a time: TimeoutSeconds, Seconds, Timestamp, MaxConcurrency, the tolerances …

Each has up to three forms: a literal, a ``…Path`` (JSONPath), an expression (JSONata). The wordings for values that do
not fit are AWS's, from the recorded cases.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from engine.errors import InvalidExpression, StateFailure
from engine.language.asl.model import Evaluate
from engine.language.asl.times import parse_timestamp
from engine.language.expr.intrinsics import compile_intrinsic
from engine.language.expr.jsonata import JsonataExpression, compile_jsonata
from engine.language.expr.jsonpath import compile_path
from engine.language.expr.scope import ABSENT, Scope
from engine.language.expr.template import jsonata_source
from engine.values import is_number

Json = Any

LONGEST_SECONDS = 99_999_999
"""AWS's limit for Seconds and the timeouts; what a SecondsPath names may be more."""


def expression(value: Json, field: str) -> JsonataExpression | None:
    """`value` compiled where it is written ``{% … %}``, else None."""
    source = jsonata_source(value) if isinstance(value, str) else None
    return None if source is None else compile_jsonata(source, field)


def constant(value: Json) -> Evaluate:
    """An Evaluate that gives `value`."""
    return lambda _scope: value


def number(
    definition: Mapping[str, Json], field: str, *, jsonata: bool, kind: str = "integer", within: str = "",
    least: int = 0, most: float = math.inf,
) -> Evaluate | None:
    """Timeouts, MaxConcurrency, the tolerances, the limits of batches: `kind` is AWS's word, integer or float.

    None where the definition has neither the field nor its Path form. `within` is where it stands in its state, as
    causes of JSONata name it: ``ItemBatcher/``. An expression gives something from `least` to `most`. A path names
    at least 1 where that is `least` ("positive integers"); who reads it says what is wrong with one below 0.
    """
    if field in definition:
        value = definition[field]
        compiled = expression(value, f"{within}{field}") if jsonata else None
        return _literal(value, field) if compiled is None else _expressed(compiled, kind, least, most)
    path_field = f"{field}Path"
    if path_field not in definition:
        return None
    text = definition[path_field]
    path = compile_path(text)

    def read(scope: Scope) -> Json:
        value = _as_number(path.read(scope))
        unfit = "" if _fits(value, kind) else f"valid {kind}"
        if not unfit and least == 1 > value:
            unfit = "positive integer"
        if unfit:
            raise StateFailure(
                "States.Runtime",
                f'The {path_field} field refers to value "{_plain(value)}" which is not a {unfit}: {text}',
                field=path_field,
            )
        return value

    return read


def _expressed(compiled: JsonataExpression, kind: str, least: int, most: float) -> Evaluate:
    """The number that an expression gives: one "that produces a value that is outside the acceptable range for a field
    will fail" (developer guide, "Transforming data with JSONata")."""
    bounds = f"at least {least}" if math.isinf(most) else f"from {least} to {most}"
    wanted = f"{'an integer' if kind == 'integer' else 'a number'} {bounds}"

    def evaluated(scope: Scope) -> Json:
        value = compiled.evaluate_as(scope, "number")
        if not _fits(value, kind) or not least <= value <= most:
            raise StateFailure(
                "States.QueryEvaluationError",
                f"The value for the field '{compiled.field}' must be {wanted}, but was: {_plain(value)}",
                field=compiled.field,
            )
        return value

    return evaluated


def _literal(value: Json, field: str) -> Evaluate:
    """A number that stands in the definition."""
    if not _fits(value, "float"):
        raise InvalidExpression(f"'{field}' must be a number")
    return constant(value)


def _as_number(value: Json) -> Json:
    """A number in text counts as one in a Path form (recorded)."""
    if isinstance(value, str):
        try:
            return int(value)
        except ValueError:
            try:
                return float(value)
            except ValueError:
                return value
    return value


def _fits(value: Json, kind: str) -> bool:
    if not is_number(value):
        return False
    if isinstance(value, float) and math.isnan(value):  # no timer ever reaches it
        return False
    return kind == "float" or isinstance(value, int) or value.is_integer()


def _plain(value: Json) -> str:
    return value if isinstance(value, str) else json.dumps(value, separators=(",", ":"), ensure_ascii=False)


def wait_seconds(definition: Mapping[str, Json], *, jsonata: bool) -> Evaluate | None:
    """Seconds or SecondsPath of a Wait."""
    if jsonata or "Seconds" in definition or "SecondsPath" not in definition:
        return number(definition, "Seconds", jsonata=jsonata, most=LONGEST_SECONDS)  # developer guide, "Wait"

    def seconds(value: Json) -> tuple[Json, str]:
        if not _fits(value, "integer"):
            return value, "does not reference a valid integer"
        return value, "references a negative value" if value < 0 else ""

    return _referenced(definition, "SecondsPath", seconds)


def _whole_moment(text: str) -> float | None:
    moment = parse_timestamp(text)
    return None if moment is None else float(math.floor(moment))


def wait_until(definition: Mapping[str, Json], *, jsonata: bool) -> Evaluate | None:
    """Timestamp or TimestampPath of a Wait, as epoch seconds, without their fraction (developer guide, "Wait")."""
    if "Timestamp" in definition:
        value = definition["Timestamp"]
        compiled = expression(value, "Timestamp") if jsonata else None
        if compiled is None:
            literal = _whole_moment(value)
            if literal is None:
                raise InvalidExpression(f"Not an ISO-8601 date-time with a zone: {value!r}")
            return constant(literal)

        def evaluated(scope: Scope) -> float:
            text = compiled.evaluate_as(scope, "string")
            moment = _whole_moment(text)
            if moment is None:
                raise StateFailure(
                    "States.QueryEvaluationError",
                    "The Timestamp field cannot be parsed as an ISO-8601 extended offset date-time format string: "
                    f"{text}",
                    field="Timestamp",
                )
            return moment

        return evaluated
    if "TimestampPath" not in definition:
        return None

    def until(value: Json) -> tuple[Json, str]:
        moment = _whole_moment(value) if isinstance(value, str) else None
        unfit = "does not reference a valid ISO-8601 extended offset date-time format string"
        return moment, unfit if moment is None else ""

    return _referenced(definition, "TimestampPath", until)


def _referenced(
    definition: Mapping[str, Json], field: str, checked: Callable[[Json], tuple[Json, str]]
) -> Evaluate:
    """A Wait's Path form: what `checked` makes of the value that it names, unless that says why it does not fit."""
    path = compile_path(definition[field])

    def read(scope: Scope) -> Json:
        value = path.find(scope)
        made, unfit = (None, "does not reference an input value") if value is ABSENT else checked(value)
        if unfit:
            shown = path.text if value is ABSENT else f"{path.text} == {_plain(value)}"
            raise StateFailure("States.Runtime", f"The {field} parameter {unfit}: {shown}", field=field)
        return made

    return read


def text_at(definition: Mapping[str, Json], field: str) -> Evaluate | None:
    """ErrorPath or CausePath of a Fail, a path or an intrinsic: "when resolved, MUST be string values" (ASL
    specification, "Fail State")."""
    source = definition.get(field)
    if source is None:
        return None
    given: Evaluate
    if source.startswith("States."):
        given = compile_intrinsic(source).evaluate
    else:
        path = compile_path(source)
        given = partial(path.read, field=field)

    def read(scope: Scope) -> Json:
        value = given(scope)
        if not isinstance(value, str):
            raise StateFailure(
                "States.Runtime",
                f'The {field} field refers to value "{_plain(value)}" which is not a valid string: {source}',
                field=field,
            )
        return value

    return read
