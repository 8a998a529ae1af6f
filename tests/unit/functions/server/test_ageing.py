"""Ageing beside the loop: who does it, how much of the time, and by which terms."""

from __future__ import annotations

import json
import os
import threading

import pytest

from engine.adapters.local.stores import LocalStores
from engine.clock import SkipClock
from engine.durable.retention import DAY, Retention
from engine.errors import StoreBusy
from engine.ports.catalog_store import VersionRecord
from engine.ports.journal import HeaderChange, row_of
from engine.ports.keys import ExecutionKey
from engine.settings import Settings
from functions.server import ageing
from functions.server.locks import try_lock
from tests.support import patience
from tests.support.records import START, a_header, a_segment

BEFORE = START - 1000
"""When versions were published."""


@pytest.fixture
def stores(tmp_path):
    clock = SkipClock(START)
    opened = LocalStores.open(tmp_path / "data", Settings(), clock, command="a test")
    opened.clock = clock
    yield opened
    opened.close()


def end(stores, name="one", workflow="orders", version=3):
    key = ExecutionKey.of("default", workflow, name)
    header = a_header(key, started_at=START, version=version)
    stores.journal.create(header, b"{}", row_of(header))
    stores.journal.commit([a_segment(key, 0)])
    row = row_of(header, status="SUCCEEDED", ended_at=START + 1)
    stores.journal.update_headers([HeaderChange(key, 0, "SUCCEEDED", None, ended_at=START + 1, row=row)])
    return key


def publish(stores, number=1, **document):
    if number == 1:
        from engine.ports.catalog_store import DraftRecord  # noqa: PLC0415

        draft = DraftRecord("default", "orders", b"{}", "e", START, "ada")
        stores.catalog.put_draft(draft, expect_etag=None, description="")
    body = json.dumps({"name": "orders", **document}).encode()
    stores.catalog.put_version(
        VersionRecord("default", "orders", number, body, f"d{number}", f"f{number}", "", BEFORE + number, "ada")
    )


def served(stores, tmp_path, until):
    ended = threading.Event()
    arguments = (tmp_path / "data", stores, stores.clock, Retention(), ended)
    thread = threading.Thread(target=ageing.age, args=arguments, daemon=True)
    thread.start()
    try:
        patience.wait_until(until)
    finally:
        ended.set()
        thread.join()


def test_a_worker_takes_what_is_over(stores, tmp_path, monkeypatch):
    monkeypatch.setattr(ageing, "FIRST_SECONDS", 0.0)
    keys = [end(stores, f"run-{number}") for number in range(5)]
    stores.clock.sleep(91 * DAY)
    served(stores, tmp_path, lambda: all(stores.journal.taken_at(key) for key in keys))


def test_a_clock_that_is_far_ahead_takes_nothing_for_a_day(stores, monkeypatch):
    """Nor do entries of the audit log go, nor keys of deliveries: all of them by the same time."""
    forgotten = []
    monkeypatch.setattr(stores.deliveries, "forget", lambda now, _limit: forgotten.append(now) or 0)
    key, right = end(stores), stores.clock.now()
    job = ageing.ageing_of(stores, stores.clock, Retention())
    ageing._pause(job.round, stores, stores.clock, int)
    stores.clock.sleep(100 * DAY)
    for _ in range(20):
        ageing._pause(job.round, stores, stores.clock, int)
    assert stores.journal.header(key) is not None
    assert max(forgotten) == right
    assert ageing.TrustedClock(stores.clock, stores.space).now() <= right
    stores.clock.set(right + 300)
    assert ageing.TrustedClock(stores.clock, stores.space).now() == right + 300
    stores.clock.sleep(100 * DAY)  # and this time it is
    for _ in range(3):
        ageing._pause(job.round, stores, stores.clock, int)
        stores.clock.sleep(DAY)
    assert stores.journal.taken_at(key) == stores.clock.now() - DAY, "on the third day"


def test_it_makes_no_file_which_a_full_disk_would_not_take(stores, tmp_path, monkeypatch):
    monkeypatch.setattr(ageing, "FIRST_SECONDS", 0.0)
    locks, key = tmp_path / "data" / "locks", end(stores)
    before = sorted(locks.iterdir())
    stores.clock.sleep(91 * DAY)
    served(stores, tmp_path, lambda: stores.journal.header(key) is None)
    assert sorted(locks.iterdir()) == before


def test_of_two_workers_one_does_it(stores, tmp_path, monkeypatch):
    monkeypatch.setattr(ageing, "FIRST_SECONDS", 0.0)
    rounds = []
    monkeypatch.setattr(ageing, "_pause", lambda *_: rounds.append(1) or 0.001)
    lock = os.open(tmp_path / "data" / "locks", os.O_RDONLY)
    try:
        assert try_lock(lock)
        ended = threading.Event()
        arguments = (tmp_path / "data", stores, stores.clock, Retention(), ended)
        monkeypatch.setattr(ageing, "REST_SECONDS", 0.001)
        thread = threading.Thread(target=ageing.age, args=arguments, daemon=True)
        thread.start()
        ended.wait(0.05)
        assert rounds == []
    finally:
        os.close(lock)
    patience.wait_until(lambda: rounds)
    ended.set()
    thread.join()


def test_it_rests_nine_times_as_long_as_it_wrote(stores, monkeypatch):
    times = iter((10.0, 10.5))
    monkeypatch.setattr(ageing.time, "perf_counter", lambda: next(times))
    assert ageing._pause(lambda: True, stores, stores.clock, int) == pytest.approx(4.5)


def test_after_a_pass_it_rests_and_notes_how_large_the_folder_is(stores):
    assert ageing._pause(lambda: False, stores, stores.clock, int) == ageing.REST_SECONDS
    stores.clock.sleep(3 * DAY)
    assert stores.space.look(stores.clock.now()).a_day == pytest.approx(0.0, abs=50_000)


def test_a_store_that_fails_is_asked_again(stores, caplog):
    def fails():
        raise StoreBusy("locked")

    assert ageing._pause(fails, stores, stores.clock, int) == ageing.REST_SECONDS
    assert "retention is tried again" in caplog.text


def test_a_workflow_s_term_is_its_active_version_s(stores):
    assert ageing.terms_of(stores.catalog, "default", "orders") is None
    publish(stores, 1, retention_days=7)
    assert ageing.terms_of(stores.catalog, "default", "orders") == 7
    publish(stores, 2)
    assert ageing.terms_of(stores.catalog, "default", "orders") is None


def test_versions_that_nothing_refers_to_are_deleted(stores):
    for number in range(1, 21):
        publish(stores, number)
    end(stores, version=4)
    stores.catalog.set_active(
        "default", "orders", 6, expect_etag=stores.catalog.workflow("default", "orders").etag
    )
    stores.clock.sleep(91 * DAY)
    job = ageing.ageing_of(stores, stores.clock, Retention(days=91))  # the execution stays
    while job.round():
        pass
    left = [version.number for version in stores.catalog.versions("default", "orders")]
    # The ten newest, the active one, the one before it, and the one that an execution ran.
    assert left == [*range(20, 10, -1), 6, 5, 4]


def test_a_version_that_an_execution_ran_by_before_another_one_stays_as_long_as_it(stores):
    for number in range(1, 14):
        publish(stores, number)
    key = end(stores, version=2)
    row = row_of(a_header(key, started_at=START, version=13))
    stores.journal.update_headers([HeaderChange(
        key, 1, "RUNNING", None, reopens="SUCCEEDED", row=row, version=13, definition_digest="f13"
    )])
    stores.retention.old_versions("default", "orders", BEFORE + 100, 2)
    assert [version.number for version in stores.catalog.versions("default", "orders")] == [13, 12, 2]
    row = row_of(a_header(key, started_at=START, version=13), status="SUCCEEDED", ended_at=START + 9)
    stores.journal.update_headers([HeaderChange(key, 1, "SUCCEEDED", None, ended_at=START + 9, row=row)])
    stores.clock.sleep(91 * DAY)
    job = ageing.ageing_of(stores, stores.clock, Retention())
    while job.round():
        pass
    assert job.taken == 1
    stores.retention.old_versions("default", "orders", BEFORE + 100, 2)
    assert [version.number for version in stores.catalog.versions("default", "orders")] == [13, 12]


def test_a_version_that_was_deleted_cannot_be_rolled_back_to(stores):
    for number in range(1, 14):
        publish(stores, number)
    assert stores.retention.old_versions("default", "orders", BEFORE + 100, 2) == 11
    etag = stores.catalog.workflow("default", "orders").etag
    with pytest.raises(Exception, match="has no version 1"):
        stores.catalog.set_active("default", "orders", 1, expect_etag=etag)


def test_versions_of_late_stay(stores):
    for number in range(1, 14):
        publish(stores, number)
    assert stores.retention.old_versions("default", "orders", BEFORE + 4, 2) == 3
