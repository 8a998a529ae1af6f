"""Whether a filter's condition accepts an item: Jayway's comparisons.

Its rules are looser than JSON's in one place and stricter in all others: a number and a text are equal when either
reads as the other; orders compare two numbers or two texts and are false for anything else; a path that finds nothing
equals nothing, not even itself.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

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
from engine.language.expr.limits import OutOfTime

if TYPE_CHECKING:
    from engine.language.expr.jsonpath_select import Selection

Json = Any

_VISITS_OF_A_MATCH = 10
_DECIMAL = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d{1,4})?")

_UNDEFINED: Final = object()


def accepts(test: Condition, item: Json, selection: Selection) -> bool:
    """Whether `item` passes."""
    selection.visit()
    match test:
        case Exists(path):
            return _exists(path, item, selection)
        case Comparison(left, operator, right):
            return _compare(_value(left, item, selection), operator, _value(right, item, selection), selection)
        case Not(inner):
            return not accepts(inner, item, selection)
        case Every(parts):
            return all(accepts(part, item, selection) for part in parts)
        case Either(parts):
            return any(accepts(part, item, selection) for part in parts)


def _exists(path: Operand, item: Json, selection: Selection) -> bool:
    return _value(path, item, selection) is not _UNDEFINED


def _value(side: Side, item: Json, selection: Selection) -> Any:
    match side:
        case Literal(value):
            return value
        case Pattern():
            return side
        case Operand():
            try:
                return selection.read_operand(side, item)
            except Missing:
                return _UNDEFINED


def _compare(left: Any, operator: str, right: Any, selection: Selection) -> bool:  # noqa: PLR0911, PLR0912, C901 - a table
    match operator:
        case "==":
            return _equal(left, right, selection)
        case "!=":
            return not _equal(left, right, selection)
        case "===":
            return _same_kind(left, right) and _equal(left, right, selection)
        case "!==":
            return not (_same_kind(left, right) and _equal(left, right, selection))
        case "<" | "<=" | ">" | ">=":
            return _ordered(left, operator, right)
        case "=~":
            return _matches(left, right, selection)
        case "in":
            return isinstance(right, list) and _has(right, left, selection)
        case "nin":
            return not (isinstance(right, list) and _has(right, left, selection))
        case "contains":
            if isinstance(left, str) and isinstance(right, str):
                return right in left
            return isinstance(left, list) and _has(left, right, selection)
        case "size":
            return isinstance(left, (str, list)) and _is_number(right) and len(left) == int(right)
        case "empty":
            return isinstance(left, (str, list)) and (len(left) == 0) == right
        case _:
            return isinstance(left, list) and isinstance(right, list) and _sets(left, operator, right, selection)


def _sets(left: list[Json], operator: str, right: list[Json], selection: Selection) -> bool:
    match operator:
        case "all":
            return all(_has(left, item, selection) for item in right)
        case "subsetof":
            return all(_has(right, item, selection) for item in left)
        case "anyof":
            return any(_has(right, item, selection) for item in left)
        case _:
            return not any(_has(right, item, selection) for item in left)


def _has(items: list[Json], wanted: Any, selection: Selection) -> bool:
    return any(_equal(item, wanted, selection) for item in items)


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _same_kind(left: Any, right: Any) -> bool:
    return type(left) is type(right) or (_is_number(left) and _is_number(right))


def _equal(left: Any, right: Any, selection: Selection) -> bool:
    """Equal as Jayway has it: a number and a text by what they read as, containers strictly."""
    if left is _UNDEFINED or right is _UNDEFINED:
        return False
    if _is_number(left) and isinstance(right, str):
        return _reads_as(right, left)
    if isinstance(left, str) and _is_number(right):
        return left == java_text(right)
    return _same(left, right, selection)


def _same(left: Json, right: Json, selection: Selection) -> bool:
    """The same JSON value. Every compared value is counted: two large arrays compared for each item are a bomb."""
    selection.visit()
    if isinstance(left, list) and isinstance(right, list):
        return len(left) == len(right) and all(
            _same(one, other, selection) for one, other in zip(left, right, strict=True)
        )
    if isinstance(left, dict) and isinstance(right, dict):
        return left.keys() == right.keys() and all(_same(left[name], right[name], selection) for name in left)
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
    if not ((_is_number(left) and _is_number(right)) or (isinstance(left, str) and isinstance(right, str))):
        return False
    match operator:
        case "<":
            return bool(left < right)
        case "<=":
            return bool(left <= right)
        case ">":
            return bool(left > right)
        case _:
            return bool(left >= right)


def _matches(left: Any, right: Any, selection: Selection) -> bool:
    if isinstance(left, Pattern) == isinstance(right, Pattern):
        return False
    pattern, value = (left, right) if isinstance(left, Pattern) else (right, left)
    texts = value if isinstance(value, list) else [value]
    return any(_full_match(pattern, text, selection) for text in texts)


def _full_match(pattern: Pattern, value: Any, selection: Selection) -> bool:
    text = java_text(value) if isinstance(value, (str, int, float, bool)) else ""
    selection.visit(_VISITS_OF_A_MATCH)
    try:
        return selection.budget.run(lambda seconds: pattern.pattern.fullmatch(text, timeout=seconds)) is not None
    except OutOfTime:
        raise StateFailure("States.Runtime", "The regular expressions of the path take too long.") from None
