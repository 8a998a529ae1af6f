"""Child executions over every family of stores: a distributed Map, and a workflow that starts another."""

from __future__ import annotations

import pytest

from engine.ports.executions_index import ExecutionQuery
from engine.ports.tasks import TaskFailed
from tests.support.durable import TESTER, Product, ScriptedTasks
from tests.support.flows import WORK, Died, flow, task

EACH = flow({"Each": {
    "Type": "Map", "ItemsPath": "$.lines", "End": True,
    "ItemProcessor": {
        "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"}, **flow({"Line": task(End=True)}),
    },
}})
STARTS = flow({"Start": {
    "Type": "Task", "Resource": "arn:aws:states:::states:startExecution.sync:2", "OutputPath": "$.Output", "End": True,
    "Parameters": {"StateMachineArn": "child", "Input.$": "$"},
}})


@pytest.fixture
def product_of(backend, workspace):
    def make(definition, tasks=None, **more):
        return Product(definition, tasks, backend=backend, workspace=workspace, **more)

    return make


def test_a_map_over_a_hundred_and_twenty_children(product_of):
    product = product_of(EACH, ScriptedTasks({WORK: [lambda call: call.arguments * 2]}))
    key = product.start({"lines": list(range(120))})
    product.drain(limit=1000)
    execution = product.describe(key)
    assert (execution.status, execution.output) == ("SUCCEEDED", [n * 2 for n in range(120)])
    assert [row.key for row in product.executions.page(ExecutionQuery(product.workspace)).rows] == [key]
    (arn,) = product.executions.map_runs(key)
    assert product.executions.describe_map_run(key, arn).counts["succeeded"] == 120
    rows = product.executions.map_run_children(key, arn, first=118).rows
    assert [(row.status, product.describe(row.key).output) for row in rows] == [("SUCCEEDED", 236), ("SUCCEEDED", 238)]


def test_large_outputs_and_a_death_amid_the_children(product_of, backend):
    def answer(call):
        if call.arguments == 1 and not died:
            died.append(call)
            raise Died
        return {"n": call.arguments, "blob": "x" * 3000}

    died = []
    product = product_of(EACH, ScriptedTasks({WORK: [answer]}))
    key = product.start({"lines": [0, 1, 2]})
    with pytest.raises(Died):
        product.drain()
    backend.restart()
    product.drain()
    assert [output["n"] for output in product.describe(key).output] == [0, 1, 2]
    assert len(product.tasks.calls) == 4


def test_a_failed_run_and_a_stopped_one(product_of):
    def answer(call):
        product.clock.sleep(3)  # an owner reads its inbox every 2 s
        return TaskFailed("Bad") if call.arguments else {}

    product = product_of(EACH, ScriptedTasks({WORK: [answer]}))
    failed, stopped = product.start({"lines": [0, 1]}), product.start({"lines": [0, 0]}, name="two")
    product.run(stopped)
    product.executions.stop(stopped, actor=TESTER)
    product.drain()
    assert product.describe(failed).error == "States.ExceedToleratedFailureThreshold"
    (arn,) = product.executions.map_runs(stopped)
    assert product.executions.describe_map_run(stopped, arn).status == "ABORTED"
    assert [row.status for row in product.executions.map_run_children(stopped, arn).rows] == ["ABORTED"] * 2


def test_a_workflow_starts_another_and_waits(product_of):
    product = product_of(STARTS, ScriptedTasks({WORK: [{"ok": True}]}))
    product.published.publish(flow({"Work": task(End=True)}), "child")
    key = product.start({"n": 1})
    product.drain()
    assert product.describe(key).output == {"ok": True}
    rows = product.executions.page(ExecutionQuery(product.workspace)).rows
    assert sorted(row.workflow for row in rows) == ["child", "flow"]
