"""The functions that the service adds to JSONata (AWS, "Transforming data with JSONata in Step Functions").

`$range` gives a JSONata sequence: one item stands alone (recorded case); `$partition` gives arrays.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Callable, Iterable, Mapping
from typing import Any, NoReturn

from engine.expr import limits
from engine.expr.bounds import parses_to_too_much
from engine.expr.intrinsic_functions import HASHES, parse_json
from engine.expr.scope import Scope

Json = Any


class FunctionMistake(Exception):
    """Arguments that an added function refuses; the text begins with a JSONata error code."""


def _refuse(number: int, function: str) -> NoReturn:
    raise FunctionMistake(f'T0410: Argument {number} of function "{function}" does not match function signature')


def _whole(arguments: tuple[Json, ...], number: int, function: str) -> int:
    value = arguments[number - 1] if len(arguments) >= number else None
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value):
        _refuse(number, function)
    return math.floor(value + 0.5)


def _text(arguments: tuple[Json, ...], number: int, function: str) -> str:
    value = arguments[number - 1] if len(arguments) >= number else None
    if not isinstance(value, str):
        _refuse(number, function)
    return value


def _parse(*arguments: Json) -> Json:
    text = _text(arguments, 1, "parse")
    if parses_to_too_much(text):
        raise FunctionMistake('D3030: Argument 1 of function "parse" is too large')
    try:
        return parse_json(text)
    except ValueError:
        raise FunctionMistake('D3030: Argument 1 of function "parse" is not JSON') from None


def _hash(*arguments: Json) -> Json:
    text, algorithm = _text(arguments, 1, "hash"), _text(arguments, 2, "hash")
    make = HASHES.get(algorithm)
    if make is None:
        raise FunctionMistake(f'D3030: The algorithm of function "hash" must be one of {", ".join(HASHES)}')
    return make(text.encode("utf-8", "replace")).hexdigest()


def _range(*arguments: Json) -> Json:
    first, last = _whole(arguments, 1, "range"), _whole(arguments, 2, "range")
    step = _whole(arguments, 3, "range") if len(arguments) >= 3 else 1
    if step == 0:
        _refuse(3, "range")
    most = limits.current().items
    if (last - first) // step >= most:
        raise FunctionMistake(f"D2014: The size of the range must not exceed {most} items")
    items = list(range(first, last + (1 if step > 0 else -1), step))
    return items[0] if len(items) == 1 else items


def _partition(*arguments: Json) -> Json:
    array, size = arguments[0] if arguments else None, _whole(arguments, 2, "partition")
    if array is None or size <= 0:
        _refuse(1 if array is None else 2, "partition")
    items = array if isinstance(array, list) else [array]
    return [items[at : at + size] for at in range(0, len(items), size)]


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


PURE_FUNCTIONS: Mapping[str, Callable[..., Json]] = {
    "parse": _parse,
    "hash": _hash,
    "range": _range,
    "partition": _partition,
    "automate__unique": _unique,
}
"""The added functions that need nothing but their arguments."""


def scoped_functions(names: Iterable[str], scope: Scope, field: str) -> dict[str, Json]:
    """Bindings for those of ``uuid``, ``random`` and ``eval`` that are named: they draw on the scope, or are gone."""
    bindings: dict[str, Json] = {}
    for name in names:
        match name:
            case "uuid":
                bindings[name] = lambda: scope.uuid(field)
            case "random":
                bindings[name] = _random(scope, field)
            case "eval":
                bindings[name] = None
    return bindings


def _random(scope: Scope, field: str) -> Callable[..., float]:
    def random(*arguments: Json) -> float:
        """From 0 up to, not including, 1; the same for the same seed."""
        if not arguments or arguments[0] is None:
            return scope.random_fraction(field)
        seed = _whole(arguments, 1, "random")
        digest = hashlib.sha256(str(seed).encode()).digest()
        return (int.from_bytes(digest[:8]) >> 11) / (1 << 53)

    return random
