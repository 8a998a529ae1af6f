"""Routes that hold and let go: pause, resume, stop many."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from engine.governance.audit.entry import WORKFLOW, Subject
from engine.governance.roles import Right
from engine.ports.executions_index import ExecutionQuery
from engine.ports.pauses import ALL, Pause
from functions.app.acts import Act, Acts
from functions.app.routes.executions import stopped
from functions.app.routing import Call, RouteTable
from functions.app.shapes import base
from functions.app.shapes import operations as shapes

table = RouteTable("Operations")

EVERY = "*"
"""How an entry calls all workflows of a workspace: no workflow is called that."""


def _workflow(call: Call[Any]) -> Subject:
    return Subject(WORKFLOW, call.path.get("name", EVERY))


_PAUSE, _RESUME = Act("workflow.pause", _workflow), Act("workflow.resume", _workflow)
_HOW = {"starts": "queue", "running": "hold"}


@table.route("GET", "/pauses", right=Right.LOOK)
def list_pauses(call: Call[base.Nothing]) -> shapes.PauseList:
    """What is paused: workflows, and `*` for all of them."""
    found = call.services.pausing.paused(call.workspace)
    return shapes.PauseList(pauses=[shown(pause) for pause in found])


@table.route("POST", "/workflows/{name}/pause", right=Right.OPERATE, act=_PAUSE, example=_HOW)
def pause_workflow(call: Call[shapes.PauseRequest]) -> shapes.Pause:
    """Pause a workflow: its starts wait or are refused, what runs is finished or held."""
    call.services.catalog.workflow(call.workspace, call.path["name"])
    return _pause(call, call.path["name"])


@table.route("POST", "/workflows/{name}/resume", right=Right.OPERATE, act=_RESUME)
def resume_workflow(call: Call[base.Nothing]) -> shapes.Resumed:
    """Let a paused workflow go on: what waited is woken."""
    return _resume(call, call.path["name"])


@table.route("POST", "/pause", right=Right.OPERATE, act=_PAUSE, example=_HOW)
def pause_all(call: Call[shapes.PauseRequest]) -> shapes.Pause:
    """Pause every workflow."""
    return _pause(call, ALL)


@table.route("POST", "/resume", right=Right.OPERATE, act=_RESUME)
def resume_all(call: Call[base.Nothing]) -> shapes.Resumed:
    """Let everything go on that was paused by a pause of all. A workflow that was paused by name stays so."""
    return _resume(call, ALL)


@table.route(
    "POST", "/workflows/{name}/stop", right=Right.RUN, act=Acts(("execution.stop",)),
    example={"status": "RUNNING", "cause": "A wrong price list"},
)
def stop_many(call: Call[shapes.StopManyRequest]) -> shapes.StoppedMany:
    """Ask a workflow's open executions to stop, a page of them at a time, the newest first.

    While next_token is not null there are more: ask again with it."""
    given, executions = call.given, call.services.executions
    call.services.catalog.workflow(call.workspace, call.path["name"])
    page = executions.page(ExecutionQuery(
        call.workspace, workflow=call.path["name"], status=given.status, limit=given.limit, next_token=given.next_token
    ))
    if not page.rows:
        call.acts.unchanged()
    for row in page.rows:
        with call.acts.doing("execution.stop", row.key) as act:
            stopped(call, act, row.key)
    return shapes.StoppedMany(stopped=[row.key.id for row in page.rows], next_token=page.next_token)


def shown(pause: Pause) -> shapes.Pause:
    """A pause in the JSON shape of API and command line."""
    return shapes.Pause.of(pause, workflow=pause.workflow or EVERY)


def _pause(call: Call[shapes.PauseRequest], workflow: str) -> shapes.Pause:
    before = _now(call, workflow)
    pause = call.services.pausing.pause(
        call.workspace, workflow, starts=call.given.starts, running=call.given.running, actor=call.actor
    )
    same = before is not None and replace(before, paused_at=pause.paused_at, paused_by=pause.paused_by) == pause
    call.act.done(before=_recorded(before), after=_recorded(pause), changed=not same)
    return shown(pause)


def _resume(call: Call[base.Nothing], workflow: str) -> shapes.Resumed:
    before = _now(call, workflow)
    resumed = call.services.pausing.resume(call.workspace, workflow)
    call.act.done(before=_recorded(before), after={"woken": resumed.woken})
    return shapes.Resumed.of(resumed)


def _now(call: Call[Any], workflow: str) -> Pause | None:
    return next((pause for pause in call.services.pausing.paused(call.workspace) if pause.workflow == workflow), None)


def _recorded(pause: Pause | None) -> base.Json:
    return None if pause is None else {
        "starts": pause.starts, "running": pause.running, "paused_by": pause.paused_by,
    }
