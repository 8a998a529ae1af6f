"""A state machine of AWS Step Functions as a workflow: invocations of our connector function are connector Tasks again.

A state machine that is started by its ARN and is a workflow here, or comes along, is started as that workflow. All else
is AWS's language as it is; what cannot be called here is for publishing to say.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import field
from typing import Any

from engine.conversion.step_functions.invocation import connector_task
from engine.conversion.step_functions.mapping import Around, mapped
from engine.conversion.step_functions.remarks import remark
from engine.errors import Diagnostic
from engine.language.asl.resources import START_EXECUTION, plain_resource
from engine.records import dataclass

Json = Any
WorkflowOf = Callable[[str], str | None]

_ACTIVITY = ":activity:"


def from_step_functions(
    definition: dict[str, Json], workflow_of: WorkflowOf
) -> tuple[dict[str, Json], tuple[Diagnostic, ...]]:
    """The workflow's definition, and remarks on what is otherwise here. `workflow_of` gives the workflow that the state
    machine of an ARN is here, or None."""
    arriving = _Arriving(workflow_of)
    return mapped(definition, arriving.state), tuple(arriving.remarks)


@dataclass(slots=True)
class _Arriving:
    workflow_of: WorkflowOf
    remarks: list[Diagnostic] = field(default_factory=list)

    def state(self, state: dict[str, Json], around: Around) -> dict[str, Json]:
        """One state."""
        resource = state.get("Resource")
        if state.get("Type") != "Task" or not isinstance(resource, str):
            return state
        made = connector_task(state, jsonata=around.jsonata)
        if made is not None:
            return made
        if plain_resource(resource).startswith(START_EXECUTION):
            return self._start(state, around)
        if _ACTIVITY in resource:
            self.remarks.append(remark(
                "ACTIVITY_HERE", "its workers poll AWS: let them poll here (automate activity poll), or the Task waits "
                "for ever", f"{around.place}/Resource",
            ))
        return state

    def _start(self, state: dict[str, Json], around: Around) -> dict[str, Json]:
        field_name = around.arguments_field
        arguments = state.get(field_name)
        if not isinstance(arguments, dict):
            return state
        named = arguments.get("StateMachineArn")
        if not isinstance(named, str) or not named.startswith("arn:"):
            return state
        place = f"{around.place}/{field_name}/StateMachineArn"
        workflow = self.workflow_of(named)
        if workflow is None:
            self.remarks.append(remark("STARTS_THERE", f"it starts {named} in AWS, as before", place))
            return state
        self.remarks.append(remark("STARTS_HERE", f"it starts the workflow {workflow}, no longer {named}", place))
        return {**state, field_name: {**arguments, "StateMachineArn": workflow}}
