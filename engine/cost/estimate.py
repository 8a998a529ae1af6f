"""What an execution of a workflow will cost, from its definition alone: each state visited once unless it is said
otherwise, so the branches that are not taken count too; no call fails."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from engine.catalog.states import is_distributed, machines_in
from engine.cost.pricing import Assumptions, Part, Pricing
from engine.errors import InvalidDocument
from engine.records import dataclass

Json = Any

EXPRESS = "EXPRESS"
_TOKEN, _CHILD = ".waitForTaskToken", ":states:startExecution.sync"  # in Resource


@dataclass(frozen=True, slots=True)
class StateCost:
    """One state: `visits` an execution, what its parts cost (`dollars`, of one execution)."""

    name: str
    type: str
    visits: float
    parts: tuple[Part, ...]
    dollars: float


@dataclass(frozen=True, slots=True)
class Estimate:
    """`fixed` is what an execution takes whatever its states; `deletion`, beside `dollars`, what it takes once its term
    is over. `transitions` are Step Functions' of it. All in dollars an execution; `lines` by what they are for."""

    states: tuple[StateCost, ...]
    fixed: float
    dollars: float
    lines: Mapping[str, float]
    transitions: float
    deletion: float


def estimate(definition: Mapping[str, Json], kind: str, visits: Mapping[str, float], pricing: Pricing) -> Estimate:
    """Price a definition, a half-written one as far as it is there.

    `visits` says how often a state is entered each time that its machine runs (a branch, an item); 1 otherwise. Raises
    InvalidDocument for a state that is not there.
    """
    found = list(_walk(definition, 1.0, visits, pricing.assumptions))
    unknown = sorted(set(visits) - {name for name, _, _ in found})
    if unknown:
        raise InvalidDocument(
            f"there is no state called {unknown[0]!r}", where="--visits",
            advice=f"States here: {', '.join(name for name, _, _ in found)}.",
        )
    express = kind == EXPRESS
    fixed = (Part("start", 1), Part("express" if express else "run", 1))
    states = []
    for name, state, times in found:
        parts = _express_parts(state, times) if express else _parts(state, times, pricing.assumptions)
        states.append(StateCost(name, str(state.get("Type", "none")), times, parts, pricing.dollars(parts)))
    parts = (*fixed, *(part for state in states for part in state.parts))
    lines = pricing.bill(pricing.units(parts))
    return Estimate(
        tuple(states), pricing.dollars(fixed), sum(lines.values()), lines, sum(state.visits for state in states),
        pricing.deletion(parts),
    )


def _walk(
    machine: Json, times: float, visits: Mapping[str, float], assumed: Assumptions
) -> Iterator[tuple[str, Mapping[str, Json], float]]:
    """Every state with how often an execution enters it, inner machines after the state that runs them."""
    states = machine.get("States") if isinstance(machine, dict) else None
    for name, state in (states.items() if isinstance(states, dict) else ()):
        if not isinstance(state, dict):
            continue
        entered = times * visits.get(name, 1.0)
        yield name, state, entered
        for _, branch, inner in machines_in(state):
            yield from _walk(inner, entered if branch is not None else entered * assumed.items, visits, assumed)


def _parts(state: Mapping[str, Json], times: float, assumed: Assumptions) -> tuple[Part, ...]:
    kind = state.get("Type")
    if kind == "Wait":
        return (Part("wait", times),)
    if kind == "Task":
        return task_parts(str(state.get("Resource")), times)
    if kind == "Map":
        if is_distributed(state):
            return Part("map_run", times), Part("child", times * assumed.items)
        return Part("pure", times), Part("item", times * assumed.items)
    if kind == "Fail":
        return Part("pure", times), Part("failed", times)
    return (Part("pure", times),)


def task_parts(resource: str, times: float, payload_kb: float | None = None) -> tuple[Part, ...]:
    """What a Task of this resource is made of. A job of AWS's (``.sync``) is looked at once in a wait at the least."""
    if resource.endswith(_TOKEN) or ":activity:" in resource:
        return (Part("callback", times),)
    if _CHILD in resource:
        return (Part("started", times),)
    called = Part("task", times, payload_kb)
    return (called, Part("wait", times)) if ".sync" in resource else (called,)


def _express_parts(state: Mapping[str, Json], times: float) -> tuple[Part, ...]:
    return (Part("express_task" if state.get("Type") == "Task" else "pure", times),)
