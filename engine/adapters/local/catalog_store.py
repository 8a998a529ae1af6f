"""Workflows, drafts and versions in SQLite. Every change is one transaction that checks its condition first."""

from __future__ import annotations

import sqlite3
from typing import Any

from engine.adapters import catalog_conflicts
from engine.adapters.local.database import LARGEST, Database
from engine.ports.catalog_store import DraftRecord, VersionRecord, WorkflowRecord

_WORKFLOW = "active_version, latest_version, CAST(revision AS TEXT), description, updated_at, archived"
_DRAFT = "document, etag, updated_at, updated_by, imported_digest, updated_by_id"
_VERSION = "number, document, digest, definition_digest, note, published_at, published_by, pins"

_ONE_WORKFLOW = f"SELECT {_WORKFLOW} FROM workflow WHERE workspace = ? AND workflow = ?"
_PUT_WORKFLOW = """INSERT INTO workflow
    (workspace, workflow, active_version, latest_version, revision, description, updated_at)
    VALUES (?, ?, 0, 0, 0, ?, ?)
    ON CONFLICT (workspace, workflow) DO UPDATE SET description = excluded.description,
        updated_at = excluded.updated_at"""
_PUT_DRAFT = f"INSERT OR REPLACE INTO draft (workspace, workflow, {_DRAFT}) VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
_PUT_VERSION = f"INSERT INTO version (workspace, workflow, {_VERSION}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
_ADVANCE = """UPDATE workflow SET active_version = ?1, latest_version = ?1, revision = revision + 1, updated_at = ?2
    WHERE workspace = ?3 AND workflow = ?4 AND latest_version = ?1 - 1"""


class SqliteCatalogStore:
    """engine.ports.catalog_store.CatalogStore. A workflow's etag counts the changes of its versions."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def workflows(self, workspace: str) -> list[WorkflowRecord]:
        """All workflows, by name."""
        query = f"SELECT workflow, {_WORKFLOW} FROM workflow WHERE workspace = ? ORDER BY workflow"
        return [_record(workspace, row) for row in self._rows(query, workspace)]

    def workflow(self, workspace: str, workflow: str) -> WorkflowRecord | None:
        """One row."""
        rows = self._rows(_ONE_WORKFLOW, workspace, workflow)
        return _record(workspace, (workflow, *rows[0])) if rows else None

    def draft(self, workspace: str, workflow: str) -> DraftRecord | None:
        """The draft; None for an unknown workflow."""
        query = f"SELECT {_DRAFT} FROM draft WHERE workspace = ? AND workflow = ?"
        rows = self._rows(query, workspace, workflow)
        return DraftRecord(workspace, workflow, *rows[0]) if rows else None

    def put_draft(self, draft: DraftRecord, *, expect_etag: str | None, description: str) -> None:
        """Write the draft if the stored one's etag is `expect_etag` (None: there must be none)."""
        key = (draft.workspace, draft.workflow)

        def work(connection: sqlite3.Connection) -> None:
            query = "SELECT etag FROM draft WHERE workspace = ? AND workflow = ?"
            row = connection.execute(query, key).fetchone()
            if (row[0] if row else None) != expect_etag:
                raise catalog_conflicts.draft_changed(draft.workflow, expected=expect_etag)
            connection.execute(_PUT_WORKFLOW, (*key, description, draft.updated_at))
            connection.execute(_PUT_DRAFT, (
                *key, draft.document, draft.etag, draft.updated_at, draft.updated_by, draft.imported_digest,
                draft.updated_by_id,
            ))

        self._database.write(work)

    def versions(self, workspace: str, workflow: str) -> list[VersionRecord]:
        """All versions, newest first."""
        query = f"SELECT {_VERSION} FROM version WHERE workspace = ? AND workflow = ? ORDER BY number DESC"
        return [VersionRecord(workspace, workflow, *row) for row in self._rows(query, workspace, workflow)]

    def version(self, workspace: str, workflow: str, number: int) -> VersionRecord | None:
        """One version; a number that no column can hold is none's."""
        if number > LARGEST:
            return None
        query = f"SELECT {_VERSION} FROM version WHERE workspace = ? AND workflow = ? AND number = ?"
        rows = self._rows(query, workspace, workflow, number)
        return VersionRecord(workspace, workflow, *rows[0]) if rows else None

    def definition(self, workspace: str, workflow: str, definition_digest: str) -> VersionRecord | None:
        """The newest version with this definition digest."""
        query = f"""SELECT {_VERSION} FROM version WHERE workspace = ? AND workflow = ? AND definition_digest = ?
            ORDER BY number DESC LIMIT 1"""
        rows = self._rows(query, workspace, workflow, definition_digest)
        return VersionRecord(workspace, workflow, *rows[0]) if rows else None

    def put_version(self, version: VersionRecord) -> None:
        """Write the next version and make it the active one."""
        key = (version.workspace, version.workflow)

        def work(connection: sqlite3.Connection) -> None:
            if not connection.execute(_ADVANCE, (version.number, version.published_at, *key)).rowcount:
                raise catalog_conflicts.published_meanwhile(version.workflow, version.number)
            values = (
                version.number, version.document, version.digest, version.definition_digest, version.note,
                version.published_at, version.published_by, version.pins,
            )
            connection.execute(_PUT_VERSION, (*key, *values))

        self._database.write(work)

    def set_active(self, workspace: str, workflow: str, number: int, *, expect_etag: str) -> None:
        """Point the workflow at another version. Raises NotFound for one that was never published."""

        def work(connection: sqlite3.Connection) -> None:
            row = _row_of(connection, workspace, workflow)
            query = "SELECT 1 FROM version WHERE workspace = ? AND workflow = ? AND number = ?"
            if row is None or connection.execute(query, (workspace, workflow, min(number, LARGEST))).fetchone() is None:
                raise catalog_conflicts.no_such_version(workflow, number)
            if row.etag != expect_etag:
                raise catalog_conflicts.activated_meanwhile(workflow)
            statement = """UPDATE workflow SET active_version = ?, revision = revision + 1
                WHERE workspace = ? AND workflow = ?"""
            connection.execute(statement, (number, workspace, workflow))

        self._database.write(work)

    def mark_used(self, workspace: str, workflow: str, number: int) -> None:
        """Raises NotFound where it is gone. No more is to be said: who lets go of versions sees what runs them."""
        query = "SELECT 1 FROM version WHERE workspace = ? AND workflow = ? AND number = ?"
        if not self._rows(query, workspace, workflow, min(number, LARGEST)):
            raise catalog_conflicts.no_such_version(workflow, number)

    def set_archived(self, workspace: str, workflow: str, *, archived: bool, expect_etag: str) -> None:
        """Put the workflow away, or back."""
        statement = """UPDATE workflow SET archived = ?, revision = revision + 1
            WHERE workspace = ? AND workflow = ? AND CAST(revision AS TEXT) = ?"""

        def work(connection: sqlite3.Connection) -> None:
            if not connection.execute(statement, (int(archived), workspace, workflow, expect_etag)).rowcount:
                raise catalog_conflicts.activated_meanwhile(workflow)

        self._database.write(work)

    def rename(self, workspace: str, was: str, now: str) -> None:
        """Put `now` in the place of `was`."""

        def work(connection: sqlite3.Connection) -> None:
            values = (now, workspace, was)
            connection.execute(
                "UPDATE draft SET updated_by = ?, updated_by_id = '' WHERE workspace = ? AND updated_by = ?", values
            )
            connection.execute("UPDATE version SET published_by = ? WHERE workspace = ? AND published_by = ?", values)

        self._database.write(work)

    def _rows(self, query: str, *values: Any) -> list[tuple[Any, ...]]:
        return self._database.rows(query, values)


def _row_of(connection: sqlite3.Connection, workspace: str, workflow: str) -> WorkflowRecord | None:
    row = connection.execute(_ONE_WORKFLOW, (workspace, workflow)).fetchone()
    return _record(workspace, (workflow, *row)) if row else None


def _record(workspace: str, row: tuple[Any, ...]) -> WorkflowRecord:
    return WorkflowRecord(workspace, *(*row[:-1], bool(row[-1])))  # SQLite has no booleans
