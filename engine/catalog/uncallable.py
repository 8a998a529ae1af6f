"""What of a definition could not be called here, and what a version keeps of the connectors that it calls. It is asked
before each start, so it imports nothing that only publishing needs.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from engine.catalog.states import StateText, is_distributed, states_of
from engine.errors import Diagnostic
from engine.language.asl.resources import OWN_ARN, START_EXECUTION, plain_resource
from engine.ports.tasks import ConnectorPin, Tasks

Json = Any

_ACTIVITY = re.compile(r"arn:[^:]+:states:[^:]*:[^:]*:activity:")


def uncallable(
    definition: Json, tasks: Tasks, *, only: str = "", pins: Mapping[str, ConnectorPin] | None = None
) -> Iterator[Diagnostic]:
    """Each resource of `definition` that cannot be called with `tasks`: its state, why, and what to do. Of those alone
    that begin with `only`. `pins` are the connectors that a version means."""
    for state in states_of(definition):
        yield from resource_problems(state, tasks, only, pins)


def resource_problems(
    state: StateText, tasks: Tasks, only: str = "", pins: Mapping[str, ConnectorPin] | None = None
) -> Iterator[Diagnostic]:
    """What could not be called here: a Task's resource, and what a distributed Map reads and writes with."""
    for place, written in _called(state):
        resource = plain_resource(written)
        pin = pins.get(resource) if pins else None
        problem = tasks.policy(resource, pin).problem if written.startswith(only) else None
        if problem is not None:
            yield Diagnostic("UNKNOWN_RESOURCE", f"state {state.name!r}: {problem}", f"{state.place}/{place}")


def pins_of(definition: Json, tasks: Tasks) -> dict[str, ConnectorPin]:
    """What a version that is published now keeps of the connectors that `definition` names, by resource."""
    named = {plain_resource(resource) for state in states_of(definition) for _, resource in _called(state)}
    found = {resource: tasks.policy(resource).pin() for resource in sorted(named)}
    return {resource: pin for resource, pin in found.items() if pin is not None}


def _called(state: StateText) -> Iterator[tuple[str, str]]:
    """The resources that connectors are asked for, with their place in the state."""
    resource = state.own.get("Resource")
    if state.is_task and isinstance(resource, str):
        polled = _ACTIVITY.match(resource)  # nothing is called: a worker polls for it
        if not polled and not _may_start_ours(state, resource):
            yield "Resource", resource
    for field in ("ItemReader", "ResultWriter") if is_distributed(state.state) else ():
        part = state.own.get(field)
        if isinstance(part, dict) and isinstance(part.get("Resource"), str):
            yield f"{field}/Resource", part["Resource"]


def _may_start_ours(state: StateText, resource: str) -> bool:
    """Whether the Task starts a workflow of ours, or one that an expression will name: no connector is asked then."""
    if not plain_resource(resource).startswith(START_EXECUTION):
        return False
    arguments = state.own.get("Arguments", state.own.get("Parameters"))
    named = arguments.get("StateMachineArn") if isinstance(arguments, dict) else None
    return not isinstance(named, str) or not named.startswith("arn:") or named.startswith(OWN_ARN)
