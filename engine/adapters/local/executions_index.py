"""The executions index in SQLite.

Each query names its index (INDEXED BY), the one of its most selective filter: SQLite then uses it or refuses, and a
query that would look at every row cannot come into being. All filters but a prefix leave the rows in the list's order;
those of a prefix are sorted.
"""

from __future__ import annotations

import sqlite3
from typing import Any

from engine.adapters import listing
from engine.adapters.listing import Pattern, Position
from engine.adapters.local.database import Database
from engine.ports.executions_index import ExecutionPage, ExecutionQuery, ExecutionRow
from engine.ports.keys import ExecutionKey

_PUT = """INSERT INTO execution
    (workspace, id, name, workflow, version, status, started_at, ended_at, error, business_key)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT (workspace, id) DO UPDATE SET status = excluded.status, ended_at = excluded.ended_at,
        error = excluded.error, business_key = coalesce(excluded.business_key, business_key)"""

_HIGHEST = "\U0010ffff"


class SqliteExecutionsIndex:
    """engine.ports.executions_index.ExecutionsIndex."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def query(self, query: ExecutionQuery) -> ExecutionPage:
        """A page of rows, newest start first."""
        listing.check_limit(query)
        statement, values = select(query)
        found = self._database.read(lambda connection: connection.execute(statement, values).fetchall())
        rows = tuple(ExecutionRow(ExecutionKey(query.workspace, row[0]), *row[1:]) for row in found)
        page = rows[: query.limit]
        more = len(rows) > query.limit
        return ExecutionPage(page, listing.encode_token(query, Position.of(page[-1])) if more else None)


def write_row(connection: sqlite3.Connection, row: ExecutionRow) -> None:
    """Write a row, in the transaction that writes its header."""
    connection.execute(_PUT, (
        row.key.workspace, row.key.id, row.key.name, row.workflow, row.version, row.status, row.started_at,
        row.ended_at, listing.storable(row.error), listing.storable(row.business_key),
    ))


def select(query: ExecutionQuery) -> tuple[str, list[Any]]:
    """The statement of a query and its values; it asks for one row more than the page holds."""
    conditions: list[str] = ["workspace = ?"]
    values: list[Any] = [query.workspace]
    index, best = "execution_started", 0
    for column, pattern, rank in _filters(query):
        if pattern.prefix:
            conditions.append(f"{column} >= ? AND {column} < ?")
            values += [pattern.text, pattern.text + _HIGHEST]
        else:
            conditions.append(f"{column} = ?")
            values.append(pattern.text)
        if rank > best:
            index, best = f"execution_{column}", rank
    statuses = listing.statuses(query)
    if len(statuses) > 1:  # no index has them in the list's order together
        conditions.append(f"status IN ({', '.join('?' * len(statuses))})")
        values += statuses
    for comparison, at in ((">=", query.started_after), ("<", query.started_before)):
        if at is not None:
            conditions.append(f"started_at {comparison} ?")
            values.append(at)
    after = listing.decode_token(query)
    bounds: list[Any] = []
    if after is not None:
        conditions.append("(started_at, id) < (?, ?)")
        bounds = [after.started_at, after.id]
    statement = f"""SELECT id, workflow, version, status, started_at, ended_at, error, business_key
        FROM execution INDEXED BY {index} WHERE {" AND ".join(conditions)}
        ORDER BY started_at DESC, id DESC LIMIT ?"""
    return statement, [*values, *bounds, query.limit + 1]


def _filters(query: ExecutionQuery) -> list[tuple[str, Pattern, int]]:
    """The filters in use: column, pattern, and how few rows it leaves as a rule."""
    statuses = listing.statuses(query)
    status = statuses[0] if len(statuses) == 1 else None
    exact = [("workflow", query.workflow, 1), ("status", status, 2)]
    patterns = [
        ("error", Pattern.parse(query.error), 3, 3),
        ("name", Pattern.parse(query.name), 6, 4),
        ("business_key", Pattern.parse(query.business_key), 7, 5),
    ]
    return [(column, Pattern(text, prefix=False), rank) for column, text, rank in exact if text is not None] + [
        (column, pattern, prefix_rank if pattern.prefix else exact_rank)
        for column, pattern, exact_rank, prefix_rank in patterns
        if pattern is not None
    ]
