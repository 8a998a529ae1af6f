"""Every log record that is written while a Task's call is made says for which execution, state and attempt.

    InCall(tasks).call(call) ──► the call's names in a context variable ──► whatever logs on that thread
    NameCalls (a handler's filter) ──► record.execution, record.state, record.attempt

So a connector's own lines, those of the libraries below it, and the `log` connector's are found again by step. A record
that names its execution itself keeps what it says.
"""

from __future__ import annotations

import logging
from contextvars import ContextVar

from engine.ports.tasks import TaskCall, TaskFailed, TaskOutcome, TasksDecorator

_LOG = logging.getLogger("automate.step")

MOST_OF_A_CAUSE = 1_000
"""Characters: the history has all of it."""

_CALL: ContextVar[TaskCall | None] = ContextVar("automate_call", default=None)


class InCall(TasksDecorator):
    """Names the calls to the log, and logs those that fail."""

    def call(self, call: TaskCall) -> TaskOutcome:
        """The inner Tasks' call."""
        token = _CALL.set(call)
        try:
            _LOG.debug("calling %s", call.resource)
            outcome = self._tasks.call(call)
            if isinstance(outcome, TaskFailed):
                _LOG.info("%s failed: %s: %s", call.resource, outcome.error, (outcome.cause or "")[:MOST_OF_A_CAUSE])
        finally:
            _CALL.reset(token)
        return outcome


class NameCalls(logging.Filter):
    """Puts the call at hand on each record; never holds one back."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Always True."""
        call = _CALL.get()
        if call is not None:
            for name, value in (("execution", call.execution_id), ("state", call.state), ("attempt", call.attempt)):
                if not hasattr(record, name):
                    setattr(record, name, value)
        return True
