"""A copy of a live data folder: the database of one moment, and the secrets.

    automate.db      SQLite's own online backup, in one read transaction: workers write on meanwhile, and what they
                     commit after its beginning is not in it
    secrets.*        copied after the database, under the lock of their writers: every secret that an execution in the
                     copy may refer to is there
    erased.jsonl     what was erased until now, by digests: who reads the copy is told so, and none of it comes back
    not copied       locks, bells, logs, who read what, the sign-in token, named tokens, the server's address: a folder
                     in use makes its own

It grows under another name beside its place and is put there whole, so a folder that is there is a complete copy. In it
nobody owns anything: claims and leases of the processes that worked on the original are over, as after a crash.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from engine.adapters.local.database import FULL_DISK_CODES, alone
from engine.adapters.local.erasure.erased_list import ERASED
from engine.adapters.local.schema import VERSION
from engine.adapters.local.stores import DATABASE
from engine.errors import Conflict, NotFound, StorageError, StoreCorrupt, StoreUnavailable
from engine.records import dataclass

PARTIAL = ".partial"


@dataclass(frozen=True, slots=True)
class Backup:
    """What is in the copy. `unfinished` executions go on where they stand when the copy is worked on."""

    folder: Path
    bytes: int
    workflows: int
    executions: int
    unfinished: int


_SAVED = "Go on with an earlier backup; `sqlite3 FILE .recover` saves what is readable."


def back_up(source: Path, target: Path, *, copy_secrets: Callable[[Path], None]) -> Backup:
    """Copy the data folder `source` to `target`, which must not be there, and check the copy.

    Raises NotFound without a database, Conflict for a target that is there, StoreUnavailable where the copy cannot be
    written, StoreCorrupt where it does not check: then no target is left.
    """
    if not (source / DATABASE).is_file():
        raise NotFound(f"{source} is no data folder: it has no {DATABASE}", where="--data-dir")
    if os.path.lexists(target):
        raise Conflict(
            f"{target} is there already; nothing was written", where=str(target),
            advice="Name a folder that is not there: a backup is never written over anything.",
        )
    growing = target.with_name(target.name + PARTIAL)
    try:
        growing.mkdir(mode=0o700, parents=True)
    except FileExistsError:
        raise Conflict(
            f"{growing} is there: another backup grows, or died", where=str(growing), advice="Remove it if none runs."
        ) from None
    except OSError as error:
        raise StoreUnavailable(
            f"{growing} cannot be made: {error.strerror}. Name a folder where one may be made."
        ) from error
    try:
        _copy_database(source / DATABASE, growing / DATABASE)
        copy_secrets(growing)
        if (source / ERASED).is_file():
            shutil.copy(source / ERASED, growing / ERASED)
            (growing / ERASED).chmod(0o600)
        found = _checked(growing, target)
        _sync(growing)
        growing.rename(target)
        _sync(target.parent)
    except BaseException as error:
        shutil.rmtree(growing, ignore_errors=True)
        if isinstance(error, OSError):
            raise StoreUnavailable(f"{target} cannot be written: {error.strerror}") from error
        raise
    return found


def _copy_database(source: Path, target: Path) -> None:
    os.close(os.open(target, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
    try:
        with closing(_readable(source)) as live, closing(sqlite3.connect(target)) as copy:
            live.backup(copy)  # all pages at once: one read transaction
    except sqlite3.DatabaseError as error:
        raise _unreadable(source, error) from error


def _readable(source: Path) -> sqlite3.Connection:
    """The database, open for reading; on a full disk too, which is when a backup is wanted."""
    live = sqlite3.connect(f"{source.absolute().as_uri()}?mode=ro", uri=True)
    try:
        live.execute("SELECT count(*) FROM sqlite_schema").fetchone()
    except sqlite3.OperationalError as error:
        live.close()
        if error.sqlite_errorcode not in FULL_DISK_CODES:
            raise
        live = sqlite3.connect(source, isolation_level=None)
        try:
            alone(live)
        except sqlite3.Error:
            live.close()
            raise
    return live


def _unreadable(path: Path, error: sqlite3.DatabaseError) -> StorageError:
    if getattr(error, "sqlite_errorcode", 0) & 0xFF in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB):
        return StoreCorrupt(f"{path} cannot be read: {error}; there is no backup of it. {_SAVED}")
    return StoreUnavailable(f"{path} cannot be copied: {error}")


def _checked(copy: Path, target: Path) -> Backup:
    """Look through the whole copy. It is opened only here, by name, so that no lock or log of ours lies in it."""
    database = copy / DATABASE
    try:
        with closing(sqlite3.connect(database)) as connection:
            verdict = connection.execute("PRAGMA integrity_check(1)").fetchone()[0]
            version = connection.execute("PRAGMA user_version").fetchone()[0]
            if verdict != "ok":
                reason = " ".join(str(verdict).split())
                raise StoreCorrupt(
                    f"the database is damaged: its copy does not check ({reason}), and was removed. {_SAVED}"
                )
            if version < VERSION:  # a newer one's may be worked on: oldest_reader
                raise StoreCorrupt(f"the copy has the schema {version}, not {VERSION}; it was removed")
            counts = [
                connection.execute(query).fetchone()[0] for query in (
                    "SELECT count(*) FROM workflow", "SELECT count(*) FROM header",
                    "SELECT count(*) FROM header WHERE status IN ('RUNNING', 'PAUSED')",
                )
            ]
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    except sqlite3.DatabaseError as error:
        raise _unreadable(database, error) from error
    for leftover in (f"{DATABASE}-wal", f"{DATABASE}-shm"):
        (copy / leftover).unlink(missing_ok=True)
    size = sum(path.stat().st_size for path in copy.iterdir())
    return Backup(target, size, *counts)


def _sync(folder: Path) -> None:
    """Make sure that it is on the disk: the files of `folder`, and their names."""
    for path in (*(item for item in folder.iterdir() if item.is_file()), folder):
        handle = os.open(path, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
