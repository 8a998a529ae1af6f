"""What the route that explains a step takes and gives."""

from __future__ import annotations

from pydantic import Field

from functions.app.shapes.base import Given, Json, Taken, Time
from functions.app.shapes.rules import RuleNode, RuleReport
from functions.app.shapes.steps import Step


class ExplanationQuery(Taken):
    """Which step: by its id, by a state's name (its last visit), or by an event."""

    step: str | None = Field(None, description="The step's id.")
    state: str | None = Field(None, description="A state's name: its last visit.")
    event: int | None = Field(None, ge=1, description="An event of the step.")
    attempt: int | None = Field(None, ge=1, description="Only this attempt of its timetable, from 1.")


class FailedExpression(Given):
    """The expression that failed, and the part of it that did."""

    field: str
    text: str
    part: str = Field(description="The innermost part at fault.")
    why: str
    known: str | None = Field(description="As far as its paths lead to something, and what is there.")
    tree: RuleNode


class Tried(Given):
    """One attempt. `rule` and `use`: the Retrier that took its failure, and which of its attempts it gave, from 1."""

    number: int
    started_at: Time
    ended_at: Time
    status: str
    error: str | None
    rule: int | None
    use: int | None
    delay: float | None = Field(description="The planned wait in seconds; with jitter the longest.")
    waited: float | None = Field(description="What was waited, in seconds.")


class Retrier(Given):
    """A Retrier, and what is left of it: the waits before its next attempts, in seconds."""

    errors: list[str]
    max_attempts: int
    used: int
    left: list[float]
    jitter: bool


class Timetable(Given):
    """The attempts of a step, its Retriers, and what came or comes next."""

    tried: list[Tried]
    rules: list[Retrier]
    coming: str
    next_at: Time


class StepExplanation(Given):
    """Why a step went as it did, with the values of then. What does not apply is null."""

    step: Step
    sentence: str
    choice: RuleReport | None = Field(description="Of a Choice: each rule with its values, and what would flip it.")
    agrees: bool | None = Field(
        description="Whether the rules, tested with these values now, lead where the run went. False: they draw random"
        " values, or read a part of the context that is not kept."
    )
    expression: FailedExpression | None
    retry: Timetable | None
    hidden: bool = Field(description="Values that it would show are hidden: ask with a reveal.")
    context: Json = Field(description="The context object that it was evaluated with; null where none was needed.")
