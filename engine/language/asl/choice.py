"""Choice rules in JSONPath: data tests and their And, Or, Not, compiled to predicates.

A comparison of the wrong type is false, never an error; a Variable that names nothing is an error (States.Runtime),
except for IsPresent. Sources: the ASL specification, "Choice State", and the recorded cases of choice_operators.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from engine.errors import StateFailure
from engine.language.asl.times import parse_timestamp
from engine.language.expr.jsonpath import Path, compile_path
from engine.language.expr.scope import ABSENT, Scope
from engine.values import is_number

Json = Any
Predicate = Callable[[Scope], bool]
Compare = Callable[[Json, Json], bool]


class UnknownRule(Exception):
    """A rule that no operator or combination of the specification explains; `pointer` is relative to the rule."""

    def __init__(self, message: str, pointer: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.pointer = pointer


def compile_rule(rule: Mapping[str, Json]) -> Predicate:
    """The predicate of a data test or a boolean expression. Raises UnknownRule."""
    for name, combine in (("And", all), ("Or", any)):
        if name in rule:
            parts = rule[name]
            if not isinstance(parts, list) or not parts:
                raise UnknownRule(f"'{name}' must be a non-empty array", f"/{name}")
            return _combined(combine, tuple(compile_rule(part) for part in parts))
    if "Not" in rule:
        inner = compile_rule(rule["Not"])
        return lambda scope: not inner(scope)
    return _data_test(rule)


def _combined(combine: Callable[[Iterable[bool]], bool], parts: tuple[Predicate, ...]) -> Predicate:
    return lambda scope: combine(part(scope) for part in parts)


def _data_test(rule: Mapping[str, Json]) -> Predicate:
    variable = rule.get("Variable")
    if not isinstance(variable, str):
        raise UnknownRule("a rule needs a 'Variable'")
    path = compile_path(variable)
    name = next((key for key in rule if key in _TESTS or key.removesuffix("Path") in _COMPARISONS), None)
    if name is None:
        raise UnknownRule("a rule needs a comparison operator")
    if name == "IsPresent":
        expected = bool(rule[name])
        return lambda scope: (path.find(scope) is not ABSENT) is expected

    value = _reader(path, "Variable")
    if name in _TESTS:
        test, wanted = _TESTS[name], bool(rule[name])
        return lambda scope: test(value(scope)) is wanted
    return _comparison(name, rule[name], value)


def _comparison(name: str, operand: Json, value: Callable[[Scope], Json]) -> Predicate:
    """`name` is an operator, or one with ``Path`` behind it whose operand is a path."""
    compare = _COMPARISONS[name.removesuffix("Path")]
    if not name.endswith("Path"):
        return lambda scope: compare(value(scope), operand)
    other = _reader(compile_path(operand), name)

    def against_path(scope: Scope) -> bool:
        right = other(scope)
        return compare(value(scope), right)

    return against_path


def _reader(path: Path, field: str) -> Callable[[Scope], Json]:
    """What the path in `field` names, which must be there."""
    def read(scope: Scope) -> Json:
        found = path.find(scope)
        if found is ABSENT:
            raise StateFailure(
                "States.Runtime",
                f"Invalid path '{path.text}': The choice state's condition path references an invalid value.",
                field=field,
            )
        return found

    return read


def _is_timestamp(value: Json) -> bool:
    return isinstance(value, str) and parse_timestamp(value) is not None


def _typed(fits: Callable[[Json], bool], compare: Compare) -> Compare:
    return lambda left, right: fits(left) and fits(right) and compare(left, right)


def _timed(compare: Compare) -> Compare:
    def both(left: Json, right: Json) -> bool:
        if not isinstance(left, str) or not isinstance(right, str):
            return False
        first, second = parse_timestamp(left), parse_timestamp(right)
        return first is not None and second is not None and compare(first, second)

    return both


def _matches(value: Json, pattern: Json) -> bool:
    r"""StringMatches: ``*`` stands for any text, ``\*`` for an asterisk, ``\\`` for a backslash; any other backslash is
    a runtime error (ASL specification, "Data-test expression").

    Each literal is taken where it first stands after the one before: a regular expression of many ``.*`` would try
    every combination, and a pattern may come from the data.
    """
    if not isinstance(value, str) or not isinstance(pattern, str):
        return False
    literals = [""]
    for piece in re.findall(r"\\[*\\]|.", pattern, re.DOTALL):
        if piece == "\\":
            raise StateFailure(
                "States.Runtime", f"A backslash in StringMatches '{pattern}' stands before neither * nor a backslash.",
                field="StringMatches",
            )
        if piece == "*":
            literals.append("")
        else:
            literals[-1] += piece[-1]
    if len(literals) == 1:
        return value == literals[0]
    first, *between, last = literals
    at, end = len(first), len(value) - len(last)
    if at > end or not value.startswith(first) or not value.endswith(last):
        return False
    for literal in between:
        found = value.find(literal, at, end)
        if found < 0:
            return False
        at = found + len(literal)
    return True


_TESTS: dict[str, Callable[[Json], bool]] = {
    "IsNull": lambda value: value is None,
    "IsPresent": lambda _value: True,
    "IsNumeric": is_number,
    "IsString": lambda value: isinstance(value, str),
    "IsBoolean": lambda value: isinstance(value, bool),
    "IsTimestamp": _is_timestamp,
}

_ORDER: dict[str, Compare] = {
    "Equals": operator.eq,
    "LessThan": operator.lt,
    "GreaterThan": operator.gt,
    "LessThanEquals": operator.le,
    "GreaterThanEquals": operator.ge,
}

_COMPARISONS: dict[str, Compare] = {
    "BooleanEquals": _typed(lambda value: isinstance(value, bool), operator.eq),
    "StringMatches": _matches,
    **{f"String{name}": _typed(lambda value: isinstance(value, str), compare) for name, compare in _ORDER.items()},
    **{f"Numeric{name}": _typed(is_number, compare) for name, compare in _ORDER.items()},
    **{f"Timestamp{name}": _timed(compare) for name, compare in _ORDER.items()},
}
