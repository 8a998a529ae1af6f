"""Who listens: the triggers of every active version. They move with it, for they are read off it: what is published,
rolled back or archived listens, or does not, from then on."""

from __future__ import annotations

from collections.abc import Iterator
from threading import Lock

from engine.clock import Clock
from engine.durable.triggering.watching import Versions, Workflows
from engine.errors import Conflict, NotFound, StoreCorrupt
from engine.ports.published import PublishedVersion
from engine.triggers.listener import Listener, named

LOOK_SECONDS = 2.0
"""How long the list of active versions is taken for the present one."""


class Listening:
    """One workspace's. Safe to share between threads."""

    def __init__(self, workflows: Workflows, published: Versions, clock: Clock, workspace: str) -> None:
        self._workflows = workflows
        self._published = published
        self._clock = clock
        self._workspace = workspace
        self._lock = Lock()
        self._made: dict[tuple[str, int], tuple[Listener, ...]] = {}
        self._all: tuple[Listener, ...] = ()
        self._looked_at: float | None = None

    def declared(self, workflow: str) -> tuple[Listener, ...]:
        """The triggers of a workflow's active version, read now, also those that are switched off; none for a workflow
        that is unknown or archived. Raises StorageError."""
        try:
            version = self._published.version(self._workspace, workflow)
        except (NotFound, Conflict):
            return ()
        return self._listeners(version)

    def of(self, workflow: str) -> tuple[Listener, ...]:
        """Those that are not switched off. Raises StorageError."""
        return tuple(found for found in self.declared(workflow) if found.enabled)

    def find(self, workflow: str, trigger: str) -> Listener | None:
        """The trigger of this name, if it listens now."""
        return next((found for found in self.of(workflow) if found.name == trigger), None)

    def every(self) -> tuple[Listener, ...]:
        """Those of all workflows, by workflow, also those that are switched off, read now. Raises StorageError."""
        return tuple(self._read())

    def all(self) -> tuple[Listener, ...]:
        """Those that are not switched off, as of at most LOOK_SECONDS ago. The same tuple while nothing changed. Raises
        StorageError."""
        now = self._clock.now()
        with self._lock:
            if self._looked_at is not None and 0 <= now - self._looked_at < LOOK_SECONDS:
                return self._all
        found = tuple(each for each in self._read() if each.enabled)
        with self._lock:
            self._looked_at = now
            if found != self._all:
                self._all = found
                kept = {(each.workflow, each.version) for each in found}
                self._made = {key: made for key, made in self._made.items() if key in kept or not made}
            return self._all

    def _read(self) -> Iterator[Listener]:
        for row in self._workflows.workflows(self._workspace):
            if row.active_version and not row.archived:
                made = self._made.get((row.workflow, row.active_version))
                if made is None:
                    try:
                        version = self._published.numbered(self._workspace, row.workflow, row.active_version)
                    except (NotFound, StoreCorrupt):
                        continue  # `automate doctor` tells of it
                    made = self._listeners(version)
                yield from made

    def _listeners(self, version: PublishedVersion) -> tuple[Listener, ...]:
        key = (version.workflow, version.number)
        with self._lock:
            if key not in self._made:
                self._made[key] = tuple(
                    Listener(version.workflow, version.number, name, spec, version.published_at)
                    for name, spec in named(version.triggers)
                )
            return self._made[key]
