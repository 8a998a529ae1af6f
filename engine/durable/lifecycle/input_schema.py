"""An execution's input against its workflow's input schema."""

from __future__ import annotations

from typing import Any

from engine.errors import InvalidDocument
from engine.language.schema.validation import Unchecked, errors

Json = Any

PROBLEMS_SHOWN = 20
MESSAGE_CHARACTERS = 300


def check_input(schema: dict[str, Json], value: Json) -> None:
    """Raise InvalidDocument unless `value` fits `schema`; `details` lists up to 20 problems with their JSON pointers.

    `schema` is of the draft its ``$schema`` names, 2020-12 by default, and was checked when it was imported. What takes
    more than a bounded time to check is refused as well.
    """
    try:
        found = errors(schema, value)
    except Unchecked as error:
        raise InvalidDocument(
            f"checking the input against the workflow's input_schema {_cut(str(error))}", where="/input_schema",
            advice="Send a smaller or flatter input, or make the schema simpler.",
        ) from None
    if found:
        shown = [(tuple(error.absolute_path), _cut(error.message)) for error in found[:PROBLEMS_SHOWN]]
        raise InvalidDocument.listing(shown, advice="Compare the input with the workflow's input_schema.")


def _cut(message: str) -> str:
    """The message, cut: it repeats the offending value, which may be long."""
    return message if len(message) <= MESSAGE_CHARACTERS else f"{message[:MESSAGE_CHARACTERS]}…"
