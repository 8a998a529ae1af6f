"""A part of a definition as a definition of its own: one state, up to a state, from a state on.

    step    the state alone                       ends with it, whichever way it goes
    up_to   from the start                        ends with the state; what is around it ends with it
    from    the state's own machine from it on    a branch's or an item processor's when it is inside one

A state is named by its path: the names of what it is in, a branch's number after a Parallel (``Fulfil/0/Reserve``,
``Each/Pick``); its bare name will do where no other has it.
"""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any, Literal

from engine.catalog.states import StateText, states_of
from engine.errors import InvalidDocument, NotFound

Json = Any
Mode = Literal["step", "up_to", "from", "all"]

STOP = "(the test ends here)"
"""The state that a tested one leads to where it has a choice."""


def find(definition: Mapping[str, Json], path: str, *, where: str) -> StateText:
    """The state that `path` names. Raises NotFound, listing what there is; InvalidDocument for a name of several."""
    states = list(states_of(definition))
    exact = [state for state in states if state.path == path]
    named = exact or [state for state in states if state.name == path]
    if not named:
        known = ", ".join(state.path for state in states[:20])
        raise NotFound(f"no state is called {path!r}", where=where, advice=f"There are: {known}.")
    if len(named) > 1:
        raise InvalidDocument(
            f"{path!r} names several states", where=where,
            advice=f"Write one of {', '.join(state.path for state in named)}.",
        )
    return named[0]


def part(definition: Mapping[str, Json], mode: Mode, path: str | None) -> dict[str, Json]:
    """The part as a definition of its own; `definition` stays as it is. Raises as `find` does."""
    whole: dict[str, Json] = copy.deepcopy(dict(definition))
    if mode == "all" or path is None:
        return whole
    place = find(whole, path, where="state")
    if mode == "up_to":
        for machine, name in place.way:
            _end_with(machine, name)
        return whole
    language = {"QueryLanguage": whole["QueryLanguage"]} if "QueryLanguage" in whole else {}
    if mode == "from":
        return {**language, "StartAt": place.name, "States": place.machine["States"]}
    alone: dict[str, Json] = {**language, "StartAt": place.name, "States": {place.name: place.state}}
    _end_with(alone, place.name)
    return alone


def _end_with(machine: dict[str, Json], name: str) -> None:
    """Let `machine` end where `name` is left."""
    state = machine["States"][name]
    rules = [rule for rule in state.get("Choices") or () if isinstance(rule, dict)]
    leading = [*rules, *(catcher for catcher in state.get("Catch") or () if isinstance(catcher, dict))]
    for item in leading:
        item["Next"] = STOP
    if "Default" in state:
        state["Default"] = STOP
    if state.get("Type") not in ("Choice", "Succeed", "Fail"):
        state.pop("Next", None)
        state["End"] = True
    if leading or "Default" in state:
        machine["States"][STOP] = {"Type": "Succeed"}
