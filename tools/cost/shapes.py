"""The workflows that are counted: some for what one act costs (two of a kind differ in one act), some to be compared
with Step Functions. `acts` says what an execution of a shape is made of, in the words of engine.cost.acts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from benchmarks import workloads

Json = Any

ANSWER = {"Type": "Task", "Resource": "connector:count:answer", "Parameters": {}}
ORDER = {"order": {"id": "o-2001", "customer": "ada@example.com", "total": 1855}}
PAYLOADS_KB = (0, 1, 4, 16, 64)


@dataclass(frozen=True, slots=True)
class Shape:
    """`transitions` is what Step Functions bills: states entered, and one for each retry. `title`: for the comparison;
    without one it is only counted. `express` is whether an Express workflow can run it (no tokens, no distributed Map),
    `seconds` what it waits by itself: an Express workflow pays for that time.
    """

    name: str
    definition: Json
    acts: Mapping[str, float]
    transitions: int
    title: str = ""
    kind: str = "STANDARD"
    input: Json = field(default_factory=lambda: ORDER)
    stubs: Mapping[str, list[Json]] = field(default_factory=dict)
    express: bool = True
    seconds: float = 0.0


def chain(states: list[tuple[str, Json]]) -> Json:
    """A machine that goes from each state to the next one."""
    made = {name: {**state, "Next": following} for (name, state), (following, _) in pairwise(states)}
    name, last = states[-1]
    made[name] = {**last, "End": True}
    return {"StartAt": states[0][0], "States": made}


_APART = 100_000
"""Rows between the first ones of two tasks' answers."""


def tasks(count: int, kilobytes: float = 0) -> Json:
    """`count` tasks in a row, each answering so many KB that no other answers: the same ones would be written once."""
    states = [{**ANSWER, "Parameters": {"kb": kilobytes, "first": number * _APART}} if kilobytes else ANSWER
              for number in range(count)]
    return chain([(f"Step{number}", state) for number, state in enumerate(states)])


def passes(count: int, kilobytes: float = 0) -> Json:
    """A task that answers so many KB, and `count` states that hand them on."""
    first = [] if not kilobytes else [("Fetch", {**ANSWER, "Parameters": {"kb": kilobytes}})]
    return chain([*first, *((f"Step{number}", {"Type": "Pass"}) for number in range(count))])


def mapped(inner: Json, mode: str = "INLINE") -> Json:
    """A Map of `inner` over $.items."""
    config = {"Mode": mode, **({"ExecutionType": "STANDARD"} if mode == "DISTRIBUTED" else {})}
    processor = {"ProcessorConfig": config, **inner}
    return chain([("Each", {"Type": "Map", "ItemsPath": "$.items", "ItemProcessor": processor})])


def waits(count: int) -> Json:
    """Waits of a minute."""
    return chain([(f"Wait{number}", {"Type": "Wait", "Seconds": 60}) for number in range(count)])


def callbacks(count: int) -> Json:
    """Tasks that wait for their token."""
    state = {
        "Type": "Task", "Resource": "connector:count:ask.waitForTaskToken", "Parameters": {"token.$": "$$.Task.Token"},
    }
    return chain([(f"Ask{number}", state) for number in range(count)])


def retries(count: int) -> Json:
    """A task that fails, `count` times more after a minute each, and is caught."""
    again = {"ErrorEquals": ["States.ALL"], "IntervalSeconds": 60, "BackoffRate": 1, "MaxAttempts": count}
    retry = [again] if count else []
    return {"StartAt": "Try", "States": {
        "Try": {
            "Type": "Task", "Resource": "connector:count:fail", "Parameters": {}, **({"Retry": retry} if retry else {}),
            "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "Give Up"}], "End": True,
        },
        "Give Up": {"Type": "Pass", "End": True},
    }}


def children(count: int) -> Json:
    """Executions of the shape `pass_1`, waited for one after the other."""
    state = {
        "Type": "Task", "Resource": "arn:aws:states:::states:startExecution.sync:2",
        "Parameters": {"StateMachineArn": "pass_1", "Input": {}},
    }
    return chain([(f"Child{number}", state) for number in range(count)])


def approval() -> Json:
    """A request that somebody answers, and what follows from the answer."""
    return {"StartAt": "Check", "States": {
        "Check": {"Type": "Choice", "Default": "Ask", "Choices": [
            {"Variable": "$.order.total", "NumericLessThan": 100, "Next": "Pay"},
        ]},
        "Ask": {
            "Type": "Task", "Resource": "connector:count:ask.waitForTaskToken", "ResultPath": "$.answer",
            "Parameters": {"token.$": "$$.Task.Token"}, "Next": "Approved",
        },
        "Approved": {"Type": "Choice", "Default": "Done", "Choices": [
            {"Variable": "$.answer.ok", "BooleanEquals": True, "Next": "Pay"},
        ]},
        "Pay": {**ANSWER, "ResultPath": None, "Next": "Done"},
        "Done": {"Type": "Succeed"},
    }}


FAIL = {"StartAt": "Fail", "States": {"Fail": {"Type": "Fail", "Error": "Orders.Refused", "Cause": "no stock"}}}
_ROUND = {"run": 1.0}


def _items(count: int) -> Json:
    return {"items": [{"line": number} for number in range(count)]}


def _order_flow() -> Shape:
    timed = workloads.order_flow()
    return Shape(
        "order_flow", timed.definition, {**_ROUND, "task": 8, "pure": 20, "wait": 1, "retry": 1},
        timed.transitions + 1, "Order flow: 20 states, 8 calls, a retry, an inline Map, a Parallel, a wait of 60 s",
        input=timed.input, stubs=timed.stubs, seconds=61,
    )


SHAPES = (
    Shape("pass_1", passes(1), {**_ROUND, "pure": 1}, 1),
    Shape("task_1", tasks(1), {**_ROUND, "task": 1}, 1, "One task"),
    Shape("task_10", tasks(10), {**_ROUND, "task": 10}, 10, "Ten tasks in a row"),
    Shape("task_40", tasks(40), {**_ROUND, "task": 40}, 40, "Forty tasks in a row"),
    Shape("loop_50", workloads.counter_loop(50).definition, {**_ROUND, "pure": 103}, 103),
    Shape("loop_500", workloads.counter_loop(500).definition, {**_ROUND, "pure": 1003}, 1003,
          "A loop of Choice and Pass: 1,003 transitions"),
    Shape("wait_1", waits(1), {**_ROUND, "wait": 1}, 1),
    Shape("wait_2", waits(2), {**_ROUND, "wait": 2}, 2),
    Shape("callback_1", callbacks(1), {**_ROUND, "callback": 1}, 1),
    Shape("callback_2", callbacks(2), {**_ROUND, "callback": 2}, 2),
    Shape("approval", approval(), {**_ROUND, "task": 1, "pure": 3, "callback": 1}, 5,
          "Approval: a person answers by token, then a task", express=False),
    Shape("caught_0", retries(0), {**_ROUND, "task": 1, "pure": 1, "failure": 1}, 2),
    Shape("caught_1", retries(1), {**_ROUND, "task": 1, "pure": 1, "failure": 1, "retry": 1}, 3),
    Shape("caught_2", retries(2), {**_ROUND, "task": 1, "pure": 1, "failure": 1, "retry": 2}, 4),
    Shape("map_pass_10", mapped(passes(1)), {**_ROUND, "pure": 11, "item": 10}, 11, input=_items(10)),
    Shape("map_pass_100", mapped(passes(1)), {**_ROUND, "pure": 101, "item": 100}, 101, input=_items(100)),
    Shape("map_task_20", mapped(tasks(1)), {**_ROUND, "pure": 1, "task": 20, "item": 20}, 21,
          "An inline Map of 20 items, a task each", input=_items(20)),
    Shape("distributed_5", mapped(tasks(1), "DISTRIBUTED"), {**_ROUND, "map_run": 1, "child": 5, "task": 5}, 6,
          input=_items(5), express=False),
    Shape("distributed_25", mapped(tasks(1), "DISTRIBUTED"), {**_ROUND, "map_run": 1, "child": 25, "task": 25}, 26,
          "A distributed Map of 25 items, a task each", input=_items(25), express=False),
    Shape("started_1", children(1), {**_ROUND, "started": 1, "pure": 1}, 2),
    Shape("started_2", children(2), {**_ROUND, "started": 2, "pure": 2}, 4),
    Shape("fail", FAIL, {**_ROUND, "pure": 1, "failed": 1}, 1),
    Shape("express_1", tasks(1), {"express": 1, "express_task": 1}, 1, kind="EXPRESS"),
    Shape("express_10", tasks(10), {"express": 1, "express_task": 10}, 10,
          "Ten tasks in a row, Automate's own EXPRESS kind", kind="EXPRESS"),
    _order_flow(),
)

BY_NAME = {shape.name: shape for shape in SHAPES}
