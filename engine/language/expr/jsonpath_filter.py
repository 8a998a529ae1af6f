"""Whether a filter's condition accepts an item: Jayway's comparisons.

Its rules are looser than JSON's in one place and stricter in all others: a number and a text are equal when either
reads as the other; orders compare two numbers or two texts and are false for anything else; a path that finds nothing
equals nothing, not even itself.
"""

from __future__ import annotations

import operator as operators
import re
from collections.abc import Callable
from typing import Any, Final, Protocol

from engine.errors import StateFailure
from engine.language.expr.java_text import java_text
from engine.language.expr.jsonpath_functions import Missing
from engine.language.expr.jsonpath_tokens import (
    Comparison,
    Condition,
    Either,
    Every,
    Exists,
    Literal,
    Not,
    Operand,
    Pattern,
    Side,
)
from engine.language.expr.limits import Budget, OutOfTime
from engine.values import is_number

Json = Any

_VISITS_OF_A_MATCH = 10
_DECIMAL = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d{1,4})?")

_NEGATED = {"!=": "==", "!==": "===", "nin": "in"}
_ORDERS: dict[str, Callable[[Any, Any], Any]] = {
    "<": operators.lt, "<=": operators.le, ">": operators.gt, ">=": operators.ge,
}

_UNDEFINED: Final = object()


class Evaluation(Protocol):
    """The evaluation of a path in which the filter stands: it counts the work, and reads the paths of a condition."""

    @property
    def budget(self) -> Budget:
        """The time that its regular expressions share."""

    def visit(self, times: int = 1) -> None:
        """Count values or work; raises StateFailure past the limit."""

    def read_operand(self, operand: Operand, item: Json) -> Json:
        """The value of a condition's path. Raises Missing."""


def accepts(test: Condition, item: Json, evaluation: Evaluation) -> bool:
    """Whether `item` passes."""
    evaluation.visit()
    match test:
        case Exists(path):
            return _exists(path, item, evaluation)
        case Comparison(left, operator, right):
            return _compare(_value(left, item, evaluation), operator, _value(right, item, evaluation), evaluation)
        case Not(inner):
            return not accepts(inner, item, evaluation)
        case Every(parts):
            return all(accepts(part, item, evaluation) for part in parts)
        case Either(parts):
            return any(accepts(part, item, evaluation) for part in parts)


def _exists(path: Operand, item: Json, evaluation: Evaluation) -> bool:
    return _value(path, item, evaluation) is not _UNDEFINED


def _value(side: Side, item: Json, evaluation: Evaluation) -> Any:
    match side:
        case Literal(value):
            return value
        case Pattern():
            return side
        case Operand():
            try:
                return evaluation.read_operand(side, item)
            except Missing:
                return _UNDEFINED


def _compare(  # noqa: PLR0911, C901 - a table
    left: Any, operator: str, right: Any, evaluation: Evaluation
) -> bool:
    match operator:
        case "==":
            return _equal(left, right, evaluation)
        case "===":
            return _same_kind(left, right) and _equal(left, right, evaluation)
        case "!=" | "!==" | "nin":
            return not _compare(left, _NEGATED[operator], right, evaluation)
        case "<" | "<=" | ">" | ">=":
            return _ordered(left, operator, right)
        case "=~":
            return _matches(left, right, evaluation)
        case "in":
            return isinstance(right, list) and _has(right, left, evaluation)
        case "contains":
            if isinstance(left, str) and isinstance(right, str):
                return right in left
            return isinstance(left, list) and _has(left, right, evaluation)
        case "size":
            return isinstance(left, (str, list)) and is_number(right) and len(left) == int(right)
        case "empty":
            return isinstance(left, (str, list)) and (len(left) == 0) == right
        case _:
            return isinstance(left, list) and isinstance(right, list) and _sets(left, operator, right, evaluation)


def _sets(left: list[Json], operator: str, right: list[Json], evaluation: Evaluation) -> bool:
    wanted, holder = (right, left) if operator == "all" else (left, right)
    found = (_has(holder, item, evaluation) for item in wanted)
    if operator in ("all", "subsetof"):
        return all(found)
    return any(found) is (operator == "anyof")


def _has(items: list[Json], wanted: Any, evaluation: Evaluation) -> bool:
    return any(_equal(item, wanted, evaluation) for item in items)


def _same_kind(left: Any, right: Any) -> bool:
    return type(left) is type(right) or (is_number(left) and is_number(right))


def _equal(left: Any, right: Any, evaluation: Evaluation) -> bool:
    """Equal as Jayway has it: a number and a text by what they read as, containers strictly."""
    if left is _UNDEFINED or right is _UNDEFINED:
        return False
    if is_number(left) and isinstance(right, str):
        return _reads_as(right, left)
    if isinstance(left, str) and is_number(right):
        return left == java_text(right)
    return _same(left, right, evaluation)


def _same(left: Json, right: Json, evaluation: Evaluation) -> bool:
    """The same JSON value. Every compared value is counted: two large arrays compared for each item are a bomb."""
    evaluation.visit()
    if isinstance(left, list) and isinstance(right, list):
        return len(left) == len(right) and all(
            _same(one, other, evaluation) for one, other in zip(left, right, strict=True)
        )
    if isinstance(left, dict) and isinstance(right, dict):
        return left.keys() == right.keys() and all(_same(left[name], right[name], evaluation) for name in left)
    if isinstance(left, bool) or isinstance(right, bool):
        return left is right
    return bool(left == right)


def _reads_as(text: str, number: float) -> bool:
    """Whether `text` is a decimal for `number`."""
    if _DECIMAL.fullmatch(text) is None:
        return False
    try:
        return float(text) == float(number)
    except OverflowError:
        return False


def _ordered(left: Any, operator: str, right: Any) -> bool:
    if not ((is_number(left) and is_number(right)) or (isinstance(left, str) and isinstance(right, str))):
        return False
    return bool(_ORDERS[operator](left, right))


def _matches(left: Any, right: Any, evaluation: Evaluation) -> bool:
    if isinstance(left, Pattern) == isinstance(right, Pattern):
        return False
    pattern, value = (left, right) if isinstance(left, Pattern) else (right, left)
    texts = value if isinstance(value, list) else [value]
    return any(_full_match(pattern, text, evaluation) for text in texts)


def _full_match(pattern: Pattern, value: Any, evaluation: Evaluation) -> bool:
    text = java_text(value) if isinstance(value, (str, int, float, bool)) else ""
    evaluation.visit(_VISITS_OF_A_MATCH)
    try:
        return evaluation.budget.run(lambda seconds: pattern.pattern.fullmatch(text, timeout=seconds)) is not None
    except OutOfTime:
        raise StateFailure("States.Runtime", "The regular expressions of the path take too long.") from None
