"""EXPRESS executions: one closing segment, at least once, at most five minutes; synchronous starts."""

from __future__ import annotations

import threading

import pytest

from engine.durable import codec
from engine.durable.lifecycle.pausing import WorkflowPaused
from engine.durable.lifecycle.starts import ExecutionAlreadyExists
from engine.durable.poison import MOST_STRIKES
from engine.durable.worker.serving import Serving
from engine.durable.worker.sync_start import SyncStarts, SyncTimedOut
from engine.errors import InvalidDocument, StoreUnavailable
from engine.kernel.express import FIRST_LOOK_SECONDS, MOST_SECONDS, SYNC_SECONDS
from engine.language.asl.validate import validate
from engine.ports.executions_index import ExecutionQuery
from engine.ports.keys import ExecutionKey
from tests.support import patience
from tests.support.durable import START, TESTER, Product, ScriptedTasks
from tests.support.flows import ONE_TASK, THREE_TASKS, WORK, Died, die, flow, task

FAN = flow({
    "Fan": {"Type": "Parallel", "Next": "Each",
            "Branches": [flow({"A": task(End=True)}), flow({"B": task(Next="C"), "C": task(End=True)})]},
    "Each": {"Type": "Map", "ItemsPath": "$", "ItemProcessor": flow({"Line": task(End=True)}), "Next": "Rest"},
    "Rest": {"Type": "Wait", "Seconds": 20, "Next": "Last"},
    "Last": {"Type": "Pass", "End": True},
})


def wait(seconds):
    return flow({"Pause": {"Type": "Wait", "Seconds": seconds, "Next": "Done"}, "Done": {"Type": "Succeed"}})


def express(definition, tasks=None):
    return Product(definition, tasks, kind="EXPRESS")


def segments(product, key):
    return list(product.stores.journal.history(key))


def counted(product, *methods):
    """The names of the journal's writes from here on."""
    calls = []
    for name in methods:
        real = getattr(product.stores.journal, name)
        setattr(product.stores.journal, name, lambda *a, _n=name, _r=real: (calls.append(_n), _r(*a))[1])
    return calls


# ---------------------------------------------------------------- one segment


@pytest.mark.parametrize("definition", [ONE_TASK, THREE_TASKS, FAN])
def test_it_ends_in_one_segment_with_its_whole_history(definition):
    product = express(definition)
    key = product.start([1, 2])
    writes = counted(product, "commit", "update_headers")
    assert product.run(key) is None
    execution = product.describe(key)
    assert (execution.status, execution.kind) == ("SUCCEEDED", "EXPRESS")
    assert writes == ["commit", "update_headers"]
    [segment] = segments(product, key)
    events = codec.decode_events(segment.body)
    assert [event.id for event in events] == list(range(1, len(events) + 1))
    assert events[-1].type == "ExecutionSucceeded"
    assert (product.stores.journal.header(key).due_at, product.stores.journal.header(key).seq) == (None, 0)
    [row] = product.stores.index.query(ExecutionQuery("default")).rows
    assert (row.status, row.ended_at) == ("SUCCEEDED", execution.ended_at)


def test_a_standard_one_of_the_same_workflow_says_the_same():
    outcomes = []
    for kind in ("EXPRESS", "STANDARD"):
        product = Product(FAN, kind=kind)
        key = product.start([1, 2])
        product.drain()
        outcomes.append((product.describe(key).output, sorted(product.events(key)), sorted(product.tasks.keys)))
    assert outcomes[0] == outcomes[1]


def test_retry_and_catch_work_without_a_commit():
    from engine.ports.tasks import TaskFailed  # noqa: PLC0415

    retried = task(Retry=[{"ErrorEquals": ["Busy"], "IntervalSeconds": 3}],
                   Catch=[{"ErrorEquals": ["States.ALL"], "Next": "Mend"}], End=True)
    product = express(flow({"Work": retried, "Mend": {"Type": "Pass", "Result": "mended", "End": True}}),
                      ScriptedTasks({WORK: [TaskFailed("Busy"), TaskFailed("Broken")]}))
    key = product.start({})
    assert product.run(key) is None
    assert product.describe(key).output == "mended"
    assert len(product.tasks.calls) == 2
    assert len(segments(product, key)) == 1


def test_a_run_of_thousands_of_states_is_one_segment():
    count = {"Count": {"Type": "Pass", "Parameters": {"n.$": "States.MathAdd($.n, 1)"}, "Next": "More"},
             "More": {"Type": "Choice", "Default": "Done",
                      "Choices": [{"Variable": "$.n", "NumericLessThan": 1500, "Next": "Count"}]},
             "Done": {"Type": "Succeed"}}
    product = express(flow(count))
    key = product.start({"n": 0})
    product.run(key)
    assert product.describe(key).output == {"n": 1500}
    assert len(segments(product, key)) == 1


# ---------------------------------------------------------------- at least once, five minutes


def test_it_begins_anew_when_its_worker_died():
    product = express(THREE_TASKS, ScriptedTasks({WORK: [{"a": 1}, die, {"a": 1}, {"b": 2}, {"c": 3}]}))
    key = product.start({})
    with pytest.raises(Died):
        product.run(key)
    assert segments(product, key) == []
    product.stores.queue.abandon_claims()
    product.drain()
    assert product.describe(key).output == {"c": 3}
    assert len(product.tasks.calls) == 5


def test_whoever_closes_first_counts():
    product = express(ONE_TASK)
    key = product.start({})

    def meanwhile(call):
        if len(product.tasks.calls) == 1:
            product.run(key)
        return {"call": len(product.tasks.calls)}

    product.tasks.answers[WORK] = [meanwhile]
    assert product.run(key) is not None  # fenced
    assert product.run(key) is None
    assert len(segments(product, key)) == 1
    assert product.describe(key).status == "SUCCEEDED"


def test_it_is_timed_out_after_five_minutes():
    product = express(wait(400))
    key = product.start({})
    Serving(product.worker(), product.stores.queue, product.stores.journal, product.clock, product.settings).run(
        lambda: product.describe(key).status != "RUNNING"
    )
    execution = product.describe(key)
    assert execution.status == "TIMED_OUT"
    assert MOST_SECONDS <= execution.ended_at - START < MOST_SECONDS + 1
    assert len(segments(product, key)) == 1


def test_its_own_shorter_time_out_counts():
    product = express({**wait(400), "TimeoutSeconds": 7})
    key = product.start({})
    product.run(key)
    execution = product.describe(key)
    assert execution.status == "TIMED_OUT"
    assert execution.ended_at - START < 8


def test_a_call_gets_no_more_time_than_the_execution_has_left():
    product = express({**ONE_TASK, "TimeoutSeconds": 40})
    product.run(product.start({}))
    assert product.tasks.calls[0].budget_seconds <= 40


def test_what_does_not_end_in_its_workers_time_begins_anew_uncharged():
    product = express(wait(60))
    key = product.start({})
    for _ in range(MOST_STRIKES + 2):
        outcome = product.worker().run([key], deadline=product.clock.now() + 30, redelivered={key})[key]
        assert "begins anew" in str(outcome)
    assert product.stores.journal.header(key).strikes <= 0
    assert product.run(key) is None
    assert product.describe(key).status == "SUCCEEDED"


def test_one_that_kills_its_worker_each_time_ends_paused():
    product = express(ONE_TASK, ScriptedTasks({WORK: [die]}))
    key = product.start({})
    for life in range(MOST_STRIKES + 1):
        with pytest.raises(Died):
            product.worker().run([key], deadline=product.clock.now() + 300, redelivered={key} if life else set())
    product.worker().run([key], deadline=product.clock.now() + 300, redelivered={key})
    assert product.describe(key).status == "PAUSED"


def test_no_sweep_runs_it_twice_and_a_lost_wake_is_found():
    product = express(ONE_TASK)
    key = product.start({})
    product.stores.queue.acknowledge([item.receipt for item in product.stores.queue.claim(10)])
    for _ in range(5):
        product.clock.sleep(60)
        product.sweeper.sweep()
        assert product.stores.queue.claim(10) == []
    assert product.stores.queue.next_due_in() == START + FIRST_LOOK_SECONDS["EXPRESS"] - product.clock.now()
    product.drain()
    assert product.describe(key).status == "SUCCEEDED"


def test_a_stop_ends_it_while_it_waits():
    product = express(wait(200))
    key = product.start({})
    sleep = product.clock.sleep

    def stopping(seconds):
        sleep(seconds)
        if product.clock.now() > START + 10 and not product.stores.journal.inbox(key):
            product.executions.stop(key, cause="enough", actor=TESTER)

    product.clock.sleep = stopping
    product.run(key)
    assert (product.describe(key).status, product.describe(key).cause) == ("ABORTED", "enough")
    assert product.describe(key).ended_at < START + 15


def test_a_closing_commit_that_fails_is_tried_again():
    product = express(ONE_TASK)
    key = product.start({})
    real, failures = product.stores.journal.commit, [StoreUnavailable("gone")]

    def flaky(*args):
        if failures:
            raise failures.pop()
        return real(*args)

    product.stores.journal.commit = flaky
    assert product.run(key) is None
    assert product.describe(key).status == "SUCCEEDED"
    assert len(product.tasks.calls) == 1


def test_a_death_between_segment_and_header_is_made_good_without_a_call():
    product = express(ONE_TASK)
    key = product.start({})
    real = product.stores.journal.update_headers
    product.stores.journal.update_headers = lambda _changes: die(None)
    with pytest.raises(Died):
        product.run(key)
    product.stores.journal.update_headers = real
    product.stores.queue.abandon_claims()
    product.drain()
    assert product.stores.journal.header(key).status == "SUCCEEDED"
    assert len(product.tasks.calls) == 1


def test_a_paused_workflow_holds_what_was_not_begun_and_lets_the_rest_end():
    product = express(wait(20))
    key = product.start({})
    product.pausing.pause("default", "flow", starts="queue", running="hold", actor=TESTER)
    assert product.run(key) is None
    assert segments(product, key) == []
    product.pausing.resume("default", "flow")
    product.drain()
    assert product.describe(key).status == "SUCCEEDED"


@pytest.mark.parametrize(("resource", "problem"), [
    ("connector:demo:work.waitForTaskToken", "waitForTaskToken"),
    ("arn:aws:states:::states:startExecution.sync", ".sync"),
    ("arn:aws:states:eu-central-1:123456789012:activity:ask", "activities"),
])
def test_publishing_refuses_what_has_nobody_to_come_back_to(resource, problem):
    definition = flow({"Ask": {"Type": "Task", "Resource": resource, "Parameters": {"StateMachineArn": "x"},
                               "End": True}})
    found = [item.message for item in validate(definition, kind="EXPRESS") if item.severity == "ERROR"]
    assert any(problem in message for message in found), found


# ---------------------------------------------------------------- synchronous starts


def sync(product, execution_input=None, call_threads=0, **more):
    starts = SyncStarts(
        product.executions, lambda: product.worker(call_threads=call_threads, runs_sync=True), product.clock
    )
    return starts.run(product.executions.start(
        "default", "flow", execution_input, sync=True, **{"name": "one", **more}
    ))


def test_a_synchronous_start_answers_with_the_outcome():
    product = express(FAN)
    execution = sync(product, [1, 2])
    assert (execution.status, execution.kind, execution.output) == ("SUCCEEDED", "EXPRESS_SYNC", [[1, 2], [1, 2]])
    assert product.stores.queue.claim(10) == []
    assert product.stores.journal.due(float("inf")) == []


def test_one_that_failed_answers_so():
    product = express(flow({"No": {"Type": "Fail", "Error": "No", "Cause": "not today"}}))
    execution = sync(product)
    assert (execution.status, execution.error, execution.cause) == ("FAILED", "No", "not today")


def test_after_25_seconds_it_is_over_and_the_answer_names_it():
    product = express(wait(60))
    with pytest.raises(SyncTimedOut, match="flow:one did not end within 25 s") as caught:
        sync(product)
    assert caught.value.status == 504
    execution = product.describe(ExecutionKey.of("default", "flow", "one"))
    assert (execution.status, execution.ended_at - START) == ("TIMED_OUT", pytest.approx(SYNC_SECONDS, abs=1))


def test_a_call_that_hangs_does_not_keep_the_answer_back():
    product = express(ONE_TASK)
    forever = threading.Event()

    def hangs(_call):
        product.clock.sleep(26)
        forever.wait(patience.SECONDS)
        return {}

    product.tasks.answers[WORK] = [hangs]
    try:
        with pytest.raises(SyncTimedOut):
            sync(product, call_threads=1)
        assert not forever.is_set()
    finally:
        forever.set()


def test_its_own_time_out_is_its_outcome():
    product = express({**wait(60), "TimeoutSeconds": 5})
    assert sync(product).status == "TIMED_OUT"


def test_it_is_never_run_again():
    """The process that ran it died: a worker ends it, and calls nothing."""
    product = express(THREE_TASKS, ScriptedTasks({WORK: [{"a": 1}, die, {}]}))
    with pytest.raises(Died):
        sync(product)
    [key] = product.stores.journal._headers
    assert product.run(key) is None  # who runs it may live still
    assert product.describe(key).status == "RUNNING"
    product.drain()
    execution = product.describe(key)
    assert (execution.status, len(product.tasks.calls)) == ("TIMED_OUT", 2)
    assert product.events(key)[-1] == "ExecutionTimedOut"


def test_a_name_that_is_taken_is_taken():
    product = express(wait(5))
    sync(product, {"a": 1})
    with pytest.raises(ExecutionAlreadyExists, match="is closed"):
        sync(product, {"a": 1})
    product.start({"a": 1}, name="two")
    with pytest.raises(ExecutionAlreadyExists, match="cannot be waited for"):
        sync(product, {"a": 1}, name="two")


def test_only_an_express_workflow_that_is_not_paused_can_be_started_synchronously():
    with pytest.raises(InvalidDocument, match="only an EXPRESS workflow"):
        sync(Product(ONE_TASK))
    product = express(ONE_TASK)
    product.pausing.pause("default", "flow", starts="queue", running="finish", actor=TESTER)
    with pytest.raises(WorkflowPaused):
        sync(product)
    assert product.stores.journal._headers == {}
