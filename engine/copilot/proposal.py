"""What the copilot proposes: a document, a plan in words, to-dos, and what changed. Nothing is applied here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from typing import Any

from engine.catalog.diff import StateChange, state_changes
from engine.catalog.states import states_of
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
class WordUse:
    """A word or a phrase of the sentence, from the character `start` to before `end`. `kind` is what it says (time,
    condition, word …); `pointer` leads to what it became in the document, None where it became nothing."""

    start: int
    end: int
    text: str
    kind: str
    pointer: str | None


@dataclass(frozen=True, slots=True)
class Proposal:
    """A document to look at. `provider` made it, in `attempts` answers (0 offline). `words` tells what each became."""

    document: dict[str, Json]
    plan: tuple[PlanStep, ...] = ()
    to_dos: tuple[ToDo, ...] = ()
    diagnostics: tuple[Diagnostic, ...] = ()
    changes: tuple[StateChange, ...] = ()
    provider: str = "offline"
    attempts: int = 0
    notes: tuple[str, ...] = field(default_factory=tuple)
    words: tuple[WordUse, ...] = ()


def has_states(document: Mapping[str, Json] | None) -> bool:
    """Whether there is anything in the document yet."""
    return next(states_of((document or {}).get("definition")), None) is not None


def changes_between(before: Mapping[str, Json] | None, after: Mapping[str, Json]) -> tuple[StateChange, ...]:
    """Which states differ."""
    return state_changes((before or {}).get("definition"), after.get("definition"))
