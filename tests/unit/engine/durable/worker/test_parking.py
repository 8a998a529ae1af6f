"""What is left behind when an execution is let go: its lease, its wakes."""

from __future__ import annotations

import pytest

from engine.ports.journal import HeaderChange
from tests.support.durable import Product, ScriptedTasks
from tests.support.flows import ONE_TASK, WAIT, WORK, Died, die, flow

HAND_OVER = WORK + ".waitForTaskToken"


def test_a_crash_behind_a_lease_is_found_when_the_lease_ends():
    """Sweeps find the header; the wakes they send are dropped while the lease lives."""
    for wait in range(0, 240, 24):
        product = Product(ONE_TASK, ScriptedTasks({WORK: [die, {}]}))
        key = product.start({})
        product.clock.sleep(wait)
        product.sweeper.sweep()
        with pytest.raises(Died):
            product.run(key)
        product.stores.queue.acknowledge([c.receipt for c in product.stores.queue.claim(10)])
        lease_end = product.stores.journal.load(key).segments[-1].lease_until
        product.drain()
        execution = product.describe(key)
        assert execution.status == "SUCCEEDED"
        assert execution.ended_at - lease_end <= 60


def test_who_finds_it_leased_sees_that_somebody_looks_and_leaves_what_is_said_of_it():
    product = Product(ONE_TASK)
    key = product.start({})
    journal = product.stores.journal

    def while_it_is_called(_call):
        later = product.clock.now() + 86_400
        assert journal.update_headers([HeaderChange(key, 0, "RUNNING", later, cause="a defect")]) == [True]
        product.run(key)
        header = journal.header(key)
        return {"due": header.due_at == journal.load(key).segments[-1].lease_until, "cause": header.cause}

    product.tasks.answers[WORK] = [while_it_is_called]
    product.run(key)
    product.drain()
    assert product.describe(key).output == {"due": True, "cause": "a defect"}


def test_heartbeats_do_not_multiply_wakes():
    ask = {"Ask": {"Type": "Task", "Resource": HAND_OVER, "Parameters": {"token.$": "$$.Task.Token"},
                   "TimeoutSeconds": 800, "End": True}}
    product = Product(flow(ask))
    key = product.start({})
    product.run(key)
    for _ in range(50):
        product.clock.sleep(1)
        product.executions.answers.send_task_heartbeat(product.tasks.calls[0].task_token)
        for received in product.stores.queue.claim(10):
            product.run(received.key)
            product.stores.queue.acknowledge([received.receipt])
    assert sum(map(len, product.stores.queue._free.values())) <= 2


def test_a_wake_that_comes_a_little_early_is_armed_again():
    """Nobody else's is on its way: the wait would end with the next sweep after it."""
    product = Product(WAIT)
    key = product.start({})
    taken = product.stores.queue.claim(10)
    product.run(key)
    product.clock.sleep(90)
    taken += product.stores.queue.claim(10)
    product.stores.queue.acknowledge([received.receipt for received in taken])
    product.clock.set(product.clock.now() - 30)
    product.run(key)
    assert product.stores.queue.claim(10) == []
    product.clock.sleep(30)
    assert [received.key for received in product.stores.queue.claim(10)] == [key]


def test_a_header_is_as_far_as_its_execution_though_its_time_stays():
    """Else one from whom it was taken over could still change it."""
    ask = {"Type": "Task", "Resource": HAND_OVER, "Parameters": {"token.$": "$$.Task.Token"}, "End": True}
    branches = [flow({"A": ask}), flow({"B": ask})]
    product = Product(flow({"Both": {"Type": "Parallel", "Branches": branches, "End": True}}))
    key = product.start({})
    product.run(key)
    journal = product.stores.journal
    before = journal.header(key)
    product.executions.answers.send_task_success(product.tasks.calls[0].task_token, {})
    product.run(key)
    after = journal.header(key)
    assert after.due_at == before.due_at
    assert after.seq == journal.load(key).segments[-1].seq > before.seq
