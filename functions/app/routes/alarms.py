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
    return Answer(models_operations.Watch.of(alarms.watch(), watched=True))
