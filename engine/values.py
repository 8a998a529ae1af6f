"""JSON values: their types, when two are the same, and JSON text read strictly."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterator
from itertools import islice
from typing import Any, NoReturn

Json = Any
Path = tuple[str | int, ...]


def json_type(value: Json) -> str:
    """The name of the JSON type."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, (int, float)):
        return "number"
    if isinstance(value, str):
        return "string"
    return "array" if isinstance(value, list) else "object"


def kind_of(value: Json) -> str:
    """What a value is, in words: ``an array``."""
    return with_article(json_type(value))


def with_article(kind: str) -> str:
    """The name of a JSON type in a sentence."""
    return kind if kind == "null" else f"an {kind}" if kind[0] in "aio" else f"a {kind}"


def is_number(value: Json) -> bool:
    """Whether it is a JSON number: true is none."""
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def json_writer(
    *, ensure_ascii: bool = True, sort_keys: bool = False, allow_nan: bool = True,
) -> Callable[[Json], str]:
    """What `json.dumps` gives with these options and no spaces, of values that do not hold themselves.

    The library makes its writer anew for each text, which costs as much as a short text does. Here it is made once,
    where this Python has the one that is known here.
    """
    encoder = json.JSONEncoder(
        ensure_ascii=ensure_ascii, sort_keys=sort_keys, allow_nan=allow_nan, separators=(",", ":")
    )
    texts = json.encoder.encode_basestring_ascii if ensure_ascii else json.encoder.encode_basestring
    try:
        write = json.encoder.c_make_encoder(  # type: ignore[attr-defined]
            None, encoder.default, texts, None, ":", ",", sort_keys, False, allow_nan
        )
    except (AttributeError, TypeError):
        return encoder.encode

    def written(value: Json) -> str:
        return texts(value) if isinstance(value, str) else "".join(write(value, 0))

    return written


def canonical(value: Json) -> str:
    """A text that two values share exactly when they are equal: 1 is 1.0, true is not 1, members have no order (JSON
    Schema 2020-12 core, 4.2.2).

    A text, for Python's hashes of numbers can be chosen to collide. Raises ValueError for a number that JSON has not.
    """
    return json.dumps(mapped(value, _plain), sort_keys=True, separators=(",", ":"), allow_nan=False)


def _plain(value: Json) -> Json:
    return int(value) if isinstance(value, float) and value.is_integer() else value


def walk(value: Json, path: Path = ()) -> Iterator[tuple[Path, Json]]:
    """`value` and everything in it, from the outside, each behind the names and indexes on the way there."""
    yield path, value
    if isinstance(value, dict):
        for name, item in value.items():
            yield from walk(item, (*path, name))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from walk(item, (*path, index))


def mapped(value: Json, change: Callable[[Json], Json]) -> Json:
    """A copy of `value` with `change` made to everything in it that is no array or object."""
    if isinstance(value, dict):
        return {name: mapped(item, change) for name, item in value.items()}
    if isinstance(value, list):
        return [mapped(item, change) for item in value]
    return change(value)


def levels(value: Json) -> Iterator[list[Json]]:
    """The arrays and objects of `value`, level by level from the outside, for a walk that must not recurse."""
    level = [value] if isinstance(value, dict | list) else []
    while level:
        yield level
        level = [
            member
            for outer in level
            for member in (outer.values() if isinstance(outer, dict) else outer)
            if isinstance(member, dict | list)
        ]


def nests_deeper(value: Json, most: int) -> bool:
    """Whether there are more than `most` arrays and objects within one another."""
    return next(islice(levels(value), most, None), None) is not None


def loads(text: str, *, members: Callable[[list[tuple[str, Json]]], Json] | None = None) -> Json:
    """JSON as its standard has it: without NaN and Infinity, and no number that is too large to be one. `members` makes
    an object of its members; by default the last of those that are called alike counts.

    Raises ValueError, and RecursionError for what is nested too deeply.
    """
    return json.loads(text, parse_constant=no_constant, parse_float=_finite, object_pairs_hook=members)


def no_constant(name: str) -> NoReturn:
    """For `json`'s parse_constant: raises ValueError."""
    raise ValueError(f"{name} is not JSON")


def _finite(text: str) -> float:
    number = float(text)
    if math.isinf(number):
        raise ValueError(f"{text} is too large a number")
    return number
