"""What an adversarial reading of the protocol found: each test was red before its defect was mended."""

from __future__ import annotations

import json
import threading
import time
from dataclasses import replace

import pytest

from engine.durable import activation as activation_module
from engine.durable import codec
from engine.durable.worker import serving
from engine.durable.worker.serving import Serving
from engine.errors import InvalidDocument, InvalidExpression, SchemaTooNew, StoreBusy, StoreUnavailable, Throttled
from engine.kernel.snapshot import Phase
from engine.ports.journal import InboxItem
from engine.ports.tasks import TaskPolicy
from tests.support.durable import START, TESTER, Product, ScriptedTasks
from tests.support.flows import CALLBACK, ONE_TASK, THREE_TASKS, WAIT, WORK, Died, die, flow, snapshot, task

HAND_OVER = WORK + ".waitForTaskToken"
ENDLESS = {"Loop": {"Type": "Pass", "Next": "Loop"}}


class Once:
    """Stands in for a port's method: raises `error` at its first call, `acted` first or not."""

    def __init__(self, act, error, *, acted=False, times=1):
        self.act, self.error, self.acted, self.times = act, error, acted, times

    def __call__(self, *args, **kwargs):
        if self.times:
            self.times -= 1
            if self.acted:
                self.act(*args, **kwargs)
            raise self.error
        return self.act(*args, **kwargs)


def ticking(product, seconds):
    """Each look at the clock moves it on."""

    class Ticking(type(product.clock)):
        def now(self):
            self.sleep(seconds)
            return super().now()

    product.clock.__class__ = Ticking


def run_all(product, keys, seconds=300.0, **worker):
    return product.worker(**worker).run(keys, deadline=product.clock.now() + seconds)


# ---------------------------------------------------------------- one bad execution, and its neighbours


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


@pytest.mark.parametrize("depth", [501, 9_997, 100_000])
def test_an_input_too_deep_for_a_snapshot_is_refused(depth):
    """At 9,997 levels CPython 3.13 encodes the input, and can never encode the snapshot around it."""
    product, value = Product(ONE_TASK), []
    for _ in range(depth - 1):
        value = [value]
    with pytest.raises(InvalidDocument, match="nests more than 500"):
        product.start(value)
    assert product.stores.journal.due(float("inf")) == []


def test_an_input_as_deep_as_allowed_runs():
    product, value = Product(THREE_TASKS), {"leaf": 1}
    for _ in range(499):
        value = [value]
    key = product.start(value)
    product.drain()
    assert product.describe(key).output == value


# ---------------------------------------------------------------- answers that were accepted


def test_an_answer_that_came_before_a_takeover_waits_until_the_call_is_handed_over_again():
    product = Product(CALLBACK)
    key = product.start({})

    def answered_then_died(call):
        product.executions.send_task_success(call.task_token, {"accepted": True})
        raise Died

    product.tasks.answers[HAND_OVER] = [answered_then_died, {}]
    with pytest.raises(Died):
        product.run(key)
    product.clock.sleep(400)
    assert product.run_late(key, left=9) is None  # no time for a call: it is taken over, SCHEDULED, and parked
    assert snapshot(product, key).frames[""].phase is Phase.SCHEDULED
    product.drain()
    assert product.describe(key).output == {"accepted": True}


def test_an_item_of_a_newer_release_is_left_for_its_worker():
    product = Product(WAIT)
    key = product.start({})
    product.run(key)
    body = json.dumps({"kind": "of a newer release", "index": 3}).encode()
    product.stores.journal.put_inbox(InboxItem(key, "notice#3", body, product.clock.now() + 60))
    assert isinstance(product.run(key), SchemaTooNew)
    assert [item.id for item in product.stores.journal.inbox(key)] == ["notice#3"]


def test_an_item_of_a_newer_release_abandons_no_running_call():
    product = Product(ONE_TASK, at_most_once=("Work",))
    key = product.start({})

    def noticed(_call):
        body = json.dumps({"kind": "of a newer release", "index": 3}).encode()
        product.stores.journal.put_inbox(InboxItem(key, "notice#3", body, product.clock.now() + 60))
        return {"ok": 1}

    product.tasks.answers[WORK] = [noticed]
    product.run(key)
    assert product.describe(key).output == {"ok": 1}


# ---------------------------------------------------------------- a benign fault abandons no running call


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


# ---------------------------------------------------------------- a deadline that is hard


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
        self.late = not self.event.wait(1.0)
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


# ---------------------------------------------------------------- fairness


def test_a_wide_map_leaves_calls_to_its_neighbours():
    wide = flow({"M": {"Type": "Map", "ItemsPath": "$", "ItemProcessor": ONE_TASK, "End": True}})
    product = Product(wide)
    big, small = product.start(list(range(30)), name="big"), product.start([1], name="small")
    run_all(product, [big, small])
    order = [call.execution_id for call in product.tasks.calls]
    assert order.index(small.id) <= 2


# ---------------------------------------------------------------- the local server's loop


@pytest.fixture(autouse=True)
def _no_idling(monkeypatch):
    """Time is virtual: waiting for an answer is the only thing that takes any."""
    monkeypatch.setattr(serving, "IDLE_SECONDS", 0.001)


def serve(product, until, rounds=400, **worker):
    count = iter(range(rounds))

    def stop():
        product.clock.sleep(1.0)
        return until() or next(count, None) is None

    stores = product.stores
    Serving(product.worker(**worker), stores.queue, stores.journal, product.clock, product.settings).run(stop)


@pytest.mark.parametrize("method", ["claim", "acknowledge", "changed"])
def test_a_busy_queue_does_not_end_the_worker(method):
    product = Product(ONE_TASK)
    key = product.start({})
    queue = product.stores.queue
    setattr(queue, method, Once(getattr(queue, method), StoreBusy("a backup runs"), times=2))
    serve(product, lambda: queue.next_due_in() is None and not queue._claimed and not queue._free and
          product.describe(key).status == "SUCCEEDED")
    assert product.describe(key).status == "SUCCEEDED"
    assert not queue._claimed


def test_a_queue_that_stays_broken_ends_the_worker():
    product = Product(ONE_TASK)

    def down(*_args):
        raise StoreUnavailable("the folder is gone")

    product.stores.queue.claim = down
    product.start({})
    with pytest.raises(StoreUnavailable):
        serve(product, lambda: False)


def test_wakes_of_an_execution_that_cannot_be_opened_do_not_pile_up():
    product = Product(ONE_TASK)
    key = product.start({})

    def newer(*_pinned):
        raise SchemaTooNew("a newer release wrote it")

    product.published.pinned = newer
    end = product.clock.now() + 3600
    sweeps = [product.clock.now() + 60]
    tries = []
    real = product.stores.journal.load
    product.stores.journal.load = lambda k: (tries.append(k), real(k))[1]

    def hour_over():
        if product.clock.now() >= sweeps[0]:
            sweeps[0] += 60
            product.sweeper.sweep()
        product.clock.sleep(20)
        return product.clock.now() >= end

    serve(product, hour_over)
    assert len(product.stores.queue._free) <= 2
    assert len(tries) < 400
    assert product.stores.journal.header(key).due_at is not None


# ---------------------------------------------------------------- wakes, leases, stops


def test_a_stop_before_the_first_step_makes_no_call():
    product = Product(ONE_TASK)
    key = product.start({})
    product.executions.stop(key, actor=TESTER)
    product.clock.sleep(3)
    product.drain()
    assert product.describe(key).status == "ABORTED"
    assert product.tasks.calls == []


def test_the_owner_of_an_endless_loop_reads_its_inbox():
    product = Product(flow(ENDLESS))
    key = product.start({})
    ticking(product, 0.25)
    real = product.stores.journal.commit

    def stop_meanwhile(segments, *more):
        if segments[0].seq == 1:
            product.executions.stop(key, actor=TESTER)
        return real(segments, *more)

    product.stores.journal.commit = stop_meanwhile
    product.run(key)
    execution = product.describe(key)
    assert execution.status == "ABORTED"
    assert execution.ended_at - START < 60  # not only when it parks


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


def test_heartbeats_do_not_multiply_wakes():
    ask = {"Ask": {"Type": "Task", "Resource": HAND_OVER, "Parameters": {"token.$": "$$.Task.Token"},
                   "TimeoutSeconds": 800, "End": True}}
    product = Product(flow(ask))
    key = product.start({})
    product.run(key)
    for _ in range(50):
        product.clock.sleep(1)
        product.executions.send_task_heartbeat(product.tasks.calls[0].task_token)
        for received in product.stores.queue.claim(10):
            product.run(received.key)
            product.stores.queue.acknowledge([received.receipt])
    assert len(product.stores.queue._free) <= 2


def test_a_business_key_that_fails_fails_before_the_start():
    product = Product(ONE_TASK, business_key="no path")
    with pytest.raises(InvalidExpression):
        product.start({})
    assert product.stores.journal.due(float("inf")) == []


class Slow(ScriptedTasks):
    """A connector without a time-out of its own."""

    def policy(self, resource):
        return TaskPolicy(timeout_seconds=1.0)


def test_calls_that_hang_do_not_take_all_threads():
    product = Product(ONE_TASK, Slow())
    forever = threading.Event()
    calls = []

    def answer(call):
        calls.append(call.execution_id)
        if call.execution_id.endswith("hangs"):
            forever.wait(10)
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


