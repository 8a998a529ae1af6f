"""How large a folder is, how it grows, and how it gives back what retention frees."""

from __future__ import annotations

import sqlite3
from contextlib import closing

import pytest

from engine.adapters.local.database import LARGEST_LOG
from engine.clock import SkipClock
from engine.errors import Conflict, StoreUnavailable
from engine.ports.journal import HeaderChange, row_of
from engine.ports.keys import ExecutionKey
from engine.ports.retention import Ended
from tests.support.backends import open_local
from tests.support.records import START, a_header, a_segment

DAY = 86_400.0


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "data"


def fill(stores, number=200, size=20_000, first=0):
    ended = []
    for index in range(first, first + number):
        key = ExecutionKey.of("default", "orders", f"run-{index}")
        header = a_header(key, started_at=START)
        stores.journal.create(header, b"{}", row_of(header))
        stores.journal.commit([a_segment(key, 0, body=b"x" * size)])
        row = row_of(header, status="SUCCEEDED", ended_at=START + 1)
        stores.journal.update_headers([HeaderChange(key, 0, "SUCCEEDED", None, ended_at=START + 1, row=row)])
        ended.append(Ended(key, "SUCCEEDED", START, START + 1))
    return ended


def without_vacuum(folder):
    """A folder as an earlier release made it."""
    open_local(folder, SkipClock()).close()
    with closing(sqlite3.connect(folder / "automate.db", isolation_level=None)) as connection:
        connection.execute("PRAGMA auto_vacuum = NONE")
        connection.execute("VACUUM")
    return open_local(folder, SkipClock())


def test_a_new_folder_gives_its_free_pages_back(folder):
    stores = open_local(folder, SkipClock())
    ended = fill(stores)
    full = stores.space.look(START)
    assert full.shrinks
    assert stores.retention.take(ended, START) == 150
    assert stores.retention.take(ended, START) == 50
    freed = stores.space.look(START)
    assert (freed.bytes, freed.free > full.free + 1_000_000) == (full.bytes, True)
    assert stores.retention.shrink(10) == 10
    assert stores.space.look(START).bytes == full.bytes - 10 * 4096
    while stores.retention.shrink(200):
        pass
    small = stores.space.look(START)
    assert small.bytes < full.bytes / 2
    assert small.free == 256 * 4096, "some stay, for what is written next"
    stores.close()


def test_the_log_of_a_large_write_is_told_and_given_back(folder):
    stores = open_local(folder, SkipClock())
    file = folder / "automate.db-wal"

    def grow(connection):
        connection.execute("CREATE TABLE large (body)")
        connection.execute("INSERT INTO large VALUES (zeroblob(?))", (2 * LARGEST_LOG,))

    stores._database.write(grow)
    assert stores.space.look(START).log == file.stat().st_size > 2 * LARGEST_LOG
    fill(stores, 2)  # the log is checkpointed, and then written from its beginning
    assert stores.space.look(START).log == file.stat().st_size <= LARGEST_LOG
    stores.close()


def test_ordinary_writes_never_cut_the_log(folder):
    stores = open_local(folder, SkipClock())
    sizes = []
    for first in range(0, 1000, 50):
        fill(stores, 50, first=first)
        sizes.append(stores.space.look(START).log)
    assert sizes == sorted(sizes)
    assert 4_000_000 < sizes[-1] < LARGEST_LOG / 2
    stores.close()


def test_a_folder_of_an_earlier_release_does_so_once_it_was_compacted(folder):
    stores = without_vacuum(folder)
    ended = fill(stores)
    while stores.retention.take(ended, START):
        pass
    assert not stores.space.look(START).shrinks
    assert stores.retention.shrink(100) == 0
    before, after = stores.space.compact()
    assert after < before / 2
    stores.close()
    stores = open_local(folder, SkipClock())
    assert stores.space.look(START).shrinks
    assert stores.inspect().damage == ()
    stores.close()


def test_nothing_is_compacted_beside_another_process(folder, monkeypatch):
    stores = open_local(folder, SkipClock())
    monkeypatch.setattr(stores.processes, "others", lambda: ["automate up (pid 7)"])
    with pytest.raises(Conflict, match="in use by automate up"):
        stores.space.compact()
    stores.close()


def test_nothing_is_compacted_without_room(folder, monkeypatch):
    stores = open_local(folder, SkipClock())
    usage = type("Usage", (), {"free": 1000})
    monkeypatch.setattr("engine.adapters.local.space.shutil.disk_usage", lambda _folder: usage)
    with pytest.raises(StoreUnavailable, match="1,000 are free"):
        stores.space.compact()
    stores.close()


MIDNIGHT = START // DAY * DAY


@pytest.mark.parametrize("hour", [0, 9, 23])
def test_growth_is_known_a_day_after_the_first_midnight(folder, hour):
    """On the first day nobody knows at which hour the size was noted; the next one is noted as it begins."""
    stores = open_local(folder, SkipClock())
    stores.space.note(MIDNIGHT + hour * 3600)
    fill(stores)
    stores.space.note(MIDNIGHT + hour * 3600 + 60)  # once a day is enough
    assert stores.space.look(MIDNIGHT + 1.5 * DAY).a_day is None
    stores.space.note(MIDNIGHT + DAY + 60)
    before = stores.space.look(MIDNIGHT + 1.5 * DAY).bytes
    fill(stores, first=200)
    found = stores.space.look(MIDNIGHT + 2.5 * DAY)
    assert found.a_day == pytest.approx((found.bytes - before) / 1.5)
    stores.close()


def test_growth_over_days_without_a_note_is_known_from_the_first_one(folder):
    stores = open_local(folder, SkipClock())
    stores.space.note(MIDNIGHT)
    before = stores.space.look(MIDNIGHT).bytes
    fill(stores)
    assert stores.space.look(MIDNIGHT + 2.9 * DAY).a_day is None
    found = stores.space.look(MIDNIGHT + 4 * DAY)
    assert found.a_day == pytest.approx((found.bytes - before) / 4)
    stores.close()


def days(stores):
    return [day for day, in stores._database.read(
        lambda connection: connection.execute("SELECT day FROM size_on ORDER BY day").fetchall()
    )]


def test_a_clock_that_jumps_ahead_is_trusted_after_two_days_with_a_worker(folder):
    stores = open_local(folder, SkipClock())
    last = MIDNIGHT + 5 * DAY
    for day in range(6):
        assert stores.space.trusted(MIDNIGHT + day * DAY) == MIDNIGHT + day * DAY
        stores.space.note(MIDNIGHT + day * DAY)
    ahead = last + 100.9 * DAY
    for now in (ahead, ahead + DAY):
        assert stores.space.trusted(now) == last
        stores.space.note(now)
        assert stores.space.trusted(now) == stores.space.look(now).trusted == last
    assert stores.space.trusted(ahead + 2 * DAY) == ahead + 2 * DAY
    stores.close()


def test_a_clock_that_was_set_right_is_trusted_at_once_and_leaves_no_day_to_come(folder):
    stores = open_local(folder, SkipClock())
    for day in (0, 1, 101):
        stores.space.note(MIDNIGHT + day * DAY)
    right = MIDNIGHT + 2 * DAY
    assert stores.space.trusted(right) == right
    assert stores.space.look(right).trusted is None
    stores.space.note(right)
    assert days(stores) == [MIDNIGHT // DAY + day for day in (0, 1, 2)]
    stores.close()


def test_a_folder_that_is_used_once_a_week_ages_by_the_week_before(folder):
    stores = open_local(folder, SkipClock())
    for week in range(3):
        now = MIDNIGHT + week * 7 * DAY + 3600
        stores.space.note(now)
        assert stores.space.trusted(now + 60) == (MIDNIGHT + (week - 1) * 7 * DAY if week else now + 60)
    assert stores.space.trusted(now + 2.5 * DAY) == now + 2.5 * DAY
    stores.close()


def test_days_of_long_ago_are_forgotten(folder):
    stores = open_local(folder, SkipClock())
    for day in range(40):
        stores.space.note(START + day * DAY)
    assert len(days(stores)) == 31
    stores.close()
