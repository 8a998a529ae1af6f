"""What is known of a value without its values: which members it has.

    "leaf"                       a text, a number, true, false, null
    ("object", ((name, shape), …))     ("array", (shape, …))
    "fresh"                      the new version makes it when it runs: what is in it is no matter of this check
    "blur"                       computed from what was there before: what is in it cannot be told

A place in a definition may be reached in several ways, so what is there is a set of shapes: its alternatives. ABSENT is
among those of a variable that may not have been assigned.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from engine.records import dataclass

Json = Any
Shape = Any
Alts = frozenset[Shape]
Key = str | int

LEAF, FRESH, BLUR, ABSENT = "leaf", "fresh", "blur", "absent"
EMPTY: Shape = ("object", ())
IS_FRESH: Alts = frozenset({FRESH})
IS_LEAF: Alts = frozenset({LEAF})
IS_BLUR: Alts = frozenset({BLUR})
NOWHERE: Alts = frozenset({ABSENT})

MOST_ALTERNATIVES = 12

MOST_DEPTH = 40
"""What is nested deeper is a blur: five hundred Parallels in a row would nest their outputs as often."""

MOST_PARTS = 2_000
"""What has more objects and arrays in it is a blur: forty Parallels of two branches in a row would have 2^40."""


def shape_of(value: Json) -> Shape:
    """The shape of a value."""
    if isinstance(value, dict):
        return "object", tuple(sorted((name, shape_of(member)) for name, member in value.items()))
    if isinstance(value, list):
        return "array", tuple(map(shape_of, value))
    return LEAF


def bounded(alts: Iterable[Shape]) -> Alts:
    """The alternatives; too many cannot be told apart."""
    found = frozenset(alts)
    if len(found) <= MOST_ALTERNATIVES:
        return found
    return IS_BLUR | ({ABSENT} & found)


def one_of(alts: Alts) -> Shape:
    """One shape for all of `alts`, to stand as a member."""
    if len(alts) == 1:
        shape = next(iter(alts))
        return BLUR if _is_large(shape) else shape
    return FRESH if alts <= {FRESH} and alts else BLUR


def _is_large(shape: Shape) -> bool:
    """Whether `shape` is nested deeper, or has more in it, than is looked at."""
    left, parts = [(shape, 0)], 0
    while left:
        at, depth = left.pop()
        if not isinstance(at, tuple):
            continue
        parts += 1
        if depth == MOST_DEPTH or parts > MOST_PARTS:
            return True
        kind, members = at
        left += [(item[1] if kind == "object" else item, depth + 1) for item in members]
    return False


@dataclass(frozen=True, slots=True)
class Found:
    """What a read finds: `shapes`, and whether in some alternative there is nothing (`missing`)."""

    shapes: Alts
    missing: bool

    @property
    def never(self) -> bool:
        """Whether there is nothing in any alternative."""
        return self.missing and not self.shapes


def read(alts: Alts, keys: Sequence[Key], *, jsonata: bool) -> Found:
    """What lies at `keys` in each of `alts`. A step of JSONata goes through arrays."""
    shapes, missing = set(), not alts
    for alternative in alts:
        shape, there = _at(alternative, keys, jsonata=jsonata)
        missing = missing or there <= _DOUBTFUL
        if shape is not None:
            shapes.add(shape)
    return Found(bounded(shapes), missing)


def holds(shape: Shape, keys: Sequence[Key], *, jsonata: bool) -> bool | None:
    """Whether there is something at `keys`; None where it cannot be told."""
    there = _at(shape, keys, jsonata=jsonata)[1]
    return there == _THERE if there in (_NOTHING, _THERE) else None


_NOTHING, _DOUBTFUL, _ASSUMED, _THERE = range(4)
"""How sure it is that something is at a place: it is in what cannot be told, or in what the new version makes."""

_WITHIN = {BLUR: _DOUBTFUL, FRESH: _ASSUMED}


def _at(shape: Shape, keys: Sequence[Key], *, jsonata: bool) -> tuple[Shape | None, int]:
    """What lies at `keys`, and how sure that is. What is made of a template has each member, whatever is in it."""
    found: Shape | None = None if shape == ABSENT else shape
    sure = _THERE
    for number, key in enumerate(keys, 1):
        if found is None:
            break
        found, step = _step(found, key, jsonata=jsonata, last=number == len(keys))
        sure = min(sure, step)
    return found, _NOTHING if found is None else sure


def _step(shape: Shape, key: Key, *, jsonata: bool, last: bool = False) -> tuple[Shape | None, int]:
    if shape in (FRESH, BLUR):
        return shape, _WITHIN[shape]
    if isinstance(key, int):
        if shape[0] == "array" and shape != LEAF:
            return (shape[1][key] if key < len(shape[1]) else None), _THERE
        return (shape if jsonata and key == 0 else None), _THERE
    if shape == LEAF:
        return None, _THERE
    if shape[0] == "object":
        return dict(shape[1]).get(key), _THERE
    return _through(shape[1], key, last=last) if jsonata else (None, _THERE)


def _through(items: Sequence[Shape], key: str, *, last: bool) -> tuple[Shape | None, int]:
    """The members of an array's items: there is something if one of them has it. Arrays among them are joined, so empty
    ones are nothing, but for an array that is all that a path's last step finds."""
    found = [(item, sure) for item, sure in (_step(item, key, jsonata=True) for item in items) if item is not None]
    sure = max((sure for _, sure in found), default=_THERE)
    if last and len(found) == 1:
        return found[0][0], sure
    joined = [one for item, _ in found for one in (item[1] if item[0] == "array" else (item,))]
    if not joined:
        return None, _THERE
    return (joined[0] if len(joined) == 1 else ("array", tuple(joined))), sure


def put(shape: Shape, keys: Sequence[Key], value: Shape) -> Shape | None:
    """`shape` with `value` at `keys`, as a ResultPath puts it; None where it cannot be put there."""
    if not keys:
        return value
    if shape in (FRESH, BLUR):
        return shape
    key, rest = keys[0], keys[1:]
    if isinstance(key, int):
        if shape == LEAF or shape[0] != "array" or key >= len(shape[1]):
            return None
        inner = put(shape[1][key], rest, value)
        return None if inner is None else ("array", (*shape[1][:key], inner, *shape[1][key + 1:]))
    if shape == LEAF or shape[0] != "object":
        return None
    members = dict(shape[1])
    inner = put(members.get(key, EMPTY), rest, value)
    return None if inner is None else ("object", tuple(sorted((members | {key: inner}).items())))
