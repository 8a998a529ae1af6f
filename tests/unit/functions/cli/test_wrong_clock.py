"""An execution that a wrong clock left in a time to come is found; one that waits long by its own will is not."""

from __future__ import annotations

import pytest

from functions.cli.wrong_clock import MARGIN_SECONDS, ahead_of
from tests.support.durable import Product

YEAR = 365 * 24 * 3600.0


def waiting(**how):
    return {"StartAt": "Wait", "States": {"Wait": {"Type": "Wait", **how, "End": True}}}


BESIDE = {"StartAt": "Both", "States": {"Both": {"Type": "Parallel", "End": True, "Branches": [
    waiting(Seconds=60), {"StartAt": "Soon", "States": {"Soon": {"Type": "Wait", "Seconds": 1, "End": True}}},
]}}}


def found(product):
    return ahead_of(product.clock.now(), product.workspace, product.stores.index, product.stores.journal)


def armed(definition, at):
    """A product whose clock said `at` when its execution began, and is right again."""
    product = Product(definition)
    right = product.clock.now()
    product.clock.set(at)
    key = product.start()
    product.run(key)
    product.clock.set(right)
    return product, key


@pytest.mark.parametrize("definition", [waiting(Seconds=60), BESIDE])
@pytest.mark.parametrize("ahead", [3600, 10 * YEAR])
def test_a_wait_that_was_armed_under_a_clock_far_ahead_is_found(definition, ahead):
    right = Product(definition).clock.now()
    product, key = armed(definition, right + ahead)
    (said,) = found(product)
    assert said.id == key.id
    assert said.last_at == pytest.approx(right + ahead)
    assert said.due_at > right + ahead
    product.clock.sleep(MARGIN_SECONDS)
    product.sweeper.sweep()
    product.run(key)
    assert [item.id for item in found(product)] == [key.id], "whatever looks at it meanwhile, it is not due"


def test_one_that_a_clock_ahead_started_and_no_worker_took_is_found():
    product = Product(waiting(Seconds=60))
    right = product.clock.now()
    product.clock.set(right + YEAR)
    key = product.start()
    product.clock.set(right)
    assert [item.id for item in found(product)] == [key.id]


@pytest.mark.parametrize("definition", [
    waiting(Seconds=60), waiting(Seconds=50 * 365 * 24 * 3600), waiting(Timestamp="2099-01-01T00:00:00Z"), BESIDE,
])
@pytest.mark.parametrize("skew", [0, -10 * YEAR, MARGIN_SECONDS - 60])
def test_what_waits_as_it_says_is_not(definition, skew):
    product, _ = armed(definition, Product(definition).clock.now() + skew)
    assert found(product) == []
