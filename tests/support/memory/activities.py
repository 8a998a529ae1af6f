"""Activities and their work items, in a process's memory."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from threading import Lock

from engine.ports.activities import Activity, WorkItem


class MemoryActivities:
    """engine.ports.activities.ActivityStore."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._activities: dict[tuple[str, str], Activity] = {}
        self._items: dict[tuple[str, str, str], WorkItem] = {}

    def create(self, activity: Activity) -> Activity:
        """Write it if its name is free; answers the one that is there now."""
        with self._lock:
            return self._activities.setdefault((activity.workspace, activity.name), activity)

    def delete(self, workspace: str, name: str) -> None:
        """An unknown one is no error."""
        with self._lock:
            self._activities.pop((workspace, name), None)

    def activity(self, workspace: str, name: str) -> Activity | None:
        """One."""
        with self._lock:
            return self._activities.get((workspace, name))

    def activities(self, workspace: str) -> list[Activity]:
        """All of a workspace, by name."""
        with self._lock:
            return [found for (owner, _), found in sorted(self._activities.items()) if owner == workspace]

    def offer(self, item: WorkItem) -> None:
        """Write the item where it is not there yet."""
        with self._lock:
            self._items.setdefault(_key(item), item)

    def item(self, item: WorkItem) -> WorkItem | None:
        """The item as it is stored."""
        with self._lock:
            return self._items.get(_key(item))

    def waiting(self, workspace: str, activity: str, limit: int) -> list[WorkItem]:
        """Up to `limit` items that nobody has claimed, oldest first."""
        with self._lock:
            found = [
                item for item in self._items.values()
                if (item.workspace, item.activity) == (workspace, activity) and item.taken_by is None
            ]
        return sorted(found, key=lambda item: (item.since, item.id))[:limit]

    def claim(self, item: WorkItem, taken_by: str, worker: str | None) -> bool:
        """Whether the item is `taken_by`'s now."""
        with self._lock:
            stored = self._items.get(_key(item))
            if stored is None or stored.taken_by not in (None, taken_by):
                return False
            self._items[_key(item)] = replace(stored, taken_by=taken_by, worker=worker)
            return True

    def release(self, item: WorkItem, taken_by: str) -> None:
        """Give a claim back that came to nothing."""
        with self._lock:
            stored = self._items.get(_key(item))
            if stored is not None and stored.taken_by == taken_by:
                self._items[_key(item)] = replace(stored, taken_by=None, worker=None)

    def remove(self, items: Sequence[WorkItem]) -> None:
        """Delete items; unknown ones are no error."""
        with self._lock:
            for item in items:
                self._items.pop(_key(item), None)


def _key(item: WorkItem) -> tuple[str, str, str]:
    return item.workspace, item.activity, item.id
