"""Ends of executions that somebody listens for, in SQLite: written by the journal, in its own transaction."""

from __future__ import annotations

from collections.abc import Sequence

from engine.adapters.local.database import Database
from engine.ports.ends import End
from engine.ports.keys import ExecutionKey

_UNTOLD = """SELECT n, workspace, id, workflow, version, status, seq, started_at, ended_at, error FROM ended
    WHERE n > ? ORDER BY n LIMIT ?"""


class SqliteEnds:
    """engine.ports.ends.Ends."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def untold(self, after: int, limit: int) -> Sequence[tuple[int, End]]:
        """Some of them, in order."""
        rows = self._database.rows(_UNTOLD, (after, limit))
        return [(number, End(ExecutionKey(workspace, found), *rest)) for number, workspace, found, *rest in rows]

    def told(self, numbers: Sequence[int]) -> None:
        """Delete them."""
        values = [(number,) for number in numbers]
        self._database.write(lambda connection: connection.executemany("DELETE FROM ended WHERE n = ?", values))
