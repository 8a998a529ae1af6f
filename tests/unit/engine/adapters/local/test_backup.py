"""A copy of a live folder: consistent, complete, checked, and worked on like any other."""

from __future__ import annotations

import sqlite3
import stat
import threading

import pytest

from engine.adapters.local.backup import PARTIAL, back_up
from engine.adapters.local.secret_store import LocalSecretStore
from engine.clock import SkipClock
from engine.errors import Conflict, NotFound, StoreCorrupt, StoreUnavailable
from engine.ports.executions_index import ExecutionQuery
from tests.support.backends import Backend, open_local
from tests.support.durable import Product
from tests.support.flows import ONE_TASK, WAIT, WORK


@pytest.fixture
def clock():
    return SkipClock()


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "data"


def opened(folder, clock, definition=WAIT):
    stores = open_local(folder, clock)
    product = Product(definition, backend=Backend("sqlite", clock, stores, lambda found: found))
    return stores, product


def copied(folder, target, clock):
    return back_up(folder, target, copy_secrets=LocalSecretStore(folder, clock).copy_to)


def test_an_execution_goes_on_from_the_copy_to_its_end(folder, clock, tmp_path):
    stores, product = opened(folder, clock)
    key = product.start({"a": 1})
    product.run(key)
    secrets = LocalSecretStore(folder, clock)
    secrets.set("default", "STRIPE_KEY", "sk-live-1", by="ada")
    made = copied(folder, tmp_path / "copy", clock)
    assert (made.executions, made.unfinished) == (1, 1)
    product.drain()
    assert product.describe(key).status == "SUCCEEDED"
    stores.close()

    copy, again = opened(tmp_path / "copy", clock)
    assert again.describe(key).status == "RUNNING"
    again.drain()
    execution = again.describe(key)
    assert (execution.status, execution.input) == ("SUCCEEDED", {"a": 1})
    assert [row.status for row in copy.index.query(ExecutionQuery("default")).rows] == ["SUCCEEDED"]
    assert LocalSecretStore(tmp_path / "copy", clock).get("default", "STRIPE_KEY") == "sk-live-1"
    copy.close()


def test_a_call_under_way_is_taken_over_in_the_copy_with_the_same_key(folder, clock, tmp_path):
    """The process that makes it is nobody in the copy: its claim and its lease are over there."""
    stores, product = opened(folder, clock, ONE_TASK)
    key = product.start({})
    product.tasks.answers[WORK] = [lambda _call: (copied(folder, tmp_path / "copy", clock), {"ok": 1})[-1]]
    received = stores.queue.claim(10)
    product.run(key, product.worker(owner=stores.owner, is_alive=stores.is_alive))
    stores.queue.acknowledge([item.receipt for item in received])
    stores.close()

    copy, again = opened(tmp_path / "copy", clock, ONE_TASK)
    [wake] = copy.queue.claim(10)
    assert again.run(wake.key, again.worker(owner=copy.owner, is_alive=copy.is_alive)) is None
    assert again.describe(key).status == "SUCCEEDED"
    assert again.tasks.keys == product.tasks.keys
    copy.close()


def test_writers_go_on_and_the_copy_is_of_one_moment(folder, clock, tmp_path):
    """Header, input and row of the list are written by one transaction: a copy has all of an execution, or nothing."""
    stores, product = opened(folder, clock)
    stop, written = threading.Event(), []

    def write():
        while not stop.is_set():
            written.append(product.start({}, name=f"run-{len(written)}"))

    writer = threading.Thread(target=write)
    writer.start()
    try:
        while len(written) < 5:
            pass
        for number in range(3):
            before = len(written)
            copied(folder, tmp_path / f"copy-{number}", clock)
            copy = open_local(tmp_path / f"copy-{number}", clock)
            rows = copy.index.query(ExecutionQuery("default", limit=1000)).rows
            assert len(rows) >= min(before, 1000)
            for row in rows:
                assert copy.journal.header(row.key) is not None
                assert copy.journal.execution_input(row.key) == b"{}"
            copy.close()
    finally:
        stop.set()
        writer.join()
    stores.close()


def test_it_is_its_owners_alone_and_holds_nothing_of_the_processes(folder, clock, tmp_path):
    stores, product = opened(folder, clock)
    product.start({})
    (folder / "token").write_text("secret of this folder")
    LocalSecretStore(folder, clock).set("default", "KEY", "value", by="ada")
    copied(folder, tmp_path / "copy", clock)
    names = sorted(path.name for path in (tmp_path / "copy").iterdir())
    assert names == ["automate.db", "secrets.json", "secrets.key"]
    assert stat.S_IMODE((tmp_path / "copy").stat().st_mode) == 0o700
    assert {stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "copy").iterdir()} == {0o600}
    stores.close()


def test_nothing_is_written_over(folder, clock, tmp_path):
    opened(folder, clock)[0].close()
    target = tmp_path / "copy"
    target.mkdir()
    with pytest.raises(Conflict, match="is there already"):
        copied(folder, target, clock)
    assert list(target.iterdir()) == []
    target.rmdir()
    target.symlink_to(tmp_path / "nowhere")
    with pytest.raises(Conflict):
        copied(folder, target, clock)
    target.unlink()
    (tmp_path / f"copy{PARTIAL}").mkdir()
    with pytest.raises(Conflict, match="another backup grows"):
        copied(folder, target, clock)


def test_a_folder_without_a_database_is_none(tmp_path, clock):
    with pytest.raises(NotFound, match="no data folder"):
        copied(tmp_path / "empty", tmp_path / "copy", clock)
    assert list(tmp_path.iterdir()) == []


def test_a_damaged_database_leaves_no_copy(folder, clock, tmp_path):
    stores, product = opened(folder, clock)
    for number in range(50):
        product.start({"n": number}, name=f"run-{number}")
    stores.close()
    database = folder / "automate.db"
    with sqlite3.connect(database) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
    data = bytearray(database.read_bytes())
    data[4096 * 2 : 4096 * 6] = b"\xff" * 4096 * 4
    database.write_bytes(data)
    with pytest.raises(StoreCorrupt, match=r"\.recover` saves what is readable"):
        copied(folder, tmp_path / "copy", clock)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["data"]


def test_secrets_that_cannot_be_copied_leave_no_copy(folder, clock, tmp_path):
    opened(folder, clock)[0].close()

    def fails(_folder):
        raise StoreUnavailable("secrets.json cannot be read")

    with pytest.raises(StoreUnavailable):
        back_up(folder, tmp_path / "copy", copy_secrets=fails)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["data"]
