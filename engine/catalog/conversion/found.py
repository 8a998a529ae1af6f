"""What a conversion finds."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

Json = Any
Format = Literal["workflow", "asl", "sam", "cloudformation", "n8n"]

_UNFIT = re.compile(r"[^A-Za-z0-9_-]+")


@dataclass(frozen=True, slots=True)
class Candidate:
    """One workflow. `notes` say what was guessed, and what is to be done by hand."""

    name: str
    document: dict[str, Json]
    notes: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Conversion:
    """What a text is, and the workflows in it."""

    format: Format
    candidates: Sequence[Candidate]


def name_of(text: str) -> str:
    """`text` as a workflow's name: letters, digits, _ and -, at most 80."""
    return _UNFIT.sub("_", text).strip("_")[:80] or "imported"
