"""A document in a request: a JSON value, or the text of a file."""

from __future__ import annotations

from engine.catalog.document import WorkflowDocument, parse_document
from engine.language.asl.source import Source, parse_text
from functions.app.shapes.definitions import WithSource


def read_document(given: WithSource) -> tuple[WorkflowDocument, bytes | None]:
    """The document, and its text where it came as one. Raises InvalidDocument."""
    if given.source is None:
        return parse_document(given.document, name=given.name), None
    source = read_source(given.source, given.format)
    return parse_document(source.value, name=given.name), given.source.encode("utf-8", "surrogatepass")


def read_source(text: str, kind: str | None = None) -> Source:
    """As `kind` says; else JSON when it begins as JSON, or YAML. Raises InvalidDocument with line and column."""
    by_its_beginning = "json" if text.lstrip()[:1] in ("{", "[") else "yaml"
    return parse_text(text, name=f"source.{kind or by_its_beginning}")
