"""What every start reads, on a stage with many: the workflow's row and what is paused. Both are in one partition.

A partition serves 3,000 read units a second, and a start takes two of this one. So a process that has begun BUSY starts
within a second looks again once a second, not each time. Any other process reads anew, as does a start that finds
something paused.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import Generic, TypeVar

from engine.adapters.aws.catalog_store import DynamoCatalogStore
from engine.adapters.aws.dynamo import Table
from engine.adapters.aws.pauses import DynamoPauses
from engine.clock import Clock
from engine.ports.blobs import BlobStore
from engine.ports.catalog_store import WorkflowRecord
from engine.ports.pauses import Pause

K = TypeVar("K")
V = TypeVar("V")

SECONDS = 1.0
"""How old what a busy process knows may be."""

BUSY = 5
"""Starts within as many seconds that make a process a busy one."""

_KEPT = 256  # what is asked for is what callers name: there is no end to that


class Recent(Generic[K, V]):
    """`read`, for who may be told what it gave a moment ago. What `keep` denies is read each time."""

    def __init__(self, read: Callable[[K], V], clock: Clock, keep: Callable[[V], bool] = lambda _value: True) -> None:
        self._read = read
        self._clock = clock
        self._keep = keep
        self._asked: dict[K, deque[float]] = {}
        self._known: dict[K, tuple[float, V]] = {}

    def get(self, key: K) -> V:
        """The value, at most SECONDS old."""
        now = self._clock.now()
        if key not in self._asked and len(self._asked) >= _KEPT:
            self._asked.clear()
            self._known.clear()
        asked = self._asked.setdefault(key, deque(maxlen=BUSY))
        busy = len(asked) == BUSY and 0 <= now - asked[0] < SECONDS
        asked.append(now)
        known = self._known.get(key)
        if busy and known is not None and 0 <= now - known[0] < SECONDS:
            return known[1]
        value = self._read(key)
        if self._keep(value):
            self._known[key] = now, value
        else:
            self._known.pop(key, None)
        return value


class StartedCatalog(DynamoCatalogStore):
    """The catalog as starts read it, not for who changes it: on a busy process a row is up to SECONDS old."""

    def __init__(self, table: Table, blobs: BlobStore, clock: Clock) -> None:
        super().__init__(table, blobs)
        self._recent = Recent(self._row, clock)

    def workflow(self, workspace: str, workflow: str) -> WorkflowRecord | None:
        """One row."""
        return self._recent.get((workspace, workflow))

    def _row(self, key: tuple[str, str]) -> WorkflowRecord | None:
        return super().workflow(*key)


class StartedPauses(DynamoPauses):
    """What is paused, as starts read it. That something is paused is never kept: who waits for a resume has to see
    it."""

    def __init__(self, table: Table, clock: Clock) -> None:
        super().__init__(table)
        self._recent = Recent(super().pauses, clock, keep=lambda found: not found)

    def pauses(self, workspace: str) -> list[Pause]:
        """All of a workspace, by workflow."""
        return list(self._recent.get(workspace))
