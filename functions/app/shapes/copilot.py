"""What the copilot's routes take and give."""

from __future__ import annotations

from pydantic import Field

from functions.app.shapes.base import Given, Json, Taken
from functions.app.shapes.definitions import ProposalFinding
from functions.app.shapes.versions import StateChange


class DraftRequest(Taken):
    """What the workflow should do, in words."""

    sentence: str = Field(description="What should happen, in English; at most 4,000 characters.")
    document: dict[str, Json] | None = Field(None, description="The document to change; by default a new one is made.")


class _OfDocument(Taken):
    document: dict[str, Json] = Field(description="A workflow document.")


class ExplainRequest(_OfDocument):
    """A document, or one state of it."""

    state: str | None = Field(None, description="The state; by default all of it.")


class FixRequest(_OfDocument):
    """A document and one finding of the linter about it."""

    diagnostic: dict[str, Json] = Field(description="As /definitions/validate lists it: code, message, location.")


class ErrorHandlingRequest(_OfDocument):
    """A document whose failures are to be handled."""

    states: list[str] = Field(default_factory=list, description="Names of states; by default all that can fail.")


class PlanLine(Given):
    """One line of the plan."""

    text: str
    states: list[str]


class ProposalToDo(Given):
    """What a person must look at: a guess, or what was not said."""

    state: str | None = Field(description="Null for the document as a whole.")
    pointer: str = Field(description="Into the state.")
    text: str


class ProposedChange(StateChange):
    """What becomes of a state: added, changed or removed."""


class WordUse(Given):
    """What a word or a phrase of the sentence became."""

    start: int = Field(description="Its first character, from 0.")
    end: int = Field(description="The character behind it.")
    text: str
    kind: str = Field(description="What it says: time, duration, condition, name, word …")
    pointer: str | None = Field(description="The part of the document that it became; null where it is a to-do.")


class Proposal(Given):
    """A document to look at. Nothing was stored."""

    document: dict[str, Json]
    plan: list[PlanLine]
    to_dos: list[ProposalToDo]
    diagnostics: list[ProposalFinding]
    changes: list[ProposedChange]
    provider: str = Field(description="offline, bedrock or openai.")
    attempts: int = Field(description="How many answers of the model it took; 0 offline.")
    notes: list[str]
    words: list[WordUse] = Field(description="What became of each word, for a new draft of a sentence; else empty.")


class ExplainedStep(Given):
    """One state in words."""

    state: str
    text: str


class Explanation(Given):
    """A document, or a state, in words."""

    text: str
    steps: list[ExplainedStep]
