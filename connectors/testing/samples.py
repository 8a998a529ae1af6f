"""Values that fit the schemas of an OpenAPI document: what a contract run puts into requests and answers."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from random import Random
from typing import Any

from rstr import Rstr

from connectors.openapi.document import Document
from connectors.openapi.schemas import is_bytes, merged, required_of, types_of, writable

Json = Any

DEEPEST = 5
"""Levels to which optional members are filled."""

_FORMATS = {
    "date-time": "2026-01-02T03:04:05Z", "date": "2026-01-02", "time": "03:04:05Z", "duration": "P1D",
    "uuid": "6f1ed002-ab5b-4d3e-8a77-1f0f3a5d2c11", "email": "a@example.com", "idn-email": "a@example.com",
    "uri": "https://example.com/a", "url": "https://example.com/a", "uri-reference": "/a", "hostname": "example.com",
    "ipv4": "192.0.2.1", "ipv6": "2001:db8::1", "byte": "YQ==", "binary": "YQ==", "regex": "a", "json-pointer": "/a",
}
_CANDIDATES = (
    "a", "1", "A", "aa", "AA", "A1", "a1", "abc", "123", "0", "12", "true", "en-US", "en", "EUR", "+15005550006", "1.0",
    "1.2.3", "#ffffff", "ffffff", "12:00", "2026-01-02", "2026-01", "2026-01-02T03:04:05Z", "https://example.com/a",
    "example.com", "a@example.com", "6f1ed002-ab5b-4d3e-8a77-1f0f3a5d2c11", "192.0.2.1", "192.0.2.0/24", "/a", "*",
    "arn:aws:iam::123456789012:role/a", "a/b", "a:b", "refs/heads/a", "P1D", "PT1H", "1d", "1h", "Etc/UTC",
)


def sample(
    document: Document, schema: Json, *, full: bool, writes: bool = True, listed: bool = False, depth: int = 0
) -> Json:
    """A value for `schema`. `full`: with its optional members; `writes`: without what is read only; `listed`: each list
    has an item and each object a member, because an empty one cannot be written where it is to stand."""
    schema = merged(document, schema)
    fixed = _fixed(schema)
    if fixed is not None:
        return fixed[0]
    for word in ("oneOf", "anyOf"):
        if isinstance(schema.get(word), list) and schema[word]:
            return _alternative(document, schema, word, full=full, writes=writes, listed=listed, depth=depth)
    kinds = [kind for kind in types_of(document, schema) if kind != "null"]
    kind = kinds[0] if kinds else "null" if schema.get("type") == "null" else "string"
    if kind == "array":
        return _items(document, schema, full=full, writes=writes, listed=listed, depth=depth)
    if kind == "object":
        return _members(document, schema, full=full, writes=writes, listed=listed, depth=depth)
    return _plain(kind, schema)


def _plain(kind: str, schema: Mapping[str, Json]) -> Json:
    if kind == "string":
        return _text(schema)
    if kind in ("integer", "number"):
        return _number(schema, whole=kind == "integer")
    return True if kind == "boolean" else None


def _fixed(schema: Mapping[str, Json]) -> tuple[Json] | None:
    if "const" in schema:
        return (schema["const"],)
    values = schema.get("enum")
    if isinstance(values, list) and values:
        return (next((value for value in values if value not in (None, "")), values[0]),)
    return None


def _alternative(
    document: Document, schema: dict[str, Json], word: str, *, full: bool, writes: bool, listed: bool, depth: int
) -> Json:
    """One of the alternatives, with what stands beside them: the shallowest that is no null."""
    parts = [merged(document, part) for part in schema[word]]
    part = next((part for part in parts if part.get("type") != "null"), parts[0])
    beside = {key: value for key, value in schema.items() if key != word}
    whole = {**beside, **part}
    if isinstance(beside.get("properties"), dict) or isinstance(part.get("properties"), dict):
        whole["properties"] = {**(beside.get("properties") or {}), **(part.get("properties") or {})}
        whole["required"] = [*required_of(beside), *required_of(part)]
    if depth >= 3 * DEEPEST:
        return None
    return sample(document, whole, full=full, writes=writes, listed=listed, depth=depth + 1)


def _items(
    document: Document, schema: Mapping[str, Json], *, full: bool, writes: bool, listed: bool, depth: int
) -> list[Json]:
    least = schema.get("minItems", 0)
    wanted = 2 if listed and full else 1 if listed or (full and depth < DEEPEST) else 0
    count = max(least, min(wanted, schema.get("maxItems", wanted)))
    item = schema.get("items") or {}
    values = merged(document, item).get("enum")
    if schema.get("uniqueItems") is True and isinstance(values, list) and count > 1:
        return list(values[:count])
    if not count:
        return []
    one = sample(document, item, full=full, writes=writes, listed=listed, depth=depth + 1)
    if schema.get("uniqueItems") is not True:
        return [one] * count
    return [f"{one}{number}" if isinstance(one, str) and number else one for number in range(count)]


def _members(
    document: Document, schema: Mapping[str, Json], *, full: bool, writes: bool, listed: bool, depth: int
) -> dict[str, Json]:
    needed = required_of(schema)
    value: dict[str, Json] = {}
    if listed and not needed:
        needed = list(writable(document, schema))[:1]
    properties = writable(document, schema) if writes else schema.get("properties") or {}
    for name, item in properties.items():
        if name not in needed and (not full or depth >= DEEPEST):
            continue
        if depth < 3 * DEEPEST:
            value[name] = sample(document, item, full=full, writes=writes, listed=listed, depth=depth + 1)
    more = schema.get("additionalProperties")
    extra = [name for name in needed if name not in (schema.get("properties") or {})]
    extra += [f"a{number}" for number in range(schema.get("minProperties", 0) - len(value) - len(extra))]
    for name in extra:
        value[name] = sample(
            document, more if isinstance(more, dict) else {}, full=False, writes=writes, listed=listed, depth=depth + 1
        )
    return value


def _number(schema: Mapping[str, Json], *, whole: bool) -> float:
    step = schema.get("multipleOf") or (1 if whole else 0.5)
    least, most = schema.get("minimum"), schema.get("maximum")
    for word, sign in (("exclusiveMinimum", 1), ("exclusiveMaximum", -1)):
        bound = schema.get(word)
        if isinstance(bound, int | float) and not isinstance(bound, bool):
            least, most = (bound + step, most) if sign > 0 else (least, bound - step)
        elif bound is True:
            least, most = (least + step, most) if sign > 0 and least is not None else (least, most)
    if least is not None:
        value = -(-least // step) * step
    elif most is not None:
        value = min(step, most // step * step)
    else:
        value = step
    return int(value) if float(value).is_integer() else value


def _text(schema: Mapping[str, Json]) -> str:
    least, most = schema.get("minLength", 0), schema.get("maxLength")
    pattern = schema.get("pattern")
    fits = [text for text in _texts(schema, least) if len(text) >= least and (most is None or len(text) <= most)]
    if not isinstance(pattern, str):
        return fits[0] if fits else "a" * least
    try:
        return next(text for text in fits if re.search(pattern, text))
    except (StopIteration, re.error):
        return _of_pattern(pattern, least, most) or (fits[0] if fits else "a" * least)


def _texts(schema: Mapping[str, Json], least: int) -> Iterator[str]:
    examples = schema.get("examples")
    example = schema.get("example", examples[0] if isinstance(examples, list) and examples else None)
    made = "YQ==" if is_bytes(schema) else _FORMATS.get(str(schema.get("format")))
    if made is not None:
        yield made
        return
    if "pattern" in schema and isinstance(example, str):
        yield example
    if least:
        yield "a" * least
        yield "1" * least
        yield "A" * least
    yield from _CANDIDATES


def _of_pattern(pattern: str, least: int, most: int | None) -> str | None:
    """A text that rstr makes for `pattern`, the same at each run."""
    maker = Rstr(Random(4711))  # noqa: S311 - no secret
    try:
        made = (maker.xeger(pattern) for _ in range(20))
        return next((text for text in made if least <= len(text) <= (most or 10_000) and text.isprintable()), None)
    except (re.error, ValueError, KeyError, IndexError, OverflowError):
        return None
