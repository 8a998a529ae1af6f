"""What a start refuses before anything is stored."""

from __future__ import annotations

import pytest

from engine.clock import SkipClock
from engine.errors import InvalidDocument, InvalidExpression
from tests.support.backends import Backend, open_local
from tests.support.durable import Product
from tests.support.flows import ONE_TASK, THREE_TASKS, Died


@pytest.mark.parametrize("depth", [501, 9_997, 100_000])
def test_an_input_too_deep_for_a_snapshot_is_refused(depth):
    """At 9,997 levels CPython 3.13 encodes the input, and can never encode the snapshot around it."""
    product, value = Product(ONE_TASK), []
    for _ in range(depth - 1):
        value = [value]
    with pytest.raises(InvalidDocument, match="nests more than 500"):
        product.start(value)
    assert product.stores.journal.due(float("inf")) == []


def test_an_input_as_deep_as_allowed_runs():
    product, value = Product(THREE_TASKS), {"leaf": 1}
    for _ in range(499):
        value = [value]
    key = product.start(value)
    product.drain()
    assert product.describe(key).output == value


def test_a_business_key_that_fails_fails_before_the_start():
    product = Product(ONE_TASK, business_key="no path")
    with pytest.raises(InvalidExpression):
        product.start({})
    assert product.stores.journal.due(float("inf")) == []


def test_what_is_told_of_a_start_is_part_of_its_transaction(tmp_path):
    """So that a start and its entry in the audit log are both there, or neither."""
    stores = open_local(tmp_path, SkipClock())
    try:
        product = Product(ONE_TASK, backend=stores_as_backend(stores))
        executions = product.executions
        executions._starts._together = stores.together
        with pytest.raises(Died):
            executions.start("default", "flow", {}, name="one", then=raises(Died()))
        assert stores.queue.claim(10) == []
        told = []
        started = executions.start("default", "flow", {}, name="one", then=told.append)
        assert told == [started]
        assert stores.journal.header(started.key).status == "RUNNING"
    finally:
        stores.close()


def stores_as_backend(stores):
    return Backend("sqlite", SkipClock(), stores, lambda same: same)


def raises(error):
    def act(_started):
        raise error

    return act
