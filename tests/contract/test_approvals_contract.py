"""engine.ports.people.approvals.Approvals, the same for every family."""

from __future__ import annotations

from dataclasses import replace

import pytest

from engine.errors import InvalidDocument
from engine.ports.keys import ExecutionKey
from engine.ports.people.approvals import (
    APPROVED,
    KEPT_SECONDS,
    OVER,
    Approval,
    ApprovalQuery,
    approval_id,
    is_id,
)

NOW = 1_700_000_000.5


@pytest.fixture
def store(backend):
    return backend.approvals


@pytest.fixture
def asked(workspace):
    def make(name="run-1", since=NOW, token="t"):  # noqa: S107
        execution = f"orders:{name}"
        return Approval(workspace, approval_id(execution, token, since), execution, "/0", 3, 1, since)

    return make


def names(store, workspace, **more):
    return [row.execution_id for row in store.page(ApprovalQuery(workspace, **more)).approvals]


def test_what_is_asked_twice_is_there_once(store, asked):
    row = asked()
    assert is_id(row.id)
    store.ask(row)
    assert store.answer(row, [{"by": "ada"}])
    store.ask(row)
    assert store.get(row.workspace, row.id) == replace(row, answers=({"by": "ada"},), revision=1)
    assert store.get(row.workspace, asked("other").id) is None


def test_one_of_two_answers_at_once_is_written(store, asked):
    row = asked()
    store.ask(row)
    assert store.answer(row, [{"by": "ada", "comment": "\ud83d alone"}])
    assert not store.answer(row, [{"by": "bob"}])
    again = store.get(row.workspace, row.id)
    assert again.answers == ({"by": "ada", "comment": "\ud83d alone"},)
    assert store.answer(again, [*again.answers, {"by": "bob"}])


def test_what_is_closed_is_listed_no_more_and_takes_no_answer(store, asked):
    row = asked()
    store.ask(row)
    store.answer(row, [{"by": "ada"}])
    store.close(row, APPROVED, NOW + 5)
    store.close(row, OVER, NOW + 6)
    found = store.get(row.workspace, row.id)
    assert (found.status, found.closed_at, found.answers) == (APPROVED, NOW + 5, ())
    assert names(store, row.workspace) == []
    assert not store.answer(found, [{"by": "bob"}])
    store.ask(row)
    assert store.get(row.workspace, row.id).status == APPROVED


def test_closing_what_is_not_there_is_no_error(store, asked):
    store.close(asked(), OVER, NOW)
    assert store.get(asked().workspace, asked().id) is None


def test_what_was_closed_long_ago_is_forgotten(backend, store, asked):
    old, later = asked("old"), asked("later")
    for row, at in ((old, NOW), (later, NOW + KEPT_SECONDS + 1)):
        store.ask(row)
        store.close(row, OVER, at)
    if backend.family != "aws":  # DynamoDB deletes by itself
        assert store.get(old.workspace, old.id) is None
    assert store.get(later.workspace, later.id).status == OVER


def test_pages_are_in_the_order_of_the_asking(store, asked, workspace):
    rows = [asked(f"run-{number}", since=NOW + 10 * number) for number in (3, 1, 2)]
    for row in rows:
        store.ask(row)
    assert names(store, workspace) == ["orders:run-1", "orders:run-2", "orders:run-3"]
    first = store.page(ApprovalQuery(workspace, limit=2))
    assert [row.execution_id for row in first.approvals] == ["orders:run-1", "orders:run-2"]
    assert names(store, workspace, limit=2, next_token=first.next_token) == ["orders:run-3"]
    assert store.page(ApprovalQuery(workspace, limit=3)).next_token is None
    assert names(store, f"{workspace}-other") == []


@pytest.mark.parametrize("bad", [{"limit": 0}, {"limit": 101}, {"next_token": "x"}])
def test_a_page_that_is_none_is_refused(store, workspace, bad):
    with pytest.raises(InvalidDocument):
        store.page(ApprovalQuery(workspace, **bad))


def test_what_is_erased_is_gone(store, asked, workspace):
    gone, stays = asked("gone"), asked("stays")
    for row in (gone, stays):
        store.ask(row)
        store.close(row, APPROVED, NOW)
    store.erase([ExecutionKey(workspace, "orders:gone")])
    assert store.get(workspace, gone.id) is None
    assert store.get(workspace, stays.id) is not None
