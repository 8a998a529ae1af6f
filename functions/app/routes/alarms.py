"""The route that tells what watches the deployment, and whether anybody hears it."""

from __future__ import annotations

from functions.app.routing import Answer, Call, RouteTable
from functions.app.shapes import models, models_operations

table = RouteTable("Alarms")
route = table.add


@route("GET", "/alarms", models.Nothing, answers=models_operations.Watch)
def get_alarms(call: Call[models.Nothing]) -> Answer:
    """The stage's alarms with their states, and how many subscriptions of their topics hear them.

    On one machine there are none: `watched` is false."""
    alarms = call.services.alarms
    if alarms is None:
        return Answer(models_operations.Watch(watched=False, alarms=[], topics=[]))
    seen = alarms.watch()
    return Answer(models_operations.Watch(
        watched=True,
        alarms=[models_operations.Alarm(name=each.name, state=each.state, says=each.says, silent=each.silent)
                for each in seen.alarms],
        topics=[models_operations.AlarmTopic(
            arn=each.arn, confirmed=each.confirmed, pending=each.pending, problem=each.problem
        ) for each in seen.topics],
    ))
