"""A synchronous start: an EXPRESS execution is run here and now, and its outcome is the answer.

    start ──► header (EXPRESS_SYNC, no wake) ──► run in this thread ──► closed: the execution as it ended
                                                       └── SYNC_SECONDS over ──► TIMED_OUT; SyncTimedOut names it

It is run once, whatever happens: a client that gets no answer looks at the execution by its id.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from engine.clock import Clock
from engine.durable.execution import Execution
from engine.durable.lifecycle.executions import Executions
from engine.errors import UserError
from engine.kernel.express import SYNC_SECONDS

if TYPE_CHECKING:
    from engine.durable.worker.worker import Worker

_CLOSING_SECONDS = 1.5
"""What the closing commit of one that timed out may take before the answer is given without it."""


class SyncTimedOut(UserError):
    """It did not end in time; the message names it."""

    code = "SyncTimedOut"
    status = 504


class SyncStarts:
    """`new_worker` makes a worker that runs synchronous starts, a new one for each. Safe to share between threads."""

    def __init__(self, executions: Executions, new_worker: Callable[[], Worker], clock: Clock) -> None:
        self._executions = executions
        self._new_worker = new_worker
        self._clock = clock

    def run(self, started: Execution) -> Execution:
        """Run to its end, for at most SYNC_SECONDS, what was started with `sync`; as it ended. Raises SyncTimedOut
        (504)."""
        from engine.durable.activation import LEASE_MARGIN_SECONDS  # noqa: PLC0415  most starts are not synchronous
        from engine.durable.worker.owned import RESERVE_SECONDS  # noqa: PLC0415
        from engine.durable.worker.worker import IDLE_SECONDS  # noqa: PLC0415

        began, worker = self._clock.now(), self._new_worker()
        worker.admit([started.key], began + SYNC_SECONDS + LEASE_MARGIN_SECONDS + RESERVE_SECONDS)
        while worker.owned and self._clock.now() < began + SYNC_SECONDS + _CLOSING_SECONDS:
            worker.round()
            worker.gather(IDLE_SECONDS)
        ended = self._executions.describe(started.key)
        if ended.ended_at is None or (ended.status == "TIMED_OUT" and ended.ended_at - began >= SYNC_SECONDS):
            raise SyncTimedOut(
                f"{started.key.id} did not end within {SYNC_SECONDS:g} s", where=started.key.id,
                advice="It was run once and will not be run again; look at it by its id. Longer work is for a start "
                "that does not wait.",
            )
        return ended
