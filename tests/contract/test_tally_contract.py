"""Counts of the executions index, the same for every family, and what the job that keeps them makes of them."""

from __future__ import annotations

from dataclasses import replace

import pytest

from engine.durable.lifecycle.pieces import DAY, PIECE
from engine.durable.lifecycle.tallying import AGES, MOST_AFTER, Tallying, Total
from engine.ports.executions_index import ExecutionQuery
from tests.support.records import a_row, close, put

LATE = 1_700_000_000 // 3600 * 3600
"""A whole hour."""


def started(backend, workspace, number, *, at, workflow="orders", status="RUNNING", error=None):
    row = replace(
        a_row(workspace, workflow, f"run-{number:04}", 0, status=status, error=error), started_at=float(at),
        ended_at=None if status in ("RUNNING", "PAUSED") else at + 1.0,
    )
    put(backend.journal, row)
    return row


def counted(counts):
    return sorted((each.piece, each.workflow, each.status, each.number) for each in counts)


@pytest.fixture
def tallying(backend, workspace):
    return Tallying(backend.index, backend.clock, workspace)


def test_executions_are_counted_by_piece_workflow_and_status(backend, workspace):
    for number, (offset, workflow, status) in enumerate([
        (0, "orders", "SUCCEEDED"), (299.9, "orders", "SUCCEEDED"), (10, "orders", "FAILED"),
        (300, "orders", "RUNNING"), (450, "invoices", "ABORTED"), (900, "orders", "SUCCEEDED"),
        (-1, "orders", "SUCCEEDED"),
    ]):
        started(backend, workspace, number, at=LATE + offset, workflow=workflow, status=status)
    assert counted(backend.index.counts(workspace, LATE, LATE + 900, 300)) == [
        (LATE, "orders", "FAILED", 1), (LATE, "orders", "SUCCEEDED", 2), (LATE + 300, "invoices", "ABORTED", 1),
        (LATE + 300, "orders", "RUNNING", 1),
    ]
    assert backend.index.counts(f"{workspace}-other", LATE, LATE + 900, 300) == []


def test_many_are_counted_as_few_are(backend, workspace):
    """More than are looked at one by one: where a store counts many in another way, it says the same."""
    for number in range(90):
        status = ("SUCCEEDED", "SUCCEEDED", "FAILED", "RUNNING", "TIMED_OUT")[number % 5]
        started(backend, workspace, number, at=LATE + number, status=status)
    assert counted(backend.index.counts(workspace, LATE, LATE + 300, 300)) == [
        (LATE, "orders", "FAILED", 18), (LATE, "orders", "RUNNING", 18), (LATE, "orders", "SUCCEEDED", 36),
        (LATE, "orders", "TIMED_OUT", 18),
    ]


@pytest.mark.parametrize("runs", [2, 90])
def test_forks_are_neither_starts_nor_failures(backend, workspace, runs):
    for number in range(runs):
        row = started(backend, workspace, number, at=LATE + number, status="FAILED", error="Bank.Down")
        if number % 2:
            put(backend.journal, replace(row, key=row.key.fork(5, "0af9"), error="Automate.WriteNotAllowed"))
    assert counted(backend.index.counts(workspace, LATE, LATE + 300, 300)) == [(LATE, "orders", "FAILED", runs)]
    assert [(each.error, each.number) for each in backend.index.failures(workspace, LATE, LATE + 300)] == [
        ("Bank.Down", runs),
    ]


def test_failures_are_counted_by_error(backend, workspace):
    for number, (status, error) in enumerate([
        ("FAILED", "Bank.Down"), ("FAILED", "Bank.Down"), ("FAILED", "Other"), ("TIMED_OUT", "States.Timeout"),
        ("ABORTED", None), ("SUCCEEDED", None),
    ]):
        started(backend, workspace, number, at=LATE + number, status=status, error=error)
    found = {(each.status, each.error): each.number for each in backend.index.failures(workspace, LATE, LATE + 300)}
    assert found == {
        ("FAILED", "Bank.Down"): 2, ("FAILED", "Other"): 1, ("TIMED_OUT", "States.Timeout"): 1, ("ABORTED", None): 1,
    }


def test_what_is_kept_is_read_by_time_and_replaced(backend, workspace):
    index = backend.index
    for at, text in ((0, "state"), (LATE, "one"), (LATE, "two"), (LATE + 3600, "three")):
        index.keep_counts(workspace, at, text)
    assert index.kept_counts(workspace, LATE, LATE + 3600) == {LATE: "two"}
    assert index.kept_counts(workspace, 1, LATE + 3601) == {LATE: "two", LATE + 3600: "three"}
    assert index.kept_counts(workspace, 0, 1) == {0: "state"}


def test_the_oldest_open_ones_of_all_workflows_come_first(backend, workspace):
    for number, (offset, workflow, status) in enumerate([
        (50, "orders", "RUNNING"), (10, "invoices", "PAUSED"), (5, "orders", "SUCCEEDED"), (30, "orders", "RUNNING"),
    ]):
        started(backend, workspace, number, at=LATE + offset, workflow=workflow, status=status)
    found = backend.index.oldest(workspace, 2)
    assert [(row.workflow, row.started_at - LATE) for row in found] == [("invoices", 10), ("orders", 30)]


def test_counts_follow_what_ends_later_and_nothing_is_counted_twice(backend, workspace, tallying):
    clock = backend.clock
    begin = int(clock.now() // 3600 + 1) * 3600
    rows = [started(backend, workspace, number, at=begin + number) for number in range(3)]
    clock.sleep(begin + PIECE + 10 - clock.now())
    assert tallying.round()
    piece, = [each for each in tallying.read(begin, begin + 3600) if each.total]
    assert counted(piece.counts) == [(begin, "orders", "RUNNING", 3)]

    close(backend.journal, replace(rows[0], status="FAILED", error="Bank.Down", ended_at=clock.now()))
    close(backend.journal, replace(rows[1], status="SUCCEEDED", ended_at=clock.now()))
    clock.sleep(AGES[1])
    assert tallying.round()
    again = Tallying(backend.index, clock, workspace)  # another process, which knows nothing: it counts the same
    assert again.round()
    piece, = [each for each in again.read(begin, begin + 3600) if each.total]
    assert counted(piece.counts) == [
        (begin, "orders", "FAILED", 1), (begin, "orders", "RUNNING", 1), (begin, "orders", "SUCCEEDED", 1),
    ]
    assert [(each.error, each.number) for each in piece.failures] == [("Bank.Down", 1)]


class Newest:
    """An index that looks at the errors of the newest two alone."""

    def __init__(self, index):
        self._index = index

    def __getattr__(self, name):
        return getattr(self._index, name)

    def failures(self, workspace, first, before):
        found = self._index.failures(workspace, first, before)
        return [replace(each, number=2) for each in found if each.workflow == "orders"]


def test_failures_whose_errors_are_not_looked_at_are_counted_too(backend, workspace):
    clock = backend.clock
    begin = int(clock.now() // 3600 + 1) * 3600
    for number, workflow in enumerate(("invoices", "orders", "orders", "orders")):
        started(backend, workspace, number, at=begin + number, workflow=workflow, status="FAILED", error="Bank.Down")
    clock.sleep(begin + PIECE + 10 - clock.now())
    tallying = Tallying(Newest(backend.index), clock, workspace)
    assert tallying.round()
    piece, = [each for each in tallying.read(begin, begin + 3600) if each.total]
    assert {(each.workflow, each.error): each.number for each in piece.failures} == {
        ("orders", "Bank.Down"): 2, ("orders", None): 1, ("invoices", None): 1,
    }


def test_what_is_live_is_counted_before_it_is_over(backend, workspace):
    clock = backend.clock
    begin = int(clock.now() // 3600 + 1) * 3600
    clock.sleep(begin + 60 - clock.now())
    live = Tallying(backend.index, clock, workspace, live=True)
    for number in range(2):
        started(backend, workspace, number, at=clock.now(), status="SUCCEEDED")
        live.round()
        assert sum(each.total for each in live.read(begin, begin + 3600)) == number + 1


def test_on_one_machine_an_end_shows_at_once_however_long_ago_it_started(backend, workspace):
    clock = backend.clock
    begin = int(clock.now() // 3600 + 1) * 3600
    rows = [started(backend, workspace, number, at=begin + number * PIECE) for number in range(2)]
    clock.sleep(begin + 5 * 3600 + 60 - clock.now())
    live = Tallying(backend.index, clock, workspace, live=True)
    live.round()
    for row in rows:
        close(backend.journal, replace(row, status="SUCCEEDED", ended_at=clock.now()))
    for _ in rows:
        live.round()
    assert {count.status for piece in live.read(begin, begin + 3600) for count in piece.counts} == {"SUCCEEDED"}


def test_a_stage_that_was_not_counted_yet_is_counted_a_week_back_piece_by_piece(backend, workspace, tallying):
    now = backend.clock.now()
    for number, days in enumerate((0.1, 3, 6.9)):
        started(backend, workspace, number, at=now - days * DAY, status="SUCCEEDED")
    rounds = 0
    while not tallying.round(deadline=0.0):
        rounds += 1
    assert rounds > 5
    assert sum(each.total for each in tallying.read(int(now - 7 * DAY), int(now))) == 3


def total(tallying, workspace, **filters):
    return tallying.total(ExecutionQuery(workspace, **filters))


def test_a_total_is_what_was_counted_and_what_came_after(backend, workspace, tallying):
    assert total(tallying, workspace) == Total(0, "exact")
    backend.clock.set(LATE + 1800.0)
    for number in range(20):  # a minute each
        started(
            backend, workspace, number, at=LATE + 60 * number, workflow=("orders", "bills")[number % 2],
            status="FAILED" if number % 5 == 0 else "SUCCEEDED",
        )
    before = total(tallying, workspace)
    assert before == Total(20, "exact")  # few: they are looked at
    assert tallying.round()
    started(backend, workspace, 20, at=LATE + 1801)
    for filters, number, relation in [
        ({}, 21, "exact"), ({"workflow": "orders"}, 11, "exact"), ({"workflow": "none"}, 0, "exact"),
        ({"status": "FAILED"}, 4, "about"), ({"status": "FAILED,RUNNING"}, 5, "about"),
        ({"workflow": "bills", "status": "FAILED"}, 2, "about"),
        ({"started_after": LATE + 600.0}, 11, "exact"), ({"started_before": LATE + 600.0}, 10, "exact"),
        ({"started_after": LATE + 300.0, "started_before": LATE + 600.0}, 5, "exact"),
        ({"started_after": LATE + 650.0, "started_before": LATE + 930.0}, 5, "exact"),  # no whole piece
        ({"started_after": LATE + 650.0, "started_before": LATE + 1230.0}, 5, "at_least"),  # one
        ({"started_after": LATE + 1500.0}, 1, "exact"),
        ({"started_before": LATE + 930.0}, 16, "exact"),
        ({"order": "oldest", "limit": 3}, 21, "exact"),
    ]:
        assert total(tallying, workspace, **filters) == Total(number, relation), filters
    for filters in ({"name": "run-0001"}, {"error": "E*"}, {"business_key": "x"}, {"text": "x"}):
        assert total(tallying, workspace, **filters) is None


def test_a_total_says_that_it_is_not_all(backend, workspace, tallying):
    """What is a day old may have been taken; more than are looked at came after the last count."""
    backend.clock.set(float(LATE))
    for number in range(3):
        started(backend, workspace, number, at=LATE - 600 + number, status="SUCCEEDED")
    assert tallying.round()
    backend.clock.set(LATE + 2.0 * DAY)
    assert tallying.round()
    assert total(tallying, workspace) == Total(3, "about")
    for number in range(MOST_AFTER + 5):
        started(backend, workspace, 100 + number, at=LATE + 2 * DAY + 1)
    assert total(tallying, workspace) == Total(MOST_AFTER + 3, "at_least")
