"""Reading what the model writes as a document and as cases."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from engine.catalog.cases import Case
from engine.catalog.document import WorkflowDocument, is_bare_definition, parse_document
from engine.catalog.wording import in_words, named
from engine.errors import InvalidDocument, json_pointer

Json = Any

CHANGED = ("description", "definition", "triggers", "input_schema")
"""The parts of a document that the model may change. All else stays as it is in the draft on the canvas."""


def document_of(given: Json, current: Mapping[str, Json]) -> WorkflowDocument:
    """The document that the model means: `current` with the parts that it gives. Raises InvalidDocument, with every
    problem and its place."""
    if is_bare_definition(given):
        given = {"definition": given}
    if not isinstance(given, dict) or not isinstance(given.get("definition"), dict):
        raise InvalidDocument("the document has no 'definition'", where="/document/definition",
                              advice='Give {"definition": {"QueryLanguage": "JSONata", "StartAt": …, "States": …}}.')
    changed = {key: given[key] for key in CHANGED if given.get(key) is not None}
    return parse_document({**{key: value for key, value in current.items() if key != "cases"}, **changed})


def case_of(given: Json, index: int) -> Case:
    """A test case as the model wrote it. Raises InvalidDocument, naming the place in ``/cases``."""
    try:
        return Case.model_validate(given)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        place = json_pointer(("cases", index, *first["loc"]))
        advice = 'A name has letters, digits, - and _ alone. A stub has one of "output", "error" and "timed_out".'
        raise InvalidDocument(in_words(first, named(first["loc"])), where=place, advice=advice) from None
