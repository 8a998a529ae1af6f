"""What the routes of samples and of files of other kinds take and give."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from functions.app.shapes.base import Given, Json, Taken


class Sample(Given):
    """A workflow to begin with."""

    name: str
    description: str
    document: dict[str, Json]
    input: Json


class SampleList(Given):
    """The samples, by name."""

    samples: list[Sample]


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
