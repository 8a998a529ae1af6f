"""Letting go of ended executions in SQLite (engine.ports.retention).

    few segments, no items    header, segments, input, inbox and row are deleted in the transaction that takes it
    more                      the header is put aside under a name that no key has (workspace ''), and keeps its number
                              `e`: no new execution gets that while segments lie under it. `clear` deletes them, and
                              the items of its Map Runs, piece by piece, and the header last

Nothing here waits for the disk: what a power cut brings back is taken again.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from typing import Any

from engine.adapters.local.database import Database
from engine.adapters.local.executions_index import delete_row
from engine.ports.journal import PAUSED, RUNNING, Parent
from engine.ports.keys import ExecutionKey
from engine.ports.retention import Ended, Place, named_in

DAY = 86_400.0

SMALL = 100
"""Segments of an execution that is taken in one transaction."""

MOST_SEGMENTS = 300
"""Of all that one transaction takes."""

SPARE_PAGES = 256
"""Free pages that stay in the file, 1 MB, for what is written next."""

OPEN = (RUNNING, PAUSED)
ASIDE, APART = "", "\x1f"
"""The workspace of what is put aside, and what stands between the parts of its name there."""
HELD = "\x1e"
"""What the name of one begins with that is erased: `clear` leaves it to who does that."""
LAST = "\x7f"
"""Sorts behind ``~``, which the id of each item of a Map Run has behind its parent's."""

_ENDED = """SELECT x.id, x.status, x.started_at, x.ended_at, h.parent
    FROM execution AS x INDEXED BY execution_workflow JOIN header AS h ON h.workspace = x.workspace AND h.id = x.id
    WHERE x.workspace = ? AND x.workflow = ? AND x.started_at < ? AND (x.started_at, x.id) > (?, ?)
    ORDER BY x.started_at, x.id LIMIT ?"""
_OLDEST_ENDED = """SELECT x.id, x.status, x.started_at, x.ended_at, h.parent
    FROM execution AS x INDEXED BY execution_workflow CROSS JOIN header AS h
        ON h.workspace = x.workspace AND h.id = x.id
    WHERE x.workspace = ? AND x.workflow = ? AND x.ended_at IS NOT NULL AND x.status NOT IN (?, ?)
    ORDER BY x.started_at, x.id LIMIT ?"""
"""The cross join has SQLite look for the header of those alone that have ended."""
_NEXT_WORKFLOW = """SELECT workspace, workflow FROM execution WHERE (workspace, workflow) > (?, ?)
    ORDER BY workspace, workflow LIMIT 1"""
_STANDS = "SELECT e FROM header WHERE workspace = ? AND id = ? AND status NOT IN (?, ?) AND ended_at = ?"
_SEGMENTS = "SELECT count(*) FROM (SELECT 1 FROM segment WHERE e = ? LIMIT ?)"
ITEMS = "SELECT e, workspace, id, status FROM header WHERE workspace = ? AND id > ? AND id < ? ORDER BY id LIMIT ?"
"""The items of Map Runs between two ids."""
PUT_ASIDE = "UPDATE header SET workspace = ?, id = ?, status = 'TAKEN', due_at = NULL, parent = NULL WHERE e = ?"
REMEMBER = """INSERT INTO taken (workspace, id, at) VALUES (?, ?, ?)
    ON CONFLICT (workspace, id) DO UPDATE SET at = excluded.at"""
_UNSAID = """SELECT workspace, id, item FROM inbox AS i WHERE due_at < ?
    AND NOT EXISTS (SELECT 1 FROM header WHERE workspace = i.workspace AND id = i.id) ORDER BY due_at LIMIT ?"""
_RUNS = """SELECT version FROM execution WHERE workspace = ? AND workflow = ?
    UNION SELECT version FROM ran_by WHERE workspace = ? AND workflow = ?"""
_OTHERS = """SELECT document FROM version WHERE workspace = ?1
    AND NOT (workflow = ?2 AND number IN (SELECT value FROM json_each(?3)))
    AND instr(document, CAST(?2 || ':' AS BLOB))"""
_NEWEST = "SELECT e, workspace, id, started_at FROM header ORDER BY e DESC LIMIT 1"
_STANDS_STILL = "SELECT 1 FROM header WHERE e = ? AND workspace = ? AND id = ? AND started_at = ?"


class SqliteRetention:
    """engine.ports.retention.RetentionStore."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._blocked: set[int] = set()  # put aside, while an item of theirs has still to end

    def workflows(self) -> list[tuple[str, str]]:
        """Workspace and name of every workflow that has executions: a hop in the index for each."""

        def work(connection: sqlite3.Connection) -> list[tuple[str, str]]:
            found: list[tuple[str, str]] = []
            row = connection.execute(_NEXT_WORKFLOW, ("", "")).fetchone()
            while row is not None:
                found.append(row)
                row = connection.execute(_NEXT_WORKFLOW, row).fetchone()
            return found

        return self._database.read(work)

    def ended(
        self, workspace: str, workflow: str, started_before: float, after: Place | None, limit: int
    ) -> tuple[list[Ended], Place | None]:
        """The ended ones among the next `limit` executions of a workflow, and where to go on."""
        at = Place(0.0, "") if after is None else after

        def work(connection: sqlite3.Connection) -> tuple[list[Ended], Place | None]:
            values = (workspace, workflow, started_before, at.started_at, at.id, limit)
            rows = connection.execute(_ENDED, values).fetchall()
            found = [
                _ended(connection, workspace, row) for row in rows if row[3] is not None and row[1] not in OPEN
            ]
            return found, Place(rows[-1][2], rows[-1][0]) if len(rows) == limit else None

        return self._database.read(work)

    def oldest_ended(self, workspace: str, workflow: str, limit: int) -> list[Ended]:
        """Those that have ended, the oldest start first."""

        def work(connection: sqlite3.Connection) -> list[Ended]:
            rows = connection.execute(_OLDEST_ENDED, (workspace, workflow, *OPEN, limit)).fetchall()
            return [_ended(connection, workspace, row) for row in rows]

        return self._database.read(work)

    def take(self, ended: Sequence[Ended], now: float) -> int:
        """Take those that still stand as `ended` says, as many as one small transaction holds."""

        def work(connection: sqlite3.Connection) -> int:
            taken = segments = 0
            for one in ended:
                key = one.key
                row = connection.execute(_STANDS, (key.workspace, key.id, *OPEN, one.ended_at)).fetchone()
                if row is None:
                    continue
                segments += let_go(connection, row[0], key)
                connection.execute(REMEMBER, (key.workspace, key.id, now))
                taken += 1
                if segments >= MOST_SEGMENTS:
                    break
            return taken

        return self._database.write(work, durable=False)

    def clear(self, now: float, limit: int) -> int:
        """Delete up to about `limit` items of what was put aside, and of what was said to nobody."""
        query = "SELECT e, id FROM header WHERE workspace = ? ORDER BY id"
        aside = self._database.read(lambda connection: connection.execute(query, (ASIDE,)).fetchall())
        unsaid = self._database.read(lambda connection: connection.execute(_UNSAID, (now - DAY, limit)).fetchall())
        waiting = [(e, name) for e, name in aside if e not in self._blocked and not name.startswith(HELD)]
        if not waiting and not unsaid:
            self._blocked.clear()
            return 0

        def work(connection: sqlite3.Connection) -> int:
            statement = "DELETE FROM inbox WHERE workspace = ? AND id = ? AND item = ?"
            done = max(0, connection.executemany(statement, unsaid).rowcount)
            for e, name in waiting:
                if done >= limit:
                    break
                done += self._clear_one(connection, e, name, limit - done)
            return done

        return self._database.write(work, durable=False) or len(waiting)

    def _clear_one(self, connection: sqlite3.Connection, e: int, name: str, limit: int) -> int:
        workspace, execution_id, _ = name.split(APART)
        items = connection.execute(ITEMS, (workspace, execution_id + "~", execution_id + LAST, limit)).fetchall()
        ended = [item for item in items if item[3] not in OPEN]
        done = len(ended) + sum(let_go(connection, item[0], ExecutionKey(*item[1:3])) for item in ended)
        if items:
            if not ended:
                self._blocked.add(e)
            return done
        done = delete_segments(connection, e, limit)
        if done < limit:
            delete_header(connection, e)
            done += 1
        return done

    def forget(self, before: float, limit: int) -> int:
        """Forget up to `limit` executions that were taken before `before`."""
        query = "SELECT workspace, id FROM taken WHERE at < ? ORDER BY at LIMIT ?"
        old = self._database.read(lambda connection: connection.execute(query, (before, limit)).fetchall())
        if old:
            statement = "DELETE FROM taken WHERE workspace = ? AND id = ?"
            self._database.write(lambda connection: connection.executemany(statement, old), durable=False)
        return len(old)

    def old_versions(self, workspace: str, workflow: str, published_before: float, keep: int) -> int:
        """Delete versions that nothing refers to."""
        values = (workspace, workflow)

        def unused(connection: sqlite3.Connection) -> tuple[list[int], tuple[Any, ...] | None]:
            rows = connection.execute(
                "SELECT number, published_at FROM version WHERE workspace = ? AND workflow = ? ORDER BY number DESC",
                values,
            ).fetchall()
            active = connection.execute(
                "SELECT active_version FROM workflow WHERE workspace = ? AND workflow = ?", values
            ).fetchone()
            if active is None:
                return [], None
            before = next((number for number, _ in rows if number < active[0]), 0)  # where a rollback leads first
            old = [n for n, at in rows[keep:] if at < published_before and n not in (active[0], before)]
            if not old:
                return [], None
            runs = {number for number, in connection.execute(_RUNS, (*values, *values))}
            left = [number for number in old if number not in runs]
            named: set[int] = set()
            for document, in connection.execute(_OTHERS, (*values, json.dumps(left))) if left else ():
                named |= named_in(document, workflow)
            return [number for number in left if number not in named], connection.execute(_NEWEST).fetchone()

        numbers, newest = self._database.read(unused)
        if not numbers:
            return 0
        # One that was written since, whenever it started, keeps its version; what is written later is refused.
        statement = """DELETE FROM version WHERE workspace = ?1 AND workflow = ?2 AND number = ?3
            AND NOT EXISTS (SELECT 1 FROM header NOT INDEXED WHERE e > ?4 AND workspace = ?1 AND workflow = ?2
                AND version = ?3)
            AND number != (SELECT active_version FROM workflow WHERE workspace = ?1 AND workflow = ?2)"""

        def delete(connection: sqlite3.Connection) -> int:
            if newest is None:
                last = 0
            elif connection.execute(_STANDS_STILL, newest).fetchone() is None:
                return 0  # its number is free, and may be that of one written since: the next look deletes them
            else:
                last = newest[0]
            return connection.executemany(statement, [(*values, number, last) for number in numbers]).rowcount

        return self._database.write(delete, durable=False)

    def shrink(self, limit: int) -> int:
        """Give up to `limit` free pages back to the disk."""

        def free(connection: sqlite3.Connection) -> int:
            if connection.execute("PRAGMA auto_vacuum").fetchone()[0] != INCREMENTAL:
                return 0
            return max(0, int(connection.execute("PRAGMA freelist_count").fetchone()[0]) - SPARE_PAGES)

        count = min(limit, self._database.read(free))
        if count:
            statement = f"PRAGMA incremental_vacuum({count})"
            self._database.write(lambda connection: connection.execute(statement).fetchall(), durable=False)
        return count


INCREMENTAL = 2
"""PRAGMA auto_vacuum of a file whose free pages can be given back."""


def _ended(connection: sqlite3.Connection, workspace: str, row: tuple[Any, ...]) -> Ended:
    id_, status, started_at, ended_at, parent = row
    held = _is_held(connection, workspace, Parent.of_text(parent))
    return Ended(ExecutionKey(workspace, id_), status, started_at, ended_at, held=held)


def _is_held(connection: sqlite3.Connection, workspace: str, parent: Parent | None) -> bool:
    if parent is None or not parent.waits:
        return False
    query = "SELECT 1 FROM header WHERE workspace = ? AND id = ?"
    return connection.execute(query, (workspace, parent.execution_id)).fetchone() is not None


def let_go(connection: sqlite3.Connection, e: int, key: ExecutionKey) -> int:
    """Take one, whole or aside; how many segments were deleted."""
    delete_row(connection, key)
    connection.execute("DELETE FROM inbox WHERE workspace = ? AND id = ?", (key.workspace, key.id))
    segments = connection.execute(_SEGMENTS, (e, SMALL + 1)).fetchone()[0]
    items = connection.execute(ITEMS, (key.workspace, key.id + "~", key.id + LAST, 1)).fetchone()
    if segments > SMALL or items is not None:
        put_aside(connection, e, key)
        return 1
    connection.execute("DELETE FROM segment WHERE e = ?", (e,))
    delete_header(connection, e)
    return int(segments) + 1


def put_aside(connection: sqlite3.Connection, e: int, key: ExecutionKey, *, mark: str = "") -> None:
    """Keep what is left of it under a name that no key has, for `clear`; marked as HELD, for an erasure."""
    connection.execute(PUT_ASIDE, (ASIDE, mark + APART.join((key.workspace, key.id, str(e))), e))


def delete_segments(connection: sqlite3.Connection, e: int, limit: int) -> int:
    """Up to `limit` segments of what is put aside; how many it were."""
    some = "SELECT rowid FROM segment INDEXED BY segment_number WHERE e = ? ORDER BY seq LIMIT ?"
    return connection.execute(f"DELETE FROM segment WHERE rowid IN ({some})", (e, limit)).rowcount


def delete_header(connection: sqlite3.Connection, e: int) -> None:
    """What is left of it, and its number."""
    connection.execute("DELETE FROM input WHERE e = ?", (e,))
    connection.execute("DELETE FROM ran_by WHERE e = ?", (e,))
    connection.execute("DELETE FROM header WHERE e = ?", (e,))
