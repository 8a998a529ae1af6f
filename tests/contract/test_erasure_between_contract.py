"""Who was about to read, redrive or fork what is erased is told that it was deleted, and nothing else."""

from __future__ import annotations

import pytest

from engine.durable.lifecycle.errors import ExecutionTaken
from engine.durable.lifecycle.forking.forks import Wanted
from engine.durable.lifecycle.forking.running import Calls
from engine.ports.tasks import TaskFailed
from tests.support import backends
from tests.support.durable import TESTER
from tests.support.erasing import Asked
from tests.support.flows import ONE_TASK, WORK


@pytest.fixture(params=backends.FAMILIES)
def stores(request, tmp_path):
    with backends.open_backend(request.param, tmp_path / "data") as backend:
        yield backend


def redrive(product, key):
    product.executions.redrive(key)


def fork(product, key):
    product.executions.fork(key, Wanted(1, "me"), Calls(product.tasks, lambda _resource: False))


def describe(product, key):
    product.executions.describe(key)


def input_of(product, key):
    product.executions.input_of(key)


@pytest.mark.parametrize(("asks", "at"), [
    (redrive, "inbox"), (redrive, "commit"), (redrive, "update_headers"), (fork, "segments"),
    (fork, "execution_input"), (describe, "execution_input"), (input_of, "execution_input"),
])
def test_who_comes_late_is_told_that_it_was_deleted(stores, monkeypatch, asks, at):
    product = Asked(stores, ONE_TASK, {WORK: [TaskFailed("Broken")]})
    key = product.ended({"order": "4711" * 500})  # not so short that its header has it on AWS
    real, erased = getattr(stores.journal, at), []

    def after_it(*given, **more):
        if not erased:
            erased.append(key)
            product.erasing.erase_one(key, TESTER)
            product.over()
        return real(*given, **more)

    monkeypatch.setattr(stores.journal, at, after_it)
    with pytest.raises(ExecutionTaken, match="is not kept any more: it was deleted on"):
        asks(product, key)
    assert erased == [key]
    assert product.listed() == []


@pytest.mark.parametrize("stores", ["aws"], indirect=True)
@pytest.mark.parametrize("asks", [redrive, fork, describe])
def test_one_that_is_hidden_between_its_header_and_its_segments_is_not_there(stores, monkeypatch, asks):
    product = Asked(stores, ONE_TASK, {WORK: [TaskFailed("Broken")]})
    key = product.ended({"order": 1})
    real = stores.journal._kept

    def then_it_is_erased(asked):
        header = real(asked)
        monkeypatch.setattr(stores.journal, "_kept", real)
        product.erasing.erase_one(key, TESTER)
        return header

    monkeypatch.setattr(stores.journal, "_kept", then_it_is_erased)
    with pytest.raises(ExecutionTaken, match="is not kept any more"):
        asks(product, key)
