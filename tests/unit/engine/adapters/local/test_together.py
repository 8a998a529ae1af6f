"""Several stores of a folder in one transaction: all of it lasts, or none, and nobody is told of what did not."""

from __future__ import annotations

import sqlite3
import threading
from contextlib import suppress
from contextvars import ContextVar

import pytest

from engine.clock import SkipClock
from engine.errors import StoreUnavailable, Throttled
from engine.ports.keys import ExecutionKey
from engine.ports.queue import Wake
from tests.support.backends import open_local
from tests.support.patience import SECONDS, wait_until
from tests.support.records import a_header, a_record, a_segment

KEY = ExecutionKey.of("default", "orders", "run-1")
OTHER = ExecutionKey.of("default", "orders", "run-2")


@pytest.fixture
def stores(tmp_path):
    stores = open_local(tmp_path / "data", SkipClock())
    yield stores
    stores.close()


def start(stores, key=KEY):
    stores.journal.create(a_header(key), b"{}")
    stores.audit.append([a_record("default", 1)])
    stores.queue.send([Wake(key)])


def test_what_several_stores_write_is_there(stores):
    assert stores.together(lambda: start(stores) or "done") == "done"
    assert stores.journal.header(KEY) is not None
    assert stores.audit.heads("default", [3])[3].number == 1
    assert [received.key for received in stores.queue.claim(10)] == [KEY]


def test_what_raises_takes_all_of_it_back(stores):
    def act():
        start(stores)
        raise StoreUnavailable("in the end")

    with pytest.raises(StoreUnavailable, match="in the end"):
        stores.together(act)
    assert stores.journal.header(KEY) is None
    assert stores.audit.heads("default", [3]) == {}
    assert stores.queue.claim(10) == []


def test_it_reads_what_it_has_written(stores):
    def act():
        start(stores)
        return stores.journal.header(KEY), stores.audit.known("default", 3, ["id-1"])

    header, known = stores.together(act)
    assert header == a_header(KEY)
    assert known == {"id-1"}


def test_others_see_it_when_it_is_over(stores):
    seen = []

    def look():
        seen.append(stores.journal.header(KEY))

    def act():
        start(stores)
        other = threading.Thread(target=look)
        other.start()
        other.join(SECONDS)

    stores.together(act)
    look()
    assert seen == [None, a_header(KEY)]


def fails(connection):
    """A write that raises when half of it is done."""
    connection.execute("DELETE FROM header")
    raise ValueError("a defect")


def test_a_write_that_fails_within_undoes_itself_alone(stores):
    def act():
        start(stores)
        with suppress(ValueError):
            stores._database.write(fails)
        return stores.journal.header(KEY)

    assert stores.together(act) == a_header(KEY) == stores.journal.header(KEY)


def test_no_page_is_copied_for_a_savepoint_while_nothing_fails(stores):
    """SQLite copies each page that is written after a savepoint, to a file where there are many."""
    said = []
    stores._database._writer.set_trace_callback(said.append)
    stores.together(lambda: start(stores))
    stores._database._writer.set_trace_callback(None)
    assert sum(text.startswith("INSERT") for text in said) > 3
    assert [text for text in said if "SAVEPOINT" in text] == []


@pytest.mark.parametrize("look", [
    lambda stores: stores.journal.header(KEY),
    lambda stores: stores._database.write(lambda connection: connection.execute("SELECT 1 FROM header").fetchone()),
], ids=["read", "written"])
def test_what_goes_on_after_a_write_within_failed_sees_it_undone(stores, look):
    def act():
        start(stores)
        with suppress(ValueError):
            stores._database.write(fails)
        if look(stores) is None:
            raise LookupError("half a write")

    stores.together(act)
    assert stores.journal.header(KEY) == a_header(KEY)


def test_one_whose_write_failed_within_is_run_again_and_its_neighbour_is_done_once(stores):
    ran, told = [], []

    def act():
        ran.append(stores.journal.header(KEY))
        start(stores)
        with suppress(ValueError):
            stores._database.write(fails)
        stores._database.after_commit(lambda: told.append("this"))

    def other():
        stores.journal.create(a_header(OTHER), b"{}")
        stores._database.after_commit(lambda: told.append("other"))

    beside(stores, [lambda: stores.together(act), lambda: stores.together(other)])()
    assert ran == [None, None]
    assert sorted(told) == ["other", "this"]
    assert stores.journal.header(KEY) == a_header(KEY)
    assert stores.journal.header(OTHER) == a_header(OTHER)
    assert [received.key for received in stores.queue.claim(10)] == [KEY]


def fill(connection):
    """What SQLite answers with a rollback of its own: as a disk that is full while a large write spills."""
    connection.execute("ROLLBACK")
    error = sqlite3.OperationalError("database or disk is full")
    error.sqlite_errorcode, error.sqlite_errorname = sqlite3.SQLITE_FULL, "SQLITE_FULL"
    raise error


def test_nothing_is_written_after_sqlite_has_rolled_back_by_itself(stores):
    """Though whoever wrote it takes no notice."""
    def act():
        start(stores)
        with suppress(StoreUnavailable):
            stores._database.write(fill)
        with suppress(StoreUnavailable):
            stores.journal.create(a_header(OTHER), b"{}")

    with pytest.raises(StoreUnavailable, match="the disk is full"):
        stores.together(act)
    assert stores.journal.header(KEY) is None
    assert stores.journal.header(OTHER) is None
    stores.together(lambda: start(stores))
    assert stores.journal.header(KEY) is not None


def test_a_neighbour_in_the_same_transaction_is_not_written_either(stores):
    told = []

    def full():
        with suppress(StoreUnavailable):
            stores._database.write(fill)

    def other():
        start(stores)

    def attempt(act):
        try:
            stores.together(act)
        except StoreUnavailable as error:
            told.append(str(error))

    batch = beside(stores, [lambda: attempt(full), lambda: attempt(other)])
    batch()
    assert len(told) == 2
    assert stores.journal.header(KEY) is None


def test_a_neighbours_own_error_is_its_own(stores):
    told = []

    def throttled():
        raise Throttled("its own")

    def attempt(act):
        try:
            stores.together(act)
            told.append("done")
        except Throttled as error:
            told.append(str(error))

    beside(stores, [lambda: attempt(throttled), lambda: attempt(lambda: start(stores))])()
    assert sorted(told) == ["done", "its own"]
    assert stores.journal.header(KEY) is not None


def test_each_acts_in_the_context_of_its_own_thread(stores):
    who = ContextVar("who", default="nobody")
    seen = {}

    def named(name):
        who.set(name)
        stores.together(lambda: seen.update({name: who.get()}))

    beside(stores, [lambda: named("A"), lambda: named("B")])()
    assert seen == {"A": "A", "B": "B"}


def beside(stores, acts):
    """Run `acts` on threads of their own, which come while a write is under way, so that they share a transaction."""
    def run():
        begun, go_on = threading.Event(), threading.Event()

        def slow(_connection):
            begun.set()
            go_on.wait(SECONDS)

        threads = [threading.Thread(target=stores._database.write, args=(slow,))]
        threads[0].start()
        begun.wait(SECONDS)
        for act in acts:
            threads.append(threading.Thread(target=act))
            threads[-1].start()
        wait_until(lambda: len(stores._database._pending) == len(acts))
        go_on.set()
        for thread in threads:
            thread.join(SECONDS)
    return run


def test_nobody_is_told_of_what_did_not_last(stores):
    heard = []
    stores.queue.listen(lambda: heard.append("a wake"))

    def act():
        start(stores)
        assert heard == []
        raise StoreUnavailable("in the end")

    with pytest.raises(StoreUnavailable):
        stores.together(act)
    assert heard == []
    assert stores.audit.witnessed("default") == {}, "it would say that a chain was cut"
    stores.together(lambda: start(stores))
    assert heard == ["a wake"]
    assert stores.audit.witnessed("default") == {3: 1}


def test_workers_are_told_once_of_the_wakes_of_one_transaction(stores):
    heard = []
    stores.queue.listen(lambda: heard.append("wakes"))
    keys = [ExecutionKey.of("default", "orders", f"run-{number}") for number in range(3)]
    sends = [lambda key=key: stores.queue.send([Wake(key)]) for key in keys]
    beside(stores, [lambda send=send: stores.together(send) for send in sends])()
    assert heard == ["wakes"]
    assert {received.key for received in stores.queue.claim(10)} == set(keys)


def test_one_that_shares_its_transaction_with_a_write_that_raises_is_done_once(stores):
    """Group commit runs each of a batch again where one of them raised."""
    told = []
    def bad(_connection):
        raise ValueError("a neighbour")

    def write(work):
        with suppress(ValueError):
            stores._database.write(work)

    def act():
        stores.journal.create(a_header(OTHER), b"{}")
        stores.journal.commit([a_segment(OTHER, 0)])
        stores._database.after_commit(lambda: told.append("once"))

    beside(stores, [lambda: write(bad), lambda: stores.together(act)])()
    assert told == ["once"]
    assert [segment.seq for segment in stores.journal.load(OTHER).segments] == [0]


def test_a_connection_that_is_closed_is_a_store_that_does_not_serve(stores):
    """SQLite gives it no code."""
    closed = sqlite3.ProgrammingError("Cannot operate on a closed database.")
    assert isinstance(stores._database._translated(closed), StoreUnavailable)
