"""The state of one execution: the truth, of which history is only the output.

An execution is a tree of frames. The root frame walks the definition's states; a Parallel branch or an inline Map
iteration is a child frame. Each frame stands in exactly one state, in one phase:

    READY       can go on at once (only in a snapshot taken when stepping yielded)
    SCHEDULED   a Task's call is owed; no intent is written            -> TaskStarted
    RUNNING     the intent is durable; the call may have been made     -> TaskReturned | TaskErred | TaskTakenOver
    CALLBACK    handed over, waits for its task token                  -> Callback…
    WAITING     a Wait state                                           -> TimePassed
    BACKOFF     a Retrier's interval                                   -> TimePassed
    JOINING     a Parallel or Map waits for its child frames, a distributed Map for its child executions
    CHILDREN    a hundred child executions of the distributed Map around it (engine.kernel.children.outcomes)
    DONE        a child frame that ended; keeps its output until the join

Values are JSON (dict, list, str, int, float, bool, None) and shared, never changed in place.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import field
from enum import StrEnum
from functools import lru_cache
from types import MappingProxyType
from typing import Any

from engine.records import dataclass

Json = Any

SCHEMA = 4
"""The newest snapshot schema that this release knows (2: jobs, 3: redrive, 4: changes of version,
and large values that a segment holds once). engine.kernel.snapshot_codec upgrades older ones and refuses newer ones."""

UNCONFIRMED = 3
"""What it writes until SCHEMA is confirmed for its stage (the setting AUTOMATE_SNAPSHOT_SCHEMA): the newest that the
release before reads too, so that a return to it finds nothing that it cannot go on with. A release that raises SCHEMA
leaves this where it was; the one after it raises this."""


class Phase(StrEnum):
    """What a frame waits for; see the module's table."""

    READY = "READY"
    SCHEDULED = "SCHEDULED"
    RUNNING = "RUNNING"
    CALLBACK = "CALLBACK"
    WAITING = "WAITING"
    BACKOFF = "BACKOFF"
    JOINING = "JOINING"
    CHILDREN = "CHILDREN"
    DONE = "DONE"


class Status(StrEnum):
    """An execution's status, in AWS's words. PAUSED is ours: shown to AWS-shaped clients as RUNNING."""

    RUNNING = "RUNNING"
    SUCCEEDED = "SUCCEEDED"
    FAILED = "FAILED"
    TIMED_OUT = "TIMED_OUT"
    ABORTED = "ABORTED"
    PAUSED = "PAUSED"


_OPEN = (Status.RUNNING, Status.PAUSED)


@lru_cache(maxsize=256)
def _region_of(arn: str) -> str:
    parts = arn.split(":")
    return parts[3] if len(parts) > 3 else "local"


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of an execution before it runs and never changes; feeds the context object ``$$``.

    `max_payload_bytes` is the largest output a state may have (AWS: 262,144), `max_events` the longest history (AWS:
    25,000); None for no limit.
    """

    execution_id: str
    name: str
    workflow: str
    version: int
    started_at: float
    kind: str = "STANDARD"
    workspace: str = "default"
    role_arn: str = ""
    execution_arn: str = ""
    state_machine_arn: str = ""
    max_payload_bytes: int | None = None
    max_events: int | None = None

    @property
    def region(self) -> str:
        """The AWS region where the execution has one, else ``local``."""
        return _region_of(self.state_machine_arn)


@dataclass(frozen=True, slots=True)
class Fanout:
    """A Parallel or Map under way: `width` children in all, at most `concurrency` of them open at a time.

    `items` are a Map's items as they were read (its ItemSelector is applied as each iteration starts), None for a
    Parallel.
    """

    width: int
    concurrency: int
    items: Sequence[Json] | None = None


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a fan-out is: children opened so far and children DONE. Derived from the frames, never encoded."""

    opened: int
    done: int


@dataclass(frozen=True, slots=True)
class Frame:
    """One branch or iteration: where it stands and what it waits for. Times are epoch seconds.

    `path` is "" for the root, else ``<parent path>/<index>``. `machine` is the JSON pointer of the state machine it
    walks ("" for the definition itself, ``/States/X/Branches/0``, ``/States/Y/ItemProcessor``). `visit` is unique in
    the execution: a counter that rises with every state entered. `attempt` counts the retries of this visit from 0,
    `retries` those per Retrier. `epoch` rises only after a definite failure: it is part of the idempotency key.
    `variables` are those assigned in this frame (it sees its parents' too). `arguments` is what a Task is called with,
    `credentials` as whom.
    `started_event` is that of this attempt's call (0 before it). `due_at` ends a WAITING or BACKOFF.
    `timeout_seconds` and `heartbeat_seconds` are the Task's own; `deadline` and `heartbeat_at` are when they are over,
    counted from the start of the call. `output` is a DONE frame's result. `due_at` of a frame that waits for child
    executions is when their headers are looked at, should their notices have been lost; of an activity's, when its work
    item is looked at; of a job's, when it is asked how it stands. `job` is what the start of a ``.sync`` job answered
    (engine.kernel.jobs). `first_attempt` is the attempt with which a redrive took it up.
    """

    path: str
    machine: str
    state: str
    phase: Phase
    visit: int = 0
    attempt: int = 0
    epoch: int = 0
    retries: tuple[int, ...] = ()
    input: Json = None
    variables: Mapping[str, Json] = field(default_factory=dict)
    arguments: Json = None
    credentials: Json = None
    entered_at: float = 0.0
    entered_event: int = 0
    last_event: int = 0
    due_at: float | None = None
    timeout_seconds: float | None = None
    deadline: float | None = None
    heartbeat_seconds: float | None = None
    heartbeat_at: float | None = None
    lease_until: float = 0.0
    started_event: int = 0
    token: str | None = None
    fanout: Fanout | None = None
    output: Json = None
    job: Json = None
    first_attempt: int = 0

    @property
    def place(self) -> tuple[str, int, int]:
        """What an answer to it names: path, visit and attempt."""
        return self.path, self.visit, self.attempt


def _nothing() -> Mapping[str, Any]:
    """A default: Python 3.11 takes no read-only mapping as one."""
    return MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Snapshot:
    """All of an execution at one moment.

    `output` holds the result of a SUCCEEDED one; `error` and `cause` are None where AWS leaves them out. `deadline` is
    the execution's time-out. `progress` caches each JOINING frame's counts, by its path; a missing one is derived.
    `ready` lists the READY frames in order, None before that was derived; `live` is what `live_frames` keeps: `frames`,
    and those of them that are not DONE, of a large fan-out few. `abandoned` are the ids of child executions
    that nobody waits for any more and that are still to be stopped; `stops` are such jobs of AWS services. `redrivable`
    are the frames of one that did not succeed, by their paths, as a redrive takes them up (engine.kernel.redrivable);
    `redrives` counts the redrives so far. `changeovers` are the changes of its version, in order (each what
    engine.kernel.changeover.record gives).
    """

    facts: Facts
    input: Json
    status: Status = Status.RUNNING
    last_at: float = 0.0
    next_event: int = 1
    next_visit: int = 1
    frames: Mapping[str, Frame] = field(default_factory=_nothing)
    deadline: float | None = None
    output: Json = None
    error: str | None = None
    cause: str | None = None
    abandoned: tuple[str, ...] = ()
    stops: tuple[Json, ...] = ()
    redrivable: Mapping[str, Frame] = field(default_factory=_nothing)
    redrives: int = 0
    changeovers: tuple[Json, ...] = ()
    progress: Mapping[str, Progress] = field(default_factory=_nothing, compare=False, repr=False)
    ready: tuple[str, ...] | None = field(default=None, compare=False, repr=False)
    live: tuple[Mapping[str, Frame], Mapping[str, Frame]] | None = field(default=None, compare=False, repr=False)

    @property
    def closed(self) -> bool:
        """Whether the execution has ended."""
        return self.status not in _OPEN


def live_frames(snapshot: Snapshot) -> Mapping[str, Frame]:
    """The frames that are not DONE. A snapshot that was given other frames has no cache of them."""
    if snapshot.live is not None and snapshot.live[0] is snapshot.frames:
        return snapshot.live[1]
    return MappingProxyType({path: frame for path, frame in snapshot.frames.items() if frame.phase is not Phase.DONE})
