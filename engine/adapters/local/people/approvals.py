"""What Tasks have asked people, in SQLite."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from engine.adapters.local.database import Database, zeroed
from engine.ports.keys import ExecutionKey
from engine.ports.people.approvals import KEPT_SECONDS, OPEN, Approval, ApprovalPage, ApprovalQuery, page_of

Json = Any

_COLUMNS = "workspace, id, execution_id, frame, visit, attempt, since, answers, revision, status, closed_at"
_ONE = "workspace = ? AND id = ?"


class SqliteApprovals:
    """engine.ports.people.approvals.Approvals."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def ask(self, approval: Approval) -> None:
        """Write the row where none of its id is there."""
        statement = f"INSERT OR IGNORE INTO approval ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, '[]', 0, ?, NULL)"
        values = (
            approval.workspace, approval.id, approval.execution_id, *approval.place, approval.since, OPEN,
        )
        self._database.write(lambda connection: connection.execute(statement, values))

    def get(self, workspace: str, approval: str) -> Approval | None:
        """One, open or not."""
        found = self._database.rows(f"SELECT {_COLUMNS} FROM approval WHERE {_ONE}", (workspace, approval))
        return _approval(found[0]) if found else None

    def page(self, query: ApprovalQuery) -> ApprovalPage:
        """The open ones, oldest first."""
        text = (
            f"SELECT {_COLUMNS} FROM approval INDEXED BY approval_open "
            "WHERE workspace = ? AND id > ? AND status = 'OPEN' ORDER BY id LIMIT ?"
        )
        rows = self._database.rows(text, (query.workspace, query.after, query.limit + 1))
        return page_of(query, [_approval(row) for row in rows])

    def answer(self, approval: Approval, answers: Sequence[Json]) -> bool:
        """Put `answers` in the place of the row's, if nobody has meanwhile."""
        statement = (
            f"UPDATE approval SET answers = ?, revision = revision + 1 WHERE {_ONE} AND revision = ? AND status = ?"
        )
        values = (_text(answers), approval.workspace, approval.id, approval.revision, OPEN)
        return self._database.write(lambda connection: connection.execute(statement, values).rowcount == 1)

    def close(self, approval: Approval, status: str, at: float) -> None:
        """It can be answered no longer; those that were closed long ago go."""
        closes = f"UPDATE approval SET status = ?, closed_at = ?, answers = '[]' WHERE {_ONE} AND status = ?"
        self._database.write(lambda connection: zeroed(connection, lambda: (
            connection.execute(closes, (status, at, approval.workspace, approval.id, OPEN)),
            connection.execute("DELETE FROM approval WHERE closed_at < ?", (at - KEPT_SECONDS,)),
        )))

    def erase(self, keys: Sequence[ExecutionKey]) -> None:
        """Delete the rows of executions that have ended."""
        values = [(key.workspace, key.id) for key in keys]
        statement = "DELETE FROM approval WHERE workspace = ? AND execution_id = ?"
        self._database.write(lambda connection: zeroed(connection, lambda: connection.executemany(statement, values)))


def _text(answers: Sequence[Json]) -> str:
    return json.dumps(list(answers), separators=(",", ":"))  # in ASCII: half a surrogate pair is no text to SQLite


def _approval(row: tuple[Any, ...]) -> Approval:
    columns = dict(zip(_COLUMNS.split(", "), row, strict=True))
    return Approval(**{**columns, "answers": tuple(json.loads(columns["answers"]))})
