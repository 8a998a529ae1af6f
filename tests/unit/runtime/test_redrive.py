"""A redrive: what succeeded is kept, what did not goes on where it stood, under the same id and keys."""

from __future__ import annotations

from dataclasses import replace

import pytest
from durable import TESTER, Product, ScriptedTasks

from engine.errors import NotFound
from engine.ports.executions_index import ExecutionQuery
from engine.ports.keys import ExecutionKey
from engine.ports.tasks import TaskFailed, TaskSucceeded
from engine.runtime import codec, inbox
from engine.runtime.redrives import ExecutionNotRedrivable
from engine.runtime.step import step
from engine.runtime.steps import steps_of
from engine.runtime.stimulus import Redriven, StopRequested

A, B, C = "connector:demo:a", "connector:demo:b", "connector:demo:c"
BAD = TaskFailed("Demo.Down", "it is down")


def task(resource, following=None, **more):
    return {"Type": "Task", "Resource": resource, **({"Next": following} if following else {"End": True}), **more}


def machine(**states):
    return {"StartAt": next(iter(states)), "States": states}


def redrive(product, key):
    return product.executions.redrive(key, actor=TESTER)


def failed(definition, tasks, execution_input=None, **more):
    product = Product(definition, tasks, **more)
    key = product.start(execution_input)
    product.drain()
    assert product.describe(key).status == "FAILED"
    return product, key


def called(product):
    return [call.resource.rpartition(":")[2] for call in product.tasks.calls]


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
    def dies(_):
        raise KeyboardInterrupt

    product = Product(machine(Only=task(A)), ScriptedTasks({A: [dies, 7]}))
    key = product.start({})
    with pytest.raises(KeyboardInterrupt):
        product.run(key)
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
    product.executions.send_task_failure(old, "No", "not today")
    product.drain()
    assert product.describe(key).status == "FAILED"
    redrive(product, key)
    product.drain()
    new = product.tasks.calls[1].arguments["token"]
    assert new != old
    assert product.tasks.keys[0] != product.tasks.keys[1], "the new token has to reach the other side"
    with pytest.raises(Exception, match="no longer waits"):
        product.executions.send_task_success(old, {"late": True})
    product.executions.send_task_success(new, {"ok": True})
    product.drain()
    assert product.describe(key).output == {"ok": True}


# ---------------------------------------------------------------- fan-outs


def test_only_the_branches_that_did_not_succeed_run_again():
    later = machine(W={"Type": "Wait", "Seconds": 60, "Next": "C"}, C=task(C))
    branches = [machine(A=task(A)), machine(B=task(B)), later]
    definition = machine(Both={"Type": "Parallel", "Branches": branches, "Next": "Last"}, Last={"Type": "Succeed"})
    product, key = failed(definition, ScriptedTasks({A: ["a"], B: [BAD, "b"], C: ["c"]}))
    redrive(product, key)
    product.drain()
    assert product.describe(key).output == ["a", "b", "c"]
    assert called(product) == ["a", "b", "b", "c"]
    assert product.events(key).count("ParallelStateEntered") == 1
    assert product.events(key).count("ParallelStateStarted") == 1


def test_only_the_items_that_did_not_succeed_run_again():
    def fails_once(call):
        item = call.arguments["n"]
        return BAD if item == 2 and call.idempotency_key.endswith(":0") else TaskSucceeded({"done": item})

    mapped = {"Type": "Map", "ItemsPath": "$.items", "MaxConcurrency": 2, "End": True,
              "ItemSelector": {"n.$": "$$.Map.Item.Value"}, "ItemProcessor": machine(Each=task(A))}
    product, key = failed(machine(All=mapped), ScriptedTasks({A: [fails_once]}), {"items": [0, 1, 2, 3, 4]})
    done = {call.arguments["n"] for call in product.tasks.calls} - {2}
    redrive(product, key)
    product.drain()
    assert product.describe(key).output == [{"done": n} for n in range(5)]
    numbers = [call.arguments["n"] for call in product.tasks.calls]
    assert sorted(numbers) == [0, 1, 2, 2, 3, 4], f"{done} had succeeded"


def test_a_fan_out_in_a_fan_out():
    inner = {"Type": "Map", "ItemsPath": "$.items", "End": True, "ItemProcessor": machine(Each=task(A))}
    definition = machine(Outer={"Type": "Parallel", "End": True, "Branches": [machine(In=inner), machine(B=task(B))]})
    flaky = ScriptedTasks({A: [lambda call: BAD if call.arguments == 2 and call.idempotency_key.endswith(":0")
                               else TaskSucceeded(call.arguments * 10)], B: ["b"]})
    product, key = failed(definition, flaky, {"items": [1, 2, 3]})
    redrive(product, key)
    product.drain()
    assert product.describe(key).output == [[10, 20, 30], "b"]
    inputs = [call.arguments for call in product.tasks.calls if call.resource == A]
    assert sorted(inputs) == [1, 2, 2, 3]


def test_what_a_retrier_or_a_catcher_took_is_forgotten():
    """The first round failed and was retried whole: a redrive takes up the round that failed last."""
    branches = [machine(A=task(A)), machine(B=task(B))]
    both = {"Type": "Parallel", "Branches": branches, "Retry": [{"ErrorEquals": ["States.ALL"], "MaxAttempts": 1}],
            "End": True}
    product, key = failed(machine(Both=both), ScriptedTasks({A: ["a1", "a2"], B: [BAD, BAD, "b"]}))
    redrive(product, key)
    product.drain()
    assert product.describe(key).output == ["a2", "b"]
    caught = {**both, "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "Sorry"}]}
    product, key = failed(machine(Both=caught, Sorry=task(C)), ScriptedTasks({A: ["a"], B: [BAD], C: [BAD, "c"]}))
    redrive(product, key)
    product.drain()
    assert product.describe(key).output == "c"
    assert called(product) == ["a", "b", "a", "b", "c", "c"]


def test_what_the_children_did_is_not_done_again_when_joining_failed():
    both = {"Type": "Parallel", "Branches": [machine(A=task(A)), machine(B=task(B))], "End": True,
            "ResultSelector": {"x.$": "$[7]"}}
    product, key = failed(machine(Both=both), ScriptedTasks({A: ["a"], B: ["b"]}))
    redrive(product, key)
    product.drain()
    assert product.describe(key).status == "FAILED"
    assert called(product) == ["a", "b"]


def test_an_item_whose_selector_failed_is_opened_again():
    mapped = {"Type": "Map", "ItemsPath": "$.items", "MaxConcurrency": 1, "End": True,
              "ItemSelector": {"n.$": "$$.Map.Item.Value.n"}, "ItemProcessor": machine(Each=task(A))}
    product, key = failed(machine(All=mapped), ScriptedTasks({A: ["done"]}), {"items": [{"n": 1}, {}]})
    assert called(product) == ["a"]
    redrive(product, key)
    product.drain()
    assert product.describe(key).status == "FAILED"
    assert called(product) == ["a"], "the first item is not run again"


# ---------------------------------------------------------------- distributed Maps


def distributed(kind="STANDARD", states=None, **more):
    processor = {"ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": kind}, **(states or machine(Each=task(A)))}
    return {"Type": "Map", "ItemsPath": "$.items", "ItemProcessor": processor, "End": True, **more}


def bad_at_first(*numbers):
    """Fails for these items until their execution was redriven."""
    def answer(call):
        number = call.arguments if isinstance(call.arguments, int) else call.arguments["n"]
        first = call.idempotency_key.endswith(":0")
        return BAD if number in numbers and first else TaskSucceeded({"done": number})

    return answer


def numbers_called(product, resource=A):
    return sorted(
        call.arguments if isinstance(call.arguments, int) else call.arguments["n"]
        for call in product.tasks.calls if call.resource == resource
    )


@pytest.mark.parametrize("concurrency", [0, 1, 3])
def test_only_the_items_of_a_map_run_that_did_not_succeed_go_on(concurrency):
    definition = machine(All=distributed(MaxConcurrency=concurrency))
    product, key = failed(definition, ScriptedTasks({A: [bad_at_first(2, 5)]}), {"items": list(range(8))})
    for _ in range(2):  # with a low concurrency the second bad one is met by the second run
        if product.describe(key).status == "SUCCEEDED":
            break
        redrive(product, key)
        product.drain()
    assert product.describe(key).output == [{"done": n} for n in range(8)]
    assert numbers_called(product) == [0, 1, 2, 2, 3, 4, 5, 5, 6, 7]
    events = product.events(key)
    assert events.count("MapRunStarted") == 1
    assert events.count("MapRunRedriven") == events.count("ExecutionRedriven") >= 1
    [run] = product.executions.map_runs(key)
    assert product.executions.describe_map_run(key, run).counts["succeeded"] == 8


def test_an_item_goes_on_where_it_stood():
    states = machine(First=task(A, "Second", ResultPath=None), Second=task(B))
    product, key = failed(
        machine(All=distributed(states=states)), ScriptedTasks({A: [1], B: [bad_at_first(1)]}), {"items": [0, 1]},
    )
    redrive(product, key)
    product.drain()
    assert product.describe(key).status == "SUCCEEDED"
    assert numbers_called(product) == [0, 1]
    assert numbers_called(product, B) == [0, 1, 1]


def test_a_map_run_that_was_stopped_goes_on():
    states = machine(Nap={"Type": "Wait", "Seconds": 600, "Next": "Each"}, Each=task(A))
    product = Product(machine(All=distributed(states=states, MaxConcurrency=2)), ScriptedTasks({A: [bad_at_first()]}))
    key = product.start({"items": [0, 1, 2, 3, 4]})
    product.run(key)
    for index in range(2):
        product.run(ExecutionKey("default", f"flow:one~1.0~{index}"))
    product.clock.sleep(700)
    for _ in range(6):
        product.run(key)
        for index in range(4):
            product.run(ExecutionKey("default", f"flow:one~1.0~{index}"))
    product.executions.stop(key, actor=TESTER)
    product.drain()
    assert product.describe(key).status == "ABORTED"
    before = numbers_called(product)
    redrive(product, key)
    product.drain()
    assert product.describe(key).output == [{"done": n} for n in range(5)]
    assert numbers_called(product) == [0, 1, 2, 3, 4], before


def test_a_map_run_in_a_parallel():
    both = {"Type": "Parallel", "End": True, "Branches": [machine(All=distributed()), machine(B=task(B))]}
    product, key = failed(machine(Both=both), ScriptedTasks({A: [bad_at_first(1)], B: ["b"]}), {"items": [0, 1]})
    redrive(product, key)
    product.drain()
    assert product.describe(key).output == [[{"done": 0}, {"done": 1}], "b"]
    assert numbers_called(product) == [0, 1, 1]


def test_a_map_run_whose_outputs_could_not_be_used_runs_nothing_again():
    definition = machine(All=distributed(ResultSelector={"x.$": "$[7]"}))
    product, key = failed(definition, ScriptedTasks({A: [bad_at_first()]}), {"items": [0, 1]})
    redrive(product, key)
    product.drain()
    assert product.describe(key).status == "FAILED"
    assert numbers_called(product) == [0, 1]


def test_a_map_run_of_express_items_is_refused_once_it_had_begun():
    product, key = failed(machine(All=distributed("EXPRESS")), ScriptedTasks({A: [BAD]}), {"items": [1]})
    with pytest.raises(ExecutionNotRedrivable, match="'All' cannot go on"):
        redrive(product, key)
    product, key = failed(machine(First=task(B, "All", ResultPath=None), All=distributed("EXPRESS")),
                          ScriptedTasks({A: ["ok"], B: [BAD, 1]}), {"items": [1]})
    redrive(product, key)
    product.drain()
    assert product.describe(key).output == ["ok"]


def test_an_item_is_redriven_by_its_parent_alone():
    product, _ = failed(machine(All=distributed()), ScriptedTasks({A: [BAD]}), {"items": [1]})
    with pytest.raises(ExecutionNotRedrivable, match="an item of a Map Run"):
        redrive(product, ExecutionKey("default", "flow:one~1.0~0"))


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
    for _ in range(2):
        redrive(product, key)
        product.drain()
    steps = steps_of(product.executions.events(key, most=1000)).steps
    assert [(step.name, step.status) for step in steps] == [("A", "SUCCEEDED"), ("B", "SUCCEEDED")]
    assert [attempt.status for attempt in steps[1].attempts] == ["FAILED", "FAILED", "SUCCEEDED"]


# ---------------------------------------------------------------- refused, and asked twice


def test_what_runs_or_succeeded_is_refused():
    product = Product(machine(Nap={"Type": "Wait", "Seconds": 9, "End": True}))
    key = product.start({})
    with pytest.raises(ExecutionNotRedrivable, match="it is RUNNING"):
        redrive(product, key)
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
            def call(*given, **more):
                answer = getattr(self._port, name)(*given, **more)
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


@pytest.mark.parametrize("state", [
    {"ItemSelector": {"n.$": "$$.Map.Item.Value.n"}},
    {"ItemSelector": {"n.$": "$$.Map.Item.Value.n"}, "MaxConcurrency": 1},
    {"ItemsPath": "$.none", "ResultSelector": {"x.$": "$[7]"}},
])
@pytest.mark.parametrize("nested", [False, True])
def test_a_fan_out_that_failed_without_children_can_be_redriven(state, nested):
    mapped = {"Type": "Map", "ItemsPath": "$.items", "End": True, "ItemProcessor": machine(Each=task(A)), **state}
    around = {"Type": "Parallel", "Branches": [machine(All=mapped)], "End": True}
    product, key = failed(machine(Out=around) if nested else machine(All=mapped), ScriptedTasks({A: ["done"]}),
                          {"items": [{}, {"n": 1}], "none": []})
    for _ in range(2):
        redrive(product, key)
        product.drain()
        assert product.describe(key).status == "FAILED"
    assert called(product) == []


def test_an_item_that_could_not_be_opened_leaves_no_hole():
    """The items after it are opened once it was, in their order: the execution does not wait for one that is not."""
    mapped = {"Type": "Map", "ItemsPath": "$.items", "End": True, "ItemProcessor": machine(Each=task(A)),
              "ItemSelector": {"n.$": "$$.Map.Item.Value.n"}}
    around = {"Type": "Parallel", "Branches": [machine(All=mapped)], "End": True}
    product, key = failed(machine(Out=around), ScriptedTasks({A: ["done"]}), {"items": [{"n": 1}, {}, {"n": 3}]})
    redrive(product, key)
    product.drain()
    assert product.describe(key).status == "FAILED"


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
    def dies(_):
        raise KeyboardInterrupt

    product = Product(machine(Only=task(resource, Parameters={"JobName": "j"})), ScriptedTasks({resource: [dies]}))
    key = product.start({})
    with pytest.raises(KeyboardInterrupt):
        product.run(key)
    product.stores.restart()
    product.executions.stop(key, actor=TESTER)
    product.clock.sleep(400)
    product.run(key)
    assert product.describe(key).status == "ABORTED"
    redrive(product, key)
    frames = codec.decode_snapshot(segment.body for segment in product.stores.journal.load(key).segments).frames
    assert frames[""].epoch == 1


def test_the_lease_of_a_call_outlasts_two_redrives():
    def dies(_):
        raise KeyboardInterrupt

    product = Product(machine(Only=task(A)), ScriptedTasks({A: [dies, 7]}))
    key = product.start({})
    with pytest.raises(KeyboardInterrupt):
        product.run(key)
    lease = product.stores.journal.load(key).segments[-1].lease_until
    activation = product.worker()._admission._opener.open(product.stores.journal.load(key))
    snapshot, plan, at = activation.snapshot, activation.plan, product.clock.now()
    for _ in range(2):
        snapshot = step(plan, snapshot, [StopRequested(at=at)]).snapshot
        snapshot = step(plan, snapshot, [Redriven(at=at)]).snapshot
        assert snapshot.frames[""].due_at == lease


# ---------------------------------------------------------------- rivals


def test_who_was_about_to_close_it_cannot_close_the_redriven_one():
    product, key = failed(machine(Only=task(A)), ScriptedTasks({A: [BAD, 1]}))
    late = product.worker()
    activation = product.worker()._admission._opener.open(product.stores.journal.load(key))
    redrive(product, key)
    late._parking.close(activation)
    assert product.stores.journal.header(key).status == "RUNNING"
    product.drain()
    assert product.describe(key).output == 1


def test_one_whose_header_is_not_closed_yet_is_redriven():
    """Its last segment is all that is shown of it; the worker that wrote it comes too late to close it."""
    product = Product(machine(Only=task(A)), ScriptedTasks({A: [BAD, 1]}))
    key = product.start({})
    worker = product.worker()
    closing = []
    worker._parking.close = closing.append
    product.run(key, worker)
    assert product.stores.journal.header(key).status == "RUNNING"
    assert product.describe(key).status == "FAILED"
    redrive(product, key)
    product.worker()._parking.close(closing[0])
    assert product.stores.journal.header(key).status == "RUNNING"
    product.drain()
    assert product.describe(key).output == 1
    assert product.events(key).count("ExecutionRedriven") == 1


def test_what_is_said_to_a_redriven_one_is_not_swept_away_with_the_old_inbox():
    product, key = failed(machine(Only=task(A)), ScriptedTasks({A: [BAD, 1]}))
    loaded = product.stores.journal.load(key)
    redrive(product, key)
    item = inbox.stop_item(key, product.clock.now(), error="Enough", cause=None, actor=TESTER)
    product.stores.journal.put_inbox(item)
    assert product.worker()._admission.open(loaded, product.clock.now() + 60, redelivered=False) is None
    assert [item.id for item in product.stores.journal.inbox(key)] == ["stop"]
    product.drain()
    assert (product.describe(key).status, product.describe(key).error) == ("ABORTED", "Enough")


def test_a_stop_that_came_too_late_does_not_stop_the_redriven_one():
    product, key = failed(machine(Only=task(A)), ScriptedTasks({A: [BAD, 1]}))
    product.stores.journal.put_inbox(inbox.stop_item(key, product.clock.now(), error=None, cause=None, actor=TESTER))
    redrive(product, key)
    product.drain()
    assert product.describe(key).output == 1


def test_one_that_an_earlier_release_ended_is_refused(monkeypatch):
    product, key = failed(machine(Only=task(A)), ScriptedTasks({A: [BAD, 1]}))
    decode = codec.decode_snapshot

    def without_remains(bodies):
        return replace(decode(bodies), remains={})

    monkeypatch.setattr(codec, "decode_snapshot", without_remains)
    with pytest.raises(ExecutionNotRedrivable, match="earlier release"):
        redrive(product, key)


def test_a_slow_closer_that_comes_in_between_closes_nothing():
    """The header is still open; the redrive writes its segment; then the closer writes the header; then the redrive."""
    product = Product(machine(Only=task(A)), ScriptedTasks({A: [BAD, 1]}))
    key = product.start({})
    worker, closing = product.worker(), []
    worker._parking.close = closing.append
    product.run(key, worker)
    journal, commit = product.stores.journal, product.stores.journal.commit

    def commit_and_close(segments, headers=()):
        answer = commit(segments, headers)
        journal.commit = commit
        product.worker()._parking.close(closing[0])
        return answer

    journal.commit = commit_and_close
    redrive(product, key)
    assert journal.header(key).status == "RUNNING"
    product.drain()
    assert product.describe(key).output == 1


def test_the_slower_redrive_leaves_the_inbox_of_the_faster_one_alone():
    product, key = failed(machine(Only=task(A)), ScriptedTasks({A: [BAD, 1]}))
    loaded = product.stores.journal.load(key)
    redrive(product, key)
    product.stores.journal.put_inbox(inbox.stop_item(key, product.clock.now(), error="E", cause=None, actor=TESTER))
    with pytest.raises(ExecutionNotRedrivable, match="another redrive"):
        product.executions._redrives.redrive(loaded)
    assert [item.id for item in product.stores.journal.inbox(key)] == ["stop"]
