"""A workflow's test cases: an input, recorded answers of what its tasks call, and what must come out.

They stand in a workflow document's `cases` or, one a file, in ``workflows/<name>/cases/``. `engine.testing.simulate`
runs them: it takes `stubs` as they are here.
"""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator


class Stub(BaseModel):
    """One recorded answer of a resource: an output, an error with its cause, or no answer at all."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, defer_build=True)

    state: str | None = Field(None, description="Answers this state alone; by default whichever asks next.")
    input: Any = Field(None, description="The call's arguments that this answer is for, where calls run side by side.")
    output: Any = Field(None, description="What the task returned.")
    error: str | None = Field(None, description="The error's name, as Retry and Catch match it.")
    cause: str | None = None
    timed_out: Literal[True] | None = Field(None, description="Never answers: the state's time-out ends it.")

    @model_validator(mode="after")
    def _one_answer(self) -> Stub:
        answers = ("output" in self.model_fields_set, self.error is not None, self.timed_out is not None)
        if sum(answers) != 1:
            raise ValueError("a stub has either an output, or an error, or timed_out")
        return self


class Expectation(BaseModel):
    """What must come out. A field that is left out is not looked at."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, defer_build=True)

    status: Literal["SUCCEEDED", "FAILED", "TIMED_OUT", "ABORTED"] | None = None
    next: str | None = Field(None, description="Where the Choice that `state` names goes.")
    output: Any = Field(None, description="The execution's whole output.")
    error: str | None = None
    states: list[str] | None = Field(None, description="The names of the states entered, in order.")


class Case(BaseModel):
    """One run and its result; with `state`, one Choice and the branch it takes."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, defer_build=True)

    name: str = Field(description="Unique within the workflow.", pattern=r"^[A-Za-z0-9_-]{1,80}$")
    state: str | None = Field(None, description="Test this Choice state alone.")
    input: Any = Field(description="The execution's input, or that of the state.")
    variables: dict[str, Any] = Field(default_factory=dict, description="What is assigned before the state.")
    stubs: dict[str, list[Stub]] = Field(
        default_factory=dict, description="By resource, the answers in the order in which they are used up."
    )
    expect: Expectation

    @model_validator(mode="after")
    def _of_one_kind(self) -> Case:
        expected = self.expect.model_fields_set
        if self.state is None:
            if "status" not in expected:
                raise ValueError("expect needs a status")
            if "next" in expected or self.variables:
                raise ValueError("expect.next and variables belong to a case with a state")
        elif self.stubs or not expected <= {"next", "error"} or not expected:
            raise ValueError("a case with a state expects next or error, and has no stubs")
        return self
