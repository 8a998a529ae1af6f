"""Redriving an execution that did not succeed: it goes on where it stood, under the same id, version and input.

    load ── its term is over no more ── Redriven stepped (engine.kernel.redriving) ── segment N+1 ── header: RUNNING
                                                                                      │ the lock: of two redrives one
    a crash here: the redrive is asked for again ─────────────────────────────────────┘ writes it; the other finds it

The segment comes first, so that whoever was still about to close the header by segment N cannot do so any more: a
header that is still open is no obstacle. The inbox is emptied before that: a stop that was meant for the run before
would end this one too. What late calls answered stays: that is said for the redrive (worker.late_answers).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from engine.clock import Clock
from engine.durable import inbox
from engine.durable.activation import Activation
from engine.durable.lifecycle.errors import absent
from engine.durable.loading import Activator
from engine.durable.opening import START_GRACE_SECONDS, followed, running_by
from engine.durable.retention import Retention
from engine.errors import Conflict, NotFound
from engine.kernel import changeover
from engine.kernel.express import is_express
from engine.kernel.redrivable import lost_map_run
from engine.kernel.snapshot import Status
from engine.kernel.stimulus import Redriven
from engine.language.asl.times import iso_timestamp
from engine.ports.journal import OPEN_STATUSES, PAUSED, RUNNING, Header, HeaderChange, Journal, Loaded, row_of
from engine.ports.published import PublishedVersion
from engine.ports.queue import Wake, WakeQueue
from engine.records import dataclass

if TYPE_CHECKING:
    from engine.kernel.forward.check import At  # a worker plans nothing


class ExecutionNotRedrivable(Conflict):
    """There is nothing to go on with; AWS's name."""

    code = "ExecutionNotRedrivable"


@dataclass(frozen=True, slots=True)
class Onto:
    """Another version to go on by, and who wants it; `at`: at which state, entered anew."""

    version: PublishedVersion
    by: str
    at: At | None = None

    @property
    def pinned(self) -> tuple[int, str]:
        """The version and the digest of its definition."""
        return self.version.number, self.version.definition_digest

    def change(self, header: Header) -> dict[str, object]:
        """What the stimulus carries, from the version that `header` names."""
        change: dict[str, object] = changeover.onto(
            *self.pinned, was=header.version, was_digest=header.definition_digest, by=self.by,
            state=None if self.at is None else self.at.state, given=None if self.at is None else self.at.given,
        )
        return change


class Redrives:
    """Safe to share between threads."""

    def __init__(
        self, journal: Journal, queue: WakeQueue, clock: Clock, activator: Activator, new_seed: Callable[[], int],
        retention: Retention,
    ) -> None:
        self._journal = journal
        self._queue = queue
        self._clock = clock
        self._activator = activator
        self._new_seed = new_seed
        self._retention = retention

    def redrive(self, loaded: Loaded, *, by_parent: int = 0, onto: Onto | None = None) -> None:
        """Let it go on, `onto` another version where that is given. An item of a Map Run is redriven by its parent
        alone, the `by_parent`-th time.

        Raises StorageError, Conflict (ExecutionNotRedrivable) where there is nothing to go on with, NotFound where it
        was deleted since.
        """
        header = loaded.header
        self.check(header, by_parent=by_parent > 0)
        activation = self._activator.activate(loaded, onto=None if onto is None else onto.version)
        if activation.snapshot.closed:
            self._take_up(activation, header, by_parent, onto)
        elif onto is not None and changeover.pinned(activation.snapshot) != onto.pinned:
            raise _refused(header, "another redrive of it was faster")
        elif header.status in OPEN_STATUSES:
            raise _refused(header, f"it is {header.status}")
        self._reopen(activation, header)
        if not by_parent:
            self._queue.send([Wake(header.key)])

    def check(self, header: Header, *, by_parent: bool = False) -> None:
        """Raises Conflict (ExecutionNotRedrivable) for what its header says against it."""
        _check(header, by_parent=by_parent)
        if not by_parent:
            self._check_term(header)

    def _check_term(self, header: Header) -> None:
        until = self._retention.redrivable_until(header.status, header.ended_at)
        if header.status not in OPEN_STATUSES and until is not None and self._clock.now() >= until:
            raise _refused(
                header, f"it ended {iso_timestamp(header.ended_at or 0.0)}, and could be redriven until "
                f"{iso_timestamp(until)}",
                "Start it anew with the same input: Run again in the Explorer, or POST /executions/{id}/rerun. "
                "AUTOMATE_REDRIVE_DAYS says for how long one can be redriven.",
            )

    def _take_up(self, activation: Activation, header: Header, count: int, onto: Onto | None) -> None:
        snapshot = activation.snapshot
        if snapshot.status is Status.SUCCEEDED:
            raise _refused(header, f"it is {snapshot.status}")
        drops = onto is not None and onto.at is not None
        lost = None if drops else lost_map_run(activation.plan, snapshot.redrivable)
        if lost is not None:
            raise _refused(
                header, f"the distributed Map {lost!r} cannot go on: its items ran as EXPRESS executions, or all have "
                "ended and their results could not be used", "Start a new execution.",
            )
        if header.status not in OPEN_STATUSES and not self._journal.keep(header):
            raise self._overtaken(header, "retention has taken it", "Start a new execution.")
        self._empty_inbox(header)
        now = self._clock.now()
        at = max(now, snapshot.last_at)
        settled = header.status not in OPEN_STATUSES
        change = None if onto is None else onto.change(running_by(header, snapshot))
        activation.feed([Redriven(at=at, seed=self._new_seed(), count=count, settled=settled, onto=change)])
        if not activation.dirty:
            raise _refused(header, "an earlier release ended it, and kept nothing to go on with")
        segment = activation.segment(now, owner="", hard_deadline=at)
        if self._journal.commit([segment])[0]:
            activation.committed(segment)
        else:
            raise self._overtaken(header)

    def _empty_inbox(self, header: Header) -> None:
        """Unless another redrive was faster: then what is there was said to that one."""
        at = self._clock.now()
        ids = [item.id for item in self._journal.inbox(header.key) if not inbox.outlives_the_end(item, at)]
        if not ids:
            return
        now = self._journal.header(header.key)
        if now is None or (now.status, now.seq) != (header.status, header.seq):
            raise self._overtaken(header)
        self._journal.delete_inbox(header.key, ids)

    def _reopen(self, activation: Activation, header: Header) -> None:
        """Make the header RUNNING. Where it was still open, its closer may come in between, once."""
        due_at = self._clock.now() + START_GRACE_SECONDS
        known: Header | None = header
        for _ in range(2):
            if known is None:
                break
            change = HeaderChange(
                header.key, activation.seq, RUNNING, due_at, strikes=0,
                reopens=None if known.status in OPEN_STATUSES else known.status,
                row=row_of(activation.header, status=RUNNING, redrives=activation.snapshot.redrives),
                **followed(activation),
            )
            if self._journal.update_headers([change])[0]:
                return
            known = self._journal.header(header.key)
            if known is not None and known.status in OPEN_STATUSES:
                return
        raise self._overtaken(header)

    def _overtaken(
        self, header: Header, why: str = "another redrive of it was faster", advice: str = ""
    ) -> ExecutionNotRedrivable | NotFound:
        if self._journal.header(header.key) is None:
            return absent(self._journal, header.key)
        return _refused(header, why, advice)


def _check(header: Header, *, by_parent: bool) -> None:
    if header.key.fork_of is not None:
        raise _refused(header, "it is a fork", f"Redrive its original: {header.key.fork_of}")
    if header.status == PAUSED:
        raise _refused(
            header, "it is PAUSED", f"Let it go on: automate resume {header.key.id}. To redrive it, stop it first."
        )
    if header.status == Status.SUCCEEDED:
        raise _refused(header, f"it is {header.status}")
    if is_express(header.kind):
        raise _refused(header, "EXPRESS executions keep nothing to go on with", "Start a new one with the same input.")
    if header.is_item and not by_parent:
        raise _refused(header, "it is an item of a Map Run", "Redrive the execution that runs the Map.")


def _refused(header: Header, why: str, advice: str = "") -> ExecutionNotRedrivable:
    return ExecutionNotRedrivable(
        f"the execution {header.key.id} cannot be redriven: {why}", where="id",
        advice=advice or "Only an execution that FAILED, TIMED_OUT or was ABORTED can be redriven.",
    )
