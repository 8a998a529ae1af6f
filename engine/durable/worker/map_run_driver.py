"""A distributed Map's children are executions of their own: starting them, hearing of them, joining them.

    parent   entered ── opened: inputs made ── 100 children created ── cursor 100 ── 100 more ── cursor 200 ── … parked
                          commit                    │                    commit                    commit        │
    children                                        └ input, header, wake ──► runs ──► closed ── notice, wake ───┤
    parent   woken: notices folded into letters ── commit ── notices deleted ── more children ── … parked ───────┤
    parent   woken: all have ended ── their outputs in order ── MapRunReturned

What is written is only acted upon once it is committed: the letters that say how each child ended, and how far the
dispatch has come (outcomes.outcomes). A worker that dies between creating children and committing that repeats
at most a hundred creates; a child's id follows from its index, so a repeated one finds it there.

A notice may be lost. Every SWEEP_SECONDS the headers of the children that are out are read, a hundred in turn.
A run that fails or whose parent is stopped leaves its children in the snapshot as `abandoned`; they are stopped after
that commit, and again by whoever loads the snapshot, until that is recorded too.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable, Sequence
from typing import Any, Protocol, cast

from engine.clock import Clock
from engine.durable import codec, notices
from engine.durable.activation import Activation
from engine.durable.lifecycle.redrives import ExecutionNotRedrivable, Onto, Redrives
from engine.durable.opening import START_GRACE_SECONDS, running_by
from engine.durable.worker.map_run_results import child_results
from engine.errors import NotFound, StoreCorrupt
from engine.kernel.children import outcomes
from engine.kernel.children.child_ids import HUNDRED, item_id, started_id
from engine.kernel.children.map_run import THRESHOLD, THRESHOLD_CAUSE, is_opened, owes_results, within_tolerance
from engine.kernel.children.result_writer import ChildResult, inline
from engine.kernel.express import FIRST_LOOK_SECONDS
from engine.kernel.snapshot import Frame, Phase, Snapshot, Status
from engine.kernel.stimulus import (
    ChildClosed,
    ChildrenStopped,
    MapRunDispatched,
    MapRunEnding,
    MapRunErred,
    MapRunOpened,
    MapRunReturned,
    Stimulus,
)
from engine.language.asl.model import Map
from engine.language.expr.java_text import json_text
from engine.ports.journal import OPEN_STATUSES, RUNNING, Header, Journal, Parent
from engine.ports.keys import ExecutionKey
from engine.ports.queue import Wake, WakeQueue

Json = Any

_LOG = logging.getLogger(__name__)

WINDOW = 1000
LOCAL_WINDOW = 40
"""So many children are out at once where MaxConcurrency names no number: on AWS, and in one process."""


class Each(Protocol):
    """`act` on each item, side by side where the store takes that."""

    def __call__(self, act: Callable[[Any], Any], items: Sequence[Any], /) -> list[Any]:
        """The results in order."""
        ...


class MapRuns:
    """What the worker does about child executions. Methods raise StorageError; whatever was done can be done again."""

    def __init__(
        self, journal: Journal, queue: WakeQueue, clock: Clock, new_seed: Callable[[], int], each: Each,
        redrives: Redrives, *, window: int,
    ) -> None:
        self._journal = journal
        self._queue = queue
        self._clock = clock
        self._seed = new_seed
        self._each = each
        self._redrives = redrives
        self._window = window

    def owes(self, activation: Activation) -> bool:
        """Whether `perform` has something to do."""
        owed = activation.owed
        return bool(owed.abandoned) or any(self._due(activation.snapshot, frame) for frame in owed.map_runs)

    def perform(self, activation: Activation, at: float) -> list[Stimulus]:
        """Do what the committed snapshot owes its children; answers what has to be recorded of it."""
        owed = activation.owed
        stimuli: list[Stimulus] = []
        if owed.abandoned:
            notices.stop(self._journal, self._queue, self._clock, activation.key.workspace, owed.abandoned)
            stimuli.append(ChildrenStopped(at=at))
        due = [frame for frame in owed.map_runs if self._due(activation.snapshot, frame)]
        return stimuli + [self._forward(activation, frame, at) for frame in due]

    def swept(self, activation: Activation, now: float, at: float) -> list[Stimulus]:
        """The children that have ended and whose notice did not come, of the frames whose sweep is due."""
        snapshot = activation.snapshot
        wanted: list[tuple[ExecutionKey, int]] = []
        for frame in snapshot.frames.values():
            if frame.due_at is None or frame.due_at > now:
                continue
            if frame.phase is Phase.CHILDREN:
                run = snapshot.frames[frame.path.rpartition("/")[0]]
                wanted += [
                    (_child(activation, run, index), snapshot.redrives if again else 0)
                    for index, again in outcomes.running(frame)
                ]
            elif frame.phase is Phase.CALLBACK:
                child = started_id(activation.plan, snapshot.facts, frame)
                wanted += [] if child is None else [(ExecutionKey(activation.key.workspace, child), 0)]
        found = self._each(lambda item: self._ended(item[0], item[1], at, activation), wanted)
        return [stimulus for stimulus in found if stimulus is not None]

    # ---------------------------------------------------------------- a Map Run

    def _due(self, snapshot: Snapshot, frame: Frame) -> bool:
        """Whether the run can go on: be opened, start children, or end."""
        if not is_opened(frame):
            return True
        stands = outcomes.tally(snapshot, frame)
        return stands.over or not _tolerated(frame, stands) or self._room(frame, stands) > 0

    def _room(self, frame: Frame, stands: outcomes.Tally) -> int:
        concurrency = 0 if frame.fanout is None else frame.fanout.concurrency
        return min((concurrency or self._window) - stands.running, stands.pending)

    def _forward(self, activation: Activation, frame: Frame, at: float) -> Stimulus:
        place = (at, self._seed(), *frame.place)
        if not is_opened(frame):
            return MapRunOpened(*place)
        stands = outcomes.tally(activation.snapshot, frame)
        tolerated = _tolerated(frame, stands)
        if (stands.over or not tolerated) and owes_results(frame):
            return MapRunEnding(*place, failed=not tolerated)
        if not tolerated:
            counts = outcomes.record_of(activation.snapshot, frame, stands)
            return MapRunErred(*place, error=THRESHOLD, cause=THRESHOLD_CAUSE, counts=counts)
        if stands.over:
            outputs = frame.arguments.get("written") or self._outputs(activation, frame)
            counts = outcomes.record_of(activation.snapshot, frame, stands)
            return MapRunReturned(*place, output=outputs, counts=counts)
        first = outcomes.cursor(activation.snapshot, frame)
        count = min(self._room(frame, stands), HUNDRED)
        self._start(activation, frame, range(first, first + count))
        return MapRunDispatched(*place, first=first, count=count)

    def _start(self, activation: Activation, frame: Frame, indices: range) -> None:
        """Create the children, then wake them. Those that are there already are woken too: that is only a hint."""
        wanted = [index for index in indices if not outcomes.has_ended(activation.snapshot, frame, index)]
        headers = self._each(lambda index: self._create(activation, frame, index), wanted)
        if headers:
            self._queue.send([Wake(key) for key in headers])

    def _create(self, activation: Activation, frame: Frame, index: int) -> ExecutionKey:
        """Input, then header, as every start. It walks the ItemProcessor of the very definition its parent pinned."""
        key = _child(activation, frame, index)
        inputs = frame.fanout.items if frame.fanout is not None else None
        encoded = json_text((inputs or ())[index]).encode("utf-8", "surrogatepass")
        state = cast("Map", activation.plan.state(frame.machine, frame.state))
        now, parent = self._clock.now(), activation.header
        existing = self._journal.create(Header(
            key=key, workflow=parent.workflow, version=parent.version, definition_digest=parent.definition_digest,
            input_digest=hashlib.sha256(encoded).hexdigest(), kind=frame.arguments["kind"], status=RUNNING,
            started_at=now, due_at=now + FIRST_LOOK_SECONDS.get(frame.arguments["kind"], START_GRACE_SECONDS),
            parent=Parent(
                parent.key.id, frame.path, frame.visit, frame.attempt, index, machine=state.processor,
            ),
        ), encoded)
        if activation.snapshot.redrives and existing is not None:
            self._redrive(existing, activation)
        return key

    def _redrive(self, header: Header, activation: Activation) -> bool:
        """The child was there before its parent was redriven for the `redrives`-th time: it goes on too, unless it is
        at it, succeeded, or has ended since, which the next sweep over the children tells. True where it goes on now.

        Its header may be behind its last segment, where a worker died between the two: of one that ended as well as of
        one that was redriven just now.
        """
        redrives = activation.snapshot.redrives
        loaded = None if header.status == Status.SUCCEEDED else self._journal.load(header.key)
        last = codec.stored_snapshot(loaded)
        if loaded is None or last is None:
            return False
        at_it = last.status is Status.RUNNING and header.status in OPEN_STATUSES
        again = last.closed and last.redrives >= redrives and not notices.stopped_by_parent(last)
        if last.status is Status.SUCCEEDED or at_it or again:
            return False
        try:
            self._redrives.redrive(loaded, by_parent=redrives, onto=_onto(activation, running_by(header, last)))
        except (ExecutionNotRedrivable, NotFound) as error:  # a worker was faster; else the sweep tells how it ended
            _LOG.info("a child is not redriven: %s", error, extra={"execution": header.key.id})
            return False
        return True

    def _outputs(self, activation: Activation, frame: Frame) -> Json:
        """The Map's output: those of its children, in order, as a WriterConfig without a destination may shape them."""
        config = frame.arguments.get("writer_config")
        if config is not None and config.get("Transformation", "NONE") == "NONE":
            results = child_results(self._journal, activation.header, activation.snapshot, frame)
            return inline(results, config)
        outputs = self._compact(activation, frame)
        if config is None:
            return outputs
        return inline([ChildResult("", "", "", "SUCCEEDED", None, output) for output in outputs], config)

    def _compact(self, activation: Activation, frame: Frame) -> list[Json]:
        """The outputs of those that succeeded, in order; large ones lie with the child."""
        found = list(outcomes.successes(activation.snapshot, frame))
        elsewhere = [index for index, inline, _ in found if not inline]
        keys = [_child(activation, frame, index) for index in elsewhere]
        read = dict(zip(elsewhere, self._each(self._output, keys), strict=True))
        return [output if inline else read[index] for index, inline, output in found]

    def _output(self, key: ExecutionKey) -> Json:
        snapshot = codec.stored_snapshot(self._journal.load(key))
        if snapshot is None:
            raise StoreCorrupt(f"the child {key.id} is missing")
        return snapshot.output

    # ---------------------------------------------------------------- reading headers

    def _ended(self, key: ExecutionKey, redrives: int, at: float, activation: Activation) -> ChildClosed | None:
        """The child's end, None while it runs. One that was there before its run was redriven for the `redrives`-th
        time goes on where it has not yet; what cannot has ended for good."""
        header = self._journal.header(key)
        if header is None or header.status in OPEN_STATUSES or header.parent is None:
            return None
        parent = header.parent
        if header.cause is not None:  # stopped while it was PAUSED and could not be opened (engine.durable.poison)
            output = None if header.is_item else {"Status": header.status, "Cause": header.cause}
            told: dict[str, Json] = {"child": key.id, "status": header.status, "output": output}
        else:
            last = codec.stored_snapshot(self._journal.load(key))
            if last is None:
                return None
            # also one whose dispatch was not committed, and whom the stop of before the redrive reached only now
            stale = activation.snapshot.redrives and header.is_item and notices.stopped_by_parent(last)
            if (redrives or stale) and self._redrive(header, activation):
                self._queue.send([Wake(key)])
                return None
            told = notices.notice(header, last)
        return ChildClosed(
            at, self._seed(), parent.frame, parent.visit, parent.attempt, index=parent.index,
            **{**told, "redrives": redrives},
        )


def _onto(activation: Activation, header: Header) -> Onto | None:
    """The version that the parent runs by now, where the child `header` ran by another one."""
    if not activation.snapshot.changeovers or header.definition_digest == activation.version.definition_digest:
        return None
    return Onto(activation.version, activation.snapshot.changeovers[-1]["by"])


def _child(activation: Activation, run: Frame, index: int) -> ExecutionKey:
    return ExecutionKey(activation.key.workspace, item_id(activation.key.id, run.visit, run.attempt, index))


def _tolerated(frame: Frame, stands: outcomes.Tally) -> bool:
    return within_tolerance(frame, stands.failures, stands.total)
