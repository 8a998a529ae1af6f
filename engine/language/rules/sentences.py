"""Why a rule held or did not, in plain sentences: ``$.order.customer.tier is "silver", not "gold"``.

Read off the evaluated tree: an `and` is explained by its first part that is false, an `or` by all of its parts.
"""

from __future__ import annotations

from collections.abc import Iterator

from engine.language.expr.scope import ABSENT
from engine.language.rules.tree import Json, Node, brief

_MORE, _LESS = "more than", "less than"
_OPERATORS = {
    "=": "", "Equals": "", "!=": "other than", ">": _MORE, "GreaterThan": _MORE, "<": _LESS, "LessThan": _LESS,
    ">=": "at least", "GreaterThanEquals": "at least", "<=": "at most", "LessThanEquals": "at most", "in": "one of",
    "Matches": "like",
}
_KINDS = ("Boolean", "String", "Numeric", "Timestamp")
_TESTS = {
    "IsNull": "null", "IsPresent": "present", "IsNumeric": "a number", "IsString": "a text", "IsBoolean": "a boolean",
    "IsTimestamp": "a timestamp",
}
_TYPES = {"Boolean": "boolean", "String": "string", "Numeric": "number", "Timestamp": "string"}
_NAMES = {"boolean": "a boolean", "string": "a text", "number": "a number"}
_AFTER = {"Timestamp": {_MORE: "after", _LESS: "before", "at least": "at or after", "at most": "at or before"}}


def why(node: Node, *, holds: bool = True) -> str:  # noqa: PLR0911 - one sentence for each kind of part
    """Why `node` is true or, where it does not hold, why it is false or how it failed; without a full stop."""
    if node.error is not None:
        failed = (child for child in node.children if child.error is not None and child.reached)
        return next((why(child, holds=False) for child in failed), node.error.removesuffix("."))
    says = f"{node.text} is {'true' if holds else 'false'}"
    deciding: Iterator[Node] = iter(())
    match node.kind:
        case "and" | "or" if holds is (node.kind == "and"):  # every part counts
            return (" and " if holds else "; ").join(why(child, holds=holds) for child in node.children) or says
        case "and" | "or":
            deciding = (child for child in node.children if child.reached and (child.result is True) is holds)
        case "not" if node.children:
            return ("not so: " if holds else "it must not be that ") + why(node.children[0], holds=not holds)
        case "comparison":
            return _compared(node, holds=holds)
        case "conditional" if not holds:
            deciding = (child for child in node.children[1:] if child.reached)
        case "literal":
            return f"the rule says {node.text}"
        case "not":
            pass
        case _:
            return f"{node.text} is {brief(node.value)}"
    return next((why(child, holds=holds) for child in deciding), says)


def _compared(node: Node, *, holds: bool) -> str:
    left, right = node.children[0], node.children[1]
    operator = node.operator.removesuffix("Path")
    if operator in _TESTS:
        return _tested(left, operator, wanted=bool(right.value), holds=holds)
    kind = next((name for name in _KINDS if operator.startswith(name)), "")
    name = operator.removeprefix(kind)
    words = _OPERATORS.get(name, name)
    words = _AFTER.get(kind, {}).get(words, words)
    subject = f"{left.text} is {brief(left.value)}"
    if not holds and kind and left.value is not ABSENT and left.type != _TYPES[kind]:
        return f"{subject}, which is not {_NAMES[_TYPES[kind]]}"
    other = _other(right)
    if left.kind == "literal":
        said = "equal to" if name == "!=" or not words else words
        return f"{left.text} is {'' if holds is not (name == '!=') else 'not '}{said} {other}"
    if holds:
        return f"{subject}, {words or 'equal to'} {other}" if words or right.kind != "literal" else subject
    if name == "!=":
        return f"{subject}, which it must not be"
    return f"{subject}, not {f'{words} ' if words else ''}{other}"


def _other(right: Node) -> str:
    """The right side: a literal as it is, anything else with its value."""
    if right.kind in ("literal", "array") or right.value is ABSENT:
        return right.text if right.kind != "literal" or right.value is ABSENT else brief(right.value)
    return f"{brief(right.value)} ({right.text})"


def _tested(left: Node, operator: str, *, wanted: bool, holds: bool) -> str:
    """IsPresent and its like."""
    what = _TESTS[operator]
    if operator == "IsPresent":
        return f"{left.text} is {'there' if wanted is holds else 'missing'}"
    return f"{left.text} is {brief(left.value)}, {'' if wanted is holds else 'not '}{what}"


def change(path: str, old: Json, new: Json) -> str:
    """One changed leaf: ``$.tier from "silver" to "gold"``."""
    if old is ABSENT:
        return f"{path} added as {brief(new)}"
    if new is ABSENT:
        return f"{path} (now {brief(old)}) left out"
    return f"{path} from {brief(old)} to {brief(new)}"
