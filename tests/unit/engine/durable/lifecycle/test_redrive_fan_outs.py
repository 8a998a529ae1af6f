"""A redrive of Parallel and Map: the branches and items that did not succeed run again."""

from __future__ import annotations

import pytest

from engine.ports.tasks import TaskSucceeded
from tests.support.durable import ScriptedTasks
from tests.support.redriving import BAD, A, B, C, called, failed, machine, redrive, task


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
