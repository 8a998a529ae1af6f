"""Retention lets go of a version between the look at it and the write that refers to it: the write is refused."""

from __future__ import annotations

from dataclasses import replace

import pytest

from engine.clock import SkipClock
from engine.errors import NotFound
from engine.ports.catalog_store import DraftRecord
from engine.ports.journal import HeaderChange, row_of
from engine.ports.keys import ExecutionKey
from engine.ports.retention import Ended
from tests.support.backends import open_local
from tests.support.records import a_header, a_segment, a_version

KEY = ExecutionKey.of("default", "orders", "one")


@pytest.fixture
def stores(tmp_path):
    """A workflow whose version 1 is gone, and a failed execution of version 2."""
    opened = open_local(tmp_path / "data", SkipClock())
    draft = DraftRecord("default", "orders", b"{}", "e1", 1.0, "ada")
    opened.catalog.put_draft(draft, expect_etag=None, description="")
    for number in (1, 2, 3):
        opened.catalog.put_version(a_version("default", number))
    header = a_header(KEY, version=2)
    opened.journal.create(header, b"{}", row_of(header))
    end = HeaderChange(KEY, 0, "FAILED", None, ended_at=1.0, row=row_of(header, status="FAILED", ended_at=1.0))
    opened.journal.commit([a_segment(KEY, 0)], [end])
    assert opened.retention.old_versions("default", "orders", 1e12, 1) == 1
    assert [version.number for version in opened.catalog.versions("default", "orders")] == [3, 2]
    yield opened
    opened.close()


def reopened(version):
    header = a_header(KEY, version=version)
    return HeaderChange(
        KEY, 1, "RUNNING", None, reopens="FAILED", row=row_of(header, redrives=1), version=version,
        definition_digest="other",
    )


def test_a_redrive_is_refused_and_changes_nothing(stores):
    before = stores.journal.header(KEY)
    with pytest.raises(NotFound, match="has no version 1"):
        stores.journal.update_headers([reopened(1)])
    assert stores.journal.header(KEY) == before
    assert stores.journal.update_headers([reopened(3)]) == [True]


def test_a_start_is_refused_and_leaves_nothing(stores):
    other = replace(a_header(KEY, version=1), key=ExecutionKey.of("default", "orders", "two"))
    with pytest.raises(NotFound, match="has no version 1"):
        stores.journal.create(other, b"{}", row_of(other))
    assert stores.journal.header(other.key) is None
    assert stores.journal.execution_input(other.key) is None


@pytest.mark.parametrize("used", ["started", "activated"])
def test_what_is_of_use_between_the_look_and_the_delete_stays(stores, monkeypatch, used):
    for number in (4, 5):
        stores.catalog.put_version(a_version("default", number))
    database = stores.retention._database
    other = replace(a_header(KEY, version=3), key=ExecutionKey.of("default", "orders", "two"))
    write = database.write

    def late(work, **durable):
        monkeypatch.undo()
        if used == "started":
            assert stores.journal.create(other, b"{}", row_of(other)) is None
        else:
            etag = stores.catalog.workflow("default", "orders").etag
            stores.catalog.set_active("default", "orders", 3, expect_etag=etag)
        return write(work, **durable)

    monkeypatch.setattr(database, "write", late)
    stores.retention.old_versions("default", "orders", 1e12, 1)
    assert 3 in [version.number for version in stores.catalog.versions("default", "orders")]


@pytest.mark.parametrize("name", ["two", "one"])
def test_a_start_that_gets_the_number_of_one_that_was_taken_keeps_its_version(stores, monkeypatch, name):
    for number in (4, 5):
        stores.catalog.put_version(a_version("default", number))
    database, ended = stores.retention._database, Ended(KEY, "FAILED", 0.0, 1.0)
    other = replace(a_header(KEY, version=3), key=ExecutionKey.of("default", "orders", name), started_at=5.0)
    write = database.write

    def late(work, **durable):
        monkeypatch.undo()
        assert stores.retention.take([ended], 2.0) == 1
        assert stores.journal.create(other, b"{}", row_of(other)) is None
        return write(work, **durable)

    monkeypatch.setattr(database, "write", late)
    assert stores.retention.old_versions("default", "orders", 1e12, 1) == 0
    assert 3 in [version.number for version in stores.catalog.versions("default", "orders")]
    assert stores.journal.header(other.key).version == 3
    assert stores.retention.old_versions("default", "orders", 1e12, 1) == 1  # version 2, which nothing runs now
