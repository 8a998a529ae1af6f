"""A redrive of a distributed Map: its items that did not succeed go on."""

from __future__ import annotations

import pytest

from engine.durable.lifecycle.redrives import ExecutionNotRedrivable
from engine.ports.keys import ExecutionKey
from engine.ports.tasks import TaskSucceeded
from tests.support.durable import TESTER, Product, ScriptedTasks
from tests.support.redriving import BAD, A, B, failed, machine, redrive, task


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


def test_an_item_that_the_failure_stopped_goes_on_soon():
    """It ends after the redrive, and tells nobody: nobody waited when it was stopped."""
    product = Product(machine(All=distributed()), ScriptedTasks({A: [bad_at_first(1)]}))
    key = product.start({"items": [0, 1]})
    product.run(key)
    product.run(ExecutionKey("default", "flow:one~1.0~1"))
    product.run(key)
    assert product.describe(key).status == "FAILED"
    product.clock.sleep(3)  # old enough for its inbox to be read as it begins
    redrive(product, key)
    began = product.clock.now()
    product.run(key)
    product.drain()
    ended = product.describe(key)
    assert ended.output == [{"done": 0}, {"done": 1}]
    assert ended.ended_at - began < 60


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
