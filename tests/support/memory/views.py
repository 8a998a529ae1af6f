"""Saved views in a process's memory."""

from __future__ import annotations

from engine.ports.people.views import SavedViews


class MemoryViews:
    """engine.ports.people.views.Views."""

    def __init__(self) -> None:
        self._saved: dict[str, SavedViews] = {}

    def read(self, workspace: str) -> SavedViews:
        """What is saved."""
        return self._saved.get(workspace, SavedViews())

    def write(self, workspace: str, text: str, revision: int) -> bool:
        """Put `text` in its place, if nobody has meanwhile."""
        if self.read(workspace).revision != revision:
            return False
        self._saved[workspace] = SavedViews(text, revision + 1)
        return True
