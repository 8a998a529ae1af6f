"""What an execution cost, from its history: the acts that it was made of, counted off its events."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from engine.cost.estimate import EXPRESS, task_parts
from engine.cost.pricing import Part, Pricing
from engine.records import dataclass

Json = Any

_SCHEDULED = ("TaskScheduled", "LambdaFunctionScheduled", "ActivityScheduled")
_FAILED = ("TaskFailed", "TaskTimedOut", "LambdaFunctionFailed", "LambdaFunctionTimedOut", "ActivityFailed",
           "ActivityTimedOut")
_ENDED_BADLY = ("ExecutionFailed", "ExecutionTimedOut", "ExecutionAborted")
_RESULTS = {
    "TaskSucceeded": "taskSucceededEventDetails",
    "LambdaFunctionSucceeded": "lambdaFunctionSucceededEventDetails",
}


@dataclass(frozen=True, slots=True)
class RunCost:
    """`acts` by name; `transitions` are Step Functions' for the same run. Dollars; `lines` by what they are for,
    `deletion` beside them what it takes once its term is over.

    `map_runs` is how many distributed Maps it had: their children are executions of their own, priced by themselves.
    """

    acts: Mapping[str, float]
    transitions: int
    map_runs: int
    dollars: float
    lines: Mapping[str, float]
    deletion: float


def run_cost(events: Iterable[Mapping[str, Json]], kind: str, pricing: Pricing) -> RunCost:
    """Price the events of GetExecutionHistory. The sizes of results are those of the history, not assumed ones."""
    seen: Counter[str] = Counter()
    parts: list[Part] = []
    sizes: list[float] = []
    calls = 0
    first_input = 0.0
    for event in events:
        name = event["type"]
        seen[name] += 1
        if name in _SCHEDULED:
            parts += task_parts(_resource(event), 1, 0.0)
            calls += 1
        elif name in _RESULTS:
            sizes.append(_kilobytes((event.get(_RESULTS[name]) or {}).get("output")))
        elif name == "ExecutionStarted":
            first_input = _kilobytes((event.get("executionStartedEventDetails") or {}).get("input"))
    entered = {name: number for name, number in seen.items() if name.endswith("StateEntered")}
    retries = max(0, calls - entered.get("TaskStateEntered", 0))
    bad = sum(seen[name] for name in _FAILED)
    parts = _with_payloads(_without(parts, retries), sizes)
    pure = sum(number for name, number in entered.items() if name not in ("TaskStateEntered", "WaitStateEntered"))
    express = kind.startswith(EXPRESS)  # EXPRESS_SYNC too
    parts += [
        Part("start", 1, first_input), Part("express" if express else "run", 1), Part("pure", pure, 0.0),
        Part("wait", entered.get("WaitStateEntered", 0)), Part("item", seen["MapIterationStarted"]),
        Part("retry", retries), Part("failure", max(0, bad - retries)), Part("map_run", seen["MapRunStarted"]),
        Part("failed", sum(seen[name] for name in _ENDED_BADLY)),
    ]
    if express:
        parts = [replace(part, act="express_task" if part.act == "task" else part.act) for part in parts]
        parts = [part for part in parts if part.act in ("start", "express", "express_task", "pure")]
    acts: Counter[str] = Counter()
    for part in parts:
        acts[part.act] += part.times  # type: ignore[assignment]
    lines = pricing.bill(pricing.units(parts))
    return RunCost(
        {name: number for name, number in acts.items() if number}, sum(entered.values()) + retries,
        seen["MapRunStarted"], sum(lines.values()), lines,
        pricing.deletion(parts),
    )


def _resource(event: Mapping[str, Json]) -> str:
    """What the task calls, in the words of `task_parts`."""
    if event["type"] == "ActivityScheduled":
        return ":activity:"
    details = event.get("taskScheduledEventDetails") or {}
    return f":{details.get('resourceType')}:{details.get('resource')}"


def _kilobytes(text: Json) -> float:
    return len(text.encode()) / 1024 if isinstance(text, str) else 0.0


def _without(parts: list[Part], retries: int) -> list[Part]:
    """A repeated attempt is a `retry`, which has its call in it: so many calls less."""
    tasks = [part for part in parts if part.act == "task"]
    return [part for part in parts if part.act != "task"] + tasks[: max(0, len(tasks) - retries)]


def _with_payloads(parts: list[Part], sizes: list[float]) -> list[Part]:
    """The sizes of the results, one for each task as far as there are any: dear ones first, for the sum is the same."""
    left = iter(sorted(sizes, reverse=True))
    return [Part(part.act, part.times, next(left, 0.0)) if part.act == "task" else part for part in parts]
