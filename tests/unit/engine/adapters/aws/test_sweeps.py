"""A sweep on AWS: few calls, and those at the same time."""

from __future__ import annotations

import itertools
from collections import Counter

import pytest

from engine.adapters.aws import items, table
from engine.adapters.aws.at_once import InOrder, InThreads
from engine.adapters.aws.stores import THREADS, AwsStores
from engine.durable.lifecycle.sweeper import Sweeper
from engine.ports.journal import Due, HeaderChange
from engine.ports.keys import ExecutionKey
from engine.settings import Settings
from tests.support.records import a_header, an_item

_numbers = itertools.count(1)
NAMED = {"table": "automate-test", "queue_url": "https://sqs.eu-central-1.amazonaws.com/1/q", "bucket": "b"}


@pytest.fixture
def stores(aws_stores, aws_clock):
    """As the sweeper's function has them."""
    return AwsStores(
        aws_stores.clients, table="automate-test", queue_url=aws_stores.queue._url, bucket="automate-test-payloads",
        clock=aws_clock, at_once=InThreads(THREADS),
    )


@pytest.fixture
def due(stores, aws_clock):
    """250 executions that are due within the look-ahead, the later ones later."""
    workspace = f"sweeps{next(_numbers)}"
    keys = [ExecutionKey.of(workspace, "orders", f"run-{n:03}") for n in range(250)]
    for n, key in enumerate(keys):
        stores.journal.create(a_header(key, due_at=aws_clock.now() + n / 10), b"{}")
    yield keys
    stores.journal.update_headers([HeaderChange(key, 9, "SUCCEEDED", None) for key in keys])


def test_a_sweep_asks_in_batches(stores, aws_clock, due, calls):
    asked = Counter()
    stores.clients.sqs.meta.events.register(
        "provide-client-params.sqs.SendMessageBatch", lambda **_: asked.update(["SendMessageBatch"])
    )
    calls.clear()
    assert Sweeper(stores.journal, stores.queue, aws_clock).sweep() == 250
    asked.update(name for name, _ in calls)
    shards = len({table.due_shard(items.partition(key)) for key in due})
    assert shards == table.DUE_SHARDS
    assert asked == {"Query": 16, "BatchGetItem": 3, "SendMessageBatch": 25, "UpdateItem": 250}
    assert Sweeper(stores.journal, stores.queue, aws_clock).sweep() == 0, "each was claimed"


def test_what_is_due_comes_in_order_from_all_shards_once(stores, aws_clock, due):
    key = due[7]
    stores.journal.put_inbox(an_item(key, "answer", due_at=aws_clock.now() - 5))
    found = stores.journal.due(aws_clock.now() + 100)
    assert [item.key for item in found] == [key, *due[:7], *due[8:]]
    assert found[0] == Due(key, aws_clock.now() - 5)
    assert stores.journal.due(aws_clock.now() + 100, limit=40) == found[:40]
    stores.journal.delete_inbox(key, ["answer"])


@pytest.mark.parametrize(
    ("threads", "how", "connections"), [(1, InOrder, 32), (16, InThreads, 32), (64, InThreads, 64)]
)
def test_each_thread_has_its_connection(aws_clock, threads, how, connections):
    stores = AwsStores.from_settings(Settings(**NAMED), aws_clock, threads=threads)
    assert isinstance(stores.journal._table.at_once, how)
    assert stores.clients._config.max_pool_connections == connections
