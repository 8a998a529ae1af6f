"""Telling what a text is: a workflow document (it has a definition) is taken as it is, a bare definition (StartAt,
States) is wrapped, a template (Resources) and an n8n export (nodes, connections) are read by modules of their own.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from engine.catalog.document import is_bare_definition, parse_document
from engine.conversion import templates
from engine.conversion.found import Candidate, Conversion, name_of
from engine.conversion.n8n import Task, from_n8n, is_n8n
from engine.conversion.templates import from_template, is_template
from engine.errors import InvalidDocument
from engine.language.asl.source import parse_text
from engine.language.asl.source_yaml import read_yaml

Json = Any


def convert(source: str, *, stem: str | None = None, n8n_tasks: Mapping[str, Task]) -> Conversion:
    """What `source` (JSON or YAML) is and holds; `stem` names what has no name of its own. `n8n_tasks` are the kinds of
    n8n's nodes that become a Task.

    Raises InvalidDocument where it cannot be read, is none of the kinds, or holds no workflow.
    """
    value = _value(source)
    name = name_of(stem or "imported")
    if isinstance(value, dict) and "definition" in value:
        document = parse_document(value, stem=name)
        return Conversion("workflow", [Candidate(document.name, document.as_written)])
    if is_bare_definition(value):
        return Conversion("asl", [Candidate(name, {"name": name, "definition": value})])
    if is_template(value):
        return from_template(value)
    if is_n8n(value):
        return Conversion("n8n", from_n8n(value, name, n8n_tasks))
    raise InvalidDocument(
        "this is no workflow that is known here", where="/",
        advice="Give a workflow document, a definition in the Amazon States Language (it has StartAt and States), a "
        "SAM or CloudFormation template (it has Resources), or an n8n export (it has nodes and connections).",
    )


def converted_kind(source: str) -> str | None:
    """What kind of file `source` is where it has to be converted, in words; None for any other, and for what cannot be
    read."""
    try:
        value = _value(source)
    except InvalidDocument:
        return None
    if is_template(value):
        return "a SAM or CloudFormation template"
    return "an n8n export" if is_n8n(value) else None


def with_files(source: str, read: Callable[[str], str | None]) -> str:
    """`source`; a template as JSON, with the definitions that stand in files beside it. `read` gives a file's text,
    None for one that is not there. Raises InvalidDocument where one of them cannot be read."""
    value = _value(source)
    if not is_template(value):
        return source

    def held(place: str) -> Json:
        text = read(place)
        try:
            return None if text is None else _value(text)
        except InvalidDocument as error:
            raise InvalidDocument(f"{place}: {error.message}", where=error.where, advice=error.advice) from None

    return json.dumps(templates.with_files(value, held))


def _value(source: str) -> Json:
    """JSON where it begins as JSON, else YAML with CloudFormation's short forms."""
    if source.lstrip()[:1] in ("{", "["):
        return parse_text(source, name="source.json").value
    return read_yaml(source, "source.yaml", short_forms=True)[1]
