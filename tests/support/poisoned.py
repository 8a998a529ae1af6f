"""Executions that kill their workers."""

from __future__ import annotations

import pytest

from engine.durable.poison import MOST_STRIKES
from engine.ports.executions_index import ExecutionQuery
from tests.support.durable import Product, ScriptedTasks
from tests.support.flows import ONE_TASK, WORK, Died, die

PAST_ANY_LEASE = 400.0
FRAGILE = "connector:demo:fragile"


def strikes(product, key):
    return product.stores.journal.header(key).strikes


def status(product, key):
    [row] = [row for row in product.stores.index.query(ExecutionQuery("default")).rows if row.key == key]
    header = product.stores.journal.header(key)
    assert row.status == header.status  # the list and the header agree
    return header.status


def dies(product, key, worker=None, **more):
    with pytest.raises(Died):
        (worker or product.worker()).run([key], deadline=product.clock.now() + 300, **more)
    product.clock.sleep(PAST_ANY_LEASE)


def killer(product=None):
    product = product or Product(ONE_TASK, ScriptedTasks({WORK: [die]}))
    return product, product.start({})


def paused(product, key):
    for _ in range(MOST_STRIKES + 1):
        dies(product, key)
    assert product.run(key) is None
    assert status(product, key) == "PAUSED"


def raising(error):
    def act(*_args):
        raise error

    return act
