"""Is the database of a data folder well, and does it claim as it should? Looks, and leaves nothing behind."""

from __future__ import annotations

import sqlite3

from engine.adapters.local.database import Database
from engine.errors import StoreUnavailable
from engine.records import dataclass

_PROBE = -1
"""An execution's number that no execution has."""


@dataclass(frozen=True, slots=True)
class Inspection:
    """`damage` is what SQLite's own check found, empty when nothing. `claims_once`: a second owner's write of the same
    segment was refused; None where it could not be tried, for `problem`. `journal_mode` is ``wal`` where readers do not
    wait for the writer."""

    damage: tuple[str, ...]
    claims_once: bool | None
    journal_mode: str
    problem: str | None = None


def inspect(database: Database) -> Inspection:
    """Look at the database. Raises StorageError where it does not serve."""
    damage = database.read(lambda connection: [str(row[0]) for row in connection.execute("PRAGMA quick_check(10)")])
    mode = database.read(lambda connection: str(connection.execute("PRAGMA journal_mode").fetchone()[0]))
    found = tuple(text for text in damage if text != "ok")
    try:
        return Inspection(found, _claims_once(database), mode)
    except StoreUnavailable as error:  # it can be read, and takes nothing
        return Inspection(found, None, mode, str(error))


class _Shown(Exception):
    """Rolls the demonstration back."""

    def __init__(self, *, refused: bool) -> None:
        super().__init__()
        self.refused = refused


def _claims_once(database: Database) -> bool:
    """Two owners write the same segment, as two workers would that both believe to own an execution."""
    def two_owners(connection: sqlite3.Connection) -> None:
        write = (
            "INSERT INTO segment (e, seq, nonce, at, whole, lease_until, owner, first_event, last_event, body) "
            "VALUES (?, 0, ?, 0, 1, 0, ?, 0, 0, x'')"
        )
        connection.execute(write, (_PROBE, "first", "first"))
        try:
            connection.execute(write, (_PROBE, "second", "second"))
        except sqlite3.IntegrityError:
            raise _Shown(refused=True) from None
        raise _Shown(refused=False)

    refused = False
    try:
        database.write(two_owners)
    except _Shown as shown:
        refused = shown.refused
    return refused
