"""The route that explains why a step of a run went as it did."""

from __future__ import annotations

from typing import Any

from engine.durable.execution import Execution
from engine.durable.opening import facts_of
from engine.errors import InvalidDocument, NotFound
from engine.governance.roles import Right
from engine.kernel.context import context_time
from functions.app.routes.executions import key_of, seen
from functions.app.routes.rules import report_model
from functions.app.routes.steps import MOST_EVENTS, document_of
from functions.app.routing import Call, RouteTable
from functions.app.runs import explaining
from functions.app.shapes.runs import explanation as shapes
from functions.app.shapes.shown_steps import resources_of, shape_of

Json = Any

table = RouteTable("Executions")


@table.route(
    "GET", "/executions/{id}/explanation", right=Right.LOOK, reads="step", reveals=True, example="state=High+Value%3F"
)
def explain_step(call: Call[shapes.ExplanationQuery]) -> shapes.StepExplanation:
    """Why a step went as it did, with the values of then: of a Choice each rule's tree and the smallest change that
    flips it, of a failed expression the part at fault, of attempts the timetable."""
    from engine.durable.views.steps import steps_of  # noqa: PLC0415  few ask for it

    given, key, services = call.given, key_of(call), call.services
    named = [name for name in ("step", "state", "event") if getattr(given, name) is not None]
    if len(named) != 1:
        raise InvalidDocument(
            f"{' and '.join(named)} are given, and one of them says which step" if named else
            "the step is not given: name a state, a step or an event", where="state",
            advice="`automate show ID` lists the states, GET /executions/{id}/steps the steps and their events.",
        )
    execution, veil = seen(call)
    steps = steps_of(services.executions.events(key, most=MOST_EVENTS, outlined=not veil))
    step = explaining.chosen(steps, step=given.step, state=given.state, event=given.event)
    if not veil and step is not None and explaining.reads_values(step):
        execution = services.executions.describe(key)
        steps = steps_of(services.executions.events(key, most=MOST_EVENTS))
        step = steps.named(step.id)
    if step is None:
        raise NotFound(
            f"the execution {key.id} has not entered a state {given.state!r}" if given.state is not None else
            f"the execution {key.id} has no step " + (
                repr(given.step) if given.step is not None else f"to which the event {given.event} belongs"
            ), where=named[0],
            advice="`automate show ID` lists the states, GET /executions/{id}/steps the steps and their events.",
        )
    if given.attempt is not None and given.attempt > len(step.attempts):
        raise NotFound(
            f"{step.id} has no attempt {given.attempt}: it has {len(step.attempts)}", where="attempt",
            advice="Leave attempt out to see all of them.",
        )
    digest = execution.digest_at(step.events[-1].id if step.events else step.first_event)
    definition = document_of(services, execution, digest)["definition"]
    veiled = veil.step(step)
    hidden = bool(veil) and (
        (veiled.input, veiled.variables, veiled.result, veil.execution(execution).input)
        != (step.input, step.variables, step.result, execution.input)
    )
    found = explaining.Explaining(definition, execution, steps, _facts(call, execution)).explain(
        step, due_at=services.executions.due_of(key, step.first_event)
    )
    retry = None if found.retry is None else _retry(found.retry, veil, given.attempt)
    values: dict[str, Json] = {"choice": None, "expression": None, "context": None}
    if not hidden:
        if found.choice is not None:
            values["choice"] = report_model(*found.choice)
        if found.expression is not None:
            values["expression"] = shapes.FailedExpression.of(found.expression, tree=found.expression.tree.as_dict())
        values["context"] = found.context
    return shapes.StepExplanation(
        step=shape_of(veiled, resources_of(definition)),
        sentence=_HIDDEN if hidden and (found.choice or found.expression) else veil.text(found.sentence) or "",
        agrees=found.agrees, retry=retry, hidden=hidden, **values,
    )


_HIDDEN = "It reads hidden fields: who may reveal them sees why."


def _retry(found: Any, veil: Any, attempt: int | None) -> shapes.Timetable:
    tried = [
        shapes.Tried.of(each, error=veil.text(each.error)) for each in found.tried if attempt in (None, each.number)
    ]
    rules = [shapes.Retrier.of(each, errors=list(each.errors), left=list(each.left)) for each in found.rules]
    return shapes.Timetable.of(found, tried=tried, rules=rules, coming=veil.text(found.coming) or "")


def _facts(call: Call[Any], execution: Execution) -> dict[str, Json]:
    """What of the context object is the execution's."""
    facts = facts_of(call.services.executions.header(execution.key))
    own: dict[str, Json] = {
        "Id": facts.execution_arn, "Input": execution.input, "Name": facts.name, "RoleArn": facts.role_arn,
        "StartTime": context_time(facts.started_at),
    }
    if facts.kind == "STANDARD":
        own["RedriveCount"] = execution.redrives
    return {"Execution": own, "StateMachine": {"Id": facts.state_machine_arn, "Name": facts.workflow}}
