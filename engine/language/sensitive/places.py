"""Places within a JSON value: what a mark names, and what an expression does with it.

    ("card", "number")         the member number of the member card
    ("people", "*", "ssn")     … of each item, or of each member
    ("tree", "**", "ssn")      … at any depth below tree
    ()                         the whole value

A set of them is a `Marks`. A place that is not certain is taken for marked: a superset hides more, and never less.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from engine.errors import InvalidDocument

Json = Any
Place = tuple[str, ...]
Marks = frozenset[Place]

ANY = "*"
"""Each item of an array, each member of an object."""
DEEP = "**"
"""Any number of levels, none among them."""

NONE: Marks = frozenset()
WHOLE: Marks = frozenset({()})

LONGEST = 16
"""A longer place is cut: a loop that puts a value into itself would make it ever longer."""
MOST = 300
"""So many places of one value; of more, the whole value is marked."""


def parse_pointer(text: str) -> Place:
    """The place that a JSON pointer (RFC 6901) names; ``*`` stands for each item or member. Raises InvalidDocument."""
    if text == "":
        return ()
    if not text.startswith("/"):
        raise InvalidDocument(
            f"{text!r} is no JSON pointer", where=text,
            advice='A pointer begins with a slash: "/card/number", "/people/*/ssn"; "" is the whole value.',
        )
    parts = tuple(part.replace("~1", "/").replace("~0", "~") for part in text[1:].split("/"))
    if DEEP in parts:
        raise InvalidDocument(
            f"{text!r}: ** stands for nothing", where=text, advice="Write * for each item, one for a level."
        )
    return parts


def written(place: Place) -> str:
    """A place as a JSON pointer."""
    return "".join("/" + part.replace("~", "~0").replace("/", "~1") for part in place)


def bounded(marks: Iterable[Place]) -> Marks:
    """Without places that lie within others of the same set, without very long ones, and not more than MOST."""
    found = {place if len(place) <= LONGEST else (*place[:LONGEST - 2], DEEP, place[-1]) for place in marks}
    if () in found or len(found) > MOST:
        return WHOLE
    return frozenset(place for place in found if not any(place[:at] in found for at in range(1, len(place))))


def at(marks: Marks, key: str | None) -> Marks:
    """The marks of the member or item `key` of a value; None: of any of them."""
    found: set[Place] = set()
    for place in marks:
        if not place:
            return WHOLE
        if place[0] == DEEP:
            found.add(place)
            found |= at(frozenset({place[1:]}), key)
        elif key is None or place[0] in (key, ANY):
            found.add(place[1:])
    return frozenset(found)


def under(marks: Marks, *keys: str) -> Marks:
    """The marks of a value that holds, at `keys`, one with `marks`."""
    return bounded((*keys, *place) for place in marks)


def anywhere(marks: Marks) -> Marks:
    """The marks of a value into which one with `marks` went in a way that is not known. The items of an array may have
    become members of another, or stand alone: a level of them is any number of levels."""
    return bounded(_anywhere(place) for place in marks)


def _anywhere(place: Place) -> Place:
    found = [DEEP] if place else []
    for part in place:
        level = DEEP if part == ANY or part.isdigit() else part
        if level != DEEP or found[-1] != DEEP:
            found.append(level)
    return tuple(found)


def is_whole(marks: Marks) -> bool:
    """Whether the value itself is marked."""
    return any(all(part == DEEP for part in place) for place in marks)


def names(marks: Iterable[Place]) -> frozenset[str]:
    """The last names of the places: what a marked member is called."""
    found = (
        next((part for part in reversed(place) if part not in (ANY, DEEP) and not part.isdigit()), None)
        for place in marks
    )
    return frozenset(name for name in found if name is not None)


def hide(value: Json, marks: Marks, mask: Callable[[Json], Json]) -> Json:
    """`value` with what `mask` gives in each marked place. What holds none is returned as it is."""
    if not marks:
        return value
    if is_whole(marks) or _is_written_out(value, marks):
        return mask(value)
    if isinstance(value, dict):
        return {key: hide(item, at(marks, key), mask) for key, item in value.items()}
    if isinstance(value, list):
        return [hide(item, at(marks, str(index)), mask) for index, item in enumerate(value)]
    return value


def marked(value: Json, marks: Marks) -> Iterator[Json]:
    """What stands in the marked places of `value`."""
    if not marks:
        return
    if is_whole(marks) or _is_written_out(value, marks):
        yield value
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from marked(item, at(marks, key))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from marked(item, at(marks, str(index)))


def _is_written_out(value: Json, marks: Marks) -> bool:
    """Whether a text stands where an object or an array with marked parts was to be: as JSON in a text, perhaps."""
    return isinstance(value, str) and any(place[0] != DEEP for place in marks)


def hide_members(members: Mapping[str, Json], marks: Marks, mask: Callable[[Json], Json]) -> dict[str, Json]:
    """As `hide`, of an object whose members' names are to stay: variables."""
    return {name: hide(value, at(marks, name), mask) for name, value in members.items()}
