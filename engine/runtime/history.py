"""History events in the vocabulary of AWS's GetExecutionHistory."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

Json = Any


@dataclass(frozen=True, slots=True)
class HistoryEvent:
    """One event. `details` are AWS's ``…EventDetails``, with JSON values still as values (not yet JSON text)."""

    id: int
    previous: int
    type: str
    at: float
    details: dict[str, Json] | None = None


def render(event: HistoryEvent) -> dict[str, Json]:
    """The event as AWS answers it: ``{"id", "previousEventId", "type", "timestamp", "<x>EventDetails"}``.

    Inputs and outputs become JSON text; timestamps are epoch seconds.
    """
    raise NotImplementedError
