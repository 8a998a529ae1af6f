"""What the world owes a snapshot: derived from it, never stored, so performing it again after a crash is safe."""

from __future__ import annotations

from dataclasses import dataclass

from engine.asl.model import Plan
from engine.runtime.snapshot import Frame, Snapshot


@dataclass(frozen=True, slots=True)
class Owed:
    """What a snapshot waits for.

    `scheduled` frames owe a call and have no intent yet, in order of their visit; `running` ones have one. `due_at` is
    the earliest timer (wait, retry interval, time-out, heartbeat, execution time-out). `ready`: stepping yielded, feed
    Continued.
    """

    scheduled: tuple[Frame, ...]
    running: tuple[Frame, ...]
    due_at: float | None
    ready: bool


def owed(plan: Plan, snapshot: Snapshot) -> Owed:
    """Derive what `snapshot` owes; nothing once it is closed."""
    raise NotImplementedError
