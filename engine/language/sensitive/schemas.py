"""Marks in a JSON Schema: ``"x-sensitive": true`` marks the place that the schema is applied to.

    {"properties": {"people": {"items": {"$ref": "#/$defs/person"}}},
     "$defs": {"person": {"properties": {"ssn": {"x-sensitive": true}}}}}            ──►  /people/*/ssn

It is followed through everything that applies a schema: properties, items, allOf, $ref and so on; a schema that applies
itself to a part of its value marks at any depth. Whether a pointer leads anywhere is read off the same walk.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from engine.language.schema.positions import Path, parts
from engine.language.sensitive import places
from engine.language.sensitive.places import ANY, DEEP, Marks, Place
from engine.records import dataclass

Json = Any

MARK = "x-sensitive"

_REFERENCES = ("$ref", "$dynamicRef", "$recursiveRef")
_SAME = frozenset({
    "allOf", "anyOf", "oneOf", "not", "if", "then", "else", "dependentSchemas", "dependencies", "extends", "type",
    "disallow",
})
_ITEMS = frozenset({"items", "additionalItems", "contains", "unevaluatedItems"})
_MEMBERS = frozenset({"additionalProperties", "unevaluatedProperties", "patternProperties"})
_MOST_VISITS = 20_000


@dataclass(frozen=True, slots=True)
class Misplaced:
    """A mark that marks nothing, or none at all: where it stands, and why."""

    path: Path
    why: str


def schema_marks(schema: Json) -> Marks:
    """The places that `schema` marks in the values that it is applied to."""
    return _Walk(schema).marks()


def misplaced(schema: Json) -> list[Misplaced]:
    """The marks in `schema` that mark nothing."""
    walk = _Walk(schema)
    walk.marks()
    found = []
    for path, node in _schemas(schema, ()):
        if MARK not in node:
            continue
        if not isinstance(node[MARK], bool):
            found.append(Misplaced((*path, MARK), f"{MARK} is true or false"))
        elif node[MARK] and id(node) not in walk.visited:
            why = "marks the names of members, not their values" if "propertyNames" in path else (
                "marks nothing: no input is held against this schema. It counts where the input schema applies it, "
                "directly or by $ref"
            )
            found.append(Misplaced((*path, MARK), f"{MARK} {why}"))
    return found


def missing_part(schema: Json, place: Place) -> tuple[int, list[str]] | None:
    """Which part of `place` leads nowhere that `schema` knows, and the names that are known there; None where it leads
    somewhere, or `schema` leaves open what is there."""
    walk = _Walk(schema)
    here = walk.applied(schema)
    for index, part in enumerate(place):
        if part == ANY:
            following = [item for node in here for item in walk.all_below(node)]
            known: list[str] = []
            is_open = any(walk.is_open(node, None) for node in here)
        else:
            following = [item for node in here for item in walk.below(node, part)]
            known = sorted({name for node in here for name in _properties(node)})
            is_open = any(walk.is_open(node, part) for node in here)
            if not following and known and not any(_says_more(node, part) for node in here):
                return index, known
        if not following:
            return None if is_open or not here else (index, known)
        here = [one for item in following for one in walk.applied(item)]
    return None


class _Walk:
    """Through one schema and those that it refers to within itself."""

    def __init__(self, schema: Json) -> None:
        self._root = schema
        self.visited: set[int] = set()
        self._around: list[int] = []
        self._again: set[int] = set()
        self._known: dict[int, set[Place]] = {}
        self._met = 0
        self._left = _MOST_VISITS
        self._anchors: dict[str, Json] = {}
        for _, node in _schemas(schema, ()):
            for name in ("$anchor", "$dynamicAnchor", "$id", "id"):
                if isinstance(node.get(name), str):
                    self._anchors.setdefault(node[name].lstrip("#"), node)

    def marks(self) -> Marks:
        """All of them."""
        return places.bounded(self._marks(self._root))

    def _marks(self, node: Json) -> set[Place]:
        if not isinstance(node, dict):
            return set()
        if id(node) in self._known:
            return self._known[id(node)]
        if id(node) in self._around:
            self._again.add(id(node))
            self._met += 1
            return set()
        self._left -= 1
        if self._left < 0:
            return {()}
        self.visited.add(id(node))
        self._around.append(id(node))
        met = self._met
        found: set[Place] = {()} if node.get(MARK) is True else set()
        for keys, inner in self._inner(node):
            found |= {(*keys, *place) for place in self._marks(inner)}
        self._around.pop()
        if id(node) in self._again:
            found |= {(DEEP, *place) for place in found if place[:1] != (DEEP,)}
        if met == self._met:  # it does not depend on what is around it
            self._known[id(node)] = found
        return found

    def _inner(self, node: dict[str, Json]) -> Iterator[tuple[Place, Json]]:
        """What `node` applies, and to which part of its value."""
        for path, inner, _ in parts(node):
            keyword = str(path[0])
            if keyword in ("properties", "prefixItems") or (keyword == "items" and len(path) > 1):
                yield (str(path[1]),), inner
            elif keyword in _ITEMS or keyword in _MEMBERS:
                yield (ANY,), inner
            elif keyword in _SAME or keyword == "contentSchema":
                yield (), inner
        for target in self._targets(node):
            yield (), target

    def _targets(self, node: dict[str, Json]) -> Iterator[Json]:
        for name in _REFERENCES:
            reference = node.get(name)
            if isinstance(reference, str):
                target = self._resolved(reference)
                if isinstance(target, dict):
                    yield target

    def _resolved(self, reference: str) -> Json:
        base, _, fragment = reference.partition("#")
        document = self._root if not base else self._anchors.get(base)
        if not fragment:
            return document
        if not fragment.startswith("/"):
            return self._anchors.get(fragment)
        node = document
        for part in _unquoted(fragment)[1:].split("/"):
            key = part.replace("~1", "/").replace("~0", "~")
            if isinstance(node, dict):
                node = node.get(key)
            elif isinstance(node, list) and key.isdigit() and int(key) < len(node):
                node = node[int(key)]
            else:
                return None
        return node

    # ---------------------------------------------------------------- what a pointer meets

    def applied(self, node: Json) -> list[dict[str, Json]]:
        """`node` and what it applies to the same value."""
        found: list[dict[str, Json]] = []
        waiting = [node]
        while waiting:
            one = waiting.pop()
            if not isinstance(one, dict) or any(one is other for other in found):
                continue
            found.append(one)
            waiting += [inner for keys, inner in self._inner(one) if not keys]
        return found

    def below(self, node: dict[str, Json], part: str) -> list[Json]:
        """What `node` itself applies to the member or item `part`."""
        every = list(self._inner(node))
        found = [inner for keys, inner in every if keys == (part,)]
        if found or (_properties(node) and not _says_more(node, part)):
            return found
        return [inner for keys, inner in every if keys == (ANY,)]

    def all_below(self, node: dict[str, Json]) -> list[Json]:
        """What it applies to any member or item."""
        return [inner for keys, inner in self._inner(node) if keys]

    def is_open(self, node: dict[str, Json], part: str | None) -> bool:
        """Whether it says nothing of what stands there."""
        kinds = node.get("type")
        kinds = [kinds] if isinstance(kinds, str) else kinds
        if isinstance(kinds, list) and not {"object", "array"} & {kind for kind in kinds if isinstance(kind, str)}:
            return False
        return not _properties(node) or (part is None) or (part in _properties(node))


def _properties(node: dict[str, Json]) -> dict[str, Json]:
    found = node.get("properties")
    return found if isinstance(found, dict) else {}


def _says_more(node: dict[str, Json], part: str) -> bool:
    """Whether a member that `properties` lacks is spoken of all the same."""
    patterns = node.get("patternProperties")
    if isinstance(patterns, dict):
        for pattern in patterns:
            try:
                if re.search(pattern, part):
                    return True
            except re.error:
                return True
    return isinstance(node.get("additionalProperties"), dict) or node.get("additionalProperties") is True


def _schemas(node: Json, path: Path) -> Iterator[tuple[Path, dict[str, Json]]]:
    if not isinstance(node, dict):
        return
    yield path, node
    for way, inner, _ in parts(node):
        yield from _schemas(inner, (*path, *way))


def _unquoted(fragment: str) -> str:
    """A pointer in a reference is written as in an address."""
    return re.sub(r"((?:%[0-9A-Fa-f]{2})+)", lambda found: bytes.fromhex(
        found.group().replace("%", "")
    ).decode("utf-8", "replace"), fragment)
