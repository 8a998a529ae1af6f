"""The state under test: a lone one, or one of a whole definition, found by its name at any depth.

A lone state is put into a definition of its own; the states that it leads to are not there and need not be.
"""

from __future__ import annotations

from typing import Any

from engine.catalog.states import targets_of
from engine.errors import Diagnostic, InvalidDefinition
from engine.language.asl.compile import compile_definition
from engine.language.asl.model import Machine, Plan, State
from engine.language.asl.validate import validate
from engine.records import dataclass
from engine.testing.definitions import refusal_of
from engine.testing.teststate.refusal import INVALID_DEFINITION, Refusal

Json = Any

LONE = "StateName"
"""What a lone state is called, as its context object says (recorded)."""

_LONE_PLACE = f"/States/{LONE}"


@dataclass(frozen=True, slots=True)
class Subject:
    """The compiled `state` under test, and the plan that it belongs to."""

    plan: Plan
    state: State

    def alone(self, state: State) -> Plan:
        """A plan that begins with `state`, a variant of the one under test; the machines inside it are there too."""
        return Plan({**self.plan.machines, "": Machine("", state.name, {state.name: state})})

    def inner_states(self) -> frozenset[str]:
        """The names of the states inside the branches or the item processor, at any depth."""
        prefix = f"{self.state.pointer}/"
        machines = self.plan.machines
        return frozenset(
            name for pointer, machine in machines.items() if pointer.startswith(prefix) for name in machine.states
        )


def find_subject(definition: Json, state_name: str | None) -> Subject:
    """The state under test. Raises Refusal for an invalid definition and for a name that is not there."""
    if state_name is None:
        return _lone(definition)
    _refuse_invalid([finding for finding in validate(definition, precise=False) if finding.severity == "ERROR"])
    plan = _compiled(definition)
    for machine in plan.machines.values():
        if state_name in machine.states:
            return Subject(plan, machine.states[state_name])
    raise Refusal("State not found in definition")


def _lone(state: Json) -> Subject:
    if not isinstance(state, dict):
        _refuse_invalid(validate(state))
    targets = {name: {"Type": "Succeed"} for name in targets_of(state) if name != LONE}
    definition = {"StartAt": LONE, "States": {LONE: state, **targets}}
    made_up = {f"Duplicate State name: {name}" for name in definition["States"]}
    _refuse_invalid([
        Diagnostic(finding.code, finding.message, finding.location.removeprefix(_LONE_PLACE) or "/")
        for finding in validate(definition, precise=False)
        if finding.severity == "ERROR" and finding.message not in made_up
    ])
    plan = _compiled(definition)
    return Subject(plan, plan.machines[""].states[LONE])


def _compiled(definition: Json) -> Plan:
    try:
        return compile_definition(definition)
    except InvalidDefinition as error:
        _refuse_invalid(error.diagnostics)
        raise


def _refuse_invalid(errors: list[Diagnostic] | tuple[Diagnostic, ...]) -> None:
    if errors:
        told = refusal_of(errors)
        raise Refusal(told["message"], INVALID_DEFINITION)
