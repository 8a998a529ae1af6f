"""The Rule Tester: a Choice, a rule or a condition against payloads. Nothing is stored and nothing runs."""

from __future__ import annotations

from collections import Counter

from engine.clock import SystemClock
from engine.errors import InvalidExpression, StateFailure
from engine.governance.roles import Right
from engine.language.expr.scope import ABSENT
from engine.language.rules.flips import Change, Flip
from engine.language.rules.tester import Report, evaluate, examine, examine_many, flip_sentence
from engine.language.rules.verdict import (
    FAILS,
    HOLDS,
    ChoiceUnderTest,
    Outcome,
    Payload,
    choice_of_condition,
    choice_of_rule,
    choice_of_state,
)
from engine.values import json_type
from functions.app.acts import NoAct
from functions.app.routing import Call, RouteTable
from functions.app.shapes import rules as shapes

table = RouteTable("Rules")

_CLOCK = SystemClock()
_NO_ACT = NoAct("a test of a rule stores nothing and starts nothing")


@table.route(
    "POST", "/rules/test", right=Right.LOOK,
    act=_NO_ACT, example={"condition": "$states.input.total > 100", "input": {"total": 50}},
)
def run_rule_test(call: Call[shapes.RuleTestRequest]) -> shapes.RuleReport:
    """Test a Choice against a payload: every part's value, which rule won, why the others did not, and the smallest
    change that would flip it."""
    given = call.given
    choice = choice_of(given)
    payload = Payload(given.input, given.variables, given.context, _CLOCK.now())
    return report_model(choice, examine(choice, payload))


@table.route(
    "POST", "/rules/test-many", right=Right.LOOK, act=_NO_ACT,
    example={"condition": "$states.input.total > 100", "inputs": [{"input": {"total": 50}}]},
)
def run_rule_tests(call: Call[shapes.RuleTestManyRequest]) -> shapes.RuleBranches:
    """List the branch that each of many payloads takes."""
    given = call.given
    choice, now = choice_of(given), _CLOCK.now()
    payloads = [Payload(item.input, item.variables, given.context, now) for item in given.inputs]
    outcomes = [_outcome(choice, outcome) for outcome in examine_many(choice, payloads)]
    branches = [
        shapes.RuleBranch(execution=item.execution, **dict(outcome))
        for item, outcome in zip(given.inputs, outcomes, strict=True)
    ]
    return shapes.RuleBranches(results=branches, counts=dict(Counter(map(_branch, branches))))


@table.route(
    "POST", "/rules/expression", right=Right.LOOK,
    act=_NO_ACT, example={"expression": "$states.input.total * 2", "input": {"total": 50}},
)
def evaluate_expression(call: Call[shapes.ExpressionRequest]) -> shapes.ExpressionValue:
    """Evaluate one expression, for live values beside a field.

    A fault of the expression is part of the answer, not an HTTP error."""
    given = call.given
    payload = Payload(given.input, given.variables, given.context, _CLOCK.now())
    try:
        value = evaluate(given.expression, given.query_language, payload)
    except StateFailure as failure:
        return shapes.ExpressionValue(value=None, type="error", error=failure.cause or failure.error)
    except InvalidExpression as problem:
        return shapes.ExpressionValue(value=None, type="error", error=problem.message)
    if value is ABSENT:
        return shapes.ExpressionValue(value=None, type="undefined", error=None)
    return shapes.ExpressionValue(value=value, type=json_type(value), error=None)


def choice_of(given: shapes.RuleSubject) -> ChoiceUnderTest:
    """What a request tests, compiled. Raises InvalidDefinition."""
    if given.state is not None:
        return choice_of_state(given.state, given.query_language)
    if given.rule is not None:
        return choice_of_rule(given.rule)
    return choice_of_condition(given.condition or "")


def report_model(choice: ChoiceUnderTest, report: Report) -> shapes.RuleReport:
    """A report in the JSON shape of API and command line."""
    found = {flip.branch for flip in report.flips} | {report.outcome.branch}
    branches: dict[tuple[str, int | None], str] = {
        ("rule", index): str(rule.next or HOLDS) for index, rule in enumerate(choice.state.rules)
    }
    if choice.state.default is not None:
        branches["otherwise", None] = choice.state.default
    return shapes.RuleReport(
        outcome=_outcome(choice, report.outcome), sentence=report.sentence,
        rules=[shapes.RuleResult.of(rule, tree=rule.tree.as_dict()) for rule in report.rules],
        flips=[_flip(flip) for flip in report.flips],
        not_found=[name for branch, name in branches.items() if branch not in found],
    )


def _outcome(choice: ChoiceUnderTest, outcome: Outcome) -> shapes.RuleOutcome:
    error = None if outcome.error is None else shapes.RuleFailure(error=outcome.error[0], cause=outcome.error[1])
    return shapes.RuleOutcome(
        next=None if choice.bare else outcome.next, rule=outcome.rule, otherwise=outcome.otherwise, error=error
    )


def _branch(branch: shapes.RuleBranch) -> str:
    if branch.error is not None:
        return branch.error.error
    return branch.next or (FAILS if branch.otherwise else HOLDS)


def _flip(flip: Flip) -> shapes.RuleFlip:
    changes = [_change(change) for change in flip.changes]
    return shapes.RuleFlip.of(
        changes[0], leads_to=flip.next, rule=flip.branch[1], sentence=flip_sentence(flip), changes=changes
    )


def _change(change: Change) -> shapes.RuleChange:
    added, removed = change.old is ABSENT, change.new is ABSENT
    return shapes.RuleChange.of(
        change, old=None if added else change.old, new=None if removed else change.new, added=added, removed=removed
    )
