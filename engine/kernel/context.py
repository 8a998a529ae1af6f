"""The context object: ``$$`` in JSONPath, ``$states.context`` in JSONata. Built only when an expression asks for it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from engine.kernel.snapshot import Fanout
from engine.language.asl.model import Fallible
from engine.language.asl.times import iso_timestamp

if TYPE_CHECKING:
    from engine.kernel.builder import Builder, OpenFrame
    from engine.kernel.snapshot import Frame

Json = Any


def context_object(builder: Builder, frame: OpenFrame, *, item: tuple[int, Json] | None = None) -> dict[str, Json]:
    """AWS's context object as `frame` sees it; `item` is a Map's (index, value) while its ItemSelector is evaluated."""
    facts = builder.facts
    context: dict[str, Json] = {
        "Execution": {
            "Id": facts.execution_arn or facts.execution_id,
            "Input": builder.input,
            "Name": facts.name,
            "RoleArn": facts.role_arn,
            "StartTime": iso_timestamp(facts.started_at),
        },
        "State": {"EnteredTime": iso_timestamp(frame.entered_at), "Name": frame.state},
        "StateMachine": {"Id": facts.state_machine_arn or facts.workflow, "Name": facts.workflow},
    }
    if facts.kind == "STANDARD":
        context["Execution"]["RedriveCount"] = builder.redrives
    if isinstance(builder.plan.state(frame.machine, frame.state), Fallible):
        context["State"]["RetryCount"] = frame.attempt - frame.first_attempt
    found = item if item is not None else _item(builder, frame)
    if found is not None:
        context["Map"] = {"Item": {"Index": found[0], "Value": found[1]}}
    if frame.token is not None:
        context["Task"] = {"Token": frame.token}
    return context


def _item(builder: Builder, frame: Frame | OpenFrame) -> tuple[int, Json] | None:
    """The index and value of the innermost Map iteration around `frame`."""
    path = frame.path
    while path:
        path, _, index = path.rpartition("/")
        parent = builder.peek(path)
        fanout: Fanout | None = None if parent is None else parent.fanout
        if fanout is not None and fanout.items is not None:
            return int(index), fanout.items[int(index)]
    return None
