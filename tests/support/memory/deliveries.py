"""What arrived at triggers, and how far each has looked, in a process's memory."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from threading import Lock

from engine.adapters import listing
from engine.errors import StoreUnavailable
from engine.ports.deliveries import STARTED, AlreadyDelivered, Delivery, DeliveryPage, DeliveryQuery, TriggerState
from engine.ports.executions_index import ExecutionRow
from engine.ports.journal import Header
from engine.ports.keys import ExecutionKey
from tests.support.memory.journal import MemoryJournal


class MemoryDeliveries:
    """engine.ports.deliveries.Deliveries."""

    def __init__(self, journal: MemoryJournal) -> None:
        self._lock = Lock()
        self._journal = journal
        self._rows: dict[ExecutionKey, Delivery] = {}

    def start(
        self, delivery: Delivery, header: Header, execution_input: bytes, row: ExecutionRow | None
    ) -> Header | None:
        with self._lock:
            known = self._started(delivery)
            if known is not None:
                raise AlreadyDelivered(known)
            present = self._journal.create(header, execution_input, row)
            if present is None:
                self._write(delivery)
            return present

    def put(self, delivery: Delivery) -> Delivery | None:
        with self._lock:
            known = self._started(delivery)
            if known is None:
                self._write(delivery)
            return known

    def repeated(self, key: ExecutionKey, at: float, *, differs: bool) -> None:
        with self._lock:
            row = self._rows[key]
            self._rows[key] = replace(
                row, repeats=row.repeats + 1, differed=row.differed + differs, repeated_at=at
            )

    def get(self, key: ExecutionKey) -> Delivery | None:
        with self._lock:
            return self._rows.get(key)

    def page(self, query: DeliveryQuery) -> DeliveryPage:
        before = listing.begin_deliveries(query)
        with self._lock:
            found = [
                replace(row, body=None) for row in self._rows.values()
                if (row.key.workspace, row.workflow, row.trigger) == (query.workspace, query.workflow, query.trigger)
                and listing.Position(row.arrived_at, row.key.id) < before
            ]
        found.sort(key=lambda row: (row.arrived_at, row.key.id), reverse=True)
        return listing.deliveries_page(query, found[: query.limit + 1])

    def erase(self, keys: Sequence[ExecutionKey]) -> None:
        with self._lock:
            for key in self._rows.keys() & set(keys):
                self._rows[key] = replace(
                    self._rows[key], body=None, dedupe_key=None, source="", why="", body_digest=""
                )

    def forget(self, before: float, limit: int) -> int:
        with self._lock:
            gone = [key for key, row in self._rows.items() if row.forget_at < before][:limit]
            for key in gone:
                del self._rows[key]
            return len(gone)

    def _started(self, delivery: Delivery) -> Delivery | None:
        known = self._rows.get(delivery.key)
        lasts = known is not None and known.outcome == STARTED and known.forget_at > delivery.arrived_at
        return known if lasts else None

    def _write(self, delivery: Delivery) -> None:
        self._rows[delivery.key] = delivery


class MemoryTriggerStates:
    """engine.ports.deliveries.TriggerStates."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._states: dict[tuple[str, str, str], TriggerState] = {}

    def all(self, workspace: str) -> list[TriggerState]:
        with self._lock:
            return [state for key, state in sorted(self._states.items()) if key[0] == workspace]

    def get(self, workspace: str, workflow: str, trigger: str) -> TriggerState | None:
        with self._lock:
            return self._states.get((workspace, workflow, trigger))

    def change(self, state: TriggerState) -> bool:
        key = (state.workspace, state.workflow, state.trigger)
        with self._lock:
            stored = self._states.get(key)
            if (0 if stored is None else stored.revision) != state.revision:
                return False
            self._states[key] = replace(state, revision=state.revision + 1)
            return True

    def forget(self, workspace: str, workflow: str, trigger: str) -> None:
        with self._lock:
            self._states.pop((workspace, workflow, trigger), None)


class CountedStates(MemoryTriggerStates):
    """Counts reads and writes; fails while it is told to."""

    writes = reads = 0
    fails = False

    def get(self, workspace: str, workflow: str, trigger: str) -> TriggerState | None:
        self._check()
        self.reads += 1
        return super().get(workspace, workflow, trigger)

    def change(self, state: TriggerState) -> bool:
        self._check()
        self.writes += 1
        return super().change(state)

    def _check(self) -> None:
        if self.fails:
            raise StoreUnavailable("no answer")
