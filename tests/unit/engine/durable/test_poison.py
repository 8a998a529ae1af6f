"""An execution that costs its workers: counted, run alone, PAUSED."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest

from engine.durable import activation as activation_module
from engine.durable import codec
from engine.durable.poison import MOST_STRIKES, OutOfTime
from engine.durable.worker.serving import Serving
from engine.errors import Fenced, SchemaTooNew, StoreUnavailable, Throttled
from engine.ports.journal import InboxItem
from tests.support.durable import TESTER, Product, ScriptedTasks
from tests.support.faults import Once
from tests.support.flows import ONE_TASK, THREE_TASKS, WAIT, WORK, Died, die, flow, task
from tests.support.poisoned import FRAGILE, PAST_ANY_LEASE, dies, killer, paused, raising, status, strikes

# ---------------------------------------------------------------- deaths


def test_who_counts_paused_executions_is_told_once():
    product, key = killer()
    told = []
    for _ in range(MOST_STRIKES + 1):
        dies(product, key, product.worker(on_paused=told.append))
    product.run(key, product.worker(on_paused=told.append))
    product.run(key, product.worker(on_paused=told.append))
    assert told == [key]


def test_a_call_that_kills_its_worker_each_time_ends_paused():
    product, key = killer()
    for taken_over in range(MOST_STRIKES + 1):
        dies(product, key)
        assert strikes(product, key) == taken_over
    assert product.run(key) is None
    assert status(product, key) == "PAUSED"
    execution = product.describe(key)
    assert (execution.status, execution.ended_at) == ("PAUSED", None)
    assert "6 workers in a row ended" in execution.cause
    assert len(product.tasks.calls) == MOST_STRIKES + 1
    assert len(set(product.tasks.keys)) == 1


def test_a_paused_execution_is_left_alone():
    product, key = killer()
    paused(product, key)
    calls = len(product.tasks.calls)
    queue = product.stores.queue
    queue.acknowledge([received.receipt for received in queue.claim(10)])
    for _ in range(10):
        product.clock.sleep(60)
        assert product.sweeper.sweep() == 0
    assert product.run(key) is None
    assert len(product.tasks.calls) == calls


def test_an_answer_to_a_paused_execution_waits_in_silence():
    product, key = killer()
    paused(product, key)
    product.stores.journal.put_inbox(InboxItem(key, "answer#0", b"{}", product.clock.now()))
    product.clock.sleep(120)
    assert product.sweeper.sweep() == 0


def test_a_death_while_stepping_counts_though_nothing_was_written(monkeypatch):
    """A wake that comes back is the only trace that such a worker leaves."""
    product = Product(THREE_TASKS)
    key = product.start({})
    monkeypatch.setattr(activation_module, "step", lambda *_args, **_more: die(None))
    for _ in range(MOST_STRIKES + 2):
        assert status(product, key) == "RUNNING"
        redelivered = {key} if _ else frozenset()
        if strikes(product, key) < MOST_STRIKES:
            dies(product, key, redelivered=redelivered)
    assert product.worker().run([key], deadline=product.clock.now() + 300, redelivered={key}) == {key: None}
    assert status(product, key) == "PAUSED"


def test_progress_starts_the_count_anew():
    tasks = ScriptedTasks({WORK: [die, die, die, {"a": 1}, die, die, die, {"b": 2}, die, die, die, {"c": 3}]})
    product = Product(THREE_TASKS, tasks)
    key = product.start({})
    for _ in range(9):
        dies(product, key)
    assert product.run(key) is None
    assert product.describe(key).status == "SUCCEEDED"
    assert strikes(product, key) == 0


def test_a_redrive_starts_the_count_anew():
    product, key = killer()
    paused(product, key)
    product.executions.stop(key, actor=TESTER)
    product.drain()
    assert status(product, key) == "ABORTED"
    product.executions.redrive(key)
    assert strikes(product, key) == 0


def test_who_is_fenced_leaves_no_strike():
    """Somebody else was faster: the execution is not to blame."""
    product = Product(WAIT)
    key = product.start({})
    slow = product.worker()
    slow.admit([key], math.inf)
    product.run(key)
    slow.round()
    assert isinstance(slow.take_outcomes()[key], Fenced)
    assert strikes(product, key) == 0


def test_a_neighbouring_branch_that_goes_on_is_no_progress():
    """Each life the other branch gets further; the call that kills is the same one."""
    steps = {f"T{number}": task(Next=f"T{number + 1}") for number in range(20)} | {"T20": task(End=True)}
    kills = flow({"Kill": {"Type": "Task", "Resource": FRAGILE, "End": True}})
    product = Product(
        flow({"Fan": {"Type": "Parallel", "Branches": [flow(steps, "T0"), kills], "End": True}}),
        ScriptedTasks({FRAGILE: [die]}),
    )
    key = product.start({})
    for _ in range(MOST_STRIKES + 1):
        dies(product, key)
    assert product.run(key) is None
    assert status(product, key) == "PAUSED"


def test_an_interrupted_call_that_is_tried_again_is_no_progress():
    retried = task(Retry=[{"ErrorEquals": ["States.ALL"], "IntervalSeconds": 1, "MaxAttempts": 99}], End=True)
    product = Product(flow({"Work": retried}), ScriptedTasks({WORK: [die]}, at_most_once=(WORK,)))
    key = product.start({})
    for _ in range(60):
        if product.stores.journal.header(key).status == "PAUSED":
            break
        try:
            product.run(key)
        except Died:
            product.clock.sleep(PAST_ANY_LEASE)
        else:
            product.clock.sleep(200)  # its back-off
    assert status(product, key) == "PAUSED"
    assert len(product.tasks.calls) == MOST_STRIKES + 1


# ---------------------------------------------------------------- alone, and its neighbours


def test_from_the_second_strike_on_it_runs_alone_and_its_neighbours_are_not_charged():
    product = Product(ONE_TASK, ScriptedTasks({WORK: [lambda call: die(call) if "bad" in call.execution_id else {}]}))
    bad = product.start({}, name="bad")
    dies(product, bad)
    dies(product, bad)
    assert strikes(product, bad) == 1
    good = [product.start({}, name=f"good-{number}") for number in range(3)]
    queue = product.stores.queue
    queue.acknowledge([received.receipt for received in queue.claim(10)])
    batch = [good[0], bad, *good[1:]]
    with pytest.raises(Died):
        product.worker().run(batch, deadline=product.clock.now() + 300, redelivered=set(batch))
    assert [call.execution_id for call in product.tasks.calls if "good" in call.execution_id] == []
    assert [received.key for received in queue.claim(10)] == good
    assert [strikes(product, key) for key in (bad, *good)] == [2, 0, 0, 0]
    for key in good:
        assert product.run(key) is None
        assert product.describe(key).status == "SUCCEEDED"


def test_neighbours_that_died_with_it_are_cleared_by_their_first_progress():
    """Who is to blame does not show at the first death: everybody in the batch gets a strike."""
    product = Product(ONE_TASK, ScriptedTasks({WORK: [lambda call: die(call) if "bad" in call.execution_id else {}]}))
    good, bad = product.start({}, name="good"), product.start({}, name="bad")
    with pytest.raises(Died):
        product.worker().run([bad, good], deadline=product.clock.now() + 300)
    product.clock.sleep(PAST_ANY_LEASE)
    worker = product.worker()
    with pytest.raises(Died):
        worker.run([good, bad], deadline=product.clock.now() + 300, redelivered={good, bad})
    product.clock.sleep(PAST_ANY_LEASE)
    again = product.worker()
    with pytest.raises(Died):
        again.run([bad, good], deadline=product.clock.now() + 300, redelivered={good, bad})
    product.clock.sleep(PAST_ANY_LEASE)
    assert product.run(good) is None
    assert (product.describe(good).status, strikes(product, good)) == ("SUCCEEDED", 0)
    assert strikes(product, bad) == 2


def test_a_serving_worker_lets_a_suspect_wait_until_it_is_alone():
    product = Product(WAIT)
    suspect, other = product.start({}, name="suspect"), product.start({}, name="other")
    journal = product.stores.journal
    journal._headers[suspect] = replace(journal.header(suspect), strikes=2)
    worker = product.worker()
    worker.admit([other], float("inf"))
    worker.admit([suspect], float("inf"))
    assert (worker.owned, worker.alone) == (1, True)
    worker.round()  # the other one parks
    worker.round()
    assert strikes(product, suspect) == 0  # it began, parked, and is no suspect any more
    assert (worker.owned, worker.alone) == (0, False)
    assert worker.take_outcomes() == {other: None, suspect: None}


def test_a_serving_process_that_dies_again_and_again_pauses_its_killer_and_finishes_the_rest():
    product = Product(ONE_TASK, ScriptedTasks({WORK: [lambda call: die(call) if "bad" in call.execution_id else {}]}))
    bad = product.start({}, name="bad")
    good = [product.start({}, name=f"good-{number}") for number in range(12)]
    stores, lives = product.stores, 0

    def done():
        product.clock.sleep(1.0)
        return all(product.stores.journal.header(key).status != "RUNNING" for key in (bad, *good))

    while not done():
        lives += 1
        assert lives < 40
        worker = product.worker(owner=f"life-{lives}", is_alive=lambda owner, now=lives: owner == f"life-{now}")
        try:
            Serving(worker, stores.queue, stores.journal, product.clock, product.settings).run(done)
        except Died:
            stores.queue.abandon_claims()
    assert status(product, bad) == "PAUSED"
    assert {product.describe(key).status for key in good} == {"SUCCEEDED"}
    assert lives <= MOST_STRIKES + 2


# ---------------------------------------------------------------- what is nobody's fault


def test_a_fence_and_a_store_that_does_not_serve_count_nothing():
    product = Product(ONE_TASK)
    key = product.start({})
    real = product.stores.journal.commit
    for error in (Throttled("too fast"), StoreUnavailable("gone"), None):
        product.stores.journal.commit = raising(error) if error else lambda segments, *_more: [False] * len(segments)
        for _ in range(MOST_STRIKES + 3):
            outcome = product.worker().run([key], deadline=product.clock.now() + 300, redelivered={key})[key]
            assert outcome is not None
            product.clock.sleep(PAST_ANY_LEASE)
            if error is None:  # whoever fenced it made progress, and that took the strike back
                product.stores.journal._headers[key] = replace(product.stores.journal.header(key), strikes=0)
        assert strikes(product, key) <= 0
    product.stores.journal.commit = real
    product.drain()
    assert product.describe(key).status == "SUCCEEDED"


def test_a_worker_that_leaves_calls_on_their_way_in_good_order_counts_nothing():
    """Its time is over: the takeover that follows is not the execution's fault."""
    product = Product(ONE_TASK)
    key = product.start({})
    for _ in range(MOST_STRIKES + 3):
        worker = product.worker(call_threads=1)
        worker._calls.submit = lambda *_call, **_more: None  # a call that does not end
        worker.admit([key], product.clock.now() + 300)
        worker.round()
        assert worker.owned == 1
        product.clock.sleep(299)
        worker._stepping._incoming._overdue_calls = lambda *_args: []  # its budget is as long
        worker.round()
        assert isinstance(worker.take_outcomes()[key], OutOfTime)
        product.clock.sleep(PAST_ANY_LEASE)
        assert strikes(product, key) == -1, "the strike of the takeover is taken back before"
    product.drain()
    assert product.describe(key).status == "SUCCEEDED"


def test_a_newer_releases_data_is_left_as_it_is(monkeypatch):
    product = Product(WAIT)
    key = product.start({})
    product.run(key)
    before, header = product.stores.journal.load(key).segments, product.stores.journal.header(key)
    monkeypatch.setattr(codec, "SCHEMA", 0)
    for _ in range(MOST_STRIKES + 3):
        assert isinstance(product.run(key), SchemaTooNew)
    assert product.stores.journal.load(key).segments == before
    assert product.stores.journal.header(key) == header
    assert (strikes(product, key), status(product, key)) == (0, "RUNNING")


def of_a_newer_release(_product, patch):
    patch.setattr(codec, "SCHEMA", 0)
    return SchemaTooNew


def without_its_definition(product, patch):
    patch.setattr(product.published, "numbered", raising(StoreUnavailable("no reply")))
    return StoreUnavailable


def without_the_audit_log(_product, _patch):
    return StoreUnavailable


@pytest.mark.parametrize("closed", [of_a_newer_release, without_its_definition, without_the_audit_log])
def test_who_cannot_open_it_charges_it_nothing(monkeypatch, closed):
    """Its worker died, and workers of the release before, or that reach no store, are those that look again."""
    product = Product(ONE_TASK, ScriptedTasks({WORK: [die, {"ok": 1}]}))
    key = product.start({})
    dies(product, key)
    with monkeypatch.context() as patch:
        error = closed(product, patch)
        more = {"on_committed": raising(error("no reply"))} if closed is without_the_audit_log else {}
        for _ in range(MOST_STRIKES + 3):
            outcomes = product.worker(**more).run([key], deadline=product.clock.now() + 300, redelivered={key})
            assert isinstance(outcomes[key], error)
            assert (strikes(product, key), status(product, key)) == (0, "RUNNING")
    product.drain()
    assert product.describe(key).output == {"ok": 1}


def test_what_a_worker_left_itself_costs_it_no_strike(monkeypatch):
    """Its wake comes back to who let go of it. Nobody died, so no look writes a strike and takes it back."""
    product = Product(WAIT)
    key = product.start({})
    product.run(key)
    worker = product.worker()
    error = of_a_newer_release(product, monkeypatch)
    worker.run([key], deadline=product.clock.now() + 300)
    journal, written = product.stores.journal, []
    update = journal.update_headers
    monkeypatch.setattr(journal, "update_headers", lambda changes: (written.append(1), update(changes))[1])
    for _ in range(MOST_STRIKES + 3):
        outcomes = worker.run([key], deadline=product.clock.now() + 300, redelivered={key})
        assert isinstance(outcomes[key], error)
    assert (written, strikes(product, key), status(product, key)) == ([], 0, "RUNNING")


def test_a_charge_is_over_with_its_load():
    """A later load that was not charged takes nothing back."""
    product = Product(WAIT)
    key = product.start({})
    product.run(key)
    worker = product.worker()
    worker.admit([key], math.inf, {key})
    worker.round()
    assert (worker.owned, strikes(product, key)) == (0, 1)
    product.stores.journal.inbox = Once(product.stores.journal.inbox, Throttled("too fast"))
    worker.admit([key], math.inf)
    worker.round()
    assert isinstance(worker.take_outcomes()[key], Throttled)
    assert strikes(product, key) == 1


def test_what_a_worker_left_once_and_went_on_with_counts_when_another_dies_of_it():
    rest = {"Rest": {"Type": "Wait", "Seconds": 60, "Next": "Work"}, "Work": task(End=True)}
    product = Product(flow(rest), ScriptedTasks({WORK: [die]}))
    key = product.start({})
    worker = product.worker()
    product.stores.journal.load = Once(product.stores.journal.load, Throttled("too fast"))
    assert isinstance(product.run(key, worker), Throttled)
    assert product.run(key, worker) is None
    product.clock.sleep(61)
    dies(product, key)
    dies(product, key, worker)
    assert strikes(product, key) == 1


def test_deaths_count_though_others_cannot_open_it_in_between(monkeypatch):
    product, key = killer()
    for death in range(MOST_STRIKES + 1):
        dies(product, key)
        assert strikes(product, key) == death
        with monkeypatch.context() as patch:
            of_a_newer_release(product, patch)
            product.worker().run([key], deadline=product.clock.now() + 300, redelivered={key})
    assert product.run(key) is None
    assert status(product, key) == "PAUSED"
