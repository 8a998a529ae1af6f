"""What a JSON Schema does not take of what was typed into a form, in words for whoever fills it in.

The validator's own words quote patterns and Python's values. Here each keyword has a sentence; a schema's author can
say more in the field's description, which stands beside it.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

Json = Any

_KINDS = {
    "string": "text", "number": "a number", "integer": "a whole number", "boolean": "yes or no (true or false)",
    "array": "a list", "object": "an object", "null": "nothing (null)",
}


def in_words(keyword: str, wanted: Json, value: Json) -> str:
    """A sentence: `keyword` of the schema wants `wanted`, and `value` is not that."""
    said = _SAID.get(keyword)
    return "This does not fit what is asked for." if said is None else said(wanted, value)


def _type(wanted: Json, value: Json) -> str:
    del value
    kinds = [wanted] if isinstance(wanted, str) else list(wanted)
    return f"This has to be {' or '.join(_KINDS.get(str(kind), str(kind)) for kind in kinds)}."


def _length(wanted: Json, value: Json, than: str) -> str:
    return f"{than} {_many(wanted, 'character')}: here {'is' if len(value) == 1 else 'are'} {len(value)}."


def _entries(wanted: Json, value: Json, than: str) -> str:
    return f"{than} {_many(wanted, 'entry', 'entries')}: here {'is' if len(value) == 1 else 'are'} {len(value)}."


def _missing(wanted: Json, value: Json) -> str:
    names = [name for name in wanted if name not in value] if isinstance(value, dict) else list(wanted)
    return f"{', '.join(map(str, names))} {'is' if len(names) == 1 else 'are'} missing."


def _many(count: Json, word: str, plural: str | None = None) -> str:
    return f"{_text(count)} {word if count == 1 else plural or f'{word}s'}"


def _text(value: Json) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


_SAID: Mapping[str, Callable[[Json, Json], str]] = {
    "type": _type,
    "required": _missing,
    "minLength": lambda wanted, value: _length(wanted, value, "At least"),
    "maxLength": lambda wanted, value: _length(wanted, value, "At most"),
    "minItems": lambda wanted, value: _entries(wanted, value, "At least"),
    "maxItems": lambda wanted, value: _entries(wanted, value, "At most"),
    "uniqueItems": lambda _wanted, _value: "Each entry only once.",
    "minimum": lambda wanted, _value: f"{_text(wanted)} or more.",
    "maximum": lambda wanted, _value: f"{_text(wanted)} or less.",
    "exclusiveMinimum": lambda wanted, _value: f"More than {_text(wanted)}.",
    "exclusiveMaximum": lambda wanted, _value: f"Less than {_text(wanted)}.",
    "multipleOf": lambda wanted, _value: f"A multiple of {_text(wanted)}.",
    "pattern": lambda wanted, _value: f"This is not written as it is wanted (the pattern {wanted}).",
    "enum": lambda wanted, _value: f"Only one of these: {', '.join(map(_text, wanted))}.",
    "const": lambda wanted, _value: f"Only {_text(wanted)}.",
    "additionalProperties": lambda _wanted, _value: "There is something here that is not asked for.",
}
