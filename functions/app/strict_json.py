"""JSON as RFC 8259 has it, with nothing dropped or made up: how the API and the command line read values.

    text ──► the standard library's reader ──► value
               └── a key stands twice, or half of a surrogate pair is in it ──► read again with every member kept, and
                   walked for the place, which is told as a JSON pointer

The standard library keeps the last of duplicate keys, and lets half of a surrogate pair through: that is no character,
and no store or terminal can hold it. `engine.language.asl.source_json` refuses both in workflow files; it keeps
positions and is too slow for every request.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from typing import Any, NoReturn

from engine.errors import InvalidDocument, json_pointer
from engine.language.asl.source_json import TWICE_ADVICE
from engine.surrogates import ESCAPED, HALF, HALF_A_PAIR

Json = Any
Path = tuple[str | int, ...]

_WHOLE = "Write both halves, or the character itself."


def read_json(raw: bytes | str) -> Json:
    """The value that `raw` holds. Raises InvalidDocument with the line and column of a fault of the grammar, with the
    JSON pointer of a key that stands twice and of half of a surrogate pair, and for NaN, which JSON has not."""
    try:
        text = raw if isinstance(raw, str) else raw.decode("utf-8-sig")
        value = _read(text)
        if value is _TWICE or ((ESCAPED.search(text) or HALF.search(text)) and _holds_half_a_pair(value)):
            _check(json.loads(text, object_pairs_hook=_Members))
    except json.JSONDecodeError as error:
        raise InvalidDocument(
            f"not JSON: {error.msg[:1].lower()}{error.msg[1:]}", where=f"line {error.lineno}, column {error.colno}"
        ) from None
    except UnicodeDecodeError:
        raise InvalidDocument("not JSON: the text is not UTF-8", where="/") from None
    except RecursionError:
        raise InvalidDocument("nested too deeply", where="/") from None
    except ValueError:  # int() reads no more than 4,300 digits
        raise InvalidDocument("a whole number is too long", where="/", advice="Write it as text.") from None
    return value


class _Members(list[tuple[str, Json]]):
    """An object as it was written: every member, in order."""


class _Twice(Exception):
    """A key stands twice in an object; the reader does not know where."""


_TWICE = object()


def _read(text: str) -> Json:
    """The value, or `_TWICE`."""
    try:
        return json.loads(text) if text.startswith("\ufeff") else _READER.decode(text)  # it refuses a byte order mark
    except _Twice:
        return _TWICE


def _once_each(pairs: list[tuple[str, Json]]) -> dict[str, Json]:
    members = dict(pairs)
    if len(members) < len(pairs):
        raise _Twice
    return members


def _holds_half_a_pair(value: Json) -> bool:
    """Whether any text of `value` does: written out it is looked through at once, which a walk would take long for."""
    return HALF.search(json.dumps(value, ensure_ascii=False)) is not None


def _no_constant(name: str) -> Json:
    raise InvalidDocument(f"{name} is not JSON", where="/", advice="Write null, or the number as text.")


def _finite(text: str) -> float:
    number = float(text)
    if math.isinf(number):
        raise InvalidDocument(f"{text} is too large a number", where="/", advice="Write it as text.")
    return number


_READER = json.JSONDecoder(parse_constant=_no_constant, parse_float=_finite, object_pairs_hook=_once_each)


def _check(value: Json) -> None:
    """Raise InvalidDocument at the first key that stands twice and the first half of a surrogate pair, in the order of
    the text. By a stack: a value may be nested deeply."""
    waiting: list[tuple[Path, Json]] = [((), value)]
    while waiting:
        path, found = waiting.pop()
        if isinstance(found, str) and HALF.search(found):
            _refuse(f"a string {HALF_A_PAIR}", path, advice=_WHOLE)
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
