"""Schemas that are surely valid: told without the import of `jsonschema`.

A plain schema has none but these keywords, each with a value of the form that draft 2020-12 asks for, and no reference.
Whatever is not plain is held against the draft's own schema.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from engine.language.schema.positions import Path

Json = Any

MOST_NODES, MOST_DEPTH = 500, 20
"""Of a plain schema. A larger one is checked within the bounds of work and depth that hold for all."""

_TYPES = frozenset({"array", "boolean", "integer", "null", "number", "object", "string"})


def _is_text(value: Json) -> bool:
    return isinstance(value, str)


def _is_flag(value: Json) -> bool:
    return isinstance(value, bool)


def _is_count(value: Json) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def _is_number(value: Json) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _are_names(value: Json) -> bool:
    return isinstance(value, list) and all(isinstance(name, str) for name in value) and len(set(value)) == len(value)


def _is_type(value: Json) -> bool:
    named = [value] if isinstance(value, str) else value
    return _are_names(named) and bool(named) and _TYPES.issuperset(named)


def _is_list(value: Json) -> bool:
    return isinstance(value, list)


_FORMS: dict[str, Callable[[Json], bool]] = {
    "type": _is_type, "required": _are_names, "enum": _is_list, "examples": _is_list,
    "const": lambda _: True, "default": lambda _: True,
    **dict.fromkeys(("title", "description", "$comment", "pattern", "format"), _is_text),
    **dict.fromkeys(("uniqueItems", "deprecated", "readOnly", "writeOnly"), _is_flag),
    **dict.fromkeys(("minLength", "maxLength", "minItems", "maxItems", "minProperties", "maxProperties"), _is_count),
    **dict.fromkeys(("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"), _is_number),
}
_ONE_WITHIN = ("items", "additionalProperties")


def plain_nodes(schema: Json) -> list[tuple[dict[str, Json], Path]] | None:
    """The schemas within a plain `schema`, itself among them, each with the way there; None where it is not plain."""
    found: list[tuple[dict[str, Json], Path]] = []
    waiting: list[tuple[Json, Path]] = [(schema, ())]
    while waiting:
        node, path = waiting.pop()
        if isinstance(node, bool) and path:
            continue
        if not isinstance(node, dict) or len(found) >= MOST_NODES or len(path) > MOST_DEPTH:
            return None
        found.append((node, path))
        for keyword, value in node.items():
            if keyword == "properties" and isinstance(value, dict):
                waiting += [(part, (*path, keyword, name)) for name, part in value.items()]
            elif keyword in _ONE_WITHIN:
                waiting.append((value, (*path, keyword)))
            elif keyword not in _FORMS or not _FORMS[keyword](value):
                return None
    return found
