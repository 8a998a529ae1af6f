"""A worker process on its queue: a queue that is busy, a queue that stays broken, wakes that fail again and again."""

from __future__ import annotations

import pytest

from engine.durable.worker.serving import LONGEST_PAUSE_SECONDS
from engine.errors import SchemaTooNew, StoreBusy, StoreUnavailable, Throttled
from engine.ports.journal import RUNNING, HeaderChange
from tests.support.durable import Product
from tests.support.faults import Once
from tests.support.flows import ONE_TASK, WAIT
from tests.support.serving import serve


@pytest.mark.parametrize("method", ["claim", "acknowledge", "changed"])
def test_a_busy_queue_does_not_end_the_worker(method):
    product = Product(ONE_TASK)
    key = product.start({})
    queue = product.stores.queue
    setattr(queue, method, Once(getattr(queue, method), StoreBusy("a backup runs"), times=2))
    serve(product, lambda: queue.next_due_in() is None and not queue._claimed and not queue._free and
          product.describe(key).status == "SUCCEEDED")
    assert product.describe(key).status == "SUCCEEDED"
    assert not queue._claimed


def test_a_queue_that_stays_broken_ends_the_worker():
    product = Product(ONE_TASK)

    def down(*_args):
        raise StoreUnavailable("the folder is gone")

    product.stores.queue.claim = down
    product.start({})
    with pytest.raises(StoreUnavailable):
        serve(product, lambda: False)


def test_wakes_of_an_execution_that_cannot_be_opened_do_not_pile_up():
    product = Product(ONE_TASK)
    key = product.start({})

    def newer(*_numbered):
        raise SchemaTooNew("a newer release wrote it")

    product.published.numbered = newer
    end = product.clock.now() + 3600
    sweeps = [product.clock.now() + 60]
    tries = []
    real = product.stores.journal.load
    product.stores.journal.load = lambda k: (tries.append(k), real(k))[1]

    def hour_over():
        if product.clock.now() >= sweeps[0]:
            sweeps[0] += 60
            product.sweeper.sweep()
        product.clock.sleep(20)
        return product.clock.now() >= end

    serve(product, hour_over)
    assert sum(map(len, product.stores.queue._free.values())) <= 2
    assert len(tries) < 400
    assert product.stores.journal.header(key).due_at is not None


def test_a_wake_that_is_given_up_leaves_a_header_that_is_due_soon():
    """It is due in a year by itself: nobody else would come before."""
    product = Product(WAIT)
    key = product.start({})
    journal = product.stores.journal
    journal.update_headers([HeaderChange(key, -1, RUNNING, product.clock.now() + 365 * 86_400)])
    journal.load = Once(journal.load, Throttled("busy"), times=10**6)
    serve(product, lambda: not product.stores.queue._free and not product.stores.queue._claimed)
    assert journal.header(key).due_at <= product.clock.now() + LONGEST_PAUSE_SECONDS
