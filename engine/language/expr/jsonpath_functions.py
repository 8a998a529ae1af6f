"""The functions that may end a path (``$.lines.length()``), and `Missing`, what finding nothing is called."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

from engine.values import is_number

Json = Any


class Missing(Exception):
    """Nothing is there; the text is Jayway's. It never leaves engine.language.expr."""


def _each(arguments: tuple[Json, ...]) -> list[Json]:
    """The arguments, those that are lists (a path may have given one) taken apart."""
    return [item for argument in arguments for item in (argument if isinstance(argument, list) else [argument])]


def _numbers(value: Json, arguments: tuple[Json, ...]) -> list[int | float]:
    items = [*(value if isinstance(value, list) else []), *_each(arguments)]
    numbers = [item for item in items if is_number(item)]
    if not numbers:
        raise Missing("Aggregation function attempted to calculate value using empty array")
    return numbers


def _length(value: Json, _arguments: tuple[Json, ...]) -> Json:
    return len(value) if isinstance(value, (list, dict)) else None


def _at(index: int, value: Json) -> Json:
    if not isinstance(value, list) or not -len(value) <= index < len(value):
        raise Missing("Aggregation function attempted to calculate value using empty array")
    return value[index]


def _stddev(value: Json, arguments: tuple[Json, ...]) -> float:
    numbers = [float(number) for number in _numbers(value, arguments)]
    mean = math.fsum(numbers) / len(numbers)
    return math.sqrt(math.fsum((number - mean) ** 2 for number in numbers) / len(numbers))


def _nth(value: Json, arguments: tuple[Json, ...]) -> Json:
    index = arguments[0] if arguments else None
    if isinstance(index, bool) or not isinstance(index, int):
        raise Missing("index() needs a whole number")
    return _at(index, value)


def _concat(value: Json, arguments: tuple[Json, ...]) -> str:
    items = [*(value if isinstance(value, list) else []), *_each(arguments)]
    return "".join(item for item in items if isinstance(item, str))


def _append(value: Json, arguments: tuple[Json, ...]) -> Json:
    return [*value, *arguments] if isinstance(value, list) else value


FUNCTIONS: Mapping[str, Callable[[Json, tuple[Json, ...]], Json]] = {
    "length": _length,
    "size": _length,
    "min": lambda value, arguments: float(min(_numbers(value, arguments))),
    "max": lambda value, arguments: float(max(_numbers(value, arguments))),
    "sum": lambda value, arguments: math.fsum(_numbers(value, arguments)),
    "avg": lambda value, arguments: math.fsum(_numbers(value, arguments)) / len(_numbers(value, arguments)),
    "stddev": _stddev,
    "keys": lambda value, _arguments: list(value) if isinstance(value, dict) else None,
    "first": lambda value, _arguments: _at(0, value),
    "last": lambda value, _arguments: _at(-1, value),
    "index": _nth,
    "concat": _concat,
    "append": _append,
}
"""Every function by its name."""
