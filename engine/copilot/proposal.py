"""What the copilot proposes: a document, a plan in words, to-dos, and what changed. Nothing is applied here."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import field
from typing import Any

from engine.errors import Diagnostic
from engine.records import dataclass

Json = Any


@dataclass(frozen=True, slots=True)
class PlanStep:
    """One line of the plan and the states that do it."""

    text: str
    states: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ToDo:
    """What a person must look at. `pointer` leads into the state; `state` is None for the document as a whole."""

    state: str | None
    pointer: str
    text: str


@dataclass(frozen=True, slots=True)
class StateChange:
    """One state: added, changed or removed."""

    state: str
    change: str


@dataclass(frozen=True, slots=True)
class Proposal:
    """A document to look at. `provider` made it, in `attempts` answers (0 offline)."""

    document: dict[str, Json]
    plan: tuple[PlanStep, ...] = ()
    to_dos: tuple[ToDo, ...] = ()
    diagnostics: tuple[Diagnostic, ...] = ()
    changes: tuple[StateChange, ...] = ()
    provider: str = "offline"
    attempts: int = 0
    notes: tuple[str, ...] = field(default_factory=tuple)


def states_of(definition: Json) -> Iterator[tuple[str, dict[str, Json], dict[str, Json]]]:
    """(name, state, its machine) of every state, those in branches and item processors too."""
    states = definition.get("States") if isinstance(definition, dict) else None
    for name, state in (states.items() if isinstance(states, dict) else ()):
        if not isinstance(state, dict):
            continue
        yield name, state, definition
        branches = state.get("Branches")
        for nested in (*(branches if isinstance(branches, list) else ()), state.get("ItemProcessor"),
                       state.get("Iterator")):
            yield from states_of(nested)


def has_states(document: Mapping[str, Json] | None) -> bool:
    """Whether there is anything in the document yet."""
    return next(states_of((document or {}).get("definition")), None) is not None


def changes_between(before: Mapping[str, Json] | None, after: Mapping[str, Json]) -> tuple[StateChange, ...]:
    """Which states differ; a container counts as changed only where its own fields do."""
    old = {name: _own(state) for name, state, _ in states_of((before or {}).get("definition", {}))}
    new = {name: _own(state) for name, state, _ in states_of(after.get("definition", {}))}
    found = [StateChange(name, "added" if name not in old else "changed")
             for name, state in new.items() if old.get(name) != state]
    return (*found, *(StateChange(name, "removed") for name in old if name not in new))


def _own(state: Mapping[str, Json]) -> dict[str, Json]:
    inner = ("Branches", "ItemProcessor", "Iterator")
    return {name: value for name, value in state.items() if name not in inner}


def plan_of(pairs: Sequence[tuple[str, str]]) -> tuple[PlanStep, ...]:
    """Plan lines of (text, state)."""
    return tuple(PlanStep(text, (state,)) for text, state in pairs)
