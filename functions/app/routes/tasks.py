"""Routes of task tokens: how the outside answers a task that waits."""

from __future__ import annotations

from engine.governance.roles import Right
from engine.kernel.tokens import parse_token
from engine.ports.keys import ExecutionKey
from functions.app.acts import Act, NoAct, digest
from functions.app.routing import Call, RouteTable
from functions.app.shapes import base
from functions.app.shapes import tasks as shapes

table = RouteTable("Tasks")


def _waiting(call: Call[shapes.TaskSuccessRequest] | Call[shapes.TaskFailureRequest]) -> ExecutionKey | None:
    """The execution whose task has the token. The token itself is not recorded: it is a capability."""
    place = parse_token(call.given.token)
    return None if place is None else ExecutionKey(place.workspace, place.execution_id)


_ANSWER = Act("task.answer", _waiting)


@table.route(
    "POST", "/tasks/success", right=Right.RUN, by_iam=True,
    act=_ANSWER, example={"token": "…", "output": {"approved": True}},
)
def task_success(call: Call[shapes.TaskSuccessRequest]) -> base.Done:
    """Answer a task that waits for its token. The first answer counts."""
    kept = call.services.executions.answers.send_task_success(call.given.token, call.given.output)
    call.act.done(after={"answer": "success", "output_digest": digest(kept)})
    return base.Done()


@table.route(
    "POST", "/tasks/failure", right=Right.RUN, by_iam=True,
    act=_ANSWER, example={"token": "…", "error": "Rejected", "cause": "Over budget"},
)
def task_failure(call: Call[shapes.TaskFailureRequest]) -> base.Done:
    """Fail a task that waits for its token; its Retry and Catch see the error."""
    kept = call.services.executions.answers.send_task_failure(call.given.token, call.given.error, call.given.cause)
    call.act.done(after={"answer": "failure", "error": kept["error"]}, reason=kept["cause"])
    return base.Done()


@table.route(
    "POST", "/tasks/heartbeat", right=Right.RUN, by_iam=True,
    example={"token": "…"}, act=NoAct("a heartbeat says nothing but that the work goes on"),
)
def task_heartbeat(call: Call[shapes.TaskHeartbeatRequest]) -> base.Done:
    """Say that the work behind a task token goes on: its HeartbeatSeconds begin anew."""
    call.services.executions.answers.send_task_heartbeat(call.given.token)
    return base.Done()
