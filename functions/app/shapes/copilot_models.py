"""What the copilot's routes take and give."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict, Field

Json = Any

_IN = ConfigDict(extra="forbid", frozen=True)
_OUT = ConfigDict(frozen=True)


class DraftRequest(BaseModel):
    """What the workflow should do, in words."""

    model_config = _IN

    sentence: str = Field(description="What should happen, in English; at most 4,000 characters.")
    document: dict[str, Json] | None = Field(None, description="The document to change; by default a new one is made.")


class ExplainRequest(BaseModel):
    """A document, or one state of it."""

    model_config = _IN

    document: dict[str, Json] = Field(description="A workflow document.")
    state: str | None = Field(None, description="The state; by default all of it.")


class FixRequest(BaseModel):
    """A document and one finding of the linter about it."""

    model_config = _IN

    document: dict[str, Json] = Field(description="A workflow document.")
    diagnostic: dict[str, Json] = Field(description="As /definitions/validate lists it: code, message, location.")


class ErrorHandlingRequest(BaseModel):
    """A document whose failures are to be handled."""

    model_config = _IN

    document: dict[str, Json] = Field(description="A workflow document.")
    states: list[str] = Field(default_factory=list, description="Names of states; by default all that can fail.")


class PlanLine(BaseModel):
    """One line of the plan."""

    model_config = _OUT

    text: str
    states: list[str]


class ProposalToDo(BaseModel):
    """What a person must look at: a guess, or what was not said."""

    model_config = _OUT

    state: str | None = Field(description="Null for the document as a whole.")
    pointer: str = Field(description="Into the state.")
    text: str


class ProposalFinding(BaseModel):
    """A finding of the linter about the proposed definition."""

    model_config = _OUT

    code: str
    message: str
    location: str
    severity: str


class ProposedChange(BaseModel):
    """What becomes of a state: added, changed or removed."""

    model_config = _OUT

    state: str
    change: str


class Proposal(BaseModel):
    """A document to look at. Nothing was stored."""

    model_config = _OUT

    document: dict[str, Json]
    plan: list[PlanLine]
    to_dos: list[ProposalToDo]
    diagnostics: list[ProposalFinding]
    changes: list[ProposedChange]
    provider: str = Field(description="offline, bedrock or openai.")
    attempts: int = Field(description="How many answers of the model it took; 0 offline.")
    notes: list[str]


class ExplainedStep(BaseModel):
    """One state in words."""

    model_config = _OUT

    state: str
    text: str


class Explanation(BaseModel):
    """A document, or a state, in words."""

    model_config = _OUT

    text: str
    steps: list[ExplainedStep]
