"""Lists in shards: what was written before and since is one list, and each execution is in it once."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest

from engine.adapters.aws import items, table
from engine.adapters.aws.at_once import InThreads
from engine.adapters.aws.dynamo import Expression, Table
from engine.adapters.aws.executions_index import DynamoExecutionsIndex, _merged
from engine.adapters.aws.journal import DynamoJournal
from engine.adapters.aws.stores import AwsStores
from engine.errors import StoreUnavailable
from engine.ports.executions_index import ExecutionQuery
from engine.ports.generated_names import generated_name
from engine.ports.journal import Parent
from engine.settings import Settings
from tests.support.records import START, a_header, a_row, close, put

FILTERS = [
    {}, {"workflow": "orders"}, {"status": "FAILED"}, {"status": "RUNNING"}, {"status": "SUCCEEDED"},
    {"status": "RUNNING,FAILED"}, {"name": "run-7"}, {"name": "run-7", "workflow": "invoices"}, {"name": "run-*"},
    {"name": "run-1*", "workflow": "orders"}, {"error": "E1"}, {"error": "E*"}, {"business_key": "b2"},
    {"business_key": "b*", "status": "FAILED"}, {"started_after": START + 300, "started_before": START + 1500},
]


@pytest.fixture(scope="module")
def unspread(aws_stores):
    """What release 0.2.0 writes."""
    return DynamoJournal(aws_stores.journal._table, aws_stores.blobs, spread_lists=False)


@pytest.fixture(scope="module")
def rows(aws_stores, unspread):
    """Thirty executions, newest first: every third is of before the lists were spread."""
    found = [
        a_row("mixed", ("orders", "invoices")[n % 2], f"run-{n}", n, business_key=f"b{n % 5}",
              **({"status": "FAILED", "error": f"E{n % 4}"} if n % 4 < 2 else {}))
        for n in range(30)
    ]
    for number, row in enumerate(found):
        put(unspread if number % 3 == 0 else aws_stores.journal, row)
    return found[::-1]


def meant(rows, **filters):
    """The rows of a query, by its words alone."""
    def holds(row, column, value):
        if column in ("started_after", "started_before"):
            return row.started_at >= value if column == "started_after" else row.started_at < value
        stored = getattr(row, column)
        if value.endswith("*"):
            return stored is not None and stored.startswith(value[:-1])
        return stored in value.split(",")

    return tuple(row for row in rows if all(holds(row, *filter_) for filter_ in filters.items()))


@pytest.mark.parametrize("filters", FILTERS)
def test_rows_of_before_and_since_are_one_list(aws_stores, rows, filters):
    assert aws_stores.index.query(ExecutionQuery("mixed", **filters)).rows == meant(rows, **filters)


@pytest.mark.parametrize("filters", FILTERS)
def test_pages_follow_each_other(aws_stores, rows, filters):
    query, found = ExecutionQuery("mixed", **filters, limit=4), []
    while True:
        page = aws_stores.index.query(query)
        found += page.rows
        if page.next_token is None:
            break
        assert len(page.next_token) < 200
        query = replace(query, next_token=page.next_token)
    assert tuple(found) == meant(rows, **filters)


def test_a_token_of_before_goes_on_in_the_spread_list(aws_stores, unspread):
    """A page was shown, then the stage was set to spread its lists: the token is a place, whatever lies where."""
    for number in range(6):
        put(unspread, a_row("later", "orders", f"run-{number}", number))
    query = ExecutionQuery("later", limit=4)
    first = aws_stores.index.query(query)
    put(aws_stores.journal, a_row("later", "orders", "run-new", 9))
    rest = aws_stores.index.query(replace(query, next_token=first.next_token))
    assert [row.name for row in first.rows + rest.rows] == [f"run-{number}" for number in reversed(range(6))]


def test_a_shard_that_holds_a_whole_page_is_read_on(aws_stores):
    names = [name for name in (f"run-{number}" for number in range(2000)) if table.list_shard(name) == "07"][:60]
    for minute, name in enumerate(names):
        put(aws_stores.journal, a_row("one-shard", "orders", name, minute))
    found = aws_stores.index.query(ExecutionQuery("one-shard", limit=50)).rows
    assert [row.name for row in found] == names[:-51:-1]


@pytest.fixture
def entries(aws_stores):
    def entries(index, value):
        """How many entries each partition of a list has."""
        each = {partition: Expression(f"{index.partition} = :p", {":p": partition})
                for partition in items.partitions(value)}
        found = {partition: len(list(aws_stores.index._table.query(keys, index=index.name)))
                 for partition, keys in each.items()}
        return Counter({partition: number for partition, number in found.items() if number})

    return entries


def test_a_row_of_before_moves_to_its_shard_when_its_status_changes(aws_stores, unspread, entries):
    row = a_row("moving", "orders", "run-1", 0)
    put(unspread, row)
    running, failed = "moving\0RUNNING", "moving\0FAILED"
    assert entries(table.STATUS, running) == {running: 1}
    close(aws_stores.journal, replace(row, status="FAILED", error="E"))
    assert entries(table.STATUS, running) == {}
    assert entries(table.STATUS, failed) == {f"{failed}\0{table.list_shard('run-1')}": 1}
    assert entries(table.STARTED, "moving") == {"moving": 1}, "where it was: no write is made for it alone"
    for filters in ({}, {"status": "FAILED"}, {"error": "E"}, {"workflow": "orders"}):
        (found,) = aws_stores.index.query(ExecutionQuery("moving", **filters)).rows
        assert found.status == "FAILED"


def test_a_stage_that_may_return_writes_what_the_release_before_reads(unspread, entries):
    row = a_row("returning", "orders", "run-1", 0, business_key="b")
    put(unspread, row)
    item = unspread._table.get((items.partition(row.key), items.HEADER))
    lists = {name: item[name] for name in ("ws", "ws_workflow", "ws_status")}
    assert lists == {"ws": "returning", "ws_workflow": "returning\0orders", "ws_status": "returning\0RUNNING"}


@pytest.mark.parametrize(("environment", "spread"), [
    ({}, False), ({"AUTOMATE_SPREAD_LISTS": "0"}, False), ({"AUTOMATE_SPREAD_LISTS": "1"}, True),
])
def test_a_stage_says_that_its_lists_are_spread(aws_clock, environment, spread):
    named = {"AUTOMATE_TABLE": "t", "AUTOMATE_QUEUE_URL": "q", "AUTOMATE_BUCKET": "b"}
    stores = AwsStores.from_settings(Settings.from_environment({**named, **environment}), aws_clock)
    assert stores.journal._spread is spread


def test_the_release_before_takes_a_spread_row_back_into_its_list_of_statuses(aws_stores, unspread, entries):
    """After a rollback: what it closes it lists by status, and no row is in two partitions."""
    row = a_row("back", "orders", "run-1", 0)
    put(aws_stores.journal, row)
    close(unspread, replace(row, status="FAILED"))
    assert entries(table.STATUS, "back\0FAILED") == {"back\0FAILED": 1}
    assert entries(table.STATUS, "back\0RUNNING") == {}
    assert [found.name for found in aws_stores.index.query(ExecutionQuery("back", status="FAILED")).rows] == ["run-1"]


def test_a_row_that_lags_in_the_partition_it_left_is_listed_once():
    spread, left = [("3", "c"), ("2", "b")], [("2", "b"), ("1", "a")]
    assert list(_merged(ExecutionQuery("w"), [iter(spread), iter(left)])) == [("3", "c"), ("2", "b"), ("1", "a")]


def asked(calls):
    """The partitions that queries named."""
    return [given["ExpressionAttributeValues"][":partition"]["S"] for name, given in calls if name == "Query"]


def test_a_name_is_looked_up_in_its_shard_and_where_the_rows_of_before_are(aws_stores, rows, calls):
    assert [row.name for row in aws_stores.index.query(ExecutionQuery("mixed", name="run-7")).rows] == ["run-7"]
    assert asked(calls) == ["mixed", f"mixed\0{table.list_shard('run-7')}"]


def test_a_generated_name_is_looked_up_in_its_shard(aws_stores, calls):
    names = [generated_name(START + 60 * minute) for minute in range(8)]
    for minute, name in enumerate(names):
        put(aws_stores.journal, a_row("generated", "orders", name, minute))
    calls.clear()
    assert [row.name for row in aws_stores.index.query(ExecutionQuery("generated", name=names[3])).rows] == [names[3]]
    assert set(asked(calls)) == {"generated", f"generated\0{table.list_shard(names[3])}"}


def test_a_name_with_its_workflow_is_one_read_of_its_header(aws_stores, rows, calls):
    for name, workflow, found in (("run-7", "invoices", 1), ("run-7", "orders", 0), ("run-99", "orders", 0)):
        calls.clear()
        assert len(aws_stores.index.query(ExecutionQuery("mixed", name=name, workflow=workflow)).rows) == found
        assert [operation for operation, _ in calls] == ["BatchGetItem"]


def test_an_item_of_a_map_run_is_in_no_list(aws_stores):
    row = a_row("items", "orders", "item-1", 0)
    child = a_header(row.key, parent=Parent("orders:run-1", "Map", 1, 1, 0, machine="/States/Map/ItemProcessor"))
    aws_stores.journal.create(child, b"{}", None)
    for filters in ({}, {"name": "item-1"}, {"name": "item-1", "workflow": "orders"}):
        assert aws_stores.index.query(ExecutionQuery("items", **filters)).rows == ()


def test_a_list_is_read_by_threads_as_it_is_one_by_one(aws_stores, rows):
    stored = aws_stores.index._table
    threaded = DynamoExecutionsIndex(Table(stored._clients, stored._name, stored._clock, InThreads(16)))
    for filters in FILTERS:
        query = ExecutionQuery("mixed", **filters, limit=4)
        assert threaded.query(query) == aws_stores.index.query(query)


def test_a_shard_that_cannot_be_read_fails_the_page(aws_stores, rows, monkeypatch):
    """Else a list would lack a sixteenth of its rows, and nobody would know."""
    whole = Table._query_page

    def failing(self, request, size):
        if request["ExpressionAttributeValues"][":partition"]["S"].endswith("09"):
            raise StoreUnavailable("no answer")
        return whole(self, request, size)

    monkeypatch.setattr(Table, "_query_page", failing)
    with pytest.raises(StoreUnavailable):
        aws_stores.index.query(ExecutionQuery("mixed"))
