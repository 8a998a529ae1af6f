"""Every log record that is written while a Task's call is made says for which execution, state and attempt; and one
that is written for a request about an execution says for which.

    InCall(tasks).call(call), named(execution) ──► names in a context variable ──► whatever logs on that thread
    NameCalls (a handler's filter) ──► record.execution, record.state, record.attempt

So a connector's own lines, those of the libraries below it, and the `log` connector's are found again by step. A record
that names its execution itself keeps what it says.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from engine.governance.masking import MASK
from engine.ports.tasks import TaskCall, TaskFailed, TaskOutcome, Tasks, TasksDecorator

_LOG = logging.getLogger("automate.step")

MOST_OF_A_CAUSE = 1_000
"""Characters: the history has all of it."""

_NAMES: ContextVar[Mapping[str, Any]] = ContextVar("automate_names", default={})  # noqa: B039  nobody changes it


@contextmanager
def named(**names: Any) -> Iterator[None]:
    """Whatever is logged within says this of itself: `execution`, `state`, `attempt`."""
    token = _NAMES.set(names)
    try:
        yield
    finally:
        _NAMES.reset(token)


class InCall(TasksDecorator):
    """Names the calls to the log, and logs those that fail: without the cause where `hides` says so of a call."""

    def __init__(self, tasks: Tasks, hides: Callable[[TaskCall], bool] | None = None) -> None:
        super().__init__(tasks)
        self._hides = hides

    def call(self, call: TaskCall) -> TaskOutcome:
        """The inner Tasks' call."""
        token = _NAMES.set({"execution": call.execution_id, "state": call.state, "attempt": call.attempt})
        try:  # as `named`, which costs each call more
            _LOG.debug("calling %s", call.resource)
            outcome = self._tasks.call(call)
            if isinstance(outcome, TaskFailed):
                cause = MASK if self._hides is not None and self._hides(call) else outcome.cause or ""
                _LOG.info("%s failed: %s: %s", call.resource, outcome.error, cause[:MOST_OF_A_CAUSE])
        finally:
            _NAMES.reset(token)
        return outcome


class NameCalls(logging.Filter):
    """Puts the names at hand on each record; never holds one back."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Always True."""
        for name, value in _NAMES.get().items():
            if not hasattr(record, name):
                setattr(record, name, value)
        return True
