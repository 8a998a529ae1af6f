"""What a JSON Schema does not take of what was typed into a form, in words for whoever fills it in.

The validator's own words quote patterns and Python's values. Here each keyword has a sentence; a schema's author can
say more in the field's description, which stands beside it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import date
from typing import Any

from engine.language.asl.times import parse_timestamp

Json = Any

_KINDS = {
    "string": "text", "number": "a number", "integer": "a whole number", "boolean": "yes or no (true or false)",
    "array": "a list", "object": "an object", "null": "nothing (null)",
}


def format_fault(name: str, text: str) -> str | None:
    """A sentence where `text` is not what the `format` of a schema says; None for one that is, and for a format that
    has no row below. JSON Schema leaves it open whether a format is checked: here somebody typed it."""
    holds, says = _FORMATS.get(name, (None, ""))
    return None if holds is None or holds(text) else says


def in_words(keyword: str, wanted: Json, value: Json) -> str:
    """A sentence: `keyword` of the schema wants `wanted`, and `value` is not that."""
    said = _SAID.get(keyword)
    return "This does not fit what is asked for." if said is None else said(wanted, value)


def _is_date(text: str) -> bool:
    with suppress(ValueError):
        return re.fullmatch(r"\d{4}-\d\d-\d\d", text, re.ASCII) is not None and bool(date.fromisoformat(text))
    return False


def _like(pattern: str) -> Callable[[str], bool]:
    return lambda text: re.fullmatch(pattern, text, re.ASCII) is not None


_FORMATS: Mapping[str, tuple[Callable[[str], bool], str]] = {
    "date": (_is_date, "A date, as 2027-01-31."),
    "date-time": (lambda text: parse_timestamp(text) is not None,
                  "A date with its time and zone, as 2027-01-31T06:00:00Z."),
    "time": (_like(r"([01]\d|2[0-3]):[0-5]\d(:([0-5]\d|60)(\.\d+)?)?(Z|[+-]([01]\d|2[0-3]):[0-5]\d)?"),
             "A time, as 06:30."),
    "email": (_like(r"[^@\s]+@[^@\s]+"), "An address of mail, as jane@example.com."),
    "uri": (_like(r"[A-Za-z][A-Za-z0-9+.-]*:\S+"), "An address with its scheme, as https://example.com."),
    "uuid": (_like(r"[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}"),
             "A UUID, as 123e4567-e89b-12d3-a456-426614174000."),
}
"""A time may be without its zone: a browser's field for a time has none."""


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
