"""Jobs that were started with ``.sync``, until what is durable says who sees to them.

    call ── answer: the job began ── committed: its frame has the job ───────────────► its Task asks how it stands
                    │                 committed: it is to be stopped (Snapshot.stops) ► engine.durable.worker.outbox
                    │                 the frame waits for this start still ───────────► looked at again
                    └──────────────── nobody waits: the execution was stopped, its branch was cancelled, another worker
                                      took over and ended it ─────────────────────────► stopped here

The answer may come when its execution is closed and let go of, or be lost with a commit that was fenced: this worker is
then the only one who knows the job's name. A worker that dies with it takes that with it.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import replace

from engine.clock import Clock
from engine.durable import codec
from engine.durable.activation import Activation
from engine.durable.worker.calls import Answer, Ticket
from engine.durable.worker.outbox import Outbox
from engine.durable.worker.owned import Owned
from engine.errors import SchemaTooNew
from engine.kernel.children.child_ids import started_id
from engine.kernel.snapshot import Frame, Snapshot
from engine.kernel.tokens import idempotency_key
from engine.language.asl.model import Pattern, Task
from engine.ports.journal import OPEN_STATUSES, Journal
from engine.ports.keys import ExecutionKey
from engine.ports.tasks import TaskCall, TaskSucceeded
from engine.records import dataclass

_LOG = logging.getLogger(__name__)

LOOK_SECONDS = 2.0
"""How often what is durable is read again while it does not say yet what becomes of a job, or cannot be read."""

MOST_LOOKS = 150
"""After five minutes of looks a job is left: whoever has the execution waits for it under the same key."""


@dataclass(slots=True)
class _Begun:
    """`call` is the start as it was made, with what it answered as its job."""

    ticket: Ticket
    call: TaskCall
    look_at: float = 0.0
    looks: int = 0

    def looked(self, *, again_at: float) -> None:
        """It was looked at, and is again then."""
        self.looks += 1
        self.look_at = again_at


class OrphanedJobs:
    """Told of each call that starts a job, and of each answer."""

    def __init__(self, journal: Journal, outbox: Outbox, clock: Clock) -> None:
        self._journal = journal
        self._outbox = outbox
        self._clock = clock
        self._calls: dict[Ticket, TaskCall] = {}
        self._begun: list[_Begun] = []

    def expect(self, ticket: Ticket, call: TaskCall, activation: Activation, frame: Frame) -> None:
        """`call` is about to be made for `frame`."""
        state = activation.plan.state(frame.machine, frame.state)
        is_sync = isinstance(state, Task) and state.resource.pattern is Pattern.SYNC and frame.job is None
        if is_sync and started_id(activation.plan, activation.snapshot.facts, frame) is None:
            self._calls[ticket] = call

    def note(self, answer: Answer) -> None:
        """An answer came, whether anybody waits for it or not."""
        call = self._calls.pop(answer.ticket, None) if self._calls else None
        if call is not None and isinstance(answer.outcome, TaskSucceeded):
            self._begun.append(_Begun(answer.ticket, replace(call, job=answer.outcome.output, secrets={})))

    def settle(self, owned: Mapping[ExecutionKey, Owned]) -> None:
        """Stop the jobs that nobody waits for. `owned` are this worker's executions; others are read."""
        if self._begun:
            now = self._clock.now()
            self._begun = [begun for begun in self._begun if not self._is_settled(begun, owned, now)]

    def _is_settled(self, begun: _Begun, owned: Mapping[ExecutionKey, Owned], now: float) -> bool:
        own = owned.get(begun.ticket.key)
        activation = own.activation if own is not None and own.activation.nonce == begun.ticket.nonce else None
        if activation is not None and activation.dirty:
            return False  # the commit says
        if activation is None and now < begun.look_at:
            return False
        try:
            snapshot = activation.snapshot if activation is not None else self._stored(begun.ticket.key)
            seen_to = False if snapshot is None else _seen_to(snapshot, begun)
            if seen_to is False:
                self._outbox.stop_job(begun.call)
        except Exception as error:  # noqa: BLE001  whatever a store raises: the loop has other executions
            _LOG.warning("a job is looked at later: %s", error, extra={"execution": begun.ticket.key.id})
            seen_to = None
        begun.looked(again_at=now + LOOK_SECONDS)
        return seen_to is not None or begun.looks >= MOST_LOOKS

    def _stored(self, key: ExecutionKey) -> Snapshot | None:
        """What is durable; None where nobody waits for anything. Raises StorageError."""
        loaded = self._journal.load(key)
        try:
            return codec.stored_snapshot(loaded)
        except SchemaTooNew:  # every release reads the header, and a redrive writes its segment before it
            if loaded is None or loaded.header.status in OPEN_STATUSES or (
                loaded.header.seq < loaded.segments[-1].seq
            ):
                raise
            return None


def _seen_to(snapshot: Snapshot, begun: _Begun) -> bool | None:
    """Whether somebody has the job; None while the frame that started it waits for it, here or with a successor.

    Judged by the idempotency key, not by the job's name: two answers to one start need not be the same JSON.
    """
    key = begun.call.idempotency_key
    if any(stop["key"] == key for stop in snapshot.stops):
        return True
    frame = snapshot.frames.get(begun.ticket.call[0])
    if snapshot.closed or frame is None or idempotency_key(snapshot.facts, frame) != key:
        return False
    return None if frame.job is None else True
