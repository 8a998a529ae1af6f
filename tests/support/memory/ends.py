"""Ends of executions that somebody listens for, in a process's memory."""

from __future__ import annotations

from collections.abc import Sequence

from engine.ports.ends import End
from tests.support.memory.journal import MemoryJournal


class MemoryEnds:
    """engine.ports.ends.Ends."""

    def __init__(self, journal: MemoryJournal) -> None:
        self._journal = journal

    def untold(self, after: int, limit: int) -> Sequence[tuple[int, End]]:
        """Some of them, in order."""
        return [(number, end) for number, end in sorted(self._journal.ended.items()) if number > after][:limit]

    def told(self, numbers: Sequence[int]) -> None:
        """Forget them."""
        for number in numbers:
            self._journal.ended.pop(number, None)
