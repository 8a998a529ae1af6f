"""EMR's optimised integration, which speaks of one cluster and one step where the API takes lists of them.

    createCluster     RunJobFlow          JobFlowId ─► ClusterId
    addStep           AddJobFlowSteps     ClusterId, Step ─► JobFlowId, [Step]     StepIds[0] ─► StepId
    cancelStep        CancelSteps         StepId ─► [StepId]
    terminateCluster, setClusterTerminationProtection      ClusterId ─► [ClusterId]

Source: the developer guide, "Create and manage Amazon EMR clusters with Step Functions".
"""

from __future__ import annotations

from typing import Any

Json = Any

_ONE_TO_MANY: dict[str, dict[str, tuple[str, bool]]] = {
    "AddJobFlowSteps": {"ClusterId": ("JobFlowId", False), "Step": ("Steps", True)},
    "CancelSteps": {"StepId": ("StepIds", True)},
    "SetTerminationProtection": {"ClusterId": ("JobFlowIds", True)},
    "TerminateJobFlows": {"ClusterId": ("JobFlowIds", True)},
}
_ANSWERS = {
    "RunJobFlow": {"JobFlowId": "ClusterId"}, "AddJobFlowSteps": {"StepIds": "StepId"},
}


def api_arguments(operation: str, arguments: Json) -> Json:
    """The integration's arguments as the API takes them."""
    names = _ONE_TO_MANY.get(operation, {})
    if not isinstance(arguments, dict):
        return arguments
    shaped: dict[str, Json] = {}
    for name, value in arguments.items():
        new, listed = names.get(name, (name, False))
        shaped[new] = [value] if listed else value
    return shaped


def integration_answer(operation: str, answer: dict[str, Json]) -> dict[str, Json]:
    """The API's answer as the integration gives it."""
    names = _ANSWERS.get(operation, {})
    shaped = {names.get(name, name): value for name, value in answer.items()}
    if isinstance(shaped.get("StepId"), list):
        shaped["StepId"] = next(iter(shaped["StepId"]), None)
    return shaped
