"""Activities and their work items, in SQLite."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from engine.adapters.local.database import Database
from engine.ports.activities import Activity, WorkItem

_PLACE = "workspace = ? AND activity = ? AND item = ?"
_COLUMNS = "workspace, activity, execution_id, frame, visit, attempt, since, taken_by, worker"


class SqliteActivities:
    """engine.ports.activities.ActivityStore."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def create(self, activity: Activity) -> Activity:
        """Write it if its name is free; answers the one that is there now."""
        statement = "INSERT OR IGNORE INTO activity (workspace, name, created_at) VALUES (?, ?, ?)"
        values = (activity.workspace, activity.name, activity.created_at)
        self._database.write(lambda connection: connection.execute(statement, values))
        return self.activity(activity.workspace, activity.name) or activity

    def delete(self, workspace: str, name: str) -> None:
        """An unknown one is no error."""
        statement = "DELETE FROM activity WHERE workspace = ? AND name = ?"
        self._database.write(lambda connection: connection.execute(statement, (workspace, name)))

    def activity(self, workspace: str, name: str) -> Activity | None:
        """One."""
        found = self._rows(
            "SELECT workspace, name, created_at FROM activity WHERE workspace = ? AND name = ?", (workspace, name)
        )
        return Activity(*found[0]) if found else None

    def activities(self, workspace: str) -> list[Activity]:
        """All of a workspace, by name."""
        query = "SELECT workspace, name, created_at FROM activity WHERE workspace = ? ORDER BY name"
        return [Activity(*row) for row in self._rows(query, (workspace,))]

    def offer(self, item: WorkItem) -> None:
        """Write the item where it is not there yet."""
        statement = f"INSERT OR IGNORE INTO work_item (item, {_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, NULL, NULL)"
        values = (
            item.id, item.workspace, item.activity, item.execution_id, item.frame, item.visit, item.attempt, item.since,
        )
        self._database.write(lambda connection: connection.execute(statement, values))

    def item(self, item: WorkItem) -> WorkItem | None:
        """The item as it is stored."""
        found = self._rows(f"SELECT {_COLUMNS} FROM work_item WHERE {_PLACE}", _key(item))
        return WorkItem(*found[0]) if found else None

    def waiting(self, workspace: str, activity: str, limit: int) -> list[WorkItem]:
        """Up to `limit` items that nobody has claimed, oldest first."""
        query = (
            f"SELECT {_COLUMNS} FROM work_item INDEXED BY work_item_waiting "
            "WHERE workspace = ? AND activity = ? AND taken_by IS NULL ORDER BY since, item LIMIT ?"
        )
        return [WorkItem(*row) for row in self._rows(query, (workspace, activity, limit))]

    def claim(self, item: WorkItem, taken_by: str, worker: str | None) -> bool:
        """Whether the item is `taken_by`'s now."""
        statement = (
            f"UPDATE work_item SET taken_by = ?, worker = ? WHERE {_PLACE} AND (taken_by IS NULL OR taken_by = ?)"
        )
        values = (taken_by, worker, *_key(item), taken_by)
        return self._database.write(lambda connection: connection.execute(statement, values).rowcount == 1)

    def release(self, item: WorkItem, taken_by: str) -> None:
        """Give a claim back that came to nothing."""
        statement = f"UPDATE work_item SET taken_by = NULL, worker = NULL WHERE {_PLACE} AND taken_by = ?"
        self._database.write(lambda connection: connection.execute(statement, (*_key(item), taken_by)))

    def remove(self, items: Sequence[WorkItem]) -> None:
        """Delete items; unknown ones are no error."""
        keys = [_key(item) for item in items]
        self._database.write(lambda connection: connection.executemany(f"DELETE FROM work_item WHERE {_PLACE}", keys))

    def _rows(self, query: str, values: tuple[Any, ...]) -> list[tuple[Any, ...]]:
        return self._database.rows(query, values)


def _key(item: WorkItem) -> tuple[str, str, str]:
    return item.workspace, item.activity, item.id
