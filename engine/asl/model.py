"""The compiled definition: a Plan of frozen states. See engine.asl.compile."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Plan:
    """A definition, compiled."""
