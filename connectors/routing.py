"""RoutedTasks: one Tasks over all kinds of resources. LateTasks: one that is made when it is first needed."""

from __future__ import annotations

from collections.abc import Callable
from threading import Lock

from engine.ports.tasks import ConnectorPin, TaskCall, TaskOutcome, TaskPolicy, Tasks


class RoutedTasks:
    """``arn:…`` goes to `aws`, ``file:…`` to `files`, where this is a machine with files; ``connector:…``, and what is
    nothing of all this, to `connectors`, which says what is wrong."""

    def __init__(self, connectors: Tasks, aws: Tasks, files: Tasks | None = None) -> None:
        self._connectors = connectors
        self._aws = aws
        self._files = files

    def policy(self, resource: str, pin: ConnectorPin | None = None) -> TaskPolicy:
        """What the one concerned knows of `resource`."""
        return self._of(resource).policy(resource, pin)

    def call(self, call: TaskCall) -> TaskOutcome:
        """The call, made by the one concerned."""
        return self._of(call.resource).call(call)

    def _of(self, resource: str) -> Tasks:
        if resource.startswith("arn:"):
            return self._aws
        return self._files if self._files is not None and resource.startswith("file:") else self._connectors


class LateTasks:
    """Made by `make` once, when it is first asked: a start does not pay for what many workers never call."""

    def __init__(self, make: Callable[[], Tasks]) -> None:
        self._make = make
        self._lock = Lock()
        self._made: Tasks | None = None

    def policy(self, resource: str, pin: ConnectorPin | None = None) -> TaskPolicy:
        """What the made one knows of `resource`."""
        return self._tasks().policy(resource, pin)

    def call(self, call: TaskCall) -> TaskOutcome:
        """The call, made by the made one."""
        return self._tasks().call(call)

    def _tasks(self) -> Tasks:
        made = self._made
        if made is None:
            with self._lock:
                if self._made is None:
                    self._made = self._make()
                made = self._made
        return made
