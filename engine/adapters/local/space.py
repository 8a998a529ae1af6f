"""How large a folder's database is, how fast it grows, and giving its free pages back to the disk for good."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from itertools import pairwise

from engine.adapters.local.database import Database
from engine.adapters.local.processes import Processes
from engine.adapters.local.retention import INCREMENTAL
from engine.errors import Conflict, StoreUnavailable
from engine.ports.retention import Space

DAY = 86_400.0

GROWTH_DAYS = 7
"""Growth is that of the last so many days, less where not so many are known."""

LONG_DAYS = 3
"""Over so many days it matters little at which hour of the first one its size was noted."""

DAYS_KEPT = 31

JUMP_DAYS = 2
"""Days without a note that the clock may go on by. Beyond that it may be wrong."""


class SqliteSpace:
    """The database of a folder, and the disk that it is on."""

    def __init__(self, database: Database, processes: Processes) -> None:
        self._database = database
        self._processes = processes

    def note(self, now: float) -> None:
        """Keep how large it is on this day, the first time that it is asked. A wrong clock noted what days to come
        are there."""
        today = int(now // DAY)

        def known(connection: sqlite3.Connection) -> bool:
            return connection.execute("SELECT 1 FROM size_on WHERE day = ?", (today,)).fetchone() is not None

        if self._database.read(known):
            return

        def work(connection: sqlite3.Connection) -> None:
            size = _pages(connection)[0]
            connection.execute("INSERT INTO size_on VALUES (?, ?) ON CONFLICT (day) DO NOTHING", (today, size))
            connection.execute(_FORGET, (today, DAYS_KEPT))

        self._database.write(work, durable=False)

    def look(self, now: float) -> Space:
        """How things are."""
        today, trusted = int(now // DAY), self.trusted(now)

        def work(connection: sqlite3.Connection) -> Space:
            size, free, shrinks = _pages(connection)
            first = connection.execute(_FIRST, (today - GROWTH_DAYS, today, today - LONG_DAYS)).fetchone()
            growth = None if first is None else (size - first[1]) / (now / DAY - first[0])
            disk = shutil.disk_usage(self._database.path.parent).free
            log = self._database.log_bytes
            return Space(size, free, disk, growth, shrinks, None if trusted == now else trusted, log)

        return self._database.read(work)

    def trusted(self, now: float) -> float:
        """The time by which terms are over: `now`, unless the clock went on by more than JUMP_DAYS since the last
        note. Then it is that note's day, until a worker has noted two more: a wrong clock is set right meanwhile, and
        has deleted nothing."""
        today = int(now // DAY)
        query = "SELECT day FROM size_on WHERE day < ? ORDER BY day DESC LIMIT 2"
        rows = self._database.read(lambda connection: connection.execute(query, (today,)).fetchall())
        for later, earlier in pairwise((today, *(day for day, in rows))):
            if later >= today - 1 and later - earlier > JUMP_DAYS:
                return float(earlier * DAY)
        return now

    def compact(self) -> tuple[int, int]:
        """Write the whole file anew without its free pages, and so that later ones can be given back while it is used;
        its size before and after.

        Raises Conflict while another process works on the folder, StoreUnavailable where the disk has no room for the
        second copy.
        """
        others = self._processes.others()
        if others:
            raise Conflict(
                f"{self._database.path.parent} is in use by {' and '.join(map(str, others))}", where="--data-dir",
                advice="Stop it first: the whole file is written anew.",
            )
        before = self._database.read(_pages)[0]
        free = shutil.disk_usage(self._database.path.parent).free
        if free < 2 * before:
            raise StoreUnavailable(
                f"compacting writes the file anew, twice for a while: it needs {2 * before:,} bytes, and {free:,} are"
                " free. Nothing was changed."
            )
        with closing(sqlite3.connect(self._database.path, isolation_level=None)) as connection:
            connection.execute(f"PRAGMA auto_vacuum = {INCREMENTAL}")
            connection.execute("VACUUM")
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        return before, self._database.read(_pages)[0]


_FIRST = """SELECT day, bytes FROM size_on AS one WHERE day >= ? AND day < ?
    AND (day <= ? OR EXISTS (SELECT 1 FROM size_on WHERE day = one.day - 1)) ORDER BY day LIMIT 1"""
"""The first day that growth is reckoned from. A day that follows on another was noted as it began."""

_FORGET = """DELETE FROM size_on
    WHERE day > ?1 OR day NOT IN (SELECT day FROM size_on WHERE day <= ?1 ORDER BY day DESC LIMIT ?2)"""


def _pages(connection: sqlite3.Connection) -> tuple[int, int, bool]:
    """Bytes of the file, bytes of its free pages, and whether it gives these back while it is used."""
    count, size, free, vacuum = (
        int(connection.execute(f"PRAGMA {name}").fetchone()[0])
        for name in ("page_count", "page_size", "freelist_count", "auto_vacuum")
    )
    return count * size, free * size, vacuum == INCREMENTAL
