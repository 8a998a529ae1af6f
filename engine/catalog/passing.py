"""Which states of a workflow get its input as it came, and which fields of it were written over on the way."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from engine.catalog.states import targets_of

Json = Any
Overwritten = frozenset[str] | None

_UNTOUCHED: frozenset[str] = frozenset()
_FIELD = re.compile(r"\$\.([^\W\d]\w*)([.\[].*)?", re.DOTALL)


def passed_on(definition: Json) -> dict[str, Overwritten]:
    """For each state of the outermost machine that can be reached: the fields of the execution's input that are others
    by then; None where the state may get something else altogether."""
    states = definition.get("States") if isinstance(definition, dict) else None
    known: dict[str, Overwritten] = {}
    waiting: list[tuple[Json, Overwritten]] = [(definition.get("StartAt"), _UNTOUCHED)] if isinstance(
        states, dict) else []
    while waiting:
        name, comes = waiting.pop()
        state = states.get(name) if isinstance(states, dict) and isinstance(name, str) else None
        if not isinstance(state, dict):
            continue
        had = known.get(name, _UNTOUCHED)
        merged = None if comes is None or had is None else comes | had
        if name not in known or merged != had:
            known[name] = merged
            jsonata = state.get("QueryLanguage", definition.get("QueryLanguage")) == "JSONata"
            for target, adds in _exits(state, jsonata=jsonata):
                waiting.append((target, None if merged is None or adds is None else merged | adds))
    return known


def _exits(state: Mapping[str, Json], *, jsonata: bool) -> Iterator[tuple[Json, Overwritten]]:
    """Each state that comes next, and what of the input is another there."""
    works = state.get("Type") in ("Task", "Parallel", "Map")
    if jsonata:
        leaves = None if works or _writes_output(state) else _UNTOUCHED
        for target in targets_of(state):
            yield target, leaves
        return
    whole = state.get("InputPath", "$") == "$"
    catchers = state.get("Catch")
    for catcher in catchers if isinstance(catchers, list) else ():
        if isinstance(catcher, dict):
            yield catcher.get("Next"), _put(catcher.get("ResultPath", "$")) if whole else None
    if not whole or state.get("OutputPath", "$") != "$":
        leaves = None
    elif works or "Result" in state or "Parameters" in state:
        leaves = _put(state.get("ResultPath", "$"))
    else:
        leaves = _put(state["ResultPath"]) if state.get("ResultPath", "$") != "$" else _UNTOUCHED
    for target in targets_of({**state, "Catch": []}):
        yield target, leaves


def _writes_output(state: Mapping[str, Json]) -> bool:
    rules = state.get("Choices")
    return "Output" in state or any(
        isinstance(rule, dict) and "Output" in rule for rule in (rules if isinstance(rules, list) else ())
    )


def _put(result_path: Json) -> Overwritten:
    """What a result that is written to `result_path` overwrites."""
    if result_path is None:
        return _UNTOUCHED
    found = _FIELD.fullmatch(result_path) if isinstance(result_path, str) else None
    return None if found is None else frozenset({found[1]})
