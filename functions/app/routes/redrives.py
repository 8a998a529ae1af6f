"""Routes that let go on what did not succeed."""

from __future__ import annotations

from typing import Any

from engine.durable.execution import Execution
from engine.errors import UserError
from engine.governance.roles import Right
from engine.kernel.forward.check import At
from engine.ports.executions_index import ExecutionPage
from engine.ports.journal import Header
from engine.ports.keys import ExecutionKey
from functions.app.acts import Act, Acts, Doing, NoAct
from functions.app.routes.executions import key_of, query_of, shown
from functions.app.routing import Call, RouteTable
from functions.app.sensitive.searching import Searching
from functions.app.shapes import base
from functions.app.shapes import executions as executions_shapes
from functions.app.shapes import operations as operations_shapes

table = RouteTable("Operations")


@table.route(
    "POST", "/executions/{id}/redrive", right=Right.RUN, reads="input, output", act=Act("execution.redrive", key_of),
    example={"version": 2},
)
def redrive_execution(call: Call[operations_shapes.RedriveRequest]) -> executions_shapes.Execution:
    """Let an execution that FAILED, TIMED_OUT or was ABORTED go on where it stood, as AWS's RedriveExecution does; with
    a version by that one.

    What succeeded is kept; its input and id stay, and without a version so does that. 409 (ExecutionNotRedrivable,
    VersionDoesNotFit) says what stands against it."""
    return shown(call, _redriven(call, call.act, key_of(call), call.given, _at(call.given)))


@table.route(
    "POST", "/executions/{id}/redrive/plan", right=Right.RUN, act=NoAct("a plan is not stored"), example={"version": 2},
)
def plan_redrive(call: Call[operations_shapes.ForwardRequest]) -> operations_shapes.ForwardPlan:
    """Whether an execution that did not succeed can go on by another version: what fits, what does not and where."""
    return _plan(call, call.services.executions.header(key_of(call)), call.given.version, _at(call.given))


@table.route(
    "POST", "/workflows/{name}/redrive", right=Right.RUN, act=Acts(("execution.redrive",)),
    example={"status": "FAILED", "error": "Stripe.*"},
)
def redrive_many(call: Call[operations_shapes.RedriveManyRequest]) -> operations_shapes.RedrivenMany:
    """Redrive a workflow's executions that did not succeed, a page of them at a time, the newest first; with a version
    those that fit, by that one.

    While next_token is not null there are more: ask again with it. 503 (DiskNearlyFull): none goes on before there is
    room."""
    page = _page(call)
    rows = [row for row in page.rows if row.key.fork_of is None]
    done: list[str] = []
    refused: list[operations_shapes.NotRedriven] = []
    if not rows:
        call.acts.unchanged()
    at = _at(call.given)
    for row in rows:
        try:
            with call.acts.doing("execution.redrive", row.key) as act:
                _redriven(call, act, row.key, call.given, at)
            done.append(row.key.id)
        except UserError as error:
            if error.status >= 500 and not done:  # no matter of this execution: the next ones would be refused alike
                raise
            refused.append(operations_shapes.NotRedriven(id=row.key.id, message=error.message))
    return operations_shapes.RedrivenMany(redriven=done, refused=refused, next_token=page.next_token)


@table.route(
    "POST", "/workflows/{name}/redrive/plan", right=Right.RUN, act=NoAct("a plan is not stored"),
    example={"version": 2, "error": "Stripe.*"},
)
def plan_redrive_many(call: Call[operations_shapes.ForwardManyRequest]) -> operations_shapes.ForwardPlans:
    """Plans for a workflow's executions that did not succeed, a page of them at a time, the newest first.

    While next_token is not null there are more: ask again with it."""
    page, at = _page(call), _at(call.given)
    plans = [
        _plan_or_why_not(call, call.services.executions.header(row.key), call.given.version, at)
        for row in page.rows if row.key.fork_of is None
    ]
    return operations_shapes.ForwardPlans(plans=plans, next_token=page.next_token)


def _page(call: Call[Any]) -> ExecutionPage:
    """The executions that are asked for; none by what is hidden of it: who redrives would learn it. Raises NotFound for
    no such workflow, or version of it."""
    name, version = call.path["name"], call.given.version
    call.services.catalog.workflow(call.workspace, name)
    if version is not None:
        call.services.catalog.version(call.workspace, name, version)
    query = query_of(call, without=("version", "from_state", "accept"), workflow=name)
    return Searching(call.services.executions, call.services.hiding).page(query)


def _at(given: Any) -> At | None:
    """The state to go on at, where the request names one."""
    if given.from_state is None:
        return None
    return At(given.from_state, (given.input,) if "input" in given.model_fields_set else None)


def _plan(call: Call[Any], header: Header, version: int, at: At | None) -> operations_shapes.ForwardPlan:
    found = call.services.executions.forward_plan(header.key, version, at=at)
    call.services.hiding.check_onto(call.services.executions.describe(header.key), version)
    return operations_shapes.ForwardPlan.of(
        found, id=header.key.id, from_version=header.version, version=version, message=None,
        **{
            name: [operations_shapes.ForwardFinding.of(one) for one in getattr(found, name)]
            for name in ("refusals", "doubts", "notes", "changed")
        },
    )


def _plan_or_why_not(call: Call[Any], header: Header, version: int, at: At | None) -> operations_shapes.ForwardPlan:
    try:
        return _plan(call, header, version, at)
    except UserError as error:
        return operations_shapes.ForwardPlan(
            id=header.key.id, from_version=header.version, version=version, fits=False, message=error.message
        )


def _redriven(call: Call[Any], act: Doing, key: ExecutionKey, given: Any, at: At | None) -> Execution:
    executions = call.services.executions
    was = executions.describe(key)
    before: dict[str, base.Json] = {"status": was.status, "error": was.error}
    after: dict[str, base.Json] = {}
    if given.version is None:
        redriven = executions.redrive(key)
    else:
        call.services.hiding.check_onto(was, given.version)
        redriven = executions.forward(key, given.version, actor=call.actor, at=at, accept=given.accept)
        before["version"], after["version"] = was.version, redriven.version
        after |= {} if at is None else {"from_state": at.state}
    act.done(before=before, after={"status": redriven.status, "redrives": redriven.redrives, **after})
    return redriven
