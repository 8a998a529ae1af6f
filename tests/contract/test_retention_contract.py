"""engine.ports.retention.RetentionStore: SQLite's, and the one in memory that the crash campaign runs over."""

from __future__ import annotations

from dataclasses import replace

import pytest

from engine.durable.lifecycle.ageing import Ageing, next_taken
from engine.durable.retention import DAY, GRACE_SECONDS, Retention
from engine.ports.executions_index import ExecutionQuery
from engine.ports.journal import HeaderChange, Parent, row_of
from engine.ports.keys import ExecutionKey
from engine.ports.retention import Ended
from tests.support import backends
from tests.support.records import START, a_header, a_segment, an_item

END = START + 100.0
LATER = END + 91 * DAY


@pytest.fixture(params=("memory", "sqlite"))
def stores(request, tmp_path):
    with backends.open_backend(request.param, tmp_path / "data") as backend:
        yield backend


@pytest.fixture
def key():
    return ExecutionKey.of("default", "orders", "run-1")


def end(stores, key, *, status="SUCCEEDED", segments=3, parent=None, started=START, ended=END):
    """An execution that has ended."""
    header = a_header(key, started_at=started, parent=parent)
    stores.journal.create(header, b"{}", row_of(header))
    for seq in range(segments):
        stores.journal.commit([a_segment(key, seq, at=started + seq, first_event=seq + 1, last_event=seq + 1)])
    row = row_of(header, status=status, ended_at=ended)
    if status != "RUNNING":
        stores.journal.update_headers([HeaderChange(key, segments - 1, status, None, ended_at=ended, row=row)])
    return Ended(key, status, started, ended)


def is_gone(stores, key):
    """Whether nothing of it can be found; raises AssertionError where half of it is."""
    journal = stores.journal
    there = [
        journal.header(key) is not None, journal.load(key) is not None, bool(list(journal.history(key))),
        journal.execution_input(key) is not None, bool(journal.inbox(key)), listed(stores, key),
    ]
    assert all(there[:4]) or not any(there), there
    return not any(there)


def listed(stores, key):
    found = stores.index.query(ExecutionQuery(key.workspace, workflow=key.workflow)).rows
    return key in [row.key for row in found]


def aged(stores, **terms):
    return Ageing(stores.retention, stores.clock, Retention(**terms))


def run(stores, ageing, *, at):
    stores.clock.sleep(max(0.0, at - stores.clock.now()))
    for _ in range(500):
        if not ageing.round():
            return ageing.taken
    raise AssertionError("it does not come to rest")


def left(stores):
    """Everything that is stored of any execution."""
    if stores.family == "memory":
        journal = stores.journal
        return sum(map(len, (journal._headers, journal._rows, journal._inputs, journal._aside))) + sum(
            map(len, (*journal._segments.values(), *journal._inbox.values(), *(kept for _, kept in journal._aside)))
        )
    names = ("header", "execution", "input", "segment", "inbox")
    counts = " + ".join(f"(SELECT count(*) FROM {name})" for name in names)  # noqa: S608  our own tables
    return stores.stores._database.read(lambda connection: connection.execute(f"SELECT {counts}").fetchone()[0])


def test_what_is_taken_is_gone_and_remembered(stores, key):
    ended = end(stores, key)
    stores.journal.put_inbox(an_item(key, "late"))
    assert stores.retention.take([ended], LATER) == 1
    assert is_gone(stores, key)
    assert stores.journal.taken_at(key) == LATER
    assert left(stores) == 0


def test_what_is_not_known_was_not_taken(stores, key):
    assert stores.journal.taken_at(key) is None


@pytest.mark.parametrize("status", ["RUNNING", "PAUSED"])
def test_what_is_open_is_not_taken(stores, key, status):
    ended = end(stores, key, status="RUNNING")
    if status == "PAUSED":
        stores.journal.update_headers([HeaderChange(key, 2, "PAUSED", None)])
    assert stores.retention.take([ended], LATER) == 0
    assert run(stores, aged(stores), at=START + 4000 * DAY) == 0
    assert not is_gone(stores, key)


@pytest.mark.parametrize("status", ["RUNNING", "PAUSED"])
def test_what_is_taken_next_is_found_behind_many_that_are_open(stores, key, status):
    for number in range(150):
        waits = ExecutionKey.of("default", "orders", f"open-{number}")
        end(stores, waits, status="RUNNING", segments=1, started=START - 1000 + number)
        if status == "PAUSED":
            row = row_of(stores.journal.header(waits), status="PAUSED")
            stores.journal.update_headers([HeaderChange(waits, 0, "PAUSED", None, row=row)])
    later = end(stores, ExecutionKey.of("default", "orders", "run-2"), started=START + 1, ended=END + 1)
    ended = end(stores, key)
    assert stores.retention.oldest_ended("default", "orders", 10) == [ended, later]
    assert stores.retention.oldest_ended("default", "orders", 1) == [ended]
    assert next_taken(stores.retention, Retention(), lambda *_: None, "default") == (ended, END + 90 * DAY)
    assert next_taken(stores.retention, Retention(days=0), lambda *_: None, "default") is None


def test_one_that_ended_again_since_is_not_taken(stores, key):
    ended = end(stores, key)
    assert stores.retention.take([replace(ended, ended_at=END - 1)], LATER) == 0


def test_who_comes_late_writes_nothing_to_what_was_taken(stores, key):
    ended = end(stores, key, status="FAILED")
    stores.retention.take([ended], LATER)
    assert stores.journal.commit([a_segment(key, 3, nonce="redrive")]) == [False]
    assert stores.journal.update_headers([HeaderChange(key, 3, "RUNNING", 1.0, reopens="FAILED")]) == [False]
    assert not stores.journal.keep(a_header(key))
    assert left(stores) == 0


def test_its_name_is_free_for_another_execution(stores, key):
    stores.retention.take([end(stores, key)], LATER)
    again = a_header(key, started_at=LATER + 1)
    assert stores.journal.create(again, b'{"again":1}') is None
    assert stores.journal.load(key).segments == ()
    assert stores.journal.execution_input(key) == b'{"again":1}'


def test_a_long_one_is_gone_at_once_and_deleted_in_pieces(stores, key):
    ended = end(stores, key, segments=450)
    stores.retention.take([ended], LATER)
    assert is_gone(stores, key)
    assert left(stores) > 400
    stores.journal.create(a_header(key, started_at=LATER + 1), b"{}")
    assert stores.journal.load(key).segments == ()
    pieces = 0
    while stores.retention.clear(LATER, 100):
        pieces += 1
    assert pieces >= 5
    assert stores.journal.header(key).started_at == LATER + 1
    assert left(stores) == 2  # the new one's header and input


def test_a_delete_that_dies_half_way_is_ended_by_the_next(stores, key):
    stores.retention.take([end(stores, key, segments=450)], LATER)
    stores.retention.clear(LATER, 100)
    stores.restart()
    run(stores, aged(stores), at=LATER)
    assert is_gone(stores, key)
    assert left(stores) == 0


def test_a_term_begins_at_the_end(stores, key):
    end(stores, key)
    ageing = aged(stores, days=10)
    assert run(stores, ageing, at=END + 10 * DAY - 1) == 0
    assert run(stores, ageing, at=END + 10 * DAY) == 1


def test_a_failed_one_stays_while_it_can_be_redriven(stores, key):
    end(stores, key, status="FAILED")
    ageing = aged(stores, days=1, redrive_days=14)
    assert run(stores, ageing, at=END + 14 * DAY) == 0
    assert run(stores, ageing, at=END + 14 * DAY + GRACE_SECONDS) == 1


def test_a_workflow_has_its_own_term(stores, key):
    other = ExecutionKey.of("default", "kept", "run-1")
    end(stores, key)
    end(stores, other)
    own = {("default", "kept"): 400.0}
    ageing = Ageing(stores.retention, stores.clock, Retention(), lambda *workflow: own.get(workflow))
    assert run(stores, ageing, at=LATER) == 1
    assert is_gone(stores, key)
    assert not is_gone(stores, other)


def test_nothing_is_taken_where_all_is_kept(stores, key):
    end(stores, key)
    assert run(stores, aged(stores, days=0), at=START + 9000 * DAY) == 0


def test_items_of_a_map_run_go_with_their_execution(stores, key):
    items = [ExecutionKey("default", f"{key.id}~3.0~{index}") for index in range(250)]
    for index, item in enumerate(items):
        parent = Parent(key.id, "/", 3, 0, index, machine="/States/Each/ItemProcessor")
        end(stores, item, parent=parent, segments=1)
    end(stores, key, ended=END + 1)
    ageing = aged(stores)
    assert run(stores, ageing, at=END + 90 * DAY + 0.5) == 0
    assert stores.journal.header(items[0]) is not None
    assert run(stores, ageing, at=LATER) == 1
    assert left(stores) == 0


def test_an_item_that_has_still_to_end_holds_up_what_is_left_of_its_execution(stores, key):
    item = ExecutionKey("default", f"{key.id}~3.0~0")
    end(stores, item, parent=Parent(key.id, "/", 3, 0, 0, machine="/M"), status="RUNNING")
    end(stores, key)
    run(stores, aged(stores), at=LATER)
    assert is_gone(stores, key)
    assert stores.journal.header(item) is not None
    stores.journal.update_headers([HeaderChange(item, 2, "ABORTED", None, ended_at=LATER)])
    run(stores, aged(stores), at=LATER + 60)
    assert left(stores) == 0


def test_a_nested_execution_stays_until_its_parent_was_taken(stores, key):
    child = ExecutionKey.of("default", "child", "run-1")
    end(stores, child, parent=Parent(key.id, "/", 3, 0))
    end(stores, key, ended=END + 200 * DAY)
    ageing = aged(stores)
    assert run(stores, ageing, at=END + 250 * DAY) == 0
    assert run(stores, ageing, at=END + 291 * DAY) == 2
    assert left(stores) == 0


def test_one_that_nobody_waited_for_has_a_term_of_its_own(stores, key):
    child = ExecutionKey.of("default", "child", "run-1")
    end(stores, child, parent=Parent(key.id, "/", 3, 0, waits=False))
    end(stores, key, ended=END + 200 * DAY)
    assert run(stores, aged(stores), at=LATER) == 1
    assert is_gone(stores, child)


def test_one_transaction_takes_a_bounded_number(stores, key):
    many = [ExecutionKey.of("default", "orders", f"run-{number:03}") for number in range(150)]
    ended = [end(stores, one, segments=4) for one in many]
    first = stores.retention.take(ended, LATER)
    assert 0 < first < 150
    assert run(stores, aged(stores), at=LATER) == 150 - first


def test_what_was_said_to_nobody_is_deleted_after_a_day(stores, key):
    stores.journal.put_inbox(an_item(key, "late", due_at=START))
    run(stores, aged(stores), at=START + DAY - 60)
    assert len(stores.journal.inbox(key)) == 1
    run(stores, aged(stores), at=START + DAY + 60)
    assert stores.journal.inbox(key) == []


def test_what_was_taken_is_forgotten_after_a_year(stores, key):
    stores.retention.take([end(stores, key)], LATER)
    run(stores, aged(stores), at=LATER + 364 * DAY)
    assert stores.journal.taken_at(key) == LATER
    run(stores, aged(stores), at=LATER + 366 * DAY)
    assert stores.journal.taken_at(key) is None


def test_long_lists_are_walked_page_by_page(stores):
    for number in range(230):
        key = ExecutionKey.of("default", "orders", f"run-{number:03}")
        end(stores, key, segments=1, status="RUNNING" if number % 2 else "SUCCEEDED")
    assert run(stores, aged(stores), at=LATER) == 115
