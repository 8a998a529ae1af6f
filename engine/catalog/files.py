"""From a file to a workflow document, with every problem placed in the file's text."""

from __future__ import annotations

from pathlib import PurePath
from typing import Any

from engine.catalog.document import WorkflowDocument, is_bare_definition, parse_document
from engine.errors import Diagnostic, InvalidDocument, PayloadTooLarge
from engine.language.asl.source import Source, parse_text

Json = Any

MAX_FILE_BYTES = 4 * 1024 * 1024
"""Well over AWS's quota of 1 MB for a definition."""


def read_document(data: bytes, filename: str, *, name: str | None = None) -> tuple[WorkflowDocument, Source]:
    """The workflow document (or bare definition) in a JSON or YAML file. `name` replaces the document's own.

    Raises InvalidDocument for what cannot be read (`where` is "line 12, column 7") and for what is no document (`where`
    is a JSON pointer; each entry of `details` has its ``place``, "order_flow.json:12:7", too); PayloadTooLarge.
    """
    if len(data) > MAX_FILE_BYTES:
        raise PayloadTooLarge(f"{filename} has {len(data)} bytes; at most {MAX_FILE_BYTES} are read")
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise InvalidDocument(
            f"{filename} is not UTF-8 text: {error.reason} at byte {error.start}", advice="Save it as UTF-8."
        ) from None
    source = parse_text(text, name=filename)
    try:
        return parse_document(source.value, name=name, stem=stem_of(filename)), source
    except InvalidDocument as error:
        if error.details:
            error.details = [{**item, "place": _place(source, item["where"])} for item in error.details]
        raise


def stem_of(filename: str) -> str:
    """What a workflow without a name of its own is called: as its file, without ``.json``, ``.asl.json`` or such."""
    return PurePath(filename).stem.removesuffix(".asl")


def place_of(source: Source, problem: Diagnostic) -> str:
    """Where a finding about a document's definition (or a field of the document) stands in its file."""
    return _place(source, problem.location if _is_document_field(problem.location) else _inside(source, problem))


def _is_document_field(location: str) -> bool:
    """Document fields begin with a small letter, a definition's with a capital."""
    return location[1:2].islower()


def _inside(source: Source, problem: Diagnostic) -> str:
    if is_bare_definition(source.value):
        return problem.location
    return f"/definition{problem.location}".rstrip("/")


def _place(source: Source, pointer: str) -> str:
    """`pointer` in the file. A bare definition has no /definition of its own."""
    if is_bare_definition(source.value):
        pointer = pointer.removeprefix("/definition") or "/"
    return source.place(pointer)
