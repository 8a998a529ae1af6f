"""Erasing executions in SQLite (engine.ports.erasure).

hold     the header is put aside, as retention does it: one transaction, after which no key finds it
erase    what lies aside is deleted piece by piece, each overwritten with zeros (PRAGMA secure_delete)
end      free pages are cut off the file, the gaps of pages are overwritten, and the write-ahead log is emptied: all of
         them may hold what was deleted
"""

from __future__ import annotations

import json
import math
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

from engine.adapters.local.database import Database, zeroed
from engine.adapters.local.erasure.erased_list import ErasedList
from engine.adapters.local.erasure.gaps import clear_gaps
from engine.adapters.local.retention import (
    APART,
    ASIDE,
    HELD,
    INCREMENTAL,
    ITEMS,
    LAST,
    OPEN,
    REMEMBER,
    delete_header,
    delete_segments,
    put_aside,
)
from engine.ports.erasure import Erasure, Told, Unfinished, listed_key
from engine.ports.keys import Actor, ExecutionKey

T = TypeVar("T")

PIECE = 200
"""Items that one transaction deletes."""

PAGES = 2000
"""Free pages that one transaction cuts off."""

_SIZE = "size"
"""The row of `erased` that says how long the list was when all of it was known."""

_ROWS = "SELECT id, at, asked_by, executions FROM erasure WHERE workspace = ? ORDER BY at, id"


class SqliteErasure:
    """engine.ports.erasure.ErasureStore."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._list = ErasedList(database.path.parent)

    def begin(self, erasure: Erasure) -> None:
        """Name it."""
        by = erasure.by
        values = (
            erasure.workspace, erasure.id, erasure.at, json.dumps([by.name, by.kind, by.origin]),
            json.dumps([erasure.forced, erasure.since, *erasure.executions]),
        )
        statement = "INSERT OR REPLACE INTO erasure (workspace, id, at, asked_by, executions) VALUES (?, ?, ?, ?, ?)"
        self._database.write(lambda connection: connection.execute(statement, values))

    def pending(self, workspace: str) -> list[Erasure]:
        """Those that have begun and not ended."""
        found = []
        for erasure_id, at, by, executions in self._database.rows(_ROWS, (workspace,)):
            forced, since, *ids = json.loads(executions)
            found.append(Erasure(workspace, erasure_id, at, Actor(*json.loads(by)), tuple(ids), forced, since))
        return found

    def hold(self, erasure: Erasure, key: ExecutionKey) -> bool:
        """Put it aside."""

        def work(connection: sqlite3.Connection) -> bool:
            query = "SELECT e, status FROM header WHERE workspace = ? AND id = ?"
            row = connection.execute(query, (key.workspace, key.id)).fetchone()
            if row is None:
                return True
            if row[1] in OPEN and not erasure.forced:
                return False
            place = (key.workspace, key.id)
            for name in ("execution", "execution_word", "inbox", "wake"):
                connection.execute(f"DELETE FROM {name} WHERE workspace = ? AND id = ?", place)
            put_aside(connection, row[0], key, mark=HELD)
            connection.execute(REMEMBER, (*place, erasure.at))  # until it is on the list
            return True

        return self._zeroing(work)

    def erase(self, erasure: Erasure, key: ExecutionKey, told: Told, deadline: float = math.inf) -> int:
        """Delete what lies aside of it, with the items of its Map Runs."""
        del erasure, deadline  # no piece takes long
        numbers = self._aside(key)
        items = self._items(key) if numbers else []
        told([key, *items])
        self._zeroing(lambda connection: _forget(connection, [key, *items]))
        for e in numbers:
            while self._zeroing(lambda connection, e=e: _clear(connection, e, key)):  # type: ignore[misc]
                pass
        return len(numbers) + len(items)

    def _aside(self, key: ExecutionKey) -> list[int]:
        prefix = HELD + APART.join((key.workspace, key.id, ""))
        query = "SELECT e FROM header WHERE workspace = ? AND id >= ? AND id < ?"
        return [row[0] for row in self._database.rows(query, (ASIDE, prefix, prefix + ":"))]

    def _items(self, key: ExecutionKey) -> list[ExecutionKey]:
        """Of its Map Runs, and of theirs. Raises Unfinished where one has still to end."""
        rows = self._database.rows(ITEMS, (key.workspace, key.id + "~", key.id + LAST, -1))
        if any(row[3] in OPEN for row in rows):
            raise Unfinished(key.id)
        return [ExecutionKey(*row[1:3]) for row in rows]

    def remember(self, erasure: Erasure, keys: Sequence[ExecutionKey]) -> None:
        """Put them on the list beside the database, and their digests into it."""
        rows = [(digest, erasure.at) for digest in self._list.add(keys, erasure.at)]
        self._know(rows)

    def remember_actors(self, erasure: Erasure, pseudonyms: Sequence[str]) -> None:
        """Put them on the list beside the database."""
        self._list.add_actors(pseudonyms, erasure.at)
        self._know([])

    def erased_actors(self, workspace: str) -> list[str]:  # noqa: ARG002  a pseudonym is of one workspace alone
        """Those on the list, where it is longer than this database knows."""
        return [] if self._knows_all() else self._list.actors()

    def remember_key(self, erasure: Erasure, business_key: str) -> None:
        """Put it on the list beside the database."""
        self.remember(erasure, [listed_key(erasure.workspace, business_key)])

    def erased_keys(self, workspace: str, business_keys: Sequence[str]) -> dict[str, float]:
        """Those on the list, where it is longer than this database knows."""
        if self._knows_all():
            return {}
        known = dict(self._list.entries())
        digests = {key: self._list.digest(listed_key(workspace, key)) or "" for key in business_keys}
        return {key: known[digest] for key, digest in digests.items() if digest in known}

    def _knows_all(self) -> bool:
        size = self._list.size()
        rows = self._database.rows("SELECT at FROM erased WHERE digest = ?", (_SIZE,)) if size else [(0.0,)]
        return bool(rows) and rows[0][0] >= size

    def _know(self, rows: Sequence[tuple[str, float]]) -> None:
        statement = """INSERT INTO erased (digest, at) VALUES (?, ?)
            ON CONFLICT (digest) DO UPDATE SET at = max(at, excluded.at)"""
        # A damaged list is read again, until a whole one is in its place: that may be as long.
        size = [] if self._list.damage() else [(_SIZE, float(self._list.size()))]
        if rows or size:
            self._database.write(lambda connection: connection.executemany(statement, [*rows, *size]))

    def end(self, erasure: Erasure) -> bool:
        """No longer name it, once nothing that it deleted is in a free page or in the log."""
        while self._database.write(_cut):
            pass
        clear_gaps(self._database)
        statement = "DELETE FROM erasure WHERE workspace = ? AND id = ?"
        if not self._database.fold_log():
            return False
        self._zeroing(lambda connection: connection.execute(statement, (erasure.workspace, erasure.id)))
        return self._database.fold_log()

    def forgotten(self, workspace: str) -> Iterator[ExecutionKey]:
        """Those on the list that are there, where the list is longer than this database knows."""
        if self._knows_all():
            return
        known = dict(self._database.rows("SELECT digest, at FROM erased"))
        new = {digest: at for digest, at in self._list.entries() if at > known.get(digest, 0.0)}
        last = ""
        query = "SELECT id, started_at FROM header WHERE workspace = ? AND id > ? ORDER BY id LIMIT 1000"
        while new and (page := self._database.rows(query, (workspace, last))):
            for execution_id, started_at in page:
                key = ExecutionKey(workspace, execution_id)
                if started_at < new.get(self._list.digest(key) or "", 0.0):
                    yield key
            last = page[-1][0]
        self._know([*new.items()])

    def _zeroing(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """Write, and overwrite with zeros what is deleted."""
        return self._database.write(lambda connection: zeroed(connection, lambda: work(connection)))


def _forget(connection: sqlite3.Connection, keys: Sequence[ExecutionKey]) -> None:
    """What names them besides."""
    places = [(key.workspace, key.id) for key in keys]
    connection.executemany("DELETE FROM wake WHERE workspace = ? AND id = ?", places)
    connection.executemany("DELETE FROM ended WHERE workspace = ? AND id = ?", places)
    connection.executemany("DELETE FROM work_item WHERE workspace = ? AND execution_id = ?", places)
    connection.executemany("DELETE FROM taken WHERE workspace = ? AND id = ?", places)


def _clear(connection: sqlite3.Connection, e: int, key: ExecutionKey) -> int:
    """Delete a piece of it: items first, then segments, the header last. 0 once it is gone."""
    if connection.execute("SELECT 1 FROM header WHERE e = ?", (e,)).fetchone() is None:
        return 0
    items = connection.execute(ITEMS, (key.workspace, key.id + "~", key.id + LAST, PIECE)).fetchall()
    budget = PIECE
    for number, workspace, item_id, _status in items:
        budget -= delete_segments(connection, number, budget)
        if budget <= 0:
            return 1
        for name in ("execution", "inbox"):
            connection.execute(f"DELETE FROM {name} WHERE workspace = ? AND id = ?", (workspace, item_id))
        delete_header(connection, number)
    if not items and delete_segments(connection, e, budget) < budget:
        delete_header(connection, e)
    return 1


def _cut(connection: sqlite3.Connection) -> int:
    """Cut free pages off the file; how many. None of a file that cannot: what was in them is zeros."""
    if connection.execute("PRAGMA auto_vacuum").fetchone()[0] != INCREMENTAL:
        return 0
    free = min(PAGES, int(connection.execute("PRAGMA freelist_count").fetchone()[0]))
    if free:
        connection.execute(f"PRAGMA incremental_vacuum({free})").fetchall()
    return free
