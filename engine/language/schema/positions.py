"""Where a JSON Schema's own schemas are, and which of them it applies to the very same value.

    {"allOf": [A], "properties": {"p": B}, "$ref": "#/$defs/c"}      A and c see the same value, B sees a part of it

A way round through schemas of the first kind never ends, whatever the value (2020-12 core, 9.4.1).
"""

from __future__ import annotations

from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from typing import Any

Json = Any
Path = tuple[str | int, ...]

_SAME_ONE: tuple[str, ...] = ("not", "if", "then", "else", "extends")
_SAME_LIST: tuple[str, ...] = ("allOf", "anyOf", "oneOf", "extends", "type", "disallow")
"""``type`` and ``disallow`` hold schemas in draft 3."""
_SAME_MAP: tuple[str, ...] = ("dependentSchemas", "dependencies")
_PART_ONE: tuple[str, ...] = (
    "items", "additionalItems", "additionalProperties", "contains", "propertyNames", "unevaluatedItems",
    "unevaluatedProperties", "contentSchema",
)
_PART_LIST: tuple[str, ...] = ("items", "prefixItems")
_PART_MAP: tuple[str, ...] = ("properties", "patternProperties", "$defs", "definitions")


def parts(schema: dict[str, Json]) -> Iterator[tuple[Path, dict[str, Json], bool]]:
    """The schemas directly within `schema`: the way there, the schema, whether it is applied to the same value."""
    for name, value in schema.items():
        if isinstance(value, dict) and name in _SAME_ONE + _PART_ONE:
            yield (name,), value, name in _SAME_ONE
            continue
        if isinstance(value, list) and name in _SAME_LIST + _PART_LIST:
            members: list[tuple[str | int, Json]] = list(enumerate(value))
        elif isinstance(value, dict) and name in _SAME_MAP + _PART_MAP:
            members = list(value.items())
        else:
            continue
        same = name in _SAME_LIST + _SAME_MAP
        yield from (((name, key), item, same) for key, item in members if isinstance(item, dict))


def endless(applied: dict[int, list[int]]) -> int | None:
    """A node on a way round, or None. `applied` maps each node to those that are applied to the same value."""
    try:
        TopologicalSorter(applied).prepare()
    except CycleError as error:
        return int(error.args[1][0])
    return None
