"""What is paused, in SQLite."""

from __future__ import annotations

from engine.adapters.local.database import Database
from engine.ports.pauses import Pause

_COLUMNS = "workflow, starts, running, paused_at, paused_by"


class SqlitePauses:
    """engine.ports.pauses.Pauses."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def pauses(self, workspace: str) -> list[Pause]:
        """All of a workspace, by workflow."""
        query = f"SELECT {_COLUMNS} FROM pause WHERE workspace = ? ORDER BY workflow"
        rows = self._database.rows(query, (workspace,))
        return [Pause(workspace, *row) for row in rows]

    def put(self, pause: Pause) -> None:
        """Write it, over an earlier one of the same workflow."""
        statement = f"INSERT OR REPLACE INTO pause (workspace, {_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?)"
        values = (
            pause.workspace, pause.workflow, pause.starts, pause.running, pause.paused_at, pause.paused_by,
        )
        self._database.write(lambda connection: connection.execute(statement, values))

    def delete(self, workspace: str, workflow: str) -> bool:
        """False when there was none."""
        statement = "DELETE FROM pause WHERE workspace = ? AND workflow = ?"
        values = (workspace, workflow)
        return self._database.write(lambda connection: connection.execute(statement, values).rowcount == 1)

    def rename(self, workspace: str, was: str, now: str) -> None:
        """Put `now` in the place of `was`."""
        statement = "UPDATE pause SET paused_by = ? WHERE workspace = ? AND paused_by = ?"
        self._database.write(lambda connection: connection.execute(statement, (now, workspace, was)))
