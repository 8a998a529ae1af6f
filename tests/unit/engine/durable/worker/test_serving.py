"""A worker process on its queue: a queue that is busy, a queue that stays broken, wakes that fail again and again."""

from __future__ import annotations

import pytest

from engine.adapters.local.database import Database
from engine.durable.worker.serving import LONGEST_PAUSE_SECONDS
from engine.errors import SchemaTooNew, StoreBusy, StoreUnavailable, Throttled
from engine.ports.journal import RUNNING, HeaderChange
from tests.support.backends import open_backend
from tests.support.durable import Product
from tests.support.faults import Once
from tests.support.flows import ONE_TASK, WAIT, flow
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


@pytest.fixture
def on_disk(tmp_path, monkeypatch):
    """A product on SQLite, and its transactions since it was made."""
    transactions = []
    transact = Database._transact

    def counted(self, batch):
        transactions.append(batch)
        return transact(self, batch)

    with open_backend("sqlite", tmp_path / "data") as backend:
        product = Product(flow({"Pass": {"Type": "Pass", "End": True}}), backend=backend)
        monkeypatch.setattr(Database, "_transact", counted)
        yield product, transactions


def all_succeeded(product, keys):
    return all(product.describe(key).status == "SUCCEEDED" for key in keys)


def wakes_left(product):
    """Claimed ones, too."""
    return product.stores.stores._database.rows("SELECT count(*) FROM wake")[0][0]


def test_where_the_stores_share_a_transaction_each_round_is_one(on_disk):
    """The first claim is one; then each commit, of ten executions, acknowledges them and claims others."""
    product, transactions = on_disk
    keys = [product.start({}, name=f"n{number}") for number in range(35)]
    del transactions[:]
    serve(product, lambda: all_succeeded(product, keys))
    assert all_succeeded(product, keys)
    assert wakes_left(product) == 0
    assert len(transactions) == 1 + 4


def test_a_commit_that_fails_claims_nothing(on_disk):
    """What it acknowledged is there again, and who waits in the queue is served all the same."""
    product, _ = on_disk
    keys = [product.start({}, name=f"n{number}") for number in range(25)]
    whole = product.stores.together
    rolled_back = []

    def together(act):
        def undone():
            rolled_back.append(act())
            raise StoreBusy("a backup runs")

        return whole(act if rolled_back else undone)

    product.stores.stores.together = together
    serve(product, lambda: all_succeeded(product, keys))
    assert rolled_back
    assert all_succeeded(product, keys)
    assert wakes_left(product) == 0
