"""What CloudWatch counts of executions: begun, ended and how, steps that failed, all read off committed history events;
and those that were PAUSED.

A commit is told again to whoever loads the execution next (functions.engine_audit), so what this process has counted is
remembered; a worker that dies in between leaves a count that is one too high. Metrics are for alarms and graphs: the
executions index and the audit log are exact.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from threading import Lock

from engine.kernel.history import HistoryEvent
from engine.ports.journal import Segment
from engine.ports.keys import ExecutionKey

METRICS = {
    "ExecutionStarted": "ExecutionsStarted", "ExecutionSucceeded": "ExecutionsSucceeded",
    "ExecutionFailed": "ExecutionsFailed", "ExecutionTimedOut": "ExecutionsTimedOut",
    "ExecutionAborted": "ExecutionsAborted", "TaskScheduled": "TasksScheduled", "TaskFailed": "TasksFailed",
    "TaskTimedOut": "TasksTimedOut",
}
"""History event to metric."""

MOST_REMEMBERED = 10_000


class Metering:
    """Counts until they are taken. Safe to share between threads."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._counts: Counter[str] = Counter()
        self._seen: dict[tuple[str, str, int], None] = {}

    def __call__(self, segment: Segment, events: Sequence[HistoryEvent]) -> None:
        """Count the events of a committed segment, once."""
        place = (segment.key.workspace, segment.key.id, segment.seq)
        with self._lock:
            if place in self._seen:
                return
            self._seen[place] = None
            while len(self._seen) > MOST_REMEMBERED:
                del self._seen[next(iter(self._seen))]
            self._counts.update(METRICS[event.type] for event in events if event.type in METRICS)

    def paused(self, key: ExecutionKey) -> None:  # noqa: ARG002 - which one it was is in the log
        """Count an execution that is PAUSED, because it cost its workers."""
        with self._lock:
            self._counts["ExecutionsPaused"] += 1

    def take(self) -> dict[str, int]:
        """Metric to count since the last call."""
        with self._lock:
            taken, self._counts = dict(self._counts), Counter()
        return taken
