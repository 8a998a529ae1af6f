"""What the world owes a snapshot, and the call that a frame owes."""

from __future__ import annotations

import pytest

from engine.kernel import effects
from engine.kernel.stimulus import TaskStarted
from engine.kernel.tokens import idempotency_key
from tests.support.stepping import START, Run, machine, task

PAY = task(Resource="connector:pay:charge", Parameters={"amount.$": "$.n", "key": {"$secret": "PAY_KEY"}},
           TimeoutSeconds=30, Retry=[{"ErrorEquals": ["E"], "IntervalSeconds": 1}])


def test_a_call_carries_all_that_a_connector_needs():
    run = Run(machine(("Pay", PAY)), {"n": 5}).start()
    frame = run.owed.scheduled[0]
    call = effects.task_call(run.plan, run.snapshot, frame, budget_seconds=12.0)
    assert (call.resource, call.state, call.attempt, call.budget_seconds) == ("connector:pay:charge", "Pay", 0, 12.0)
    assert call.arguments == {"amount": 5, "key": {"$secret": "PAY_KEY"}}
    assert call.secret_refs == (("/key", "PAY_KEY"),)
    assert (call.workspace, call.execution_id, call.workflow, call.version) == ("default", "flow:one", "flow", 1)
    assert call.idempotency_key == f"flow:one:/:{frame.visit}:0"
    assert (call.frame, call.visit, call.epoch) == ("", frame.visit, 0)
    assert frame.timeout_seconds == 30
    assert effects.resource(run.plan, frame) == "connector:pay:charge"


def test_a_secret_that_arrives_as_data_is_no_reference():
    run = Run(machine(("Pay", task(Parameters={"key.$": "$.k"}))), {"k": {"$secret": "OTHER"}}).start()
    call = effects.task_call(run.plan, run.snapshot, run.root, budget_seconds=1.0)
    assert (call.arguments, call.secret_refs) == ({"key": {"$secret": "OTHER"}}, ())


def test_the_key_changes_after_a_definite_failure_only():
    keys = []
    for definite in (False, True):
        run = Run(machine(("Pay", PAY)), {"n": 5}).start()
        first = idempotency_key(run.snapshot.facts, run.root)
        run.err("E", definite=definite)
        run.wait()
        keys.append(idempotency_key(run.snapshot.facts, run.root) == first)
    assert keys == [True, False]


def test_every_frame_has_a_key_of_its_own():
    branches = [machine(("X", task())), machine(("Y", task()))]
    run = Run(machine(("B", {"Type": "Parallel", "Branches": branches}))).start()
    assert len({idempotency_key(run.snapshot.facts, frame) for frame in run.owed.scheduled}) == 2


def test_the_earliest_timer_is_due():
    branches = [machine(("W", {"Type": "Wait", "Seconds": 50})), machine(("T", task(TimeoutSeconds=20)))]
    run = Run(machine(("B", {"Type": "Parallel", "Branches": branches}), TimeoutSeconds=99)).start()
    assert run.owed.due_at == START + 50
    run.feed(TaskStarted(**run.about("/1")))
    assert run.owed.due_at == START + 20


def test_only_a_task_calls():
    run = Run(machine(("W", {"Type": "Wait", "Seconds": 5}))).start()
    with pytest.raises(TypeError, match="Wait"):
        effects.resource(run.plan, run.root)
