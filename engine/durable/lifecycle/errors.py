"""What is said where there is no such execution, nothing to resume, or no task that waits."""

from __future__ import annotations

from engine.errors import Conflict, NotFound
from engine.language.asl.times import iso_timestamp
from engine.ports.journal import Journal
from engine.ports.keys import ExecutionKey


class ExecutionDoesNotExist(NotFound):
    """No execution of this id."""

    code = "ExecutionDoesNotExist"


class ExecutionTaken(NotFound):
    """It is not kept any more: its term was over."""

    code = "ExecutionTaken"
    status = 410


class ExecutionIsNotPaused(Conflict):
    """There is nothing to resume."""

    code = "ExecutionIsNotPaused"


class TaskDoesNotExist(NotFound):
    """No task has this token."""

    code = "TaskDoesNotExist"


class TaskTimedOut(Conflict):
    """The task no longer waits: it was answered, timed out, or its execution ended."""

    code = "TaskTimedOut"


class TaskDeleted(NotFound):
    """The execution of the task was deleted. To who answers that is as any task that no longer waits; but it is no
    refusal, so the audit log does not name again what was erased."""

    code = "TaskTimedOut"
    status = 409


def absent(journal: Journal, key: ExecutionKey) -> NotFound:
    """Why there is no such execution: it was deleted, or there never was one."""
    at = journal.taken_at(key)
    return _unknown(key) if at is None else _taken(key, at)


def input_of(journal: Journal, key: ExecutionKey) -> bytes:
    """The input of an execution that was just there. Raises NotFound where it was deleted since."""
    found = journal.execution_input(key)
    if found is None:
        raise absent(journal, key)
    return found


def _taken(key: ExecutionKey, at: float) -> ExecutionTaken:
    return ExecutionTaken(
        f"the execution {key.id!r} is not kept any more: it was deleted on {iso_timestamp(at)[:10]}", where="id",
        advice="Executions are kept for AUTOMATE_RETENTION_DAYS days after their end, or for the `retention_days` of "
        "their workflow, or until somebody erases them.",
    )


def _unknown(key: ExecutionKey) -> NotFound:
    return ExecutionDoesNotExist(
        f"no execution has the id {key.id!r}", where="id",
        advice="An id is <workflow>:<name>; `automate executions` lists them.",
    )


def timed_out() -> TaskTimedOut:
    """Its token is a capability: the message does not repeat it."""
    return TaskTimedOut(
        "the task no longer waits: it was answered, timed out, or its execution ended", where="token"
    )
