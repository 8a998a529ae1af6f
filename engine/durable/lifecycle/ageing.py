"""Ageing on one machine: a bounded job beside the loop takes what its term is over for, a small transaction at a time.

    clear ── take ── forget ── old versions ── shrink ── … a rest … ── clear ── take ──

`round` does one small piece of it and says whether there is more. Who calls it decides how much of the time is its own
(functions.server.ageing). All it knows is read from the store anew, so a process that dies loses nothing but its place.
"""

from __future__ import annotations

from collections.abc import Callable

from engine.clock import Clock
from engine.durable.retention import DAY, VERSIONS_KEPT, Retention
from engine.ports.retention import Ended, Place, RetentionStore

PAGE = 100
"""Executions that are looked at in one read, and taken in one transaction at the most."""

PAGES = 10
"""Reads of a round that find nothing to take."""

ITEMS = 200
"""What one transaction deletes of an execution that was too large for one; pages that it gives back."""

REMEMBERED_DAYS = 365.0
"""For so long it is known when an execution was taken."""


def next_taken(
    store: RetentionStore, retention: Retention, days_of: Callable[[str, str], float | None], workspace: str
) -> tuple[Ended, float] | None:
    """The execution that is taken first, as far as the oldest of each workflow that have ended show it, and when that
    may be (epoch seconds). None where nothing that has ended has a term."""
    found: list[tuple[float, Ended]] = []
    for owner, workflow in store.workflows():
        if owner != workspace:
            continue
        own = days_of(owner, workflow)
        for one in store.oldest_ended(owner, workflow, PAGE):
            until = None if one.held else retention.kept_until(one.status, one.ended_at, own)
            if until is not None:
                found.append((until, one))
    if not found:
        return None
    until, one = min(found, key=lambda pair: (pair[0], pair[1].key))
    return one, until


class Ageing:
    """`days_of` is the term that a workflow names itself, in days; `trusted` the time by which terms are over, of what
    the clock says. Not to be used by two threads at once."""

    def __init__(
        self, store: RetentionStore, clock: Clock, retention: Retention,
        days_of: Callable[[str, str], float | None] = lambda _workspace, _workflow: None,
        trusted: Callable[[float], float] = lambda now: now,
    ) -> None:
        self._store = store
        self._clock = clock
        self._retention = retention
        self._days_of = days_of
        self._trusted = trusted
        self._ahead: list[tuple[str, str]] = []
        self._after: Place | None = None
        self._in_pass = False
        self._held = False
        self._taken_in_pass = 0
        self.taken = 0

    def round(self) -> bool:
        """A small piece of work. False: there is nothing more to do for a while. Raises StorageError."""
        now = self._trusted(self._clock.now())
        if self._store.clear(now, ITEMS):
            return True
        if not self._in_pass:
            self._ahead, self._after, self._in_pass = self._store.workflows()[::-1], None, True
            self._held, self._taken_in_pass = False, 0
        for _ in range(PAGES):
            if not self._ahead:
                return self._finish(now)
            if self._page(now):
                return True
        return True

    def _finish(self, now: float) -> bool:
        """After the last workflow: what is small, and the free pages. The pass is over once nothing is left of that."""
        more = self._store.forget(now - REMEMBERED_DAYS * DAY, ITEMS) + self._store.shrink(ITEMS)
        self._in_pass = more > 0
        # What was held may have been so by what this pass has taken.
        return self._in_pass or (self._held and self._taken_in_pass > 0)

    def _page(self, now: float) -> int:
        """Look at the next page of a workflow; how many were taken. Where not all that are due fitted into the
        transaction, the page is looked at again."""
        workspace, workflow = self._ahead[-1]
        own = self._days_of(workspace, workflow)
        first = self._retention.kept_until("SUCCEEDED", 0.0, own)
        if first is None:
            self._next()
            return 0
        found, after = self._store.ended(workspace, workflow, now - first, self._after, PAGE)
        due = [one for one in found if not one.held and self._is_due(one, own, now)]
        taken = self._store.take(due, self._clock.now()) if due else 0
        self._held = self._held or any(one.held for one in found)
        self._taken_in_pass += taken
        self.taken += taken
        if 0 < taken < len(due):
            return taken
        if after is None:
            self._store.old_versions(workspace, workflow, now - first, VERSIONS_KEPT)
            self._next()
        else:
            self._after = after
        return taken

    def _next(self) -> None:
        self._ahead.pop()
        self._after = None

    def _is_due(self, one: Ended, own: float | None, now: float) -> bool:
        until = self._retention.kept_until(one.status, one.ended_at, own)
        return until is not None and now >= until
