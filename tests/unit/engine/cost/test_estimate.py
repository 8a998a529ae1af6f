"""What a definition will cost, and what a run did."""

from __future__ import annotations

from dataclasses import replace

import pytest

from benchmarks.workloads import counter_loop
from engine.cost import comparison
from engine.cost.estimate import estimate
from engine.cost.pricing import Assumptions, Part, Pricing
from engine.cost.run import run_cost
from engine.errors import InvalidDocument
from engine.testing import simulate
from tools.cost.shapes import BY_NAME, chain, mapped, passes, tasks

PRICING = Pricing(Assumptions())


def estimated(definition, *, kind="STANDARD", visits=None, **assumed):
    return estimate(definition, kind, visits or {}, Pricing(Assumptions(**assumed)))


def acts(found):
    seen = {}
    for state in found.states:
        for part in state.parts:
            seen[part.act] = seen.get(part.act, 0) + part.times
    return seen


def test_the_parts_add_up_to_the_whole():
    found = estimated(tasks(3))
    assert found.dollars == pytest.approx(found.fixed + sum(state.dollars for state in found.states))
    assert found.dollars == pytest.approx(sum(found.lines.values()))
    assert acts(found) == {"task": 3}
    assert found.transitions == 3


@pytest.mark.parametrize("name", ["pass_1", "task_10", "wait_2", "callback_2", "approval", "fail", "started_2"])
def test_a_definition_is_made_of_the_acts_that_were_counted(name):
    """The shapes say what they are made of; the walk over their definitions finds it too."""
    shape = BY_NAME[name]
    assert {"run": 1, **acts(estimated(shape.definition))} | {"pure": 0} == {
        **shape.acts, "pure": 0
    }


def test_a_map_is_as_dear_as_its_items():
    found = estimated(mapped(tasks(1)), items=20)
    assert acts(found) == {"pure": 1, "item": 20, "task": 20}
    assert [(state.name, state.visits) for state in found.states] == [("Each", 1), ("Step0", 20)]
    children = estimated(mapped(tasks(1), "DISTRIBUTED"), items=20)
    assert acts(children) == {"map_run": 1, "child": 20, "task": 20}
    assert children.dollars > 5 * found.dollars
    assert estimated(mapped(tasks(1)), items=0).transitions == 1


def test_visits_leave_branches_out_and_repeat_loops():
    definition = counter_loop(10).definition
    assert estimated(definition, visits={"Check": 11, "Add": 10}).transitions == 23
    assert estimated(definition, visits={"Done": 0}).transitions == 3
    inside = estimated(mapped(tasks(1)), items=5, visits={"Step0": 2})
    assert acts(inside)["task"] == 10, "of each item"


def test_a_state_that_is_not_there_is_named():
    with pytest.raises(InvalidDocument, match="'Nowhere'") as refused:
        estimated(tasks(1), visits={"Nowhere": 1})
    assert "Step0" in refused.value.advice


def test_an_express_workflow_writes_once():
    durable, express = estimated(tasks(10)), estimated(tasks(10), kind="EXPRESS")
    assert acts(express) == {"express_task": 10}
    assert express.lines["write_units"] < durable.lines["write_units"]


@pytest.mark.parametrize(("dearer", "line"), [
    ({"payload_kb": 20}, "write_units"), ({"batch": 1}, "lambda_requests"), ({"store_ms": 50}, "waiting"),
    ({"task_ms": 500}, "waiting"), ({"api": True}, "api_requests"), ({"memory_mb": 3000}, "waiting"),
])
def test_every_assumption_counts(dearer, line):
    plain, other = estimated(tasks(2)), estimated(tasks(2), **dearer)
    assert other.lines[line] > plain.lines.get(line, 0)
    assert other.dollars > plain.dollars


def test_a_broken_draft_is_priced_as_far_as_it_is_there():
    assert estimated({}).states == ()
    assert estimated({"States": {"A": 7, "B": {}}}).transitions == 1


@pytest.mark.parametrize("odd", [
    {"ProcessorConfig": None}, "x", 5, [1], None, True, {"States": 3}, {"ProcessorConfig": "DISTRIBUTED"},
])
def test_a_half_written_map_or_parallel_is_a_state_without_inner_ones(odd):
    for field in ("ItemProcessor", "Iterator"):
        assert acts(estimated({"States": {"Each": {"Type": "Map", field: odd}}})) == {"pure": 1, "item": 10}
    for branches in (odd, [odd]):
        assert acts(estimated({"States": {"Both": {"Type": "Parallel", "Branches": branches}}})) == {"pure": 1}


def run_of(definition, given=None, stubs=None, kind="STANDARD", pricing=PRICING):
    done = simulate(definition, given or {}, stubs=stubs)
    return run_cost(done.events, kind, pricing)


def test_a_run_is_priced_by_its_events():
    found = run_of(counter_loop(5).definition)
    assert found.acts == {"start": 1, "run": 1, "pure": 13}
    assert found.transitions == 13
    assert found.dollars == pytest.approx(estimated(counter_loop(5).definition, visits={"Check": 6, "Add": 5}).dollars)


def test_retries_failures_and_ends_are_seen():
    call = "arn:aws:states:::lambda:invoke"
    definition = {"StartAt": "Try", "States": {"Try": {
        "Type": "Task", "Resource": call, "Parameters": {"FunctionName": "f"}, "End": True,
        "Retry": [{"ErrorEquals": ["Busy"], "MaxAttempts": 5}],
    }}}
    again = run_of(definition, stubs={call: [{"error": "Busy"}, {"error": "Busy"}, {"output": {"ok": True}}]})
    assert again.acts == {"start": 1, "run": 1, "task": 1, "retry": 2}
    assert again.transitions == 3
    failed = run_of(definition, stubs={call: [{"error": "Broken"}]})
    assert failed.acts == {"start": 1, "run": 1, "task": 1, "failure": 1, "failed": 1}


def test_waits_tokens_and_items_are_seen():
    ask = "arn:aws:states:::sqs:sendMessage.waitForTaskToken"
    definition = chain([
        ("Wait", {"Type": "Wait", "Seconds": 3600}),
        ("Ask", {"Type": "Task", "Resource": ask, "Parameters": {
            "QueueUrl": "q", "MessageBody.$": "$$.Task.Token",
        }}),
        ("Each", {"Type": "Map", "ItemsPath": "$.items", "ItemProcessor": passes(1)}),
    ])
    found = run_of(definition, stubs={ask: [{"submitted": {}, "output": {"items": [1, 2, 3]}}]})
    assert found.acts == {"start": 1, "run": 1, "wait": 1, "callback": 1, "pure": 4, "item": 3}


def test_large_results_make_a_run_dearer():
    call = "arn:aws:states:::lambda:invoke"
    definition = chain([("Call", {"Type": "Task", "Resource": call, "Parameters": {"FunctionName": "f"}})])
    small, large = (
        run_of(definition, stubs={call: [{"output": {"Payload": "x" * size}}]}) for size in (10, 60_000)
    )
    assert large.lines["write_units"] > 2 * small.lines["write_units"]


def test_an_express_run():
    call = "arn:aws:states:::lambda:invoke"
    definition = chain([("Call", {"Type": "Task", "Resource": call, "Parameters": {"FunctionName": "f"}})])
    found = run_of(definition, stubs={call: [{"output": {}}]}, kind="EXPRESS_SYNC")
    assert found.acts == {"start": 1, "express": 1, "express_task": 1}


@pytest.mark.parametrize("kind", ["STANDARD", "EXPRESS", "EXPRESS_SYNC"])
def test_a_run_has_its_own_sizes_whatever_is_assumed(kind):
    assumed = Pricing(Assumptions(payload_kb=50, items=99))
    assert run_of(tasks(2), kind=kind, pricing=assumed) == run_of(tasks(2), kind=kind)
    large = run_of(passes(1), {"x": "y" * 50_000}, kind=kind)
    assert large.lines["write_units"] > run_of(passes(1), kind=kind).lines["write_units"]


def test_the_comparison_has_every_titled_shape_and_adds_up():
    rows = {row.title: row for row in comparison.compared(PRICING)}
    assert len(rows) == sum(bool(shape["title"]) for shape in PRICING.counted.shapes.values())
    ten = rows["Ten tasks in a row"]
    assert ten.standard == pytest.approx(250)
    assert ten.automate / 1e6 == pytest.approx(estimated(tasks(10)).dollars, rel=0.03)
    assert rows["Approval: a person answers by token, then a task"].express is None


def test_a_pure_transition_meets_its_target_and_a_task_is_known_to_a_tenth():
    """Of a task two parts of a hundred are CPU, as this machine measured it: docs/costs.md says what is missed."""
    task, pure = comparison.steps(PRICING)
    assert pure.automate <= pure.target
    assert task.automate <= 1.1 * task.target
    assert task.lines["write_units"] == pytest.approx(0.625)


def test_a_cheaper_write_makes_all_of_it_cheaper():
    dear = PRICING.prices.prices["write_units"]
    halved = replace(PRICING.prices, prices={**PRICING.prices.prices, "write_units": replace(dear, usd=dear.usd / 2)})
    part = [Part("task", 1)]
    assert replace(PRICING, prices=halved).dollars(part) == pytest.approx(PRICING.dollars(part) - 0.3125e-6)
