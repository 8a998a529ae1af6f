"""RoutedTasks: one Tasks over both kinds of resources."""

from __future__ import annotations

from engine.ports.tasks import TaskCall, TaskOutcome, TaskPolicy, Tasks


class RoutedTasks:
    """``arn:…`` goes to `aws`; ``connector:…``, and what is neither, to `connectors`, which says what is wrong."""

    def __init__(self, connectors: Tasks, aws: Tasks) -> None:
        self._connectors = connectors
        self._aws = aws

    def policy(self, resource: str) -> TaskPolicy:
        """What the one concerned knows of `resource`."""
        return self._of(resource).policy(resource)

    def call(self, call: TaskCall) -> TaskOutcome:
        """The call, made by the one concerned."""
        return self._of(call.resource).call(call)

    def _of(self, resource: str) -> Tasks:
        return self._aws if resource.startswith("arn:") else self._connectors
