from __future__ import annotations

import pytest

from engine.durable import codec
from engine.durable.activation import LEASE_MARGIN_SECONDS
from engine.durable.lifecycle.errors import TaskTimedOut
from engine.durable.lifecycle.starts import ExecutionAlreadyExists
from engine.durable.opening import facts_of
from engine.durable.worker.owned import RESERVE_SECONDS
from engine.errors import Fenced, StoreUnavailable
from engine.kernel import snapshot_codec
from engine.kernel.snapshot import Phase, Snapshot
from engine.kernel.step import step
from engine.language.asl.compile import compile_definition
from engine.ports.executions_index import ExecutionQuery
from engine.ports.tasks import TaskFailed
from tests.support.durable import START, TESTER, Product, ScriptedTasks
from tests.support.flows import (
    CALLBACK,
    ONE_TASK,
    THREE_TASKS,
    WAIT,
    WORK,
    Died,
    die,
    flow,
    snapshot,
    task,
)


def bodies(product, key):
    return list(product.stores.journal.history(key))


def test_a_task_runs_and_everything_is_closed():
    product = Product(ONE_TASK, ScriptedTasks({WORK: [{"ok": True}]}))
    key = product.start({"n": 1})
    product.drain()
    execution = product.describe(key)
    assert (execution.status, execution.output) == ("SUCCEEDED", {"ok": True})
    header = product.stores.journal.header(key)
    assert (header.status, header.due_at) == ("SUCCEEDED", None)
    assert header.ended_at is not None
    row = product.stores.index.query(ExecutionQuery("default")).rows[0]
    assert (row.status, row.ended_at) == ("SUCCEEDED", header.ended_at)
    assert product.events(key) == [
        "ExecutionStarted", "TaskStateEntered", "TaskScheduled", "TaskStarted", "TaskSucceeded", "TaskStateExited",
        "ExecutionSucceeded",
    ]


def test_a_segment_holds_the_result_of_one_task_and_the_intent_of_the_next():
    product = Product(THREE_TASKS)
    key = product.start({})
    product.drain()
    assert product.stores.journal.header(key).seq == 3  # intent A | A+B | B+C | C


def test_nothing_is_called_before_its_intent_is_durable():
    seen = []
    product = Product(THREE_TASKS)
    product.tasks.answers[WORK] = [lambda call: seen.append(snapshot(product, key).frames[""].phase)]
    key = product.start({})
    product.drain()
    assert seen == [Phase.RUNNING] * 3


def test_a_lost_call_is_made_again_under_the_same_key():
    product = Product(ONE_TASK, ScriptedTasks({WORK: [die, {"ok": 1}]}))
    key = product.start({})
    with pytest.raises(Died):
        product.run(key)
    assert product.run(key) is None  # its lease lives: the wake is dropped
    assert len(product.tasks.calls) == 1
    product.drain()
    assert product.describe(key).output == {"ok": 1}
    assert len(set(product.tasks.keys)) == 1
    assert len(product.tasks.keys) == 2


def test_a_lease_ends_with_its_process_where_locks_tell():
    product = Product(ONE_TASK, ScriptedTasks({WORK: [die, {"ok": 1}]}))
    key = product.start({})
    with pytest.raises(Died):
        product.run(key, product.worker(owner="first"))
    assert product.run(key, product.worker(owner="second", is_alive=lambda owner: owner != "first")) is None
    assert product.describe(key).status == "SUCCEEDED"


def test_an_interrupted_at_most_once_call_is_never_made_again():
    caught = task(Catch=[{"ErrorEquals": ["Automate.TaskInterrupted"], "Next": "Look"}], End=True)
    definition = flow({"Work": caught, "Look": {"Type": "Pass", "End": True}})
    product = Product(definition, ScriptedTasks({WORK: [die]}, at_most_once=(WORK,)))
    key = product.start({})
    with pytest.raises(Died):
        product.run(key)
    product.drain()
    assert len(product.tasks.calls) == 1
    assert product.describe(key).output["Error"] == "Automate.TaskInterrupted"


def test_the_workflow_document_may_declare_a_state_at_most_once():
    product = Product(ONE_TASK, ScriptedTasks({WORK: [TaskFailed("Boom", "late", definite=False)]}),
                      at_most_once=("Work",))
    key = product.start({})
    product.drain()
    assert product.describe(key).error == "Automate.TaskInterrupted"


def test_a_definite_failure_gets_a_new_key_and_an_unknown_one_keeps_it():
    retried = task(Retry=[{"ErrorEquals": ["States.ALL"], "IntervalSeconds": 1}], End=True)
    for definite, keys in ((True, 2), (False, 1)):
        product = Product(flow({"Work": retried}), ScriptedTasks({WORK: [TaskFailed("Boom", definite=definite), {}]}))
        key = product.start({})
        product.drain()
        assert product.describe(key).status == "SUCCEEDED"
        assert len(set(product.tasks.keys)) == keys


def test_a_rival_is_fenced_and_does_not_acknowledge():
    product = Product(THREE_TASKS)
    key = product.start({})

    def rival(_call):
        product.tasks.answers[WORK] = [{"by": "rival"}]
        product.clock.sleep(400)  # the first owner froze past its lease
        assert product.run(key) is None
        return {"by": "zombie"}

    product.tasks.answers[WORK] = [rival]
    outcome = product.run(key, seconds=900)
    assert isinstance(outcome, Fenced)
    assert product.describe(key).output == {"by": "rival"}


def test_a_wait_parks_with_a_delayed_wake_and_an_early_one_is_armed_again():
    product = Product(WAIT)
    key = product.start({})
    assert product.run(key) is None
    assert product.stores.journal.header(key).due_at == START + 90
    segments = len(bodies(product, key))
    product.clock.sleep(45)
    assert product.run(key) is None
    assert len(bodies(product, key)) == segments
    product.drain()
    assert product.describe(key).ended_at >= START + 90


def test_a_wait_of_a_year_is_the_sweepers():
    product = Product(flow({"Pause": {"Type": "Wait", "Seconds": 31_536_000, "End": True}}))
    key = product.start({})
    product.run(key)
    claimed = product.stores.queue.claim(10)
    product.stores.queue.acknowledge([c.receipt for c in claimed])
    assert product.stores.queue.next_due_in() is None
    product.clock.sleep(31_536_000 - 90)
    assert product.sweeper.sweep() == 1
    product.drain()
    assert product.describe(key).ended_at == pytest.approx(START + 31_536_000, abs=1)


def test_a_start_whose_wake_was_lost_is_swept():
    product = Product(ONE_TASK)
    key = product.start({})
    product.stores.queue.acknowledge([c.receipt for c in product.stores.queue.claim(10)])
    product.clock.sleep(60)
    product.sweeper.sweep()
    product.drain()
    assert product.describe(key).status == "SUCCEEDED"


def test_stop_aborts_a_parked_execution():
    product = Product(WAIT)
    key = product.start({})
    product.run(key)
    product.executions.stop(key, error="Changed", cause="no longer wanted", actor=TESTER)
    product.run(key)
    execution = product.describe(key)
    assert (execution.status, execution.error, execution.cause) == ("ABORTED", "Changed", "no longer wanted")
    assert product.stores.journal.inbox(key) == []
    assert product.stores.journal.header(key).status == "ABORTED"


def test_a_stop_behind_a_live_lease_is_not_lost():
    product = Product(ONE_TASK, ScriptedTasks({WORK: [die, {}]}))
    key = product.start({})
    with pytest.raises(Died):
        product.run(key)
    product.executions.stop(key, actor=TESTER)
    assert product.run(key) is None
    assert product.describe(key).status == "RUNNING"
    product.drain()
    assert product.describe(key).status == "ABORTED"
    assert len(product.tasks.calls) == 1  # the inbox is read before any takeover


def test_a_callback_answers_once():
    product = Product(CALLBACK)
    key = product.start({})
    product.run(key)
    token = product.tasks.calls[0].arguments["token"]
    assert product.tasks.calls[0].task_token == token
    product.executions.answers.send_task_success(token, {"approved": True})
    with pytest.raises(TaskTimedOut):
        product.executions.answers.send_task_failure(token, "Late")
    product.drain()
    assert product.describe(key).output == {"approved": True}
    with pytest.raises(TaskTimedOut):
        product.executions.answers.send_task_success(token, {})


def test_an_answer_that_its_client_wrote_twice_is_heard_and_wakes():
    """botocore repeats a write whose reply was lost: the journal then says of our own item that it is there."""
    product = Product(CALLBACK)
    key = product.start({})
    product.run(key)
    product.stores.queue.acknowledge([received.receipt for received in product.stores.queue.claim(10)])
    journal = product.stores.journal
    put = journal.put_inbox

    def put_twice(item):
        put(item)
        return put(item)

    journal.put_inbox = put_twice
    product.executions.answers.send_task_success(product.tasks.calls[0].task_token, {"approved": True})
    assert [received.key for received in product.stores.queue.claim(10)] == [key]
    product.run(key)
    assert product.describe(key).output == {"approved": True}


def test_a_callback_may_overtake_the_hand_over():
    product = Product(CALLBACK)
    key = product.start({})

    def answer_at_once(call):
        product.executions.answers.send_task_success(call.task_token, {"fast": True})
        return {}

    product.tasks.answers[WORK + ".waitForTaskToken"] = [answer_at_once]
    product.drain()
    assert product.describe(key).output == {"fast": True}


def test_an_endless_loop_makes_progress_is_seen_and_can_be_stopped():
    product = Product(flow({"Loop": {"Type": "Pass", "Next": "Loop"}}))
    key = product.start({})

    class Ticking(type(product.clock)):
        def now(self):
            self.sleep(0.05)
            return super().now()

    product.clock.__class__ = Ticking
    assert product.run(key, seconds=20) is None
    segments = bodies(product, key)
    assert len(segments) >= 2
    assert all(s.last_event - s.first_event < 6000 for s in segments)
    assert product.stores.journal.header(key).due_at is not None
    product.executions.stop(key, actor=TESTER)
    product.drain()
    assert product.describe(key).status == "ABORTED"


def test_the_same_start_twice_is_one_execution_and_another_input_is_refused():
    product = Product(WAIT)
    first = product.start({"a": 1, "b": 2})
    assert product.start({"b": 2, "a": 1}) == first
    with pytest.raises(ExecutionAlreadyExists, match="another input"):
        product.start({"a": 2})
    product.drain()
    with pytest.raises(ExecutionAlreadyExists, match="closed"):
        product.start({"a": 1, "b": 2})
    assert len(product.stores.index.query(ExecutionQuery("default")).rows) == 1


def test_a_store_that_fails_leaves_the_wake():
    product = Product(ONE_TASK)
    key = product.start({})
    commit = product.stores.journal.commit

    def down(*_a, **_k):
        raise StoreUnavailable("the disk is full")

    product.stores.journal.commit = down
    assert isinstance(product.run(key), StoreUnavailable)
    product.stores.journal.commit = commit
    product.drain()
    assert product.describe(key).status == "SUCCEEDED"


def test_neighbours_of_a_bad_execution_are_done():
    product = Product(ONE_TASK)
    good, bad = product.start({}, name="good"), product.start({}, name="bad")
    real = product.stores.journal.execution_input
    product.stores.journal.execution_input = lambda key: b"{broken" if key == bad else real(key)
    outcomes = product.worker().run([bad, good], deadline=product.clock.now() + 300)
    assert outcomes[good] is None
    assert outcomes[bad] is not None
    assert product.describe(good).status == "SUCCEEDED"


def test_parallel_tasks_run_side_by_side_and_deltas_load_back():
    branches = [flow({f"T{i}": task(Next=f"P{i}"), f"P{i}": {"Type": "Pass", "End": True}}) for i in range(5)]
    definition = flow({"Fan": {"Type": "Parallel", "Branches": branches, "Next": "Big"},
                       "Big": {"Type": "Map", "ItemsPath": "$", "ItemProcessor": flow({"M": task(End=True)}),
                               "End": True}})
    product = Product(definition)
    key = product.start({"pad": "x" * 3000})
    product.drain()
    assert product.describe(key).status == "SUCCEEDED"
    assert len(product.tasks.calls) == 10
    assert any(not s.checkpoint for s in bodies(product, key))


@pytest.mark.parametrize("seconds", [17, 20, 30, 45, 50, 55, 100, 300, 900])
def test_a_fresh_worker_makes_the_call_however_short_its_invocation_is(seconds):
    """The longest call ends with its lease before the worker lets go, whatever the settings and the state say."""
    product = Product(ONE_TASK, ScriptedTasks({WORK: [{"ok": True}]}))
    key = product.start()
    began = product.clock.now()
    product.run(key, seconds=seconds)
    [call] = product.tasks.calls
    assert 1 <= call.budget_seconds <= min(240, 0.8 * seconds, seconds - LEASE_MARGIN_SECONDS - RESERVE_SECONDS)
    assert (product.describe(key).status, product.clock.now() - began < seconds) == ("SUCCEEDED", True)


@pytest.mark.parametrize("definition", [ONE_TASK, flow({"Work": task(TimeoutSeconds=2, End=True, Retry=[
    {"ErrorEquals": ["States.ALL"], "MaxAttempts": 50},
])})])
def test_a_worker_too_short_for_any_call_fails_the_task_and_says_why(definition):
    """It does not send itself a wake for ever."""
    product = Product(definition, ScriptedTasks({WORK: [{"ok": True}]}))
    key = product.start()
    product.run(key, seconds=12)
    found = product.describe(key)
    assert (product.tasks.calls, found.status, found.error) == ([], "FAILED", "Automate.WorkerTooShort")
    assert "12 s" in found.cause
    assert "time-out of the worker function" in found.cause
    assert product.run(key, seconds=12) is None


def test_what_a_too_short_worker_fails_may_be_caught():
    caught = flow({
        "Work": task(End=True, Catch=[{"ErrorEquals": ["Automate.WorkerTooShort"], "Next": "Said"}]),
        "Said": {"Type": "Succeed"},
    })
    product = Product(caught)
    key = product.start()
    product.run(key, seconds=10)
    assert product.describe(key).status == "SUCCEEDED"


def test_a_late_turn_in_a_long_invocation_is_no_reason_to_fail():
    """The time went into loading: the next worker has more."""
    product = Product(ONE_TASK, ScriptedTasks({WORK: [{"ok": True}]}))
    key = product.start()
    product.run_late(key, left=10)
    assert (product.tasks.calls, product.describe(key).status) == ([], "RUNNING")
    product.drain()
    assert product.describe(key).status == "SUCCEEDED"


def test_restepping_the_recorded_stimuli_gives_the_same_snapshot():
    product = Product(THREE_TASKS, ScriptedTasks({WORK: [{"n": 1}]}))
    key = product.start({"x": 1})
    product.drain()
    header = product.stores.journal.header(key)
    plan = compile_definition(THREE_TASKS)
    again = Snapshot(facts=facts_of(header), input={"x": 1}, last_at=header.started_at)
    for segment in bodies(product, key):
        again = step(plan, again, codec.decode_stimuli(segment.body)).snapshot
    assert snapshot_codec.encode(again) == snapshot_codec.encode(snapshot(product, key))
