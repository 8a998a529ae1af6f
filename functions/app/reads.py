"""Who read what of executions' data: inputs, outputs, histories, logs.

A route declares what of it its answer holds (`reads`). On AWS the access log's line of the request has that
(functions.api.access_log); on one machine it is kept in the data folder (functions.server.reads).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from engine.governance.roles import Caller
from engine.records import dataclass


@dataclass(frozen=True, slots=True)
class Read:
    """One reading. `at` is epoch seconds; `route` is the one that was asked, `data` what of an execution was in the
    answer; `execution`, `workflow` and `step` are those that the path named, empty where it named none. A delivery, an
    approval or an activity's task is of the execution that it belongs to; past inputs are a reading of each."""

    at: float
    actor: str
    kind: str
    origin: str
    route: str
    data: str
    execution: str = ""
    workflow: str = ""
    step: str = ""


@dataclass(frozen=True, slots=True)
class ReadsQuery:
    """Filters combine with AND; `since` and `until` are epoch seconds: since <= at < until."""

    actor: str | None = None
    execution: str | None = None
    workflow: str | None = None
    since: float | None = None
    until: float | None = None
    limit: int = 100

    def matches(self, read: Read) -> bool:
        """Whether `read` is one that is asked for."""
        workflow = read.workflow or read.execution.partition(":")[0]
        return (
            self.actor in (None, read.actor) and self.execution in (None, read.execution)
            and self.workflow in (None, workflow)
            and (self.since is None or read.at >= self.since) and (self.until is None or read.at < self.until)
        )


class Reads(Protocol):
    """Where they are kept."""

    def record(self, caller: Caller, route: str, data: str, parameters: Mapping[str, str]) -> None:
        """`caller` was given `data` by `route`; `parameters` are those of its path. Never raises."""
        ...

    def find(self, query: ReadsQuery) -> Sequence[Read]:
        """Those of `query` that are kept, the newest first."""
        ...
