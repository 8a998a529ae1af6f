"""The journal: headers, segments, inbox. It is also the only lock.

See "The journal is also the lock" in docs/architecture.md.

header    one small row an execution: what is listed, claimed and swept by. Its `due_at` is a sparse index.
segment   number N of an execution, written once: "N does not exist OR its nonce is mine". So number and nonce are the
          fencing token: an owner that was overtaken writes nothing more, whatever it believes of its lease.
inbox     what others have to say to an execution (callback answers, stops, child notices), deleted once consumed.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import astuple, field
from typing import Any, Protocol

from engine.ports.executions_index import ExecutionRow
from engine.ports.keys import Actor, ExecutionKey
from engine.records import dataclass

RUNNING = "RUNNING"
"""The status of an open execution; every other status is a closed one, except PAUSED."""

PAUSED = "PAUSED"
"""The status of an execution that no worker runs and no sweep wakes until somebody resumes or stops it."""

OPEN_STATUSES = frozenset({RUNNING, PAUSED})

ENDED_OTHERWISE = ("FAILED", "TIMED_OUT", "ABORTED")
"""The statuses of those that have ended and not succeeded."""


BEGINNING_BYTES = 64 * 1024
"""So much of a body is read by who needs its beginning alone."""

Enough = Callable[[bytes], bool]
"""Whether the first BEGINNING_BYTES of a body are all that its reader needs: a segment's `body` is then only those."""


@dataclass(frozen=True, slots=True)
class Parent:
    """Who started this execution: the frame, visit and attempt (of a Map Run) or epoch (of a Task) of another one.

    Both are in one workspace. `index` is the item's. `waits`: the parent is told when the child closes, and stops it
    when it ends itself. `machine` is the JSON pointer of the machine it walks: an ItemProcessor; empty for a whole
    definition.
    """

    execution_id: str
    frame: str
    visit: int
    attempt: int
    index: int = 0
    waits: bool = True
    machine: str = ""

    def as_text(self) -> str:
        """For a store's one field."""
        return json.dumps(astuple(self), ensure_ascii=False, separators=(",", ":"))

    @classmethod
    def of_text(cls, text: str | None) -> Parent | None:
        """What `as_text` gave."""
        return None if text is None else cls(*json.loads(text))


@dataclass(frozen=True, slots=True)
class Header:
    """At most 1 KB. `seq` is the last segment's number this header knows of, -1 before any.

    `due_at` (epoch seconds) is when somebody must look at the execution at the latest; None once it is closed. `parent`
    is the execution that started it, None where a user or a trigger did; `actor` is then who did. A store whose audit
    log is sealed from what the journal holds (DynamoDB) keeps it; the others need not, and their headers come back
    without. `strikes` counts how often it cost its worker
    without progress in between (engine.durable.poison); `cause` says, in a few words, why it is PAUSED. `kept_until` is
    when retention may take it (epoch seconds): a store that is not asked for that later (DynamoDB) keeps it.
    """

    key: ExecutionKey
    workflow: str
    version: int
    definition_digest: str
    input_digest: str
    kind: str
    status: str
    started_at: float
    seq: int = -1
    due_at: float | None = None
    ended_at: float | None = None
    strikes: int = 0
    cause: str | None = None
    parent: Parent | None = None
    actor: Actor | None = None
    kept_until: float | None = None

    @property
    def is_item(self) -> bool:
        """Whether it is a Map Run's child: listed as such, and not among its workflow's executions."""
        return self.parent is not None and self.parent.machine != ""

    def closed(self, change: HeaderChange) -> Header:
        """As `change` leaves it, which closes the execution."""
        return Header(  # in the order of the fields: `replace` takes ten times as long
            self.key, self.workflow, self.version, self.definition_digest, self.input_digest, self.kind, change.status,
            self.started_at, change.seq, None, self.ended_at, self.strikes, self.cause, self.parent, self.actor,
            self.kept_until,
        )


@dataclass(frozen=True, slots=True)
class Segment:
    """One journal write. `body` is opaque to the journal (engine.durable.codec encodes it).

    `lease_until` is 0.0 when no call runs under it; `owner` names the process whose OS lock holds the lease locally
    (empty on AWS, where time alone ends a lease). `nonce` is that of the load that wrote it. A `checkpoint` holds the
    whole snapshot, so that loading can start here. `first_event` is the id of its first history event (0 for none), for
    reading the history by id. `audited`: an event in it becomes an entry of the audit log. A store that seals the log
    from its segments keeps that (False: an earlier release wrote it); the others need not. `events` are its history
    events while its writer has it, so that nobody has to unpack `body` for them; None once it was read from a store.
    `version`, of the workflow, stands beside them. `kept_until`, of the segment that closes an execution: as its
    header's.
    """

    key: ExecutionKey
    seq: int
    nonce: str
    body: bytes
    at: float
    checkpoint: bool
    lease_until: float = 0.0
    owner: str = ""
    first_event: int = 0
    last_event: int = 0
    audited: bool = False
    events: Sequence[Any] | None = field(default=None, compare=False, repr=False)
    version: int | None = field(default=None, compare=False, repr=False)
    kept_until: float | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class HeaderChange:
    """A new status, seq, due_at and cause for a header, applied only while the stored seq is not newer than `seq` and
    the stored status is still open. `strikes` None leaves the count as it is.

    A PAUSED one becomes RUNNING by a change that `resumes` alone: not by a sweep or an owner that read it before. A
    closed one becomes RUNNING by a change that `reopens` its very status: a redrive. `row` goes with a change of
    status: what the executions index says from then on. The items of a Map Run have none. `kept_until` is when
    retention may take one that this change closes. `version` and `definition_digest` are those by which the execution
    runs from here on; None leaves what the header has.
    """

    key: ExecutionKey
    seq: int
    status: str
    due_at: float | None
    ended_at: float | None = None
    strikes: int | None = None
    cause: str | None = None
    resumes: bool = False
    reopens: str | None = None
    row: ExecutionRow | None = None
    kept_until: float | None = None
    version: int | None = None
    definition_digest: str | None = None

    @property
    def needs(self) -> frozenset[str]:
        """The stored statuses that it applies to."""
        if self.reopens is not None:
            return frozenset({self.reopens})
        return frozenset({RUNNING}) if self.status == RUNNING and not self.resumes else OPEN_STATUSES


@dataclass(frozen=True, slots=True)
class InboxItem:
    """Something said to an execution. `id` makes it unique within the execution: the first one put wins.

    `due_at` (put + 60 s) lies in the same sparse index as the headers', so a lost wake is noticed.
    """

    key: ExecutionKey
    id: str
    body: bytes
    due_at: float


@dataclass(frozen=True, slots=True)
class Loaded:
    """A consistent read: the header and the segments from the newest checkpoint on, oldest first. `execution_input` is
    there where the header itself holds it; None says nothing."""

    header: Header
    segments: tuple[Segment, ...]
    execution_input: bytes | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Due:
    """An execution that somebody must look at since `due_at`."""

    key: ExecutionKey
    due_at: float


def row_of(header: Header, **changes: Any) -> ExecutionRow | None:
    """The row of an execution, as its header and `changes` say; None for an item of a Map Run, which has none."""
    if header.is_item:
        return None
    said = {"status": header.status, **changes}
    return ExecutionRow(header.key, header.workflow, header.version, started_at=header.started_at, **said)


@dataclass(frozen=True, slots=True)
class Sizes:
    """From which sizes on it pays, in this store, to write less; in bytes. The numbers given are those of DynamoDB.

    A body over `compress_over` is deflated. A whole snapshot up to `small_snapshot` is written each time; deltas go on
    until they are larger than `few_deltas` and than the last whole snapshot, or `deltas` times it while nobody has had
    to load the execution.
    """

    compress_over: int = 600
    """With the 200 to 350 bytes beside it in its item, a body is within the 1 KB of one write unit."""
    small_snapshot: int = 700
    """With what lies beside it, it is one write unit."""
    few_deltas: int = 3 * 1024
    """They are read along with a small snapshot for nothing: a read unit is 4 KB."""
    deltas: int = 1
    """On AWS each wake is a load."""


BILLED = Sizes()
"""DynamoDB's."""


class Journal(Protocol):
    """All methods raise engine.errors.StorageError (Throttled, StoreUnavailable, StoreBusy …) when the store fails."""

    @property
    def sizes(self) -> Sizes:
        """What pays here."""
        ...

    def create(self, header: Header, execution_input: bytes, row: ExecutionRow | None = None) -> Header | None:
        """Write the input, then the header and its row if its key is free. None when written, else the header that is
        there."""
        ...

    def add_ended(
        self, header: Header, execution_input: bytes, row: ExecutionRow | None, segments: Sequence[Segment], *,
        again: bool = False,
    ) -> bool:
        """Write an execution that has ended already, under a key that nobody else has: it is there whole, or not.
        `again`: over what its writer had written of it. Nobody is told of its end.

        False, and nothing is written, where what it is a fork of is gone, or `again` it is gone itself."""
        ...

    def execution_input(self, key: ExecutionKey) -> bytes | None:
        """The input as it was given to `create`; None for an unknown execution."""
        ...

    def input_or_size(self, key: ExecutionKey, most: int) -> bytes | int | None:
        """The input; of one with more bytes than `most` only their number. None for an unknown execution."""
        ...

    def header(self, key: ExecutionKey) -> Header | None:
        """A consistent read of the header."""
        ...

    def headers(self, keys: Sequence[ExecutionKey]) -> dict[ExecutionKey, Header]:
        """Consistent reads of many headers, in few calls; unknown executions are left out."""
        ...

    def load(self, key: ExecutionKey, *, enough: Enough | None = None) -> Loaded | None:
        """A consistent read of header and segments, from the newest checkpoint on. None for an unknown one."""
        ...

    def written(self, key: ExecutionKey) -> tuple[int, str] | None:
        """A consistent read of the newest segment's number (-1 before any) and the header's status, without a body.
        None for an unknown execution."""
        ...

    def commit(self, segments: Sequence[Segment], headers: Sequence[HeaderChange] = ()) -> list[bool]:
        """Write each segment if its number is free or holds its own nonce; True or False (fenced) for each in order.

        A header change is applied after its execution's segment, and not at all when that was fenced. Adapters may
        write all of it in one transaction (SQLite) or one by one (DynamoDB).
        """
        ...

    def update_headers(self, changes: Sequence[HeaderChange]) -> list[bool]:
        """Apply header changes without a segment (parking, sweep claims), each of another execution; False where the
        condition did not hold."""
        ...

    def history(
        self, key: ExecutionKey, after_event: int = 0, *, enough: Enough | None = None
    ) -> Iterator[Segment]:
        """Segments that hold history events with an id over `after_event`, oldest first."""
        ...

    def segments(self, key: ExecutionKey, first: int = 0, *, enough: Enough | None = None) -> Iterator[Segment]:
        """All segments from the number `first` on, oldest first: also those without history events."""
        ...

    def put_inbox(self, item: InboxItem) -> bool:
        """False when an item with this id is there already (it stays as it is)."""
        ...

    def inbox(self, key: ExecutionKey) -> list[InboxItem]:
        """A consistent read of all items, in order of id."""
        ...

    def delete_inbox(self, key: ExecutionKey, ids: Sequence[str]) -> None:
        """Delete items; unknown ids are no error."""
        ...

    def due(self, before: float, limit: int = 1000) -> list[Due]:
        """Headers and inbox items with due_at < before, most overdue first, of every workspace."""
        ...

    def keep(self, header: Header) -> bool:
        """A closed execution is to go on: from here on its last end gives it no term. False where it was taken."""
        ...

    def taken_at(self, key: ExecutionKey) -> float | None:
        """When retention took the execution (epoch seconds); None where it did not, or nobody knows any more."""
        ...
