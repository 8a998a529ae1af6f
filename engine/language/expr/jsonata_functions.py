"""The functions that the service adds to JSONata (AWS, "Transforming data with JSONata in Step Functions").

Numbers lose their fractions, as where Java casts to an integer (reported for `$range`). `$range` is in
`expr.jsonata_guards`, with the ranges of the language; those over texts are in `expr.jsonata_texts`.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterable, Mapping
from typing import Any, NoReturn

from engine.language.expr.scope import Scope
from engine.values import is_number

Json = Any

_LONG = 2**63


class FunctionMistake(Exception):
    """Arguments that an added function refuses; the text is what the cause says."""


def refuse(number: int, function: str) -> NoReturn:
    """Raises FunctionMistake in JSONata's words: the argument of that number is of another type."""
    raise FunctionMistake(f'T0410: Argument {number} of function "{function}" does not match function signature')


def whole(value: Json, number: int, function: str) -> int:
    """A number as Java's ``(long)`` has it: without its fraction, within 64 bits."""
    if not is_number(value) or math.isnan(value):
        refuse(number, function)
    return int(max(-_LONG, min(value, _LONG - 1)))


def _partition(array: Json, size: Json) -> Json:
    if array is None:
        refuse(1, "partition")
    size = whole(size, 2, "partition")
    if size <= 0:
        refuse(2, "partition")
    return [array[at : at + size] for at in range(0, len(array), size)]


def _unique(array: Json = None) -> Json:
    """The distinct items of an array, or None where they cannot be told apart by their JSON text."""
    if not isinstance(array, list):
        return None
    found: dict[str, Json] = {}
    try:
        for item in array:
            found.setdefault(json.dumps(item, sort_keys=True), item)
    except TypeError:  # an item is a function
        return None
    return list(found.values())


PURE_FUNCTIONS: Mapping[str, tuple[Callable[..., Json], str | None]] = {
    "partition": (_partition, "<an:a>"),
    "automate__unique": (_unique, None),
}
"""The added functions that need nothing but their arguments, with their signatures; what is undefined comes as None."""


def scoped_functions(names: Iterable[str], scope: Scope, field: str) -> dict[str, Json]:
    """Bindings for those of ``uuid``, ``random`` and ``eval`` that are named: they draw on the scope, or are gone."""
    return {name: _SCOPED[name](scope, field) if name in _SCOPED else None for name in names}


def _uuid(scope: Scope, field: str) -> Callable[..., str]:
    def uuid(*arguments: Json) -> str:
        """A UUID of version 4."""
        if arguments:
            refuse(1, "uuid")
        return scope.uuid(field)

    return uuid


def _random(scope: Scope, field: str) -> Callable[..., float]:
    def random(*arguments: Json) -> float:
        """From 0 up to, not including, 1; the same for the same seed."""
        if len(arguments) > 1:
            refuse(2, "random")
        if not arguments or arguments[0] is None:
            return scope.random_fraction(field)
        return java_random(whole(arguments[0], 1, "random"))

    return random


_SCOPED: Mapping[str, Callable[[Scope, str], Json]] = {"uuid": _uuid, "random": _random}

ARGUMENTS: Mapping[str, str] = {
    "sum": "array", "count": "array", "max": "array", "min": "array", "average": "array",
    "string": "value", "length": "text", "substring": "text, start, length", "substringBefore": "text, mark",
    "substringAfter": "text, mark", "uppercase": "text", "lowercase": "text", "trim": "text",
    "pad": "text, width, character", "contains": "text, sought", "split": "text, separator",
    "join": "array, separator", "match": "text, pattern", "replace": "text, pattern, replacement",
    "base64encode": "text", "base64decode": "text", "encodeUrlComponent": "text", "encodeUrl": "text",
    "decodeUrlComponent": "text", "decodeUrl": "text",
    "number": "value", "abs": "number", "floor": "number", "ceil": "number", "round": "number, precision",
    "power": "base, exponent", "sqrt": "number", "formatNumber": "number, picture", "formatBase": "number, radix",
    "formatInteger": "number, picture", "parseInteger": "text, picture",
    "boolean": "value", "not": "value", "exists": "value",
    "append": "array, array", "sort": "array, function", "reverse": "array", "shuffle": "array", "distinct": "array",
    "zip": "array, array", "keys": "object", "lookup": "object, key", "spread": "object", "merge": "array",
    "each": "object, function", "type": "value", "error": "message", "assert": "condition, message",
    "now": "", "millis": "", "fromMillis": "number, picture, zone", "toMillis": "text, picture",
    "map": "array, function", "filter": "array, function", "single": "array, function",
    "reduce": "array, function, start", "sift": "object, function",
    "partition": "array, size", "range": "start, end, step", "hash": "text, algorithm", "random": "seed", "uuid": "",
    "parse": "text",
}
"""Every function with its arguments, as an editor offers it: the language's (docs.jsonata.org), then the added ones."""

_MULTIPLIER, _ADDEND, _MASK = 0x5DEECE66D, 0xB, (1 << 48) - 1


def java_random(seed: int) -> float:
    """The first ``nextDouble()`` of ``new java.util.Random(seed)``, which its documentation defines to the bit."""
    first = ((seed ^ _MULTIPLIER) * _MULTIPLIER + _ADDEND) & _MASK
    second = (first * _MULTIPLIER + _ADDEND) & _MASK
    return ((first >> 22 << 27) + (second >> 21)) / (1 << 53)
