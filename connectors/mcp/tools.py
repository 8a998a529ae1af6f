"""What a tool says of itself: what of it is pinned and by which digest, which headers repeat its arguments, and what
people are shown of it."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import unicodedata
from collections.abc import Iterator, Mapping
from typing import Any

Json = Any

PINNED = ("name", "title", "description", "inputSchema", "outputSchema", "annotations")
"""Members of a tool's definition that count: where one of them changes, the tool is another one."""

_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")  # RFC 9110: a field name
_SAFE_VALUE = re.compile(r"[\x21-\x7e](?:[\x20-\x7e\t]*[\x21-\x7e])?")
_ENCODED = re.compile(r"=\?base64\?.*\?=", re.DOTALL)
_HIDING = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
_SAFEST_INTEGER = 2**53 - 1


class BadTool(Exception):
    """The tool cannot be taken; the text says why, to stand behind its name."""


def definition_of(tool: Mapping[str, Json]) -> dict[str, Json]:
    """What of a tool as a server lists it is pinned. Icons and what is meant for programs (``_meta``) are not."""
    return {name: tool[name] for name in PINNED if tool.get(name) is not None}


def digest_of(definition: Mapping[str, Json]) -> str:
    """The SHA-256 of a definition, whatever the order of its members; "" of one that nests too deep to be written."""
    try:
        text = json.dumps(definition, sort_keys=True, separators=(",", ":"))
    except RecursionError:
        return ""
    return f"sha256:{hashlib.sha256(text.encode()).hexdigest()}"


def hides(one: str) -> bool:
    """Whether no eye sees a character: a control character, one that turns or joins a line's letters, one that stands
    for nothing."""
    return unicodedata.category(one) in _HIDING and one not in "\n\t"


def plain(text: str) -> str:
    """`text` with what no eye sees written as an escape."""
    return "".join(f"\\u{{{ord(one):x}}}" if hides(one) else one for one in text)


def repeated(definition: Mapping[str, Json]) -> dict[str, tuple[str, ...]]:
    """The headers that repeat an argument (``x-mcp-header``), each with where the argument stands. Raises BadTool for
    one that the specification does not allow (2026-07-28, basic/transports/streamable-http, Schema Extension)."""
    schema, found = definition.get("inputSchema"), dict[str, tuple[str, ...]]()
    for name, place, item in _annotated(schema, ()):
        if place is None:
            raise BadTool(f"has x-mcp-header {str(name)[:40]!r} where an argument's place is not certain")
        if not isinstance(name, str) or not _TOKEN.fullmatch(name):
            raise BadTool(f"has x-mcp-header {str(name)[:40]!r}, which is no name of a header")
        if f"mcp-param-{name.lower()}" in found:
            raise BadTool(f"has x-mcp-header {name!r} twice")
        if item.get("type") not in ("string", "integer", "boolean"):
            raise BadTool(f"has x-mcp-header {name!r} at what is no string, integer or boolean")
        found[f"mcp-param-{name.lower()}"] = place
    return found


def _annotated(schema: Json, place: tuple[str, ...] | None) -> Iterator[tuple[Json, tuple[str, ...] | None, Json]]:
    """Each ``x-mcp-header`` of a schema, its place by ``properties`` alone, and the schema that has it."""
    if isinstance(schema, list):
        for one in schema:
            yield from _annotated(one, None)
    if not isinstance(schema, dict):
        return
    if "x-mcp-header" in schema:
        yield schema["x-mcp-header"], place or None, schema
    for keyword, value in schema.items():
        if keyword == "properties" and isinstance(value, dict):
            for name, item in value.items():
                yield from _annotated(item, None if place is None else (*place, name))
        elif keyword not in ("enum", "const", "default", "examples"):
            members = value.values() if keyword in ("$defs", "definitions", "patternProperties") and isinstance(
                value, dict) else [value]
            for item in members:
                yield from _annotated(item, None)


def headers_of(definition: Mapping[str, Json], arguments: Json) -> dict[str, str]:
    """The headers of a call that repeat its arguments. Raises BadTool for an integer that no header can hold safely."""
    found: dict[str, str] = {}
    for name, place in repeated(definition).items():
        value = arguments
        for step in place:
            value = value.get(step) if isinstance(value, dict) else None
        if isinstance(value, int | float) and abs(value) > _SAFEST_INTEGER:
            raise BadTool(f"repeats {'.'.join(place)} in a header, and {value} is too large for one")
        if isinstance(value, str | int | float):
            found[name] = header_value(value if isinstance(value, str) else json.dumps(value))
    return found


def header_value(text: str) -> str:
    """`text` as the value of a header: as it is, or encoded (2026-07-28, Value Encoding)."""
    if _SAFE_VALUE.fullmatch(text) and not _ENCODED.fullmatch(text):
        return text
    return f"=?base64?{base64.b64encode(text.encode()).decode()}?="
