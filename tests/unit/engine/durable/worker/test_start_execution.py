"""``states:startExecution`` of one of our own workflows, in its four patterns."""

from __future__ import annotations

import json

import pytest

from engine.errors import StoreUnavailable
from engine.kernel import effects
from engine.ports.executions_index import ExecutionQuery
from engine.ports.keys import ExecutionKey
from engine.ports.tasks import TaskFailed
from tests.support.durable import TESTER, Product, ScriptedTasks
from tests.support.flows import WORK, Died, flow, task

START = "arn:aws:states:::states:startExecution"
CHILD = flow({"Work": task(End=True)})


def starts(pattern="", parameters=None, **more):
    arguments = {"StateMachineArn": "child", "Input.$": "$", **(parameters or {})}
    return flow({"Start": {"Type": "Task", "Resource": START + pattern, "Parameters": arguments, "End": True, **more}})


def product_of(definition, child=CHILD, tasks=None, **more):
    product = Product(definition, tasks, **more)
    product.published.publish(child, "child")
    return product


def run(definition, child=CHILD, tasks=None, given=None):
    product = product_of(definition, child, tasks)
    key = product.start({"n": 1} if given is None else given)
    product.drain()
    return product, product.describe(key)


def rows(product):
    return product.stores.index.query(ExecutionQuery("default", workflow="child")).rows


def test_request_response_starts_and_goes_on():
    product, execution = run(starts(parameters={"Name": "kid"}))
    assert execution.output["ExecutionArn"] == "arn:aws:states:local:default:execution:child:kid"
    assert isinstance(execution.output["StartDate"], int)
    kid = product.describe(ExecutionKey.of("default", "child", "kid"))
    assert (kid.status, kid.input) == ("SUCCEEDED", {"n": 1})
    assert [row.key.name for row in rows(product)] == ["kid"]


def test_the_parent_is_the_frame_that_calls_whatever_its_key_looks_like(monkeypatch):
    monkeypatch.setattr(effects, "idempotency_key", lambda _facts, frame: f"key of visit {frame.visit}")
    branches = [{"StartAt": "No", "States": {"No": {"Type": "Pass", "End": True}}}, starts(parameters={"Name": "kid"})]
    product, execution = run(flow({"Both": {"Type": "Parallel", "Branches": branches, "End": True}}))
    assert execution.status == "SUCCEEDED", execution.cause
    parent = product.stores.journal.header(ExecutionKey.of("default", "child", "kid")).parent
    assert (parent.execution_id, parent.frame, parent.attempt, parent.waits) == (execution.key.id, "/1", 0, False)


@pytest.mark.parametrize("named", [
    "child", "arn:aws:states:local:default:stateMachine:child", "arn:aws:states:local:default:stateMachine:child:2",
])
def test_sync_waits_and_answers_text(named):
    product, execution = run(starts(".sync", {"StateMachineArn": named}), tasks=ScriptedTasks({WORK: [{"ok": True}]}))
    assert execution.status == "SUCCEEDED", execution.cause
    assert (execution.output["Status"], execution.output["Output"]) == ("SUCCEEDED", '{"ok":true}')
    assert execution.output["Input"] == '{"n":1}'
    assert list(execution.output) == [
        "ExecutionArn", "Input", "InputDetails", "Name", "Output", "OutputDetails", "StartDate", "StateMachineArn",
        "Status", "StopDate",
    ]
    assert product.events(execution.key) == [
        "ExecutionStarted", "TaskStateEntered", "TaskScheduled", "TaskStarted", "TaskSubmitted", "TaskSucceeded",
        "TaskStateExited", "ExecutionSucceeded",
    ]
    assert not product.stores.journal.due(float("inf"))


def test_sync_2_answers_values():
    _, execution = run(starts(".sync:2"), tasks=ScriptedTasks({WORK: [{"ok": True}]}))
    assert (execution.output["Input"], execution.output["Output"]) == ({"n": 1}, {"ok": True})


def test_a_failed_child_fails_the_task():
    tasks = ScriptedTasks({WORK: [TaskFailed("Bad", "no luck")]})
    _, execution = run(starts(".sync:2"), tasks=tasks)
    assert (execution.status, execution.error) == ("FAILED", "States.TaskFailed")
    cause = json.loads(execution.cause)
    assert (cause["Status"], cause["Error"], cause["Cause"]) == ("FAILED", "Bad", "no luck")


def test_a_retry_after_a_failure_starts_another_child():
    tasks = ScriptedTasks({WORK: [TaskFailed("Bad"), {"ok": 1}]})
    definition = starts(".sync:2", Retry=[{"ErrorEquals": ["States.TaskFailed"], "IntervalSeconds": 1}])
    product, execution = run(definition, tasks=tasks)
    assert execution.output["Output"] == {"ok": 1}
    assert sorted(row.status for row in rows(product)) == ["FAILED", "SUCCEEDED"]


def test_the_notice_of_an_earlier_child_is_no_answer_to_a_later_one():
    """A child that notifies twice: its worker died between the notice and the header."""
    tasks = ScriptedTasks({WORK: [TaskFailed("Bad"), {"ok": 1}]})
    retry = [{"ErrorEquals": ["States.TaskFailed"], "IntervalSeconds": 1, "MaxAttempts": 1}]
    definition = starts(".sync:2", Retry=retry)
    product = product_of(definition, flow({"Pause": {"Type": "Wait", "Seconds": 60, "Next": "Work"},
                                           "Work": task(End=True)}), tasks)
    seen = []
    put = product.stores.journal.put_inbox

    def keeping(item):
        if item.id.startswith("notice"):
            seen.append(item)
        return put(item)

    product.stores.journal.put_inbox = keeping
    key = product.start({})
    while len(rows(product)) < 2:  # until the first child has failed and the second waits
        with pytest.raises(AssertionError):
            product.drain(limit=1)
    assert put(seen[0])
    product.drain()
    assert product.describe(key).output["Output"] == {"ok": 1}


def test_a_stop_of_the_parent_stops_the_child():
    product = product_of(starts(".sync"), flow({"Rest": {"Type": "Wait", "Seconds": 5000, "End": True}}))
    key = product.start({})
    product.run(key)
    product.run(rows(product)[0].key)
    product.executions.stop(key, actor=TESTER)
    product.drain()
    assert product.describe(key).status == "ABORTED"
    assert rows(product)[0].status == "ABORTED"


def test_a_child_that_is_not_waited_for_outlives_its_parent():
    product, execution = run(starts(), flow({"Rest": {"Type": "Wait", "Seconds": 5000, "End": True}}))
    assert execution.status == "SUCCEEDED"
    assert rows(product)[0].status == "SUCCEEDED"
    assert rows(product)[0].ended_at - execution.ended_at >= 4999


def test_a_timed_out_task_stops_the_child():
    child = flow({"Rest": {"Type": "Wait", "Seconds": 5000, "End": True}})
    product, execution = run(starts(".sync", TimeoutSeconds=700), child)
    assert (execution.status, execution.error) == ("FAILED", "States.Timeout")
    assert execution.ended_at - execution.started_at == pytest.approx(700, abs=2)
    assert rows(product)[0].status == "ABORTED"


def test_a_timed_out_task_stops_the_child_though_its_error_is_caught():
    child = flow({"Rest": {"Type": "Wait", "Seconds": 5000, "End": True}})
    definition = starts(".sync", TimeoutSeconds=100, Catch=[{"ErrorEquals": ["States.Timeout"], "Next": "After"}])
    definition["States"]["After"] = {"Type": "Wait", "Seconds": 10_000, "End": True}
    product, execution = run(definition, child)
    assert execution.status == "SUCCEEDED"
    assert rows(product)[0].status == "ABORTED"


def test_a_retry_after_a_time_out_waits_for_the_same_child():
    child = flow({"Rest": {"Type": "Wait", "Seconds": 150, "End": True}})
    retry = [{"ErrorEquals": ["States.Timeout"], "IntervalSeconds": 1}]
    product, execution = run(starts(".sync:2", TimeoutSeconds=100, Retry=retry), child)
    assert execution.output["Status"] == "SUCCEEDED"
    assert len(rows(product)) == 1


def test_a_token_goes_with_the_input():
    definition = starts(".waitForTaskToken", {"Input": {"token.$": "$$.Task.Token"}})
    del definition["States"]["Start"]["Parameters"]["Input.$"]
    product = product_of(definition)
    key = product.start({})
    product.drain()
    token = product.describe(rows(product)[0].key).input["token"]
    product.executions.answers.send_task_success(token, {"done": 1})
    product.drain()
    assert product.describe(key).output == {"done": 1}


@pytest.mark.parametrize(("parameters", "error"), [
    ({"StateMachineArn": "nobody"}, "StepFunctions.StateMachineDoesNotExistException"),
    ({"StateMachineArn": "child:live"}, "StepFunctions.StateMachineDoesNotExistException"),
    ({"Input": "{no json"}, "StepFunctions.InvalidExecutionInputException"),
    ({"Name": "a b"}, "StepFunctions.InvalidExecutionInputException"),
    ({"Name": "taken"}, "StepFunctions.ExecutionAlreadyExistsException"),
])
def test_what_cannot_be_started(parameters, error):
    definition = starts(".sync", parameters)
    if "Input" in parameters:
        del definition["States"]["Start"]["Parameters"]["Input.$"]
    product = product_of(definition)
    product.start({"other": 1}, name="taken", workflow="child")
    key = product.start({"n": 1})
    product.drain()
    assert product.describe(key).error == error


def test_a_state_machine_in_aws_is_the_connectors():
    arn = "arn:aws:states:eu-west-1:123456789012:stateMachine:child"
    product, _ = run(starts("", {"StateMachineArn": arn}))
    assert [call.resource for call in product.tasks.calls] == [START]
    assert not rows(product)


def test_a_start_whose_call_is_made_again_starts_one():
    product = product_of(starts(".sync"))
    create = product.stores.journal.create

    def dying(header, *rest):
        answer = create(header, *rest)
        if header.workflow == "child" and not dead:
            dead.append(header)
            raise Died
        return answer

    dead = []
    key = product.start({})
    product.stores.journal.create = dying
    with pytest.raises(Died):
        product.run(key)
    product.drain()
    assert product.describe(key).status == "SUCCEEDED"
    assert len(rows(product)) == 1


def test_a_child_whose_notice_is_lost_is_found_by_its_header():
    product = product_of(starts(".sync:2"))
    put = product.stores.journal.put_inbox
    product.stores.journal.put_inbox = lambda item: item.id.startswith("notice") or put(item)
    key = product.start({})
    product.drain()
    execution = product.describe(key)
    assert execution.status == "SUCCEEDED"
    assert execution.ended_at - rows(product)[0].ended_at <= 400


def test_a_store_that_fails_for_a_moment_is_asked_again():
    product = product_of(starts(".sync"))
    create, failures = product.stores.journal.create, [StoreUnavailable("no reply")] * 2

    def failing(header, *rest):
        answer = create(header, *rest)
        if header.workflow == "child" and failures:
            raise failures.pop()
        return answer

    product.stores.journal.create = failing
    key = product.start({})
    product.drain()
    assert product.describe(key).status == "SUCCEEDED"


def test_a_child_of_another_task_is_not_this_ones():
    """Nobody but its own parent is told how it ended."""
    product = product_of(starts(".sync", {"Name": "same"}))
    keys = [product.start({"n": number}, name=f"n{number}") for number in (1, 2)]
    product.drain()
    one, two = map(product.describe, keys)
    assert one.status == "SUCCEEDED"
    assert two.error == "StepFunctions.ExecutionAlreadyExistsException"
    assert len(rows(product)) == 1
