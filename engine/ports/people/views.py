"""What people have saved of a workspace's list of executions: named filters, all of them in one text."""

from __future__ import annotations

from typing import Protocol

from engine.records import dataclass


@dataclass(frozen=True, slots=True)
class SavedViews:
    """`text` is what was written last; `revision` counts the writes, 0 before any."""

    text: str = ""
    revision: int = 0


class Views(Protocol):
    """Raises engine.errors.StorageError when the store fails."""

    def read(self, workspace: str) -> SavedViews:
        """What is saved; read consistently."""
        ...

    def write(self, workspace: str, text: str, revision: int) -> bool:
        """Put `text` in its place, if the `revision` is still the one that was read; False where it is not."""
        ...
