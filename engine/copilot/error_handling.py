"""Error handling for states that have none: a Retry for what may pass, a Catch that leads to one Fail with the cause.

Existing Retriers and Catchers stay. The failure path is a Fail state of the machine that tells the error's name and
cause: what else should happen on the way there (a message, a refund) is a to-do, since only its author knows.
"""

from __future__ import annotations

import copy
from collections.abc import Collection, Mapping
from typing import Any

from engine.catalog.states import StateText, states_of, unused_name
from engine.copilot.proposal import PlanStep, Proposal, ToDo, changes_between
from engine.copilot.shapes import definition_of
from engine.errors import NotFound, Refused
from engine.language.asl.validate import validate

Json = Any

_FALLIBLE = ("Task", "Parallel", "Map")
_RETRY = {"ErrorEquals": ["States.TaskFailed"], "IntervalSeconds": 2, "MaxAttempts": 3, "BackoffRate": 2,
          "JitterStrategy": "FULL"}


def add_error_handling(document: Mapping[str, Json], states: Collection[str] = ()) -> Proposal:
    """Handle the failures of these states; of every state that can fail where none is named.

    Raises NotFound for a state that is not there, Refused where all that can fail handle everything,
    InvalidDocument.
    """
    changed = copy.deepcopy(dict(document))
    definition = definition_of(changed)
    found = list(states_of(definition))
    for wanted in states:
        if all(item.name != wanted for item in found):
            raise NotFound(f"there is no state called {wanted!r}", where="states")
    language = definition.get("QueryLanguage", "JSONPath")
    plan: list[PlanStep] = []
    to_dos: list[ToDo] = []
    for item in found:
        if (not states or item.name in states) and item.state.get("Type") in _FALLIBLE:
            plan += _handled(item, definition, language, to_dos)
    if not plan:
        what = ", ".join(states) if states else "every state that can fail"
        raise Refused(f"{what}: already retries and catches everything, or cannot fail", where="states")
    return Proposal(
        changed, tuple(plan), tuple(to_dos), tuple(validate(definition, kind=str(document.get("kind", "STANDARD")))),
        changes_between(document, changed),
        notes=("A retry repeats the call: the connector must stand that, or the state be named in at_most_once.",),
    )


def _handled(item: StateText, definition: dict[str, Json], language: str, to_dos: list[ToDo]) -> list[PlanStep]:
    name, state = item.name, item.state
    plan: list[PlanStep] = []
    if "Retry" not in state and state["Type"] == "Task":
        state["Retry"] = [copy.deepcopy(_RETRY)]
        plan.append(PlanStep(f"{name} is tried again after 2, 4 and 8 seconds", (name,)))
    catchers = state.get("Catch") or []
    everything = any("States.ALL" in (catcher.get("ErrorEquals") or ()) for catcher in catchers)
    if everything:
        return plan
    jsonata = state.get("QueryLanguage", language) == "JSONata"
    target = _failure_state(name, item.machine, definition, jsonata=jsonata)
    to_dos.append(ToDo(target, "", "Should somebody be told, or something undone, before it fails?"))
    keep: dict[str, Json] = {"Output": "{% $states.errorOutput %}"} if jsonata else {"ResultPath": "$"}
    state["Catch"] = [*catchers, {"ErrorEquals": ["States.ALL"], **keep, "Next": target}]
    plan.append(PlanStep(f"A failure of {name} goes to {target}", (name, target)))
    return plan


def _failure_state(name: str, machine: dict[str, Json], definition: dict[str, Json], *, jsonata: bool) -> str:
    """A Fail state of the machine that hands the error on."""
    taken = {other.name for other in states_of(definition)}
    target = unused_name(f"{name} Failed", taken)
    fields = {"Error": "{% $states.input.Error %}", "Cause": "{% $states.input.Cause %}"} if jsonata else {
        "ErrorPath": "$.Error", "CausePath": "$.Cause"}
    inherits = definition.get("QueryLanguage", "JSONPath") == "JSONata" or not jsonata
    own = {} if inherits else {"QueryLanguage": "JSONata"}
    machine["States"][target] = {"Type": "Fail", **own, **fields}
    return target
