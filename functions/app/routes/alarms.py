"""The route that tells what watches the deployment, and whether anybody hears it."""

from __future__ import annotations

from engine.governance.roles import Right
from functions.app.routing import Call, RouteTable
from functions.app.shapes import alarms as shapes
from functions.app.shapes import base

table = RouteTable("Alarms")


@table.route("GET", "/alarms", right=Right.LOOK)
def get_alarms(call: Call[base.Nothing]) -> shapes.Watch:
    """The stage's alarms with their states, and how many subscriptions of their topics hear them.

    On one machine there are none: `watched` is false."""
    alarms = call.services.alarms
    if alarms is None:
        return shapes.Watch(watched=False, alarms=[], topics=[])
    return shapes.Watch.of(alarms.watch(), watched=True)
