"""Coalesced wakes: however a parent that reads and a child that tells interleave, it is read or a wake follows."""

from __future__ import annotations

import itertools
import threading
from dataclasses import replace

import pytest

from engine.durable import inbox, notices
from engine.durable.opening import facts_of
from engine.kernel.snapshot import Snapshot, Status
from engine.ports.keys import ExecutionKey
from tests.support import patience
from tests.support.durable import TESTER, Product
from tests.support.flows import flow

CHILD_STEPS = ("header", "put_inbox", "put_inbox", "send")
PARENT_STEPS = ("inbox", "delete_inbox", "inbox")


class Turns:
    """Two parties take turns as `order` says: each call of one of their steps waits for its turn."""

    def __init__(self, order):
        self.order = list(order)
        self.changed = threading.Condition()

    def take(self, who, act):
        with self.changed:
            its_turn = self.changed.wait_for(
                lambda: who not in self.order or self.order[0] == who, timeout=patience.SECONDS
            )
            assert its_turn
            answer = act()
            if self.order:
                self.order.pop(0)
            self.changed.notify_all()
            return answer

    def leave(self, who):
        """It does fewer steps than planned."""
        with self.changed:
            self.order = [other for other in self.order if other != who]
            self.changed.notify_all()


class Party:
    """A journal and a queue that take turns."""

    def __init__(self, port, turns, who, steps):
        self._port, self._turns, self._who, self._steps = port, turns, who, steps

    def __getattr__(self, name):
        act = getattr(self._port, name)
        if name not in self._steps:
            return act
        return lambda *args: self._turns.take(self._who, lambda: act(*args))


def interleaved(order, read):
    product = Product(distributed())
    key = product.start([1, 2])
    product.run(key)
    journal, queue, clock = product.stores.journal, product.stores.queue, product.clock
    early, late = (journal.header(ExecutionKey("default", f"{key.id}~1.0~{index}")) for index in (0, 1))
    snapshots = {child: Snapshot(None, 1, status=Status.SUCCEEDED, output=1) for child in (early, late)}
    notices.tell(journal, queue, clock, early, snapshots[early])
    for received in queue.claim(100):
        queue.acknowledge([received.receipt])  # the wake that brings the parent is under way
    turns = Turns(order)

    def tell():
        notices.tell(Party(journal, turns, "c", CHILD_STEPS), Party(queue, turns, "c", CHILD_STEPS), clock, late,
                     snapshots[late])
        turns.leave("c")

    child = threading.Thread(target=tell)
    child.start()
    found = {item.id for item in read(Party(journal, turns, "p", PARENT_STEPS), key)}
    turns.leave("p")
    child.join(timeout=patience.SECONDS)
    assert any(item.endswith("#0") for item in found)
    return any(item.endswith("#1") for item in found) or any(wake.key == key for wake in queue.claim(100))


def distributed():
    processor = {"ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"},
                 **flow({"Pass": {"Type": "Pass", "End": True}})}
    return flow({"Each": {"Type": "Map", "ItemProcessor": processor, "End": True}})


def orders():
    total = len(CHILD_STEPS) + len(PARENT_STEPS)
    for places in itertools.combinations(range(total), len(PARENT_STEPS)):
        yield "".join("p" if place in places else "c" for place in range(total))


def cleared_last(journal, key):
    """The mutant: notices are read before the mark is deleted."""
    items = journal.inbox(key)
    journal.delete_inbox(key, [inbox.WAKE_SENT])
    return items


def test_no_interleaving_leaves_a_notice_unread_without_a_wake():
    assert all(interleaved(order, notices.read_inbox) for order in orders())


def test_reading_before_the_mark_is_deleted_would_lose_one():
    assert not all(interleaved(order, cleared_last) for order in orders())


def test_a_thousand_that_close_at_once_send_one_wake():
    product = Product(distributed())
    key = product.start(list(range(1000)))
    product.run(key)
    sent = []
    send = product.stores.queue.send
    product.stores.queue.send = lambda wakes: sent.extend(wakes) or send(wakes)
    children = [key for key in product.stores.journal._headers if "~" in key.id][:100]
    product.worker().run(children, deadline=product.clock.now() + 300)
    assert [wake.key for wake in sent] == [key]


@pytest.mark.parametrize("clears", [True, False])
def test_children_that_close_one_after_the_other_each_wake_their_parent(clears, monkeypatch):
    """Without a deleted mark only the sweeper brings the parent."""
    if not clears:
        monkeypatch.setattr(notices, "read_inbox", lambda journal, key: [
            item for item in journal.inbox(key) if item.id != inbox.WAKE_SENT])
    definition = distributed()
    definition["States"]["Each"]["ItemProcessor"] |= flow({"Rest": {"Type": "Wait", "SecondsPath": "$", "End": True}})
    definition["States"]["Each"]["MaxConcurrency"] = 1
    product = Product(definition)
    key = product.start([7, 7, 7, 7])
    product.drain()
    execution = product.describe(key)
    took = execution.ended_at - execution.started_at
    assert execution.status == "SUCCEEDED"
    assert (took == pytest.approx(28, abs=2)) == clears


def test_a_notice_says_how_often_its_execution_was_redriven():
    """Its parent waits for the end that came after its own last redrive."""
    product = Product(flow({"Done": {"Type": "Succeed"}}))
    header = product.stores.journal.header(product.start({}))
    ended = Snapshot(facts_of(header), {}, status=Status.SUCCEEDED)
    assert "redrives" not in notices.notice(header, ended)
    assert notices.notice(header, replace(ended, redrives=2))["redrives"] == 2


@pytest.mark.parametrize("how", ["its parent has ended", "its parent has stopped it"])
def test_a_child_for_which_nobody_waits_tells_nothing(how):
    product = Product(distributed())
    key = product.start([1, 2])
    product.run(key)
    journal, queue, clock = product.stores.journal, product.stores.queue, product.clock
    child = journal.header(ExecutionKey("default", f"{key.id}~1.0~0"))
    ended = Snapshot(None, 1, status=Status.SUCCEEDED, output=1)
    if how == "its parent has ended":
        product.executions.stop(key, actor=TESTER)
        product.run(key)
        assert journal.header(key).status == "ABORTED"
    else:
        ended = replace(ended, status=Status.ABORTED, output=None, cause=notices.PARENT_ENDED)
    notices.tell(journal, queue, clock, child, ended)
    assert journal.inbox(key) == []
