"""The audit log in SQLite: records, their ids and the chains' heads, written in one transaction.

Triggers refuse every change of a record, but that what is kept of one is erased, and that those go which a checkpoint
lets go. They keep mistakes out, not the owner of the file: who can open it can drop
them, which is what the chains are for.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from functools import partial

from engine.adapters.audit_runs import runs_of
from engine.adapters.local.audit_witness import AuditWitness
from engine.adapters.local.database import Database, zeroed
from engine.ports.audit_log import ActorRow, AuditHead, AuditRecord

_RECORD = "workspace, chain, number, id, recorded_at, digest, body, kept"
_READ = _RECORD.replace("kept", "ifnull(kept, '')")
_INSERT = f"INSERT INTO audit ({_RECORD}) VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
_PUT_CHECKPOINT = """INSERT INTO audit_checkpoint (workspace, chain, number, digest, recorded_at) VALUES (?, ?, ?, ?, ?)
    ON CONFLICT (workspace, chain) DO UPDATE SET number = excluded.number, digest = excluded.digest,
        recorded_at = excluded.recorded_at
    WHERE number < excluded.number"""
_PUT_HEAD = "INSERT OR REPLACE INTO audit_head (workspace, chain, number, digest, recorded_at) VALUES (?, ?, ?, ?, ?)"
_MOVE_HEAD = """INSERT INTO audit_head (workspace, chain, number, digest, recorded_at)
    SELECT ?1, ?2, ?3, ?4, ?5
    WHERE ?6 = 1 OR EXISTS (SELECT 1 FROM audit_head WHERE workspace = ?1 AND chain = ?2 AND number = ?6 - 1)
    ON CONFLICT (workspace, chain) DO UPDATE SET number = excluded.number, digest = excluded.digest,
        recorded_at = excluded.recorded_at
    WHERE number = ?6 - 1"""


class _DoNotFollow(Exception):
    """Some of what was to be appended has no place, or is there."""


class SqliteAuditLog:
    """engine.ports.audit_log.AuditLog."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._witness = AuditWitness(database.path.parent)

    def heads(self, workspace: str, chains: Sequence[int]) -> dict[int, AuditHead]:
        """The heads of `chains`."""
        query = f"""SELECT chain, number, digest, recorded_at FROM audit_head
            WHERE workspace = ? AND chain IN ({", ".join("?" * len(chains))})"""
        rows = self._database.rows(query, (workspace, *chains))
        return {chain: AuditHead(*head) for chain, *head in rows}

    def append(
        self, records: Sequence[AuditRecord], *, since: float = 0.0,  # noqa: ARG002  ids are looked up
    ) -> frozenset[int]:
        """Write each chain's records if they follow on its head. Answers the chains that were not written."""
        runs = runs_of(records)
        refused: frozenset[int] = frozenset()
        try:
            self._database.write(lambda connection: _append_all(connection, runs))
        except _DoNotFollow:
            refused = self._database.write(lambda connection: _append(connection, runs))
        for workspace in {record.workspace for record in records}:
            written = {chain: run[-1].number for chain, run in runs.items() if chain not in refused}
            self._database.after_commit(partial(self._witness.note, workspace, written))
        return refused

    def shorter(self, workspace: str, chain: int) -> tuple[int, float] | None:  # noqa: ARG002  the port's
        """None: records are deleted from a chain's beginning alone."""
        return None

    def witnessed(self, workspace: str) -> dict[int, int]:
        """How many records each chain had, by the file beside the database."""
        return self._witness.numbers(workspace)

    def known(
        self, workspace: str, chain: int, ids: Sequence[str], *, since: float = 0.0,  # noqa: ARG002  ids are looked up
    ) -> set[str]:
        """Those of `ids` that the chain holds."""
        return self._database.read(lambda connection: _known(connection, workspace, chain, ids))

    def oldest(self, workspace: str, chain: int, *, after: int, limit: int) -> list[AuditRecord]:
        """Up to `limit` records with a number over `after`, oldest first."""
        query = f"""SELECT {_READ} FROM audit WHERE workspace = ? AND chain = ? AND number > ?
            ORDER BY number LIMIT ?"""
        return self._records(query, workspace, chain, after, limit)

    def newest(self, workspace: str, chain: int, *, before: int | None, limit: int) -> list[AuditRecord]:
        """Up to `limit` records with a number under `before`, newest first."""
        query = f"""SELECT {_READ} FROM audit WHERE workspace = ? AND chain = ? AND number < ?
            ORDER BY number DESC LIMIT ?"""
        return self._records(query, workspace, chain, 2**63 - 1 if before is None else before, limit)

    def erase(self, workspace: str, chain: int, ids: Mapping[int, str]) -> None:
        """Destroy what is kept of these records."""
        statement = """UPDATE audit SET id = ?, kept = NULL
            WHERE workspace = ? AND chain = ? AND number = ? AND kept IS NOT NULL"""
        rows = [(new, workspace, chain, number) for number, new in ids.items()]
        self._database.write(lambda connection: zeroed(connection, lambda: connection.executemany(statement, rows)))

    def expire(self, workspace: str, chain: int, through: AuditHead, limit: int) -> int:
        """Delete up to `limit` records of the beginning of a chain; the checkpoint first."""
        numbers = "SELECT number FROM audit WHERE workspace = ? AND chain = ? AND number <= ? ORDER BY number LIMIT ?"

        def work(connection: sqlite3.Connection) -> int:
            head = (through.number, through.digest, through.recorded_at)
            connection.execute(_PUT_CHECKPOINT, (workspace, chain, *head))
            statement = f"DELETE FROM audit WHERE workspace = ? AND chain = ? AND number IN ({numbers})"
            values = (workspace, chain, workspace, chain, through.number, limit)
            return connection.execute(statement, values).rowcount

        self._witness.note_expired(workspace, {chain: through.number})
        return self._database.write(work, durable=False)

    def expired(self, workspace: str) -> dict[int, int]:
        """Up to which number records were deleted, by the file beside the database."""
        return self._witness.expired(workspace)

    def actors(self, workspace: str) -> list[ActorRow]:
        """Those who have a pseudonym."""
        query = "SELECT workspace, pseudonym, kind, name, key FROM audit_actor WHERE workspace = ?"
        return [ActorRow(*row) for row in self._database.rows(query, (workspace,))]

    def put_actor(self, row: ActorRow) -> None:
        """Write a row where there is none."""
        statement = "INSERT OR IGNORE INTO audit_actor (workspace, pseudonym, kind, name, key) VALUES (?, ?, ?, ?, ?)"
        values = (row.workspace, row.pseudonym, row.kind, row.name, row.key)
        self._database.write(lambda connection: connection.execute(statement, values))

    def forget_actors(self, workspace: str, pseudonyms: Sequence[str]) -> None:
        """Delete these rows, and overwrite them."""
        statement = "DELETE FROM audit_actor WHERE workspace = ? AND pseudonym = ?"
        rows = [(workspace, one) for one in pseudonyms]
        self._database.write(lambda connection: zeroed(connection, lambda: connection.executemany(statement, rows)))

    def _records(self, query: str, *values: str | int) -> list[AuditRecord]:
        return [AuditRecord(*row) for row in self._database.rows(query, values)]


def _append_all(connection: sqlite3.Connection, runs: Mapping[int, list[AuditRecord]]) -> None:
    """Write all records, as nearly always all can be: the conditions are the statements' own. Raises _DoNotFollow,
    which undoes what was written."""
    heads = [
        (run[-1].workspace, run[-1].chain, run[-1].number, run[-1].digest, run[-1].recorded_at, run[0].number)
        for run in runs.values()
    ]
    if connection.executemany(_MOVE_HEAD, heads).rowcount != len(heads):
        raise _DoNotFollow
    try:
        _insert(connection, runs.values())
    except sqlite3.IntegrityError as error:
        raise _DoNotFollow from error


def _insert(connection: sqlite3.Connection, runs: Iterable[Sequence[AuditRecord]]) -> None:
    connection.executemany(_INSERT, [
        (
            record.workspace, record.chain, record.number, record.id, record.recorded_at, record.digest, record.body,
            record.kept or None,
        )
        for run in runs for record in run
    ])


def _append(connection: sqlite3.Connection, runs: Mapping[int, list[AuditRecord]]) -> frozenset[int]:
    """Write each chain's records; the chains on whose head theirs do not follow, or that have one already, are not."""
    written = [run for run in runs.values() if _follow(connection, run)]
    _insert(connection, written)
    connection.executemany(_PUT_HEAD, [
        (last.workspace, last.chain, last.number, last.digest, last.recorded_at) for *_, last in written
    ])
    return frozenset(runs.keys() - {run[0].chain for run in written})


def _follow(connection: sqlite3.Connection, run: list[AuditRecord]) -> bool:
    """Whether the records of one chain follow on its head, and none of them is there."""
    place = (run[0].workspace, run[0].chain)
    head = connection.execute("SELECT number FROM audit_head WHERE workspace = ? AND chain = ?", place).fetchone()
    return run[0].number == (head[0] if head else 0) + 1 and not _known(connection, *place, [r.id for r in run])


def _known(connection: sqlite3.Connection, workspace: str, chain: int, ids: Sequence[str]) -> set[str]:
    query = "SELECT 1 FROM audit WHERE workspace = ? AND chain = ? AND id = ?"
    return {item for item in ids if connection.execute(query, (workspace, chain, item)).fetchone()}
