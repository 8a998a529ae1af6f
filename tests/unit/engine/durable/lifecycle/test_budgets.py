"""Starts and redrives that wait for their minute or are refused."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from itertools import count
from threading import Barrier
from time import sleep

import pytest

from engine.durable.execution import BudgetWait
from engine.durable.lifecycle.budgets import BudgetExceeded
from engine.durable.lifecycle.pausing import FINISH, QUEUE
from engine.errors import StoreUnavailable
from engine.ports.journal import RUNNING
from engine.ports.queue import Wake
from tests.support.budgeted import FAIL, MINUTE, NEXT, a_product
from tests.support.durable import START, TESTER
from tests.support.faults import Once


def test_a_start_beyond_the_budget_waits_for_the_next_minute_and_says_so():
    product = a_product()
    first, second, third = (product.start(name=name) for name in ("a", "b", "c"))
    assert product.describe(first).waits_for_budget is None
    waits = product.describe(second)
    assert (waits.status, waits.waits_for_budget) == (RUNNING, BudgetWait(START, NEXT))
    assert product.describe(third).waits_for_budget == BudgetWait(START, NEXT + 60)
    product.stores.queue.send([Wake(key) for key in (second, third)])  # too early: as a resume or a sweep may
    for received in product.stores.queue.claim(10):
        assert product.run(received.key) is None
        product.stores.queue.acknowledge([received.receipt])
    assert product.events(second) == []
    product.drain()
    began = [product.executions.events(key, most=1)[0].at for key in (first, second, third)]
    assert [at // 60 * 60 for at in began] == [MINUTE, NEXT, NEXT + 60]
    assert all(product.describe(key).waits_for_budget is None for key in (first, second, third))


def test_one_that_waits_longer_than_a_wake_can_be_delayed_begins_in_its_minute():
    product = a_product()
    keys = [product.start(name=f"n{number}") for number in range(40)]
    product.drain(limit=1000)
    began = [product.executions.events(key, most=1)[0].at // 60 * 60 for key in keys]
    assert began == [MINUTE + 60 * number for number in range(40)]


def test_a_start_beyond_the_budget_is_refused_with_when_to_come_again_and_nothing_is_written():
    product = a_product(exceeded="refuse")
    product.start(name="a")
    with pytest.raises(BudgetExceeded) as refused:
        product.start(name="b")
    assert refused.value.status == 429
    assert refused.value.retry_after == NEXT - START
    assert [row.name for row in product.stores.journal.rows()] == ["a"]
    assert product.start(name="a").name == "a"  # asked for again, it is answered as ever
    product.clock.sleep(refused.value.retry_after)
    assert product.start(name="b").name == "b"


def test_a_start_that_is_asked_for_again_counts_once():
    product = a_product(per_minute=2, exceeded="refuse")
    first = product.start(name="a")
    product.clock.sleep(0.001)
    assert product.start(name="a") == first
    product.start(name="b")
    product.clock.sleep(0.001)
    assert product.start(name="a") == first, "no unit is left, and it needs none"


def test_a_start_whose_request_is_made_twice_has_used_its_unit():
    """The answer of the first was lost: it finds itself."""
    product = a_product(per_minute=2, exceeded="refuse")
    create = product.stores.journal.create

    def repeated(*given):
        create(*given)
        return create(*given)

    product.stores.journal.create = repeated
    product.start(name="a")
    product.start(name="b")
    with pytest.raises(BudgetExceeded):
        product.start(name="c")


def test_starts_of_one_name_at_once_are_one_and_take_one_unit():
    product = a_product(per_minute=3, exceeded="refuse")
    create, many, ticks = product.stores.journal.create, Barrier(10), count()
    product.clock.now = lambda: START + next(ticks) / 1000

    def slow(*given):
        """Whoever is here first is still here when the others ask for their unit."""
        sleep(0.01)
        return create(*given)

    product.stores.journal.create = slow

    def start(_number):
        many.wait()
        return product.start(name="a")

    with ThreadPoolExecutor(10) as threads:
        assert len(set(threads.map(start, range(10)))) == 1
    assert len({product.start(name=name) for name in ("b", "c")}) == 2
    with pytest.raises(BudgetExceeded):
        product.start(name="d")


def test_a_synchronous_start_does_not_wait():
    product = a_product(kind="EXPRESS")
    product.executions.start("default", "flow", None, sync=True)
    with pytest.raises(BudgetExceeded):
        product.executions.start("default", "flow", None, sync=True)


def test_an_express_execution_that_waits_runs_once():
    calls = {"StartAt": "A", "States": {"A": {"Type": "Task", "Resource": "connector:x:y", "End": True}}}
    product = a_product(calls, kind="EXPRESS")
    keys = [product.start(name=f"n{number}") for number in range(20)]
    product.drain(limit=1000)
    assert all(product.describe(key).status == "SUCCEEDED" for key in keys)
    assert len(product.tasks.calls) == 20


def test_one_that_waits_can_be_stopped_and_redriven():
    product = a_product(per_minute=2)
    keys = [product.start(name=name) for name in ("a", "b", "c")]
    product.executions.stop(keys[2], actor=TESTER)
    assert product.run(keys[2]) is None
    assert product.describe(keys[2]).status == "ABORTED"
    with pytest.raises(BudgetExceeded):
        product.executions.redrive(keys[2])
    product.clock.sleep(120)
    product.executions.redrive(keys[2])
    product.drain()
    assert product.describe(keys[2]).status == "SUCCEEDED"


def test_a_redrive_counts_as_a_start():
    product = a_product(FAIL, per_minute=2, exceeded="refuse")
    key = product.start(name="a")
    product.drain()
    product.clock.sleep(60)
    product.start(name="b")
    product.executions.redrive(key)
    with pytest.raises(BudgetExceeded):
        product.start(name="c")


def test_what_was_queued_while_its_workflow_was_paused_gets_its_minutes_once_it_is_resumed():
    product = a_product()
    product.pausing.pause("default", "flow", starts=QUEUE, running=FINISH, actor=TESTER)
    keys = [product.start(name=f"n{number}") for number in range(3)]
    assert product.describe(keys[0]).waits_for_budget == BudgetWait(START, None)
    product.clock.sleep(600)
    product.pausing.resume("default", "flow")
    product.drain()
    began = sorted(product.executions.events(key, most=1)[0].at // 60 * 60 for key in keys)
    assert began == [MINUTE + 600, MINUTE + 660, MINUTE + 720]


def test_one_whose_workflow_is_paused_when_its_minute_comes_waits_on():
    product = a_product()
    keys = [product.start(name=f"n{number}") for number in range(3)]
    product.pausing.pause("default", "flow", starts=QUEUE, running=FINISH, actor=TESTER)
    product.clock.sleep(300)
    for received in product.stores.queue.claim(10):
        product.run(received.key)
        product.stores.queue.acknowledge([received.receipt])
    assert [product.events(key) for key in keys[1:]] == [[], []]
    product.clock.sleep(1)
    product.pausing.resume("default", "flow")
    product.drain()
    began = [product.executions.events(key, most=1)[0].at // 60 * 60 for key in keys]
    assert len(set(began)) == 3


def test_a_child_that_is_refused_fails_the_task_that_starts_it():
    parent = {"StartAt": "S", "States": {"S": {
        "Type": "Task", "Resource": "arn:aws:states:::states:startExecution", "End": True,
        "Parameters": {"StateMachineArn": "arn:aws:states:local:default:stateMachine:flow"},
    }}}
    product = a_product(exceeded="refuse")
    product.published.publish(parent, "parent")
    product.start(name="a")
    key = product.start(workflow="parent")
    product.drain()
    assert product.describe(key).error == "StepFunctions.ExecutionLimitExceededException"


def test_a_start_of_which_nobody_knows_whether_it_is_there_keeps_its_minute():
    product = a_product(exceeded="refuse")
    journal = product.stores.journal
    journal.create = Once(journal.create, StoreUnavailable("no reply"), acted=True)
    with pytest.raises(StoreUnavailable):
        product.start(name="a")
    with pytest.raises(BudgetExceeded):
        product.start(name="b")
    assert [row.name for row in journal.rows()] == ["a"]
