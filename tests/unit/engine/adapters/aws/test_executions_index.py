from __future__ import annotations

import itertools
from dataclasses import replace

import pytest

from engine.adapters.aws import executions_index, items
from engine.adapters.aws.dynamo import Expression, Update
from engine.ports.executions_index import ExecutionQuery
from tests.support.records import a_row, put

OPTIONS = {
    "workflow": (None, "orders"), "status": (None, "FAILED"), "name": (None, "run-3", "run-*"),
    "error": (None, "E3", "E*"), "business_key": (None, "b3", "b*"),
}


@pytest.fixture(scope="module")
def rows(aws_stores):
    found = [
        a_row("lists", ("orders", "invoices")[n % 2], f"run-{n}", n, status="FAILED", error=f"E{n % 4}",
              business_key=f"b{n % 5}")
        for n in range(20)
    ]
    for row in found:
        put(aws_stores.journal, row)
    return found


def test_no_query_scans(aws_stores, rows, calls, monkeypatch):
    monkeypatch.setattr("engine.adapters.aws.table.LIST_SHARDS", 2)  # each of them is read in the same way
    for values in itertools.product(*OPTIONS.values()):
        aws_stores.index.query(ExecutionQuery("lists", **dict(zip(OPTIONS, values, strict=True))))
    assert {name for name, _ in calls} == {"Query", "BatchGetItem"}
    assert all(parameters.get("IndexName") for name, parameters in calls if name == "Query")


def test_one_page_reads_one_page(aws_stores, rows, calls):
    assert len(aws_stores.index.query(ExecutionQuery("lists", limit=5)).rows) == 5
    assert [name for name, _ in calls] == ["Query"] * 17 + ["BatchGetItem"]
    assert [parameters["Limit"] for _, parameters in calls[:-1]] == [6] + [8] * 16


@pytest.mark.parametrize("filters", [{"name": "run-*"}, {"error": "E*", "workflow": "orders"}, {"business_key": "b*"}])
def test_a_frequent_prefix_walks_the_list_instead(aws_stores, rows, calls, monkeypatch, filters):
    whole = aws_stores.index.query(ExecutionQuery("lists", **filters))
    monkeypatch.setattr(executions_index, "GATHERED", 5)
    calls.clear()
    assert aws_stores.index.query(ExecutionQuery("lists", **filters)) == whole
    assert calls[-2][1]["IndexName"] in ("started", "workflow")
    first = aws_stores.index.query(ExecutionQuery("lists", **filters, limit=3))
    monkeypatch.undo()
    rest = aws_stores.index.query(ExecutionQuery("lists", **filters, next_token=first.next_token))
    assert first.rows + rest.rows == whole.rows, "a token holds whichever way its page was found"


def test_the_next_page_of_a_prefix_does_not_read_the_rows_before_it(aws_stores, rows, calls):
    query = ExecutionQuery("lists", name="run-*", limit=15)
    token = aws_stores.index.query(query).next_token
    calls.clear()
    assert len(aws_stores.index.query(replace(query, next_token=token)).rows) == 5
    (read,) = [parameters["RequestItems"] for name, parameters in calls if name == "BatchGetItem"]
    assert [len(request["Keys"]) for request in read.values()] == [5]


def test_a_row_that_changed_since_it_was_indexed_is_left_out(aws_stores):
    """A global index lags: here a row is FAILED and still lies under RUNNING."""
    row = a_row("lag", "orders", "run-1", 0)
    put(aws_stores.journal, row)
    change = Expression("", {":failed": "FAILED"}, {"#status": "status"})
    aws_stores.index._table.write(Update((items.partition(row.key), items.HEADER), "SET #status = :failed", change))
    assert aws_stores.index.query(ExecutionQuery("lag", status="RUNNING")).rows == ()
    assert aws_stores.index.query(ExecutionQuery("lag")).rows == (replace(row, status="FAILED"),)


def test_a_sort_key_has_room_for_the_longest_parts():
    row = a_row("w", "ä" * 80, "ö" * 80, 0, business_key="ü" * 5000, error="x" * 5000)
    item = items.places(row)
    for name in ("started", "name_started", "error_started", "business_key_started"):
        assert len(item[name].encode()) <= 1024


def test_an_execution_without_error_or_business_key_is_not_in_their_lists():
    item = items.places(a_row("w", "orders", "run-1", 0))
    assert item["error_started"] is None
    assert item["business_key_started"] is None
