"""What SQLite leaves of a moved row: when it splits a page, the old page keeps the row's bytes in its unused middle.

    | header | pointers to cells |   gap   | cells |         a page of a table or an index

PRAGMA secure_delete does not see these bytes, for no row is deleted there. They are overwritten with zeros here,
through the virtual table `sqlite_dbpage`: in a transaction, like any other write. A build of SQLite without it keeps
them, and so does a file of MOST_PAGES or more, until `automate compact` writes the file anew.
"""

from __future__ import annotations

import sqlite3
import struct

from engine.adapters.local.database import Database

PIECE = 200
"""Pages that one transaction overwrites."""

MOST_PAGES = 0x0200_0000
"""A page is known by its first byte. That of an overflow page is the highest of the next one's number: in a larger file
(128 GiB with pages of 4 KiB) it may be that of a page of a table or an index, and a value would be overwritten."""

_INTERIOR, _LEAVES = (2, 5), (10, 13)
_FIRST_HEADER = 100
"""The file's own header on page 1."""

_PENDING_BYTE = 0x40000000
"""The page with this byte of the file holds nothing, and no map lies there."""


def clear_gaps(database: Database) -> None:
    """Overwrite what lies between the pointers and the cells of each page. Raises StorageError."""
    pages = database.read(_dirty)
    for begin in range(0, len(pages), PIECE):
        some = pages[begin:begin + PIECE]
        database.write(lambda connection, some=some: _clear(connection, some))  # type: ignore[misc]


def _dirty(connection: sqlite3.Connection) -> list[int]:
    """The pages with something in their gap. None where SQLite does not show its pages, or there are too many."""
    if connection.execute("SELECT 1 FROM pragma_module_list WHERE name = 'sqlite_dbpage'").fetchone() is None:
        return []
    if connection.execute("PRAGMA page_count").fetchone()[0] >= MOST_PAGES:
        return []
    size = int(connection.execute("PRAGMA page_size").fetchone()[0])
    every = size // 5 + 1 if connection.execute("PRAGMA auto_vacuum").fetchone()[0] else 0
    pages = connection.execute("SELECT pgno, data FROM sqlite_dbpage")
    return [number for number, page in pages if not is_map(number, size, every) and cleared(number, page) is not None]


def _clear(connection: sqlite3.Connection, numbers: list[int]) -> None:
    for number in numbers:
        row = connection.execute("SELECT data FROM sqlite_dbpage WHERE pgno = ?", (number,)).fetchone()
        page = None if row is None else cleared(number, row[0])
        if page is not None:
            connection.execute("UPDATE sqlite_dbpage SET data = ? WHERE pgno = ?", (page, number))


def is_map(number: int, size: int, every: int) -> bool:
    """Whether it is one of the maps that auto-vacuum keeps, of `every` so many pages the first."""
    if not every or number < 2:
        return False
    first = (number - 2) // every * every + 2
    return number == first + (first == _PENDING_BYTE // size + 1)


def cleared(number: int, page: bytes) -> bytes | None:
    """The page with zeros in its gap; None where there are only zeros, or it is no page of a table or an index."""
    begins = _FIRST_HEADER if number == 1 else 0
    kind, _, cells, content, _ = struct.unpack_from(">BHHHB", page, begins)
    if kind not in (*_INTERIOR, *_LEAVES):
        return None
    low, high = begins + (12 if kind in _INTERIOR else 8) + 2 * cells, content or 65_536
    gap = page[low:high]
    if high > len(page) or gap.count(0) == len(gap):
        return None
    return page[:low] + bytes(len(gap)) + page[high:]
