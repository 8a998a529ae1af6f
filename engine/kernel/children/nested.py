"""A Task that started an execution of ours with ``.sync`` waits in CALLBACK: what comes of it, in AWS's shape.

    SCHEDULED ─► RUNNING ─TaskReturned (the child exists)─► CALLBACK ─ChildClosed─► CallbackReturned | CallbackErred

Meanwhile its `due_at` is when the child's header is looked at, should the notice have been lost.
"""

from __future__ import annotations

from typing import Any

from engine.kernel.builder import Builder
from engine.kernel.children.child_ids import started_id
from engine.kernel.children.outcomes import SWEEP_SECONDS
from engine.kernel.open_frame import OpenFrame
from engine.kernel.snapshot import Frame, Phase
from engine.kernel.stimulus import CallbackErred, CallbackReturned, ChildClosed
from engine.language.asl.model import Task
from engine.language.expr.java_text import json_text

Json = Any

TASK_FAILED = "States.TaskFailed"


def answer(
    builder: Builder, waiting: Frame | OpenFrame, stimulus: ChildClosed
) -> CallbackReturned | CallbackErred | None:
    """The child's end as an answer to the task; None when that task waits for another one, or for none.

    ``.sync`` gives Input and Output as JSON text, ``.sync:2`` as values. Source: "Start a new execution from a task".
    """
    if waiting.phase is not Phase.CALLBACK or started_id(builder.plan, builder.facts, waiting) != stimulus.child:
        return None
    state = builder.plan.state(waiting.machine, waiting.state)
    parsed = isinstance(state, Task) and state.resource.text.endswith(".sync:2")
    shown = dict(stimulus.output or {})
    if not parsed or stimulus.status != "SUCCEEDED":
        shown.update({name: json_text(shown[name]) for name in ("Input", "Output") if name in shown})
    at, seed, place = stimulus.at, stimulus.seed, (waiting.path, waiting.visit, waiting.attempt)
    if stimulus.status == "SUCCEEDED":
        return CallbackReturned(at, seed, *place, output=shown)
    return CallbackErred(at, seed, *place, error=TASK_FAILED, cause=json_text(shown))


def look_again(builder: Builder, frame: OpenFrame) -> None:
    """Its header is looked at after SWEEP_SECONDS (again)."""
    if started_id(builder.plan, builder.facts, frame) is not None:
        frame.due_at = builder.at + SWEEP_SECONDS


def over(builder: Builder, frame: OpenFrame) -> bool:
    """Whether one of the task's own time limits has passed."""
    return any(at is not None and at <= builder.at for at in (frame.deadline, frame.heartbeat_at))
