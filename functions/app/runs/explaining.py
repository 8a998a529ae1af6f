"""Why a step of a run went as it did: the state of the version that ran, and the values that the history has of then.

Choice             the Rule Tester's report             engine.language.rules.tester
failed expression  the part at fault and its values     engine.language.rules.failing
attempts           the timetable                        engine.durable.views.retry_table
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from engine.catalog.states import StateText, states_of
from engine.durable.execution import Execution
from engine.durable.views.retry_table import Timetable, timetable
from engine.durable.views.step_facts import Step, Steps
from engine.kernel.context import STATE_DATA, context_time
from engine.language.asl.compile import compile_definition
from engine.language.asl.model import Fallible, Plan
from engine.language.expr.scope import ABSENT, Scope
from engine.language.rules.failing import Failing, failing_jsonata, failing_path
from engine.language.rules.tester import Report, examine
from engine.language.rules.verdict import ChoiceUnderTest, Payload, choice_of_state
from engine.records import dataclass

Json = Any


@dataclass(frozen=True, slots=True)
class Explained:
    """What there is to say; None of what does not apply. `agrees`: the rules lead where the run went."""

    sentence: str
    choice: tuple[ChoiceUnderTest, Report] | None = None
    agrees: bool | None = None
    expression: Failing | None = None
    retry: Timetable | None = None
    context: Json = None


class Explaining:
    """Explains steps of one execution. `facts` are the parts of the context object that no step changes."""

    def __init__(
        self, definition: Mapping[str, Json], execution: Execution, steps: Steps, facts: Mapping[str, Json],
    ) -> None:
        self._definition = definition
        self._execution = execution
        self._steps = steps
        self._facts = facts

    def explain(self, step: Step, *, due_at: float | None) -> Explained:
        """Why `step` went as it did. `due_at` is when its next attempt is due."""
        text = next((each for each in states_of(self._definition) if each.path == step.path), None)
        if text is None:
            return Explained("The definition has no state of this name any more.")
        context = self._context(step)
        payload = Payload(step.input, step.variables, context, step.entered_at)
        choice, agrees, sentence = None, None, None
        if step.type == "Choice":
            tested = choice_of_state(text.state, self._language(text))
            report = examine(tested, payload)
            choice, sentence = (tested, report), report.sentence
            agrees = report.outcome.error is not None if step.status == "FAILED" else step.next == report.outcome.next
        expression = self._failing(text, step, payload)
        if expression is not None:
            sentence = f"{expression.field} failed at {expression.part}: {expression.why}"
        retry = None
        state = _compiled(compile_definition(dict(self._definition)), text)
        if isinstance(state, Fallible) and step.attempts:
            retry = timetable(step, state, self._steps.rests, due_at)
            sentence = sentence or retry.coming
        return Explained(
            sentence or self._plain(step), choice, agrees, expression, retry,
            context if choice or expression else None,
        )

    def _plain(self, step: Step) -> str:
        if step.error is not None:
            return f"It failed with {step.error}."
        return f"It goes to {step.next}, as its Next says." if step.next is not None else "Nothing was decided here."

    def _failing(self, text: StateText, step: Step, payload: Payload) -> Failing | None:
        """The expression that failed last; None where none did."""
        event = next((each for each in reversed(step.events) if each.type == "EvaluationFailed"), None)
        failed = {"Error": step.error, "Cause": step.cause}

        def scope() -> Scope:
            return Scope(
                payload.input, dict(payload.context or {}), dict(payload.variables or {}), at=payload.at,
                result=ABSENT if step.result is None else step.result, error_output=failed,
            )

        if event is not None:
            details = event.details or {}
            return failing_jsonata(text.state, str(details.get("location")), str(details.get("cause")), scope)
        if step.error is None or step.cause is None or self._language(text) == "JSONata":
            return None
        return failing_path(text.state, step.cause, scope, step.result)

    def _language(self, text: StateText) -> str:
        """The query language of a state: its own, or that of the nearest machine that says one."""
        for machine, _ in ((text.state, ""), *reversed(text.way)):
            language = machine.get("QueryLanguage")
            if isinstance(language, str):
                return language
        return "JSONPath"

    def _context(self, step: Step) -> dict[str, Json]:
        """The context object as the step saw it, except a task token."""
        context: dict[str, Json] = {
            **self._facts, "State": {"EnteredTime": context_time(step.entered_at), "Name": step.name},
        }
        if step.attempts:
            context["State"]["RetryCount"] = len(step.attempts) - 1
        item = self._item(step)
        if item is not None:
            context["Map"] = {"Item": {"Index": item.item, "Value": item.input, "Source": STATE_DATA}}
        return context

    def _item(self, step: Step) -> Step | None:
        """The first step of the innermost Map iteration around `step`: it has the item's number, and as a rule its
        value."""
        around: Step | None = step
        while around is not None and around.item is None:
            around = None if around.parent is None else self._steps.named(around.parent)
        if around is None:
            return None
        return next(
            (each for each in self._steps.steps if (each.parent, each.item) == (around.parent, around.item)), around
        )


def chosen(
    steps: Steps, *, step: str | None, state: str | None, event: int | None
) -> Step | None:
    """The step of that id, the last visit of a state, or the one that an event happened to; else None."""
    if step is not None:
        return steps.named(step)
    if state is not None:
        return next((each for each in reversed(steps.steps) if each.name == state), None)
    found: Sequence[Step] = [each for each in steps.steps if any(seen.id == event for seen in each.events)]
    return found[-1] if found else None


def reads_values(step: Step) -> bool:
    """Whether the values that the step saw are needed to explain it."""
    return step.type == "Choice" or step.error is not None or any(e.type == "EvaluationFailed" for e in step.events)


def _compiled(plan: Plan, text: StateText) -> Any:
    """The compiled state; None where it is not found."""
    around = text.place.removesuffix(f"/States/{text.name}")
    pointer = re.sub(r"\[(\d+)\]", r"/\1", around).replace("/Iterator", "/ItemProcessor")
    machine = plan.machines.get(pointer)
    return None if machine is None else machine.states.get(text.name)
