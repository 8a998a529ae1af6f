"""A data folder: what survives, who may use it, and what is refused without a change."""

from __future__ import annotations

import os
import re
import shutil
import sqlite3
import stat
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from engine.adapters.local import database, schema
from engine.adapters.local.processes import writer_of
from engine.clock import SkipClock
from engine.errors import SchemaTooNew, StoreBusy, StoreCorrupt, StoreUnavailable
from engine.ports.journal import HeaderChange
from engine.ports.keys import ExecutionKey
from engine.ports.queue import Wake
from tests.support.backends import open_local
from tests.support.patience import wait_until
from tests.support.records import a_header, a_segment

ROOT = Path(__file__).parents[2]
KEY = ExecutionKey.of("default", "orders", "run-1")


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "data"


@pytest.fixture
def stores(folder):
    stores = open_local(folder, SkipClock())
    yield stores
    stores.close()


class Child:
    """Another process on the folder: it runs `program` and answers each line written to it with one line."""

    def __init__(self, folder, program):
        prelude = f"""
import sys
from engine.adapters.local.stores import LocalStores
from engine.clock import SystemClock, SkipClock
from engine.ports.journal import Segment
from engine.ports.journal import HeaderChange
from engine.ports.keys import ExecutionKey
from engine.ports.queue import Wake
from engine.settings import Settings
stores = LocalStores.open({str(folder)!r}, Settings(), SkipClock(), command="automate worker")
key = ExecutionKey.of("default", "orders", "run-1")
print("ready", flush=True)
"""
        self.process = subprocess.Popen(
            [sys.executable, "-c", prelude + program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
            cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)},
        )

    def __enter__(self):
        assert self.line() == "ready"
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.communicate()

    def line(self):
        return self.process.stdout.readline().strip()

    def ask(self, text=""):
        self.process.stdin.write(text + "\n")
        self.process.stdin.flush()
        return self.line()

    def kill(self):
        self.process.kill()
        self.process.wait()


# --- what survives


def test_everything_survives_a_reopen(folder):
    stores = open_local(folder, SkipClock())
    stores.journal.create(a_header(KEY), b"input")
    stores.journal.commit([a_segment(KEY, 0)])
    stores.queue.send([Wake(KEY)])
    ref = stores.blobs.put("default", b"large")
    stores.close()
    stores = open_local(folder, SkipClock())
    assert stores.journal.load(KEY).segments == (a_segment(KEY, 0),)
    assert stores.journal.execution_input(KEY) == b"input"
    assert [item.key for item in stores.queue.claim(10)] == [KEY]
    assert stores.blobs.get("default", ref) == b"large"
    stores.close()


def test_what_a_killed_process_committed_is_there(folder, stores):
    stores.journal.create(a_header(KEY), b"{}")
    with Child(folder, """
for seq in range(1000000):
    stores.journal.commit([Segment(key, seq, "n", b"x" * 500, 1.0, True)])
    print(seq, flush=True)
""") as child:
        while child.line() != "20":
            pass
        child.kill()
        said = [int(line) for line in child.process.stdout.read().splitlines() if line]
    newest = stores.journal.load(KEY).segments[-1]
    assert newest.seq in (max(said, default=20), max(said, default=20) + 1)


def test_folder_and_files_are_for_their_owner_alone(folder, stores):
    stores.journal.create(a_header(KEY), b"{}")
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    files = [path for path in folder.rglob("*") if path.is_file()]
    assert {path.name for path in files} >= {"automate.db", "automate.db-wal", stores.owner}
    assert {stat.S_IMODE(path.stat().st_mode) for path in files} == {0o600}


# --- several processes


def test_two_processes_never_write_the_same_segment(folder, stores):
    program = """
sys.stdin.readline()
won = [seq for seq in range(200) if stores.journal.commit([Segment(key, seq, stores.owner, b"x", 1.0, True)]) == [True]]
print(*won, flush=True)
"""
    stores.journal.create(a_header(KEY), b"{}")
    with Child(folder, program) as one, Child(folder, program) as two:
        for child in (one, two):
            child.process.stdin.write("go\n")
            child.process.stdin.flush()
        won = [set(map(int, child.line().split())) for child in (one, two)]
    assert not won[0] & won[1]
    assert won[0] | won[1] == set(range(200))


def test_two_processes_do_not_claim_the_same_wake(folder, stores):
    program = """
sys.stdin.readline()
claimed = []
while len(claimed) < 100000 and (found := stores.queue.claim(3)):
    claimed += [item.key.name for item in found]
    stores.queue.acknowledge([item.receipt for item in found])
print(*claimed, flush=True)
"""
    stores.queue.send([Wake(ExecutionKey.of("default", "orders", str(number))) for number in range(300)])
    with Child(folder, program) as one, Child(folder, program) as two:
        for child in (one, two):
            child.process.stdin.write("go\n")
            child.process.stdin.flush()
        claimed = [child.line().split() for child in (one, two)]
    assert sorted(map(int, claimed[0] + claimed[1])) == list(range(300))


def test_processes_that_start_at_once_share_one_new_folder(folder):
    program = "from engine.ports.catalog_store import *\nprint(len(stores.catalog.workflows('default')), flush=True)"
    children = [Child(folder, program) for _ in range(4)]
    try:
        assert [(child.line(), child.line()) for child in children] == [("ready", "0")] * 4
    finally:
        for child in children:
            child.__exit__()


def test_a_killed_owner_is_dead_at_once_and_its_claims_are_free(folder, stores):
    stores.queue.send([Wake(KEY)])
    with Child(folder, """
print(stores.owner, flush=True)
print(len(stores.queue.claim(10)), flush=True)
sys.stdin.readline()
""") as child:
        owner = child.line()
        assert child.line() == "1"
        assert stores.is_alive(owner)
        assert stores.queue.claim(10) == []
        child.kill()
        assert not stores.is_alive(owner)
        (received,) = stores.queue.claim(10)
    assert (received.key, received.receives) == (KEY, 2)


def test_a_wake_of_another_process_is_seen(folder, stores):
    with Child(folder, """
sys.stdin.readline()
stores.queue.send([Wake(key)])
print("sent", flush=True)
sys.stdin.readline()
""") as child:
        stores.queue.changed()
        assert not stores.queue.changed()
        assert child.ask() == "sent"
        assert stores.queue.changed()
        assert not stores.queue.changed()


def test_own_commits_are_no_change(stores):
    stores.queue.changed()
    stores.journal.create(a_header(KEY), b"{}")
    assert not stores.queue.changed()


def test_stale_lock_files_are_cleaned_and_live_ones_kept(folder, stores):
    with Child(folder, "sys.stdin.readline()") as child:
        (other,) = stores.processes.others()
        assert (other.pid, other.command) == (child.process.pid, "automate worker")
        child.kill()
    assert (folder / "locks" / other.owner).exists()
    another = open_local(folder, SkipClock())
    assert {path.name for path in (folder / "locks").iterdir()} == {".open", stores.owner, another.owner}
    another.close()


def test_an_owner_that_never_was_is_dead(stores):
    assert not stores.is_alive("")
    assert not stores.is_alive("1-nobody")
    assert stores.is_alive(stores.owner)


# --- locked


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
    with pytest.raises(StoreUnavailable, match="cannot be opened for writing"):
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


# --- the disk


FULL, NORMAL = 2, 1


def test_truth_waits_for_the_disk_and_hints_do_not(stores):
    """What a power cut would show cannot be tested here; what SQLite was told can."""
    told = {}

    def note(name):
        told[name] = stores._database._writer.execute("PRAGMA synchronous").fetchone()[0]

    stores.queue.send([Wake(KEY)])
    note("wake")
    stores.journal.create(a_header(KEY), b"{}")
    note("create")
    stores.queue.acknowledge([item.receipt for item in stores.queue.claim(1)])
    note("acknowledge")
    stores.journal.commit([a_segment(KEY, 0)])
    note("commit")
    assert told == {"wake": NORMAL, "create": FULL, "acknowledge": NORMAL, "commit": FULL}
    assert stores._database._writer.execute("PRAGMA journal_mode").fetchone() == ("wal",)


# --- threads


def test_threads_that_wait_share_one_transaction(folder, stores):
    for number in range(20):
        stores.journal.create(a_header(ExecutionKey.of("default", "orders", f"{number}")), b"{}")
    transactions = []
    transact = stores._database._transact
    stores._database._transact = lambda batch: transactions.append(len(batch)) or transact(batch)

    def commit(number):
        key = ExecutionKey.of("default", "orders", str(number))
        results[number] = stores.journal.commit([a_segment(key, 0)])

    results = {}
    threads = [threading.Thread(target=commit, args=(number,)) for number in range(20)]
    stores._database._writer_lock.acquire()
    for thread in threads:
        thread.start()
    wait_until(lambda: len(stores._database._pending) == 20)
    stores._database._writer_lock.release()
    for thread in threads:
        thread.join()
    assert results == {number: [True] for number in range(20)}
    assert transactions == [20]


def test_one_that_raises_does_not_harm_the_others(folder, stores):
    stores.journal.create(a_header(KEY), b"{}")
    outcomes = {}

    def good():
        outcomes["good"] = stores.journal.commit([a_segment(KEY, 0)])

    def bad():
        def work(connection):
            connection.execute("INSERT INTO blob VALUES ('default', 'half', x'00')")
            raise ValueError

        with pytest.raises(ValueError):
            stores._database.write(work)
        outcomes["bad"] = "raised"

    threads = [threading.Thread(target=target) for target in (bad, good)]
    stores._database._writer_lock.acquire()
    for thread in threads:
        thread.start()
    wait_until(lambda: len(stores._database._pending) == 2)
    stores._database._writer_lock.release()
    for thread in threads:
        thread.join()
    assert outcomes == {"good": [True], "bad": "raised"}
    with pytest.raises(StoreCorrupt, match="missing"):
        stores.blobs.get("default", "half")


