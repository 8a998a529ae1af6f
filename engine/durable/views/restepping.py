"""A recorded stimulus stepped once more, as its worker stepped it."""

from __future__ import annotations

from collections.abc import Sequence

from engine.durable.activation import SLICE_TRANSITIONS
from engine.kernel.history import HistoryEvent
from engine.kernel.snapshot import Snapshot
from engine.kernel.step import Stepped, step
from engine.kernel.stimulus import Stimulus
from engine.language.asl.model import Plan


def step_again(
    plan: Plan, before: Snapshot, stimulus: Stimulus, recorded: Sequence[HistoryEvent], first: int
) -> tuple[Stepped, int]:
    """Step a recorded stimulus as its worker did, and how many states it could enter. `recorded` are its segment's
    events, `first` says which of them comes next: they tell, by their times, where a long run of states was cut."""
    stepped = step(plan, before, [stimulus], max_transitions=SLICE_TRANSITIONS)
    made = [event[:4] for event in stepped.events]
    known = [event[:4] for event in recorded[first : first + len(made)]]
    if made != known:
        alike = next((n for n, (one, was) in enumerate(zip(made, known, strict=False)) if one != was), len(known))
        room = sum(event.type.endswith("StateEntered") for event in stepped.events[:alike])
        cut = step(plan, before, [stimulus], max_transitions=room)
        if [event[:4] for event in cut.events] == known[: len(cut.events)]:
            return cut, room
    return stepped, SLICE_TRANSITIONS
