"""What a conversion finds."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Literal

from engine.records import dataclass

Json = Any
Format = Literal["workflow", "asl", "sam", "cloudformation", "n8n"]

MOST_NOTES, MOST_OF_A_NOTE = 500, 1000
"""As engine.catalog.studio has it."""

_UNFIT = re.compile(r"[^A-Za-z0-9_-]+")


@dataclass(frozen=True, slots=True)
class Note:
    """What was guessed, or is to be done by hand; about a state where `state` names one."""

    text: str
    state: str | None = None


@dataclass(frozen=True, slots=True)
class Candidate:
    """One workflow. Its `notes` stand as to-dos in the document too, so that they are there when it is edited."""

    name: str
    document: dict[str, Json]
    notes: Sequence[Note] = ()

    @classmethod
    def noted(cls, name: str, document: Mapping[str, Json], notes: Iterable[Note]) -> Candidate:
        """`document` with each note once, as to-dos for whoever edits it."""
        kept = list(dict.fromkeys(notes))[:MOST_NOTES]
        if not kept:
            return cls(name, dict(document))
        to_dos = [
            {"state": note.state, "text": note.text[:MOST_OF_A_NOTE]} if note.state is not None
            else {"text": note.text[:MOST_OF_A_NOTE]}
            for note in kept
        ]
        return cls(name, {**document, "studio": {"to_dos": to_dos}}, kept)


@dataclass(frozen=True, slots=True)
class Conversion:
    """What a text is, and the workflows in it."""

    format: Format
    candidates: Sequence[Candidate]


def name_of(text: str) -> str:
    """`text` as a workflow's name: letters, digits, _ and -, at most 80."""
    return _UNFIT.sub("_", text).strip("_")[:80] or "imported"
