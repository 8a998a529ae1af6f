"""Masking: no value of a secret leaves a call, in whatever form it comes back.

A connector may echo what it was given: a service repeats a header in its error page, an exception quotes a URL, a stack
trace a request. A Scrubber knows the values of one call and replaces each of them, in the forms in which programs write
strings down (JSON, URL, base64 also inside a longer text, hex, Python, HTML), by MASK.

What it cannot know is a value that was computed from a secret: a hash, a signature, half of it.
"""

from __future__ import annotations

import base64
import functools
import html
import json
import re
from collections.abc import Iterable
from typing import Any
from urllib.parse import quote, quote_plus

Json = Any

MASK = "********"

MINIMUM_ENCODED = 4
"""A shorter value is looked for only as it is: its encoded forms are too short to tell from ordinary text."""

MINIMUM_LINE = 16
MINIMUM_LEAF = 8
"""Of a value of several lines (a PEM key) or of JSON, the lines and the strings this long are secret by themselves."""


class Scrubber:
    """Knows `values` and removes them. Immutable; safe to share between threads. Never prints what it knows."""

    __slots__ = ("_exact", "_forms")

    def __init__(self, values: Iterable[str]) -> None:
        known = {value for value in values if value}
        # The longest first: a secret that contains another must not leave a remainder.
        self._forms = tuple(sorted({form for value in known for form in _forms(value)}, key=len, reverse=True))
        self._exact = frozenset(value for value in known if len(value) >= MINIMUM_ENCODED)

    def __bool__(self) -> bool:
        """Whether there is anything to remove."""
        return bool(self._forms)

    def __repr__(self) -> str:
        return f"Scrubber({len(self._forms)} forms)"

    def text(self, text: str) -> str:
        """`text` without the values."""
        for form in self._forms:
            if form in text:
                text = text.replace(form, MASK)
        return text

    def json(self, value: Json) -> Json:
        """`value` without the secrets, names of members included; what held none is returned as it is.

        A number is masked when its digits are a secret's value.
        """
        if not self._forms:
            return value
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, dict):
            return {self.text(name): self.json(item) for name, item in value.items()}
        if isinstance(value, list | tuple):
            return [self.json(item) for item in value]
        if isinstance(value, int | float) and not isinstance(value, bool) and str(value) in self._exact:
            return MASK
        return value


class SecretValues(dict[str, str]):
    """``context['secrets']``: KEY to value. Printing it shows the keys alone."""

    def __repr__(self) -> str:
        return repr(dict.fromkeys(self, MASK))

    __str__ = __repr__


@functools.lru_cache(maxsize=256)
def _forms(value: str) -> frozenset[str]:
    """How `value` may be written down."""
    forms = {value}
    for part in {value, *_parts(value)}:
        forms.add(part)
        if len(part) >= MINIMUM_ENCODED:
            forms |= _encoded(part)
    return frozenset(form for form in forms if form)


def _parts(value: str) -> set[str]:
    """What is a secret by itself within `value`: its long lines, and the long strings of a JSON value."""
    parts = {line.strip() for line in value.splitlines() if len(line.strip()) >= MINIMUM_LINE}
    if value.lstrip()[:1] in ("{", "["):
        try:
            document = json.loads(value)
        except (ValueError, RecursionError):
            return parts
        parts |= {leaf for leaf in _strings(document) if len(leaf) >= MINIMUM_LEAF}
    return parts


def _strings(document: Json) -> Iterable[str]:
    if isinstance(document, str):
        yield document
    elif isinstance(document, dict | list):
        for item in document.values() if isinstance(document, dict) else document:
            yield from _strings(item)


def _encoded(value: str) -> set[str]:
    raw = value.encode("utf-8", "surrogatepass")
    quoted = {quote(raw, safe=""), quote(raw), quote_plus(raw)}
    jsons = {json.dumps(value)[1:-1], json.dumps(value, ensure_ascii=False)[1:-1]}
    forms = {
        *quoted, *(_lower_percent(text) for text in quoted),
        *jsons, *(text.replace("/", "\\/") for text in jsons), *(json.dumps(text)[1:-1] for text in jsons),
        repr(value)[1:-1], repr(raw)[2:-1],
        html.escape(value), html.escape(value, quote=False),
        raw.hex(), raw.hex().upper(),
    }
    return forms | _base64(raw)


def _lower_percent(text: str) -> str:
    return re.sub(r"%[0-9A-F]{2}", lambda match: match.group().lower(), text)


def _base64(raw: bytes) -> set[str]:
    """`raw` in base64, alone or at any place within a longer text: ``Basic <user:value>`` holds it shifted.

    Three bytes make four characters, so there are three alignments; of each, the characters are kept that depend on
    `raw` alone.
    """
    forms: set[str] = set()
    for offset, first in ((0, 0), (1, 2), (2, 3)):
        padded = base64.b64encode(b"\0" * offset + raw).decode()
        text = padded[first : (offset + len(raw)) * 8 // 6]
        if len(text) >= MINIMUM_ENCODED:
            forms |= {text, text.replace("+", "-").replace("/", "_")}
    return forms
