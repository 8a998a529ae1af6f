"""The state machines that are timed, as plain data: peers run the same ones in environments of their own.

    W1, W1J     a loop of Choice and Pass, 1,000 rounds, in JSONPath and in JSONata     2,003 transitions
    W2          an inline Map of 1,000 items, three pure states each                    3,001
    W6          a definition of 50 states, to be compiled: `large_definition`
    W7          an order flow of 20 states, its tasks answered by stubs: `order_flow`
    PASS200K    200 KB handed through 100 states
    W3, W4, W5  40 tasks in a row, ten side by side and a join, one alone: `sequence` and `fan_out`

A transition is a state entered. Nothing here imports the project.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any

Json = Any

ROUNDS, ITEMS, TASKS, BRANCHES = 1000, 1000, 40, 10

FIBONACCI = 10
"""What each durable task computes, by recursion: 55."""


@dataclass(frozen=True, slots=True)
class Workload:
    """A definition, its input, what it must come to (a wrong answer has no speed), and the states it enters."""

    name: str
    definition: dict[str, Json]
    input: Json
    output: Json
    transitions: int
    stubs: dict[str, list[Json]] = field(default_factory=dict)


def fibonacci(n: int) -> int:
    return n if n <= 1 else fibonacci(n - 1) + fibonacci(n - 2)


def counter_loop(rounds: int = ROUNDS) -> Workload:
    """W1."""
    states = {
        "Init": {"Type": "Pass", "Result": {"i": 0}, "Next": "Check"},
        "Check": {
            "Type": "Choice", "Default": "Done",
            "Choices": [{"Variable": "$.i", "NumericLessThan": rounds, "Next": "Add"}],
        },
        "Add": {"Type": "Pass", "Parameters": {"i.$": "States.MathAdd($.i, 1)"}, "Next": "Check"},
        "Done": {"Type": "Succeed"},
    }
    return Workload("W1", {"StartAt": "Init", "States": states}, {}, {"i": rounds}, 2 * rounds + 3)


def counter_loop_jsonata(rounds: int = ROUNDS) -> Workload:
    """W1J. It ends in a Pass with Output: one of the peers drops that of a Succeed."""
    states = {
        "Init": {"Type": "Pass", "Assign": {"i": 0}, "Next": "Check"},
        "Check": {
            "Type": "Choice", "Default": "Done",
            "Choices": [{"Condition": f"{{% $i < {rounds} %}}", "Next": "Add"}],
        },
        "Add": {"Type": "Pass", "Assign": {"i": "{% $i + 1 %}"}, "Next": "Check"},
        "Done": {"Type": "Pass", "Output": {"i": "{% $i %}"}, "End": True},
    }
    definition = {"QueryLanguage": "JSONata", "StartAt": "Init", "States": states}
    return Workload("W1J", definition, {}, {"i": rounds}, 2 * rounds + 3)


def inline_map(items: int = ITEMS) -> Workload:
    """W2."""
    inner = {
        "Add": {"Type": "Pass", "Parameters": {"x.$": "States.MathAdd($, 1)"}, "Next": "Check"},
        "Check": {
            "Type": "Choice", "Default": "Out",
            "Choices": [{"Variable": "$.x", "NumericLessThan": 0, "Next": "Out"}],
        },
        "Out": {"Type": "Pass", "OutputPath": "$.x", "End": True},
    }
    processor = {"ProcessorConfig": {"Mode": "INLINE"}, "StartAt": "Add", "States": inner}
    outer = {"Type": "Map", "ItemsPath": "$.items", "ItemProcessor": processor, "End": True}
    return Workload(
        "W2", {"StartAt": "Map", "States": {"Map": outer}}, {"items": list(range(items))},
        list(range(1, items + 1)), 3 * items + 1,
    )


def large_payload(size: int = 200_000, states: int = 100) -> Workload:
    """PASS200K: `size` bytes of JSON handed through `states` Pass states."""
    names = [f"Pass{number:03}" for number in range(states)]
    chain: dict[str, Json] = {name: {"Type": "Pass", "Next": following} for name, following in pairwise(names)}
    chain[names[-1]] = {"Type": "Pass", "End": True}
    rows = [{"id": f"row-{number:06}", "text": "x" * 70} for number in range(size // 100)]
    return Workload("PASS200K", {"StartAt": names[0], "States": chain}, {"rows": rows}, {"rows": rows}, states)


def order_flow() -> Workload:
    """W7: one order that is priced, held, charged at the second attempt, reserved line by line and shipped."""
    read = json.loads((Path(__file__).parent / "order_flow.json").read_text(encoding="utf-8"))
    return Workload("W7", read["definition"], read["input"], read["output"], read["transitions"], read["stubs"])


def large_definition(stages: int = 5) -> dict[str, Json]:
    """W6: `stages` stages of ten states each, JSONPath and JSONata in turn, all eight types of state."""
    states: dict[str, Json] = {}
    for number in range(stages):
        stage = _jsonata_stage if number % 2 else _jsonpath_stage
        states |= stage(f"S{number}", {"Next": f"S{number + 1} Shape"} if number + 1 < stages else {"End": True})
    return {"Comment": "Compiled, never run", "StartAt": "S0 Shape", "TimeoutSeconds": 3600, "States": states}


_LAMBDA = "arn:aws:states:::lambda:invoke"
_RETRY = [
    {"ErrorEquals": ["Lambda.TooManyRequestsException", "Lambda.ServiceException"], "IntervalSeconds": 1,
     "MaxAttempts": 6, "BackoffRate": 2.0, "JitterStrategy": "FULL"},
    {"ErrorEquals": ["States.Timeout"], "IntervalSeconds": 5, "MaxAttempts": 2, "MaxDelaySeconds": 60},
]


def _jsonpath_stage(name: str, following: dict[str, Json]) -> dict[str, Json]:
    caught = [{"ErrorEquals": ["States.ALL"], "ResultPath": "$.failure", "Next": f"{name} Refused"}]
    mail = {
        "Type": "Task", "Resource": "arn:aws:states:::sqs:sendMessage", "End": True,
        "Parameters": {"QueueUrl": "mail", "MessageBody.$": "States.JsonToString($.charge)"},
    }
    reserve = {
        "Type": "Task", "Resource": _LAMBDA, "End": True, "Retry": _RETRY, "OutputPath": "$.Payload",
        "Parameters": {"FunctionName": "reserve", "Payload.$": "$"},
    }
    return {
        f"{name} Shape": {
            "Type": "Pass", "Next": f"{name} Route",
            "Parameters": {
                "orderId.$": "$.order.id", "customer.$": "$.order.customer.email",
                "reference.$": "States.Format('{}/{}', $.order.id, $$.Execution.Name)",
                "total.$": "States.MathAdd($.order.net, $.order.tax)", "first.$": "$.order.lines[0].sku",
                "skus.$": "$.order.lines[*].sku", "note": "as ordered",
            },
        },
        f"{name} Route": {
            "Type": "Choice", "Default": f"{name} Charge",
            "Choices": [
                {"Next": f"{name} Hold",
                 "And": [{"Variable": "$.total", "NumericGreaterThan": 1000},
                         {"Not": {"Variable": "$.customer", "StringMatches": "*@example.com"}}]},
                {"Variable": "$.skus[0]", "IsPresent": False, "Next": f"{name} Refused"},
                {"Variable": "$.reference", "StringEquals": "", "Next": f"{name} Refused"},
            ],
        },
        f"{name} Hold": {"Type": "Wait", "SecondsPath": "$.hold", "Next": f"{name} Charge"},
        f"{name} Charge": {
            "Type": "Task", "Resource": _LAMBDA, "TimeoutSeconds": 30, "Next": f"{name} Notify",
            "Parameters": {
                "FunctionName": "charge",
                "Payload": {"orderId.$": "$.orderId", "amount.$": "$.total", "key.$": "States.UUID()"},
            },
            "ResultSelector": {"chargeId.$": "$.Payload.chargeId"}, "ResultPath": "$.charge",
            "Retry": _RETRY, "Catch": caught,
        },
        f"{name} Notify": {
            "Type": "Parallel", "ResultPath": "$.notified", "Catch": caught, "Next": f"{name} Lines",
            "Branches": [
                {"StartAt": f"{name} Mail", "States": {f"{name} Mail": mail}},
                {"StartAt": f"{name} Skip", "States": {f"{name} Skip": {"Type": "Succeed"}}},
            ],
        },
        f"{name} Lines": {
            "Type": "Map", "ItemsPath": "$.lines", "MaxConcurrency": 5, "ResultPath": "$.reserved", **following,
            "ItemSelector": {"sku.$": "$$.Map.Item.Value.sku", "orderId.$": "$.orderId"},
            "ItemProcessor": {"StartAt": f"{name} Reserve", "States": {f"{name} Reserve": reserve}},
        },
        f"{name} Refused": {"Type": "Fail", "Error": "Refused", "CausePath": "$.reference"},
    }


def _jsonata_stage(name: str, following: dict[str, Json]) -> dict[str, Json]:
    caught = [{
        "ErrorEquals": ["States.ALL"], "Assign": {"why": "{% $states.errorOutput.Cause %}"}, "Next": f"{name} Refused",
    }]
    mail = {
        "Type": "Task", "Resource": "arn:aws:states:::sqs:sendMessage", "End": True,
        "Arguments": {"QueueUrl": "mail", "MessageBody": "{% $string($charge) %}"},
    }
    reserve = {
        "Type": "Task", "Resource": _LAMBDA, "End": True, "Retry": _RETRY, "Output": "{% $states.result.Payload %}",
        "Arguments": {"FunctionName": "reserve", "Payload": "{% $states.input %}"},
    }
    stage: dict[str, Json] = {
        f"{name} Shape": {
            "Type": "Pass", "Next": f"{name} Route",
            "Assign": {
                "order": "{% $states.input.order %}", "customer": "{% $states.input.order.customer.email %}",
                "total": "{% $sum($states.input.order.lines.(quantity * price)) %}",
            },
            "Output": {
                "reference": "{% $states.input.order.id & '/' & $states.context.Execution.Name %}",
                "skus": "{% [$states.input.order.lines.sku] %}", "note": "as ordered",
            },
        },
        f"{name} Route": {
            "Type": "Choice", "Default": f"{name} Charge",
            "Choices": [
                {"Condition": "{% $total > 1000 and $not($contains($customer, '@example.com')) %}",
                 "Next": f"{name} Hold"},
                {"Condition": "{% $count($states.input.skus) = 0 %}", "Assign": {"why": "empty"},
                 "Next": f"{name} Refused"},
            ],
        },
        f"{name} Hold": {"Type": "Wait", "Seconds": "{% $order.hold %}", "Next": f"{name} Charge"},
        f"{name} Charge": {
            "Type": "Task", "Resource": _LAMBDA, "TimeoutSeconds": "{% $order.patience %}", "Next": f"{name} Notify",
            "Arguments": {
                "FunctionName": "charge",
                "Payload": {"orderId": "{% $order.id %}", "amount": "{% $total %}", "key": "{% $uuid() %}"},
            },
            "Assign": {"charge": "{% $states.result.Payload %}"}, "Retry": _RETRY, "Catch": caught,
        },
        f"{name} Notify": {
            "Type": "Parallel", "Catch": caught, "Next": f"{name} Lines",
            "Branches": [
                {"StartAt": f"{name} Mail", "States": {f"{name} Mail": mail}},
                {"StartAt": f"{name} Skip", "States": {f"{name} Skip": {"Type": "Succeed"}}},
            ],
        },
        f"{name} Lines": {
            "Type": "Map", "Items": "{% $order.lines %}", "MaxConcurrency": 5, **following,
            "ItemSelector": {"sku": "{% $states.context.Map.Item.Value.sku %}", "orderId": "{% $order.id %}"},
            "ItemProcessor": {"StartAt": f"{name} Reserve", "States": {f"{name} Reserve": reserve}},
        },
        f"{name} Refused": {"Type": "Fail", "Error": "Refused", "Cause": "{% $why %}"},
    }
    return {state: _in_jsonata(definition) for state, definition in stage.items()}


def _in_jsonata(state: dict[str, Json]) -> dict[str, Json]:
    """The machine's own language is JSONPath: the state, and those of the machines inside it, name theirs."""
    processors = [state["ItemProcessor"]] if "ItemProcessor" in state else []
    for machine in [*state.get("Branches", ()), *processors]:
        machine["States"] = {name: _in_jsonata(inner) for name, inner in machine["States"].items()}
    return {"QueryLanguage": "JSONata", **state}


def sequence(task: dict[str, Json], tasks: int = TASKS) -> dict[str, Json]:
    """W3, and W5 with one: `tasks` Tasks in a row; `task` holds Resource and its fields."""
    names = [f"T{number:02}" for number in range(tasks)]
    states = {name: {"Type": "Task", **task, "Next": after} for name, after in pairwise(names)}
    states[names[-1]] = {"Type": "Task", **task, "End": True}
    return {"StartAt": names[0], "States": states}


def fan_out(task: dict[str, Json], branches: int = BRANCHES) -> dict[str, Json]:
    """W4: `branches` branches of one Task each, and the join."""
    machines = [
        {"StartAt": f"B{number}", "States": {f"B{number}": {"Type": "Task", **task, "End": True}}}
        for number in range(branches)
    ]
    return {"StartAt": "Fan", "States": {"Fan": {"Type": "Parallel", "Branches": machines, "End": True}}}


PURE = {"W1": counter_loop, "W1J": counter_loop_jsonata, "W2": inline_map}
"""Those that every peer with an interpreter of the language is given."""
