"""Faults of stores and of one execution: the neighbours are done, and no running call is abandoned."""

from __future__ import annotations

from dataclasses import replace

import pytest

from engine.durable import activation as activation_module
from engine.durable import codec
from engine.errors import StoreUnavailable, Throttled
from tests.support.durable import Product, ScriptedTasks
from tests.support.faults import Once
from tests.support.flows import CALLBACK, ONE_TASK, THREE_TASKS, WORK, flow, task


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
    product.executions.send_task_success(product.tasks.calls[0].task_token, {})
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
