"""Routes that hold and let go: pause, resume, stop many."""

from __future__ import annotations

from engine.durable.execution import iso_time
from engine.ports.executions_index import ExecutionQuery
from engine.ports.pauses import ALL, Pause
from functions.app.routing import Answer, Call, RouteTable
from functions.app.shapes import models, models_operations

table = RouteTable("Operations")
route = table.add

_HOW = {"starts": "queue", "running": "hold"}


@route("GET", "/pauses", models.Nothing, answers=models_operations.PauseList)
def list_pauses(call: Call[models.Nothing]) -> Answer:
    """What is paused: workflows, and `*` for all of them."""
    found = call.services.pausing.paused(call.workspace)
    return Answer(models_operations.PauseList(pauses=[shown(pause) for pause in found]))


@route("POST", "/workflows/{name}/pause", models_operations.PauseRequest, answers=models_operations.Pause, example=_HOW)
def pause_workflow(call: Call[models_operations.PauseRequest]) -> Answer:
    """Pause a workflow: its starts wait or are refused, what runs is finished or held."""
    call.services.catalog.workflow(call.workspace, call.path["name"])
    return _pause(call, call.path["name"])


@route("POST", "/workflows/{name}/resume", models.Nothing, answers=models_operations.Resumed)
def resume_workflow(call: Call[models.Nothing]) -> Answer:
    """Let a paused workflow go on: what waited is woken."""
    return _resume(call, call.path["name"])


@route("POST", "/pause", models_operations.PauseRequest, answers=models_operations.Pause, example=_HOW)
def pause_all(call: Call[models_operations.PauseRequest]) -> Answer:
    """Pause every workflow."""
    return _pause(call, ALL)


@route("POST", "/resume", models.Nothing, answers=models_operations.Resumed)
def resume_all(call: Call[models.Nothing]) -> Answer:
    """Let everything go on that was paused by a pause of all. A workflow that was paused by name stays so."""
    return _resume(call, ALL)


@route(
    "POST", "/workflows/{name}/stop", models_operations.StopManyRequest, answers=models_operations.StoppedMany,
    example={"status": "RUNNING", "cause": "A wrong price list"},
)
def stop_many(call: Call[models_operations.StopManyRequest]) -> Answer:
    """Ask a workflow's open executions to stop, a page of them at a time, the newest first.

    While next_token is not null there are more: ask again with it."""
    given, executions = call.given, call.services.executions
    call.services.catalog.workflow(call.workspace, call.path["name"])
    page = executions.page(ExecutionQuery(
        call.workspace, workflow=call.path["name"], status=given.status, limit=given.limit, next_token=given.next_token
    ))
    for row in page.rows:
        executions.stop(row.key, error=given.error, cause=given.cause, actor=call.actor)
    return Answer(models_operations.StoppedMany(stopped=[row.key.id for row in page.rows], next_token=page.next_token))


def shown(pause: Pause) -> models_operations.Pause:
    """A pause in the JSON shape of API and command line."""
    return models_operations.Pause(
        workflow=pause.workflow or "*", starts=pause.starts, running=pause.running,
        paused_at=iso_time(pause.paused_at), paused_by=pause.paused_by,
    )


def _pause(call: Call[models_operations.PauseRequest], workflow: str) -> Answer:
    return Answer(shown(call.services.pausing.pause(
        call.workspace, workflow, starts=call.given.starts, running=call.given.running, actor=call.actor
    )))


def _resume(call: Call[models.Nothing], workflow: str) -> Answer:
    resumed = call.services.pausing.resume(call.workspace, workflow, actor=call.actor)
    return Answer(models_operations.Resumed(woken=resumed.woken, complete=resumed.complete))
