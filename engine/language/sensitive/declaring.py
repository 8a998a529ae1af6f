"""What a workflow document marks: its field `sensitive`, and ``x-sensitive`` in its input schema, read together."""

from __future__ import annotations

from typing import Any

from engine.errors import InvalidDocument
from engine.language.sensitive.flow import Declared
from engine.language.sensitive.places import WHOLE, Marks, bounded, parse_pointer
from engine.language.sensitive.schemas import schema_marks

Json = Any


def declared_of(sensitive: Json, input_schema: Json) -> Declared:
    """Both of them. What cannot be read marks the whole: a stored document was checked once."""
    given = sensitive if isinstance(sensitive, dict) else {}
    results = given.get("results")
    return Declared(
        bounded(_marks(given.get("input")) | (frozenset() if input_schema is None else schema_marks(input_schema))),
        _marks(given.get("variables")), _marks(given.get("output")),
        {name: _marks(found) for name, found in (results if isinstance(results, dict) else {}).items()},
    )


def _marks(pointers: Json) -> Marks:
    if not isinstance(pointers, list):
        return frozenset()
    try:
        return bounded(map(parse_pointer, pointers))
    except (InvalidDocument, TypeError, AttributeError):
        return WHOLE
