"""Routes for beginning a workflow: the samples, templates, and files of other kinds."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

from connectors.known import n8n
from engine.catalog.files import read_document, stem_of
from engine.conversion.reading import convert
from engine.governance.roles import Right
from functions.app.acts import NoAct
from functions.app.routing import Call, RouteTable
from functions.app.shapes import base
from functions.app.shapes import conversion as shapes
from functions.app.templates import find

table = RouteTable("Workflows")

SAMPLES = Path(__file__).parents[3] / "workflows"
"""Beside the packages, where the product is run from."""


@table.route("GET", "/sample-workflows", right=Right.LOOK)
def list_samples(call: Call[base.Nothing]) -> shapes.SampleList:  # noqa: ARG001 - a handler's shape
    """Workflows to begin with, each with an input."""
    return _samples()


@table.route("GET", "/templates", right=Right.LOOK, example="words=refund+with+approval")
def list_templates(call: Call[shapes.TemplateQuery]) -> shapes.TemplateList:
    """Templates to begin a workflow with: those that fit `words`, the best first, else all of them."""
    return shapes.TemplateList(templates=[shapes.TemplateRow.of(each, to_dos=[
        {"state": to_do.state, "pointer": to_do.pointer, "text": to_do.text} for to_do in each.to_dos
    ]) for each in find(call.given.words)])


@table.route(
    "POST", "/workflows/convert", right=Right.LOOK, act=NoAct("nothing is stored"),
    example={"source": "StartAt: Greet\nStates:\n  Greet: {Type: Pass, End: true}\n", "filename": "greet.yaml"},
)
def convert_workflow(call: Call[shapes.ConvertRequest]) -> shapes.Conversion:
    """Read a workflow document, a bare definition, a SAM or CloudFormation template, or an n8n export.

    Nothing is stored: each candidate is a document to look at and import. A template's intrinsic functions are filled
    in where the template itself says with what; the notes name each guess."""
    given = call.given
    stem = None if given.filename is None else stem_of(given.filename)
    found = convert(given.source, stem=stem, n8n_tasks=n8n.tasks_of(call.services.connectors))
    return shapes.Conversion(format=found.format, candidates=[
        shapes.Candidate(name=item.name, document=item.document, notes=[note.text for note in item.notes])
        for item in found.candidates
    ])


@cache
def _samples() -> shapes.SampleList:
    found: list[shapes.Sample] = []
    for path in sorted(SAMPLES.glob("*.json")):
        document, _ = read_document(path.read_bytes(), path.name)
        given = SAMPLES / path.stem / "input.json"
        found.append(shapes.Sample(
            name=document.name, description=document.summary, document=document.as_written,
            input=json.loads(given.read_bytes()) if given.is_file() else {},
        ))
    return shapes.SampleList(samples=found)
