"""Starting, describing, listing and stopping executions: what the API and the command line offer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from engine.ports.executions_index import ExecutionPage, ExecutionQuery
from engine.ports.keys import Actor, ExecutionKey

Json = Any


@dataclass(frozen=True, slots=True)
class Execution:
    """An execution as it is shown. `output` is None until it SUCCEEDED; times are epoch seconds."""

    key: ExecutionKey
    workflow: str
    version: int
    status: str
    kind: str
    input: Json
    started_at: float
    output: Json = None
    error: str | None = None
    cause: str | None = None
    ended_at: float | None = None
    business_key: str | None = None

    def as_dict(self) -> dict[str, Json]:
        """The JSON shape of API and command line: id, name, workflow, version, status, input, output, error, cause,
        started_at and ended_at (ISO 8601, UTC), business_key."""
        raise NotImplementedError


class Executions:
    """Wired in functions from the ports; safe to share between threads."""

    def start(
        self, workspace: str, workflow: str, execution_input: Json, *, name: str | None = None,
        version: int | None = None, actor: Actor,
    ) -> Execution:
        """Start the active version (or `version`) under `name` (1 to 80 characters, as AWS; by default a UUID).

        The same name with the same input of a running execution answers that execution. Raises Conflict
        (ExecutionAlreadyExists) for a name used with another input or of a closed execution, NotFound, InvalidDocument
        where the input breaks the workflow's input schema, PayloadTooLarge.
        """
        raise NotImplementedError

    def describe(self, key: ExecutionKey) -> Execution:
        """The execution as it stands. Raises NotFound."""
        raise NotImplementedError

    def page(self, query: ExecutionQuery) -> ExecutionPage:
        """A page from the executions index."""
        raise NotImplementedError

    def history(self, key: ExecutionKey, *, after: int = 0, limit: int = 1000) -> list[dict[str, Json]]:
        """Up to `limit` events with an id over `after`, as GetExecutionHistory gives them. Raises NotFound."""
        raise NotImplementedError

    def stop(self, key: ExecutionKey, *, error: str | None = None, cause: str | None = None, actor: Actor) -> Execution:
        """Ask a running execution to stop; it is ABORTED once its worker reads it. A closed one stays as it is."""
        raise NotImplementedError

    def send_task_success(self, token: str, output: Json) -> None:
        """Answer a `.waitForTaskToken` task. Raises NotFound (TaskDoesNotExist) or Conflict (TaskTimedOut)."""
        raise NotImplementedError

    def send_task_failure(self, token: str, error: str | None = None, cause: str | None = None) -> None:
        """Fail a `.waitForTaskToken` task."""
        raise NotImplementedError

    def send_task_heartbeat(self, token: str) -> None:
        """Say that the work behind a task token goes on."""
        raise NotImplementedError
