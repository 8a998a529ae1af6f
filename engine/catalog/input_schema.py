"""Is a workflow's `input_schema` a JSON Schema that stands on its own? (`lifecycle.start_checks` applies it.)

Beyond the draft's own rules: references stay within it, end, and lead to schemas; patterns compile. What a start would
stumble over is refused here, with its place.
"""

from __future__ import annotations

import json
from functools import lru_cache
from typing import Any

from engine.language.schema.patterns import BadPattern, check_pattern
from engine.language.schema.plain import plain_nodes
from engine.language.schema.positions import Path, endless, parts
from engine.language.schema.validation import Unchecked, meta_errors

Json = Any

CHECKED_KEPT = 512
"""Schemas known to be good: a stored document is read far more often than it is written, and a check takes 20 ms."""

_REFERENCES = ("$ref", "$dynamicRef", "$recursiveRef")


class SchemaFault(ValueError):
    """What is wrong with a schema; `path` leads to it."""

    def __init__(self, message: str, path: Path) -> None:
        super().__init__(message)
        self.path = path


def check_schema(schema: dict[str, Json]) -> None:
    """Raise SchemaFault unless `schema` is valid by the draft its ``$schema`` names (2020-12 by default), refers to
    nothing outside itself (starting an execution must not fetch an address) and can be applied."""
    _check(json.dumps(schema))


@lru_cache(maxsize=CHECKED_KEPT)
def _check(text: str) -> None:
    """The check of a schema written as JSON; a fault is found anew each time."""
    schema: dict[str, Json] = json.loads(text)
    plain = plain_nodes(schema)
    if plain is not None:
        for node, path in plain:
            _check_patterns(node, path)
        return
    _check_draft(schema, ())
    _Survey(schema).check()


def _check_draft(schema: Json, path: Path) -> None:
    from engine.language.schema.library import exceptions  # noqa: PLC0415  40 ms that only a document with one that is not plain pays

    try:
        fault = exceptions.best_match(meta_errors(schema))
    except Unchecked as error:
        raise SchemaFault(f"checking the schema {error}", path) from None
    if fault is not None:
        raise SchemaFault(f"not a JSON Schema: {fault.message[:300]}", (*path, *fault.absolute_path))


class _Survey:
    """Walks all schemas of a schema, those it refers to among them, and notes which applies which to the same value."""

    def __init__(self, schema: dict[str, Json]) -> None:
        from referencing import Registry  # noqa: PLC0415  see _check_draft
        from referencing.jsonschema import DRAFT202012, specification_with  # noqa: PLC0415

        named = schema.get("$schema")
        specification = specification_with(named, default=DRAFT202012) if isinstance(named, str) else DRAFT202012
        registry: Registry[Json] = Registry()
        self._resolver = registry.resolver_with_root(specification.create_resource(schema))
        self._root = schema
        self._paths: dict[int, Path] = {}
        self._applied: dict[int, list[int]] = {}
        self._anchors: dict[str, list[int]] = {}

    def check(self) -> None:
        """Raise SchemaFault for the first fault."""
        references = self._walk(self._root, ())
        while references:
            node, path, name, ref = references.pop()
            target = self._target(ref, (*path, name))
            if isinstance(target, dict):
                if id(target) not in self._paths:  # a place where no schema has to be
                    _check_draft(target, (*path, name))
                    references += self._walk(target, (*path, name))
                dynamic = self._anchors.get(ref.lstrip("#"), []) if name == "$dynamicRef" else []
                self._applied[id(node)] += [id(target), *dynamic]
        again = endless(self._applied)
        if again is not None:
            raise SchemaFault("the schema applies itself to the same value, over and over", self._paths[again])

    def _walk(self, schema: dict[str, Json], path: Path) -> list[tuple[dict[str, Json], Path, str, str]]:
        """Note the schemas within `schema`; its references, each with its schema, the way there and its keyword."""
        references = []
        waiting = [(schema, path)]
        while waiting:
            node, path = waiting.pop()
            if id(node) in self._paths:
                continue
            self._paths[id(node)] = path
            _check_patterns(node, path)
            anchor = node.get("$dynamicAnchor")
            if isinstance(anchor, str):
                self._anchors.setdefault(anchor, []).append(id(node))
            references += [(node, path, name, node[name]) for name in _REFERENCES if isinstance(node.get(name), str)]
            self._applied[id(node)] = []
            for way, part, same in parts(node):
                waiting.append((part, (*path, *way)))
                if same:
                    self._applied[id(node)].append(id(part))
        return references

    def _target(self, ref: str, path: Path) -> Json:
        from referencing.exceptions import Unresolvable  # noqa: PLC0415

        if not ref.startswith("#"):
            raise SchemaFault(f"the schema refers to {ref!r}: only references within it (#/...) are followed", path)
        try:
            target = self._resolver.lookup(ref).contents
        except (Unresolvable, TypeError, ValueError, AttributeError):  # the last three: a way through what is no object
            raise SchemaFault(f"the schema refers to {ref!r}, which it does not have", path) from None
        if not isinstance(target, dict | bool):
            raise SchemaFault(f"the schema refers to {ref!r}, which is no schema", path)
        return target


def _check_patterns(schema: dict[str, Json], path: Path) -> None:
    named, pattern = schema.get("patternProperties"), schema.get("pattern")
    places: list[tuple[Path, str]] = []
    if isinstance(named, dict):
        places += [((*path, "patternProperties", name), name) for name in named]
    if isinstance(pattern, str):
        places.append(((*path, "pattern"), pattern))
    for place, source in places:
        try:
            check_pattern(source)
        except BadPattern as error:
            raise SchemaFault(f"the pattern {source[:200]!r} {error}", place) from None
