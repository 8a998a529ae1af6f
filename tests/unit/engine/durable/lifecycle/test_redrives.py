"""A redrive: what succeeded is kept, what did not goes on where it stood, under the same id and keys."""

from __future__ import annotations

import pytest

from engine.durable import codec, poison
from engine.durable.lifecycle.redrives import ExecutionNotRedrivable
from engine.durable.views.steps import steps_of
from engine.errors import NotFound
from engine.kernel.step import step
from engine.kernel.stimulus import Redriven, StopRequested
from engine.ports.executions_index import ExecutionQuery
from engine.ports.keys import ExecutionKey
from engine.ports.tasks import TaskFailed, TaskSucceeded
from tests.support.durable import TESTER, Product, ScriptedTasks
from tests.support.redriving import BAD, A, B, C, called, died_in_its_call, failed, machine, redrive, task

# ---------------------------------------------------------------- states in a row


def test_it_goes_on_at_the_task_that_failed():
    tasks = ScriptedTasks({A: [{"a": 1}], B: [BAD, {"b": 2}], C: [{"c": 3}]})
    definition = machine(First=task(A, "Second", ResultPath="$.first"), Second=task(B, "Third"), Third=task(C))
    product, key = failed(definition, tasks, {"order": 7})
    before = product.describe(key)
    again = redrive(product, key)
    assert (again.status, again.error, again.ended_at) == ("RUNNING", None, None)
    product.drain()
    after = product.describe(key)
    assert (after.status, after.output) == ("SUCCEEDED", {"c": 3})
    assert (after.started_at, after.version, after.input) == (before.started_at, before.version, before.input)
    assert called(product) == ["a", "b", "b", "c"]
    assert tasks.calls[2].arguments == {"order": 7, "first": {"a": 1}}
    types = product.events(key)
    at = types.index("ExecutionRedriven")
    assert types[at - 2 : at] == ["TaskFailed", "ExecutionFailed"]
    assert types[at + 1 : at + 3] == ["TaskScheduled", "TaskStarted"]
    assert types.count("ExecutionStarted") == 1
    assert types.count("TaskStateEntered") == 3
    [event] = [event for event in product.executions.history(key) if event["type"] == "ExecutionRedriven"]
    assert event["executionRedrivenEventDetails"] == {"redriveCount": 1}


def test_the_list_and_the_header_say_that_it_runs_again():
    product, key = failed(machine(Only=task(A)), ScriptedTasks({A: [BAD, {}]}))
    redrive(product, key)
    [row] = product.stores.index.query(ExecutionQuery("default")).rows
    assert (row.status, row.ended_at, row.error) == ("RUNNING", None, None)
    assert product.stores.journal.header(key).ended_at is None
    product.drain()
    [row] = product.stores.index.query(ExecutionQuery("default")).rows
    assert row.status == "SUCCEEDED"


def test_retries_begin_anew_and_the_count_is_seen():
    retrying = task(A, Retry=[{"ErrorEquals": ["Demo.Down"], "MaxAttempts": 2}],
                    Parameters={"redrives.$": "$$.Execution.RedriveCount", "retries.$": "$$.State.RetryCount"})
    product, key = failed(machine(Only=retrying), ScriptedTasks({A: [BAD, BAD, BAD, BAD, BAD, {"done": True}]}))
    redrive(product, key)
    product.drain()
    assert product.describe(key).output == {"done": True}
    seen = [(call.arguments["redrives"], call.arguments["retries"]) for call in product.tasks.calls]
    assert seen == [(0, 0), (0, 1), (0, 2), (1, 0), (1, 1), (1, 2)]


def test_a_key_is_new_after_a_definite_failure_and_the_same_where_nobody_knows():
    definite = failed(machine(Only=task(A)), ScriptedTasks({A: [BAD, {}]}))
    unknown = failed(machine(Only=task(A)), ScriptedTasks({A: [TaskFailed("Demo.Lost", "?", definite=False), {}]}))
    for product, key in (definite, unknown):
        redrive(product, key)
        product.drain()
    assert definite[0].tasks.keys == ["flow:one:/:1:0", "flow:one:/:1:1"]
    assert unknown[0].tasks.keys == ["flow:one:/:1:0", "flow:one:/:1:0"]


@pytest.mark.parametrize(("state", "again"), [
    ({"Type": "Fail", "Error": "No"}, "FailStateEntered"),
    ({"Type": "Choice", "Choices": [{"Variable": "$.x", "IsPresent": True, "Next": "Done"}]}, "ChoiceStateEntered"),
    ({"Type": "Pass", "Parameters": {"x.$": "$.missing"}, "Next": "Done"}, "PassStateEntered"),
])
def test_other_states_are_entered_again(state, again):
    product, key = failed(machine(First=task(A, "Odd"), Odd=state, Done={"Type": "Succeed"}), ScriptedTasks({A: [{}]}))
    redrive(product, key)
    product.drain()
    assert product.describe(key).status == "FAILED"
    assert product.events(key).count(again) == 2
    assert called(product) == ["a"]


def test_it_can_be_redriven_again_and_again():
    product, key = failed(machine(Only=task(A)), ScriptedTasks({A: [BAD, BAD, BAD, {"at": "last"}]}))
    for _ in range(3):
        redrive(product, key)
        product.drain()
    assert product.describe(key).output == {"at": "last"}
    assert product.events(key).count("ExecutionRedriven") == 3


# ---------------------------------------------------------------- stopped, timed out


def test_one_that_was_stopped_waits_again():
    definition = machine(Nap={"Type": "Wait", "Seconds": 100, "Next": "Work"}, Work=task(A))
    product = Product(definition, ScriptedTasks({A: [1]}))
    key = product.start({})
    product.run(key)
    product.executions.stop(key, cause="wrong", actor=TESTER)
    product.run(key)
    assert product.describe(key).status == "ABORTED"
    product.clock.sleep(30)
    redriven_at = product.clock.now()
    redrive(product, key)
    product.drain()
    assert product.describe(key).output == 1
    assert product.describe(key).ended_at >= redriven_at + 100


def test_the_executions_time_out_begins_anew():
    definition = {**machine(Nap={"Type": "Wait", "Seconds": 50, "Next": "Work"}, Work=task(A)), "TimeoutSeconds": 60}
    product = Product(definition, ScriptedTasks({A: [lambda _: product.clock.sleep(20) or TaskSucceeded(1), 2]}))
    key = product.start({})
    product.drain()
    assert product.describe(key).status == "TIMED_OUT"
    product.clock.sleep(1000)
    redrive(product, key)
    product.drain()
    assert (product.describe(key).status, product.describe(key).output) == ("SUCCEEDED", 2)


def test_a_call_under_way_is_not_made_twice_at_once():
    """Stopped while its worker is gone: until the lease is over the call may still be at work."""
    product, key = died_in_its_call(task(A), 7)
    lease = product.stores.journal.load(key).segments[-1].lease_until
    assert lease > product.clock.now()
    product.stores.restart()
    product.executions.stop(key, actor=TESTER)
    product.clock.sleep(lease - product.clock.now() + 1)
    product.run(key)
    assert product.describe(key).status == "ABORTED"
    redrive(product, key)
    product.drain()
    assert product.describe(key).output == 7
    assert len(set(product.tasks.keys)) == 1


def test_an_answer_to_the_token_of_before_is_nobodys():
    waiting = task("connector:demo:a.waitForTaskToken", Parameters={"token.$": "$$.Task.Token"})
    product = Product(machine(Only=waiting), ScriptedTasks())
    key = product.start({})
    product.run(key)
    old = product.tasks.calls[0].arguments["token"]
    product.executions.answers.send_task_failure(old, "No", "not today")
    product.drain()
    assert product.describe(key).status == "FAILED"
    redrive(product, key)
    product.drain()
    new = product.tasks.calls[1].arguments["token"]
    assert new != old
    assert product.tasks.keys[0] != product.tasks.keys[1], "the new token has to reach the other side"
    with pytest.raises(Exception, match="no longer waits"):
        product.executions.answers.send_task_success(old, {"late": True})
    product.executions.answers.send_task_success(new, {"ok": True})
    product.drain()
    assert product.describe(key).output == {"ok": True}


# ---------------------------------------------------------------- what the Explorer tells


def test_the_steps_tell_both_attempts():
    branches = [machine(A=task(A)), machine(B=task(B))]
    both = {"Type": "Parallel", "Branches": branches, "End": True}
    product, key = failed(machine(Both=both), ScriptedTasks({A: ["a"], B: [BAD, "b"]}))
    redrive(product, key)
    told = {step.name: step for step in steps_of(product.executions.events(key, most=1000)).steps}
    assert (told["B"].status, told["Both"].status, told["A"].status) == ("FAILED", "FAILED", "SUCCEEDED")
    product.drain()
    steps = steps_of(product.executions.events(key, most=1000))
    told = {step.name: step for step in steps.steps}
    assert steps.status == "SUCCEEDED"
    assert {name: step.status for name, step in told.items()} == dict.fromkeys(("Both", "A", "B"), "SUCCEEDED")
    assert [attempt.status for attempt in told["B"].attempts] == ["FAILED", "SUCCEEDED"]
    assert len(told) == len(steps.steps) == 3


def test_the_steps_tell_both_attempts_of_a_task_of_the_execution_itself():
    product, key = failed(machine(A=task(A, "B"), B=task(B)), ScriptedTasks({A: ["a"], B: [BAD, BAD, "b"]}))
    moments = []
    for _ in range(2):
        moments.append(product.describe(key).ended_at)
        product.clock.sleep(60)
        moments.append(product.clock.now())
        redrive(product, key)
        product.drain()
    told = steps_of(product.executions.events(key, most=1000))
    assert told.rests == ((moments[0], moments[1]), (moments[2], moments[3])), "ended, and not redriven yet"
    steps = told.steps
    assert [(step.name, step.status) for step in steps] == [("A", "SUCCEEDED"), ("B", "SUCCEEDED")]
    assert [attempt.status for attempt in steps[1].attempts] == ["FAILED", "FAILED", "SUCCEEDED"]


# ---------------------------------------------------------------- refused, and asked twice


def test_what_runs_or_succeeded_is_refused():
    product = Product(machine(Nap={"Type": "Wait", "Seconds": 9, "End": True}))
    key = product.start({})
    with pytest.raises(ExecutionNotRedrivable, match="it is RUNNING"):
        redrive(product, key)
    poison.pause(product.stores.journal, product.stores.journal.header(key), "it cost its workers")
    with pytest.raises(ExecutionNotRedrivable, match="it is PAUSED") as refused:
        redrive(product, key)
    assert f"automate resume {key.id}" in refused.value.advice
    product.executions.resume(key)
    product.drain()
    with pytest.raises(ExecutionNotRedrivable, match="it is SUCCEEDED"):
        redrive(product, key)
    with pytest.raises(NotFound):
        redrive(product, ExecutionKey("default", "flow:none"))


def test_an_express_one_is_refused():
    product = Product(machine(Only=task(A)), ScriptedTasks({A: [BAD]}), kind="EXPRESS")
    key = product.start({})
    product.drain()
    with pytest.raises(ExecutionNotRedrivable, match="EXPRESS"):
        redrive(product, key)


def test_asked_twice_it_is_redriven_once():
    product, key = failed(machine(Only=task(A)), ScriptedTasks({A: [BAD, 1]}))
    loaded = product.stores.journal.load(key)
    first, second = product.executions._redrives, product.executions._redrives
    first.redrive(loaded)
    with pytest.raises(ExecutionNotRedrivable, match="another redrive"):
        second.redrive(loaded)
    product.drain()
    assert product.events(key).count("ExecutionRedriven") == 1
    assert product.describe(key).output == 1


@pytest.mark.parametrize("dies_after", range(5))
def test_a_crash_in_between_leaves_one_that_can_be_redriven(dies_after):
    """After each call of the journal the asking process dies; asked again, it is redriven once."""
    class Died(BaseException):
        pass

    product, key = failed(machine(Only=task(A)), ScriptedTasks({A: [BAD, 1]}))
    left = [dies_after]

    class Dying:
        def __init__(self, port):
            self._port = port

        def __getattr__(self, name):
            act = getattr(self._port, name)
            if not callable(act):
                return act

            def call(*given, **more):
                answer = act(*given, **more)
                left[0] -= 1
                if left[0] < 0:
                    raise Died
                return answer
            return call

    product.wrap = lambda name, port: Dying(port) if name in ("journal", "queue") else port
    with pytest.raises(Died):
        redrive(product, key)
    product.wrap = lambda _name, port: port
    if product.stores.journal.header(key).status == "FAILED":
        redrive(product, key)
    product.drain()
    assert product.describe(key).output == 1
    assert product.events(key).count("ExecutionRedriven") == 1


# ---------------------------------------------------------------- what was under way


def test_what_was_abandoned_before_is_not_stopped_again():
    """A child that its parent stopped, redriven by somebody itself, outlives the redrive of the parent."""
    child = machine(Nap={"Type": "Wait", "Seconds": 600, "End": True})
    starts = {"Type": "Task", "Resource": "arn:aws:states:::states:startExecution.sync:2", "End": True,
              "Parameters": {"StateMachineArn": "child", "Input.$": "$"}}
    product = Product(machine(Start=starts))
    product.published.publish(child, "child")
    key = product.start({})
    for _ in range(3):
        product.run(key)
    [row] = [row for row in product.stores.index.query(ExecutionQuery("default")).rows if row.workflow == "child"]
    product.run(row.key)
    product.executions.stop(key, actor=TESTER)
    for each in (key, row.key):
        product.run(each)
        assert product.describe(each).status == "ABORTED"
    redrive(product, row.key)
    redrive(product, key)
    for each in (key, row.key, key, row.key):
        product.run(each)
    assert product.describe(row.key).status == "RUNNING"


@pytest.mark.parametrize("resource", ["connector:demo:a.waitForTaskToken", "arn:aws:states:::glue:startJobRun.sync"])
def test_a_hand_over_that_was_under_way_has_a_new_key(resource):
    """The old key is the old token's, or a job's that was stopped."""
    product, key = died_in_its_call(task(resource, Parameters={"JobName": "j"}))
    product.stores.restart()
    product.executions.stop(key, actor=TESTER)
    product.clock.sleep(400)
    product.run(key)
    assert product.describe(key).status == "ABORTED"
    redrive(product, key)
    frames = codec.decode_snapshot(segment.body for segment in product.stores.journal.load(key).segments).frames
    assert frames[""].epoch == 1


def test_the_lease_of_a_call_outlasts_two_redrives():
    product, key = died_in_its_call(task(A), 7)
    lease = product.stores.journal.load(key).segments[-1].lease_until
    activation = product.worker()._admission._activator.activate(product.stores.journal.load(key))
    snapshot, plan, at = activation.snapshot, activation.plan, product.clock.now()
    for _ in range(2):
        snapshot = step(plan, snapshot, [StopRequested(at=at)]).snapshot
        snapshot = step(plan, snapshot, [Redriven(at=at)]).snapshot
        assert snapshot.frames[""].due_at == lease
