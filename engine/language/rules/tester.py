"""The Rule Tester: a Choice, a rule or a condition against one payload or many.

The outcome is the engine's own (`verdict`). Each rule is taken apart (`conditions`, `data_tests`) into a tree whose
values say why it did not hold (`sentences`); `flips` looks for the smallest change that leads to each other branch.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, Literal

from engine.errors import StateFailure
from engine.language.expr.jsonata import compile_jsonata
from engine.language.expr.jsonpath import Path
from engine.language.expr.scope import Scope
from engine.language.expr.template import compile_query, jsonata_source
from engine.language.rules import conditions, data_tests, sentences
from engine.language.rules.flips import Flip, flips
from engine.language.rules.tree import Node
from engine.language.rules.verdict import FAILS, HOLDS, NO_CHOICE_MATCHED, ChoiceUnderTest, Outcome, Payload
from engine.records import dataclass

Json = Any


@dataclass(frozen=True, slots=True)
class RuleReport:
    """One rule. `next` is None for a bare rule; `why_not` is None where it holds. `reached` is False behind the
    winner."""

    index: int
    next: str | None
    tree: Node
    why_not: str | None
    reached: bool

    @property
    def result(self) -> bool | Literal["error"]:
        """true, false, or "error"."""
        return "error" if self.tree.error is not None or self.tree.result is None else self.tree.result


@dataclass(frozen=True, slots=True)
class Report:
    """All there is to say. `sentence` is the outcome in words."""

    outcome: Outcome
    rules: tuple[RuleReport, ...]
    flips: tuple[Flip, ...]
    sentence: str


def examine(choice: ChoiceUnderTest, payload: Payload) -> Report:
    """Test `choice` against `payload`."""
    outcome = choice.decide(payload)
    reached = True
    rules: list[RuleReport] = []
    for index in range(len(choice.rules)):
        rule = _rule(choice, index, payload, reached=reached)
        rules.append(rule)
        reached = reached and rule.result is False
    found = flips(choice, payload, [rule.tree for rule in rules])
    return Report(outcome, tuple(rules), tuple(found), _sentence(choice, outcome, rules))


def examine_many(choice: ChoiceUnderTest, payloads: Sequence[Payload]) -> list[Outcome]:
    """Where each payload leads."""
    return [choice.decide(payload) for payload in payloads]


def evaluate(expression: str, language: str, payload: Payload) -> Json:
    """The value of one expression, ABSENT where it is undefined: JSONata in ``{% %}`` or bare, a JSONPath, an
    intrinsic. Raises InvalidExpression and StateFailure."""
    text = expression.strip()
    if language == "JSONata":
        source = jsonata_source(text)
        return compile_jsonata(text if source is None else source, "expression").find(payload.scope())
    compiled = compile_query(text, "expression")
    if isinstance(compiled, Path):
        return compiled.find(payload.scope())
    return compiled.evaluate(payload.scope())


def flip_sentence(flip: Flip) -> str:
    """``Change $.tier from "silver" to "gold", and it goes to Fulfil``."""
    changes = " and ".join(sentences.change(change.path, change.old, change.new) for change in flip.changes)
    leads = flip.next if flip.next in (HOLDS, FAILS) else f"it goes to {flip.next}"
    return f"With {changes}, {leads}"


def _rule(choice: ChoiceUnderTest, index: int, payload: Payload, *, reached: bool) -> RuleReport:
    rule = choice.rules[index]
    tree = _tree(choice, index, payload)
    if not reached:
        tree = conditions.unreached(tree)
    holds = tree.error is None and tree.result is True
    return RuleReport(
        index, None if choice.bare else rule.get("Next"), tree,
        None if holds else sentences.why(tree, holds=False), reached,
    )


def _tree(choice: ChoiceUnderTest, index: int, payload: Payload) -> Node:
    rule = choice.rules[index]

    def new_scope() -> Scope:
        return choice.effective(payload)

    try:
        new_scope()
    except StateFailure as failure:
        return Node("InputPath", "expression", error=failure.cause)
    if not choice.jsonata:
        return data_tests.evaluated(rule, new_scope)
    condition = rule["Condition"]
    if isinstance(condition, bool):
        return Node("true" if condition else "false", "literal", condition, condition)
    tree = conditions.evaluated(jsonata_source(condition) or "", f"Choices[{index}]/Condition", new_scope)
    return _as_the_engine(tree, choice, index, new_scope)


def _as_the_engine(tree: Node, choice: ChoiceUnderTest, index: int, new_scope: Callable[[], Scope]) -> Node:
    """The root with the engine's verdict: a Condition must be true or false, anything else fails the state."""
    try:
        return replace(tree, result=choice.state.rules[index].holds(new_scope()))
    except StateFailure as failure:
        return replace(tree, result=None, error=failure.cause)


def _sentence(choice: ChoiceUnderTest, outcome: Outcome, rules: Sequence[RuleReport]) -> str:
    if outcome.error is not None:
        name, cause = outcome.error
        if name == NO_CHOICE_MATCHED:
            return "No rule holds and there is no Default: the state fails with States.NoChoiceMatched."
        return f"The state fails with {name}: {cause}"
    if choice.bare:
        held = outcome.rule is not None
        return f"It holds: {sentences.why(rules[0].tree)}." if held else f"It does not hold: {rules[0].why_not}."
    if outcome.rule is None:
        return f"No rule holds: otherwise, to {outcome.next}."
    return f"Rule {outcome.rule + 1} holds, to {outcome.next}: {sentences.why(rules[outcome.rule].tree)}."

