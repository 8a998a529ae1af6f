"""Where an execution stands now: its newest event, and the tasks that wait for an answer from outside.

The tokens come from the snapshot: the history holds one only where the workflow wrote it into a task's parameters.
"""

from __future__ import annotations

from engine.durable.execution import AwaitedCall
from engine.kernel.snapshot import Phase, Snapshot
from engine.records import dataclass


@dataclass(frozen=True, slots=True)
class WaitingTask:
    """A task that was handed over and waits for its answer. `token` is a capability: who has it may answer. The state
    was entered at `entered_at` (epoch seconds)."""

    state: str
    token: str
    entered_at: float


@dataclass(frozen=True, slots=True)
class Standing:
    """`last_event` is 0 and nothing waits before a worker has begun."""

    last_event: int = 0
    waiting: tuple[WaitingTask, ...] = ()


def standing_of(snapshot: Snapshot) -> Standing:
    """Where the execution of this snapshot stands."""
    waiting = () if snapshot.closed else tuple(
        WaitingTask(frame.state, frame.token, frame.entered_at)
        for frame in snapshot.frames.values()
        if frame.phase is Phase.CALLBACK and frame.token is not None
    )
    return Standing(snapshot.next_event - 1, waiting)


def awaited_calls(snapshot: Snapshot) -> tuple[AwaitedCall, ...]:
    """The calls that a redrive waits for, the latest last."""
    found = () if snapshot.closed else (
        AwaitedCall(frame.state, frame.lease_until) for frame in snapshot.frames.values()
        if frame.phase is Phase.BACKOFF and frame.lease_until > 0
    )
    return tuple(sorted(found, key=lambda call: call.until))
