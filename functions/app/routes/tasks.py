"""Routes of task tokens: how the outside answers a task that waits."""

from __future__ import annotations

from functions.app.routing import Answer, Call, RouteTable
from functions.app.shapes import models

table = RouteTable("Tasks")
route = table.add


@route(
    "POST", "/tasks/success", models.TaskSuccessRequest, answers=models.Done,
    example={"token": "…", "output": {"approved": True}},
)
def task_success(call: Call[models.TaskSuccessRequest]) -> Answer:
    """Answer a task that waits for its token. The first answer counts."""
    call.services.executions.send_task_success(call.given.token, call.given.output, actor=call.actor)
    return Answer(models.Done())


@route(
    "POST", "/tasks/failure", models.TaskFailureRequest, answers=models.Done,
    example={"token": "…", "error": "Rejected", "cause": "Over budget"},
)
def task_failure(call: Call[models.TaskFailureRequest]) -> Answer:
    """Fail a task that waits for its token; its Retry and Catch see the error."""
    call.services.executions.send_task_failure(
        call.given.token, call.given.error, call.given.cause, actor=call.actor
    )
    return Answer(models.Done())


@route("POST", "/tasks/heartbeat", models.TaskHeartbeatRequest, answers=models.Done, example={"token": "…"})
def task_heartbeat(call: Call[models.TaskHeartbeatRequest]) -> Answer:
    """Say that the work behind a task token goes on: its HeartbeatSeconds begin anew."""
    call.services.executions.send_task_heartbeat(call.given.token)
    return Answer(models.Done())
