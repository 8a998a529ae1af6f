"""Erasing executions in a process's memory: in the steps that SQLite takes, so that one may die between."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from engine.ports.erasure import Erasure, Told, Unfinished, listed_key
from engine.ports.journal import OPEN_STATUSES
from engine.ports.keys import ExecutionKey
from tests.support.memory.journal import MemoryJournal

PIECE = 2


class MemoryErasure:
    """engine.ports.erasure.ErasureStore. `listed` is what lies beside the data."""

    def __init__(self, journal: MemoryJournal) -> None:
        self._journal = journal
        self._pending: dict[str, Erasure] = {}
        self._held: dict[ExecutionKey, dict[int, object]] = {}
        self.listed: dict[ExecutionKey, float] = {}
        self.listed_actors: list[str] = []

    def begin(self, erasure: Erasure) -> None:
        """Name it."""
        self._pending[erasure.id] = erasure

    def pending(self, workspace: str) -> list[Erasure]:
        """Those that have begun and not ended."""
        found = [erasure for erasure in self._pending.values() if erasure.workspace == workspace]
        return sorted(found, key=lambda erasure: (erasure.at, erasure.id))

    def hold(self, erasure: Erasure, key: ExecutionKey) -> bool:
        """Put it aside."""
        journal = self._journal
        with journal._lock:
            header = journal._headers.get(key)
            if header is None:
                return True
            if header.status in OPEN_STATUSES and not erasure.forced:
                return False
            self._held[key] = journal._segments.pop(key, {})  # type: ignore[assignment]
            self._remove(key)
            journal._taken[key] = erasure.at
        return True

    def _remove(self, key: ExecutionKey) -> None:
        journal = self._journal
        for kept in (journal._headers, journal._rows, journal._inputs, journal._inbox, journal._segments):
            kept.pop(key, None)

    def erase(self, erasure: Erasure, key: ExecutionKey, told: Told, deadline: float = math.inf) -> int:
        """Delete what lies aside of it, with the items of its Map Runs."""
        del erasure, deadline
        numbered = self._held.get(key)
        items = self._items(key) if numbered is not None else []
        told([key, *items])
        for item in items:
            self._remove(item)
        while numbered:
            for seq in sorted(numbered)[:PIECE]:
                del numbered[seq]
        return (self._held.pop(key, None) is not None) + len(items)

    def _items(self, key: ExecutionKey) -> list[ExecutionKey]:
        headers = self._journal._headers
        items = [one for one in headers if one.workspace == key.workspace and one.id.startswith(f"{key.id}~")]
        if any(headers[item].status in OPEN_STATUSES for item in items):
            raise Unfinished(key.id)
        return items

    def remember(self, erasure: Erasure, keys: Sequence[ExecutionKey]) -> None:
        """Put them on the list."""
        self.listed.update(dict.fromkeys(keys, erasure.at))

    def remember_actors(self, erasure: Erasure, pseudonyms: Sequence[str]) -> None:
        """Put them on the list."""
        del erasure
        self.listed_actors += pseudonyms

    def erased_actors(self, workspace: str) -> list[str]:
        """Those on the list."""
        del workspace
        return [*self.listed_actors]

    def remember_key(self, erasure: Erasure, business_key: str) -> None:
        """Put it on the list."""
        self.remember(erasure, [listed_key(erasure.workspace, business_key)])

    def erased_keys(self, workspace: str, business_keys: Sequence[str]) -> dict[str, float]:
        """Those on the list."""
        keys = {key: listed_key(workspace, key) for key in business_keys}
        return {key: self.listed[listed] for key, listed in keys.items() if listed in self.listed}

    def end(self, erasure: Erasure) -> bool:
        """No longer name it."""
        self._pending.pop(erasure.id, None)
        return True

    def forgotten(self, workspace: str) -> Iterator[ExecutionKey]:
        """Those on the list that are there."""
        for key, header in list(self._journal._headers.items()):
            if key.workspace == workspace and header.started_at < self.listed.get(key, 0.0):
                yield key
