"""Faults of stores and of one execution: the neighbours are done, and no running call is abandoned."""

from __future__ import annotations

from dataclasses import replace

import pytest

from engine.durable import activation as activation_module
from engine.durable import codec
from engine.durable.activation import LEASE_MARGIN_SECONDS
from engine.durable.poison import OutOfTime
from engine.errors import StoreUnavailable, Throttled
from engine.ports.tasks import TaskFailed
from tests.support.durable import Product, ScriptedTasks
from tests.support.faults import Once
from tests.support.flows import CALLBACK, ONE_TASK, THREE_TASKS, WORK, flow, task
from tests.support.held_calls import HeldCalls

B = "connector:demo:b"


def test_a_change_that_cannot_be_encoded_costs_its_own_execution_only(monkeypatch):
    product = Product(ONE_TASK)
    bad, good = product.start({"bad": True}, name="bad"), product.start({}, name="good")
    real = codec.encode_change

    def encode(change, **how):
        if change.snapshot.facts.name == "bad":
            raise RecursionError("too deep")
        return real(change, **how)

    monkeypatch.setattr(activation_module.codec, "encode_change", encode)
    worker = product.worker()
    outcomes = worker.run([bad, good], deadline=product.clock.now() + 300)
    assert outcomes[good] is None
    assert isinstance(outcomes[bad], RecursionError)
    assert worker.run([good], deadline=product.clock.now() + 300) == {good: None}


@pytest.mark.parametrize("method", ["load", "commit"])
def test_a_defect_of_an_adapter_costs_its_own_execution_only(method):
    product = Product(ONE_TASK)
    bad, good = product.start({}, name="bad"), product.start({}, name="good")
    real = getattr(product.stores.journal, method)

    def broken(what, *args):
        if what == bad or (method == "commit" and what[0].key == bad):
            raise KeyError("nonce")
        return real(what, *args)

    setattr(product.stores.journal, method, broken)
    worker = product.worker()
    if method == "load":
        outcomes = worker.run([bad, good], deadline=product.clock.now() + 300)
        assert outcomes[good] is None
    else:
        outcomes = worker.run([bad], deadline=product.clock.now() + 300)
    assert isinstance(outcomes[bad], KeyError)
    assert worker.run([good], deadline=product.clock.now() + 300) == {good: None}


@pytest.mark.parametrize("acted", [False, True], ids=["throttled", "reply lost"])
@pytest.mark.parametrize("number", [0, 1, 2, 3])
def test_a_commit_that_failed_is_tried_again_with_the_same_bytes(acted, number):
    product = Product(THREE_TASKS, ScriptedTasks(at_most_once=(WORK,)))
    key = product.start({})
    real = product.stores.journal.commit
    error = StoreUnavailable("no reply") if acted else Throttled("too fast")
    product.stores.journal.commit = lambda segments, *more: (
        flaky(segments, *more) if segments[0].seq == number else real(segments, *more)
    )
    flaky = Once(real, error, acted=acted)
    assert product.run(key) is None
    assert product.describe(key).status == "SUCCEEDED"
    assert len(product.tasks.calls) == 3


@pytest.mark.parametrize("method", ["inbox", "update_headers"])
def test_a_throttled_side_request_abandons_no_running_call(method):
    def slow(_call):
        product.clock.sleep(3)  # its owner reads the inbox every 2 s
        return {"ok": 1}

    product = Product(ONE_TASK, ScriptedTasks({WORK: [slow]}, at_most_once=(WORK,)))
    key = product.start({})
    product.stores.journal._headers[key] = replace(product.stores.journal.header(key), due_at=None)
    setattr(product.stores.journal, method, Once(getattr(product.stores.journal, method), Throttled("too fast")))
    assert product.run(key) is None
    assert product.describe(key).output == {"ok": 1}


def test_an_inbox_that_cannot_be_emptied_abandons_no_intent():
    both = flow({"Ask": {**CALLBACK["States"]["Ask"], "Next": "Work"}, "Work": task(End=True)})
    del both["States"]["Ask"]["End"]
    product = Product(both, ScriptedTasks({WORK: [{"ok": 1}]}, at_most_once=(WORK,)))
    key = product.start({})
    product.run(key)
    product.executions.answers.send_task_success(product.tasks.calls[0].task_token, {})
    product.stores.journal.delete_inbox = Once(product.stores.journal.delete_inbox, Throttled("too fast"))
    assert product.run(key) is None
    assert product.describe(key).output == {"ok": 1}
    assert product.stores.journal.inbox(key) == []


def test_what_a_worker_left_itself_it_need_not_wait_for():
    product = Product(THREE_TASKS)
    key = product.start({})
    real, worker = product.stores.journal.commit, product.worker(owner="me", is_alive=lambda _owner: True)

    def applied_but_down(segments, *more):
        real(segments, *more)
        raise StoreUnavailable("no reply")

    product.stores.journal.commit = applied_but_down
    assert isinstance(product.run(key, worker), StoreUnavailable)
    product.stores.journal.commit = real
    assert product.run(key, worker) is None
    assert product.describe(key).status == "SUCCEEDED"


def left_amid_a_call(answers_of_b):
    """A is answered and its commit fails: the worker lets go of the execution, and goes on with B."""
    pools = []

    def pool(tasks, clock, _threads):
        pools.append(HeldCalls(tasks, clock, ("B",)))
        return pools[0]

    branches = [flow({"A": task(End=True)}), flow({"B": {**task(End=True), "Resource": B}})]
    product = Product(
        flow({"Both": {"Type": "Parallel", "Branches": branches, "End": True}}), ScriptedTasks({B: answers_of_b}),
    )
    key = product.start({})
    journal = product.stores.journal
    worker = product.worker(new_pool=pool)
    worker.admit([key], float("inf"))
    worker.round()
    journal.commit = Once(journal.commit, Throttled("busy"), times=3)
    for _ in range(4):
        worker.gather(0.0)
        worker.round()
    assert isinstance(worker.take_outcomes()[key], Throttled)
    return product, key, worker, pools[0]


def test_a_worker_makes_no_call_again_that_it_has_under_way_itself():
    """The wake comes back to this very process."""
    product, key, worker, pool = left_amid_a_call([{}])
    worker.admit([key], float("inf"))
    assert isinstance(worker.take_outcomes()[key], OutOfTime)
    assert [call.state for call in product.tasks.calls] == ["A", "B"]
    pool.release()
    worker.gather(0.0)
    worker.admit([key], float("inf"))  # nobody but this process could make the call: it need not wait for the lease
    worker.round()
    assert sorted(call.state for call in product.tasks.calls) == ["A", "A", "B", "B"]
    assert len(set(product.tasks.keys)) == 2


def test_an_answer_to_an_earlier_load_is_not_this_one_s():
    """The first call hung past its lease; it is answered, with a failure, while the second one is under way."""
    product, key, worker, pool = left_amid_a_call([TaskFailed("Demo.Down"), {"second": True}])
    product.clock.sleep(300)
    worker.admit([key], float("inf"))
    worker.round()
    first, second = pool._held
    for held, status in ((first, "RUNNING"), (second, "SUCCEEDED")):
        pool._held = [held]
        pool.release()
        for _ in range(3):
            worker.gather(0.0)
            worker.round()
        assert product.describe(key).status == status


def next_commit_takes(product, seconds):
    journal = product.stores.journal
    commit = journal.commit

    def slowly(*given):
        journal.commit = commit
        product.clock.sleep(seconds)
        return commit(*given)

    journal.commit = slowly


def test_a_call_whose_time_passed_with_its_commit_is_begun_again_by_its_owner():
    """Nobody else has to find out that the intent's lease is over, and nobody is charged for it."""
    product = Product(ONE_TASK)
    key = product.start({})
    next_commit_takes(product, 300)
    worker = product.worker()
    worker.admit([key], float("inf"))
    for _ in range(5):
        worker.round()
        worker.gather(0.0)
    assert worker.take_outcomes() == {key: None}
    assert (product.describe(key).status, len(product.tasks.calls)) == ("SUCCEEDED", 1)
    assert product.stores.journal.header(key).strikes == 0


def test_a_call_has_less_time_by_what_its_commit_took():
    """It ends when its intent said, so that its lease covers it."""
    product = Product(ONE_TASK)
    key = product.start({})
    next_commit_takes(product, 100)
    began = product.clock.now()
    product.run(key)
    lease = product.stores.journal._segments[key][0].lease_until
    assert product.tasks.calls[0].budget_seconds == pytest.approx(lease - LEASE_MARGIN_SECONDS / 2 - began - 100)
