"""The executions index in a process's memory: every query looks at every row, which is what a test can afford."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from engine.adapters import listing
from engine.adapters.listing import Position
from engine.ports.executions_index import ExecutionPage, ExecutionQuery, ExecutionRow
from engine.ports.journal import OPEN_STATUSES
from engine.ports.keys import ExecutionKey


class MemoryExecutionsIndex:
    """engine.ports.executions_index.ExecutionsIndex over the rows that a journal holds."""

    settled_after = 0.0

    def __init__(self, rows: Callable[[], Iterable[ExecutionRow]]) -> None:
        self._rows = rows

    def query(self, query: ExecutionQuery) -> ExecutionPage:
        """A page of rows, newest start first."""
        after = listing.begin(query)
        found = [row for row in self._rows() if listing.matches(query, row)]
        found.sort(key=Position.of, reverse=True)
        return listing.page(query, (row for row in found if after is None or Position.of(row) < after))

    def oldest_open(self, workspace: str, workflow: str, limit: int) -> list[ExecutionKey]:
        """In the order in which they were written."""
        return [
            row.key for row in self._rows()
            if (row.key.workspace, row.workflow) == (workspace, workflow) and row.status in OPEN_STATUSES
        ][:limit]
