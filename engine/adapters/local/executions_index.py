"""The executions index in SQLite.

Each query names its index (INDEXED BY), the one of its most selective filter: SQLite then uses it or refuses, and a
query that would look at every row cannot come into being. All filters but a prefix leave the rows in the list's order;
those of a prefix are sorted.

Words of business keys and causes lie in a table beside it, by execution and by word. The word that fewest executions
have finds them; where each is in more than GATHERED, the list is walked, and each row looked up.
"""

from __future__ import annotations

import sqlite3
from typing import Any

from engine.adapters import listing
from engine.adapters.listing import Pattern
from engine.adapters.local.database import Database
from engine.ports.executions_index import (
    COUNTED_SECONDS,
    ENDS,
    KEPT_DAYS,
    OLDEST,
    STARTS,
    WORDS,
    Count,
    Counted,
    ExecutionPage,
    ExecutionQuery,
    ExecutionRow,
    Search,
    words_of,
)
from engine.ports.journal import ENDED_OTHERWISE, OPEN_STATUSES
from engine.ports.keys import ExecutionKey

_PUT = """INSERT INTO execution
    (workspace, id, name, workflow, version, status, started_at, ended_at, error, business_key, trigger_name, redrives)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT (workspace, id) DO UPDATE SET status = excluded.status, version = excluded.version,
        ended_at = excluded.ended_at, redrives = max(excluded.redrives, redrives),
        error = excluded.error, business_key = coalesce(excluded.business_key, business_key)"""
_PUT_WORD = "INSERT OR IGNORE INTO execution_word (workspace, id, word) VALUES (?, ?, ?)"
_DELETE_WORDS = "DELETE FROM execution_word WHERE workspace = ? AND id = ?"
_HAVE_WORD = """SELECT count(*) FROM (SELECT 1 FROM execution_word INDEXED BY execution_word_found
    WHERE workspace = ? AND word >= ? AND word < ? LIMIT ?)"""
_WITH_WORD = """(SELECT DISTINCT id AS found FROM execution_word INDEXED BY execution_word_found
    WHERE workspace = ? AND word >= ? AND word < ?) CROSS JOIN execution ON execution.id = found"""
_HAS_WORD = """EXISTS (SELECT 1 FROM execution_word AS w WHERE w.workspace = execution.workspace
    AND w.id = execution.id AND w.word >= ? AND w.word < ?)"""

_OPEN = """SELECT id FROM header INDEXED BY header_open WHERE workspace = ? AND workflow = ?
    AND status IN ('RUNNING', 'PAUSED') AND (parent IS NULL OR substr(parent, -4) = ',""]') ORDER BY e LIMIT ?"""

_NO_FORK = "id NOT GLOB '*~at[0-9]*.*'"
"""As engine.ports.keys names forks: a ~ is in no name that a user gives."""

_COUNTS = f"""SELECT ?2 + CAST((started_at - ?2) / ?4 AS INTEGER) * ?4, workflow, status, count(*)
    FROM execution INDEXED BY execution_started WHERE workspace = ?1 AND started_at >= ?2 AND started_at < ?3
        AND {_NO_FORK}
    GROUP BY 1, 2, 3"""
_ENDS = f"""SELECT ?2 + CAST((ended_at - ?2) / ?4 AS INTEGER) * ?4, workflow, status, count(*)
    FROM header INDEXED BY header_ended
    WHERE ended_at >= ?2 AND ended_at < ?3 AND (parent IS NULL OR substr(parent, -4) = ',""]')
        AND workspace = ?1 AND {_NO_FORK}
    GROUP BY 1, 2, 3"""
_FAILURES = f"""SELECT ?3, workflow, status, count(*), error FROM (
        SELECT workflow, status, error FROM execution INDEXED BY execution_status
        WHERE workspace = ?1 AND status = ?2 AND started_at >= ?3 AND started_at < ?4
            AND {_NO_FORK}
        ORDER BY started_at DESC LIMIT ?5)
    GROUP BY workflow, error"""
_OLDEST = """SELECT id, workflow, version, status, started_at, ended_at, error, business_key
    FROM execution INDEXED BY execution_status WHERE workspace = ? AND status = ? ORDER BY started_at, id LIMIT ?"""

_KEPT: dict[Counted, str] = {STARTS: "tally", ENDS: "tally_of_ends"}
"""The table of what is kept of each."""

_HIGHEST = "\U0010ffff"

LOOKED_AT = 5000
"""Executions of one status whose errors are looked at, in one piece of time."""

GATHERED = 2000
"""Executions with a word that are read and sorted."""


class SqliteExecutionsIndex:
    """engine.ports.executions_index.ExecutionsIndex."""

    settled_after = 0.0
    searches: Search = WORDS
    ends_reach_back = True

    def __init__(self, database: Database) -> None:
        self._database = database

    def query(self, query: ExecutionQuery) -> ExecutionPage:
        """A page of rows, in the order of their starts."""
        words = words_of(query.text)
        if query.text is not None and not words:
            listing.begin(query)
            return ExecutionPage(())
        numbers = {
            word: self._database.rows(_HAVE_WORD, (query.workspace, word, word + _HIGHEST, GATHERED + 1))[0][0]
            for word in words
        }
        rarest = min(words, key=lambda word: numbers[word], default=None)
        if rarest is not None and numbers[rarest] > GATHERED:
            rarest = None
        statement, values = select(query, rarest)
        found = self._database.rows(statement, values)
        return listing.page(query, (ExecutionRow(ExecutionKey(query.workspace, row[0]), *row[1:]) for row in found))

    def counts(self, workspace: str, first: int, before: int, seconds: int) -> list[Count]:
        """How those stand that started at first <= t < before."""
        return [Count(*row) for row in self._database.rows(_COUNTS, (workspace, first, before, seconds))]

    def failures(self, workspace: str, first: int, before: int) -> list[Count]:
        """By workflow, status and error; of the newest LOOKED_AT of a status."""
        return [
            Count(*row) for status in ENDED_OTHERWISE
            for row in self._database.rows(_FAILURES, (workspace, status, first, before, LOOKED_AT))
        ]

    def ends(self, workspace: str, first: int, before: int) -> list[Count]:
        """How many ended at first <= t < before."""
        return [Count(*row) for row in self._database.rows(_ENDS, (workspace, first, before, COUNTED_SECONDS))]

    def kept_counts(self, workspace: str, first: int, before: int, *, of: Counted = STARTS) -> dict[int, str]:
        """What was kept of first <= at < before."""
        query = f"SELECT at, body FROM {_KEPT[of]} WHERE workspace = ? AND at >= ? AND at < ?"
        return dict(self._database.rows(query, (workspace, first, before)))

    def keep_counts(self, workspace: str, at: int, text: str, *, of: Counted = STARTS) -> None:
        """Keep `text` of the time `at`. What is a day older than KEPT_DAYS goes."""

        def work(connection: sqlite3.Connection) -> None:
            connection.execute(f"INSERT OR REPLACE INTO {_KEPT[of]} VALUES (?, ?, ?)", (workspace, at, text))
            old = at - (KEPT_DAYS + 1) * 86_400
            connection.execute(f"DELETE FROM {_KEPT[of]} WHERE workspace = ? AND at > 0 AND at < ?", (workspace, old))

        self._database.write(work, durable=False)

    def oldest(self, workspace: str, limit: int) -> list[ExecutionRow]:
        """The open ones that started first."""
        rows = [row for status in OPEN_STATUSES for row in self._database.rows(_OLDEST, (workspace, status, limit))]
        found = [ExecutionRow(ExecutionKey(workspace, row[0]), *row[1:]) for row in rows]
        return sorted(found, key=listing.Position.of)[:limit]

    def oldest_open(self, workspace: str, workflow: str, limit: int) -> list[ExecutionKey]:
        """In the order in which they were written: who is written later stands behind."""
        return [ExecutionKey(workspace, row[0]) for row in self._database.rows(_OPEN, (workspace, workflow, limit))]


def write_row(connection: sqlite3.Connection, row: ExecutionRow) -> None:
    """Write a row, in the transaction that writes its header."""
    connection.execute(_PUT, (
        row.key.workspace, row.key.id, row.key.name, row.workflow, row.version, row.status, row.started_at,
        row.ended_at, listing.storable(row.error), listing.storable(row.business_key), row.trigger, row.redrives,
    ))
    _write_words(connection, row)


def _write_words(connection: sqlite3.Connection, row: ExecutionRow) -> None:
    """What is new of the words of a row. One that goes on once more is not found by its last failure."""
    place, keyed = (row.key.workspace, row.key.id), row.business_key
    if row.redrives and row.status in OPEN_STATUSES:
        connection.execute(_DELETE_WORDS, place)
        query = "SELECT business_key FROM execution WHERE workspace = ? AND id = ?"
        (keyed,) = connection.execute(query, place).fetchone()
    words = words_of(*map(listing.storable, (keyed, row.error, row.said)))
    if words:
        connection.executemany(_PUT_WORD, [(*place, word) for word in words])


def delete_row(connection: sqlite3.Connection, key: ExecutionKey) -> None:
    """Take an execution off the list, with its words."""
    for name in ("execution", "execution_word"):
        connection.execute(f"DELETE FROM {name} WHERE workspace = ? AND id = ?", (key.workspace, key.id))


def select(query: ExecutionQuery, rarest: str | None = None) -> tuple[str, list[Any]]:
    """The statement of a query and its values; it asks for one row more than the page holds. The word `rarest` of its
    text finds the rows, where one does."""
    words = words_of(query.text)
    conditions: list[str] = ["execution.workspace = ?"]
    values: list[Any] = [query.workspace]
    if rarest is not None:
        values = [query.workspace, rarest, rarest + _HIGHEST, query.workspace]
    for word in words:
        if word != rarest:
            conditions.append(_HAS_WORD)
            values += [word, word + _HIGHEST]
    statuses, after = listing.statuses(query), listing.begin(query)
    patterns = listing.patterns(query)
    for column, pattern in patterns.items():
        if pattern.prefix:
            conditions.append(f"{column} >= ? AND {column} < ?")
            values += [pattern.text, pattern.text + _HIGHEST]
        else:
            conditions.append(f"{column} = ?")
            values.append(pattern.text)
    if statuses:
        conditions.append(f"status IN ({', '.join('?' * len(statuses))})")
        values += statuses
    for comparison, at in ((">=", query.started_after), ("<", query.started_before)):
        if at is not None:
            conditions.append(f"started_at {comparison} ?")
            values.append(at)
    if after is not None:
        conditions.append(f"(started_at, id) {'>' if query.order == OLDEST else '<'} (?, ?)")
        values += [after.started_at, after.id]
    way = "ASC" if query.order == OLDEST else "DESC"
    source = f"execution INDEXED BY execution_{_index(patterns, statuses)}" if rarest is None else _WITH_WORD
    statement = f"""SELECT id, workflow, version, status, started_at, ended_at, error, business_key, NULL,
            CASE status WHEN 'RUNNING' THEN (SELECT cause FROM header
                WHERE header.workspace = execution.workspace AND header.id = execution.id) END, trigger_name, redrives
        FROM {source} WHERE {" AND ".join(conditions)}
        ORDER BY started_at {way}, id {way} LIMIT ?"""
    return statement, [*values, query.limit + 1]


def _index(patterns: dict[str, Pattern], statuses: tuple[str, ...]) -> str:
    """The index of the filter that leaves the fewest rows as a rule; the whole list's without one."""
    exact = {column for column, pattern in patterns.items() if not pattern.prefix}
    ranked = (
        *((column, column in exact) for column in ("business_key", "name")),
        *((column, column in patterns) for column in ("business_key", "name", "error")),
        ("status", len(statuses) == 1),  # no index has several in the list's order together
        ("workflow", "workflow" in exact),
    )
    return next((column for column, used in ranked if used), "started")
