"""A machine: its fields, the names of its states, and the graph that their transitions make.

The definition is a machine, and so is every branch of a Parallel state and every item processor of a Map state. State
names are unique over all of them (ASL specification, "States"); transitions stay within one.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from engine.errors import Diagnostic
from engine.language.asl.assigned import assigned_in
from engine.language.asl.validate.inspection import JSONATA, JSONPATH, SCHEMA, Inspection, Json, Spot
from engine.language.asl.validate.maps import check_processor_config
from engine.language.asl.validate.shapes import LARGEST_SECONDS, Field, Table, check_object, number, one_of, string
from engine.language.asl.validate.states import STATE_TYPES, check_query_language, check_state, nested_machines
from engine.values import levels

LONGEST_STATE_NAME = 80

DEEPEST = 100
"""Levels of objects and arrays. AWS has a limit and does not say which; ours keeps every walk on Python's stack."""


def _check_states(inspection: Inspection, value: Json, spot: Spot) -> None:
    if not isinstance(value, dict):
        inspection.error(spot, "Expected value of type Object")
    elif not value:
        inspection.error(spot, "There must be at least one state")


_NESTED: Table = {
    "States": Field(_check_states, required=True),
    "StartAt": Field(string, required=True),
    "Comment": Field(string),
}
_BRANCH: Table = _NESTED
_PROCESSOR: Table = {**_NESTED, "ProcessorConfig": Field(check_processor_config)}
DEFINITION: Table = {
    **_NESTED,
    "Version": Field(one_of("1.0")),
    "TimeoutSeconds": Field(number(1, LARGEST_SECONDS)),
    "QueryLanguage": Field(check_query_language),
}


def inspect(
    definition: Json, *, kind: str = "STANDARD", extensions: bool = True, precise: bool = True
) -> Inspection:
    """Walk the whole `definition`. Raises nothing, whatever `definition` is."""
    inspection = Inspection(extensions, precise)
    if not isinstance(definition, dict):
        inspection.findings.append(Diagnostic(SCHEMA, "Definition must be a valid JSON object", ""))
    elif _is_walkable(inspection, definition):
        language = JSONPATH if definition.get("QueryLanguage", JSONPATH) == JSONPATH else JSONATA  # as AWS reads it
        _check_machine(inspection, definition, Spot(language=language, kind=kind), DEFINITION)
    return inspection


def _is_walkable(inspection: Inspection, definition: dict[str, Json]) -> bool:
    """Whether every other walk may recurse over `definition` and take its keys for text."""
    for depth, level in enumerate(levels(definition)):
        if depth == DEEPEST:
            inspection.error(Spot(), f"The definition is nested more than {DEEPEST} levels deep", "TOO_DEEPLY_NESTED")
            return False
        if any(not isinstance(key, str) for value in level if isinstance(value, dict) for key in value):
            inspection.error(Spot(), "Every key of the definition must be a string")
            return False
    return True


def _check_machine(inspection: Inspection, machine: Json, spot: Spot, table: Table) -> None:
    if not check_object(inspection, machine, spot, table):
        return
    states = machine.get("States")
    if not isinstance(states, dict):
        return
    assigned = assigned_in(machine)
    for name, state in states.items():
        here = replace(spot.of_state(name), has_result=_has_result(state))
        _check_name(inspection, name, here)
        check_state(inspection, state, _in_own_language(inspection, state, here))
        for nested, inner in nested_machines(state, here):
            table = _BRANCH if state["Type"] == "Parallel" else _PROCESSOR
            _check_machine(inspection, nested, replace(inner, outer_variables=spot.outer_variables | assigned), table)
    if states:
        _check_graph(inspection, machine, spot)


def _has_result(state: Json) -> bool:
    return isinstance(state, dict) and state.get("Type") in ("Task", "Parallel", "Map")


def _in_own_language(inspection: Inspection, state: Json, spot: Spot) -> Spot:
    """The spot of a state under the query language it asks for; JSONata for the whole machine rules JSONPath out."""
    asked = state.get("QueryLanguage") if isinstance(state, dict) else None
    if asked == JSONPATH and spot.is_jsonata:
        inspection.error(spot, "'QueryLanguage' can not be 'JSONPath' if set to 'JSONata' for whole state machine")
    return spot.in_language(asked) if asked in (JSONPATH, JSONATA) else spot


def _check_name(inspection: Inspection, name: str, spot: Spot) -> None:
    if not 0 < len(name) <= LONGEST_STATE_NAME:
        inspection.error(spot, f"A state name has 1 to {LONGEST_STATE_NAME} characters", "INVALID_STATE_NAME")
    if name in inspection.state_names:
        inspection.error(spot, f"Duplicate State name: {name}", "DUPLICATE_STATE_NAME")
    inspection.state_names.add(name)


def _transitions(state: Json, spot: Spot) -> Iterator[tuple[str, Spot]]:
    """Every transition written in a state: the target and where it stands."""
    if not isinstance(state, dict):
        return
    for name in ("Next", "Default"):
        if isinstance(state.get(name), str):
            yield state[name], spot.inside(name)
    for holder in ("Choices", "Catch"):
        rules = state.get(holder)
        for index, rule in enumerate(rules if isinstance(rules, list) else ()):
            if isinstance(rule, dict) and isinstance(rule.get("Next"), str):
                yield rule["Next"], spot.inside(holder).inside(index).inside("Next")


def _ends(state: Json) -> bool:
    return isinstance(state, dict) and (state.get("End") is True or state.get("Type") in ("Succeed", "Fail"))


def _check_graph(inspection: Inspection, machine: dict[str, Json], spot: Spot) -> None:
    """Every transition leads to a state, every state is reached, and there is a way out.

    AWS calls a missing target 'Next' whatever its field, and tells of no unreachable state where no state ends.
    """
    states, start = machine["States"], machine.get("StartAt")
    leads: dict[str, list[str]] = {}
    if isinstance(start, str) and start not in states:
        _missing(inspection, "StartAt", start, spot.inside("StartAt"))
    for name, state in states.items():
        leads[name] = []
        for target, where in _transitions(state, spot.of_state(name)):
            if target in states:
                leads[name].append(target)
            else:
                _missing(inspection, "Next", target, where)
    if all(_goes_on(state) for state in states.values()) and not any(_ends(state) for state in states.values()):
        nowhere = spot if inspection.precise else replace(spot, place="")
        inspection.error(nowhere, "Workflow has no terminal state", "MISSING_END_STATE")
    elif isinstance(start, str) and start in states:
        _check_reached(inspection, leads, start, spot)


def _goes_on(state: Json) -> bool:
    """Whether nothing is wrong with a state's own way out: then a missing end is the machine's fault."""
    return isinstance(state, dict) and state.get("Type") in STATE_TYPES and ("Next" in state or "Choices" in state)


def _missing(inspection: Inspection, field: str, target: str, spot: Spot) -> None:
    inspection.error(spot, f"Missing '{field}' target: {target}", "MISSING_TRANSITION_TARGET")


def _check_reached(inspection: Inspection, leads: dict[str, list[str]], start: str, spot: Spot) -> None:
    reached, pending = {start}, [start]
    while pending:
        for target in leads[pending.pop()]:
            if target not in reached:
                reached.add(target)
                pending.append(target)
    for name in leads:
        if name not in reached:
            inspection.error(spot.of_state(name), f'State "{name}" is not reachable.', "MISSING_TRANSITION_TARGET")
