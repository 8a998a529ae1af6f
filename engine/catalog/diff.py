"""What differs between two workflow documents: for people as a unified diff, for programs state by state."""

from __future__ import annotations

import difflib
from typing import Any, Literal

from engine.catalog.document import WorkflowDocument, rendered
from engine.catalog.states import states_of
from engine.records import dataclass

Json = Any


@dataclass(frozen=True, slots=True)
class StateChange:
    """A state that differs. A Parallel or Map counts as changed for its own fields, not for the states inside it."""

    state: str
    change: Literal["added", "removed", "changed"]


@dataclass(frozen=True, slots=True)
class DocumentDiff:
    """`text` is a unified diff, empty for equal documents; `states` are in the order of the newer definition, removed
    ones last."""

    text: str
    states: tuple[StateChange, ...]


def unified(old: WorkflowDocument, new: WorkflowDocument, old_label: str, new_label: str) -> str:
    """A unified diff of the documents as they are exported; layout never shows in it."""
    return "\n".join(
        difflib.unified_diff(
            rendered(old, layout=False).decode().splitlines(), rendered(new, layout=False).decode().splitlines(),
            old_label, new_label, lineterm="",
        )
    )


def compare(old: WorkflowDocument, new: WorkflowDocument, old_label: str, new_label: str) -> DocumentDiff:
    """The whole difference."""
    return DocumentDiff(unified(old, new, old_label, new_label), state_changes(old.definition, new.definition))


def state_changes(old: Json, new: Json) -> tuple[StateChange, ...]:
    """The states that differ between two definitions, finished or not."""
    before = {state.name: state.own for state in states_of(old)}
    after = {state.name: state.own for state in states_of(new)}
    changes = [
        StateChange(name, "changed" if name in before else "added")
        for name, own in after.items() if before.get(name) != own
    ]
    return (*changes, *(StateChange(name, "removed") for name in before if name not in after))
