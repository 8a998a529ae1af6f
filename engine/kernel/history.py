"""History events in the vocabulary of AWS's GetExecutionHistory.

An event is small and holds raw, shared values; it becomes JSON text only when somebody reads it (`render`).
"""

from __future__ import annotations

from typing import Any, NamedTuple

from engine.language.expr.java_text import json_text

Json = Any

_NOT_TRUNCATED = {"truncated": False}

_JSON_TEXT = {"input": "inputDetails", "output": "outputDetails", "parameters": None}
"""Details that AWS gives as JSON text, and the field beside each that says nothing was cut off."""

_WITHOUT_DETAILS = frozenset({
    "LambdaFunctionStarted", "MapStateSucceeded", "MapStateFailed", "MapStateAborted", "ParallelStateStarted",
    "ParallelStateSucceeded", "ParallelStateFailed", "ParallelStateAborted", "TaskStateAborted", "MapRunSucceeded",
    "WaitStateAborted", "PassStateAborted", "ChoiceStateAborted",
})


STEP_FAILURES = frozenset({
    "TaskFailed", "TaskTimedOut", "TaskSubmitFailed", "TaskStartFailed", "LambdaFunctionFailed",
    "LambdaFunctionTimedOut", "LambdaFunctionScheduleFailed", "LambdaFunctionStartFailed", "ActivityFailed",
    "ActivityTimedOut", "ActivityScheduleFailed", "MapRunFailed", "EvaluationFailed",
})
"""Types of the events that say that a step failed."""

AUDITED_EVENTS = STEP_FAILURES | {"ExecutionStarted", "ExecutionFailed", "ExecutionTimedOut", "ExecutionAborted"}
"""Types of the events that become entries of the audit log: a segment says whether it holds one."""


class HistoryEvent(NamedTuple):
    """One event. `details` are AWS's ``…EventDetails``, with JSON values still as values (not yet JSON text).

    A named tuple, for a loop of Pass and Choice makes a quarter of a million of them a second.
    """

    id: int
    previous: int
    type: str
    at: float
    details: dict[str, Json] | None = None


def render(event: HistoryEvent) -> dict[str, Json]:
    """The event as AWS answers it: ``{"id", "previousEventId", "type", "timestamp", "<x>EventDetails"}``.

    Inputs and outputs become JSON text; timestamps are epoch seconds.
    """
    shown: dict[str, Json] = {
        "id": event.id, "previousEventId": event.previous, "type": event.type, "timestamp": event.at,
    }
    if event.details is not None or event.type not in _WITHOUT_DETAILS:
        shown[_details_name(event.type)] = _render_details(event.details or {})
    return shown


def _details_name(event_type: str) -> str:
    if event_type.endswith("StateEntered"):
        return "stateEnteredEventDetails"
    if event_type.endswith("StateExited"):
        return "stateExitedEventDetails"
    return f"{event_type[0].lower()}{event_type[1:]}EventDetails"


def _render_details(details: dict[str, Json]) -> dict[str, Json]:
    shown: dict[str, Json] = {}
    for name, value in details.items():
        if name in _JSON_TEXT:
            shown[name] = json_text(value)
            beside = _JSON_TEXT[name]
            if beside is not None:
                shown[beside] = _NOT_TRUNCATED
        elif name == "assignedVariables":
            shown[name] = {variable: json_text(assigned) for variable, assigned in value.items()}
            shown["assignedVariablesDetails"] = _NOT_TRUNCATED
        else:
            shown[name] = value
    return shown
