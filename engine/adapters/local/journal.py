"""The journal in SQLite.

A commit is one transaction for all its segments and header changes with their rows of the executions index, and of
several threads' commits together (database.py). Each condition is part of its statement, so a statement's row count is
its answer.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from engine.adapters.catalog_conflicts import no_such_version
from engine.adapters.listing import storable
from engine.adapters.local.database import LARGEST, Database
from engine.adapters.local.erasure.erased_list import ErasedList
from engine.adapters.local.executions_index import write_row
from engine.ports.executions_index import ExecutionRow
from engine.ports.journal import (
    BEGINNING_BYTES,
    RUNNING,
    Due,
    Enough,
    Header,
    HeaderChange,
    InboxItem,
    Loaded,
    Parent,
    Segment,
    Sizes,
)
from engine.ports.keys import ExecutionKey

if TYPE_CHECKING:
    from engine.ports.ends import Hears

_HEADER = """workflow, version, definition_digest, input_digest, kind, status, started_at, seq, due_at, ended_at,
    strikes, cause, parent"""
_SEGMENT = "seq, nonce, body, at, whole, lease_until, owner, first_event, last_event"
_E = "(SELECT e FROM header WHERE workspace = ? AND id = ?)"

_PUT_INPUT = "INSERT INTO input (e, body) VALUES (?, ?)"
_CREATE = f"""INSERT INTO header (workspace, id, {_HEADER}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT (workspace, id) DO NOTHING"""

_VERSION_IS_GONE = """SELECT 1 FROM workflow WHERE workspace = ?1 AND workflow = ?2
    AND NOT EXISTS (SELECT 1 FROM version WHERE workspace = ?1 AND workflow = ?2 AND number = ?3)"""

# worker A  --- writes N, nonce a ---x (reply lost) ---------------- writes N, nonce a again: row replaced by itself
# worker B  ------------------------------ writes N, nonce b: no row changes, it is fenced
_WRITE_SEGMENT = f"""INSERT INTO segment (e, {_SEGMENT})
    SELECT e, ?, ?, ?, ?, ?, ?, ?, ?, ? FROM header WHERE workspace = ? AND id = ?
    ON CONFLICT (e, seq) DO UPDATE SET body = excluded.body, at = excluded.at, whole = excluded.whole,
        lease_until = excluded.lease_until, owner = excluded.owner, first_event = excluded.first_event,
        last_event = excluded.last_event
    WHERE segment.nonce = excluded.nonce"""

# owner    --- segment 7, header seq 7 (CLOSED) -------------------------------------
# sweeper  --- reads header seq 6 ------------------ claims with seq 6: no row changes, closed stays closed
# PAUSED meanwhile: the claim needs RUNNING, only a resume needs either
_CHANGE_HEADER = """UPDATE header SET seq = ?, status = ?, due_at = ?, ended_at = ?, strikes = coalesce(?, strikes),
        cause = ?, version = coalesce(?, version), definition_digest = coalesce(?, definition_digest)
    WHERE workspace = ? AND id = ? AND seq <= ? AND status IN (?, ?)"""

_END_AGAIN = "UPDATE header SET status = ?, ended_at = ?, seq = ? WHERE workspace = ? AND id = ?"

_RAN_BY = """INSERT OR IGNORE INTO ran_by (e, version, workspace, workflow)
    SELECT e, version, workspace, workflow FROM header WHERE workspace = ? AND id = ? AND version != ?"""

_ENDED = """INSERT INTO ended (workspace, id, workflow, version, status, seq, started_at, ended_at, error)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"""

_READ_HEADER = f"SELECT {_HEADER} FROM header WHERE workspace = ? AND id = ?"
_WRITTEN = """SELECT ifnull((SELECT max(seq) FROM segment WHERE segment.e = header.e), -1), status FROM header
    WHERE workspace = ? AND id = ?"""
_HISTORY = """WITH near AS (SELECT seq, length(body) AS size FROM segment
        WHERE e = {E} AND seq > ? AND last_event > ? ORDER BY seq LIMIT ?),
    room AS (SELECT seq, sum(size) OVER (ORDER BY seq) - size AS before FROM near)
    SELECT {SEGMENT} FROM segment WHERE e = {E} AND seq IN (SELECT seq FROM room WHERE before < ?) ORDER BY seq"""
_LOAD = f"""SELECT {", ".join(f"header.{name.strip()}" for name in _HEADER.split(","))},
        {{INPUT}}, {{SEGMENT}}
    FROM header LEFT JOIN segment ON segment.e = header.e AND segment.seq >=
        ifnull((SELECT seq FROM segment WHERE e = header.e AND whole ORDER BY seq DESC LIMIT 1), 0)
    WHERE workspace = ? AND id = ? ORDER BY segment.seq"""
_SHORT = _SEGMENT.replace("body", f"CASE WHEN length(body) <= {BEGINNING_BYTES} THEN body ELSE segment.rowid END")
"""The columns of a segment with, in the place of a long body, the number of its row."""

# The statements with whole bodies, and with the numbers of rows in the place of long ones.
_HISTORIES = (_HISTORY.format(E=_E, SEGMENT=_SEGMENT), _HISTORY.format(E=_E, SEGMENT=_SHORT).replace(
    "length(body) AS size", f"min(length(body), {BEGINNING_BYTES}) AS size"
))
_FIRST_INPUT = "iif(segment.seq IS NULL, (SELECT body FROM input WHERE e = header.e), NULL)"
_LOADS = tuple(
    _LOAD.format(INPUT=given, SEGMENT=columns.replace("seq", "segment.seq", 1))
    for given, columns in ((_FIRST_INPUT, _SEGMENT), ("NULL", _SHORT))
)
_HEADERS = _HEADER.count(",") + 1

_DUE = """SELECT workspace, id, min(due_at) AS earliest FROM (
        SELECT * FROM (SELECT workspace, id, due_at FROM header WHERE due_at < ?1 ORDER BY due_at LIMIT ?2)
        UNION ALL
        SELECT * FROM (SELECT workspace, id, due_at FROM inbox WHERE due_at < ?1 ORDER BY due_at LIMIT ?2))
    GROUP BY workspace, id ORDER BY earliest, workspace, id LIMIT ?2"""

_FIRST_HISTORY_PAGE, _HISTORY_PAGE = 10, 200
"""Segments read at once. Who wants the next few events stops within the first page."""

_HISTORY_BYTES = 256 * 1024
"""After so many bytes of bodies no more are read at once. (SQLite knows a body's length without reading it.)"""


class SqliteJournal:
    """engine.ports.journal.Journal. No byte is billed here: what is small is neither deflated nor repeated whole.
    `hears`: see engine.ports.ends."""

    sizes = Sizes(compress_over=4 * 1024, few_deltas=16 * 1024, deltas=4)

    def __init__(self, database: Database) -> None:
        self._database = database
        self.hears: Hears | None = None
        self._erased = ErasedList(database.path.parent)

    def create(self, header: Header, execution_input: bytes, row: ExecutionRow | None = None) -> Header | None:
        """Write header, input and row in one transaction. None when written, else the header that is there."""
        return self._database.write(lambda connection: _create(connection, header, execution_input, row))

    def add_ended(
        self, header: Header, execution_input: bytes, row: ExecutionRow | None, segments: Sequence[Segment], *,
        again: bool = False,
    ) -> bool:
        """Write all of it in one transaction, with a look at what it is a fork of."""
        key, original = header.key, header.key.original

        def work(connection: sqlite3.Connection) -> bool:
            if original is not None and _read_header(connection, original) is None:
                return False
            if not again:
                _create(connection, header, execution_input, row)
            else:
                ended = (header.status, header.ended_at, header.seq, key.workspace, key.id)
                if not connection.execute(_END_AGAIN, ended).rowcount:
                    return False
                if row is not None:
                    write_row(connection, row)
            _write_segments(connection, segments)
            return True

        return self._database.write(work)

    def execution_input(self, key: ExecutionKey) -> bytes | None:
        """The input as it was given to `create`."""
        query = f"SELECT body FROM input WHERE e = {_E}"
        rows = self._database.rows(query, (key.workspace, key.id))
        return rows[0][0] if rows else None

    def input_or_size(self, key: ExecutionKey, most: int) -> bytes | int | None:
        """The input, or its size: SQLite knows that without reading it."""
        query = f"SELECT CASE WHEN length(body) <= ? THEN body ELSE length(body) END FROM input WHERE e = {_E}"
        rows = self._database.rows(query, (most, key.workspace, key.id))
        return rows[0][0] if rows else None

    def header(self, key: ExecutionKey) -> Header | None:
        """The header as it was last committed."""
        rows = self._database.rows(_READ_HEADER, (key.workspace, key.id))
        return _header(key, rows[0]) if rows else None

    def headers(self, keys: Sequence[ExecutionKey]) -> dict[ExecutionKey, Header]:
        """Many headers, of one moment."""

        def work(connection: sqlite3.Connection) -> dict[ExecutionKey, Header]:
            found = ((key, _read_header(connection, key)) for key in keys)
            return {key: header for key, header in found if header is not None}

        return self._database.read(work)

    def load(self, key: ExecutionKey, *, enough: Enough | None = None) -> Loaded | None:
        """Header and segments of one moment, from the newest whole snapshot on. Where there is none yet, and large
        values are wanted, the input too."""
        values = (key.workspace, key.id)
        if enough is None:
            found = self._database.rows(_LOADS[0], values)
        else:
            found = self._database.read(lambda connection: [
                (*row[:_HEADERS + 1], *_read(connection, row[_HEADERS + 1:], enough))
                for row in connection.execute(_LOADS[1], values).fetchall()
            ])
        if not found:
            return None
        segments = [_segment(key, row[_HEADERS + 1:]) for row in found if row[_HEADERS + 1] is not None]
        return Loaded(_header(key, found[0][:_HEADERS]), tuple(segments), found[0][_HEADERS])

    def written(self, key: ExecutionKey) -> tuple[int, str] | None:
        """The newest segment's number and the header's status, of one moment."""
        rows = self._database.rows(_WRITTEN, (key.workspace, key.id))
        return rows[0] if rows else None

    def commit(self, segments: Sequence[Segment], headers: Sequence[HeaderChange] = ()) -> list[bool]:
        """Write each segment whose number is free or holds its own nonce, then the header changes of the unfenced."""

        def work(connection: sqlite3.Connection) -> list[bool]:
            fenced = _write_segments(connection, segments)
            for change in headers:
                if change.key not in fenced:
                    self._change_header(connection, change)
            return [segment.key not in fenced for segment in segments]

        return self._database.write(work)

    def update_headers(self, changes: Sequence[HeaderChange]) -> list[bool]:
        """Apply header changes; False where the condition did not hold."""
        return self._database.write(lambda connection: [
            self._change_header(connection, change) for change in changes
        ])

    def history(
        self, key: ExecutionKey, after_event: int = 0, *, enough: Enough | None = None
    ) -> Iterator[Segment]:
        """Segments that hold history events with an id over `after_event`, oldest first, read page by page."""
        return self._pages(key, -1, min(after_event, LARGEST), enough)

    def segments(self, key: ExecutionKey, first: int = 0, *, enough: Enough | None = None) -> Iterator[Segment]:
        """All segments from the number `first` on, oldest first, read page by page."""
        return self._pages(key, min(first, LARGEST) - 1, -1, enough)

    def _pages(
        self, key: ExecutionKey, last_seq: int, after_event: int, enough: Enough | None
    ) -> Iterator[Segment]:
        most, whose = _FIRST_HISTORY_PAGE, (key.workspace, key.id)
        while True:
            values = (*whose, last_seq, after_event, most, *whose, _HISTORY_BYTES)
            page = self._database.rows(_HISTORIES[0], values) if enough is None else self._page(values, enough)
            yield from (_segment(key, row) for row in page)
            if not page:
                return
            last_seq, most = page[-1][0], _HISTORY_PAGE

    def _page(self, values: tuple[Any, ...], enough: Enough) -> list[tuple[Any, ...]]:
        def work(connection: sqlite3.Connection) -> list[tuple[Any, ...]]:
            found = connection.execute(_HISTORIES[1], values).fetchall()
            return [_read(connection, each, enough) for each in found]

        return self._database.read(work)

    def put_inbox(self, item: InboxItem) -> bool:
        """False when an item with this id is there already."""
        statement = """INSERT INTO inbox (workspace, id, item, due_at, body) VALUES (?, ?, ?, ?, ?)
            ON CONFLICT (workspace, id, item) DO NOTHING"""
        values = (item.key.workspace, item.key.id, item.id, item.due_at, item.body)
        return self._database.write(lambda connection: connection.execute(statement, values).rowcount == 1)

    def inbox(self, key: ExecutionKey) -> list[InboxItem]:
        """All items, in order of id."""
        query = "SELECT item, body, due_at FROM inbox WHERE workspace = ? AND id = ? ORDER BY item"
        return [InboxItem(key, *row) for row in self._database.rows(query, (key.workspace, key.id))]

    def delete_inbox(self, key: ExecutionKey, ids: Sequence[str]) -> None:
        """Delete items."""
        if ids:
            statement = "DELETE FROM inbox WHERE workspace = ? AND id = ? AND item = ?"
            values = [(key.workspace, key.id, item_id) for item_id in ids]
            self._database.write(lambda connection: connection.executemany(statement, values))

    def due(self, before: float, limit: int = 1000) -> list[Due]:
        """Executions whose header or an inbox item is due before `before`, each once, most overdue first."""
        rows = self._database.rows(_DUE, (before, limit))
        return [Due(ExecutionKey(workspace, execution_id), due_at) for workspace, execution_id, due_at in rows]

    def keep(self, header: Header) -> bool:
        """Whether it is still there. It is taken in one transaction: a redrive of it writes nothing after that."""
        return self.header(header.key) is not None

    def taken_at(self, key: ExecutionKey) -> float | None:
        """When retention took it."""
        rows = self._database.rows("SELECT at FROM taken WHERE workspace = ? AND id = ?", (key.workspace, key.id))
        if not rows and self._erased.is_there:
            rows = self._database.rows("SELECT at FROM erased WHERE digest = ?", (self._erased.digest(key),))
        return rows[0][0] if rows else None

    def _change_header(self, connection: sqlite3.Connection, change: HeaderChange) -> bool:
        values = (
            change.seq, change.status, change.due_at, change.ended_at, change.strikes, change.cause,
            change.version, change.definition_digest, change.key.workspace, change.key.id, change.seq,
            min(change.needs), max(change.needs),
        )
        if change.version is not None:
            _check_version(connection, change.key.workspace, change.key.workflow, change.version)
            connection.execute(_RAN_BY, (change.key.workspace, change.key.id, change.version))
        changed = connection.execute(_CHANGE_HEADER, values).rowcount == 1
        row = change.row
        if changed and row is not None:
            write_row(connection, row)
            if self.hears is not None and change.status != RUNNING and self.hears(row):
                connection.execute(_ENDED, (
                    row.key.workspace, row.key.id, row.workflow, row.version, row.status, change.seq, row.started_at,
                    row.ended_at, storable(row.error),
                ))
        return changed


def _create(
    connection: sqlite3.Connection, header: Header, execution_input: bytes, row: ExecutionRow | None
) -> Header | None:
    """The header that is there already."""
    made = connection.execute(_CREATE, _header_values(header))
    if not made.rowcount:
        return _read_header(connection, header.key)
    connection.execute(_PUT_INPUT, (made.lastrowid, execution_input))
    if row is not None:  # an item of a Map Run has none, and the version of its execution
        _check_version(connection, header.key.workspace, header.workflow, header.version)
        write_row(connection, row)
    return None


def _check_version(connection: sqlite3.Connection, workspace: str, workflow: str, number: int) -> None:
    """Raises NotFound where retention has let go of it since whoever asks has read it."""
    if connection.execute(_VERSION_IS_GONE, (workspace, workflow, number)).fetchone() is not None:
        raise no_such_version(workflow, number)


def _header_values(header: Header) -> tuple[Any, ...]:
    return (
        header.key.workspace, header.key.id, header.workflow, header.version, header.definition_digest,
        header.input_digest, header.kind, header.status, header.started_at, header.seq, header.due_at, header.ended_at,
        header.strikes, header.cause, None if header.parent is None else header.parent.as_text(),
    )


def _read_header(connection: sqlite3.Connection, key: ExecutionKey) -> Header | None:
    row = connection.execute(_READ_HEADER, (key.workspace, key.id)).fetchone()
    return _header(key, row) if row else None


def _header(key: ExecutionKey, row: tuple[Any, ...]) -> Header:
    values = (*row[:-1], Parent.of_text(row[-1]))
    return Header(key, *values)


def _read(connection: sqlite3.Connection, row: tuple[Any, ...], enough: Enough | None) -> tuple[Any, ...]:
    """A row with its body: of a long one its beginning, where that is `enough`, and then no other page is read. Of an
    execution that has not begun there is none."""
    seq, nonce, body, *rest = row
    if enough is None or body is None or isinstance(body, bytes):
        return row
    with connection.blobopen("segment", "body", body, readonly=True) as blob:
        found = blob.read(BEGINNING_BYTES)
        if not enough(found):
            found += blob.read()
    return (seq, nonce, found, *rest)


def _segment(key: ExecutionKey, row: tuple[Any, ...]) -> Segment:
    seq, nonce, body, at, checkpoint, *rest = row
    return Segment(key, seq, nonce, body, at, bool(checkpoint), *rest)


def _write_segments(connection: sqlite3.Connection, segments: Sequence[Segment]) -> set[ExecutionKey]:
    """Those whose segment was not written, for another owner had written it. All at once as a rule; where not all were
    written, once more one by one: what was written is replaced by itself."""
    rows = [
        (
            segment.seq, segment.nonce, segment.body, segment.at, segment.checkpoint, segment.lease_until,
            segment.owner, segment.first_event, segment.last_event, segment.key.workspace, segment.key.id,
        )
        for segment in segments
    ]
    keys = [segment.key for segment in segments]
    if len(set(keys)) == len(keys) and connection.executemany(_WRITE_SEGMENT, rows).rowcount == len(rows):
        return set()
    fenced: set[ExecutionKey] = set()
    for key, row in zip(keys, rows, strict=True):
        if key not in fenced and connection.execute(_WRITE_SEGMENT, row).rowcount != 1:
            fenced.add(key)
    return fenced
