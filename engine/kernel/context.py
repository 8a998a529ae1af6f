"""The context object: ``$$`` in JSONPath, ``$states.context`` in JSONata. Built only when an expression asks for it."""

from __future__ import annotations

from typing import Any

from engine.kernel.open_frame import OpenFrame, Peek
from engine.kernel.snapshot import Facts, Fanout
from engine.language.asl.model import Fallible, Plan
from engine.language.asl.times import iso_timestamp

Json = Any

STATE_DATA = "STATE_DATA"
"""The source of items that come from the state's input."""

PATHS = (
    "Execution.Id", "Execution.Input", "Execution.Name", "Execution.RedriveCount", "Execution.RoleArn",
    "Execution.StartTime", "State.Name", "State.EnteredTime", "State.RetryCount", "StateMachine.Id",
    "StateMachine.Name", "Task.Token", "Map.Item.Index", "Map.Item.Value",
    "Map.Item.Source",
)
"""What there is in it, each where it applies (Developer Guide, "Accessing execution data from the Context object")."""


def context_object(
    plan: Plan, facts: Facts, execution_input: Json, frame: OpenFrame, peek: Peek, *, redrives: int,
    item: tuple[int, Json] | None = None, source: str = STATE_DATA,
) -> dict[str, Json]:
    """AWS's context object as `frame` sees it; `item` is a Map's (index, value) while its ItemSelector is evaluated.
    `source` is where the Map has its items from."""
    context: dict[str, Json] = {
        "Execution": {
            "Id": facts.execution_arn or facts.execution_id,
            "Input": execution_input,
            "Name": facts.name,
            "RoleArn": facts.role_arn,
            "StartTime": context_time(facts.started_at),
        },
        "State": {"EnteredTime": context_time(frame.entered_at), "Name": frame.state},
        "StateMachine": {"Id": facts.state_machine_arn or facts.workflow, "Name": facts.workflow},
    }
    if facts.kind == "STANDARD":
        context["Execution"]["RedriveCount"] = redrives
    if isinstance(plan.state(frame.machine, frame.state), Fallible):
        context["State"]["RetryCount"] = frame.attempt - frame.first_attempt
    found = item if item is not None else _item(frame, peek)
    if found is not None:
        context["Map"] = {"Item": {"Index": found[0], "Value": found[1], "Source": source}}
    if frame.token is not None:
        context["Task"] = {"Token": frame.token}
    return context


def _item(frame: OpenFrame, peek: Peek) -> tuple[int, Json] | None:
    """The index and value of the innermost Map iteration around `frame`."""
    path = frame.path
    while path:
        path, _, index = path.rpartition("/")
        parent = peek(path)
        fanout: Fanout | None = None if parent is None else parent.fanout
        if fanout is not None and fanout.items is not None:
            return int(index), fanout.items[int(index)]
    return None


def context_time(at: float) -> str:
    """A time as the context object has it: "when a timestamp has zero fractional seconds, Step Functions removes the
    trailing zeros" (developer guide, "Accessing execution data from the Context object")."""
    return iso_timestamp(at).replace(".000Z", "Z")
