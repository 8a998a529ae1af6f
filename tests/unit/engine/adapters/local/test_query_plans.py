"""No statement looks at every row: SQLite's own plan of each says SEARCH, never SCAN."""

from __future__ import annotations

import itertools
from dataclasses import replace

import pytest

from engine.adapters.listing import Position, token
from engine.adapters.local import journal, queue
from engine.adapters.local.executions_index import select
from engine.clock import SkipClock
from engine.ports.executions_index import ExecutionQuery
from tests.support.backends import open_local


@pytest.fixture(scope="module")
def connection(tmp_path_factory):
    stores = open_local(tmp_path_factory.mktemp("plans") / "data", SkipClock())
    yield stores._database._writer
    stores.close()


def plan(connection, statement, values=()):
    return [row[3] for row in connection.execute("EXPLAIN QUERY PLAN " + statement, values)]


def assert_searches(steps):
    looks = [step for step in steps if step.startswith(("SCAN", "SEARCH"))]
    assert looks
    for step in looks:
        assert step.startswith(("SEARCH", "SCAN (subquery")), steps


OPTIONS = {
    "workflow": (None, "orders"), "status": (None, "FAILED"), "name": (None, "run", "run*"),
    "error": (None, "E", "E*"), "business_key": (None, "b", "b*"),
}


@pytest.mark.parametrize("order", ["newest", "oldest"])
@pytest.mark.parametrize("paged", [False, True])
def test_every_query_of_the_executions_index_searches(connection, paged, order):
    for values in itertools.product(*OPTIONS.values()):
        query = ExecutionQuery("default", **dict(zip(OPTIONS, values, strict=True)), order=order)
        if paged:
            query = replace(query, next_token=token(query, Position(1.5, "x")))
        steps = plan(connection, *select(query))
        assert_searches(steps)
        sorts = any("TEMP B-TREE" in step for step in steps)
        prefixes = any(value is not None and value.endswith("*") for value in values)
        assert not sorts or prefixes, f"{query} is not in the list's order: {steps}"


@pytest.mark.parametrize("rarest", [None, "timeout"])
def test_words_are_looked_up(connection, rarest):
    query = ExecutionQuery("default", text="card timeout", workflow="orders", status="FAILED")
    steps = plan(connection, *select(query, rarest))
    assert_searches(steps)
    assert sum(step.startswith("SEARCH w ") for step in steps) == (2 if rarest is None else 1)
    assert rarest is not None or not any("TEMP B-TREE" in step for step in steps)


@pytest.mark.parametrize(
    ("statement", "index"),
    [
        *((statement, "segment_number") for statement in journal._LOADS),
        (journal._CHANGE_HEADER, "sqlite_autoindex_header_1"),
        (queue._NEXT_DUE, "wake_free"),
        (queue._NEXT_OWNER, "wake_claimed"),
        (queue._CLAIM, "wake_free"),
        (queue._EARLIEST, "wake_free"),
        (queue._NEXT_WORKFLOW, "wake_fair"),
        (queue._OF_WORKFLOW, "wake_fair"),
    ],
)
def test_hot_statements_use_their_index(connection, statement, index):
    steps = plan(connection, statement, (0,) * statement.count("?"))
    assert any(index in step for step in steps), steps
    assert all(step.startswith("SEARCH") or index in step for step in steps if step.startswith(("SCAN", "SEARCH")))


@pytest.mark.parametrize("statement", [queue._NEXT_WORKFLOW, queue._OF_WORKFLOW, queue._EARLIEST])
def test_turns_are_found_without_sorting(connection, statement):
    assert not any("TEMP B-TREE" in step for step in plan(connection, statement, (0,) * statement.count("?")))


def test_due_reads_both_indexes_in_order(connection):
    steps = plan(connection, journal._DUE, (1.0, 10))
    assert any("header USING" in step and "header_due" in step for step in steps), steps
    assert any("inbox USING" in step and "inbox_due" in step for step in steps), steps
    for step in steps:
        assert not step.startswith(("SCAN header", "SCAN inbox")), steps
