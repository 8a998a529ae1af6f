"""What a Choice state does with an input, by the engine's own compiled rules.

A Choice is compiled inside a definition of its own, whose other states are the targets it names, so that validation
and compiling are those of every definition. `decide` then does what a Choice does in an execution: InputPath, the
rules in order, then Output and Assign of what won.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from engine.errors import Diagnostic, InvalidDefinition, InvalidDocument, StateFailure
from engine.language.asl import model
from engine.language.asl.compile import compile_definition
from engine.language.asl.validate import validate
from engine.language.expr.scope import Scope
from engine.language.expr.template import jsonata_source
from engine.records import dataclass

Json = Any

HOLDS, FAILS = "it holds", "it does not hold"
"""Where a bare rule leads: it has no Next of its own."""

NO_CHOICE_MATCHED = "States.NoChoiceMatched"


@dataclass(frozen=True, slots=True)
class Payload:
    """What a rule is tested against. `context` is the context object; `at` is now, in epoch seconds."""

    input: Json = None
    variables: Mapping[str, Json] | None = None
    context: Mapping[str, Json] | None = None
    at: float = 0.0

    def scope(self) -> Scope:
        """A fresh scope."""
        return Scope(self.input, dict(self.context or {}), dict(self.variables or {}), at=self.at)


@dataclass(frozen=True, slots=True)
class Outcome:
    """Where a Choice goes. `rule` is the index of the rule that won, `otherwise` that Default did; `error` is
    (name, cause) of what failed instead."""

    next: str | None = None
    rule: int | None = None
    otherwise: bool = False
    error: tuple[str, str | None] | None = None

    @property
    def branch(self) -> tuple[str, int | None]:
        """What tells two outcomes apart: a rule, otherwise, no match, or an error."""
        if self.error is not None:
            return ("error" if self.error[0] != NO_CHOICE_MATCHED else "none"), None
        return ("otherwise" if self.otherwise else "rule"), self.rule


@dataclass(frozen=True, slots=True)
class ChoiceUnderTest:
    """A compiled Choice. `rules` are its rules as written; `bare` says that it was one rule without a state."""

    state: model.Choice
    rules: tuple[Mapping[str, Json], ...]
    jsonata: bool
    bare: bool = False

    def decide(self, payload: Payload) -> Outcome:
        """As engine.kernel.states does it."""
        scope = payload.scope()
        rule: int | None = None
        try:
            if self.state.input_path is not None:
                scope.input = self.state.input_path(scope)
            for index, candidate in enumerate(self.state.rules):
                if candidate.holds(scope):
                    rule = index
                    break
            if rule is None and self.state.default is None:
                return Outcome(error=(NO_CHOICE_MATCHED, "No choice rule matched and the state has no Default."))
            won = self.state if rule is None else self.state.rules[rule]
            if self.jsonata and won.output is not None:
                won.output(scope)
            if won.assign is not None:
                won.assign(scope)
            if self.state.output_path is not None:
                self.state.output_path(scope)
        except StateFailure as failure:
            return Outcome(error=(failure.error, failure.cause))
        target = self.state.default if rule is None else self.state.rules[rule].next
        return Outcome(target, rule, rule is None)

    def effective(self, payload: Payload) -> Scope:
        """A fresh scope as the rules see it: InputPath applied. Raises StateFailure."""
        scope = payload.scope()
        if self.state.input_path is not None:
            scope.input = self.state.input_path(scope)
        return scope


def choice_of_state(state: Mapping[str, Json], language: str) -> ChoiceUnderTest:
    """A Choice state as written. `language` is its machine's; the state may say its own.

    Raises InvalidDefinition with pointers into the state, InvalidDocument for a state of another type.
    """
    if state.get("Type", "Choice") != "Choice":
        raise InvalidDocument(
            f"a {state['Type']!r} state has no rules", where="state/Type", advice="Give a state of the Type Choice."
        )
    return _compiled({**state, "Type": "Choice"}, language)


def choice_of_rule(rule: Mapping[str, Json]) -> ChoiceUnderTest:
    """One JSONPath rule, with or without its Next. Raises InvalidDefinition."""
    only = {name: value for name, value in rule.items() if name not in ("Next", "Assign", "Output")}
    state = {"Type": "Choice", "Choices": [{**only, "Next": HOLDS}], "Default": FAILS}
    return _compiled(state, "JSONPath", bare=True)


def choice_of_condition(condition: str) -> ChoiceUnderTest:
    """One JSONata condition, in ``{% %}`` or bare. Raises InvalidDefinition."""
    text = condition.strip()
    if jsonata_source(text) is None:
        text = f"{{% {text} %}}"
    state = {"Type": "Choice", "Choices": [{"Condition": text, "Next": HOLDS}], "Default": FAILS}
    return _compiled(state, "JSONata", bare=True)


def _compiled(state: dict[str, Json], language: str, *, bare: bool = False) -> ChoiceUnderTest:
    rules = state.get("Choices")
    targets = [rule["Next"] for rule in rules if isinstance(rule, dict) and isinstance(rule.get("Next"), str)] if (
        isinstance(rules, list)) else []
    if isinstance(state.get("Default"), str):
        targets.append(state["Default"])
    name = "Choice"
    while name in targets:
        name += "'"
    definition = {
        "QueryLanguage": language, "StartAt": name,
        "States": {name: state, **{target: {"Type": "Succeed"} for target in targets}},
    }
    errors = [
        _relative(found, name) for found in validate(definition) if found.severity == "ERROR"
    ]
    if errors:
        raise InvalidDefinition(errors, advice="A rule is tested as the engine runs it; correct the state first.")
    compiled = cast("model.Choice", compile_definition(definition).machines[""].states[name])
    jsonata = state.get("QueryLanguage", language) == "JSONata"
    return ChoiceUnderTest(compiled, tuple(rules or ()), jsonata, bare)


def _relative(found: Diagnostic, name: str) -> Diagnostic:
    """The finding with its place in the state."""
    return Diagnostic(found.code, found.message, found.location.removeprefix(f"/States/{name}") or "/", found.severity)
