"""A data folder: what survives, and what its processes and threads share."""

from __future__ import annotations

import stat
import threading
from functools import partial

import pytest

from engine.clock import SkipClock
from engine.errors import StoreCorrupt
from engine.ports.keys import ExecutionKey
from engine.ports.queue import Wake
from tests.support.backends import open_local
from tests.support.folder_child import KEY, Child
from tests.support.patience import wait_until
from tests.support.records import a_header, a_segment


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


def in_one_batch(stores, targets):
    """Run each in a thread of its own. All wait before the first is written."""
    threads = [threading.Thread(target=target) for target in targets]
    stores._database._writer_lock.acquire()
    for thread in threads:
        thread.start()
    wait_until(lambda: len(stores._database._pending) == len(threads))
    stores._database._writer_lock.release()
    for thread in threads:
        thread.join()


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
    in_one_batch(stores, [partial(commit, number) for number in range(20)])
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

    in_one_batch(stores, [bad, good])
    assert outcomes == {"good": [True], "bad": "raised"}
    with pytest.raises(StoreCorrupt, match="missing"):
        stores.blobs.get("default", "half")
