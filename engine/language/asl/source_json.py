"""The text of a definition as JSON, read with the place of everything in it; see `source`.

The reader is deliberately small, but it is a real one: the standard library decodes the strings, a grammar of one
token ahead reads the rest. It exists because `json` forgets positions, keeps the last of duplicate keys and
accepts NaN; here duplicate keys, NaN and Infinity are refused. What `source_yaml` shares with it stands here.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from json import JSONDecodeError, JSONDecoder
from math import isfinite
from typing import Any, NoReturn

from engine.errors import InvalidDocument
from engine.surrogates import HALF, HALF_A_PAIR

Json = Any
Position = tuple[int, int]
Path = tuple[str | int, ...]

DEEPEST = 200
"""Levels of objects and arrays that are read."""

_SPACE = re.compile(r"[ \t\n\r]*")
_NUMBER = re.compile(r"-?(?:0|[1-9]\d*)(\.\d+)?([eE][-+]?\d+)?", re.ASCII)
_WORD = re.compile(r"[^\s,:{}\[\]\"]+")
TWICE_ADVICE = "Rename or remove one of the two."
"""Of a key that stands twice in an object, here and in functions.app.strict_json."""

_STRINGS = JSONDecoder()
_WORDS = {"true": True, "false": False, "null": None}
LONGEST_INTEGER = 4_000  # Python refuses to read longer ones (its limit is 4,300 digits)


def refuse(message: str, position: Position, *, advice: str | None = None) -> NoReturn:
    """Raise InvalidDocument at `position`."""
    raise InvalidDocument(message, where=f"line {position[0]}, column {position[1]}", advice=advice)


class JsonReader:
    """A recursive-descent reader of RFC 8259 that notes the position of every member and item in `places`."""

    def __init__(self, text: str, name: str) -> None:
        self.text = text
        self.name = name
        self.at = 1 if text.startswith("\ufeff") else 0  # a byte order mark that an editor left
        self.places: dict[Path, Position] = {}
        self._lines = [0, *(found.end() for found in re.finditer("\n", text))]

    def document(self) -> Json:
        """The whole text as one value."""
        self._skip_space()
        if self.at == len(self.text):
            self._refuse("it is empty")
        self.places[()] = self._position(self.at)
        value = self._value(())
        if self.at < len(self.text):
            self._refuse(f"there is more after the end of the document: {self._found()}")
        return value

    def _position(self, offset: int) -> Position:
        line = bisect_right(self._lines, offset)
        return line, offset - self._lines[line - 1] + 1

    def _refuse(self, problem: str, *, at: int | None = None, advice: str | None = None) -> NoReturn:
        refuse(f"{self.name} is not valid JSON: {problem}", self._position(self.at if at is None else at),
               advice=advice)

    def _skip_space(self) -> None:
        found = _SPACE.match(self.text, self.at)
        self.at = found.end() if found else self.at

    def _next(self) -> str:
        return self.text[self.at:self.at + 1]

    def _found(self) -> str:
        word = _WORD.match(self.text, self.at)
        return f"'{word[0][:40] if word else self._next()}'" if self.at < len(self.text) else "the end of the text"

    def _value(self, path: Path) -> Json:
        if len(path) > DEEPEST:
            self._refuse(f"it is nested more than {DEEPEST} levels deep")
        value: Json
        match self._next():
            case "{":
                value = self._object(path)
            case "[":
                value = self._array(path)
            case '"':
                value = self._string()
            case _:
                value = self._plain()
        self._skip_space()
        return value

    def _object(self, path: Path) -> dict[str, Json]:
        opened = self.at
        members: dict[str, Json] = {}
        self._step()
        while self._next() != "}" or members:
            start = self.at
            if self._next() != '"':
                self._refuse(f"expected a key in double quotes, found {self._found()}",
                             advice=_KEY_ADVICE.get(self._next()))
            key = self._string()
            if key in members:
                line, column = self.places[*path, key]
                self._refuse(f'the key "{key}" stands twice in one object, first at line {line}, column {column}',
                             at=start, advice=TWICE_ADVICE)
            self.places[*path, key] = self._position(start)
            self._skip_space()
            self._expect(":", f'after the key "{key}"')
            members[key] = self._value((*path, key))
            if not self._goes_on("}", opened):
                break
        self.at += 1
        return members

    def _array(self, path: Path) -> list[Json]:
        opened = self.at
        items: list[Json] = []
        self._step()
        while self._next() != "]" or items:
            here = (*path, len(items))
            self.places[here] = self._position(self.at)
            items.append(self._value(here))
            if not self._goes_on("]", opened):
                break
        self.at += 1
        return items

    def _step(self) -> None:
        self.at += 1
        self._skip_space()

    def _expect(self, sign: str, where: str) -> None:
        if self._next() != sign:
            self._refuse(f"expected '{sign}' {where}, found {self._found()}")
        self._step()

    def _goes_on(self, closing: str, opened: int) -> bool:
        """Past a member or item: True after a comma, False at the closing sign."""
        if self._next() == ",":
            self._step()
            return True
        if self._next() != closing:
            line, column = self._position(opened)
            self._refuse(f"expected ',' or '{closing}' (opened at line {line}, column {column}), "
                         f"found {self._found()}")
        return False

    def _string(self) -> str:
        start = self.at
        try:
            value, self.at = _STRINGS.raw_decode(self.text, start)
        except JSONDecodeError as problem:
            offset = start if "Unterminated" in problem.msg else problem.pos
            self._refuse(f"{problem.msg[0].lower()}{problem.msg[1:].removesuffix(' starting at').removesuffix(' at')}",
                         at=offset)
        if HALF.search(value):
            self._refuse(f"a string {HALF_A_PAIR}", at=start)
        return str(value)

    def _plain(self) -> Json:
        word = _WORD.match(self.text, self.at)
        found = word[0] if word else ""
        if found in _WORDS:
            self.at += len(found)
            return _WORDS[found]
        number = _NUMBER.fullmatch(found)
        if number is None:
            self._refuse(f"expected a value, found {self._found()}", advice=_advice(found))
        if number[1] is None and number[2] is None:
            if len(found) > LONGEST_INTEGER:
                self._refuse(f"a number has more than {LONGEST_INTEGER} digits")
            value: int | float = int(found)
        else:
            value = float(found)
            if not isfinite(value):
                self._refuse(f"the number {found} is too large")
        self.at += len(found)
        return value


_KEY_ADVICE = {
    "}": "No comma may stand before the closing brace.", "'": "JSON's strings stand in double quotes.",
}


def _advice(word: str) -> str | None:
    if word.lstrip("-") in ("NaN", "Infinity"):
        return "JSON has no NaN and no Infinity; use null or a string."
    if word.startswith(("//", "/*", "#")):
        return "JSON has no comments; a definition's objects may have a \"Comment\" field."
    if word.startswith("'"):
        return _KEY_ADVICE["'"]
    if word in ("True", "False", "None"):
        return "JSON writes true, false and null."
    return None
