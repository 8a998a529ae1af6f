"""Which child executions a frame has started and waits for. Their ids follow from the frame, so nothing stores them.

    <parent's id>~<visit>.<attempt>~<index>      item `index` of the Map Run that this visit and attempt began
    <workflow>:<name>                            what a Task started with states:startExecution: `name` is its Name, or
                                                 comes of the idempotency key, so that a call made twice starts one

A ``~`` is in no name that a user gives, and needs no quoting in an address.
"""

from __future__ import annotations

import hashlib
from typing import Any

from engine.kernel.open_frame import OpenFrame, Peek
from engine.kernel.snapshot import Facts, Frame, Phase
from engine.kernel.tokens import idempotency_key
from engine.language.asl.model import Pattern, Plan, Task
from engine.language.asl.resources import OWN_ARN, START_EXECUTION
from engine.records import dataclass

Json = Any

HUNDRED = 100
"""So many children's outcomes are kept in one frame, and so many are started between two commits at most."""

RUNS, AGAIN, SUCCEEDED = ".", ",", "S"
"""Codes of a child's outcome: not known to have ended; the same, of one from before a redrive; succeeded."""

OUT = frozenset({RUNS, AGAIN})


@dataclass(frozen=True, slots=True)
class Target:
    """One of our own workflows as a startExecution names it; `version` None is the active one."""

    workflow: str
    version: int | None = None


def item_id(parent_id: str, visit: int, attempt: int, index: int) -> str:
    """The execution id of a Map Run's child."""
    return f"{parent_id}~{visit}.{attempt}~{index}"


def own_target(resource: str, arguments: Json, workspace: str) -> Target | None:
    """The workflow of ours that a call starts; None for every other call, also of a state machine in AWS.

    StateMachineArn is the workflow's name, or the ARN that the context object shows (``$$.StateMachine.Id``), with
    ``:<version>`` behind it or not.
    """
    if not resource.startswith(START_EXECUTION) or not isinstance(arguments, dict):
        return None
    named = arguments.get("StateMachineArn")
    if not isinstance(named, str) or not named:
        return None
    if named.startswith("arn:"):
        prefix = f"{OWN_ARN}{workspace}:stateMachine:"
        if not named.startswith(prefix):
            return None
        named = named.removeprefix(prefix)
    workflow, _, version = named.partition(":")
    return Target(workflow, int(version)) if version.isdecimal() else Target(named)


def started_name(arguments: Json, idempotency_key: str) -> str:
    """The Name that was given, or one that is the same whenever the same call is made again."""
    given = arguments.get("Name")
    if isinstance(given, str) and given:
        return given
    digits = hashlib.sha256(idempotency_key.encode()).hexdigest()
    return "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:32]))


def started_id(plan: Plan, facts: Facts, frame: Frame | OpenFrame) -> str | None:
    """The execution of ours that this Task has started and waits for (.sync); None where it waits for none."""
    state = plan.state(frame.machine, frame.state)
    if not isinstance(state, Task) or state.resource.pattern is not Pattern.SYNC:
        return None
    target = own_target(state.resource.text, frame.arguments, facts.workspace)
    if target is None:
        return None
    return f"{target.workflow}:{started_name(frame.arguments, idempotency_key(facts, frame))}"


def awaited_children(plan: Plan, facts: Facts, peek: Peek, frame: Frame | OpenFrame) -> list[str]:
    """The ids of every child execution of `frame` that may still run.

    Those of a Map Run beyond its cursor too, for a worker may have died between starting them and committing that.
    """
    if frame.phase is not Phase.JOINING:
        child = started_id(plan, facts, frame)
        return [] if child is None else [child]
    if frame.fanout is None or not (frame.arguments or {}).get("opened"):
        return []  # a fan-out in frames, or a Map Run that has started nothing
    width, dispatched, running = frame.fanout.width, 0, []
    for number in range(0, width, HUNDRED):
        hundred = peek(f"{frame.path}/{number // HUNDRED}")
        if hundred is None:
            break
        here = hundred.output["dispatched"]
        dispatched += here
        running += [number + at for at, code in enumerate(hundred.output["fates"][:here]) if code in OUT]
    running += range(dispatched, min(width, dispatched + HUNDRED))
    return [item_id(facts.execution_id, frame.visit, frame.attempt, index) for index in running]
