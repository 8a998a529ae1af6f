"""What people have paused: a workflow, or all of a workspace."""

from __future__ import annotations

from typing import Protocol

from engine.records import dataclass

ALL = ""
"""In the place of a workflow's name: every workflow of the workspace."""


@dataclass(frozen=True, slots=True)
class Pause:
    """`starts` is "queue" (accepted, and begun once resumed) or "refuse"; `running` is "finish" or "hold" (nothing new
    begins until resumed). `paused_at` is epoch seconds."""

    workspace: str
    workflow: str
    starts: str
    running: str
    paused_at: float
    paused_by: str


class Pauses(Protocol):
    """Raises engine.errors.StorageError when the store fails."""

    def pauses(self, workspace: str) -> list[Pause]:
        """All of a workspace, by workflow; read consistently."""
        ...

    def put(self, pause: Pause) -> None:
        """Write it, over an earlier one of the same workflow."""
        ...

    def delete(self, workspace: str, workflow: str) -> bool:
        """False when there was none."""
        ...

    def rename(self, workspace: str, was: str, now: str) -> None:
        """Put `now` in the place of who paused, where that is `was`."""
        ...
