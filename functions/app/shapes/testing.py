"""What the routes that try a workflow out take and give."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, model_validator

from engine.testing.trial import Ending
from functions.app.shapes.base import Given, Json, Taken
from functions.app.shapes.steps import Edge, Step


class Mock(Taken):
    """What a Task's call comes to instead: an output, or an error."""

    output: Json = None
    error: str | None = Field(None, max_length=256)
    cause: str | None = Field(None, max_length=32768)

    @model_validator(mode="after")
    def _one_of_them(self) -> Mock:
        if ("output" in self.model_fields_set) == (self.error is not None):
            raise ValueError("a mock has either an output or an error")
        return self


class TrialRequest(Taken):
    """What is run, on what, and what it may touch."""

    document: dict[str, Json] | None = Field(None, description="A workflow document.")
    definition: dict[str, Json] | None = Field(None, description="Or a bare definition.")
    input: Json = Field(default_factory=dict, description="The input of the first state that runs.")
    variables: dict[str, Json] = Field(default_factory=dict, description="What is assigned before it.")
    mode: Literal["step", "up_to", "from", "all"] = "all"
    state: str | None = Field(
        None, description="The state of step, up_to and from: its name, or the path to it (Fulfil/0/Reserve)."
    )
    pins: dict[str, Json] = Field(default_factory=dict, description="By state, the output it has without being run.")
    mocks: dict[str, Mock] = Field(default_factory=dict, description="By state, what its call comes to.")
    allow: list[str] = Field(default_factory=list, description="Resources that write and may really be called.")
    use_reads: bool = Field(False, description="Whether actions that only read are really called.")

    @model_validator(mode="after")
    def _whole(self) -> TrialRequest:
        if (self.document is None) == (self.definition is None):
            raise ValueError("give either 'document' or 'definition'")
        if (self.mode == "all") == (self.state is not None):
            raise ValueError("'state' belongs to the modes step, up_to and from, which need it")
        return self


class Unmocked(Given):
    """A call that was not made, for it writes and nothing says what it comes to."""

    state: str
    resource: str


class TrialAnswer(Given):
    """How it ended. `status` is TIMED_OUT_TEST where the test itself took too long, and RUNNING where a Task waits for
    an answer that nobody gives."""

    status: Ending
    output: Json
    error: str | None
    cause: str | None
    steps: list[Step]
    values: dict[str, dict[str, Json]] = Field(
        description="By step id: its input, output, arguments, result, assigned and variables."
    )
    edges: list[Edge]
    events: list[dict[str, Json]]
    unmocked_writes: list[Unmocked]
    called: list[Unmocked] = Field(description="The calls that were really made.")


class CasesRunRequest(Taken):
    """Which cases."""

    workflow: str | None = Field(None, description="Those of this workflow's draft.")
    document: dict[str, Json] | None = Field(None, description="Or those of this document.")
    cases: list[str] | None = Field(None, description="Only these; by default all.")

    @model_validator(mode="after")
    def _one_of_them(self) -> CasesRunRequest:
        if (self.workflow is None) == (self.document is None):
            raise ValueError("give either 'workflow' or 'document'")
        return self


class Difference(Given):
    """What came out otherwise than was expected."""

    what: Literal["status", "output", "error", "states", "next"]
    expected: Json
    actual: Json


class CaseResult(Given):
    """One case. `states` are those that were entered, in order. `unanswered` says which call had no stub, where the
    workflow caught that."""

    name: str
    passed: bool
    ms: float
    differences: list[Difference]
    status: str
    error: str | None
    cause: str | None
    states: list[str]
    unanswered: str | None


class CasesRun(Given):
    """All of them."""

    results: list[CaseResult]
    passed: int
    failed: int
