"""Conversations with the copilot, in SQLite."""

from __future__ import annotations

import secrets
import sqlite3
from collections.abc import Sequence

from engine.adapters.conversation_bodies import packed, unpacked
from engine.adapters.local.database import Database, zeroed
from engine.ports.people.conversations import ConversationKey, Kept, Position

_ONE = "workspace = ? AND owner = ? AND workflow = ?"
_END = f"SELECT id, sequence FROM conversation WHERE {_ONE}"
_ENTRIES = f"SELECT n, body FROM conversation_entry WHERE {_ONE} AND n > ? ORDER BY n"
_HEAD = """INSERT INTO conversation (workspace, owner, workflow, id, sequence, at) VALUES (?, ?, ?, ?, ?, ?)
    ON CONFLICT (workspace, owner, workflow) DO UPDATE SET sequence = excluded.sequence, at = excluded.at"""


class SqliteConversations:
    """engine.ports.people.conversations.Conversations."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def append(self, key: ConversationKey, behind: Position, entries: Sequence[str], at: float) -> Position | None:
        """Append entries in one transaction."""
        bodies = packed(entries)

        def work(connection: sqlite3.Connection) -> Position | None:
            row = connection.execute(_END, key).fetchone()
            if (Position(*row) if row else Position()) != behind:
                return None
            end = Position(behind.id or secrets.token_hex(8), behind.sequence + len(bodies))
            connection.execute(_HEAD, (*key, end.id, end.sequence, at))
            connection.executemany("INSERT INTO conversation_entry VALUES (?, ?, ?, ?, ?)", [
                (*key, behind.sequence + number, body) for number, body in enumerate(bodies, 1)
            ])
            return end

        return self._database.write(work)

    def read(self, key: ConversationKey, after: int = 0) -> Kept:
        """The entries and the end, of one moment."""
        def work(connection: sqlite3.Connection) -> Kept:
            row = connection.execute(_END, key).fetchone()
            if row is None:
                return Kept()
            found = connection.execute(_ENTRIES, (*key, after)).fetchall()
            return Kept(tuple((number, unpacked(body)) for number, body in found), Position(*row))

        return self._database.read(work)

    def delete(self, key: ConversationKey) -> None:
        """Delete one, overwritten with zeros."""
        self._delete(_ONE, key)

    def delete_all_of(self, workspace: str, owner: str) -> int:
        """Delete a person's, likewise."""
        return self._delete("workspace = ? AND owner = ?", (workspace, owner))

    def count_of(self, workspace: str, owner: str) -> int:
        """A person's conversations."""
        found = self._database.rows(
            "SELECT count(*) FROM conversation WHERE workspace = ? AND owner = ?", (workspace, owner)
        )
        return int(found[0][0])

    def expire(self, before: float) -> int:
        """Delete those that nobody wrote to since."""
        old = self._database.rows("SELECT workspace, owner, workflow FROM conversation WHERE at < ?", (before,))
        return sum(self._delete(f"{_ONE} AND at < ?", (*key, before)) for key in old)

    def _delete(self, which: str, values: Sequence[str | float]) -> int:
        def work(connection: sqlite3.Connection) -> int:
            found = connection.execute(
                f"DELETE FROM conversation WHERE {which} RETURNING workspace, owner, workflow", values
            ).fetchall()
            connection.executemany(f"DELETE FROM conversation_entry WHERE {_ONE}", found)
            return len(found)

        return self._database.write(lambda connection: zeroed(connection, lambda: work(connection)))
