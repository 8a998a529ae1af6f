"""Ageing beside the loop: one worker of a folder takes what its term is over for, in a tenth of the time.

It writes a small transaction and then rests nine times as long as that took, however fast the machine is: the loop's
commits come in between. Of several workers one does it, by an OS lock that ends with its process. The lock is on the
folder of locks itself: a full disk takes no new file, and is when this job is wanted most.
"""

from __future__ import annotations

import json
import logging
import os
import threading
import time
from collections.abc import Callable
from pathlib import Path

from engine.adapters.local.space import SqliteSpace
from engine.adapters.local.stores import LocalStores
from engine.clock import Clock
from engine.durable.lifecycle.ageing import Ageing
from engine.durable.retention import Retention
from engine.errors import StorageError
from engine.ports.catalog_store import CatalogStore
from engine.records import dataclass
from functions.server.locks import try_lock

_LOG = logging.getLogger(__name__)

FIRST_SECONDS = 10.0
"""A worker begins with its queue."""

REST_SECONDS = 300.0
"""After a pass."""

MOST_FORGOTTEN = 500
"""Deliveries whose keys are free again, in one transaction."""

SHARE = 0.1
LEAST_PAUSE_SECONDS = 0.02


@dataclass(frozen=True, slots=True)
class TrustedClock:
    """The time by which terms are over."""

    clock: Clock
    space: SqliteSpace

    def now(self) -> float:
        """Of what the clock says, what is trusted."""
        return self.space.trusted(self.clock.now())

    def sleep(self, seconds: float) -> None:
        """Let `seconds` pass."""
        self.clock.sleep(seconds)


def terms_of(catalog: CatalogStore, workspace: str, workflow: str) -> float | None:
    """The term that a workflow's active version names; None where it names none. What cannot be read names none."""
    row = catalog.workflow(workspace, workflow)
    number = 0 if row is None else row.active_version
    version = catalog.version(workspace, workflow, number) if number else None
    if version is None:
        return None
    try:
        days = json.loads(version.document).get("retention_days")
    except (ValueError, AttributeError):
        return None
    return float(days) if isinstance(days, int) else None


def ageing_of(stores: LocalStores, clock: Clock, retention: Retention) -> Ageing:
    """The job over a folder's stores."""
    return Ageing(
        stores.retention, clock, retention, lambda *workflow: terms_of(stores.catalog, *workflow), stores.space.trusted,
    )


def age(
    folder: Path, stores: LocalStores, clock: Clock, retention: Retention, ended: threading.Event,
    erasing: Callable[[], int] = lambda: 0, expiring: Callable[[], bool] = lambda: False,
    conversation_days: float = 90.0,
) -> None:
    """Do the job, as long as no other process does, until `ended`. `erasing` goes on with erasures that died,
    `expiring` does a piece of what is to be done for old entries of the audit log, and says whether there is more.
    Conversations with the copilot are deleted `conversation_days` after their last entry."""
    job = ageing_of(stores, clock, retention)

    def round_() -> bool:
        now = TrustedClock(clock, stores.space).now()
        return job.round() or expiring() or stores.conversations.expire(now - conversation_days * 86_400) > 0

    pause = FIRST_SECONDS
    lock = os.open(folder / "locks", os.O_RDONLY | os.O_CLOEXEC)
    try:
        while not ended.wait(pause):
            pause = _pause(round_, stores, clock, erasing) if try_lock(lock) else REST_SECONDS
    finally:
        os.close(lock)


def _pause(round_: Callable[[], bool], stores: LocalStores, clock: Clock, erasing: Callable[[], int]) -> float:
    """A piece of the work; how long to rest after it."""
    began = time.perf_counter()
    try:
        if round_() or stores.deliveries.forget(TrustedClock(clock, stores.space).now(), MOST_FORGOTTEN):
            return max(LEAST_PAUSE_SECONDS, (time.perf_counter() - began) * (1 - SHARE) / SHARE)
        stores.space.note(clock.now())
        erasing()
    except StorageError as error:
        _LOG.warning("retention is tried again: %s", error)
    return REST_SECONDS
