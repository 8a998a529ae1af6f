"""An execution whose last segment closes it while its header is open still: DynamoDB does not delete that segment."""

from __future__ import annotations

import base64
import random
from contextlib import contextmanager, suppress

import pytest

from engine.adapters.aws import items
from engine.adapters.aws.bodies import MOST_INLINE_BYTES
from engine.adapters.aws.retention import DynamoRetention
from engine.durable import poison
from engine.durable.lifecycle.dead_letters import DeadLetters
from engine.durable.lifecycle.errors import ExecutionTaken
from engine.durable.retention import DAY
from engine.errors import StoreUnavailable
from engine.ports.journal import OPEN_STATUSES
from tests.support.durable import TESTER
from tests.support.flows import ONE_TASK, WORK
from tests.support.retained import Aws, partition
from tools.cost.meter import Meter

LATER = items.LATER_SECONDS / DAY
SHORT = {"found": 1}
LARGE = {"text": base64.b85encode(random.Random(1).randbytes(2 * MOST_INLINE_BYTES)).decode()}  # noqa: S311


@contextmanager
def no_close(stores, monkeypatch):
    """Who closes a header dies before it does."""
    real = stores.journal.update_headers

    def update_headers(changes):
        if any(change.status not in OPEN_STATUSES for change in changes):
            raise StoreUnavailable("gone")
        return real(changes)

    with monkeypatch.context() as inner:
        inner.setattr(stores.journal, "update_headers", update_headers)
        yield


def status(stores, key):
    """As its header has it, which is there when its term is over for its readers."""
    return stores.stored.get((items.partition(key), items.HEADER))["status"]


def unclosed(stores, monkeypatch, answer):
    """A product, the key of what has ended and does not say so, and when."""
    product = Aws(stores, ONE_TASK, {WORK: [answer]}, retention_days=1)
    key = product.start(None)
    with no_close(stores, monkeypatch), suppress(StoreUnavailable):
        product.run(key)
    assert status(stores, key) == "RUNNING"
    assert len(product.tasks.calls) == 1
    return product, key, stores.clock.now()


def test_what_is_closed_gets_no_later_term(stores):
    """It would get another one each time that DynamoDB has deleted it, for ever where it is kept for ever."""
    product = Aws(stores, ONE_TASK, {WORK: [SHORT]}, retention_days=1)
    key = product.ended()
    before = partition(key)
    DynamoRetention(stores.stored, stores.blobs, lambda _key: iter(())).put_off(key)
    assert partition(key) == before


def paused(product, key, how):
    header = product.stores.journal.header(key)
    if how == "a dead letter":
        DeadLetters(product.stores.journal, product.clock).bury(key, "6")
    else:
        poison.pause(product.stores.journal, header, "it cost its workers")
    assert status(product.stores, key) == "PAUSED"


def closes_as_it_ended(product, key, answer):
    found = product.describe(key)
    assert (found.status, found.output) == ("PAUSED", answer)
    product.executions.resume(key)
    product.drain()
    assert status(product.stores, key) == "SUCCEEDED"
    assert len(product.tasks.calls) == 1, "a call was made twice"


def is_deleted(product, key):
    """Within the margin and what may be left of another one."""
    for _ in range(3):
        product.clock.sleep(items.LATER_SECONDS + 1)
        product.expire()
    assert partition(key) == [items.HEADER]
    with pytest.raises(ExecutionTaken):
        product.describe(key)


def test_a_stage_that_stood_still_for_a_term_ends_it_as_it_ended(stores, monkeypatch):
    product, key, at = unclosed(stores, monkeypatch, SHORT)
    product.at(1 + LATER - 0.01, at)
    assert product.expire() == []
    product.drain()
    assert len(product.tasks.calls) == 1
    assert status(stores, key) == "SUCCEEDED"
    with pytest.raises(ExecutionTaken):  # its term is over, whenever its items go
        product.describe(key)
    product.at(1 + LATER + 0.01, at)
    product.expire()
    assert partition(key) == [items.HEADER]


def test_one_that_ended_goes_for_its_readers_at_its_term_and_is_deleted_later(stores):
    product = Aws(stores, ONE_TASK, retention_days=1)
    key = product.ended()
    at = product.describe(key).ended_at
    product.at(1, at)
    with pytest.raises(ExecutionTaken):
        product.describe(key)
    product.at(1 + LATER - 0.01, at)
    product.expire()
    assert len(partition(key)) > 1
    product.at(1 + LATER + 0.01, at)
    product.expire()
    assert partition(key) == [items.HEADER]


@pytest.mark.parametrize("answer", [SHORT, LARGE], ids=["short", "large"])
@pytest.mark.parametrize("how", ["a dead letter", "strikes"])
def test_one_that_is_paused_ends_as_it_ended_however_late(stores, monkeypatch, how, answer):
    product, key, _ = unclosed(stores, monkeypatch, answer)
    paused(product, key, how)
    for _ in range(20):
        product.clock.sleep(5 * DAY)
        assert product.expire() == []
    closes_as_it_ended(product, key, answer)
    is_deleted(product, key)


def test_one_that_is_paused_and_stopped_is_deleted(stores, monkeypatch):
    product, key, _ = unclosed(stores, monkeypatch, SHORT)
    paused(product, key, "a dead letter")
    product.clock.sleep(30 * DAY)
    product.expire()
    product.executions.stop(key, actor=TESTER)
    product.drain()
    assert len(product.tasks.calls) == 1
    assert status(stores, key) == "SUCCEEDED"
    is_deleted(product, key)


def test_who_dies_while_it_pauses_loses_neither_the_segment_nor_its_term(stores, monkeypatch):
    product, key, _ = unclosed(stores, monkeypatch, SHORT)
    with monkeypatch.context() as inner:
        inner.setattr(stores.stored, "holds", lambda *_: (_ for _ in ()).throw(StoreUnavailable("gone")))
        with pytest.raises(StoreUnavailable):
            paused(product, key, "strikes")
    paused(product, key, "strikes")
    product.clock.sleep(30 * DAY)
    product.expire()
    closes_as_it_ended(product, key, SHORT)
    is_deleted(product, key)


def test_a_pause_of_what_has_not_ended_writes_its_header_alone(stores):
    product = Aws(stores, ONE_TASK)
    key = product.start(None)
    meter = Meter(stores.clients.dynamodb, "automate-test", stores.clients.sqs, stores.clients.s3)
    paused(product, key, "strikes")
    meter.close()
    assert meter.items == {"H": 1}
