"""Saved views of the list of executions, in SQLite."""

from __future__ import annotations

from engine.adapters.local.database import Database, zeroed
from engine.ports.people.views import SavedViews

_WRITE = """INSERT INTO saved_views (workspace, revision, body) SELECT ?1, ?2 + 1, ?3
    WHERE ?2 = coalesce((SELECT revision FROM saved_views WHERE workspace = ?1), 0)
    ON CONFLICT (workspace) DO UPDATE SET revision = excluded.revision, body = excluded.body"""


class SqliteViews:
    """engine.ports.people.views.Views."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def read(self, workspace: str) -> SavedViews:
        """What is saved."""
        found = self._database.rows("SELECT body, revision FROM saved_views WHERE workspace = ?", (workspace,))
        return SavedViews(*found[0]) if found else SavedViews()

    def write(self, workspace: str, text: str, revision: int) -> bool:
        """Put `text` in its place, if nobody has meanwhile. What it replaces may name somebody: it is overwritten."""
        values = (workspace, revision, text)
        return self._database.write(
            lambda connection: zeroed(connection, lambda: connection.execute(_WRITE, values).rowcount == 1)
        )
