"""The Condition element of IAM policies, as AWS documents it.

Source: the IAM User Guide, "IAM JSON policy elements: Condition", "Condition operators", "Set operators for
multivalued context keys", "Evaluation logic for multiple context keys or values" and "Policy variables".

    {operator: {key: value or values}}     all operators and keys must hold; one of a key's values is enough, and
                                           for a negated operator none may match
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

Context = Mapping[str, Any]
"""Condition keys to their value, or to a sequence of values for a key that has several. Names match in any case."""

_VARIABLE = re.compile(r"\$\{([^}]*)\}")


def holds(conditions: Mapping[str, Mapping[str, Any]], context: Context) -> bool:
    """Whether every operator holds for every one of its keys."""
    known = {key.lower(): _several(value) for key, value in context.items()}
    return all(
        _operator_holds(operator, known.get(key.lower()), [substituted(str(each), known) for each in _several(wanted)])
        for operator, keys in conditions.items() for key, wanted in keys.items()
    )


def substituted(text: str, known: Mapping[str, Sequence[Any]]) -> str:
    """`text` with its policy variables; `${*}`, `${?}` and `${$}` are the characters themselves.

    A variable that the context lacks matches nothing: what is left in its place is in no request.
    """
    def value(found: re.Match[str]) -> str:
        name, _, default = found[1].partition(",")
        if name in ("*", "?", "$"):
            return f"\x00{ord(name)}\x00"
        values = known.get(name.strip().lower())
        return str(values[0]) if values else (default.strip(" '") or found[0])

    return _VARIABLE.sub(value, text)


def like(pattern: str, text: str) -> bool:
    """`*` is any characters, `?` one."""
    escaped = re.escape(pattern).replace(r"\*", ".*").replace(r"\?", ".")
    literal = re.sub("\x00(\\d+)\x00", lambda found: re.escape(chr(int(found[1]))), escaped.replace("\\\x00", "\x00"))
    return re.fullmatch(literal, text, re.DOTALL) is not None


def arn_like(pattern: str, arn: str) -> bool:
    """Each of the six parts between colons by itself; the last has the rest."""
    patterns, parts = pattern.split(":", 5), arn.split(":", 5)
    return len(patterns) == len(parts) and all(map(like, patterns, parts))


def _several(value: Any) -> list[Any]:
    return list(value) if isinstance(value, list | tuple | set | frozenset) else [value]


def _operator_holds(operator: str, given: Sequence[Any] | None, wanted: Sequence[str]) -> bool:
    of_set, _, name = operator.rpartition(":")
    if name == "Null":
        return str(given is None).lower() == wanted[0].lower()
    optional = name.endswith("IfExists")
    negated, matches = _OPERATORS[name.removesuffix("IfExists")]

    def one(value: Any) -> bool:
        return negated != any(matches(each, _text(value)) for each in wanted)

    if of_set == "ForAllValues":
        return all(map(one, given or ()))
    if of_set == "ForAnyValue":
        return any(map(one, given or ()))
    if of_set:
        raise ValueError(f"no set operator of IAM: {of_set}")
    if given is None:
        return optional or negated
    if len(given) != 1:
        raise ValueError(f"{operator} is for a key with one value; this request has {given}")
    return one(given[0])


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _when(text: str) -> datetime:
    if re.fullmatch(r"\d+(\.\d+)?", text):
        return datetime.fromtimestamp(float(text), UTC)
    found = datetime.fromisoformat(text)
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _in_network(network: str, address: str) -> bool:
    return ipaddress.ip_address(address) in ipaddress.ip_network(network)


def _compared(read: Callable[[str], Any], holds_for: Callable[[Any, Any], bool]) -> Callable[[str, str], bool]:
    return lambda wanted, given: holds_for(read(given), read(wanted))


_OPERATORS: dict[str, tuple[bool, Callable[[str, str], bool]]] = {
    "StringEquals": (False, str.__eq__), "StringNotEquals": (True, str.__eq__),
    "StringEqualsIgnoreCase": (False, lambda a, b: a.lower() == b.lower()),
    "StringNotEqualsIgnoreCase": (True, lambda a, b: a.lower() == b.lower()),
    "StringLike": (False, like), "StringNotLike": (True, like),
    "ArnEquals": (False, arn_like), "ArnLike": (False, arn_like),
    "ArnNotEquals": (True, arn_like), "ArnNotLike": (True, arn_like),
    "Bool": (False, lambda a, b: a.lower() == b.lower()),
    "IpAddress": (False, _in_network), "NotIpAddress": (True, _in_network),
}
"""Operator to (negated, matches): AWS counts ArnEquals and ArnLike as the same."""

for _kind, _read in (("Numeric", float), ("Date", _when)):
    _OPERATORS |= {
        f"{_kind}Equals": (False, _compared(_read, lambda a, b: a == b)),
        f"{_kind}NotEquals": (True, _compared(_read, lambda a, b: a == b)),
        f"{_kind}LessThan": (False, _compared(_read, lambda a, b: a < b)),
        f"{_kind}LessThanEquals": (False, _compared(_read, lambda a, b: a <= b)),
        f"{_kind}GreaterThan": (False, _compared(_read, lambda a, b: a > b)),
        f"{_kind}GreaterThanEquals": (False, _compared(_read, lambda a, b: a >= b)),
    }
