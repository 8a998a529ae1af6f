"""A worker process on its queue: claim, round after round, acknowledge, until it is told to stop.

    claim ──► owned already: woken; else admit ──► round ──► outcomes ──► None: acknowledge all wakes of that execution
      ▲                                                          └─────► an error: release one of them, later and later
      └──────────────────────────────────────────────────────────────────────────────────────────────┘

Where the stores share a transaction, a round's commit also acknowledges what the rounds before have done, and claims
for the next one. So a busy worker makes one transaction a round, and waits for the write lock once.

A wake that failed MOST_RECEIVES times is handed to the sweeper: the header says when to look again. So the wakes that
sweeps send for an execution that cannot be opened do not pile up, and a release that can open it finds it there.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from contextlib import suppress

from engine.clock import Clock
from engine.durable.lifecycle.sweeper import CLAIM_SECONDS, LOOK_AHEAD_SECONDS
from engine.durable.worker.owned import RESERVE_SECONDS
from engine.durable.worker.ownership import Outcome
from engine.durable.worker.worker import IDLE_SECONDS, Worker
from engine.errors import StorageError
from engine.ports.journal import RUNNING, HeaderChange, Journal
from engine.ports.keys import ExecutionKey
from engine.ports.queue import ClaimableQueue, Received
from engine.settings import Settings

_LOG = logging.getLogger(__name__)

QUIET_SECONDS = 0.5
"""How long it waits at the most where it owns nothing and is told of wakes: for a stop, and for a wake not told of."""

MOST_OWNED = 100
"""So many executions are stepped at once, and share each commit, where no setting asks for more."""

RECLAIM_SECONDS = 1.0
"""How often it claims though the queue reports no change: wakes that a dead process held have become free."""

OTHERS_SECONDS = 0.05
"""How often it looks for wakes of other workflows while it owns as many executions as it may."""

STOP_SECONDS = 5.0
"""After a stop, calls still running are left so much later: their leases end with this process."""

PATIENCE_SECONDS = 60.0
"""How long the queue may fail in a row before the process gives up."""

LONGEST_PAUSE_SECONDS = 60.0
MOST_RECEIVES = 8
"""A wake that failed comes again after 1, 2, 4 … seconds, at most so often."""


class Serving:
    """One worker on one queue."""

    def __init__(
        self, worker: Worker, queue: ClaimableQueue, journal: Journal, clock: Clock, settings: Settings
    ) -> None:
        self._worker = worker
        self._queue = queue
        self._journal = journal
        self._clock = clock
        self._batch = settings.batch_size
        self._most_owned = max(settings.batch_size, settings.task_threads, MOST_OWNED)
        self._wakes: dict[ExecutionKey, list[Received]] = {}
        self._outcomes: dict[ExecutionKey, Outcome] = {}
        self._done: list[str] = []
        self._claimed: list[Received] = []
        self._traded = self._stopping = False
        self._claim_at = 0.0
        self._others_at = 0.0
        self._is_told = False
        self._failing_since: float | None = None

    def run(self, stop: Callable[[], bool]) -> None:
        """Claim wakes, work and acknowledge, until `stop` says so; then finish what is at hand and return.

        Raises StorageError once the queue has failed for PATIENCE_SECONDS.
        """
        self._is_told = self._queue.listen(self._worker.interrupt)
        self._worker.commit_beside(self._trade_beside)
        try:
            self._serve(stop)
        finally:
            self._queue.listen(None)

    def _serve(self, stop: Callable[[], bool]) -> None:
        self._stopping = stop()
        while not self._stopping or self._worker.owned:
            self._traded = False
            self._worker.round()
            self._with_patience(self._settle)
            self._admit()
            if not self._stopping and stop():
                self._stopping = True
                self._worker.stop_by(self._clock.now() + STOP_SECONDS + RESERVE_SECONDS / 2)
            if not self._stopping or self._worker.owned:
                self._worker.gather(self._idle_seconds())
        self._traded = False
        self._with_patience(self._settle)

    def _idle_seconds(self) -> float:
        """How long to wait for an answer. What it owns has timers and an inbox, which it looks at between two waits.
        One that is to run alone waits for its turn."""
        if self._worker.owned or self._worker.alone or not self._is_told:
            return IDLE_SECONDS
        if self._done:
            return 0.0  # no commit comes that would acknowledge them
        return min(max(self._claim_at - self._clock.now(), IDLE_SECONDS), QUIET_SECONDS)

    def _with_patience(self, act: Callable[[], None]) -> None:
        """A queue that fails for a moment must not end the process: calls are on their way."""
        now = self._clock.now()
        if self._failing_since is not None and now < self._claim_at:
            return
        try:
            act()
        except StorageError as error:
            self._failing_since = now if self._failing_since is None else self._failing_since
            if now - self._failing_since >= PATIENCE_SECONDS:
                raise
            self._claim_at = now + RECLAIM_SECONDS
            _LOG.warning("the queue is asked again in %g s: %s", RECLAIM_SECONDS, error)
        else:
            self._failing_since = None

    def _trade_beside(self, closed: Sequence[ExecutionKey]) -> Callable[[], None]:
        """`_trade` within the commit of a round, which does not fail for that."""
        if self._failing_since is None:
            with suppress(StorageError):  # it is undone, and tried again by itself
                return self._trade(closed)
        return lambda: None

    def _trade(self, closed: Sequence[ExecutionKey] = ()) -> Callable[[], None]:
        """Acknowledge what is done, and claim what there is room for. What it gives is to be called once that lasts."""
        done = self._done + [wake.receipt for key in closed for wake in self._wakes.get(key, ())]
        if done:
            self._queue.acknowledge(done)
        idle = self._stopping or self._worker.alone
        claimed = [] if idle else self._claim(self._clock.now())

        def lasts() -> None:
            self._done, self._claimed, self._traded = [], claimed, True
            for key in closed:
                self._wakes.pop(key, None)

        return lasts

    def _claim(self, now: float) -> list[Received]:
        room = min(self._most_owned - self._worker.owned, self._batch)
        if room <= 0:
            return self._claim_for_others(now)
        if not (self._queue.changed() or now >= self._claim_at):
            return []
        self._claim_at = now  # until it is known to be empty
        claimed = self._queue.claim(room)
        if len(claimed) < room:
            due_in = self._queue.next_due_in()
            self._claim_at = now + (RECLAIM_SECONDS if due_in is None else min(due_in, RECLAIM_SECONDS))
        return claimed

    def _claim_for_others(self, now: float) -> list[Received]:
        """It owns as many as it may. A quarter more is for workflows that own less than their part."""
        room = min(self._most_owned + self._most_owned // 4 - self._worker.owned, self._batch)
        if room <= 0 or now < self._others_at:
            return []
        self._others_at = now + OTHERS_SECONDS
        owned = self._worker.workflows()
        part = self._most_owned // (len(owned) + 1)
        return self._queue.claim(room, without={name for name, count in owned.items() if count >= part})

    def _admit(self) -> None:
        """Own what was claimed, or tell it of the wake where it is owned."""
        claimed, self._claimed = self._claimed, []
        fresh: list[ExecutionKey] = []
        for received in claimed:
            self._wakes.setdefault(received.key, []).append(received)
            if not self._worker.wake(received.key):
                fresh.append(received.key)
        again = {received.key for received in claimed if received.receives > 1}
        self._worker.admit(list(dict.fromkeys(fresh)), float("inf"), again)

    def _settle(self) -> None:
        """See to the wakes of what was let go of: one is enough to bring back what failed. Then trade, where no commit
        did."""
        self._outcomes.update(self._worker.take_outcomes())
        while self._outcomes:
            key, outcome = next(iter(self._outcomes.items()))
            wakes = sorted(self._wakes.get(key, ()), key=lambda wake: wake.receives)
            if outcome is not None and wakes and not self._left_to_sweeper(wakes[-1]):
                last = wakes.pop()
                pause = min(2.0 ** (last.receives - 1), LONGEST_PAUSE_SECONDS)
                self._queue.release([last.receipt], delay=pause)
            self._done += [wake.receipt for wake in wakes]
            self._wakes.pop(key, None)
            del self._outcomes[key]
        if not self._traded:
            self._trade()()

    def _left_to_sweeper(self, wake: Received) -> bool:
        """Whether this wake has failed for long enough, and the header surely brings its execution back before long."""
        if wake.receives < MOST_RECEIVES:
            return False
        header = self._journal.header(wake.key)
        if header is None or header.status != RUNNING:
            return True
        again = self._clock.now() + LONGEST_PAUSE_SECONDS
        if header.due_at is not None and header.due_at <= again + LOOK_AHEAD_SECONDS + CLAIM_SECONDS:
            return True
        return self._journal.update_headers([HeaderChange(
            wake.key, header.seq, header.status, again, cause=header.cause
        )])[0]
