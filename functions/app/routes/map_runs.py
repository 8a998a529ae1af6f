"""Routes of Map Runs: AWS's ListMapRuns, DescribeMapRun, UpdateMapRun, and ListExecutions of a run.

A run is named by the last part of its ARN, ``<label>:<uuid>`` or the uuid alone, within its execution.
"""

from __future__ import annotations

from engine.durable.views import map_run_view
from engine.governance.roles import Right
from functions.app.acts import Act
from functions.app.routes.executions import key_of
from functions.app.routing import Call, RouteTable
from functions.app.shapes import base
from functions.app.shapes import map_runs as shapes

table = RouteTable("Map Runs")


@table.route("GET", "/executions/{id}/map-runs", right=Right.LOOK)
def list_map_runs(call: Call[base.Nothing]) -> shapes.MapRunList:
    """The Map Runs that the execution has begun, in order."""
    executions, key = call.services.executions, key_of(call)
    found = [executions.describe_map_run(key, arn) for arn in executions.map_runs(key)]
    return shapes.MapRunList(map_runs=[shown(run) for run in found])


@table.route("GET", "/executions/{id}/map-runs/{run}", right=Right.LOOK)
def describe_map_run(call: Call[base.Nothing]) -> shapes.MapRun:
    """How a Map Run stands: its counts and limits."""
    return shown(call.services.executions.describe_map_run(key_of(call), call.path["run"]))


@table.route(
    "PUT", "/executions/{id}/map-runs/{run}", right=Right.RUN,
    act=Act("map_run.update", key_of), example={"max_concurrency": 10},
)
def update_map_run(call: Call[shapes.UpdateMapRunRequest]) -> shapes.MapRun:
    """Change the limits of a Map Run that is under way; they hold from its worker's next step on."""
    executions, key, run = call.services.executions, key_of(call), call.path["run"]
    limits = call.given.model_dump()
    executions.update_map_run(key, run, **limits)
    call.act.done(after={"map_run": run, **limits})
    return shown(executions.describe_map_run(key, run))


@table.route("GET", "/executions/{id}/map-runs/{run}/executions", right=Right.LOOK, example="first=100&limit=100")
def list_children(call: Call[shapes.MapRunChildrenQuery]) -> shapes.MapRunChildren:
    """The run's child executions, in the order of their items; with a status those alone."""
    given = call.given
    page = call.services.executions.map_run_children(
        key_of(call), call.path["run"], first=given.first, limit=given.limit,
        statuses=() if given.status is None else given.status.split(","),
    )
    children = [shapes.MapRunChild.of(row, id=row.key.id) for row in page.rows]
    return shapes.MapRunChildren(executions=children, next_first=page.next_first)


def shown(run: map_run_view.MapRun) -> shapes.MapRun:
    """A Map Run in the JSON shape of API and command line."""
    return shapes.MapRun.of(run, execution=run.execution.id)
