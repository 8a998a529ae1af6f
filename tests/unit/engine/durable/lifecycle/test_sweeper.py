from __future__ import annotations

import pytest

from engine.clock import SkipClock
from engine.durable.inbox import STOP
from engine.durable.lifecycle import sweeper
from engine.durable.lifecycle.sweeper import LOOK_AHEAD_SECONDS, Sweeper
from engine.errors import Throttled
from engine.ports.journal import HeaderChange
from engine.ports.keys import ExecutionKey
from tests.support.memory.stores import MemoryStores
from tests.support.records import a_header, an_item


class Recorded:
    """A port whose calls are written down: name and arguments."""

    def __init__(self, port, calls):
        self._port = port
        self._calls = calls

    def __getattr__(self, name):
        def call(*args, **more):
            self._calls.append((name, args))
            return getattr(self._port, name)(*args, **more)

        return call


@pytest.fixture
def clock():
    return SkipClock()


@pytest.fixture
def stores(clock):
    return MemoryStores(clock)


@pytest.fixture
def calls():
    return []


@pytest.fixture
def swept(stores, clock, calls):
    return Sweeper(Recorded(stores.journal, calls), Recorded(stores.queue, calls), clock)


def timers(stores, clock, number, due_in=30.0):
    """Executions that are due one after the other, a second apart."""
    keys = [ExecutionKey.of("w", "orders", f"run-{n:03}") for n in range(number)]
    for n, key in enumerate(keys):
        stores.journal.create(a_header(key, due_at=clock.now() + due_in + n), b"{}")
    return keys


def sent(calls):
    return [wake for name, args in calls if name == "send" for wake in args[0]]


def test_what_is_due_soon_is_woken_when_it_is_due_and_claimed(stores, clock, swept, calls):
    keys = timers(stores, clock, 3)
    later = timers(stores, clock, 4, due_in=LOOK_AHEAD_SECONDS - 3)[3]
    assert swept.sweep() == 3
    assert later not in [wake.key for wake in sent(calls)]
    assert {wake.key for wake in sent(calls)} == set(keys)
    assert all(stores.journal.header(key).due_at >= clock.now() + LOOK_AHEAD_SECONDS for key in keys)
    assert swept.sweep() == 0


def test_headers_wakes_and_claims_go_in_batches_and_wakes_first(stores, clock, swept, calls, monkeypatch):
    monkeypatch.setattr(sweeper, "BATCH", 4)
    timers(stores, clock, 10)
    assert swept.sweep() == 10
    assert [name for name, _ in calls] == ["due", *("headers", "send", "update_headers") * 3]
    assert [len(args[0]) for name, args in calls if name == "update_headers"] == [4, 4, 2]


def test_a_wake_waits_from_when_it_is_sent(stores, clock, swept, calls, monkeypatch):
    """The first batches of many took their time: what comes later is not woken late."""
    monkeypatch.setattr(sweeper, "BATCH", 1)
    timers(stores, clock, 2, due_in=30.0)
    send = stores.queue.send
    stores.queue.send = lambda wakes: (send(wakes), clock.sleep(10))
    swept.sweep()
    assert [wake.delay for wake in sent(calls)] == pytest.approx([30.0, 21.0])


def test_more_than_is_read_at_once(stores, clock, swept, calls, monkeypatch):
    monkeypatch.setattr(sweeper, "MOST_DUE", 4)
    keys = timers(stores, clock, 11)
    assert swept.sweep() == 11
    assert [wake.key for wake in sent(calls)] == keys


def test_an_index_that_lags_brings_no_wake_twice(stores, clock, swept, calls, monkeypatch):
    """What was claimed is still read as due, a page long: the sweep ends, and the next one goes on."""
    monkeypatch.setattr(sweeper, "MOST_DUE", 4)
    keys = timers(stores, clock, 6)
    stale = stores.journal.due(clock.now() + LOOK_AHEAD_SECONDS)
    stores.journal.due = lambda _before, limit: stale[:limit]
    assert swept.sweep() == 4
    assert [wake.key for wake in sent(calls)] == keys[:4]


def test_inbox_items_that_nobody_claims_are_woken_once_a_sweep(stores, clock, swept, calls, monkeypatch):
    monkeypatch.setattr(sweeper, "MOST_DUE", 2)
    keys = timers(stores, clock, 2, due_in=500.0)
    for key in keys:
        stores.journal.put_inbox(an_item(key, "answer", due_at=clock.now()))
    assert swept.sweep() == 2
    assert swept.sweep() == 2


def test_one_that_is_paused_rests_until_it_is_stopped(stores, clock, swept):
    (key,) = timers(stores, clock, 1)
    stores.journal.update_headers([HeaderChange(key, 0, "PAUSED", None)])
    stores.journal.put_inbox(an_item(key, "answer", due_at=clock.now()))
    assert swept.sweep() == 0
    stores.journal.put_inbox(an_item(key, STOP, due_at=clock.now()))
    assert swept.sweep() == 1


def test_a_queue_that_refuses_leaves_nothing_claimed(stores, clock, swept, monkeypatch):
    """The next sweep sends them again."""
    monkeypatch.setattr(sweeper, "BATCH", 2)
    timers(stores, clock, 4)
    send, failures = stores.queue.send, iter((None, Throttled("too many")))

    def failing(wakes):
        if failure := next(failures, None):
            raise failure
        send(wakes)

    stores.queue.send = failing
    with pytest.raises(Throttled):
        swept.sweep()
    assert swept.sweep() == 2


def test_what_lies_unread_in_an_inbox_moves_no_timer(stores, clock, swept, calls):
    """A wait that ends in an hour ends then, though somebody has said something meanwhile."""
    [key] = timers(stores, clock, 1, due_in=3600.0)
    due_at = stores.journal.header(key).due_at
    stores.journal.put_inbox(an_item(key, "beat", due_at=clock.now()))
    assert swept.sweep() == 1
    assert stores.journal.header(key).due_at == due_at


def test_a_claim_leaves_what_is_said_of_an_execution(stores, clock, swept, calls):
    """What it waits for, or what it cost workers: the header alone says it."""
    [key] = timers(stores, clock, 1)
    due_at = stores.journal.header(key).due_at
    stores.journal.update_headers([HeaderChange(key, -1, "RUNNING", due_at, cause="waits")])
    assert swept.sweep() == 1
    header = stores.journal.header(key)
    assert (header.due_at > due_at, header.cause) == (True, "waits")
