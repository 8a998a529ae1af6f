"""The route of what an execution cost."""

from __future__ import annotations

from itertools import islice

from engine.governance.roles import Right
from engine.kernel.history import render
from functions.app.routes.executions import key_of
from functions.app.routing import Call, RouteTable
from functions.app.runs.pricing import ran
from functions.app.sensitive.revealing import veil_for
from functions.app.shapes import base
from functions.app.shapes.runs import cost as shapes

table = RouteTable("Executions")

MOST_EVENTS = 25_000
"""As many as an execution of Step Functions may have."""


@table.route("GET", "/executions/{id}/cost", right=Right.LOOK)
def get_execution_cost(call: Call[base.Nothing]) -> shapes.ExecutionCost:
    """What the execution costs on AWS, counted off its history; of one machine, what it would cost there.

    The sizes of results are the history's, as whoever asks may see it: a hidden value has a mask's size. What its calls
    cost in other services is not in it."""
    key, executions, hiding = key_of(call), call.services.executions, call.services.hiding
    kind, veil = executions.describe(key).kind, veil_for(call, key)
    events = executions.each_event(key)
    read = islice(events, MOST_EVENTS)
    shown = hiding.shown_events(veil, key, list(read), after=0) if veil else read
    found = ran((render(event) for event in shown), kind)
    return shapes.ExecutionCost(
        usd=found.dollars, map_runs=found.map_runs, partial=next(events, None) is not None
    )
