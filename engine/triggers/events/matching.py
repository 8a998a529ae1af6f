"""Whether a pattern matches an event.

An array of an event stands for each of its elements, also those of arrays in it. Two fields of a pattern are matched
only within one element of an array, never by two of them. A field that is not to be there must be in none.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from engine.triggers.events.pattern import Group, Pattern

Json = Any


def matches(pattern: Pattern, event: Json) -> bool:
    """Whether one of its alternatives does."""
    return isinstance(event, dict) and any(group_matches(group, event, event) for group in pattern.alternatives)


def group_matches(group: Group, value: dict[str, Json], event: Json) -> bool:
    """Whether `group` matches the object `value`, which is in `event`."""
    for name, leaves, inner in group.fields:
        found = value.get(name, ())
        for leaf in leaves:
            if found.__class__ is list or found.__class__ is tuple or found.__class__ is dict:
                held = any(leaf.holds(each) for each in elements(found) if each.__class__ is not dict)
            else:
                held = leaf.holds(found)
            if not held and not (leaf.absent and not is_there(event, leaf.fields)):
                return False
        if inner is not None:
            objects = [each for each in elements(found) if each.__class__ is dict] or [{}]
            if not any(group_matches(inner, each, event) for each in objects):
                return False
    return True


def elements(value: Json) -> Iterator[Json]:
    """A value that is no array; of an array its elements, also those of arrays in it."""
    if value.__class__ is not list and value.__class__ is not tuple:
        yield value
        return
    waiting = list(reversed(value))
    while waiting:
        item = waiting.pop()
        if item.__class__ is list:
            waiting.extend(reversed(item))
        else:
            yield item


def values_at(event: Json, fields: tuple[str, ...]) -> Iterator[Json]:
    """All that is at `fields`, in whichever elements; arrays are gone through, objects are given."""
    if not fields:
        yield from elements(event)
        return
    for item in elements(event):
        if item.__class__ is dict and fields[0] in item:
            yield from values_at(item[fields[0]], fields[1:])


def is_there(event: Json, fields: tuple[str, ...]) -> bool:
    """Whether a value that is no object is at `fields`: AWS's exists "only works on leaf nodes"."""
    return any(each.__class__ is not dict for each in values_at(event, fields))
