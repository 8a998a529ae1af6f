"""A data folder that is locked, damaged or of another release: what is refused without a change."""

from __future__ import annotations

import os
import re
import shutil
import sqlite3
from pathlib import Path

import pytest

from engine.adapters.local import database, schema
from engine.adapters.local.processes import writer_of
from engine.clock import SkipClock
from engine.errors import SchemaTooNew, StoreBusy, StoreCorrupt, StoreUnavailable
from engine.ports.journal import HeaderChange
from engine.ports.keys import ExecutionKey
from tests.support.backends import open_local
from tests.support.folder_child import KEY, Child
from tests.support.records import a_header, a_segment


def test_a_lock_past_the_busy_timeout_names_its_holder(folder):
    stores = open_local(folder, SkipClock(), busy_timeout=0.1)
    with Child(folder, """
stores._database._writer.execute("BEGIN IMMEDIATE")
print("locked", flush=True)
sys.stdin.readline()
stores._database._writer.execute("ROLLBACK")
print("free", flush=True)
sys.stdin.readline()
""") as child:
        assert child.line() == "locked"
        with pytest.raises(StoreBusy, match="AUTOMATE_BUSY_TIMEOUT") as caught:
            stores.journal.create(a_header(KEY), b"{}")
        assert caught.value.holder == f"automate worker (pid {child.process.pid})"
        assert caught.value.holder in str(caught.value)
        assert stores.journal.header(KEY) is None, "reading does not wait"
        assert stores.queue.claim(10) == [], "nor does polling an empty queue"
        assert child.ask() == "free"
        assert stores.journal.create(a_header(KEY), b"{}") is None
    stores.close()


@pytest.mark.skipif(not Path("/proc/locks").exists(), reason="only Linux tells who holds a lock")
def test_the_kernel_tells_the_writer_even_of_a_foreign_program(folder, stores):
    foreign = sqlite3.connect(folder / "automate.db", isolation_level=None)
    assert writer_of(folder / "automate.db") is None
    foreign.execute("BEGIN IMMEDIATE")
    assert writer_of(folder / "automate.db") == os.getpid()
    foreign.execute("ROLLBACK")
    foreign.close()


def test_a_short_lock_is_waited_for(folder, stores):
    with Child(folder, """
stores._database._writer.execute("BEGIN IMMEDIATE")
print("locked", flush=True)
import time
time.sleep(0.2)
stores._database._writer.execute("ROLLBACK")
sys.stdin.readline()
""") as child:
        assert child.line() == "locked"
        assert stores.journal.create(a_header(KEY), b"{}") is None


# --- refused, and nothing changed


def contents(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}


def refuse(folder, error, match):
    """Opening raises `error`; every file is as it was and no lock is left behind. Its message."""
    before = contents(folder)
    with pytest.raises(error, match=match) as caught:
        open_local(folder, SkipClock())
    assert contents(folder) == before
    assert [path.name for path in (folder / "locks").iterdir()] == [".open"]
    return str(caught.value)


@pytest.mark.parametrize("content", [b"not a database at all, but long enough to be looked at" * 30, b"x" * 100])
def test_a_file_that_is_no_database_is_refused(folder, content):
    folder.mkdir()
    (folder / "automate.db").write_bytes(content)
    message = refuse(folder, StoreCorrupt, "not a database")
    assert "Nothing was changed" in message
    assert "backup" in message


def test_another_programs_database_is_refused(folder):
    folder.mkdir()
    connection = sqlite3.connect(folder / "automate.db")
    connection.execute("CREATE TABLE notes (text)")
    connection.commit()
    connection.close()
    refuse(folder, StoreCorrupt, "another program")


def test_a_newer_schema_is_refused_where_it_does_not_name_this_one_as_its_reader(folder):
    open_local(folder, SkipClock()).close()
    connection = sqlite3.connect(folder / "automate.db")
    connection.execute("PRAGMA user_version = 99")
    connection.execute("UPDATE oldest_reader SET version = ?", (schema.VERSION + 1,))
    connection.commit()
    connection.close()
    refuse(folder, SchemaTooNew, "newer release .schema 99")


def test_a_folder_of_the_next_release_is_worked_on_where_it_only_added(folder, monkeypatch):
    """A return to the release before: nothing that the next one added is needed, or lost."""
    def works(name):
        stores = open_local(folder, SkipClock())
        key = ExecutionKey.of("default", "orders", name)
        stores.journal.create(a_header(key), b"{}")
        stores.journal.commit([a_segment(key, 0)])
        found = [len(stores.journal.load(ExecutionKey.of("default", "orders", each)).segments) for each in made]
        stores.close()
        made.append(name)
        return found

    made = []
    open_local(folder, SkipClock()).close()  # by this release
    added = (
        "ALTER TABLE header ADD COLUMN colour TEXT NOT NULL DEFAULT 'red'", "CREATE TABLE thing (a TEXT) STRICT",
        "INSERT INTO thing VALUES ('kept')",
    )
    with monkeypatch.context() as release:
        release.setattr(database, "MIGRATIONS", (*schema.MIGRATIONS, added))
        release.setattr(database, "VERSION", schema.VERSION + 1)
        assert works("by-the-next") == []
    assert works("by-this-one") == [1]
    connection = sqlite3.connect(folder / "automate.db")
    assert connection.execute("PRAGMA user_version").fetchone() == (schema.VERSION + 1,)
    assert connection.execute("SELECT colour FROM header").fetchall() == [("red",), ("red",)]
    connection.close()
    with monkeypatch.context() as release:
        release.setattr(database, "MIGRATIONS", (*schema.MIGRATIONS, added))
        release.setattr(database, "VERSION", schema.VERSION + 1)
        assert works("by-the-next-again") == [1, 1]


def test_what_was_added_since_the_oldest_reader_may_be_left_out():
    """New tables and indexes, and columns that need no value: an older release's statements still work. The audit log's
    triggers are made anew: what an older release does they let through as before."""
    may = (
        r"CREATE (TABLE|INDEX|UNIQUE INDEX) |INSERT INTO|ALTER TABLE \w+ ADD COLUMN (?!.*NOT NULL(?!.*DEFAULT))"
        r"|(DROP|CREATE) TRIGGER audit_is_not_|UPDATE execution SET trigger_name "
    )
    for statements in schema.MIGRATIONS[schema.OLDEST_READER:]:
        for statement in statements:
            assert re.match(may, statement), statement
    assert schema.OLDEST_READER <= schema.VERSION


def test_a_damaged_page_is_reported_when_it_is_met(folder):
    stores = open_local(folder, SkipClock())
    for number in range(200):
        key = ExecutionKey.of("default", "orders", f"run-{number}")
        stores.journal.create(a_header(key), b"x" * 2000)
    stores.close()
    file = folder / "automate.db"
    damaged = bytearray(file.read_bytes())
    damaged[len(damaged) // 2:] = b"\xff" * (len(damaged) - len(damaged) // 2)
    file.write_bytes(damaged)
    stores = open_local(folder, SkipClock())
    before = file.read_bytes()
    with pytest.raises(StoreCorrupt, match="malformed"):
        stores.journal.update_headers([HeaderChange(key, 0, "RUNNING", 1.0)])
    with pytest.raises(StoreCorrupt, match="malformed"):
        stores.journal.execution_input(key)
    stores.close()
    assert file.read_bytes() == before


def test_a_file_in_place_of_the_folder_is_refused(tmp_path):
    (tmp_path / "data").write_text("mine")
    with pytest.raises(StoreUnavailable, match="is a file, not a folder"):
        open_local(tmp_path / "data", SkipClock())
    with pytest.raises(StoreUnavailable, match="cannot be created"):
        open_local(tmp_path / "data" / "below", SkipClock())
    assert (tmp_path / "data").read_text() == "mine"


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="needs a folder that even root cannot write to")
def test_an_unwritable_place_is_refused():
    with pytest.raises(StoreUnavailable, match="AUTOMATE_DATA_DIR"):
        open_local(Path("/proc/self/automate"), SkipClock())
    with pytest.raises(StoreUnavailable, match="AUTOMATE_DATA_DIR"):
        open_local(Path("/proc/self"), SkipClock())


def test_a_folder_in_place_of_the_database_is_refused(folder):
    (folder / "automate.db").mkdir(parents=True)
    with pytest.raises(StoreUnavailable, match=r"cannot be opened for writing: .*\. Move it away"):
        open_local(folder, SkipClock())


def test_a_database_that_became_read_only_is_unavailable(folder, stores):
    stores._database._writer.execute("PRAGMA query_only = ON")
    with pytest.raises(StoreUnavailable, match="cannot be used"):
        stores.journal.create(a_header(KEY), b"{}")
    stores._database._writer.execute("PRAGMA query_only = OFF")
    assert stores.journal.create(a_header(KEY), b"{}") is None


def test_a_full_disk_loses_nothing(folder, stores):
    stores.journal.create(a_header(KEY), b"{}")
    pages = stores._database._writer.execute("PRAGMA page_count").fetchone()[0]
    stores._database._writer.execute(f"PRAGMA max_page_count = {pages}")
    with pytest.raises(StoreUnavailable, match="disk is full"):
        stores.journal.commit([a_segment(KEY, 0, body=bytes(100_000))])
    assert stores.journal.load(KEY).segments == ()
    stores._database._writer.execute("PRAGMA max_page_count = 1000000")
    assert stores.journal.commit([a_segment(KEY, 0, body=bytes(100_000))]) == [True]


def test_a_folder_that_vanished_is_reported(folder):
    stores = open_local(folder, SkipClock())
    shutil.rmtree(folder)
    assert stores.processes.others() == []
    stores.close()
