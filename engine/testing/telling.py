"""What `step` is fed once the work that a frame waits for has come to something, in simulations and tests of a state.

RUNNING    TaskReturned | TaskErred             a call
CALLBACK   CallbackReturned | CallbackErred     an activity, .sync, .waitForTaskToken
JOINING    MapRunReturned | MapRunErred         a distributed Map
"""

from __future__ import annotations

from typing import Any

from engine.kernel.children.map_run import THRESHOLD, THRESHOLD_CAUSE
from engine.kernel.snapshot import Frame, Phase
from engine.kernel.stimulus import (
    CallbackErred,
    CallbackReturned,
    FrameStimulus,
    JobGoesOn,
    MapRunErred,
    MapRunReturned,
    TaskErred,
    TaskReturned,
)
from engine.ports.tasks import TaskFailed, TaskGoesOn, TaskOutcome, TaskSucceeded

TOO_MANY_FAILED = TaskFailed(THRESHOLD, THRESHOLD_CAUSE)
"""What a Map Run comes to whose children failed too often."""

_TOLD: dict[Phase, tuple[type[CallbackReturned | MapRunReturned], type[CallbackErred | MapRunErred]]] = {
    Phase.CALLBACK: (CallbackReturned, CallbackErred),
    Phase.JOINING: (MapRunReturned, MapRunErred),
}


def whose(frame: Frame, *, at: float, seed: int) -> dict[str, Any]:
    """What every stimulus about the visit of `frame` says."""
    return {"at": at, "seed": seed, "frame": frame.path, "visit": frame.visit, "attempt": frame.attempt}


def told(
    frame: Frame, outcome: TaskOutcome, *, at: float, seed: int, phase: Phase | None = None
) -> FrameStimulus:
    """The stimulus that tells `frame` what came of its work. `phase` is the one it waits in by now, if another."""
    place = whose(frame, at=at, seed=seed)
    if isinstance(outcome, TaskGoesOn):
        return JobGoesOn(**place)
    returned, erred = _TOLD.get(phase or frame.phase, (TaskReturned, TaskErred))
    if isinstance(outcome, TaskSucceeded):
        return returned(**place, output=outcome.output)
    if erred is TaskErred:
        place |= {"definite": outcome.definite, "retryable": outcome.retryable}
    return erred(**place, error=outcome.error, cause=outcome.cause)
