"""What the copilot's routes take and give."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from functions.app.shapes.base import Given, Json, Taken, Time
from functions.app.shapes.definitions import ProposalFinding
from functions.app.shapes.versions import StateChange


class OutlineRequest(Taken):
    """A request in words."""

    sentence: str = Field(description="What should happen, in any language; at most 4,000 characters.")
    document: dict[str, Json] | None = Field(None, description="The document to replace; it keeps its name.")


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


class ProposalClause(Given):
    """A clause of the request, and what the draft does about it."""

    text: str
    states: list[str] = Field(description="Names of states, or JSON pointers into the document, that do it.")
    open: str | None = Field(description="Why the draft does not do it.")
    no_step: str | None = Field(description="Why it asks for no step.")


class ProposalCase(Given):
    """A test case of the draft, and how it ran."""

    name: str
    passed: bool
    states: list[str] = Field(description="The states that it entered, in order.")
    problem: str | None


class ProposalForward(Given):
    """How an execution that did not succeed would go on by the proposed definition."""

    execution: str
    text: str


class Proposal(Given):
    """A document to look at. It is neither stored nor published."""

    document: dict[str, Json]
    plan: list[PlanLine]
    to_dos: list[ProposalToDo]
    diagnostics: list[ProposalFinding]
    changes: list[ProposedChange]
    provider: str = Field(description="none, bedrock, openai or anthropic.")
    attempts: int = Field(description="The number of drafts that the model handed in; 0 without a model.")
    notes: list[str]
    clauses: list[ProposalClause] = Field(description="Each clause of the request; empty without a model.")
    cases: list[ProposalCase] = Field(description="The cases that ran before the draft is shown.")
    forward: ProposalForward | None


class ConversationQuery(Taken):
    """From where, and how long to wait for something new."""

    after: str | None = Field(None, description="The `tag` of the answer before.")
    wait: float = Field(0, ge=0, le=25, description="Seconds that the answer may be held until something is new.")


class TurnRequest(Taken):
    """A request about the draft on the canvas."""

    text: str = Field(description="What should happen or change, or a question; at most 4,000 characters.")
    document: dict[str, Json] | None = Field(None, description="The draft on the canvas; by default the stored one.")
    execution: str | None = Field(None, description="The id of an execution that the request is about.")


class TurnBegun(Given):
    """A turn that has begun."""

    number: int
    tag: str = Field(description="GET …/conversation?after=TAG answers what comes behind it.")


class TurnCall(Given):
    """A call of a tool by the model."""

    tool: str
    about: str
    outcome: str | None = Field(description="Null while it runs.")
    failed: bool


class TurnQuestion(Given):
    """A question of the model; the answer is the next turn's text."""

    text: str
    choices: list[str]


class TurnProblem(Given):
    """Why a turn has no draft."""

    message: str
    advice: str
    findings: list[str]


class TurnUsage(Given):
    """What a turn has used."""

    answers: int
    input_tokens: int
    output_tokens: int
    seconds: float


class TurnLimits(Given):
    """What a turn may use."""

    answers: int
    tokens: int = Field(description="Input and output together.")
    seconds: float


class Turn(Given):
    """One turn of a conversation."""

    number: int
    asked: str
    at: Time
    status: Literal["RUNNING", "DONE", "STOPPED", "FAILED"]
    text: str = Field(description="The model's text so far.")
    calls: list[TurnCall]
    question: TurnQuestion | None
    proposal: Proposal | None
    problem: TurnProblem | None
    usage: TurnUsage
    limits: TurnLimits


class Conversation(Given):
    """The caller's own conversation about a draft."""

    tag: str
    held: bool = Field(description="Whether the request may wait for something new; else poll.")
    running: bool = Field(description="Whether a turn runs.")
    reset: bool = Field(description="Whether `turns` are all of them; else those that may have changed since `after`.")
    turns: list[Turn]


class ExplainedStep(Given):
    """One state in words."""

    state: str
    text: str


class Explanation(Given):
    """A document, or a state, in words."""

    text: str
    steps: list[ExplainedStep]
