"""A redrive waits for no call that was answered after its execution had ended, and for each that was not."""

from __future__ import annotations

import pytest

from engine.durable import inbox
from engine.durable.codec import stored_snapshot
from engine.errors import Throttled
from engine.ports.tasks import TaskFailed
from tests.support.durable import Product, ScriptedTasks
from tests.support.faults import Once
from tests.support.held_calls import HeldCalls
from tests.support.redriving import BAD, A, B, machine, task

BOTH = machine(Both={"Type": "Parallel", "End": True, "Branches": [machine(A=task(A)), machine(B=task(B))]})
LEASE_SECONDS = 250.0
AT_ONCE = 5.0


class Failed:
    """A has failed, and with it the execution; B is under way in `worker`."""

    def __init__(self, b=("b",), **more):
        self.product = Product(BOTH, ScriptedTasks({A: [BAD, "a"], B: list(b)}, **more))
        self.worker = self.product.worker(new_pool=self._pool)
        self.key = self.product.start({})
        self.worker.admit([self.key], float("inf"))
        self.turn(5)
        assert self.product.describe(self.key).status == "FAILED"
        assert self.called() == 1

    def _pool(self, tasks, clock, _threads):
        self.calls = HeldCalls(tasks, clock, ("B",))
        return self.calls

    def turn(self, rounds=2):
        for _ in range(rounds):
            self.worker.round()
            self.worker.gather(0.0)

    def answer(self, after=20.0):
        """B is answered."""
        self.product.clock.sleep(after)
        self.calls.release()
        self.turn()

    def redrive(self):
        self.product.executions.redrive(self.key)

    def called(self):
        return sum(call.resource == B for call in self.product.tasks.calls)

    def inbox(self):
        return self.product.stores.journal.inbox(self.key)

    def ended_after(self):
        """Seconds until it has succeeded."""
        began = self.product.clock.now()
        self.product.drain()
        ended = self.product.describe(self.key)
        assert (ended.status, ended.output, ended.awaited_calls) == ("SUCCEEDED", ["a", "b"], ())
        return ended.ended_at - began


@pytest.mark.parametrize("order", ["answered first", "redriven first"])
def test_what_was_answered_is_called_again_at_once(order):
    failed = Failed()
    if order == "answered first":
        failed.answer()
        failed.redrive()
    else:
        failed.redrive()
        failed.product.run(failed.key)
        assert failed.called() == 1, "it is under way"
        failed.answer()
    assert failed.ended_after() < AT_ONCE
    assert failed.called() == 2
    assert failed.inbox() == []


def test_without_an_answer_the_lease_decides():
    failed = Failed()
    assert failed.product.describe(failed.key).awaited_calls == ()
    failed.redrive()
    (awaited,) = failed.product.describe(failed.key).awaited_calls
    assert (awaited.state, awaited.until - failed.product.clock.now()) == ("B", LEASE_SECONDS)
    assert LEASE_SECONDS - AT_ONCE < failed.ended_after() < LEASE_SECONDS + AT_ONCE


def test_an_answer_in_the_same_moment_as_the_failure_counts():
    product = Product(BOTH, ScriptedTasks({A: [BAD, "a"], B: ["b"]}))
    key = product.start({})
    product.run(key)
    assert product.describe(key).status == "FAILED"
    began = product.clock.now()
    product.executions.redrive(key)
    product.drain()
    assert product.describe(key).ended_at - began < AT_ONCE


def test_the_key_stays_unless_the_call_failed_for_sure():
    for answer, changes in (("b", False), (TaskFailed("Demo.Lost", definite=False), False), (TaskFailed("No"), True)):
        failed = Failed(b=(answer, "b"))
        failed.answer()
        failed.redrive()
        failed.ended_after()
        first, second = [call.idempotency_key for call in failed.product.tasks.calls if call.resource == B]
        assert (first != second) is changes, answer


def test_of_another_call_it_says_nothing():
    """Of an earlier call of the same visit and attempt, under another lease: it froze, and was taken over."""
    failed = Failed()
    journal, now = failed.product.stores.journal, failed.product.clock.now()
    (waits,) = [frame for frame in stored_snapshot(journal.load(failed.key)).redrivable.values() if frame.lease_until]
    place, other = (waits.path, waits.visit, waits.attempt - 1), waits.lease_until - 1
    journal.put_inbox(inbox.over_item(failed.key, now, place, lease_until=other, definite=False))
    failed.redrive()
    assert failed.ended_after() > LEASE_SECONDS - AT_ONCE


def test_what_nobody_redrives_is_gone_with_the_lease():
    failed = Failed()
    failed.answer()
    assert [item.id.partition("#")[0] for item in failed.inbox()] == ["over"]
    failed.product.drain()
    assert failed.inbox() == []
    assert failed.product.describe(failed.key).status == "FAILED"


def test_a_store_that_fails_is_told_later():
    failed = Failed()
    journal = failed.product.stores.journal
    journal.put_inbox = Once(journal.put_inbox, Throttled("busy"))
    failed.answer()
    assert failed.inbox() == []
    failed.product.clock.sleep(2.0)
    failed.turn()
    failed.redrive()
    assert failed.ended_after() < AT_ONCE


def test_of_an_execution_that_cannot_be_redriven_nothing_is_said():
    """B's branch was cancelled, and its failure caught: nobody waits for it any more."""
    caught = {"Type": "Parallel", "Branches": [machine(A=task(A)), machine(B=task(B))], "Next": "Done",
              "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "Done"}]}
    product = Product(machine(Both=caught, Done={"Type": "Fail"}), ScriptedTasks({A: [BAD], B: ["b"]}))
    pools = []

    def pool(tasks, clock, _threads):
        pools.append(HeldCalls(tasks, clock, ("B",)))
        return pools[0]

    worker = product.worker(new_pool=pool)
    key = product.start({})
    worker.admit([key], float("inf"))
    for _ in range(5):
        worker.round()
        worker.gather(0.0)
    assert product.describe(key).status == "FAILED"
    pools[0].release()
    worker.gather(0.0)
    worker.round()
    assert product.stores.journal.inbox(key) == []
