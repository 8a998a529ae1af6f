"""A schema of an OpenAPI document as a field of a connector file: what can be checked before the call, no more.

What a field cannot say (alternatives, patterns, conditions) is left out, so a field never refuses what the schema
allows: the service checks the rest.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from connectors.openapi.document import Document

Json = Any

DEEPEST = 4
"""Levels of objects and arrays that are described."""

MOST_FIELDS = 2_000
"""Fields of one input: a schema whose members share theirs in circles has millions. Where there are more, fewer levels
are described, and the service checks the rest."""

LONGEST = 300
"""Characters of a description."""

_TYPES = ("string", "number", "integer", "boolean", "object", "array", "null")
_KEPT: dict[str, tuple[type, ...]] = {
    "minimum": (int, float), "maximum": (int, float), "minLength": (int,), "maxLength": (int,),
}


def brief(text: Json) -> str:
    """The first paragraph of a description, on one line."""
    if not isinstance(text, str):
        return ""
    line = " ".join(text.strip().split("\n\n")[0].split())
    return line if len(line) <= LONGEST else line[: LONGEST - 1] + "…"


def field_of(document: Document, schema: Json, *, required: bool = False, deepest: int = DEEPEST) -> dict[str, Json]:
    """The members of a field for `schema`, down to `deepest` levels as far as these are MOST_FIELDS."""
    for levels in range(deepest, 0, -1):
        try:
            return _field(document, schema, required=required, levels=levels, left=[MOST_FIELDS])
        except _TooMany:
            continue
    return _field(document, schema, required=required, levels=0, left=[1])


class _TooMany(Exception):
    """There are more than MOST_FIELDS."""


def _field(document: Document, schema: Json, *, required: bool, levels: int, left: list[int]) -> dict[str, Json]:
    if not left[0]:
        raise _TooMany
    left[0] -= 1
    schema = merged(document, schema)
    field: dict[str, Json] = {}
    types = types_of(document, schema)
    if types:
        field["type"] = types[0] if len(types) == 1 else list(types)
    if required:
        field["required"] = True
    said = _said(schema)
    if said:
        field["description"] = said
    values = _values(schema)
    if values:
        field["enum"] = [*values, None] if "null" in types and None not in values else values
    if isinstance(schema.get("format"), str):
        field["format"] = schema["format"]
    for name, kind in _KEPT.items():
        if isinstance(schema.get(name), kind) and not isinstance(schema[name], bool):
            field[name] = schema[name]
    if levels:
        field |= _within(document, schema, types, levels - 1, left)
    return field


def _within(
    document: Document, schema: dict[str, Json], types: tuple[str, ...], levels: int, left: list[int]
) -> dict[str, Json]:
    """What an array's items and an object's members are."""
    found: dict[str, Json] = {}
    if "array" in types and isinstance(schema.get("items"), dict):
        items = _field(document, schema["items"], required=False, levels=levels, left=left)
        if items:
            found["items"] = items
    if "object" in types and isinstance(schema.get("properties"), dict):
        needed = required_of(schema)
        found["properties"] = {
            name: _field(document, item, required=name in needed, levels=levels, left=left)
            for name, item in writable(document, schema).items()
        }
    return found


def _said(schema: Mapping[str, Json]) -> str:
    """The description, with the default that the service has: it is not sent, so that a later one counts."""
    said, default = brief(schema.get("description")), schema.get("default")
    if default is None or isinstance(default, dict | list) or len(str(default)) > 40 or f"efault {default}" in said:
        return said
    end = "." if said and said[-1] not in ".!?:" else ""
    return f"{said}{end} By default {default}.".strip()


def _values(schema: Mapping[str, Json]) -> list[Json]:
    """The values that it may have; empty for any, and where one is no plain value."""
    values = [schema["const"]] if "const" in schema else schema.get("enum")
    if not isinstance(values, list) or any(isinstance(value, dict | list) for value in values):
        return []
    return values


def types_of(document: Document, schema: Mapping[str, Json]) -> tuple[str, ...]:
    """The JSON types that `schema` allows; empty for any."""
    return document.once("types", schema, lambda: _types(document, schema), ())  # type: ignore[no-any-return]


def _types(document: Document, schema: Mapping[str, Json]) -> tuple[str, ...]:
    given = schema.get("type")
    found = [given] if isinstance(given, str) else list(given) if isinstance(given, list) else []
    if not found:
        found = _of_alternatives(document, schema)
    if not found and isinstance(schema.get("properties"), dict):
        found = ["object"]
    if any(name not in _TYPES for name in found):
        return ()
    if found and schema.get("nullable") is True and "null" not in found:
        found.append("null")
    return tuple(dict.fromkeys(found))


def _of_alternatives(document: Document, schema: Mapping[str, Json]) -> list[str]:
    for word in ("oneOf", "anyOf"):
        parts = schema.get(word)
        if isinstance(parts, list) and parts:
            kinds = [types_of(document, merged(document, part)) for part in parts]
            return list(dict.fromkeys(name for kind in kinds for name in kind)) if all(kinds) else []
    return []


def merged(document: Document, schema: Json) -> dict[str, Json]:
    """`schema` with its reference followed and what ``allOf`` adds put into it. In OpenAPI 3.1 what stands beside a
    reference counts too, as in JSON Schema. A part that leads back to the whole adds nothing."""
    if not isinstance(schema, dict):
        return {}
    return document.once("merged", schema, lambda: _merged(document, schema), {})  # type: ignore[no-any-return]


def _merged(document: Document, schema: dict[str, Json]) -> dict[str, Json]:
    parts = schema.get("allOf")
    parts = list(parts) if isinstance(parts, list) else []
    if isinstance(schema.get("$ref"), str):
        whole = document.whole(schema)
        if len(schema) == 1 or not document.is_31:
            return merged(document, whole)
        parts.insert(0, whole)
    if not parts:
        return schema
    found: dict[str, Json] = {}
    own = {key: value for key, value in schema.items() if key not in ("allOf", "$ref")}
    for part in [*(merged(document, part) for part in parts), own]:
        properties = {**properties_of(found), **properties_of(part)}
        required = [*required_of(found), *required_of(part)]
        found |= part
        if properties:
            found["properties"] = properties
        if required:
            found["required"] = list(dict.fromkeys(required))
    return found


def properties_of(schema: Mapping[str, Json]) -> dict[str, Json]:
    """The members that an object's schema names."""
    found = schema.get("properties")
    return found if isinstance(found, dict) else {}


def is_bytes(schema: Mapping[str, Json]) -> bool:
    """Whether a part is bytes: OpenAPI 3.0's word for it, and 3.1's, where it is no text that stands for them."""
    media = str(schema.get("contentMediaType", "text/"))
    return schema.get("format") == "binary" or not (media.startswith("text/") or "contentEncoding" in schema)


def is_coded(schema: Mapping[str, Json]) -> bool:
    """Whether a part is a text that stands for bytes, and is sent so: OpenAPI 3.0's word for it, and 3.1's."""
    return schema.get("format") == "byte" or "contentEncoding" in schema


def required_of(schema: Mapping[str, Json]) -> list[str]:
    """The members that an object must have."""
    found = schema.get("required")
    return [name for name in found if isinstance(name, str)] if isinstance(found, list) else []


def writable(document: Document, schema: Mapping[str, Json]) -> dict[str, Json]:
    """The properties that a request may have: those that are required too, though the schema does not describe them. In
    OpenAPI 3.1 one that is required is, though it is read only: there readOnly is JSON Schema's, and takes nothing from
    `required`."""
    named = properties_of(schema)
    kept = required_of(schema) if document.is_31 else []
    more = [] if schema.get("additionalProperties") is False else required_of(schema)
    return {
        **{
            str(name): item for name, item in named.items()
            if name in kept or merged(document, item).get("readOnly") is not True
        },
        **{name: {} for name in more if name not in named},
    }
