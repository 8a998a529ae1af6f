"""What the history of an execution tells of what it did."""

from __future__ import annotations

from collections.abc import Iterable

from engine.kernel.history import HistoryEvent
from engine.kernel.snapshot import Frame
from engine.records import dataclass


@dataclass(frozen=True, slots=True)
class Ran:
    """`left` are the names of the states that were left, `entered` of those that were entered, also where they failed;
    `scheduled` the ids of the events behind which nothing was called any more."""

    left: frozenset[str] = frozenset()
    entered: frozenset[str] = frozenset()
    scheduled: frozenset[int] = frozenset()

    def unknown_call(self, frame: Frame) -> bool:
        """Whether a Task that is begun again has made a call of which nobody knows whether it had its effect: it may
        still be under way, or its key has not changed. (A definite failure raises the epoch with the attempt; so does
        nothing for a call that was owed and never made.)"""
        unknown = frame.attempt - frame.epoch - (frame.last_event in self.scheduled)
        return frame.lease_until > 0.0 or unknown > 0


def ran(events: Iterable[HistoryEvent]) -> Ran:
    """The facts of a history."""
    left: set[str] = set()
    entered: set[str] = set()
    scheduled: set[int] = set()
    for event in events:
        if event.type.endswith("StateExited"):
            left.add(str((event.details or {}).get("name")))
        elif event.type.endswith("StateEntered"):
            entered.add(str((event.details or {}).get("name")))
        elif event.type.endswith("Scheduled") or (
            event.type in ("ExecutionAborted", "ExecutionTimedOut", "ExecutionFailed") and event.previous in scheduled
        ):
            scheduled.add(event.id)
    return Ran(frozenset(left), frozenset(entered), frozenset(scheduled))
