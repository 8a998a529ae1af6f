"""Whether a filter's condition accepts an item: Jayway's comparisons.

Its rules are looser than JSON's in one place and stricter in all others: a number and a text are equal when either
reads as the other; orders compare two numbers or two texts and are false for anything else; a path that finds nothing
equals nothing, not even itself.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from engine.errors import StateFailure
from engine.expr.java_text import java_text
from engine.expr.jsonpath_syntax import (
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

if TYPE_CHECKING:
    from engine.expr.jsonpath_select import Selection

Json = Any

REGEX_SECONDS = 0.2
"""What one evaluation may spend in all on matches that turn out slow."""
_QUICK_SECONDS = 0.005
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
            from engine.expr.jsonpath_select import Missing  # noqa: PLC0415 - the two modules need each other

            try:
                return selection.read_operand(side, item)
            except Missing:
                return _UNDEFINED


def _compare(left: Any, operator: str, right: Any, selection: Selection) -> bool:  # noqa: PLR0911, C901 - a table
    match operator:
        case "==":
            return _equal(left, right)
        case "!=":
            return not _equal(left, right)
        case "===":
            return _same_kind(left, right) and _equal(left, right)
        case "!==":
            return not (_same_kind(left, right) and _equal(left, right))
        case "<" | "<=" | ">" | ">=":
            return _ordered(left, operator, right)
        case "=~":
            return _matches(left, right, selection)
        case "in":
            return isinstance(right, list) and _has(right, left)
        case "nin":
            return not (isinstance(right, list) and _has(right, left))
        case "contains":
            if isinstance(left, str) and isinstance(right, str):
                return right in left
            return isinstance(left, list) and _has(left, right)
        case "size":
            return isinstance(left, (str, list, dict)) and _is_number(right) and len(left) == int(right)
        case "empty":
            return isinstance(left, (str, list, dict)) and (len(left) == 0) == right
        case _:
            return _sets(left, operator, right)


def _sets(left: Any, operator: str, right: Any) -> bool:
    if not (isinstance(left, list) and isinstance(right, list)):
        return False
    match operator:
        case "all":
            return all(_has(left, item) for item in right)
        case "subsetof":
            return all(_has(right, item) for item in left)
        case "anyof":
            return any(_has(right, item) for item in left)
        case _:
            return not any(_has(right, item) for item in left)


def _has(items: list[Json], wanted: Any) -> bool:
    return any(_equal(item, wanted) for item in items)


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _same_kind(left: Any, right: Any) -> bool:
    return type(left) is type(right) or (_is_number(left) and _is_number(right))


def _equal(left: Any, right: Any) -> bool:
    if left is _UNDEFINED or right is _UNDEFINED:
        return False
    if _is_number(left) and isinstance(right, str):
        return _DECIMAL.fullmatch(right) is not None and float(left) == float(right)
    if isinstance(left, str) and _is_number(right):
        return left == java_text(right)
    if isinstance(left, bool) or isinstance(right, bool):
        return left is right
    return bool(left == right)


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
    """Matches quickly or else at the cost of the evaluation's allowance: many slow matches are one bomb."""
    simple = isinstance(value, (str, int, float, bool))
    text = java_text(value) if simple else ""
    try:
        return pattern.pattern.fullmatch(text, timeout=_QUICK_SECONDS) is not None
    except TimeoutError:
        allowed, selection.regex_seconds = selection.regex_seconds, selection.regex_seconds / 2
    try:
        return pattern.pattern.fullmatch(text, timeout=allowed) is not None
    except TimeoutError:
        raise StateFailure("States.Runtime", "A regular expression of the path takes too long.") from None
