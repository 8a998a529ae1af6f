"""What the routes of samples, of templates and of files of other kinds take and give."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from functions.app.shapes.base import Given, Json, Taken
from functions.app.shapes.copilot import ProposalToDo


class Sample(Given):
    """A workflow to begin with."""

    name: str
    description: str
    document: dict[str, Json]
    input: Json


class SampleList(Given):
    """The samples, by name."""

    samples: list[Sample]


class TemplateQuery(Taken):
    """Words to find templates by."""

    words: str = Field("", description="What the workflow is to do, in words. Without any, all templates are listed.")


class TemplateRow(Given):
    """A whole workflow to begin with."""

    name: str
    title: str
    area: str
    description: str
    connectors: list[str] = Field(description="Codes of the connectors that it calls.")
    to_dos: list[ProposalToDo] = Field(description="What must be filled in before it runs.")
    document: dict[str, Json] = Field(description="With input_schema and cases.")


class TemplateList(Given):
    """Templates: those that fit the words, the best first; else all, by area and title."""

    templates: list[TemplateRow]


class ConvertRequest(Taken):
    """A file of another kind."""

    source: str = Field(min_length=1, max_length=4 * 1024 * 1024, description="Its text: JSON or YAML.")
    filename: str | None = Field(None, max_length=200, description="What it is called; a workflow is named after it.")


class Candidate(Given):
    """One workflow that was found in it. `notes` say what was guessed, and what is to be done by hand."""

    name: str
    document: dict[str, Json]
    notes: list[str]


class Conversion(Given):
    """What was recognised. Nothing is stored."""

    format: Literal["workflow", "asl", "sam", "cloudformation", "n8n"]
    candidates: list[Candidate]
