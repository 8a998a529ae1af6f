"""A value against a JSON Schema, within bounds of work, memory and depth, whoever wrote the two.

`jsonschema` is imported when the first schema is used: what has none does not pay for it. References to other documents
are not followed: a schema must not make the product fetch an address.
"""

from __future__ import annotations

import json
from functools import lru_cache
from itertools import islice
from typing import TYPE_CHECKING, Any

from engine.language.schema.patterns import BadPattern

if TYPE_CHECKING:
    from jsonschema.exceptions import ValidationError  # noqa: TID251  the type alone

Json = Any

UNITS = 3_000_000
"""What one value may cost, some seconds: a million items of an array, each with a type, cost 2,000,001."""

MOST_ERRORS = 1_000
"""So many are found before they are sorted: an input of a million items may have a million."""

_DATA = frozenset({"const", "enum", "default", "examples"})
"""Keywords whose values are no schemas."""


class Unchecked(Exception):
    """The value could not be held against the schema; the text says why, to stand behind "checking the input …"."""


def errors(schema: Json, value: Json) -> list[ValidationError]:
    """What is wrong with `value`, by place; the first MOST_ERRORS that are found. Raises Unchecked.

    `schema` is of the draft its ``$schema`` names, 2020-12 by default.
    """
    try:
        return _errors(_validator(json.dumps(schema)), value)
    except RecursionError:
        raise Unchecked("nests too deep: the value, or what its schema applies within itself") from None


def meta_errors(schema: Json) -> list[ValidationError]:
    """What is wrong with `schema` by the draft that it names. Raises Unchecked."""
    try:
        return _errors(_validator(json.dumps(_kind(schema).META_SCHEMA)), schema)
    except RecursionError:
        raise Unchecked("nests too deep") from None


def _errors(validator: Any, value: Json) -> list[ValidationError]:
    from referencing.exceptions import Unresolvable  # noqa: PLC0415  see the module

    from engine.language.schema.keywords import TooMuchWork, paying  # noqa: PLC0415
    from engine.language.schema.library import exceptions  # noqa: PLC0415

    try:
        with paying(UNITS):
            found = list(islice(validator.iter_errors(value), MOST_ERRORS))
    except TooMuchWork as error:
        raise Unchecked(str(error)) from None
    except Unresolvable as error:
        raise Unchecked(f"finds a reference to {error.ref!r}, which the schema does not have") from None
    except BadPattern as error:
        raise Unchecked(f"finds a pattern that {error}") from None
    except exceptions.UnknownType as error:
        raise Unchecked(f"finds an unknown type: {error.type!r}") from None
    except (ArithmeticError, ValueError) as error:  # numbers that Python cannot compare or write
        raise Unchecked(f"meets a number it cannot take: {error}") from None
    except (TypeError, AttributeError) as error:  # a reference to what is no schema
        raise Unchecked(f"follows a reference to something that is not a schema: {error}") from None
    return sorted(found, key=lambda error: [str(part) for part in error.absolute_path])


@lru_cache(maxsize=128)
def _validator(text: str) -> Any:
    """The validator of a schema written as JSON. It is shared by threads and keeps nothing of what it validates."""
    from referencing.jsonschema import EMPTY_REGISTRY  # noqa: PLC0415

    schema = json.loads(text)
    return _bounded(_kind(schema))(_without_dialects(schema), registry=EMPTY_REGISTRY)


def _kind(schema: Json) -> Any:
    """The library's class for the draft that `schema` names."""
    from engine.language.schema.library import validators  # noqa: PLC0415

    named = schema.get("$schema") if isinstance(schema, dict) else None
    known = {"$schema": named} if isinstance(named, str) else {}
    return validators.validator_for(known, default=validators.Draft202012Validator)


@lru_cache(maxsize=16)
def _bounded(kind: Any) -> Any:
    """`kind` with every keyword counted."""
    from engine.language.schema.keywords import OWN, counted  # noqa: PLC0415
    from engine.language.schema.library import validators  # noqa: PLC0415

    keywords = {name: counted(name, OWN.get(name, keyword)) for name, keyword in kind.VALIDATORS.items()}
    return validators.extend(kind, keywords)


def _without_dialects(schema: Json) -> Json:
    """`schema` without ``$schema``: where the library meets one it goes on by its own class, which counts nothing."""
    if isinstance(schema, dict):
        return {
            name: item if name in _DATA else _without_dialects(item) for name, item in schema.items()
            if not (name == "$schema" and isinstance(item, str))
        }
    if isinstance(schema, list):
        return [_without_dialects(item) for item in schema]
    return schema
