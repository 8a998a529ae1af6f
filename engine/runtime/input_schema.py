"""An execution's input against its workflow's input schema.

`jsonschema` is imported when the first workflow with a schema starts: the others do not pay for it. References to
other documents are not followed: a schema must not make the product fetch an address.
"""

from __future__ import annotations

from typing import Any

from engine.errors import InvalidDocument

Json = Any

PROBLEMS_SHOWN = 20


def check_input(schema: dict[str, Json], value: Json) -> None:
    """Raise InvalidDocument unless `value` fits `schema`; `details` lists up to 20 problems with their JSON pointers.

    `schema` is of the draft its ``$schema`` names, 2020-12 by default, and was checked when it was imported.
    """
    from jsonschema.validators import Draft202012Validator, validator_for  # noqa: PLC0415  see the module
    from referencing.exceptions import Unresolvable  # noqa: PLC0415
    from referencing.jsonschema import EMPTY_REGISTRY  # noqa: PLC0415

    validator = validator_for(schema, default=Draft202012Validator)(schema, registry=EMPTY_REGISTRY)
    try:
        errors = sorted(validator.iter_errors(value), key=lambda error: [str(part) for part in error.absolute_path])
    except Unresolvable as error:
        raise InvalidDocument(
            f"the workflow's input_schema refers to {error.ref!r}, which it does not have", where="/input_schema"
        ) from None
    if errors:
        shown = [(tuple(error.absolute_path), _words(error.message)) for error in errors[:PROBLEMS_SHOWN]]
        raise InvalidDocument.listing(shown, advice="Compare the input with the workflow's input_schema.")


def _words(message: str) -> str:
    """The message, cut: it repeats the offending value, which may be long."""
    return message if len(message) <= 300 else f"{message[:300]}…"
