"""Pause and resume of workflows: starts that wait or are refused, executions that hold."""

from __future__ import annotations

import pytest

from engine.durable.lifecycle.pausing import (
    FINISH,
    HOLD,
    HOLD_SECONDS,
    QUEUE,
    REFUSE,
    WATCH_SECONDS,
    WorkflowIsNotPaused,
    WorkflowPaused,
)
from engine.errors import StoreUnavailable
from engine.ports.journal import HeaderChange
from engine.ports.pauses import ALL
from tests.support.durable import TESTER, Product
from tests.support.faults import Once
from tests.support.flows import CALLBACK, ONE_TASK, THREE_TASKS, WAIT, WORK, flow, task


def pause(product, workflow="flow", *, starts=QUEUE, running=FINISH):
    return product.pausing.pause("default", workflow, starts=starts, running=running, actor=TESTER)


def resume(product, workflow="flow"):
    return product.pausing.resume("default", workflow)


def wakes(product):
    received = product.stores.queue.claim(1000)
    product.stores.queue.acknowledge([item.receipt for item in received])
    return [item.key for item in received]


def sweep_for(product, seconds):
    """Let time pass with sweeps and workers, as a deployment does."""
    end = product.clock.now() + seconds
    while product.clock.now() < end:
        product.clock.sleep(60)
        product.sweeper.sweep()
        for key in wakes(product):
            product.run(key)


# ---------------------------------------------------------------- starts


@pytest.mark.parametrize("workflow", ["flow", ALL])
def test_a_queued_start_is_accepted_and_begins_once_resumed(workflow):
    product = Product(ONE_TASK)
    pause(product, workflow)
    key = product.start({"a": 1})
    assert wakes(product) == []
    assert product.stores.journal.header(key).due_at == product.clock.now() + HOLD_SECONDS  # no sweep before
    sweep_for(product, 3 * HOLD_SECONDS)
    assert (product.describe(key).status, product.events(key), product.tasks.calls) == ("RUNNING", [], [])
    assert resume(product, workflow).woken == 1
    product.drain()
    assert product.describe(key).status == "SUCCEEDED"


def test_a_start_that_was_accepted_just_before_waits_too():
    """Its wake is on its way when the workflow is paused."""
    product = Product(ONE_TASK)
    key = product.start({})
    pause(product)
    assert product.run(key) is None
    assert product.events(key) == []
    resume(product)
    product.drain()
    assert product.describe(key).status == "SUCCEEDED"


def test_what_has_begun_runs_on_where_it_may_finish():
    product = Product(WAIT)
    key = product.start({})
    product.run(key)
    pause(product)
    product.drain()
    assert product.describe(key).status == "SUCCEEDED"


@pytest.mark.parametrize(("workflow", "names"), [("flow", "'flow'"), (ALL, "every workflow")])
def test_a_refused_start_says_who_paused_it(workflow, names):
    product = Product(ONE_TASK)
    pause(product, workflow, starts=REFUSE)
    with pytest.raises(WorkflowPaused, match=f"{names} was paused by tester"):
        product.start({})
    assert product.stores.journal.due(float("inf")) == []
    resume(product, workflow)
    product.start({})


def test_a_start_that_is_asked_for_again_is_answered_though_starts_are_refused():
    product = Product(WAIT)
    product.start({"a": 1})
    pause(product, starts=REFUSE)
    assert product.start({"a": 1}) == product.start({"a": 1})


def test_another_workflow_is_not_touched():
    product = Product(ONE_TASK)
    product.published.publish(THREE_TASKS, "other")
    pause(product, starts=REFUSE, running=HOLD)
    key = product.start({}, workflow="other")
    product.drain()
    assert product.describe(key).status == "SUCCEEDED"


def test_a_start_that_was_queued_while_the_resume_ran_is_woken_by_itself():
    product = Product(ONE_TASK)
    pause(product)
    create = product.stores.journal.create

    def resumed_meanwhile(*args):
        resume(product)
        return create(*args)

    product.stores.journal.create = resumed_meanwhile
    key = product.start({})
    assert wakes(product) == [key]


# ---------------------------------------------------------------- what runs


def test_a_held_execution_commits_what_its_calls_brought_and_begins_nothing_new():
    product = Product(THREE_TASKS)
    key = product.start({})
    product.tasks.answers[WORK] = [lambda _call: (pause(product, running=HOLD), product.clock.sleep(3), {"a": 1})[-1]]
    assert product.run(key) is None
    assert product.events(key)[-3:] == ["TaskStateExited", "TaskStateEntered", "TaskScheduled"]
    assert len(product.tasks.calls) == 1
    header = product.stores.journal.header(key)
    assert (header.status, header.due_at) == ("RUNNING", product.clock.now() + HOLD_SECONDS)
    sweep_for(product, 3 * HOLD_SECONDS)
    assert len(product.tasks.calls) == 1
    product.tasks.answers[WORK] = [{"b": 2}]
    resume(product)
    product.drain()
    assert product.describe(key).status == "SUCCEEDED"
    assert len(set(product.tasks.keys)) == len(product.tasks.calls) == 3


def test_a_timer_that_is_due_while_it_is_held_fires_after_the_resume():
    product = Product(WAIT)
    key = product.start({})
    product.run(key)
    pause(product, running=HOLD)
    sweep_for(product, 600)
    assert product.events(key)[-1] == "WaitStateEntered"
    resume(product)
    product.drain()
    assert product.describe(key).status == "SUCCEEDED"


def test_an_answer_that_comes_while_it_is_held_is_kept():
    product = Product(CALLBACK)
    key = product.start({})
    product.run(key)
    pause(product, running=HOLD)
    product.executions.answers.send_task_success(product.tasks.calls[0].task_token, {"ok": True})
    sweep_for(product, 300)
    assert product.describe(key).status == "RUNNING"
    resume(product)
    product.drain()
    assert product.describe(key).output == {"ok": True}


def test_a_stop_reaches_what_is_held_and_what_never_began():
    product = Product(WAIT)
    begun = product.start({}, name="begun")
    product.run(begun)
    pause(product, running=HOLD)
    queued = product.start({}, name="queued")
    for key in (begun, queued):
        product.executions.stop(key, cause="enough", actor=TESTER)
        product.run(key)
        assert (product.describe(key).status, product.describe(key).cause) == ("ABORTED", "enough")


def test_a_worker_that_was_held_up_by_a_pause_that_is_over_goes_on():
    """Its view is up to 2 s old: before it lets go it looks again."""
    product = Product(ONE_TASK)
    key = product.start({})
    pause(product, running=HOLD)
    worker = product.worker()
    worker.admit([key], product.clock.now() + 300)
    read = product.stores.pauses.pauses
    seen = []

    def resumed_after_the_first_look(workspace):
        found = read(workspace)
        if not seen:
            seen.append(resume(product))
        return found

    product.stores.pauses.pauses = resumed_after_the_first_look
    for _ in range(6):
        worker.round()
        worker.gather(0.0)
    assert product.describe(key).status == "SUCCEEDED"


def test_an_endless_loop_holds():
    product = Product(flow({"Loop": {"Type": "Pass", "Next": "Loop"}}))
    key = product.start({})
    commit = product.stores.journal.commit

    def paused_meanwhile(segments, *more):
        if segments[0].seq == 0:
            pause(product, running=HOLD)
        product.clock.sleep(1.0)
        return commit(segments, *more)

    product.stores.journal.commit = paused_meanwhile
    assert product.run(key) is None
    assert product.stores.journal.load(key).segments[-1].seq < 10


def test_a_call_whose_worker_died_is_taken_over_only_after_the_resume():
    product = Product(ONE_TASK)
    key = product.start({})

    def died(_call):
        pause(product, running=HOLD)
        raise KeyboardInterrupt

    product.tasks.answers[WORK] = [died, {"ok": 1}]
    with pytest.raises(KeyboardInterrupt):
        product.run(key)
    sweep_for(product, 600)
    assert len(product.tasks.calls) == 1
    resume(product)
    product.drain()
    assert product.describe(key).output == {"ok": 1}
    assert len(set(product.tasks.keys)) == 1


def test_a_look_at_what_is_held_takes_back_no_strike_that_it_did_not_get():
    """It has cost workers before, and troubles nobody while it is held: nothing of that is forgiven."""
    product = Product(WAIT)
    key = product.start({})
    product.run(key)
    header = product.stores.journal.header(key)
    product.stores.journal.update_headers([
        HeaderChange(key, header.seq, header.status, header.due_at, strikes=1)
    ])
    pause(product, running=HOLD)
    sweep_for(product, 3 * HOLD_SECONDS)
    assert product.stores.journal.header(key).strikes == 1


def test_a_worker_that_could_not_read_yet_what_is_paused_begins_nothing():
    product = Product(ONE_TASK)
    key, worker, read = product.start({}), product.worker(), product.stores.pauses.pauses

    def down(_workspace):
        raise StoreUnavailable("gone")

    product.stores.pauses.pauses = down
    assert isinstance(product.run(key, worker), StoreUnavailable)
    assert not product.tasks.calls
    product.stores.pauses.pauses = read
    assert product.run(key, worker) is None
    assert product.describe(key).status == "SUCCEEDED"


def test_what_was_read_once_holds_while_it_cannot_be_read():
    product = Product(ONE_TASK)
    first, second, worker = product.start({}), product.start({}), product.worker()
    assert product.run(first, worker) is None

    def down(_workspace):
        raise StoreUnavailable("gone")

    product.stores.pauses.pauses = down
    product.clock.sleep(WATCH_SECONDS)
    assert product.run(second, worker) is None
    assert product.describe(second).status == "SUCCEEDED"


def test_what_a_worker_knows_to_be_paused_stays_so_while_it_cannot_be_read():
    product = Product(ONE_TASK)
    key, worker = product.start({}), product.worker()
    pause(product, running=HOLD)
    product.run(key, worker)
    read = product.stores.pauses.pauses
    product.stores.pauses.pauses = Once(read, StoreUnavailable("gone"), times=3)
    product.clock.sleep(WATCH_SECONDS)
    product.run(key, worker)
    assert product.stores.pauses.pauses.times < 3
    assert not product.tasks.calls
    product.stores.pauses.pauses = read
    resume(product)
    product.run(key, worker)
    assert product.describe(key).status == "SUCCEEDED"


# ---------------------------------------------------------------- resume


def test_a_resume_that_dies_before_its_wakes_is_made_good_by_a_sweep():
    product = Product(ONE_TASK)
    pause(product)
    key = product.start({})
    product.stores.pauses.delete("default", "flow")
    sweep_for(product, HOLD_SECONDS + 60)
    assert product.describe(key).status == "SUCCEEDED"


def test_a_resume_whose_wakes_fail_is_done_and_a_sweep_wakes(monkeypatch):
    product = Product(ONE_TASK)
    pause(product)
    key = product.start({})

    def refuse(_wakes):
        raise StoreUnavailable("gone")

    with monkeypatch.context() as patched:
        patched.setattr(product.stores.queue, "send", refuse)
        resumed = resume(product)
    assert (resumed.woken, resumed.complete) == (0, False)
    assert product.pausing.paused("default") == []
    sweep_for(product, HOLD_SECONDS + 60)
    assert product.describe(key).status == "SUCCEEDED"


def test_only_what_is_paused_can_be_resumed():
    product = Product(ONE_TASK)
    with pytest.raises(WorkflowIsNotPaused, match="'flow' is not paused"):
        resume(product)
    with pytest.raises(WorkflowIsNotPaused, match="not all"):
        resume(product, ALL)
    pause(product, ALL)
    with pytest.raises(WorkflowIsNotPaused, match="together with all"):
        resume(product)


def test_a_hundred_on_their_way_are_held_over_a_new_version_and_all_end():
    """Pause, publish another version, resume: each runs on by the definition it began with."""
    product = Product(
        flow({"A": task(Next="B"), "B": {"Type": "Wait", "Seconds": 30, "Next": "C"}, "C": task(End=True)})
    )
    keys = [product.start({"n": number}, name=f"run-{number}") for number in range(100)]
    for key in keys[:60]:
        product.run(key)
    pause(product, running=HOLD)
    wakes(product)
    newer = product.published.publish(flow({"New": task(End=True)}))
    late = product.start({"n": 100}, name="late")
    sweep_for(product, 900)
    assert len(product.tasks.calls) == 60
    assert resume(product).woken == 101
    product.drain(limit=2000)
    assert {product.describe(key).status for key in [*keys, late]} == {"SUCCEEDED"}
    assert {product.describe(key).version for key in keys} == {1}
    assert product.describe(late).version == newer.number
    assert len(set(product.tasks.keys)) == len(product.tasks.calls) == 201
