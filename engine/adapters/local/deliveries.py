"""What arrived at triggers, how far each has looked, and ends that have still to be told, in SQLite."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from engine.adapters import listing
from engine.adapters.local.database import Database, zeroed
from engine.adapters.local.journal import SqliteJournal
from engine.ports.deliveries import (
    STARTED,
    AlreadyDelivered,
    Delivery,
    DeliveryPage,
    DeliveryQuery,
    TriggerState,
)
from engine.ports.executions_index import ExecutionRow
from engine.ports.journal import Header
from engine.ports.keys import ExecutionKey

if TYPE_CHECKING:
    from engine.ports.ends import End

_FIRST = """trigger_name, kind, version, arrived_at, outcome, forget_at, why, source, dedupe_key"""
_LAST = "body_digest, repeats, differed, repeated_at, replay_of"
_PUT = f"""INSERT INTO delivery (workspace, id, workflow, {_FIRST}, body, {_LAST})
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT (workspace, id) DO UPDATE SET version = excluded.version, arrived_at = excluded.arrived_at,
        outcome = excluded.outcome, forget_at = excluded.forget_at, why = excluded.why, source = excluded.source,
        dedupe_key = excluded.dedupe_key, body = excluded.body, body_digest = excluded.body_digest,
        repeats = excluded.repeats, differed = excluded.differed, repeated_at = excluded.repeated_at,
        replay_of = excluded.replay_of
    WHERE delivery.outcome <> ? OR delivery.forget_at <= excluded.arrived_at"""
_REPEATED = """UPDATE delivery SET repeats = repeats + 1, differed = differed + ?, repeated_at = ?
    WHERE workspace = ? AND id = ?"""
_PAGE = f"""SELECT id, {_FIRST}, NULL, {_LAST} FROM delivery
    WHERE workspace = ? AND workflow = ? AND trigger_name = ? AND (arrived_at, id) < (?, ?)
    ORDER BY arrived_at DESC, id DESC LIMIT ?"""
_FORGET = """DELETE FROM delivery WHERE rowid IN
    (SELECT rowid FROM delivery WHERE forget_at < ? ORDER BY forget_at LIMIT ?)"""
_STATE = "workflow, trigger_name, revision, looked_at, since, spec, paused_at, paused_by"
_NEW_STATE = f"""INSERT INTO trigger_state (workspace, {_STATE}) VALUES (?, ?, ?, 1, ?, ?, ?, ?, ?)
    ON CONFLICT DO NOTHING"""
_CHANGE_STATE = """UPDATE trigger_state SET revision = revision + 1, looked_at = ?, since = ?, spec = ?, paused_at = ?,
    paused_by = ? WHERE workspace = ? AND workflow = ? AND trigger_name = ? AND revision = ?"""
_UNTOLD = """SELECT n, workspace, id, workflow, version, status, seq, started_at, ended_at, error FROM ended
    WHERE n > ? ORDER BY n LIMIT ?"""


class SqliteDeliveries:
    """engine.ports.deliveries.Deliveries."""

    def __init__(self, database: Database, journal: SqliteJournal) -> None:
        self._database = database
        self._journal = journal

    def start(
        self, delivery: Delivery, header: Header, execution_input: bytes, row: ExecutionRow | None
    ) -> Header | None:
        """Journal.create and the delivery's row, in one transaction."""

        def act() -> Header | None:
            known = self.get(delivery.key)
            if known is not None and known.outcome == STARTED and known.forget_at > delivery.arrived_at:
                raise AlreadyDelivered(known)
            present = self._journal.create(header, execution_input, row)
            if present is None:
                self._put(delivery)
            return present

        return self._database.together(act)

    def put(self, delivery: Delivery) -> Delivery | None:
        """Write the row, unless there is that of a started one."""
        return self._database.together(lambda: None if self._put(delivery) else self.get(delivery.key))

    def _put(self, delivery: Delivery) -> bool:
        values = (
            delivery.key.workspace, delivery.key.id, delivery.workflow, delivery.trigger, delivery.kind,
            delivery.version, delivery.arrived_at, delivery.outcome, delivery.forget_at, delivery.why, delivery.source,
            delivery.dedupe_key, delivery.body, delivery.body_digest, delivery.repeats, delivery.differed,
            delivery.repeated_at, delivery.replay_of, STARTED,
        )
        return self._database.write(lambda connection: connection.execute(_PUT, values).rowcount == 1)

    def repeated(self, key: ExecutionKey, at: float, *, differs: bool) -> None:
        """It arrived once more."""
        values = (int(differs), at, key.workspace, key.id)
        self._database.write(lambda connection: connection.execute(_REPEATED, values), durable=False)

    def get(self, key: ExecutionKey) -> Delivery | None:
        """One of them."""
        query = f"SELECT id, {_FIRST}, body, {_LAST} FROM delivery WHERE workspace = ? AND id = ?"
        rows = self._database.rows(query, (key.workspace, key.id))
        return _delivery(key.workspace, rows[0]) if rows else None

    def page(self, query: DeliveryQuery) -> DeliveryPage:
        """Those of one trigger, newest first."""
        before = listing.begin_deliveries(query)
        rows = self._database.rows(
            _PAGE, (query.workspace, query.workflow, query.trigger, before.started_at, before.id, query.limit + 1)
        )
        found = tuple(_delivery(query.workspace, row) for row in rows)
        return listing.deliveries_page(query, found)

    def erase(self, keys: Sequence[ExecutionKey]) -> None:
        """Forget what arrived, from whom, and its dedupe key."""
        statement = """UPDATE delivery SET body = NULL, dedupe_key = NULL, source = '', why = '', body_digest = ''
            WHERE workspace = ? AND id = ?"""
        rows = [(key.workspace, key.id) for key in keys]
        self._database.write(lambda connection: zeroed(connection, lambda: connection.executemany(statement, rows)))

    def forget(self, before: float, limit: int) -> int:
        """Delete some whose time is over."""

        def work(connection: sqlite3.Connection) -> int:
            return connection.execute(_FORGET, (before, limit)).rowcount

        return self._database.write(work)


class SqliteTriggerStates:
    """engine.ports.deliveries.TriggerStates."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def all(self, workspace: str) -> list[TriggerState]:
        """All of them, by workflow and trigger."""
        query = f"SELECT {_STATE} FROM trigger_state WHERE workspace = ? ORDER BY workflow, trigger_name"
        return [TriggerState(workspace, *row) for row in self._database.rows(query, (workspace,))]

    def get(self, workspace: str, workflow: str, trigger: str) -> TriggerState | None:
        """One of them."""
        query = f"SELECT {_STATE} FROM trigger_state WHERE workspace = ? AND workflow = ? AND trigger_name = ?"
        rows = self._database.rows(query, (workspace, workflow, trigger))
        return TriggerState(workspace, *rows[0]) if rows else None

    def change(self, state: TriggerState) -> bool:
        """Write it if nobody has since it was read."""
        values = (state.looked_at, state.since, state.spec, state.paused_at, state.paused_by)
        key = (state.workspace, state.workflow, state.trigger)
        if state.revision == 0:
            return self._database.write(
                lambda connection: connection.execute(_NEW_STATE, (*key, *values)).rowcount == 1
            )
        return self._database.write(
            lambda connection: connection.execute(_CHANGE_STATE, (*values, *key, state.revision)).rowcount == 1
        )

    def forget(self, workspace: str, workflow: str, trigger: str) -> None:
        """Delete one."""
        statement = "DELETE FROM trigger_state WHERE workspace = ? AND workflow = ? AND trigger_name = ?"
        self._database.write(lambda connection: connection.execute(statement, (workspace, workflow, trigger)))


class SqliteEnds:
    """engine.ports.ends.Ends."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def untold(self, after: int, limit: int) -> Sequence[tuple[int, End]]:
        """Some of them, in order."""
        from engine.ports.ends import End  # noqa: PLC0415  few processes tell ends

        rows = self._database.rows(_UNTOLD, (after, limit))
        return [(number, End(ExecutionKey(workspace, found), *rest)) for number, workspace, found, *rest in rows]

    def told(self, numbers: Sequence[int]) -> None:
        """Delete them."""
        values = [(number,) for number in numbers]
        self._database.write(lambda connection: connection.executemany("DELETE FROM ended WHERE n = ?", values))


def _delivery(workspace: str, row: tuple[Any, ...]) -> Delivery:
    return Delivery(ExecutionKey(workspace, row[0]), *row[1:])
