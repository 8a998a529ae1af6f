"""Watched folders: each file that comes starts its workflow once, when it is whole. See engine.triggers.folders.

What was delivered is known by its deliveries; what of it is there in memory spares asking again at each look.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import replace
from typing import Protocol

from engine.clock import Clock
from engine.durable.triggering.delivering import DAY, Delivering, TriggerPaused
from engine.durable.triggering.listening import Listening
from engine.errors import UserError
from engine.language.asl.times import iso_timestamp
from engine.ports.deliveries import STARTED, TriggerState, TriggerStates
from engine.triggers.folders import FOLDER, SETTLE_SECONDS, FileSeen, is_heard, key_of
from engine.triggers.listener import Arrival, Listener

_LOG = logging.getLogger(__name__)

LATER_SECONDS = 30.0
"""A folder that cannot be looked at is told of so often."""

_Place = tuple[str, str, str]
"""A trigger's workflow and name, and a file's path."""


class Files(Protocol):
    """The folders of this machine that are open to workflows. Methods raise UserError, which says what is wrong."""

    def listed(self, path: str) -> Sequence[FileSeen]:
        """The regular files of the folder `path`."""
        ...

    def digest(self, path: str, seen: FileSeen) -> str | None:
        """The SHA-256 of the file `seen` in the folder `path`, in hexadecimal; None where it is not whole: it is open
        for writing, changed meanwhile, or gone. "" for one that is too large to be read for it."""
        ...


class Folders:
    """One workspace's. For one thread. `remembered_days` is how long deliveries know what was heard."""

    def __init__(
        self, listening: Listening, delivering: Delivering, states: TriggerStates, files: Files, clock: Clock,
        workspace: str, *, remembered_days: float, source: str,
    ) -> None:
        self._listening = listening
        self._delivering = delivering
        self._states = states
        self._files = files
        self._clock = clock
        self._workspace = workspace
        self._remembered = remembered_days * DAY
        self._source = source
        self._seen: dict[_Place, tuple[tuple[int, int], float]] = {}
        self._done: dict[_Place, tuple[int, int]] = {}
        self._told: dict[str, float] = {}

    def look(self) -> int:
        """Look at every folder; answers how many executions were started. Raises StorageError: they come again."""
        started, present = 0, set[_Place]()
        for listener in self._listening.all():
            if listener.kind == FOLDER:
                started += self._look(listener, present)
        for known in (self._seen, self._done):
            for gone in known.keys() - present:
                del known[gone]
        return started

    def _look(self, listener: Listener, present: set[_Place]) -> int:
        folder, pattern = str(listener.spec["folder"]), str(listener.spec.get("pattern", "*"))
        try:
            found = self._files.listed(folder)
        except UserError as error:
            self._tell(listener.label, error.message)
            present.update(place for place in (*self._seen, *self._done) if place[:2] == (
                listener.workflow, listener.name
            ))
            return 0
        begins, now, started = self._begins(listener, folder, pattern), self._clock.now(), 0
        for seen in found:
            if not is_heard(pattern, seen.name) or seen.came_at < max(begins, now - self._remembered + DAY):
                continue
            path = f"{folder.rstrip('/')}/{seen.name}"
            place = (listener.workflow, listener.name, path)
            present.add(place)
            if self._done.get(place) != seen.signature and self._is_settled(place, seen, now):
                started += self._deliver(listener, folder, path, seen, place)
        return started

    def _begins(self, listener: Listener, folder: str, pattern: str) -> float:
        """Since when its files are heard: since it was published first with this folder and pattern."""
        state = self._states.get(self._workspace, listener.workflow, listener.name)
        spec = f"{folder}\0{pattern}"
        if state is None or state.spec != spec or state.since is None:
            state = replace(
                state or TriggerState(self._workspace, listener.workflow, listener.name), spec=spec,
                since=listener.published_at,
            )
            self._states.change(state)
        return state.since or listener.published_at

    def _is_settled(self, place: _Place, seen: FileSeen, now: float) -> bool:
        before = self._seen.get(place)
        if before is None or before[0] != seen.signature:
            self._seen[place] = seen.signature, now
            return False
        return now - before[1] >= SETTLE_SECONDS

    def _deliver(self, listener: Listener, folder: str, path: str, seen: FileSeen, place: _Place) -> int:
        at = self._clock.now()
        arrival = Arrival(None, at, {"Folder": folder}, key_of(path, seen), self._source)
        known = self._delivering.known(listener, arrival)
        if known is not None and known.outcome == STARTED:
            self._done[place] = seen.signature
            return 0
        try:
            digest = self._files.digest(folder, seen)
            if digest is None:
                del self._seen[place]
                return 0
            value = {
                "path": path, "name": seen.name, "size": seen.size, "modified": iso_timestamp(seen.modified_ns / 1e9),
                "sha256": digest or None,
            }
            done = self._delivering.deliver(listener, replace(arrival, value=value))
        except TriggerPaused:
            return 0
        except UserError as error:  # of this file, such as one that may not be read: the others go on
            self._tell(listener.label, error.message)
            return 0
        self._done[place] = seen.signature
        return int(done.started is not None)

    def _tell(self, label: str, why: str) -> None:
        now = self._clock.now()
        if now - self._told.get(label, 0.0) >= LATER_SECONDS:
            self._told[label] = now
            _LOG.warning("the folder of %s is looked at again: %s", label, why)
