"""JSON as RFC 8259 has it, with nothing dropped or made up: how the API and the command line read values.

    text ──► the standard library's reader ──► value
               └── a key stands twice, half of a surrogate pair is in it, or a number that JSON or we have not ──► read
                   again with every member kept, and walked for the place, which is told as a JSON pointer

The standard library keeps the last of duplicate keys, takes NaN, and lets half of a surrogate pair through: that is no
character, and no store or terminal can hold it. `engine.language.asl.source_json` refuses them in workflow files; it
keeps positions and is too slow for every request.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from typing import Any, NoReturn

from engine.errors import InvalidDocument, json_pointer
from engine.language.asl.source_json import TWICE_ADVICE
from engine.records import dataclass
from engine.surrogates import ESCAPED, HALF, HALF_A_PAIR

Json = Any
Path = tuple[str | int, ...]

_WHOLE = "Write both halves, or the character itself."


def read_json(raw: bytes | str) -> Json:
    """The value that `raw` holds. Raises InvalidDocument with the line and column of a fault of the grammar, and with
    the JSON pointer of a key that stands twice, of half of a surrogate pair, of NaN, and of a number that is too large
    or too long."""
    try:
        text = raw if isinstance(raw, str) else raw.decode("utf-8-sig")
        value = _read(text)
        if value is _FAULTY or ((ESCAPED.search(text) or HALF.search(text)) and _holds_half_a_pair(value)):
            _check(json.loads(
                text, object_pairs_hook=_Members, parse_constant=_constant, parse_float=_float, parse_int=_whole
            ))
    except json.JSONDecodeError as error:
        raise InvalidDocument(
            f"not JSON: {error.msg[:1].lower()}{error.msg[1:]}", where=f"line {error.lineno}, column {error.colno}"
        ) from None
    except UnicodeDecodeError:
        raise InvalidDocument("not JSON: the text is not UTF-8", where="/", advice="Send it as UTF-8.") from None
    except RecursionError:
        raise InvalidDocument(
            "nested too deeply", where="/", advice="Nest it less deeply, or give its inner part as text."
        ) from None
    return value


class _Members(list[tuple[str, Json]]):
    """An object as it was written: every member, in order."""


@dataclass(frozen=True, slots=True)
class _NoNumber:
    """What stands where a number should, and cannot be one: what is wrong, and what to do."""

    message: str
    advice: str = "Write it as text."


class _Faulty(Exception):
    """A key stands twice in an object, or what is no number stands somewhere; the reader does not know where."""


_FAULTY = object()


def _read(text: str) -> Json:
    """The value, or `_FAULTY`."""
    try:
        return json.loads(text) if text.startswith("\ufeff") else _READER.decode(text)  # it refuses a byte order mark
    except json.JSONDecodeError:
        raise
    except (_Faulty, ValueError):  # int() raises ValueError where it has over 4,300 digits
        return _FAULTY


def _once_each(pairs: list[tuple[str, Json]]) -> dict[str, Json]:
    members = dict(pairs)
    if len(members) < len(pairs):
        raise _Faulty
    return members


def _holds_half_a_pair(value: Json) -> bool:
    """Whether any text of `value` does: written out it is looked through at once, which a walk would take long for."""
    return HALF.search(json.dumps(value, ensure_ascii=False)) is not None


def _constant(name: str) -> _NoNumber:
    return _NoNumber(f"{name} is not JSON", "Write null, or the number as text.")


def _float(text: str) -> float | _NoNumber:
    number = float(text)
    return _NoNumber(f"{text} is too large a number") if math.isinf(number) else number


def _whole(text: str) -> int | _NoNumber:
    try:
        return int(text)
    except ValueError:
        return _NoNumber("a whole number is too long")


def _no_constant(_: str) -> Json:
    raise _Faulty


def _finite(text: str) -> float:
    number = float(text)
    if math.isinf(number):
        raise _Faulty
    return number


_READER = json.JSONDecoder(parse_constant=_no_constant, parse_float=_finite, object_pairs_hook=_once_each)


def _check(value: Json) -> None:
    """Raise InvalidDocument at the first key that stands twice, half of a surrogate pair or what is no number, in the
    order of the text. By a stack: a value may be nested deeply."""
    waiting: list[tuple[Path, Json]] = [((), value)]
    while waiting:
        path, found = waiting.pop()
        if isinstance(found, str) and HALF.search(found):
            _refuse(f"a string {HALF_A_PAIR}", path, advice=_WHOLE)
        elif isinstance(found, _NoNumber):
            _refuse(found.message, path, advice=found.advice)
        elif isinstance(found, _Members):
            waiting += reversed(list(_members(path, found)))
        elif isinstance(found, list):
            waiting += [((*path, index), item) for index, item in enumerate(found)][::-1]


def _members(path: Path, members: _Members) -> Iterator[tuple[Path, Json]]:
    seen: set[str] = set()
    for key, item in members:
        if HALF.search(key):
            _refuse(f"a key of this object {HALF_A_PAIR}", path, advice=_WHOLE)
        if key in seen:
            _refuse(f'the key "{key}" stands twice in one object', (*path, key), advice=TWICE_ADVICE)
        seen.add(key)
        yield (*path, key), item


def _refuse(message: str, path: Path, *, advice: str) -> NoReturn:
    raise InvalidDocument(message, where=json_pointer(path), advice=advice)
