"""Why a pattern does not match an event: each field at fault, what was there, and what is wanted."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import islice
from typing import Any

from engine.errors import json_pointer
from engine.records import dataclass
from engine.triggers.events.matching import matches, values_at
from engine.triggers.events.pattern import Branch, Leaf, Pattern
from engine.values import is_number

Json = Any

_LONGEST = 120
_MOST_SHOWN = 3


@dataclass(frozen=True, slots=True)
class Reason:
    """`pattern` is the JSON pointer of what does not hold, `field` the event's field in words (``detail.state``)."""

    pattern: str
    field: str
    message: str


def reasons(pattern: Pattern, event: Json) -> list[Reason]:
    """Every reason; none means that the pattern matches."""
    if matches(pattern, event):
        return []
    if not isinstance(event, dict):
        return [Reason("/", "", "the event is no JSON object")]
    found = list(_of_branch(pattern.written, event))
    return found or [_of_elements(pattern.written, event)]


def _of_branch(branch: Branch, event: Json) -> Iterator[Reason]:
    for item in branch.fields.values():
        yield from _of_leaf(item, event) if isinstance(item, Leaf) else _of_branch(item, event)
    for choices in branch.ors:
        each = [list(_of_branch(choice, event)) for choice in choices]
        if all(each):
            told = "; ".join(f"({number}) {found[0].message}" for number, found in enumerate(each, 1))
            place = json_pointer((*branch.path, "$or"))
            yield Reason(place, "$or", f"none of the {len(each)} alternatives of $or holds: {told}")


def _of_leaf(leaf: Leaf, event: Json) -> Iterator[Reason]:
    """No element of any array has what is wanted, wherever it is."""
    field = ".".join(leaf.fields)
    found = list(values_at(event, leaf.fields))
    plain = [value for value in found if not isinstance(value, dict)]
    if any(leaf.holds(value) for value in plain) or (leaf.absent and not plain):
        return
    if plain:
        shown = " and ".join(_shown(value) for value in islice(plain, _MOST_SHOWN))
        more = f" and {len(plain) - _MOST_SHOWN} more" if len(plain) > _MOST_SHOWN else ""
        what = f"{field} is {shown}{more}"
    elif found:
        what = f"{field} is an object, and a pattern's array looks at values alone"
    else:
        what = f"the event has no {field}{_how_far(event, leaf.fields)}"
    yield Reason(json_pointer(leaf.path), field, f"{what}; wanted is {leaf.says}{_hint(leaf, plain)}")


def _how_far(event: Json, fields: tuple[str, ...]) -> str:
    """Where the way to a missing field ends, when it is before the last."""
    for length in range(1, len(fields)):
        found = list(values_at(event, fields[:length]))
        if not found:
            return f": there is no {'.'.join(fields[:length])}"
        if not any(isinstance(value, dict) for value in found):
            return f": {'.'.join(fields[:length])} is {_shown(found[0])}, and no object"
    return ""


def _hint(leaf: Leaf, plain: list[Json]) -> str:
    """What is easily overlooked: numbers are compared as they are written, and strings are no numbers."""
    for value in plain:
        for each in leaf.matchers:
            for key in each.keys:
                if key.kind != "exact":
                    continue
                if is_number(value) and key.text == f'"{json.dumps(value)}':
                    return " (a string, and the event has a number)"
                if isinstance(value, str) and key.text == value and value not in ("true", "false", "null"):
                    return " (a number, and the event has a string)"
                if is_number(value) and key.text[:1] != '"' and _same_number(key.text, value):
                    return f' (numbers are compared as they are written: take {{"numeric": ["=", {key.text}]}})'
    return ""


def _same_number(text: str, value: float) -> bool:
    return text not in ("true", "false", "null") and float(text) == value


def _of_elements(branch: Branch, event: Json) -> Reason:
    """Each field is matched, but not all in one element of an array."""
    place = _array_of(branch, event, ())
    field = ".".join(place)
    return Reason(
        json_pointer(place), field,
        f"each field is matched, but by different elements of the array {field or 'of the event'}: "
        "one element has to match all of them",
    )


def _array_of(branch: Branch, event: Json, fields: tuple[str, ...]) -> tuple[str, ...]:
    """The fields that lead to the first array that the pattern looks into."""
    value = event
    for name in fields:
        value = value.get(name) if isinstance(value, dict) else value
    if isinstance(value, list):
        return fields
    inner = [item for item in branch.fields.items() if isinstance(item[1], Branch)]
    for choices in branch.ors:
        for choice in choices:
            inner += [item for item in choice.fields.items() if isinstance(item[1], Branch)]
    for name, item in inner:
        if isinstance(item, Branch) and (found := _array_of(item, event, (*fields, name))):
            return found
    return ()


def _shown(value: Json) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
