"""engine.ports.ends, for the families that have no stream of their own."""

from __future__ import annotations

from dataclasses import replace

import pytest

from engine.ports.ends import End
from engine.ports.journal import RUNNING, Header, HeaderChange, Segment, row_of
from engine.ports.keys import ExecutionKey

START = 1_700_000_000.0


pytestmark = pytest.mark.parametrize("shared_backend", ["memory", "sqlite"], indirect=True)
"""On AWS no store has ends: the table's stream tells of them (tests/unit/functions/sweeper/test_ends.py)."""


@pytest.fixture
def ends(backend):
    yield backend.stores.ends
    backend.journal.hears = None
    backend.stores.ends.told([number for number, _ in backend.stores.ends.untold(0, 1000)])


def _header(backend, workspace, name="one"):
    header = Header(
        key=ExecutionKey.of(workspace, "orders", name), workflow="orders", version=3, definition_digest="d",
        input_digest="i", kind="STANDARD", status=RUNNING, started_at=START, due_at=START + 60,
    )
    backend.journal.create(header, b"{}", row_of(header))
    return header


def _close(header, status="FAILED", seq=4, **more):
    ended_at = None if status == "PAUSED" else START + 9.5
    row = row_of(header, status=status, ended_at=ended_at, error="E")
    return HeaderChange(header.key, seq, status, None, ended_at=ended_at, row=row, **more)


def _untold(ends):
    return [end for _, end in ends.untold(0, 100)]


@pytest.mark.parametrize("status", ["FAILED", "SUCCEEDED", "PAUSED"])
def test_an_end_that_somebody_hears_is_written_with_the_change(backend, ends, workspace, status):
    header = _header(backend, workspace)
    backend.journal.hears = lambda row: row.status == status
    assert backend.journal.update_headers([_close(header, status)]) == [True]
    ended_at = None if status == "PAUSED" else START + 9.5
    assert _untold(ends) == [End(header.key, "orders", 3, status, 4, START, ended_at, "E")]
    assert _untold(ends)[0].id == f"orders:one#4#{status}"


def test_what_nobody_hears_and_what_changes_nothing_leaves_nothing(backend, ends, workspace):
    header = _header(backend, workspace)
    backend.journal.hears = lambda row: row.workflow == "orders"
    item = replace(_close(header), row=None)
    assert backend.journal.update_headers([item]) == [True]  # an item of a Map Run
    assert backend.journal.update_headers([_close(header, seq=9)]) == [False]  # it is closed
    other = _header(backend, workspace, "two")
    backend.journal.hears = lambda _row: False
    assert backend.journal.update_headers([_close(other)]) == [True]
    assert _untold(ends) == []


def test_a_commit_that_closes_writes_it_too_and_a_redriven_one_ends_again(backend, ends, workspace):
    header = _header(backend, workspace)
    backend.journal.hears = lambda _row: True
    segment = Segment(header.key, 0, "n", b"x", START, checkpoint=True)
    backend.journal.commit([segment], [_close(header, seq=0)])
    row = row_of(header, status=RUNNING)
    again = HeaderChange(header.key, 1, RUNNING, START + 60, reopens="FAILED", row=row)
    assert backend.journal.update_headers([again]) == [True]
    backend.journal.update_headers([_close(header, seq=2)])
    assert [end.id for end in _untold(ends)] == ["orders:one#0#FAILED", "orders:one#2#FAILED"]


def test_pages_are_in_order_and_what_is_told_is_gone(backend, ends, workspace):
    backend.journal.hears = lambda _row: True
    for number in range(5):
        backend.journal.update_headers([_close(_header(backend, workspace, f"n{number}"))])
    first = ends.untold(0, 2)
    second = ends.untold(first[-1][0], 2)
    assert [end.key.name for _, end in (*first, *second)] == ["n0", "n1", "n2", "n3"]
    ends.told([first[0][0], second[0][0]])
    assert [end.key.name for end in _untold(ends)] == ["n1", "n3", "n4"]
