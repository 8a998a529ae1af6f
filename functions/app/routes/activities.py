"""Routes of activities: where a worker of one's own, anywhere, asks for its next task."""

from __future__ import annotations

from engine.durable.lifecycle.activities import activity_arn
from engine.governance.audit.entry import ACTIVITY, Subject
from engine.governance.roles import Right
from engine.kernel.tokens import parse_token
from engine.ports import activities as port
from functions.app.acts import Act, NoAct
from functions.app.routing import Call, RouteTable
from functions.app.shapes import activities as shapes
from functions.app.shapes import base

table = RouteTable("Activities")


@table.route(
    "POST", "/activities", right=Right.PUBLISH,
    status=201, act=Act("activity.create", lambda call: Subject(ACTIVITY, call.given.name)),
    example={"name": "check_stock"},
)
def create_activity(call: Call[shapes.CreateActivityRequest]) -> shapes.Activity:
    """Create an activity; one that exists is answered as it is."""
    activities, name = call.services.activities, call.given.name
    is_known = any(activity.name == name for activity in activities.list(call.workspace))
    made = activities.create(call.workspace, name)
    call.act.done(changed=not is_known)
    return shown(made)


@table.route("GET", "/activities", right=Right.LOOK)
def list_activities(call: Call[base.Nothing]) -> shapes.ActivityList:
    """All activities, by name."""
    found = call.services.activities.list(call.workspace)
    return shapes.ActivityList(activities=[shown(activity) for activity in found])


@table.route("GET", "/activities/{activity}", right=Right.LOOK)
def describe_activity(call: Call[base.Nothing]) -> shapes.Activity:
    """One activity."""
    return shown(call.services.activities.describe(call.workspace, call.path["activity"]))


@table.route(
    "DELETE", "/activities/{activity}", right=Right.PUBLISH,
    act=Act("activity.delete", lambda call: Subject(ACTIVITY, call.path["activity"])),
)
def delete_activity(call: Call[base.Nothing]) -> shapes.Deleted:
    """Delete an activity. Tasks that a worker has taken go on; a task that begins now fails."""
    deleted = call.services.activities.delete(call.workspace, call.path["activity"])
    call.act.done(changed=deleted)
    return shapes.Deleted(deleted=deleted)


@table.route(
    "POST", "/activities/{activity}/task", right=Right.RUN, reads="input",
    act=NoAct("a poll takes what waits; the answer to its token is the act"),
    example={"worker_name": "warehouse-1", "wait_seconds": 25},
)
def get_activity_task(call: Call[shapes.ActivityTaskRequest]) -> shapes.ActivityTask:
    """Wait for a task of the activity. Exactly one worker gets each.

    Answer it with POST /tasks/success or /tasks/failure; while it takes long, POST /tasks/heartbeat. Who is held while
    their token is revoked gets none."""
    task = call.services.activities.poll(
        call.workspace, call.path["activity"], worker=call.given.worker_name, wait=call.given.wait_seconds,
        still=call.check_still,
    )
    if task is None:
        return shapes.ActivityTask()
    place = parse_token(task.token)
    if place is not None:
        call.reads_of(place.execution_id)
    return shapes.ActivityTask.of(task)


def shown(activity: port.Activity) -> shapes.Activity:
    """An activity in the JSON shape of API and command line."""
    return shapes.Activity.of(activity, arn=activity_arn(activity))
