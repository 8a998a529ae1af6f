"""``step(plan, snapshot, stimuli)``: the pure heart. No clock, no randomness, no I/O."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from engine.asl.model import Plan
from engine.runtime.history import HistoryEvent
from engine.runtime.snapshot import Snapshot
from engine.runtime.stimulus import Stimulus


@dataclass(frozen=True, slots=True)
class Stepped:
    """The next snapshot, what happened, and which frames differ from before (`removed` ones are gone).

    `ignored` are stimuli that answered a frame, visit or attempt that is no longer waiting.
    """

    snapshot: Snapshot
    events: tuple[HistoryEvent, ...]
    touched: frozenset[str]
    removed: frozenset[str]
    ignored: tuple[Stimulus, ...] = ()


def step(
    plan: Plan, snapshot: Snapshot, stimuli: Sequence[Stimulus], *, max_transitions: int | None = None
) -> Stepped:
    """Feed `stimuli` and run until every frame is blocked or `max_transitions` states were entered (then one is READY).

    Re-stepping the same stimuli from the same snapshot gives equal results, byte for byte once encoded.
    """
    raise NotImplementedError
