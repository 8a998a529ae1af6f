"""engine.ports.executions_index.ExecutionsIndex, the same for every family."""

from __future__ import annotations

from dataclasses import replace

import pytest

from engine.errors import InvalidDocument
from engine.ports.executions_index import EXACT, OLDEST, PATTERNS, WORDS, ExecutionPage, ExecutionQuery
from engine.ports.generated_names import generated_name
from engine.ports.journal import HeaderChange
from engine.ports.keys import ExecutionKey
from tests.support import queries
from tests.support.records import START, a_header, a_row, close, put


@pytest.fixture
def index(backend):
    return backend.index


@pytest.fixture
def journal(backend):
    return backend.journal


@pytest.fixture(scope="module")
def rows(shared_backend):
    """Twelve executions of two workflows, oldest first."""
    workspace = "index-contract"
    found = []
    for minute in range(12):
        workflow = ("orders", "invoices")[minute % 2]
        failed = minute % 3 == 0
        found.append(
            a_row(
                workspace, workflow, f"run-{minute:02}", minute, status="FAILED" if failed else "SUCCEEDED",
                error=("States.Timeout", "States.TaskFailed")[minute % 2] if failed else None,
                business_key=f"customer-{minute // 4}" if minute != 11 else None,
                ended_at=START + 60 * minute + 1.5,
            )
        )
    for row in found:
        put(shared_backend.journal, row)
    put(shared_backend.journal, a_row("index-other", "orders", "run-00", 3))
    return found


def names(page):
    return [int(row.key.name.removeprefix("run-")) for row in page.rows]


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ({}, [11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0]),
        ({"workflow": "orders"}, [10, 8, 6, 4, 2, 0]),
        ({"workflow": "unknown"}, []),
        ({"status": "FAILED"}, [9, 6, 3, 0]),
        ({"status": "RUNNING"}, []),
        ({"status": "FAILED,SUCCEEDED"}, [11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0]),
        ({"status": "RUNNING,FAILED"}, [9, 6, 3, 0]),
        ({"workflow": "orders", "status": "RUNNING,FAILED"}, [6, 0]),
        ({"started_after": START + 60 * 10}, [11, 10]),
        ({"started_before": START + 60 * 2}, [1, 0]),
        ({"started_after": START + 60 * 2, "started_before": START + 60 * 5}, [4, 3, 2]),
        ({"started_after": START + 60 * 5, "started_before": START + 60 * 2}, []),
        ({"status": "FAILED", "started_before": START + 60 * 6}, [3, 0]),
        ({"error": "States.*", "started_after": START + 60 * 4}, [9, 6]),
        ({"name": "run-0*", "started_after": START + 60 * 7}, [9, 8, 7]),
        ({"workflow": "orders", "status": "FAILED"}, [6, 0]),
        ({"name": "run-07"}, [7]),
        ({"name": "run-0"}, []),
        ({"name": "run-0*"}, [9, 8, 7, 6, 5, 4, 3, 2, 1, 0]),
        ({"name": "run-1*", "workflow": "orders"}, [10]),
        ({"name": "run-07", "workflow": "invoices"}, [7]),
        ({"name": "run-07", "workflow": "orders"}, []),
        ({"name": "*"}, [11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0]),
        ({"error": "States.Timeout"}, [6, 0]),
        ({"error": "States.T*"}, [9, 6, 3, 0]),
        ({"error": "*"}, [9, 6, 3, 0]),
        ({"error": "States.T"}, []),
        ({"business_key": "customer-1"}, [7, 6, 5, 4]),
        ({"business_key": "customer-*"}, [10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0]),
        ({"business_key": "customer-1", "status": "SUCCEEDED", "workflow": "invoices"}, [7, 5]),
        ({"business_key": "customer-*", "error": "States.*", "name": "run-0*", "status": "FAILED"}, [9, 6, 3, 0]),
    ],
)
def test_filters_combine_and_the_newest_comes_first(index, rows, filters, expected):
    page = index.query(ExecutionQuery("index-contract", **filters))
    assert names(page) == expected
    assert page.next_token is None


@pytest.mark.parametrize("column", [*EXACT, *PATTERNS])
def test_each_filter_finds_the_rows_that_have_its_value(index, rows, column):
    values = {getattr(row, column) for row in rows} - {None}
    assert values
    for value in values:
        found = index.query(ExecutionQuery("index-contract", **{column: value})).rows
        assert found == tuple(row for row in reversed(rows) if getattr(row, column) == value)


@pytest.mark.parametrize("limit", [1, 5, 100])
@pytest.mark.parametrize("filters", [
    {}, {"workflow": "orders"}, {"status": "FAILED"}, {"name": "run-*"}, {"error": "States.T*"},
    {"started_after": START + 60 * 3, "started_before": START + 60 * 9}, {"business_key": "customer-1"},
])
def test_the_oldest_come_first_where_that_is_asked_for(index, rows, filters, limit):
    expected = index.query(ExecutionQuery("index-contract", **filters)).rows[::-1]
    found, query = [], ExecutionQuery("index-contract", **filters, order=OLDEST, limit=limit)
    while True:
        page = index.query(query)
        found += page.rows
        if page.next_token is None:
            break
        query = replace(query, next_token=page.next_token)
    assert tuple(found) == expected


@pytest.fixture(scope="module")
def searched(shared_backend):
    """Four executions; the third failed twice, and goes on."""
    workspace, journal = "index-searched", shared_backend.journal
    said = [
        ("Order-4711/EU", None, None), ("order-4712", "Stripe.CardDeclined", "The card ending 4242 was declined."),
        ("Straße 7", "Orders.Late", "Too late: order 4711 is gone"), (None, "States.Timeout", "\ud800 Zeit: Überlauf"),
    ]
    for minute, (key, error, cause) in enumerate(said):
        put(journal, a_row(
            workspace, ("orders", "bills")[minute % 2], f"run-{minute}", minute, business_key=key, error=error,
            said=cause, status="RUNNING" if error is None else "FAILED", ended_at=None if error is None else START + 9,
        ))
    key = ExecutionKey.of(workspace, "orders", "run-2")
    row = a_row(workspace, "orders", "run-2", 2, redrives=2)
    journal.update_headers([HeaderChange(key, 1, "RUNNING", START, reopens="FAILED", row=row)])
    return workspace


@pytest.mark.parametrize(("text", "filters", "by_words", "by_beginnings"), [
    ("4711", {}, [0], []),
    ("order", {}, [1, 0], [1]),
    ("ORDER eu", {}, [0], []),
    ("Order-4", {}, [1, 0], [0]),
    ("card", {}, [1], []),
    ("Stripe.Card", {}, [1], [1]),
    ("declined 42", {"status": "FAILED"}, [1], []),
    ("order", {"workflow": "orders"}, [0], []),
    ("order", {"business_key": "order-*"}, [1], [1]),
    ("straße", {}, [2], []),
    ("Straße", {}, [2], [2]),
    ("late", {}, [], []),  # it goes on: it has not failed
    ("überl", {}, [3], []),
    ("States.T", {"order": OLDEST}, [3], [3]),
    ("order", {"order": OLDEST}, [0, 1], [1]),
    ("%_", {}, [], []),
    ("-- '", {}, [], []),
])
def test_a_text_is_found_as_the_store_says(index, searched, text, filters, by_words, by_beginnings):
    expected = by_words if index.searches == WORDS else by_beginnings
    query = ExecutionQuery(searched, text=text, limit=1, **filters)
    found = []
    while True:
        page = index.query(query)
        found += names(page)
        if page.next_token is None:
            break
        query = replace(query, next_token=page.next_token)
    assert found == expected


def test_a_text_that_many_have_is_found_too(index, journal, workspace, monkeypatch):
    for store in ("local", "aws"):
        monkeypatch.setattr(f"engine.adapters.{store}.executions_index.GATHERED", 3)
    for minute in range(6):
        put(journal, a_row(workspace, "orders", f"run-{minute}", minute, business_key=f"order {minute % 2}"))
    assert names(index.query(ExecutionQuery(workspace, text="order"))) == [5, 4, 3, 2, 1, 0]
    expected = [5, 3, 1]
    text = "order 1"
    assert names(index.query(ExecutionQuery(workspace, text=text))) == expected
    assert names(index.query(ExecutionQuery(workspace, text=text, order=OLDEST, limit=2))) == expected[::-1][:2]


def test_who_started_it_and_how_often_it_went_on_stay_in_the_row(index, journal, workspace):
    row = a_row(workspace, "orders", "run-1", 0, trigger="nightly")
    put(journal, row)
    key, again = row.key, replace(row, trigger=None)
    for change in (
        HeaderChange(key, 0, "FAILED", None, ended_at=START, row=replace(again, status="FAILED")),
        HeaderChange(key, 1, "RUNNING", START, reopens="FAILED", row=replace(again, redrives=2)),
        HeaderChange(key, 1, "PAUSED", None, row=replace(again, status="PAUSED")),
    ):
        assert journal.update_headers([change]) == [True]
    assert index.query(ExecutionQuery(workspace)).rows == (replace(row, status="PAUSED", redrives=2),)


@pytest.mark.parametrize("limit", [1, 3, 5, 11, 12])
@pytest.mark.parametrize(
    "filters", [{}, {"workflow": "orders"}, {"status": "SUCCEEDED"}, {"name": "run-*"}, {"business_key": "customer-1"}]
)
def test_pages_join_to_the_whole_list(index, rows, filters, limit):
    whole = index.query(ExecutionQuery("index-contract", **filters)).rows
    found, query, pages = [], ExecutionQuery("index-contract", **filters, limit=limit), 0
    while True:
        page = index.query(query)
        found += page.rows
        pages += 1
        if page.next_token is None:
            break
        assert len(page.rows) == limit
        query = replace(query, next_token=page.next_token)
    assert tuple(found) == whole
    assert pages == -(-len(whole) // limit)


@pytest.fixture(scope="module")
def generated(shared_backend):
    """Names that the product has given, among some that were chosen, one of which looks like them; the newest first."""
    workspace, found = "index-generated", []
    for minute in range(8):
        at = START + 60 * minute
        name = generated_name(at) if minute % 2 else f"018bcfe{minute}-chosen"
        found.append(a_row(workspace, ("orders", "bills")[minute % 4 // 2], name, minute))
    found.append(a_row(workspace, "orders", generated_name(START + 9e6), 8))  # it says another time than its start
    for row in found:
        put(shared_backend.journal, row)
    return found[::-1]


@pytest.mark.parametrize("limit", [1, 2, 100])
@pytest.mark.parametrize("workflow", [None, "orders"])
@pytest.mark.parametrize("length", [0, 1, 6, 8, 9, 13, 15, 20, 36])
def test_generated_names_are_found_as_chosen_ones_are(index, generated, length, workflow, limit):
    for text in {row.name[:length] for row in generated}:
        pattern = text + "*" * (length < 36)
        expected = [
            row for row in generated if row.name.startswith(text) and (length < 36 or row.name == text)
            and workflow in (None, row.workflow)
        ]
        found, token = [], None
        while len(found) <= len(generated):
            page = index.query(ExecutionQuery(
                "index-generated", name=pattern, workflow=workflow, limit=limit, next_token=token
            ))
            found, token = found + list(page.rows), page.next_token
            if token is None:
                break
        assert found == expected


def test_a_row_comes_back_as_it_was_written(index, rows):
    assert index.query(ExecutionQuery("index-contract", name="run-06")).rows == (rows[6],)
    assert index.query(ExecutionQuery("index-contract", name="run-11")).rows == (rows[11],)


def test_executions_of_one_moment_have_an_order(index, journal, workspace):
    for name in ("b", "c", "a"):
        put(journal, a_row(workspace, "orders", name, 0))
    first = index.query(ExecutionQuery(workspace, limit=2))
    rest = index.query(ExecutionQuery(workspace, limit=2, next_token=first.next_token))
    assert [row.key.name for row in (*first.rows, *rest.rows)] == ["c", "b", "a"]


def test_a_new_execution_does_not_shift_the_next_page(index, journal, workspace):
    for minute in range(4):
        put(journal, a_row(workspace, "orders", f"run-{minute}", minute))
    first = index.query(ExecutionQuery(workspace, limit=2))
    put(journal, a_row(workspace, "orders", "run-9", 9))
    rest = index.query(ExecutionQuery(workspace, limit=2, next_token=first.next_token))
    assert names(rest) == [1, 0]


def test_a_closed_row_stays_as_it_is(index, journal, workspace):
    closed = a_row(workspace, "orders", "run-1", 0, status="FAILED", ended_at=START + 9, error="Oops")
    put(journal, closed)
    put(journal, a_row(workspace, "orders", "run-1", 0))
    close(journal, a_row(workspace, "orders", "run-1", 0, status="PAUSED"))
    assert index.query(ExecutionQuery(workspace)).rows == (closed,)
    assert index.query(ExecutionQuery(workspace, status="RUNNING")).rows == ()
    assert index.query(ExecutionQuery(workspace, status="FAILED")).rows == (closed,)


def test_a_row_goes_with_its_header_or_not_at_all(index, journal, workspace):
    row = a_row(workspace, "orders", "run-1", 0)
    put(journal, row)
    journal.update_headers([HeaderChange(row.key, 7, "RUNNING", START + 60)])
    close(journal, replace(row, status="FAILED", ended_at=START + 9, error="Older than the header"))
    assert index.query(ExecutionQuery(workspace)).rows == (row,)


def test_writing_twice_is_harmless(index, journal, workspace):
    row = a_row(workspace, "orders", "run-1", 0, status="SUCCEEDED", ended_at=START + 9)
    put(journal, row)
    put(journal, row)
    assert index.query(ExecutionQuery(workspace)) == ExecutionPage((row,))


def test_a_row_leaves_its_old_status(index, journal, workspace):
    running = a_row(workspace, "orders", "run-1", 0)
    put(journal, running)
    for status in ("PAUSED", "TIMED_OUT"):
        row = replace(running, status=status)
        close(journal, row)
        assert index.query(ExecutionQuery(workspace, status="RUNNING")).rows == ()
        assert index.query(ExecutionQuery(workspace, status=status)).rows == (row,)


def test_a_close_that_does_not_know_the_business_key_leaves_it(index, journal, workspace):
    running = a_row(workspace, "orders", "run-1", 0, business_key="customer-1")
    put(journal, running)
    close(journal, replace(running, business_key=None, status="SUCCEEDED", ended_at=START + 9))
    (row,) = index.query(ExecutionQuery(workspace, business_key="customer-1")).rows
    assert (row.status, row.business_key) == ("SUCCEEDED", "customer-1")


def test_the_items_of_a_map_run_are_not_listed(index, journal, workspace):
    key = ExecutionKey.of(workspace, "orders", "run-1~1.0~0")
    journal.create(a_header(key), b"{}")
    journal.update_headers([HeaderChange(key, 0, "SUCCEEDED", None, ended_at=START + 9)])
    assert index.query(ExecutionQuery(workspace)).rows == ()


@pytest.mark.parametrize("text", ["", "ä/ö#1", "a" * 3000, "tab\there", "100%_of*x", "\U0001f600"])
def test_any_business_key_is_found(index, journal, workspace, text):
    row = a_row(workspace, "orders", "run-1", 0, business_key=text)
    put(journal, row)
    put(journal, a_row(workspace, "orders", "run-2", 0, business_key=text + "more"))
    assert index.query(ExecutionQuery(workspace, business_key=text)).rows == (row,)


def test_text_that_no_store_holds_is_kept_readable(index, journal, workspace):
    put(journal, a_row(workspace, "orders", "run-1", 0, business_key="a\ud800b"))
    assert index.query(ExecutionQuery(workspace)).rows[0].business_key == "a?b"


def test_workspaces_do_not_mix(index, rows):
    assert [row.key.workspace for row in index.query(ExecutionQuery("index-other")).rows] == ["index-other"]


@pytest.mark.parametrize("token", ["", "nonsense", "!!!", "e30=", "WzEsMiwzXQ==", "ä"])
def test_a_token_that_is_not_its_own_is_refused(index, workspace, token):
    with pytest.raises(InvalidDocument, match="next_token"):
        index.query(ExecutionQuery(workspace, next_token=token))


@pytest.mark.parametrize("name", queries.filters(ExecutionQuery))
def test_a_token_of_another_filter_is_refused(index, rows, name):
    token = index.query(ExecutionQuery("index-contract", limit=2)).next_token
    for value in queries.values(ExecutionQuery, name):
        with pytest.raises(InvalidDocument, match="next_token"):
            index.query(ExecutionQuery("index-contract", **{name: value}, next_token=token))


def test_a_token_of_another_workspace_is_refused(index, rows):
    token = index.query(ExecutionQuery("index-contract", limit=2)).next_token
    with pytest.raises(InvalidDocument, match="next_token"):
        index.query(ExecutionQuery("index-other", next_token=token))


def test_a_token_goes_on_with_pages_of_another_size(index, rows):
    token = index.query(ExecutionQuery("index-contract", limit=2)).next_token
    assert names(index.query(ExecutionQuery("index-contract", limit=1, next_token=token))) == [9]


@pytest.mark.parametrize("name", queries.filters(ExecutionQuery))
def test_no_filter_is_passed_over(index, rows, name):
    pages = [
        index.query(ExecutionQuery("index-contract", **{name: value})) for value in queries.values(ExecutionQuery, name)
    ]
    assert () in [page.rows for page in pages]


@pytest.mark.parametrize("limit", [0, -1, 1001])
def test_a_page_size_out_of_range_is_refused(index, workspace, limit):
    with pytest.raises(InvalidDocument, match="1 to 1000"):
        index.query(ExecutionQuery(workspace, limit=limit))


def test_the_line_of_open_executions_is_in_the_order_of_their_starts(index, journal, workspace):
    rows = [
        a_row(workspace, ("orders", "invoices")[minute % 2], f"run-{minute:02}", minute) for minute in range(6)
    ]
    for row in rows:
        put(journal, row)
    first, second, third = (row.key for row in rows[::2])
    assert index.oldest_open(workspace, "orders", 10) == [first, second, third]
    assert index.oldest_open(workspace, "orders", 2) == [first, second]
    close(journal, replace(rows[2], status="SUCCEEDED", ended_at=START + 999))
    assert index.oldest_open(workspace, "orders", 2) == [first, third]
    assert index.oldest_open(workspace, "order", 2) == index.oldest_open("another", "orders", 2) == []
    assert index.settled_after >= 0
