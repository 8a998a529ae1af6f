"""What the Rule Tester's routes take and give."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, model_validator

from functions.app.shapes.base import Given, Json, Taken


class RuleSubject(Taken):
    """What is tested: a Choice state, one JSONPath rule, or one JSONata condition."""

    query_language: Literal["JSONPath", "JSONata"] = Field(
        "JSONPath", description="The machine's query language, for a state that names none of its own."
    )
    state: dict[str, Json] | None = Field(None, description="A Choice state.")
    rule: dict[str, Json] | None = Field(None, description="One rule in JSONPath, without or with its Next.")
    condition: str | None = Field(None, description="One condition in JSONata, with or without {% %}.")

    @model_validator(mode="after")
    def _one_of_them(self) -> RuleSubject:
        if sum(part is not None for part in (self.state, self.rule, self.condition)) != 1:
            raise ValueError("give one of 'state', 'rule' and 'condition'")
        return self


class RuleTestRequest(RuleSubject):
    """A rule and one payload."""

    input: Json = Field(default_factory=dict, description="The state's input: any JSON value.")
    variables: dict[str, Json] = Field(default_factory=dict, description="Workflow variables by name, without $.")
    context: dict[str, Json] = Field(default_factory=dict, description="The context object.")


class RuleInput(Taken):
    """One of many payloads; `execution` is handed back."""

    input: Json = Field(default_factory=dict)
    variables: dict[str, Json] = Field(default_factory=dict)
    execution: str | None = None


class RuleTestManyRequest(RuleSubject):
    """A rule and many payloads."""

    inputs: list[RuleInput] = Field(max_length=1000)
    context: dict[str, Json] = Field(default_factory=dict, description="The context object.")


class ExpressionRequest(Taken):
    """One expression and what it sees."""

    expression: str = Field(description="JSONata with or without {% %}; a JSONPath or an intrinsic.")
    query_language: Literal["JSONPath", "JSONata"] = "JSONata"
    input: Json = Field(default_factory=dict)
    variables: dict[str, Json] = Field(default_factory=dict)
    context: dict[str, Json] = Field(default_factory=dict)


class RuleNode(Given):
    """One part of a rule and its value."""

    text: str
    kind: str = Field(description="and, or, not, comparison, path, variable, literal, call, arithmetic, …")
    operator: str
    type: str = Field(description="The value's JSON type, or undefined.")
    value: Json = Field(description="Large values are folded.")
    result: bool | None = Field(description="True or false where the part decides something.")
    error: str | None
    reached: bool = Field(description="False for what the engine did not evaluate: its value is shown all the same.")
    start: int = Field(description="Where the part begins in the rule's text, in characters.")
    end: int
    pointer: str = Field(description="Where it stands in a JSONPath rule; empty in JSONata.")
    children: list[RuleNode]


class RuleFailure(Given):
    """An error by name, as a Catch would see it."""

    error: str
    cause: str | None


class RuleOutcome(Given):
    """Where the Choice goes: what the engine decided."""

    next: str | None = Field(description="The state; null for a bare rule or condition, and where it fails.")
    rule: int | None = Field(description="The index of the rule that won.")
    otherwise: bool = Field(description="No rule holds: Default, or a bare rule that does not hold.")
    error: RuleFailure | None


class RuleResult(Given):
    """One rule of the state."""

    index: int
    next: str | None
    result: bool | Literal["error"]
    reached: bool = Field(description="False behind the rule that won.")
    tree: RuleNode
    why_not: str | None = Field(description="Why it does not hold, in a sentence.")


class RuleChange(Given):
    """One changed leaf of a flip."""

    path: str = Field(description="In the input ($.order.total) or a variable ($limit).")
    old: Json = Field(alias="from")
    new: Json = Field(alias="to")
    added: bool
    removed: bool


class RuleFlip(Given):
    """The smallest change found that leads to another branch; checked by the engine."""

    path: str = Field(description="The first change's; see changes.")
    old: Json = Field(alias="from")
    new: Json = Field(alias="to")
    leads_to: str
    rule: int | None = Field(description="The rule that would win; null for otherwise.")
    sentence: str
    changes: list[RuleChange]


class RuleReport(Given):
    """A rule test."""

    outcome: RuleOutcome
    sentence: str
    rules: list[RuleResult]
    flips: list[RuleFlip] = Field(description="For each other branch one, where one was found.")
    not_found: list[str] = Field(description="Branches for which no change was found, which proves nothing.")


class RuleBranch(Given):
    """Where one of many payloads leads."""

    execution: str | None
    next: str | None
    rule: int | None
    otherwise: bool
    error: RuleFailure | None


class RuleBranches(Given):
    """Where each payload leads, in their order. `counts` are by next, or by `error`."""

    results: list[RuleBranch]
    counts: dict[str, int]


class ExpressionValue(Given):
    """What an expression gave."""

    value: Json
    type: str = Field(description="The value's JSON type, undefined, or error.")
    error: str | None
