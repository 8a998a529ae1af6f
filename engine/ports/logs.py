"""What the workers wrote while they worked for an execution: read, never written, and only the end of it.

The composition decides where logs go (files on one machine, a log service on AWS); this is how they are looked into.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from engine.records import dataclass


@dataclass(frozen=True, slots=True)
class LogQuery:
    """Lines of one execution; of one state and from `since` to `until` (epoch seconds) where these are given. `limit`
    keeps the newest."""

    execution_id: str
    state: str | None = None
    since: float | None = None
    until: float | None = None
    limit: int = 500

    def matches(self, line: LogLine, execution_id: str) -> bool:
        """Whether `line`, written for `execution_id`, is meant."""
        return (
            execution_id == self.execution_id
            and self.state in (None, line.state)
            and (self.since is None or line.at >= self.since)
            and (self.until is None or line.at <= self.until)
        )


@dataclass(frozen=True, slots=True)
class LogLine:
    """One record. `attempt` counts from 0, as in a TaskCall; a record outside of any call has neither it nor a state.

    `stream` is where it stands within the logs, `trace` the X-Ray trace that it belongs to, where there are such.
    """

    at: float
    level: str
    message: str
    state: str | None = None
    attempt: int | None = None
    stream: str | None = None
    trace: str | None = None


@dataclass(frozen=True, slots=True)
class LogLines:
    """The lines that were found, oldest first. `complete` False: older ones were not looked at."""

    lines: Sequence[LogLine]
    complete: bool = True


class ExecutionLogs(Protocol):
    """Reads a bounded part of the logs. Raises engine.errors.StorageError when they cannot be read."""

    def lines(self, query: LogQuery) -> LogLines:
        """The newest lines that `query` means."""
        ...
