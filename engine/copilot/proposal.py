"""A proposal of the copilot: a document, a plan in words, to-dos, what became of the request, and its cases' results.

A proposal changes nothing: a person looks at it and applies it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.catalog.diff import StateChange, state_changes
from engine.catalog.states import states_of
from engine.errors import Diagnostic
from engine.records import dataclass

Json = Any

NO_MODEL = "none"
"""The provider of a proposal that no model made."""


@dataclass(frozen=True, slots=True)
class PlanStep:
    """One line of the plan and the states that do it."""

    text: str
    states: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ToDo:
    """Something a person must decide or check. `pointer` leads into the state; `state` is None for the document."""

    state: str | None
    pointer: str
    text: str


@dataclass(frozen=True, slots=True)
class ClauseAnswer:
    """A clause of the request. `done_in` are names of states, or JSON pointers into the document, that do it. `open`
    says why the draft does not do it; `no_step` why it asks for nothing (a greeting, a reason). One of the three is
    given."""

    text: str
    done_in: tuple[str, ...] = ()
    open: str | None = None
    no_step: str | None = None


@dataclass(frozen=True, slots=True)
class CaseRun:
    """A test case of the draft that ran: the states that it entered in order, and what came out otherwise than expected
    (None where it passed)."""

    name: str
    states: tuple[str, ...]
    problem: str | None = None

    @property
    def passed(self) -> bool:
        """Whether the case had the result that it expects."""
        return self.problem is None


@dataclass(frozen=True, slots=True)
class Proposal:
    """A document to look at. `provider` is the model's, or NO_MODEL; `attempts` is the number of drafts that the model
    handed in. `forward` has the `execution` that did not succeed, and in `text` how it would go on by the proposed
    definition."""

    document: dict[str, Json]
    plan: tuple[PlanStep, ...] = ()
    to_dos: tuple[ToDo, ...] = ()
    diagnostics: tuple[Diagnostic, ...] = ()
    changes: tuple[StateChange, ...] = ()
    provider: str = NO_MODEL
    attempts: int = 0
    notes: tuple[str, ...] = ()
    clauses: tuple[ClauseAnswer, ...] = ()
    cases: tuple[CaseRun, ...] = ()
    forward: Mapping[str, str] | None = None

    def as_dict(self) -> dict[str, Json]:
        """The proposal as JSON: as the API answers it, and as a conversation keeps it."""
        return {
            "document": self.document,
            "plan": [{"text": line.text, "states": list(line.states)} for line in self.plan],
            "to_dos": [{"state": each.state, "pointer": each.pointer, "text": each.text} for each in self.to_dos],
            "diagnostics": [
                {"code": each.code, "message": each.message, "location": each.location, "severity": each.severity}
                for each in self.diagnostics
            ],
            "changes": [{"state": each.state, "change": each.change} for each in self.changes],
            "provider": self.provider, "attempts": self.attempts, "notes": list(self.notes),
            "clauses": [
                {"text": each.text, "states": list(each.done_in), "open": each.open, "no_step": each.no_step}
                for each in self.clauses
            ],
            "cases": [
                {"name": each.name, "passed": each.passed, "states": list(each.states), "problem": each.problem}
                for each in self.cases
            ],
            "forward": None if self.forward is None else dict(self.forward),
        }


def has_states(document: Mapping[str, Json] | None) -> bool:
    """Whether the document's definition has a state yet."""
    return next(states_of((document or {}).get("definition")), None) is not None


def changes_between(before: Mapping[str, Json] | None, after: Mapping[str, Json]) -> tuple[StateChange, ...]:
    """The states that differ between two documents."""
    return state_changes((before or {}).get("definition"), after.get("definition"))
