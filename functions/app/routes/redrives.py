"""Routes that let go on what did not succeed."""

from __future__ import annotations

from typing import Any

from engine.durable.execution import Execution
from engine.errors import UserError
from engine.governance.roles import Right
from engine.ports.keys import ExecutionKey
from functions.app.acts import Act, Acts, Doing
from functions.app.routes.executions import key_of, query_of, shown
from functions.app.routing import Call, RouteTable
from functions.app.shapes import base
from functions.app.shapes import executions as executions_shapes
from functions.app.shapes import operations as operations_shapes

table = RouteTable("Operations")


@table.route(
    "POST", "/executions/{id}/redrive", right=Right.RUN, reads="input, output", act=Act("execution.redrive", key_of),
)
def redrive_execution(call: Call[base.Nothing]) -> executions_shapes.Execution:
    """Let an execution that FAILED, TIMED_OUT or was ABORTED go on where it stood, as AWS's RedriveExecution does.

    What succeeded is kept; its version, input and id stay. 409 (ExecutionNotRedrivable) says what stands against it."""
    return shown(call, _redriven(call, call.act, key_of(call)))


@table.route(
    "POST", "/workflows/{name}/redrive", right=Right.RUN, act=Acts(("execution.redrive",)),
    example={"status": "FAILED", "error": "Stripe.*"},
)
def redrive_many(call: Call[operations_shapes.RedriveManyRequest]) -> operations_shapes.RedrivenMany:
    """Redrive a workflow's executions that did not succeed, a page of them at a time, the newest first.

    While next_token is not null there are more: ask again with it."""
    call.services.catalog.workflow(call.workspace, call.path["name"])
    page = call.services.executions.page(query_of(call, workflow=call.path["name"]))
    done: list[str] = []
    refused: list[operations_shapes.NotRedriven] = []
    if not page.rows:
        call.acts.unchanged()
    for row in page.rows:
        try:
            with call.acts.doing("execution.redrive", row.key) as act:
                _redriven(call, act, row.key)
            done.append(row.key.id)
        except UserError as error:
            refused.append(operations_shapes.NotRedriven(id=row.key.id, message=error.message))
    return operations_shapes.RedrivenMany(redriven=done, refused=refused, next_token=page.next_token)


def _redriven(call: Call[Any], act: Doing, key: ExecutionKey) -> Execution:
    executions = call.services.executions
    was = executions.describe(key)
    redriven = executions.redrive(key)
    act.done(
        before={"status": was.status, "error": was.error},
        after={"status": redriven.status, "redrives": redriven.redrives},
    )
    return redriven
