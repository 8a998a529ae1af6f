"""Masking: no value of a secret leaves a call, in whatever form it comes back.

A connector may echo what it was given: a service repeats a header in its error page, an exception quotes a URL, a stack
trace a request. A Scrubber knows the values of one call and replaces each of them by MASK, as it is and in the forms
in which programs write strings down, one within another: the escapes of JSON, JavaScript, Go, Python, HTML, URLs, forms
and mails, base64 and hex of it or of a longer text (engine.governance.encodings).

    text ──► the values? ──► each reading of it ──► the values? ──► each reading of that … ──► their places ──► MASK

What it cannot know is a value that was computed from a secret: a hash, a signature, half of it; or one that is written
down in more than LEVELS ways at once.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from typing import Any
from urllib.parse import unquote

from engine.governance.encodings import Reading, Sought, Span, readings
from engine.records import dataclass
from engine.values import is_number, walk

Json = Any

MASK = "********"

MINIMUM_ENCODED = 4
"""A shorter value is looked for only as it is: its encoded forms are too short to tell from ordinary text."""

MINIMUM_LINE = 16
MINIMUM_LEAF = 8
"""Of a value of several lines (a PEM key) or of JSON, the lines and the strings this long are secret by themselves. Of
a URL (a webhook's, a database's) the password is that is as long as a string, and what else is as long as a line."""

LEVELS = 4
"""So many encodings around each other are undone: JSON in JSON in a URL in base64."""

MOST_READ = 65_536
MOST_READ_TIMES = 24
"""A text is read on until so many bytes, and so many times its own, were read: what is nested least comes first."""

_BETWEEN = " \x1f "
"""Between the strings of a document that are looked at as one text: no encoding goes over it."""


_URL = re.compile(
    r"[A-Za-z][A-Za-z0-9+.-]*://(?:(?P<user>[^/?#]*)@)?[^/?#@]*(?P<target>[^#]*)(?:#.*)?", re.DOTALL
)


class Scrubber:
    """Knows `values` and removes them. Immutable; safe to share between threads. Never prints what it knows."""

    __slots__ = ("_coded", "_exact", "_fewest", "_plain", "_sought", "_wide")

    def __init__(self, values: Iterable[str]) -> None:
        known = {value for value in values if value}
        parts = {part for value in known for part in (value, *_parts(value))}
        coded = {text for part in parts if len(part) >= MINIMUM_ENCODED for text in (part, *_rewritten(part))}
        self._plain = tuple(_utf8(part) for part in parts - coded)
        self._coded = tuple({_utf8(part) for part in coded} | {octets for part in coded for octets in _latin(part)})
        self._wide = tuple({octets for part in coded for octets in _utf16(part)})
        self._sought = Sought(self._coded) if self._coded else None
        self._fewest = min(map(len, parts), default=0)
        self._exact = frozenset(value for value in coded if value[-1:].isdigit())

    def __bool__(self) -> bool:
        """Whether there is anything to remove."""
        return self._fewest > 0

    def __repr__(self) -> str:
        return f"Scrubber({len(self._plain) + len(self._coded)} values)"

    def text(self, text: str) -> str:
        """`text` without the values."""
        if not self or len(text) < self._fewest:
            return text
        octets = _utf8(text)
        spans = self._spans(octets)
        return _masked(octets, spans) if spans else text

    def json(self, value: Json) -> Json:
        """`value` without the secrets, names of members included; what held none is returned as it is.

        A number is masked when its digits are a secret's value.
        """
        if not self:
            return value
        if isinstance(value, str):
            return self.text(value)
        if not self._spans(_utf8(_BETWEEN.join(_texts(value)))) and not (self._exact and self._has_number(value)):
            return value
        return self._without(value)

    def _without(self, value: Json) -> Json:
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, dict):
            return {self.text(name): self._without(item) for name, item in value.items()}
        if isinstance(value, list | tuple):
            return [self._without(item) for item in value]
        return MASK if self._has_number(value) else value

    def _has_number(self, value: Json) -> bool:
        """Whether a number whose digits are a value is within `value`."""
        if isinstance(value, dict | list | tuple):
            return any(self._has_number(item) for item in (value.values() if isinstance(value, dict) else value))
        return is_number(value) and str(value) in self._exact

    def _spans(self, text: bytes) -> list[Span]:
        """Where in `text` the values are, in whatever form."""
        found = [span for octets in self._plain for span in _places(text, octets)]
        if self._sought is None:
            return found
        found += self._places_in(text)
        seen, waiting = {text}, [_View(text, None, None)]
        left = MOST_READ + MOST_READ_TIMES * len(text)
        for _ in range(LEVELS):
            waiting, views = [], waiting
            for view in views:
                for reading in readings(view.text, self._sought) if left > 0 else ():
                    said = reading.said
                    if len(said) < self._sought.shortest or said in seen:
                        continue
                    seen.add(said)
                    left -= len(said)
                    deeper = _View(said, view, reading)
                    inner = self._places_in(said)
                    found += deeper.places(inner) if inner else ()
                    if not reading.is_last:
                        waiting.append(deeper)
        return found

    def _places_in(self, text: bytes) -> list[Span]:
        found = [span for octets in self._coded if octets in text for span in _places(text, octets)]
        if b"\0" in text:
            found += [span for octets in self._wide if octets in text for span in _places(text, octets)]
        return found


@dataclass(frozen=True, slots=True)
class _View:
    """What was read, of what and how."""

    text: bytes
    of: _View | None
    reading: Reading | None

    def places(self, spans: list[Span]) -> list[Span]:
        """Where `spans` of it stand in the text that it all began with."""
        view: _View | None = self
        while view is not None and view.reading is not None:
            spans, view = view.reading.places(spans), view.of
        return spans


def _utf8(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


def _latin(value: str) -> set[bytes]:
    """A character an octet, as old programs write it, and as UTF-16 is once its zeros are gone."""
    wide = {octets.replace(b"\0", b"") for octets in _utf16(value)}
    return {octets for octets in wide if len(octets) >= MINIMUM_ENCODED}


def _rewritten(value: str) -> set[str]:
    """What escapes do not tell: quotes doubled, as SQL and CSV do, and UTF-8 read as Latin-1, as headers are."""
    written = {value.replace(quote, quote * 2) for quote in "'\""}
    if not value.isascii():
        written |= {_utf8(value).decode(coding, "replace") for coding in ("latin-1", "cp1252")}
    return written


def _utf16(value: str) -> set[bytes]:
    return {value.encode(coding, "surrogatepass") for coding in ("utf-16-le", "utf-16-be")}


def _places(text: bytes, octets: bytes) -> Iterator[Span]:
    """Every place of `octets`, also where two of them overlap."""
    at = text.find(octets)
    while at >= 0:
        yield at, at + len(octets)
        at = text.find(octets, at + 1)


def _masked(text: bytes, spans: list[Span]) -> str:
    """`text` with MASK for each span; those that overlap are one. A span takes in the characters that it cuts."""
    kept: list[bytes] = []
    done = 0
    for span in _merged(spans):
        start, end = span
        while start > done and text[start] & 0xC0 == 0x80:
            start -= 1
        while end < len(text) and text[end] & 0xC0 == 0x80:
            end += 1
        kept += (text[done:start], MASK.encode())
        done = max(done, end)
    return b"".join([*kept, text[done:]]).decode("utf-8", "surrogatepass")


def _merged(spans: list[Span]) -> Iterator[Span]:
    first, last = -1, -1
    for start, end in sorted(spans):
        if start < last:
            last = max(last, end)
        else:
            if last >= 0:
                yield first, last
            first, last = start, end
    if last >= 0:
        yield first, last


def _texts(value: Json) -> Iterator[str]:
    """Every string of a document, names of members included."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for name, item in value.items():
            yield name
            yield from _texts(item)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _texts(item)


class SecretValues(dict[str, str]):
    """``context['secrets']``: KEY to value. Printing it shows the keys alone."""

    def __repr__(self) -> str:
        return repr(dict.fromkeys(self, MASK))

    __str__ = __repr__


def _parts(value: str) -> set[str]:
    """What is a secret by itself within `value`: its long lines, the long strings of JSON, the parts of a URL."""
    parts = {line.strip() for line in value.splitlines() if len(line.strip()) >= MINIMUM_LINE} | _parts_of_url(value)
    if value.lstrip()[:1] in ("{", "["):
        try:
            document = json.loads(value)
        except (ValueError, RecursionError):
            return parts
        parts |= {leaf for _, leaf in walk(document) if isinstance(leaf, str) and len(leaf) >= MINIMUM_LEAF}
    return parts


def _parts_of_url(value: str) -> set[str]:
    """Programs show and answer with a URL in parts: ``Cannot POST /services/T0/B0/…``, user and password decoded."""
    url = _URL.fullmatch(value.strip())
    if url is None:
        return set()
    user, _, password = (url["user"] or "").partition(":")
    path, _, query = url["target"].partition("?")
    values = [pair.partition("=")[2] for pair in re.split("[&;]", query)]
    long = (user, url["target"], path, query, *path.split("/"), *values)
    parts = {part for part in long if len(part) >= MINIMUM_LINE}
    parts |= {password} if len(password) >= MINIMUM_LEAF else set()
    return parts | {unquote(part) for part in parts}
