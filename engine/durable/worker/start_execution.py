"""``states:startExecution`` of one of our own workflows: the call starts a child execution in the same workspace.

    Task  intent ── call: input, header (its parent is this frame), wake ── TaskReturned {"ExecutionArn", …}
                                                   .sync, .sync:2 ── waits in CALLBACK for the child's closing notice
                                                   .waitForTaskToken ── waits for whoever has the token

It stands before the task port, so that such a call has an intent, a lease and an idempotency key like any other: made
twice, it finds the execution that it started. A state machine in an AWS account stays the connectors' to call.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Sequence
from typing import Any

from engine.durable.lifecycle.budgets import BudgetExceeded
from engine.durable.lifecycle.starts import ExecutionAlreadyExists, Starts
from engine.errors import NotFound, StorageError, UserError
from engine.kernel.children.child_ids import Target, own_target, started_name
from engine.language.asl.resources import OWN_ARN
from engine.ports.journal import Parent
from engine.ports.keys import ExecutionKey
from engine.ports.tasks import TaskCall, TaskFailed, TaskOutcome, Tasks, TasksDecorator, TaskSucceeded

Json = Any

_LOG = logging.getLogger(__name__)

START_ATTEMPTS = 3
"""How often the store is asked before the call fails, its outcome unknown."""

_INVALID = "StepFunctions.InvalidExecutionInputException"
_NAMES: Sequence[tuple[type[UserError], str]] = (
    (ExecutionAlreadyExists, "StepFunctions.ExecutionAlreadyExistsException"),
    (NotFound, "StepFunctions.StateMachineDoesNotExistException"),
    (BudgetExceeded, "StepFunctions.ExecutionLimitExceededException"),
    (UserError, _INVALID),
)
"""What AWS calls each: the first that fits."""


class StartsExecutions(TasksDecorator):
    """Starts our own workflows, and hands every other call on to `tasks`."""

    def __init__(self, tasks: Tasks, starts: Starts) -> None:
        super().__init__(tasks)
        self._starts = starts

    def call(self, call: TaskCall) -> TaskOutcome:
        """Start the execution, or find it started by this very call."""
        target = own_target(call.resource, call.arguments, call.workspace)
        if target is None:
            return self._tasks.call(call)
        try:
            return self._persist(call, target)
        except UserError as error:
            return _failed(next(name for kind, name in _NAMES if isinstance(error, kind)), error)
        except StorageError as error:
            return TaskFailed("Automate.TaskError", f"the store did not serve: {error}", definite=False)

    def _persist(self, call: TaskCall, target: Target) -> TaskOutcome:
        """A store that fails for a moment is asked again: what it did at first is found by name."""
        for _ in range(START_ATTEMPTS - 1):
            try:
                return self._start(call, target)
            except StorageError as error:
                _LOG.warning("the start is tried again: %s", error, extra={"execution": call.execution_id})
        return self._start(call, target)

    def _start(self, call: TaskCall, target: Target) -> TaskOutcome:
        given = call.arguments.get("Input", {})
        if isinstance(given, str):
            try:
                given = json.loads(given)
            except ValueError as error:
                return TaskFailed(_INVALID, f"Invalid State Machine Execution Input: {error}")
        started = self._starts.start(
            call.workspace, target.workflow, given, name=started_name(call.arguments, call.idempotency_key),
            version=target.version, parent=_parent(call),
        )
        return TaskSucceeded({
            "ExecutionArn": execution_arn(started.key), "StartDate": int(started.started_at * 1000),
        })


def execution_arn(key: ExecutionKey) -> str:
    """The ARN under which the context object of the execution shows it."""
    return f"{OWN_ARN}{key.workspace}:execution:{key.workflow}:{key.name}"


def _parent(call: TaskCall) -> Parent:
    waits = call.resource.endswith((".sync", ".sync:2"))
    return Parent(call.execution_id, call.frame, call.visit, call.epoch, waits=waits)


def _failed(name: str, error: UserError) -> TaskFailed:
    return TaskFailed(name, " ".join(part for part in (error.message, error.advice) if part))
