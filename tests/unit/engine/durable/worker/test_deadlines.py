"""The deadline of an invocation is hard, and no execution takes all of it, nor all threads."""

from __future__ import annotations

import threading
import time
from dataclasses import replace

from engine.kernel.snapshot import Phase
from engine.ports.tasks import TaskPolicy
from tests.support import patience
from tests.support.durable import START, Product, ScriptedTasks
from tests.support.faults import run_all, ticking
from tests.support.flows import ONE_TASK, WORK, flow, snapshot, task
from tests.support.serving import serve

ENDLESS = {"Loop": {"Type": "Pass", "Next": "Loop"}}


def test_an_endless_loop_ends_its_invocation_in_time():
    product = Product(flow(ENDLESS))
    key = product.start({})
    ticking(product, 0.25)
    deadline = product.clock.now() + 20
    assert product.worker().run([key], deadline=deadline) == {key: None}
    assert product.clock.now() < deadline


def test_an_endless_branch_starves_no_task_beside_it():
    product = Product(flow({"Fan": {"Type": "Parallel", "Branches": [flow(ENDLESS), ONE_TASK], "End": True}}))
    key = product.start({})
    ticking(product, 1.0)
    product.run(key)
    assert len(product.tasks.calls) == 1


def test_a_call_longer_than_an_invocation_is_cut_rather_than_put_off_for_ever():
    product = Product(ONE_TASK)
    product.settings = replace(product.settings, task_max_seconds=800.0)
    key = product.start({})
    assert product.run(key, seconds=300) is None
    assert product.tasks.calls[0].budget_seconds <= 290


class Parked:
    """An event that is set when `key`'s header is written; by itself after a while, which fails the test."""

    def __init__(self, product, key, after=0.0):
        self.event, self.late = threading.Event(), False
        real = product.stores.journal.update_headers

        def update(changes):
            answers = real(changes)
            if any(change.key == key and (change.due_at or 0) > after for change in changes):
                self.event.set()
            return answers

        product.stores.journal.update_headers = update

    def wait(self):
        self.late = not self.event.wait(patience.SECONDS)
        return {}


def test_what_does_not_fit_is_handed_on_though_neighbours_have_calls_under_way():
    """Quick's second call does not fit the time left, slow's is still on its way: quick must not wait for it."""
    product = Product(flow({"A": task(Next="B"), "B": task(End=True)}))
    slow, quick = product.start({}, name="slow"), product.start({}, name="quick")
    parked = Parked(product, quick)

    def answer(call):
        if call.execution_id == slow.id:
            return parked.wait()
        product.clock.sleep(100)  # from here on a call of 240 s does not fit
        return {}

    product.tasks.answers[WORK] = [answer]
    run_all(product, [slow, quick], call_threads=4)
    assert snapshot(product, quick).frames[""].phase is Phase.SCHEDULED
    assert not parked.late


def test_a_call_of_a_cancelled_branch_keeps_its_thread_and_not_its_execution():
    late = flow({"Wait": {"Type": "Wait", "Seconds": 1, "Next": "Bad"}, "Bad": {"Type": "Fail", "Error": "No"}})
    fan = {"Type": "Parallel", "Branches": [ONE_TASK, late], "End": True,
           "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "Rest"}]}
    product = Product(flow({"Fan": fan, "Rest": {"Type": "Wait", "Seconds": 5000, "End": True}}))
    key = product.start({})
    parked, ended = Parked(product, key, after=START + 4000), []

    def answer(_call):
        product.clock.sleep(2)
        parked.wait()
        time.sleep(0.1)
        ended.append(True)
        return {}

    product.tasks.answers[WORK] = [answer]
    assert run_all(product, [key], call_threads=2) == {key: None}
    assert not parked.late
    assert ended == [True]  # a thread that is frozen with its Lambda would thaw in somebody else's invocation


def test_a_wide_map_leaves_calls_to_its_neighbours():
    wide = flow({"M": {"Type": "Map", "ItemsPath": "$", "ItemProcessor": ONE_TASK, "End": True}})
    product = Product(wide)
    big, small = product.start(list(range(30)), name="big"), product.start([1], name="small")
    run_all(product, [big, small])
    order = [call.execution_id for call in product.tasks.calls]
    assert order.index(small.id) <= 2


class Slow(ScriptedTasks):
    """A connector without a time-out of its own."""

    def policy(self, resource, _pin=None):
        return TaskPolicy(timeout_seconds=1.0)


def test_calls_that_hang_do_not_take_all_threads():
    product = Product(ONE_TASK, Slow())
    forever = threading.Event()
    calls = []

    def answer(call):
        calls.append(call.execution_id)
        if call.execution_id.endswith("hangs"):
            forever.wait(patience.SECONDS)
        return {}

    product.tasks.answers[WORK] = [answer]
    hangs = product.start({}, name="hangs")
    fine = product.start({}, name="fine")
    try:
        serve(product, lambda: product.describe(fine).status == "SUCCEEDED", rounds=60, call_threads=1)
        assert product.describe(fine).status == "SUCCEEDED"
        assert product.describe(hangs).error == "States.Timeout"
    finally:
        forever.set()


def test_a_call_begins_where_its_lease_ends_before_the_deadline_too():
    """Cut to the deadline the lease would end with the call: who takes over would make it beside it."""
    product = Product(flow({"Work": task(TimeoutSeconds=20, End=True)}))
    key = product.start({})
    assert product.run_late(key, left=29) is None
    assert not product.tasks.calls
    assert product.run_late(key, left=31) is None
    assert len(product.tasks.calls) == 1
