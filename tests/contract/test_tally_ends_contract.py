"""How many executions ended, the same for every family, and what the job that keeps the counts makes of it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from engine.durable.lifecycle.pieces import DAY, MOST_ROWS, PIECE
from engine.durable.lifecycle.tallying import AGES, Tallying
from engine.ports.executions_index import ENDS, KEPT_DAYS, STARTS
from engine.ports.journal import HeaderChange, Parent
from tests.support.records import a_header, a_row, close, put


@pytest.fixture
def begin(backend):
    """A whole hour of the clock's, and the clock stands there."""
    backend.clock.sleep((-backend.clock.now()) % 3600 + 3600)
    return int(backend.clock.now())


@pytest.fixture
def tallying(backend, workspace):
    return Tallying(backend.index, backend.clock, workspace)


def ended(backend, workspace, number, *, at, workflow="orders", status="SUCCEEDED", started_at=None):
    row = replace(
        a_row(workspace, workflow, f"run-{number:04}", 0, status=status),
        started_at=at - 1.0 if started_at is None else started_at, ended_at=float(at),
    )
    put(backend.journal, row)
    return row


def counted(counts):
    return sorted((each.piece, each.workflow, each.status, each.number) for each in counts)


def kept(tallying, begin, hours=1):
    return [each for piece in tallying.ends.read(begin, begin + hours * 3600) for each in counted(piece.counts)]


def test_ends_count_in_the_piece_of_their_end_whenever_they_started(backend, workspace, begin):
    backend.clock.sleep(900)
    for number, (offset, workflow, status) in enumerate([
        (0, "orders", "SUCCEEDED"), (299.9, "orders", "SUCCEEDED"), (10, "orders", "FAILED"),
        (300, "orders", "ABORTED"), (450, "invoices", "TIMED_OUT"), (600, "orders", "SUCCEEDED"),
        (-1, "orders", "SUCCEEDED"),
    ]):
        ended(backend, workspace, number, at=begin + offset, workflow=workflow, status=status, started_at=begin - 9e6)
    put(backend.journal, a_row(workspace, "orders", "open", 0))
    paused = a_row(workspace, "orders", "paused", 0, status="PAUSED")
    put(backend.journal, paused)
    backend.hear()
    assert counted(backend.index.ends(workspace, begin, begin + 600)) == [
        (begin, "orders", "FAILED", 1), (begin, "orders", "SUCCEEDED", 2), (begin + 300, "invoices", "TIMED_OUT", 1),
        (begin + 300, "orders", "ABORTED", 1),
    ]
    assert backend.index.ends(f"{workspace}-other", begin, begin + 600) == []


def test_forks_and_items_of_map_runs_do_not_count(backend, workspace, begin):
    row = ended(backend, workspace, 1, at=begin + 1)
    fork = replace(row, key=row.key.fork(5, "0af9"))
    backend.journal.add_ended(
        a_header(fork.key, status="SUCCEEDED", started_at=begin, ended_at=begin + 2.0, due_at=None), b"{}", fork, [],
    )
    item = row.key._replace(id=f"{row.key.id}~a1.0.0")
    parent = Parent(row.key.id, "", 1, 0, machine="/States/A/ItemProcessor")
    backend.journal.create(a_header(item, started_at=begin, parent=parent), b"{}")
    backend.journal.update_headers([HeaderChange(item, 0, "SUCCEEDED", None, ended_at=begin + 3.0)])
    backend.hear()
    assert counted(backend.index.ends(workspace, begin, begin + 300)) == [(begin, "orders", "SUCCEEDED", 1)]


def test_an_end_counts_once_however_often_it_is_counted(backend, workspace, begin, tallying):
    tallying.round()
    ended(backend, workspace, 1, at=begin + 60)
    ended(backend, workspace, 2, at=begin + 61, status="FAILED", started_at=begin - 30 * DAY)
    backend.hear()
    backend.clock.sleep(PIECE + 10)
    for each in (tallying, Tallying(backend.index, backend.clock, workspace)):
        assert each.round()
        assert kept(each, begin) == [(begin, "orders", "FAILED", 1), (begin, "orders", "SUCCEEDED", 1)]


def test_an_end_that_is_heard_late_counts_at_its_time(backend, workspace, begin, tallying):
    tallying.round()
    ended(backend, workspace, 1, at=begin + 60)
    backend.clock.sleep(PIECE + 10)
    tallying.round()
    backend.hear()
    backend.clock.sleep(AGES[1])
    tallying.round()
    assert kept(tallying, begin) == [(begin, "orders", "SUCCEEDED", 1)]


def test_what_was_counted_stays_when_its_executions_are_gone_or_open_again(backend, workspace, begin, tallying):
    tallying.round()
    failed = ended(backend, workspace, 1, at=begin + 10, status="FAILED")
    backend.hear()
    backend.clock.sleep(60)
    live = Tallying(backend.index, backend.clock, workspace, live=True)
    live.round()
    opened = replace(failed, status="RUNNING", ended_at=None, error=None, redrives=1)
    assert backend.journal.update_headers([
        HeaderChange(failed.key, 1, "RUNNING", begin + 900.0, row=opened, reopens="FAILED")
    ]) == [True]
    backend.hear()
    live.round()
    assert kept(live, begin) == [(begin, "orders", "FAILED", 1)]
    backend.journal.update_headers([HeaderChange(
        failed.key, 2, "SUCCEEDED", None, ended_at=begin + 70.0,
        row=replace(opened, status="SUCCEEDED", ended_at=begin + 70.0),
    )])
    backend.hear()
    live.round()
    assert kept(live, begin) == [(begin, "orders", "FAILED", 1), (begin, "orders", "SUCCEEDED", 1)]


def test_what_is_live_shows_at_once(backend, workspace, begin):
    live = Tallying(backend.index, backend.clock, workspace, live=True)
    for number in range(3):
        backend.clock.sleep(5)
        ended(backend, workspace, number, at=backend.clock.now(), started_at=begin - 40 * DAY)
        backend.hear()
        live.round()
        assert kept(live, begin) == [(begin, "orders", "SUCCEEDED", number + 1)]


def test_more_workflows_than_are_kept_apart_are_all_counted(backend, workspace, begin):
    live = Tallying(backend.index, backend.clock, workspace, live=True)
    backend.clock.sleep(200)
    for number in range(MOST_ROWS + 10):
        ended(backend, workspace, number, at=begin + number, workflow=f"flow-{number:03}")
        if number % 30 == 0:
            backend.hear()
            live.round()
    backend.hear()
    live.round()
    (piece,) = live.ends.read(begin, begin + PIECE)
    assert (piece.total, len(piece.counts)) == (MOST_ROWS + 10, MOST_ROWS + 1)


def test_since_when_ends_are_counted_is_known(backend, workspace, begin, tallying):
    """An index that has every end is asked for those of a day."""
    ended(backend, workspace, 1, at=begin - 20 * 3600, started_at=begin - 40 * DAY)
    backend.clock.sleep(10)
    assert tallying.ends.since() is None
    tallying.round()
    reaches_back = backend.index.ends_reach_back
    assert tallying.ends.since() == (begin - DAY if reaches_back else begin + 10)
    assert len(kept(tallying, begin - DAY, hours=25)) == int(reaches_back)
    backend.clock.sleep(3600)
    again = Tallying(backend.index, backend.clock, workspace)
    again.round()
    assert again.ends.since() == tallying.ends.since()


def test_ends_are_counted_since_nothing_earlier_than_the_first_start(backend, workspace, begin, tallying):
    backend.clock.sleep(10)
    tallying.round()
    assert tallying.ends.since() == begin + 10
    other = f"{workspace}-other"
    ended(backend, other, 1, at=begin - 3000, started_at=begin - 7000)
    backend.hear()
    later = Tallying(backend.index, backend.clock, other)
    later.round()
    assert later.ends.since() == (begin - 7000 if backend.index.ends_reach_back else begin + 10)
    assert len(kept(later, begin - DAY, hours=25)) == 1


def test_counts_of_starts_and_of_ends_are_kept_apart_and_old_ones_go(backend, workspace, begin):
    index = backend.index
    index.keep_counts(workspace, begin, "ends", of=ENDS)
    assert index.kept_counts(workspace, 0, begin + 1) == {}
    index.keep_counts(workspace, begin, "starts")
    assert index.kept_counts(workspace, begin, begin + 1, of=ENDS) == {begin: "ends"}
    assert index.kept_counts(workspace, begin, begin + 1, of=STARTS) == {begin: "starts"}
    later = begin + (KEPT_DAYS + 2) * DAY
    index.keep_counts(workspace, later, "later", of=ENDS)
    if backend.family == "sqlite":  # DynamoDB deletes by the item's term
        assert index.kept_counts(workspace, 0, later + 1, of=ENDS) == {later: "later"}
        assert index.kept_counts(workspace, 0, later + 1) == {begin: "starts"}


def test_nothing_that_is_counted_names_an_execution(backend, workspace, begin, tallying):
    tallying.round()
    row = ended(backend, workspace, 1, at=begin + 1)
    close(backend.journal, row)
    backend.hear()
    backend.clock.sleep(PIECE + 10)
    tallying.round()
    texts = backend.index.kept_counts(workspace, 1, begin + 7200, of=ENDS)
    assert texts
    assert all("run-0001" not in text for text in texts.values())
