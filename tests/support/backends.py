"""The three families of stores, built for tests on virtual time: `memory`, `sqlite` and `aws` (on moto).

A Backend offers the stores under the names they have everywhere (journal, index, queue, blobs, catalog, audit), its
clock, and `restart()`: what is stored stays, the process that held claims and leases is dead.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any
from unittest import mock

from engine.adapters.local.stores import LocalStores
from engine.clock import SkipClock
from engine.settings import Settings
from tests.support.memory.stores import MemoryStores

FAMILIES = ("memory", "sqlite", "aws")


class Backend:
    """One family's stores; the attributes follow a restart."""

    def __init__(self, family: str, clock: SkipClock, stores: Any, restart: Callable[[Any], Any]) -> None:
        self.family = family
        self.clock = clock
        self.stores = stores
        self._restart = restart

    journal = property(lambda self: self.stores.journal)
    index = property(lambda self: self.stores.index)
    queue = property(lambda self: self.stores.queue)
    blobs = property(lambda self: self.stores.blobs)
    catalog = property(lambda self: self.stores.catalog)
    audit = property(lambda self: self.stores.audit)
    pauses = property(lambda self: self.stores.pauses)
    activities = property(lambda self: self.stores.activities)
    approvals = property(lambda self: self.stores.approvals)
    deliveries = property(lambda self: self.stores.deliveries)
    trigger_states = property(lambda self: self.stores.trigger_states)
    erasure = property(lambda self: self.stores.erasure)
    retention = property(lambda self: self.stores.retention)
    conversations = property(lambda self: self.stores.conversations)
    views = property(lambda self: self.stores.views)
    together = property(lambda self: self.stores.together)
    owner = property(lambda self: self.stores.owner)

    def is_alive(self, owner: str) -> bool:
        return self.stores.is_alive(owner)

    def hear(self) -> None:
        """Have the sealer read what the table's stream says, where there is one."""
        if self.family == "aws":
            from tests.support.sealing import seal  # noqa: PLC0415 - as open_backend does

            seal(self.stores, self.clock)

    def restart(self) -> None:
        self.stores = self._restart(self.stores)

    def close(self) -> None:
        self.stores.close()


@contextmanager
def open_backend(family: str, folder: Path) -> Iterator[Backend]:
    """A fresh backend of `family`; `folder` is an empty one for what it keeps on disk."""
    clock = SkipClock()
    with ExitStack() as stack:
        if family == "memory":
            backend = Backend(family, clock, MemoryStores(clock), _restart_memory)
        elif family == "sqlite":
            backend = Backend(family, clock, open_local(folder, clock), lambda stores: _reopen(stores, folder, clock))
        else:
            from tests.support.moto_stores import open_aws  # noqa: PLC0415 - boto3 and moto only where they are asked for

            # Lists are merged from several parts; how many there are is for tests/unit/engine/adapters/aws.
            stack.enter_context(mock.patch.multiple("engine.adapters.aws.table", DUE_SHARDS=3, LIST_SHARDS=3))
            backend = Backend(family, clock, stack.enter_context(open_aws(clock)), lambda stores: stores)
        stack.callback(backend.close)
        yield backend


def open_local(folder: Path, clock: SkipClock, *, busy_timeout: float = 5.0, command: str = "a test") -> LocalStores:
    """The SQLite stores of `folder`."""
    return LocalStores.open(folder, Settings(busy_timeout_seconds=busy_timeout), clock, command=command)


def _restart_memory(stores: MemoryStores) -> MemoryStores:
    stores.restart()
    return stores


def _reopen(stores: LocalStores, folder: Path, clock: SkipClock) -> LocalStores:
    stores.close()
    return open_local(folder, clock)
