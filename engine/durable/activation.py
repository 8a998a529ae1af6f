"""One execution while a worker owns it: in memory, no I/O.

    feed stimuli ──► step ──► uncommitted change ──► segment(…) ──► [worker commits] ──► committed()
                                                                                         calls may now be made

The worker loads an Activation, feeds it, commits the segments it makes and performs what it then owes. Whether a
checkpoint (the whole snapshot) or only the delta goes into a segment is decided here: a delta while the deltas since
the last checkpoint are smaller than it was, or than a read of DynamoDB is anyway, so that loading reads no more than
twice what it must and writing stays proportional to change. Where reading costs little, an execution that nobody had to
load yet may have more of them (`Sizes.deltas`): each whole snapshot of a large Map repeats all that it has done.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from functools import partial

from engine.durable import codec
from engine.durable.large_values import Values, Written
from engine.durable.outline import SHARES_VALUES
from engine.durable.retention import Retention
from engine.kernel import effects
from engine.kernel.express import is_express
from engine.kernel.history import AUDITED_EVENTS, HistoryEvent
from engine.kernel.open_frame import AnyFrame
from engine.kernel.snapshot import SCHEMA, Phase, Snapshot
from engine.kernel.step import step
from engine.kernel.stimulus import Stimulus, TaskStarted
from engine.language.asl.model import Plan
from engine.ports.activities import WorkItem
from engine.ports.journal import BILLED, Header, Segment, Sizes
from engine.ports.published import PublishedVersion
from engine.records import dataclass

SLICE_TRANSITIONS = 200
"""States entered at most before the loop looks at its clock and at the other executions (about 5 ms)."""

SEGMENT_TRANSITIONS = 2000
SEGMENT_SECONDS = 5.0
SEGMENT_BYTES = 256 * 1024
"""A run of pure states commits at the latest after so many transitions, seconds, or bytes of history."""

LEASE_MARGIN_SECONDS = 10.0
"""A call's lease outlasts its budget by this."""

MOST_DEFLATED = 1100
"""Deflating makes no body smaller by more than this (zlib: 1032), so a delta that is surely too large is not made."""

_UNDER_WAY = (Phase.SCHEDULED, Phase.RUNNING, Phase.BACKOFF)


Choose = Callable[[Sequence[AnyFrame]], Sequence[tuple[AnyFrame, float]]]
"""Which of the frames that owe a call may make it now, each with its budget in seconds."""


Call = tuple[str, int, int]
"""Which call of an execution: frame, visit and attempt."""


@dataclass(frozen=True, slots=True)
class StartedCall:
    """An intent that the next commit makes durable; only then may the call be made."""

    place: Call
    budget_seconds: float
    lease_until: float


class Activation:
    """The owned execution. Its attributes are for all to read, and change by its own methods only.

    `segments` are those it was loaded from, oldest first, and `values` their large values; `input_bytes` is the size of
    its input where there are none.
    `schema` is the one that its stage writes, `sizes` are its store's. `express`: it is run in one go, and committed
    once it is closed. `seq` is the last committed segment's number and `nonce` this load's: together they are the
    fencing token, the store's condition for the next write. `owed` is what the world owes the present `snapshot`,
    `header` what is known to be stored, `consumed` the inbox items that were read and are to be deleted, `in_flight`
    the calls under way.
    """

    def __init__(
        self, header: Header, version: PublishedVersion, plan: Plan, snapshot: Snapshot, *, nonce: str,
        schema: int = SCHEMA, segments: Sequence[Segment] = (), input_bytes: int = 0, sizes: Sizes = BILLED,
        retention: Retention | None = None, values: Values | None = None,
    ) -> None:
        self._retention = retention or Retention()
        self._schema = schema
        self._sizes = sizes
        self._deltas = 1 if segments else sizes.deltas  # what was loaded once will be loaded again
        self.header = header
        self.express = is_express(header.kind)
        self.key = header.key
        self.version = version
        self.plan = plan
        self.snapshot = snapshot
        self.nonce = nonce
        self.seq = segments[-1].seq if segments else header.seq
        self.consumed: list[str] = []
        self.in_flight: set[Call] = set()
        self._intents: list[StartedCall] = []
        self.owed = effects.owed(plan, snapshot)
        waiting = self.owed.activities
        self._suspects = [
            (frame.path, frame.visit) for frame in snapshot.frames.values()
            if frame.phase in _UNDER_WAY and frame not in waiting
        ]
        self.offered: set[WorkItem] = set()  # by this load; `out`: by it or an earlier one
        self.out = {effects.work_item(plan, snapshot, frame) for frame in waiting}
        self._stimuli: list[Stimulus] = []
        self._events: list[HistoryEvent] = []
        self._event_texts: list[bytes] | None = []
        self._frame_texts = codec.FrameTexts()
        known = () if values is None else values.known()
        self._written = Written(known, self.seq + 1) if schema >= SHARES_VALUES else None
        self._event_ids = (0, 0)
        self._event_bytes = 0
        self._transition_bytes = 2 * max((len(segment.body) for segment in segments), default=input_bytes) + 256
        self._touched: set[str] = set()
        self._removed: set[str] = set()
        self._since = 0.0
        self._visit_at_commit = snapshot.next_visit
        self._checkpoint_bytes = 0
        self._delta_bytes = 0
        for segment in segments:
            self._account(segment)

    @property
    def dirty(self) -> bool:
        """Whether there is something to commit."""
        return bool(self._stimuli)

    @property
    def kept_until(self) -> float | None:
        """When retention may take it; None for one that has not closed, is kept for ever, or goes with its parent."""
        parent, snapshot = self.header.parent, self.snapshot
        if not snapshot.closed or (parent is not None and parent.waits):
            return None
        return self._retention.kept_until(str(snapshot.status), snapshot.last_at, self.version.retention_days)

    @property
    def suspected(self) -> bool:
        """Whether a task that was under way when it was loaded, in any attempt, has still to succeed or to be given
        up: there was no progress until then, whatever else went on."""
        frames = (self.snapshot.frames.get(path) for path, _ in self._suspects)
        return any(
            frame is not None and frame.visit == visit and frame.phase in _UNDER_WAY
            for frame, (_, visit) in zip(frames, self._suspects, strict=True)
        )

    def feed(self, stimuli: Sequence[Stimulus], choose: Choose | None = None) -> None:
        """Step by one slice. Stimuli that changed nothing leave nothing to commit. Where nobody owed a call before,
        `choose` says which calls that come to be owed may begin: their intents are part of the same step."""
        room = SLICE_TRANSITIONS if self.express else (SEGMENT_BYTES - self._event_bytes) // self._transition_bytes
        then = None
        if choose is not None and not self.owed.scheduled:
            then = partial(self._intend_chosen, choose, max(stimuli[-1].at, self.snapshot.last_at))
        stepped = step(
            self.plan, self.snapshot, stimuli, max_transitions=min(max(room, 1), SLICE_TRANSITIONS), then=then,
        )
        if not stepped.taken:
            return
        if not self._stimuli:
            self._since = stepped.taken[0].at
        self.snapshot = stepped.snapshot
        self.owed = effects.owed(self.plan, self.snapshot)
        self._stimuli += stepped.taken
        self._record(stepped.events)
        self._touched = (self._touched | stepped.touched) - stepped.removed
        self._removed = (self._removed | stepped.removed) - stepped.touched
        self.in_flight = {call for call in self.in_flight if self._awaits(call)}

    def _awaits(self, call: Call) -> bool:
        """Whether anybody waits for this call still: its branch may have been cancelled, its time may be over."""
        frame = self.snapshot.frames.get(call[0])
        return frame is not None and frame.phase is Phase.RUNNING and frame.place == call

    def _record(self, events: Sequence[HistoryEvent]) -> None:
        if not events:
            return
        text, size = codec.text_and_size(events, self._written)
        self._events += events
        if text is None or self._event_texts is None:
            self._event_texts = None
        else:
            self._event_texts.append(text)
        self._event_bytes += size
        self._event_ids = (self._event_ids[0] or events[0].id, events[-1].id)
        self._transition_bytes = max(2 * size // len(events), 256)

    def must_commit(self, now: float) -> bool:
        """Whether a run of pure states has gone on for long enough."""
        return self.dirty and (
            self.snapshot.next_visit - self._visit_at_commit >= SEGMENT_TRANSITIONS
            or now - self._since >= SEGMENT_SECONDS
            or self._event_bytes >= SEGMENT_BYTES
        )

    def start(self, calls: Sequence[tuple[AnyFrame, float]], now: float) -> None:
        """Write the intents to call for frames (all SCHEDULED), each with its budget in seconds, into the uncommitted
        change."""
        if calls:
            self.feed(self._intend(calls, max(now, self.snapshot.last_at)))

    def _intend_chosen(self, choose: Choose, at: float, frames: Sequence[AnyFrame]) -> list[Stimulus]:
        return self._intend(choose(frames), at)

    def _intend(self, calls: Sequence[tuple[AnyFrame, float]], at: float) -> list[Stimulus]:
        stimuli: list[Stimulus] = []
        for frame, seconds in calls:
            until = at + seconds + LEASE_MARGIN_SECONDS
            stimuli.append(TaskStarted(at, 0, frame.path, frame.visit, frame.attempt, until))
            self._intents.append(StartedCall(frame.place, seconds, until))
        return stimuli

    def lease_until(self, hard_deadline: float) -> float:
        """When the last running call is over at the latest; 0.0 while none runs."""
        ends = [frame.lease_until for frame in self.owed.running]
        return min(hard_deadline, max(ends)) if ends else 0.0

    def segment(self, now: float, *, owner: str, hard_deadline: float) -> Segment:
        """The uncommitted change as the next segment. Call `committed` once it is written."""
        events = tuple(self._events)
        change = codec.Change(
            tuple(self._stimuli), self._event_texts, self.snapshot, frozenset(self._touched),
            frozenset(self._removed), events,
        )
        body = b""
        sizes = self._sizes
        most = max(self._deltas * self._checkpoint_bytes, sizes.few_deltas) - self._delta_bytes
        if self._checkpoint_bytes > sizes.small_snapshot and self._event_bytes // MOST_DEFLATED <= most:
            body = self._body(change, checkpoint=False)
        checkpoint = not body or len(body) > most
        if checkpoint:
            body = self._body(change, checkpoint=True)
        first, last = self._event_ids
        lease = self.lease_until(hard_deadline)
        audited = not AUDITED_EVENTS.isdisjoint([event.type for event in events])
        return Segment(  # in the order of the fields: by name it takes twice as long
            self.key, self.seq + 1, self.nonce, body, max(now, self.snapshot.last_at), checkpoint, lease,
            owner if lease else "", first, last, audited, events, self.header.version, self.kept_until,
        )

    def _body(self, change: codec.Change, *, checkpoint: bool) -> bytes:
        return codec.encode_change(
            change, checkpoint=checkpoint, schema=self._schema, compress_over=self._sizes.compress_over,
            texts=self._frame_texts, written=self._written,
        )

    def committed(self, segment: Segment) -> list[StartedCall]:
        """The segment is durable: forget the change, answer the calls that may now be made."""
        self.seq = segment.seq
        self._account(segment)
        if self._written is not None:
            self._written.committed()
        self._stimuli, self._events, self._event_texts = [], [], []
        self._event_ids, self._event_bytes = (0, 0), 0
        self._touched, self._removed = set(), set()
        self._visit_at_commit = self.snapshot.next_visit
        return self.begun()

    def begun(self) -> list[StartedCall]:
        """The calls that may now be made: an EXPRESS one's need no durable intent."""
        calls, self._intents = self._intents, []
        self.in_flight |= {call.place for call in calls}
        return calls

    def call_ended(self, call: Call) -> bool:
        """The call was answered, or hangs and is given up. False where nobody waits for it: it was given up before."""
        if call not in self.in_flight:
            return False
        self.in_flight.discard(call)
        return True

    def consume(self, item: str) -> None:
        """An inbox item was read: what it said is fed, and it is to be deleted after the next commit."""
        self.consumed.append(item)

    def consumed_deleted(self) -> None:
        """The inbox items that were read are there no longer."""
        self.consumed = []

    def header_stored(self, header: Header) -> None:
        """The header was written, and is this now."""
        self.header = header

    def offers_stand(self, items: Collection[WorkItem]) -> None:
        """Just these work items are offered, by this load."""
        self.offered, self.out = set(items), set(items)

    def offer_lost(self, item: WorkItem) -> None:
        """The work item is not there any more, and has to be offered again."""
        self.offered.discard(item)

    def _account(self, segment: Segment) -> None:
        size = len(segment.body)
        if segment.checkpoint:
            self._checkpoint_bytes, self._delta_bytes = size, 0
        else:
            self._delta_bytes += size
