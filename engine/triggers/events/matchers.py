"""What an array of a pattern may hold: a literal, or one comparison. Each becomes a test of a single JSON value.

Literals are compared as they are written: 300 is not 300.0, as AWS's text has it, and no string is a number. Numbers in
`numeric` are compared to six digits after the point, and reach from -5.0e9 to 5.0e9.
"""

from __future__ import annotations

import ipaddress
import json
import operator
from collections.abc import Callable, Mapping
from typing import Any

from engine.records import dataclass
from engine.triggers.faults import Path, TriggerFault
from engine.values import is_number, kind_of

Json = Any
Test = Callable[[Json], bool]

MOST_NUMBER = 5.0e9
"""The largest number that `numeric` compares, and its negative the smallest."""

_SIX_DIGITS = 1_000_000


@dataclass(frozen=True, slots=True)
class Key:
    """What an index can look a matcher up by. `kind` is ``exact``, ``prefix`` or ``suffix``, or one of these behind
    ``any-case`` for text in lower case."""

    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class Matcher:
    """One entry of an array. `holds` tests a value; `absent` is whether a field that is not there matches instead.
    `says` puts it into words. `keys` find it in an index; none means that it has to be tried."""

    holds: Test
    says: str
    keys: tuple[Key, ...] = ()
    absent: bool = False


def token(value: Json) -> str:
    """A text that two values which are no objects or arrays share if they are written alike."""
    if value.__class__ is str:
        return f'"{value}'
    if value is None:
        return "null"
    if value.__class__ is bool:
        return "true" if value else "false"
    return repr(value)


def matcher(item: Json, path: Path) -> Matcher:
    """An entry of an array, which stands at `path`. Raises TriggerFault."""
    if isinstance(item, list):
        raise TriggerFault.one("an array in an array: a value, or an object with one comparison, stands here", path)
    if not isinstance(item, dict):
        return _literal(item)
    if len(item) != 1:
        names = ", ".join(map(repr, item)) or "none"
        raise TriggerFault.one(f"an object here has one comparison, and this has {names}", path)
    (name, operand), = item.items()
    if name not in _COMPARISONS:
        known = ", ".join(_COMPARISONS)
        raise TriggerFault.one(f"{name!r} is no comparison; known are {known}", path)
    return _COMPARISONS[name](operand, (*path, name))


def _literal(value: Json) -> Matcher:
    wanted = token(value)
    return Matcher(lambda found: token(found) == wanted, _shown(value), (Key("exact", wanted),))


def _exists(operand: Json, path: Path) -> Matcher:
    if operand is True:
        return Matcher(lambda _: True, "any value")
    if operand is False:
        return Matcher(lambda _: False, "no such field", absent=True)
    raise TriggerFault.one(f"exists: true or false stands here, not {kind_of(operand)}", path)


def _prefix(operand: Json, path: Path) -> Matcher:
    text, any_case = _affix("prefix", operand, path)
    says = f"a string that begins with {_shown(text)}{_whatever(any_case)}"
    if any_case:
        low = text.lower()
        return Matcher(lambda found: found.__class__ is str and found.lower().startswith(low), says,
                       (Key("any-case prefix", low),))
    return Matcher(lambda found: found.__class__ is str and found.startswith(text), says, (Key("prefix", text),))


def _suffix(operand: Json, path: Path) -> Matcher:
    text, any_case = _affix("suffix", operand, path)
    says = f"a string that ends with {_shown(text)}{_whatever(any_case)}"
    if any_case:
        low = text.lower()
        return Matcher(lambda found: found.__class__ is str and found.lower().endswith(low), says,
                       (Key("any-case suffix", low),))
    return Matcher(lambda found: found.__class__ is str and found.endswith(text), says, (Key("suffix", text),))


def _affix(name: str, operand: Json, path: Path) -> tuple[str, bool]:
    """The text of a prefix or suffix, and whether its case does not matter."""
    if isinstance(operand, dict):
        if list(operand) != ["equals-ignore-case"]:
            raise TriggerFault.one(f"{name}: an object here has the one member 'equals-ignore-case'", path)
        return _text(f"{name} equals-ignore-case", operand["equals-ignore-case"], (*path, "equals-ignore-case")), True
    return _text(name, operand, path), False


def _ignore_case(operand: Json, path: Path) -> Matcher:
    low = _text("equals-ignore-case", operand, path).lower()
    return Matcher(lambda found: found.__class__ is str and found.lower() == low,
                   f"{_shown(operand)}{_whatever(any_case=True)}", (Key("any-case exact", low),))


def _wildcard(operand: Json, path: Path) -> Matcher:
    held = _wildcard_test(_text("wildcard", operand, path), path)
    return Matcher(held, f"a string like {_shown(operand)}")


def _wildcard_test(text: str, path: Path) -> Test:
    """Its parts between the asterisks are found one after the other: the time is bounded by the product of lengths."""
    first, *more = _parts(text, path)
    if not more:
        return lambda found: found.__class__ is str and found == first
    *between, last = more
    ends = len(first) + len(last)

    def holds(found: Json) -> bool:
        if found.__class__ is not str or len(found) < ends or not found.startswith(first) or not found.endswith(last):
            return False
        at, end = len(first), len(found) - len(last)
        for part in between:
            at = found.find(part, at, end)
            if at < 0:
                return False
            at += len(part)
        return True

    return holds


def _parts(text: str, path: Path) -> list[str]:
    """What stands between the asterisks. A backslash stands before one that is meant, and before a backslash."""
    parts, characters = [""], iter(text)
    previous = ""
    for character in characters:
        if character == "\\":
            escaped = next(characters, "")
            if escaped not in ("*", "\\"):
                raise TriggerFault.one("wildcard: behind a backslash stands * or another backslash", path)
            parts[-1] += escaped
        elif character == "*":
            if previous == "*":
                raise TriggerFault.one("wildcard: two asterisks stand together. Write one", path)
            parts.append("")
        else:
            parts[-1] += character
        previous = "" if character == "\\" else character
    return parts


def _cidr(operand: Json, path: Path) -> Matcher:
    text = _text("cidr", operand, path)
    try:
        if "/" not in text:
            raise ValueError(text)
        network = ipaddress.ip_network(text, strict=False)
    except ValueError:
        raise TriggerFault.one(
            f"cidr: {text!r} is no block of addresses. Write one such as 10.0.0.0/24 or 2001:db8::/32", path
        ) from None

    def holds(found: Json) -> bool:
        if found.__class__ is not str or len(found) > 45:  # the longest that IPv6 is written
            return False
        try:
            return ipaddress.ip_address(found) in network
        except ValueError:
            return False

    return Matcher(holds, f"an address in {text}")


_BOUNDS: Mapping[str, Callable[[int, int], bool]] = {
    "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge, "=": operator.eq,
}
_FORMS = 'write one such as ["=", 5], ["<", 10] or [">", 0, "<=", 5]'


def _numeric(operand: Json, path: Path) -> Matcher:
    if not isinstance(operand, list) or len(operand) not in (2, 4):
        raise TriggerFault.one(f"numeric: a comparison and a number, or two of both: {_FORMS}", path)
    pairs = list(zip(operand[::2], operand[1::2], strict=True))
    for index, (sign, bound) in enumerate(pairs):
        if not isinstance(sign, str) or sign not in _BOUNDS:
            raise TriggerFault.one(f"numeric: {_shown(sign)} is not one of {', '.join(_BOUNDS)}", (*path, 2 * index))
        if not is_number(bound) or not -MOST_NUMBER <= bound <= MOST_NUMBER:
            raise TriggerFault.one(
                f"numeric: a number from {-MOST_NUMBER:.1e} to {MOST_NUMBER:.1e} stands here", (*path, 2 * index + 1)
            )
    if len(pairs) == 2:
        _require_range(pairs, path)
    (first, low), *more = [(_BOUNDS[sign], _scaled(bound)) for sign, bound in pairs]
    second, high = more[0] if more else (first, low)

    def holds(found: Json) -> bool:
        if (found.__class__ is not int and found.__class__ is not float) or not -MOST_NUMBER <= found <= MOST_NUMBER:
            return False
        number = round(found * _SIX_DIGITS)
        return first(number, low) and second(number, high)

    return Matcher(holds, "a number " + " and ".join(f"{sign} {_shown(bound)}" for sign, bound in pairs))


def _require_range(pairs: list[tuple[str, float]], path: Path) -> None:
    (low_sign, low), (high_sign, high) = pairs
    if not low_sign.startswith(">") or not high_sign.startswith("<"):
        raise TriggerFault.one(f"numeric: a range has > or >= first and < or <= after it: {_FORMS}", path)
    if _scaled(low) >= _scaled(high):
        raise TriggerFault.one(
            f"numeric: no number is {low_sign} {low:g} and {high_sign} {high:g}: the first has to be the smaller", path
        )


def _scaled(number: float) -> int:
    """With six digits after the point, as a whole number."""
    return round(number * _SIX_DIGITS)


def _anything_but(operand: Json, path: Path) -> Matcher:
    """What is there and is none of it: an array's element, a number, null too. Of a missing field nothing matches."""
    if isinstance(operand, dict):
        return _anything_but_comparison(operand, path)
    values = operand if isinstance(operand, list) else [operand]
    if not values:
        raise TriggerFault.one("anything-but: the array is empty. Write what is not to match, or exists", path)
    kinds = {"string" if isinstance(value, str) else "number" if is_number(value) else "" for value in values}
    if "" in kinds or len(kinds) > 1:
        raise TriggerFault.one(
            "anything-but: a string, a number, an array of only strings or only numbers, or an object with one of "
            f"{', '.join(_EXCLUDED)}", path,
        )
    excluded = frozenset(map(token, values))
    return Matcher(lambda found: token(found) not in excluded, f"anything but {_listed(values)}")


def _anything_but_comparison(operand: dict[str, Json], path: Path) -> Matcher:
    if len(operand) != 1 or next(iter(operand)) not in _EXCLUDED:
        raise TriggerFault.one(f"anything-but: an object here has one member, of {', '.join(_EXCLUDED)}", path)
    (name, given), = operand.items()
    values = given if isinstance(given, list) else [given]
    if not values:
        raise TriggerFault.one(f"anything-but {name}: the array is empty", (*path, name))
    if name in ("prefix", "suffix") and "" in values:
        raise TriggerFault.one(f"anything-but {name}: the text is empty, which every string has", (*path, name))
    inner = [
        _EXCLUDED[name](value, (*path, name, index) if isinstance(given, list) else (*path, name))
        for index, value in enumerate(values)
    ]
    tests = tuple(each.holds for each in inner)
    return Matcher(
        lambda found: not any(test(found) for test in tests),
        f"anything but {' or '.join(each.says for each in inner)}",
    )


_EXCLUDED: Mapping[str, Callable[[Json, Path], Matcher]] = {
    "prefix": _prefix, "suffix": _suffix, "equals-ignore-case": _ignore_case, "wildcard": _wildcard,
}
_COMPARISONS: Mapping[str, Callable[[Json, Path], Matcher]] = {
    "prefix": _prefix, "suffix": _suffix, "equals-ignore-case": _ignore_case, "wildcard": _wildcard,
    "anything-but": _anything_but, "numeric": _numeric, "cidr": _cidr, "exists": _exists,
}


def _text(name: str, operand: Json, path: Path) -> str:
    if not isinstance(operand, str):
        raise TriggerFault.one(f"{name}: a string stands here, not {kind_of(operand)}", path)
    return operand


def _shown(value: Json) -> str:
    return json.dumps(value, ensure_ascii=False)


def _listed(values: list[Json]) -> str:
    return " or ".join(map(_shown, values))


def _whatever(any_case: bool) -> str:
    return ", in whatever case" if any_case else ""
