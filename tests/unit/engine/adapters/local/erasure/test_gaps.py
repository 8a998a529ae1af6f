"""The gaps of pages: what SQLite leaves there of rows that it moved is overwritten when an erasure ends."""

from __future__ import annotations

import sqlite3
import struct
from contextlib import closing

import pytest

from engine.adapters.local.database import zeroed
from engine.adapters.local.erasure import gaps
from engine.adapters.local.erasure.gaps import clear_gaps, cleared, is_map
from engine.clock import SkipClock
from engine.ports.erasure import Erasure
from tests.support.backends import open_local
from tests.support.durable import TESTER

CHAINS, NUMBERS = 16, 60
NAME = "canary-{}-{}-of-somebody"
ERASURE = Erasure("default", "e1", 1.0, TESTER, ())


def shows_pages():
    with closing(sqlite3.connect(":memory:")) as connection:
        return ("sqlite_dbpage",) in connection.execute("SELECT name FROM pragma_module_list").fetchall()


@pytest.fixture
def stores(tmp_path):
    """A table that grows in sixteen places, as the audit log does, whose names are overwritten in their rows."""
    opened = open_local(tmp_path, SkipClock())

    def work(connection):
        connection.execute("CREATE TABLE log (chain, number, text, PRIMARY KEY (chain, number)) WITHOUT ROWID")
        for number in range(NUMBERS):
            for chain in range(CHAINS):
                text = NAME.format(chain, number) + "." * (600 + number * chain * 7 % 400)
                connection.execute("INSERT INTO log VALUES (?, ?, ?)", (chain, number, text))

    def forget(connection):
        return zeroed(connection, lambda: connection.execute("UPDATE log SET text = substr(text, 40)"))

    opened.erasure._database.write(work)
    opened.erasure._database.write(forget)
    yield opened
    opened.close()


def kept(stores):
    return stores.erasure._database.rows("SELECT * FROM log")


@pytest.mark.skipif(not shows_pages(), reason="this build of SQLite has no sqlite_dbpage")
def test_an_erasure_leaves_nothing_of_a_row_that_was_moved(stores, tmp_path):
    stores.erasure._database.fold_log()
    assert b"canary" in (tmp_path / "automate.db").read_bytes()
    before = kept(stores)
    assert stores.erasure.end(ERASURE)
    assert b"canary" not in (tmp_path / "automate.db").read_bytes()
    assert kept(stores) == before
    assert stores.erasure._database.rows("PRAGMA integrity_check") == [("ok",)]


def test_a_sqlite_that_shows_no_pages_is_left_alone(stores, monkeypatch):
    monkeypatch.setattr(stores.erasure._database, "read", lambda work: work(NoPages()))
    monkeypatch.setattr(stores.erasure._database, "write", None)
    clear_gaps(stores.erasure._database)


class NoPages:
    def execute(self, query):
        assert "pragma_module_list" in query
        return self

    def fetchone(self):
        return None


def page(kind, *, cells=1, content=4000, begins=0, gap=b"name", size=4096):
    header = struct.pack(">BHHHB", kind, 0, cells, content, 0).ljust(12 if kind in (2, 5) else 8, b"p")
    head = b"f" * begins + header + b"cc" * cells
    return head + gap + bytes(content - len(head) - len(gap)) + b"r" * (size - content)


@pytest.mark.parametrize("kind", [2, 5, 10, 13])
def test_only_the_gap_of_a_page_is_overwritten(kind):
    assert cleared(7, page(kind)) == page(kind, gap=b"")
    assert cleared(1, page(kind, begins=100)) == page(kind, begins=100, gap=b"")
    assert cleared(7, page(kind, gap=b"")) is None


def test_what_is_no_page_of_rows_is_left_alone():
    assert cleared(7, page(1)) is None
    assert cleared(7, bytes(4096)) is None
    assert cleared(7, page(13)[:512] + bytes(100)) is None  # its cells would begin behind its end


def test_the_maps_of_auto_vacuum_are_no_pages_of_rows():
    assert [number for number in range(1, 2000) if is_map(number, 4096, 820)] == [2, 822, 1642]
    assert not any(is_map(number, 4096, 0) for number in range(1, 2000))
    lock = 0x40000000 // 1024 + 1
    assert [number for number in range(lock - 100, lock + 100) if is_map(number, 1024, 205)] == [lock + 1]


def test_a_file_whose_overflow_pages_may_look_like_others_is_left_as_it_is(stores, tmp_path, monkeypatch):
    """Its erasure ends all the same; `automate compact` removes what is left."""
    [(pages,)] = stores.erasure._database.rows("PRAGMA page_count")
    monkeypatch.setattr(gaps, "MOST_PAGES", pages)
    stores.erasure._database.fold_log()
    before = (tmp_path / "automate.db").read_bytes()
    clear_gaps(stores.erasure._database)
    stores.erasure._database.fold_log()
    assert (tmp_path / "automate.db").read_bytes() == before
