"""One at a time for each connection, over all processes: a row says who renews it, and until when.

The rows lie among the triggers' states, as those of call limits do. A row also has the number of the connection's
newest value: a store that answers with an older one is behind, as Secrets Manager may be, and is read again.
"""

from __future__ import annotations

import logging
import threading
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace

from engine.clock import Clock
from engine.errors import StorageError, StoreBusy
from engine.ports.deliveries import TriggerState, TriggerStates

_LOG = logging.getLogger(__name__)

_GROUP = "!connections"
"""In place of a workflow's name."""

LEASE_SECONDS = 45.0
"""Who died with a lock holds it no longer: more than a token endpoint and a test are waited for and what came of it is
written."""

WAIT_SECONDS = LEASE_SECONDS + 20.0
"""Who waits outlives who died, and one that takes the lock before: else a worker that is killed while it renews a token
fails the calls of all others."""

UNSAVED_SECONDS = 2 * WAIT_SECONDS
"""So long nobody takes the lock of one that could not write what it got: the tokens of before are used up, and only it
has the new ones."""

_LOOK_SECONDS = 0.2

Rows = Callable[[], TriggerStates | None]


class Held:
    """A lock that is held. `number` is that of the newest value, to be set by who writes one. `shared`: no other
    process holds it. `keeps`: it is not given back, and ends by itself after UNSAVED_SECONDS."""

    def __init__(self, number: int, *, shared: bool) -> None:
        self.number = number
        self.shared = shared
        self.keeps = False


class Locks:
    """One for a process. `rows` gives the store, or None: then the lock is this process's alone. Safe to share between
    threads."""

    def __init__(self, rows: Rows, clock: Clock) -> None:
        self._rows = rows
        self._clock = clock
        self._me = uuid.uuid4().hex
        self._own: dict[tuple[str, str], threading.Lock] = {}
        self._guard = threading.Lock()

    @contextmanager
    def held(self, workspace: str, name: str) -> Iterator[Held]:
        """The lock of a connection. Raises StoreBusy where somebody holds it for WAIT_SECONDS, StorageError."""
        with self._guard:
            own = self._own.setdefault((workspace, name), threading.Lock())
        if not own.acquire(timeout=WAIT_SECONDS):
            raise _busy(name)
        try:
            rows = self._rows()
            if rows is None:
                yield Held(0, shared=False)
                return
            row = self._taken(rows, workspace, name)
            held = Held(int(row.spec or 0), shared=True)
            try:
                yield held
            finally:
                until = self._clock.now() + UNSAVED_SECONDS if held.keeps else None
                self._give_back(rows, replace(row, looked_at=until, spec=str(held.number)))
        finally:
            own.release()

    def _give_back(self, rows: TriggerStates, row: TriggerState) -> None:
        """What was done stands: a lock that cannot be given back ends by itself."""
        try:
            rows.change(row)
        except StorageError as error:
            _LOG.warning("the lock of the connection %s is held until it ends: %s", row.trigger, error)

    def _taken(self, rows: TriggerStates, workspace: str, name: str) -> TriggerState:
        """The row, taken: nobody else takes it for LEASE_SECONDS."""
        give_up = self._clock.now() + WAIT_SECONDS
        while True:
            row = rows.get(workspace, _GROUP, name) or TriggerState(workspace, _GROUP, name)
            now = self._clock.now()
            if row.looked_at is None or row.looked_at <= now or row.paused_by == self._me:
                mine = replace(row, looked_at=now + LEASE_SECONDS, paused_by=self._me)
                if rows.change(mine):
                    return replace(mine, revision=mine.revision + 1)
            elif now >= give_up:
                raise _busy(name)
            else:
                self._clock.sleep(_LOOK_SECONDS)


def _busy(name: str) -> StoreBusy:
    return StoreBusy(f"the connection {name!r} is being renewed by another worker")
