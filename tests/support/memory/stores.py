"""All stores of one process in its memory: for tests and simulate."""

from __future__ import annotations

from engine.clock import Clock
from tests.support.memory.activities import MemoryActivities
from tests.support.memory.approvals import MemoryApprovals
from tests.support.memory.audit_log import MemoryAuditLog
from tests.support.memory.blobs import MemoryBlobs
from tests.support.memory.catalog_store import MemoryCatalogStore
from tests.support.memory.conversations import MemoryConversations
from tests.support.memory.deliveries import MemoryDeliveries, MemoryTriggerStates
from tests.support.memory.ends import MemoryEnds
from tests.support.memory.erasure import MemoryErasure
from tests.support.memory.executions_index import MemoryExecutionsIndex
from tests.support.memory.journal import MemoryJournal
from tests.support.memory.pauses import MemoryPauses
from tests.support.memory.queue import MemoryQueue
from tests.support.memory.retention import MemoryRetention
from tests.support.memory.views import MemoryViews


class MemoryStores:
    """`owner` names this process in its leases; `is_alive` tells whether the owner of a lease still runs."""

    together = None

    def __init__(self, clock: Clock) -> None:
        self.journal = MemoryJournal()
        self.index = MemoryExecutionsIndex(self.journal.rows)
        self.queue = MemoryQueue(clock)
        self.blobs = MemoryBlobs()
        self.catalog = MemoryCatalogStore()
        self.audit = MemoryAuditLog()
        self.audit_notes = None
        self.pauses = MemoryPauses()
        self.activities = MemoryActivities()
        self.approvals = MemoryApprovals()
        self.views = MemoryViews()
        self.conversations = MemoryConversations()
        self.deliveries = MemoryDeliveries(self.journal)
        self.trigger_states = MemoryTriggerStates()
        self.ends = MemoryEnds(self.journal)
        self.retention = MemoryRetention(self.journal)
        self.erasure = MemoryErasure(self.journal)
        self._life = 1

    @property
    def owner(self) -> str:
        """The name of this life of the process."""
        return f"memory-{self._life}"

    def is_alive(self, owner: str) -> bool:
        """Whether `owner` is this life of the process."""
        return owner == self.owner

    def restart(self) -> None:
        """Go on as after a kill -9 and a start: what is stored stays, claims and leases of the last life are over."""
        self._life += 1
        self.queue.abandon_claims()

    def close(self) -> None:
        """Nothing to give back."""
