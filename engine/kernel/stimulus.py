"""What can happen to an execution: facts fed to the pure core, recorded in the journal, never changed.

Time and randomness enter here and nowhere else: `at` is epoch seconds (never before the last stimulus: the worker feeds
``max(now, last_at)``), `seed` a random 63-bit number. An answer names the frame, visit and attempt it answers, so that
one of a cancelled branch or of an attempt that timed out is recognised.
"""

from __future__ import annotations

from typing import Any

from engine.records import dataclass

Json = Any


@dataclass(frozen=True, slots=True)
class Stimulus:
    """At `at` something happened."""

    at: float
    seed: int = 0


@dataclass(frozen=True, slots=True)
class Started(Stimulus):
    """The execution begins. Always the first stimulus."""


@dataclass(frozen=True, slots=True)
class Continued(Stimulus):
    """Nothing new: go on with what was ready when stepping yielded."""


@dataclass(frozen=True, slots=True)
class TimePassed(Stimulus):
    """It is `at` now: whatever is due by then fires (waits, retry intervals, time-outs, heartbeats)."""


@dataclass(frozen=True, slots=True)
class FrameStimulus(Stimulus):
    """About one visit and attempt of the state in one frame."""

    frame: str = ""
    visit: int = 0
    attempt: int = 0


@dataclass(frozen=True, slots=True)
class TaskStarted(FrameStimulus):
    """The intent to call: a SCHEDULED frame becomes RUNNING. `lease_until` is when this call is over at the latest.

    For an activity: a worker took it; `worker` is the name it gave.
    """

    lease_until: float = 0.0
    worker: str | None = None


@dataclass(frozen=True, slots=True)
class TaskReturned(FrameStimulus):
    """The call succeeded (with `.waitForTaskToken`: the request was handed over). `handed_over` and `again_in`: see
    engine.ports.tasks.TaskSucceeded."""

    output: Json = None
    handed_over: bool = False
    again_in: float | None = None


@dataclass(frozen=True, slots=True)
class TaskErred(FrameStimulus):
    """The call failed; see engine.ports.tasks.TaskFailed for `definite`, `retryable` and `retry_after`."""

    error: str | None = None
    cause: str | None = None
    definite: bool = True
    retryable: bool = True
    retry_after: float = 0.0


@dataclass(frozen=True, slots=True)
class CallOver(FrameStimulus):
    """A call that was under way when the execution ended has been answered since: a redrive waits for it no longer.

    `attempt` is the call's, and `lease_until` its intent's: by that the frame knows which call it is. `definite`: it
    failed, and had no effect.
    """

    lease_until: float = 0.0
    definite: bool = False


@dataclass(frozen=True, slots=True)
class TaskTakenOver(FrameStimulus):
    """The owner of a RUNNING call is gone: the frame is SCHEDULED again, with the same attempt, epoch and key."""


@dataclass(frozen=True, slots=True)
class JobGoesOn(FrameStimulus):
    """A ``.sync`` job was asked how it stands, and is still under way; or what was handed over still waits, and is
    looked at again after `again_in` seconds, if at all."""

    again_in: float | None = None


@dataclass(frozen=True, slots=True)
class ActivityMissing(FrameStimulus):
    """There is no activity of the name that the task gives."""


@dataclass(frozen=True, slots=True)
class CallbackReturned(FrameStimulus):
    """SendTaskSuccess for the frame's task token, or a worker's answer to an activity."""

    output: Json = None


@dataclass(frozen=True, slots=True)
class CallbackErred(FrameStimulus):
    """SendTaskFailure; both parts may be left out."""

    error: str | None = None
    cause: str | None = None


@dataclass(frozen=True, slots=True)
class CallbackHeartbeat(FrameStimulus):
    """SendTaskHeartbeat: the heartbeat's time-out starts anew."""


@dataclass(frozen=True, slots=True)
class MapRunReturned(FrameStimulus):
    """The Map Run of a distributed Map succeeded; `output` lists its children's outputs in order.

    `counts` says how its children ended, with the run's ARN under ``map_run``: who describes it later reads that.
    """

    output: Json = None
    counts: Json = None


@dataclass(frozen=True, slots=True)
class MapRunErred(FrameStimulus):
    """The Map Run failed: its items could not be read, or more children failed than are tolerated."""

    error: str | None = None
    cause: str | None = None
    counts: Json = None


@dataclass(frozen=True, slots=True)
class MapRunEnding(FrameStimulus):
    """A Map Run with a ResultWriter is over except for its results, which are written now. `failed`: what is out is
    stopped first."""

    failed: bool = False


@dataclass(frozen=True, slots=True)
class MapRunOpened(FrameStimulus):
    """The Map Run's children are to be executions of their own: read its items, make their inputs."""


@dataclass(frozen=True, slots=True)
class MapRunDispatched(FrameStimulus):
    """The children `first` … `first + count - 1` of a Map Run exist now: how far its dispatch has come."""

    first: int = 0
    count: int = 0


@dataclass(frozen=True, slots=True)
class MapRunUpdated(FrameStimulus):
    """UpdateMapRun; None leaves a value as it is. `concurrency` 0: no limit of the user's."""

    concurrency: int | None = None
    tolerated_count: float | None = None
    tolerated_percentage: float | None = None


@dataclass(frozen=True, slots=True)
class ChildClosed(FrameStimulus):
    """A child execution has ended: the item `index` of a Map Run, or what a Task started and waits for.

    `child` is its execution id, `status` its status. `output` holds its output where that is small (`inline`); of an
    execution that a Task started, what DescribeExecution answers. `redrives` is how often it had been redriven.
    """

    child: str = ""
    index: int = 0
    status: str = ""
    output: Json = None
    inline: bool = True
    redrives: int = 0


@dataclass(frozen=True, slots=True)
class ChildrenStopped(Stimulus):
    """Every child execution and every job that nobody waited for any more was told to stop."""


@dataclass(frozen=True, slots=True)
class Redriven(Stimulus):
    """RedriveExecution: what did not succeed is taken up where it stood.

    `count` is the parent's where it redrives an item of its Map Run, 0 for one more than before. `settled`: the header
    was closed, so what the execution had abandoned was told to stop. `onto`: from here on it runs by another version
    (engine.kernel.changeover).
    """

    count: int = 0
    settled: bool = True
    onto: Json = None


@dataclass(frozen=True, slots=True)
class Forked(Stimulus):
    """The first of a fork (engine.durable.lifecycle.forking): it goes on as execution `of` stood before its event
    `event`, by whom. `given`: with another input there. `reads` says whether reads are really called, `allow` names the
    states whose writes may be."""

    of: str = ""
    event: int = 0
    by: str = ""
    given: bool = False
    reads: bool = False
    allow: Any = ()


@dataclass(frozen=True, slots=True)
class StopRequested(Stimulus):
    """StopExecution."""

    error: str | None = None
    cause: str | None = None
