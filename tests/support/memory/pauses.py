"""What is paused, in a process's memory."""

from __future__ import annotations

from dataclasses import replace
from threading import Lock

from engine.ports.pauses import Pause


class MemoryPauses:
    """engine.ports.pauses.Pauses."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._pauses: dict[tuple[str, str], Pause] = {}

    def pauses(self, workspace: str) -> list[Pause]:
        """All of a workspace, by workflow."""
        with self._lock:
            return [pause for (owner, _), pause in sorted(self._pauses.items()) if owner == workspace]

    def put(self, pause: Pause) -> None:
        """Write it, over an earlier one of the same workflow."""
        with self._lock:
            self._pauses[pause.workspace, pause.workflow] = pause

    def delete(self, workspace: str, workflow: str) -> bool:
        """False when there was none."""
        with self._lock:
            return self._pauses.pop((workspace, workflow), None) is not None

    def rename(self, workspace: str, was: str, now: str) -> None:
        """Put `now` in the place of `was`."""
        with self._lock:
            for key, pause in self._pauses.items():
                if (pause.workspace, pause.paused_by) == (workspace, was):
                    self._pauses[key] = replace(pause, paused_by=now)
