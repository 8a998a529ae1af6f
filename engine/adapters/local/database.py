"""One SQLite file, shared by processes and threads.

Writing    one connection a process, behind a lock. Threads that come while a transaction runs queue up, and the next
           to get the lock writes for all of them in one transaction (group commit); alone, a thread waits for nobody.
           Between processes SQLite's lock says whose turn it is. Who does not get it tries again after a fraction of
           the time that a commit takes: SQLite's own handler would sleep for ten times as long.
Reading    a pool of connections, each used by one thread at a time. WAL: readers never wait for the writer. One
           statement sees one moment by itself (`rows`); several are a transaction (`read`).
Together   what a thread reads and writes within `together` is one transaction: all of it lasts, or none.
Durable    synchronous=FULL: a committed write survives a power cut. `durable=False` skips the wait for the disk
           (synchronous=NORMAL) for what is only a hint: such a write survives kill -9, and is lost by a power cut only
           together with everything after it.
Full disk  a database that nobody has open needs a shared-memory file before it can be read, which a full disk does not
           take. Then one connection holds the file for itself (locking_mode=EXCLUSIVE), keeps that index in its own
           memory, and reads; writing is refused until there is room.
Opening    under an OS lock on `locks/.open`, so that processes that start at once create the schema once. A folder
           with a newer schema that does not let this one in, another program's database or a damaged file is refused
           before anything is written. A database that is made from nothing notes which snapshot schema is written in
           it; a release that cannot read that schema is not let in.
"""

from __future__ import annotations

import fcntl
import os
import sqlite3
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext, suppress
from contextvars import copy_context
from pathlib import Path
from threading import Lock, RLock, get_ident
from typing import Any, Generic, TypeVar

from engine.adapters.local.processes import Processes, writer_of
from engine.adapters.local.schema import APPLICATION_ID, MIGRATIONS, OLDEST_READER, VERSION
from engine.errors import SchemaTooNew, StorageError, StoreBusy, StoreCorrupt, StoreUnavailable
from engine.kernel.snapshot import UNCONFIRMED

T = TypeVar("T")
Work = Callable[[sqlite3.Connection], T]

LARGEST = 2**63 - 1
"""The largest whole number that a column or a parameter can be."""

LARGEST_LOG = 16 * 1024 * 1024
"""Bytes that the write-ahead log is cut to after a large write, once it is written from its beginning again. SQLite
does that after 1,000 pages, 4 MB: at four times as much ordinary writes never cut it, and use its room again."""

FULL_DISK_CODES = frozenset({sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR_SHMSIZE, sqlite3.SQLITE_IOERR_SHMOPEN})
"""What SQLite answers where a file cannot grow, or the shared-memory file cannot be made."""

_FIRST_PAUSE_SECONDS, _LONGEST_PAUSE_SECONDS = 0.000_05, 0.002

_BUSY = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}
_CORRUPT = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_FORMAT}


class _Pending(Generic[T]):
    """A write that waits for its transaction, and afterwards what came of it."""

    def __init__(self, work: Work[T], *, durable: bool) -> None:
        self.work = work
        self.durable = durable
        self.done = False
        self.context = copy_context()
        self.afterwards: list[Callable[[], None]] = []
        self.saves = False  # a write within it can be undone alone
        self.failed_within: BaseException | None = None
        self.result: T
        self.error: BaseException | None = None

    def succeed(self, result: T) -> None:
        self.result, self.done = result, True

    def fail(self, error: BaseException) -> None:
        self.error, self.done = error, True


class _PassedOver(BaseException):
    """A write within `pending` failed, and it went on. No Exception: nobody on the way is to take it for an error."""

    def __init__(self, pending: _Pending[Any]) -> None:
        super().__init__()
        self.pending = pending


class Database:
    """An open `automate.db`. `made_with` is the snapshot schema that it was made for, 0 where a release of before made
    it; one that is made now is made for `snapshot_schema`.

    Raises StoreBusy, StoreCorrupt, StoreUnavailable or SchemaTooNew.
    """

    def __init__(
        self, path: Path, processes: Processes, busy_timeout: float, *, snapshot_schema: int = UNCONFIRMED
    ) -> None:
        self.path = path
        self._processes = processes
        self._busy_timeout = busy_timeout
        self._writer_lock = Lock()
        self._pending_lock = Lock()
        self._pending: list[_Pending[Any]] = []
        self._at_work: tuple[int, _Pending[Any]] | None = None  # by which thread
        self._ended_by: StorageError | None = None  # SQLite has rolled back the transaction at hand by itself
        self._idle_readers: list[sqlite3.Connection] = []
        self._readers: list[sqlite3.Connection] = []
        self._alone: RLock | None = None
        with self._errors(), _opening(path):
            self._writer = self._first_connection()
            try:
                _prepare(self._writer, path, snapshot_schema)
                self.made_with = _made_with(self._writer)
                self._writer.execute("PRAGMA busy_timeout = 0")  # from here on `_begin` waits
                self._writer.execute(f"PRAGMA journal_size_limit = {LARGEST_LOG}")
                if not self._writer.execute("PRAGMA secure_delete").fetchone()[0]:  # SQLite's builds differ
                    self._writer.execute("PRAGMA secure_delete = FAST")
                self._seen = self._data_version()
            except BaseException:
                self._writer.close()
                raise
        self._synchronous = "FULL"

    def write(self, work: Work[T], *, durable: bool = True) -> T:
        """Run `work` in a write transaction and return its result; whatever it raises rolls it back.

        `work` shares its transaction with those of other threads and is run again alone when one of them raised: it
        must do nothing but use the connection.
        """
        joined = self._joined()
        if joined is not None:
            return self._nested(joined, work)
        if self._alone is not None or not self._processes.is_known:
            raise _full(self.path)
        mine = _Pending(work, durable=durable)
        with self._pending_lock:
            self._pending.append(mine)
        with self._writer_lock:
            if not mine.done:
                with self._pending_lock:
                    batch, self._pending = self._pending, []
                batch.sort(key=lambda pending: pending is not mine)  # what all want done afterwards waits for nobody
                self._write_batch(batch)
        if mine.error is not None:
            raise mine.error
        for act in mine.afterwards:
            act()
        return mine.result

    def together(self, act: Callable[[], T]) -> T:
        """Run `act`, and have all that it reads and writes through this database in one durable transaction; whatever
        it raises rolls all of it back. As with `write`, it is run again where a neighbour's write raised, and where it
        went on though one of its own had.

        No other process writes meanwhile: nothing that waits for the world belongs in `act`.
        """
        return self.write(lambda _connection: act())

    def after_commit(self, act: Callable[[], None]) -> None:
        """Run `act` once the transaction at hand is committed, and never if it is not; at once outside of one. What
        several of a transaction want done is done once, by one of them."""
        pending = self._joined()
        if pending is None:
            act()
        else:
            pending.afterwards.append(act)

    def read(self, work: Work[T]) -> T:
        """Run `work` on one consistent view of the database and return its result."""
        try:
            if self._joined() is not None:
                return work(self._writer)
            if self._alone is not None:
                with self._alone:
                    return _of_one_moment(self._writer, work)
            connection = self._take_reader()
            try:
                return _of_one_moment(connection, work)
            finally:
                self._idle_readers.append(connection)
        except sqlite3.DatabaseError as error:
            raise self._translated(error) from error

    def rows(self, query: str, values: Sequence[Any] = ()) -> list[Any]:
        """The rows that one statement finds."""
        if self._alone is not None or self._joined() is not None:
            return self.read(lambda connection: connection.execute(query, values).fetchall())
        try:
            connection = self._take_reader()
            try:
                return connection.execute(query, values).fetchall()
            finally:
                self._idle_readers.append(connection)
        except sqlite3.DatabaseError as error:
            raise self._translated(error) from error

    def fold_log(self) -> bool:
        """Put what is in the write-ahead log into the file, and empty the log. False where somebody reads from it for
        longer than the busy timeout."""
        with self._errors(), self._writer_lock:
            self._writer.execute(f"PRAGMA busy_timeout = {int(self._busy_timeout * 1000)}")
            try:
                busy = self._writer.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
            finally:
                self._writer.execute("PRAGMA busy_timeout = 0")
            return not busy

    @property
    def log_bytes(self) -> int:
        """How large the write-ahead log is on the disk."""
        try:
            return self.path.with_name(f"{self.path.name}-wal").stat().st_size
        except FileNotFoundError:
            return 0

    def changed(self) -> bool:
        """Whether another process committed something since the last call."""
        with self._errors(), nullcontext() if self._joined() is not None else self._writer_lock:
            before, self._seen = self._seen, self._data_version()
            return before != self._seen

    def close(self) -> None:
        """Close all connections; no other thread may be using the database."""
        with self._writer_lock:
            for connection in (*self._readers, self._writer):
                connection.close()

    def _write_batch(self, batch: list[_Pending[Any]]) -> None:
        """All of `batch` in one transaction, or, when one of them raises, each in its own."""
        try:
            results = self._transact(batch)
        except _PassedOver as passed:
            passed.pending.saves = True
            for pending in batch:
                self._write_batch([pending])
        except BaseException as error:  # noqa: BLE001 - handed to the thread that waits for it
            if len(batch) > 1 and not _is_the_stores(error):
                for pending in batch:
                    self._write_batch([pending])
            else:
                for pending in batch:
                    pending.fail(error)
        else:
            if len(batch) > 1:
                _want_once(batch)
            for pending, result in zip(batch, results, strict=True):
                pending.succeed(result)

    def _transact(self, batch: list[_Pending[Any]]) -> list[Any]:
        try:
            return self._in_one(batch)
        except sqlite3.DatabaseError as error:
            raise self._translated(error) from error

    def _in_one(self, batch: list[_Pending[Any]]) -> list[Any]:
        """What comes of each, all in one transaction."""
        wanted = "FULL" if any(pending.durable for pending in batch) else "NORMAL"
        if wanted != self._synchronous:
            self._writer.execute(f"PRAGMA synchronous = {wanted}")
            self._synchronous = wanted
        self._begin()
        self._ended_by = None
        try:
            results = [self._perform(pending) for pending in batch]
            self._writer.execute("COMMIT")
        except BaseException:
            with suppress(sqlite3.Error):  # SQLite has rolled back by itself after a full disk
                self._writer.execute("ROLLBACK")
            raise
        return results

    def _begin(self) -> None:
        """Get the write lock. Raises SQLite's error once it was held by others for `busy_timeout` seconds."""
        until, pause = time.monotonic() + self._busy_timeout, _FIRST_PAUSE_SECONDS
        while True:
            try:
                self._writer.execute("BEGIN IMMEDIATE")
            except sqlite3.OperationalError as error:
                if error.sqlite_errorcode & 0xFF not in _BUSY or time.monotonic() >= until:
                    raise
            else:
                return
            time.sleep(pause)
            pause = min(pause * 1.5, _LONGEST_PAUSE_SECONDS)

    def _perform(self, pending: _Pending[T]) -> T:
        """In the context of the thread that waits for it, whichever thread writes."""
        self._at_work = (get_ident(), pending)
        pending.afterwards, pending.failed_within = [], None
        try:
            result = pending.context.run(pending.work, self._writer)
        except BaseException as error:
            if self._passes_over(pending) and error is not pending.failed_within:
                raise _PassedOver(pending) from error
            raise
        finally:
            self._at_work = None
        if self._ended_by is not None:  # though `work` has taken no notice of it
            raise self._ended_by
        if self._passes_over(pending):
            raise _PassedOver(pending)
        return result

    @staticmethod
    def _passes_over(pending: _Pending[Any]) -> bool:
        return pending.failed_within is not None and not pending.saves

    def _joined(self) -> _Pending[Any] | None:
        """The write that this thread is within."""
        at_work = self._at_work
        return at_work[1] if at_work is not None and at_work[0] == get_ident() else None

    def _nested(self, pending: _Pending[Any], work: Work[T]) -> T:
        """A write within another: what it raises undoes it alone, and is the other's to pass on. After a full disk
        SQLite rolls back all of it by itself: then nothing more is written, and the other fails too.

        A savepoint copies each page that is written after it, and few others catch what a write raises. So there is
        none until one does: then all of it is rolled back, and run again with savepoints."""
        if self._ended_by is not None:
            raise self._ended_by
        if self._passes_over(pending):
            raise _PassedOver(pending)
        try:
            try:
                return self._saved(work) if pending.saves else work(self._writer)
            except sqlite3.DatabaseError as error:
                raise self._translated(error) from error
        except BaseException as error:
            pending.failed_within = error
            if isinstance(error, StorageError) and not self._writer.in_transaction:
                self._ended_by = error
            raise

    def _saved(self, work: Work[T]) -> T:
        self._writer.execute("SAVEPOINT nested")
        try:
            result = work(self._writer)
        except BaseException:
            if self._writer.in_transaction:
                self._writer.execute("ROLLBACK TO nested")
                self._writer.execute("RELEASE nested")
            raise
        self._writer.execute("RELEASE nested")
        return result

    def _data_version(self) -> int:
        """Changes whenever another connection commits; asked of the writing one, that is another process."""
        return int(self._writer.execute("PRAGMA data_version").fetchone()[0])

    def _take_reader(self) -> sqlite3.Connection:
        """One that nobody uses; it is given back by appending it to the idle ones."""
        with suppress(IndexError):
            return self._idle_readers.pop()
        connection = self._connect()
        connection.execute("PRAGMA query_only = ON")
        self._readers.append(connection)
        return connection

    def _first_connection(self) -> sqlite3.Connection:
        """The writer's; on a full disk the only one."""
        try:
            return self._connect()
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode not in FULL_DISK_CODES:
                raise
        self._alone = RLock()
        return self._connect()

    def _connect(self) -> sqlite3.Connection:
        connection = sqlite3.connect(
            self.path, timeout=self._busy_timeout, isolation_level=None, check_same_thread=False,
            cached_statements=256,
        )
        try:
            if self._alone is not None:
                alone(connection)
            connection.execute("PRAGMA synchronous = FULL")
            if sys.platform == "darwin":  # there fsync leaves the data in the drive's cache
                connection.execute("PRAGMA fullfsync = ON")
                connection.execute("PRAGMA checkpoint_fullfsync = ON")
        except sqlite3.Error:
            connection.close()
            raise
        return connection

    @contextmanager
    def _errors(self) -> Iterator[None]:
        """SQLite's errors in the project's terms."""
        try:
            yield
        except sqlite3.DatabaseError as error:
            raise self._translated(error) from error

    def _translated(self, error: sqlite3.DatabaseError) -> StorageError:
        extended = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR)  # a database that is closed has none
        code = extended & 0xFF  # the primary result code
        if code in _BUSY:
            holder = self._holder()
            return StoreBusy(
                f"{self.path} has been locked by {holder or 'another process'} for more than {self._busy_timeout:g} s."
                " Wait for it or stop it; AUTOMATE_BUSY_TIMEOUT sets how long to wait.",
                holder=holder,
            )
        if code in _CORRUPT:
            return _corrupt(self.path, str(error))
        if code == sqlite3.SQLITE_FULL or extended in FULL_DISK_CODES:
            return _full(self.path)
        return StoreUnavailable(f"{self.path} cannot be used: {error}. Check that its folder exists and is writable.")

    def _holder(self) -> str | None:
        """Who holds the write lock: exactly where the system tells, else every live process that might."""
        others = self._processes.others()
        pid = writer_of(self.path)
        if pid is not None:
            return next((str(process) for process in others if process.pid == pid), f"pid {pid}")
        return " or ".join(str(process) for process in others) or None


def zeroed(connection: sqlite3.Connection, act: Callable[[], T]) -> T:
    """Run `act`, and have what it deletes overwritten with zeros, wherever it lies."""
    before = connection.execute("PRAGMA secure_delete").fetchone()[0]
    connection.execute("PRAGMA secure_delete = ON").fetchall()
    try:
        return act()
    finally:
        connection.execute(f"PRAGMA secure_delete = {'FAST' if before == 2 else before}").fetchall()


@contextmanager
def _opening(path: Path) -> Iterator[None]:
    """Let one process at a time open the database; create its file for the owner's eyes only."""
    try:
        lock = os.open(path.parent / "locks" / ".open", os.O_CREAT | os.O_RDWR, 0o600)
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
    except OSError as error:
        raise StoreUnavailable(f"{error.filename} cannot be opened for writing: {error.strerror}."
                               " Move it away, or set AUTOMATE_DATA_DIR to another folder.") from error
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
    finally:
        os.close(lock)


def _prepare(connection: sqlite3.Connection, path: Path, snapshot_schema: int) -> None:
    """Check whose database it is before anything is written, then bring its schema up to date."""
    application = connection.execute("PRAGMA application_id").fetchone()[0]
    version = connection.execute("PRAGMA user_version").fetchone()[0]
    tables = connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()[0]
    if application != APPLICATION_ID and (tables or application or version):
        raise _corrupt(path, "it is a database of another program")
    if version > VERSION and connection.execute("SELECT version FROM oldest_reader").fetchone()[0] > VERSION:
        raise SchemaTooNew(
            f"{path} was written by a newer release (schema {version}; this one knows up to {VERSION})."
            " Nothing was changed; use that release or another data folder."
        )
    if not tables:  # its free pages can be given back; a file that is there gets that by `automate compact`
        connection.execute("PRAGMA auto_vacuum = INCREMENTAL")
    if connection.execute("PRAGMA journal_mode").fetchone()[0] != "wal":
        connection.execute("PRAGMA journal_mode = WAL")
    if version < VERSION:
        connection.execute("BEGIN IMMEDIATE")
        for statements in MIGRATIONS[version:]:
            for statement in statements:
                connection.execute(statement)
        oldest = OLDEST_READER
        if not tables:
            connection.execute("INSERT INTO made_with VALUES (?)", (snapshot_schema,))
            oldest = VERSION if snapshot_schema > UNCONFIRMED else oldest
        connection.execute("UPDATE oldest_reader SET version = max(version, ?)", (oldest,))
        connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        connection.execute(f"PRAGMA user_version = {VERSION}")
        connection.execute("COMMIT")


def _made_with(connection: sqlite3.Connection) -> int:
    row = connection.execute("SELECT snapshot_schema FROM made_with").fetchone()
    return 0 if row is None else int(row[0])


def _of_one_moment(connection: sqlite3.Connection, work: Work[T]) -> T:
    """What `work` reads in one transaction."""
    connection.execute("BEGIN")
    try:
        return work(connection)
    finally:
        connection.execute("ROLLBACK")


def alone(connection: sqlite3.Connection) -> None:
    """Let `connection` have its database for itself: it then needs no shared-memory file to read it."""
    connection.execute("PRAGMA locking_mode = EXCLUSIVE")
    connection.execute("PRAGMA query_only = ON")
    connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()


def _want_once(batch: list[_Pending[Any]]) -> None:
    """What several of them want done afterwards the first one does."""
    wanted = set[Callable[[], None]]()
    for pending in batch:
        pending.afterwards = [act for act in pending.afterwards if act not in wanted]
        wanted.update(pending.afterwards)


def _is_the_stores(error: BaseException) -> bool:
    """Whether SQLite itself failed, so that each write of the batch would."""
    return isinstance(error, StorageError) and isinstance(error.__cause__, sqlite3.Error)


def _full(path: Path) -> StoreUnavailable:
    return StoreUnavailable(f"{path} cannot grow: the disk is full. Nothing was written; make room.")


def _corrupt(path: Path, reason: str) -> StoreCorrupt:
    return StoreCorrupt(
        f"{path} cannot be read: {reason}. Nothing was changed. Restore it from a backup, or move the folder away"
        " to start with an empty one; `sqlite3 FILE .recover` saves what is readable."
    )
