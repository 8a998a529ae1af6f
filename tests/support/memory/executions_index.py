"""The executions index in a process's memory: every query looks at every row, which is what a test can afford."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable

from engine.adapters import listing
from engine.adapters.listing import Position
from engine.ports.executions_index import (
    COUNTED_SECONDS,
    OLDEST,
    STARTS,
    WORDS,
    Count,
    Counted,
    ExecutionPage,
    ExecutionQuery,
    ExecutionRow,
    is_said,
)
from engine.ports.journal import ENDED_OTHERWISE, OPEN_STATUSES
from engine.ports.keys import ExecutionKey


class MemoryExecutionsIndex:
    """engine.ports.executions_index.ExecutionsIndex over the rows that a journal holds."""

    settled_after = 0.0
    searches = WORDS
    ends_reach_back = True

    def __init__(self, rows: Callable[[], Iterable[ExecutionRow]]) -> None:
        self._rows = rows
        self._kept: dict[tuple[str, str, int], str] = {}

    def query(self, query: ExecutionQuery) -> ExecutionPage:
        """A page of rows, in the order of their starts."""
        after = listing.begin(query)
        found = [
            row for row in self._rows() if listing.matches(query, row)
            and (query.text is None or is_said(query.text, row.business_key, row.error, row.said))
        ]
        found.sort(key=Position.of, reverse=query.order != OLDEST)
        return listing.page(query, (row for row in found if listing.is_behind(query, row, after)))

    def counts(self, workspace: str, first: int, before: int, seconds: int) -> list[Count]:
        """How those stand that started at first <= t < before."""
        found = Counter(
            (first + int(row.started_at - first) // seconds * seconds, row.workflow, row.status)
            for row in self._started(workspace, first, before)
        )
        return [Count(*what, number) for what, number in found.items()]

    def failures(self, workspace: str, first: int, before: int) -> list[Count]:
        """By workflow, status and error."""
        found = Counter(
            (row.workflow, row.status, row.error) for row in self._started(workspace, first, before)
            if row.status in ENDED_OTHERWISE
        )
        return [Count(first, workflow, status, number, error) for (workflow, status, error), number in found.items()]

    def ends(self, workspace: str, first: int, before: int) -> list[Count]:
        """How many ended at first <= t < before."""
        found = Counter(
            (int(row.ended_at) // COUNTED_SECONDS * COUNTED_SECONDS, row.workflow, row.status) for row in self._rows()
            if row.key.workspace == workspace and row.key.fork_of is None
            and row.ended_at is not None and first <= row.ended_at < before
        )
        return [Count(*what, number) for what, number in found.items()]

    def kept_counts(self, workspace: str, first: int, before: int, *, of: Counted = STARTS) -> dict[int, str]:
        """What was kept of first <= at < before."""
        return {
            at: text for (what, where, at), text in self._kept.items()
            if (what, where) == (of, workspace) and first <= at < before
        }

    def keep_counts(self, workspace: str, at: int, text: str, *, of: Counted = STARTS) -> None:
        """Keep `text` of the time `at`."""
        self._kept[of, workspace, at] = text

    def oldest(self, workspace: str, limit: int) -> list[ExecutionRow]:
        """The open ones that started first."""
        found = [row for row in self._rows() if row.key.workspace == workspace and row.status in OPEN_STATUSES]
        return sorted(found, key=Position.of)[:limit]

    def _started(self, workspace: str, first: int, before: int) -> list[ExecutionRow]:
        return [
            row for row in self._rows()
            if row.key.workspace == workspace and first <= row.started_at < before and row.key.fork_of is None
        ]

    def oldest_open(self, workspace: str, workflow: str, limit: int) -> list[ExecutionKey]:
        """In the order in which they were written."""
        return [
            row.key for row in self._rows()
            if (row.key.workspace, row.workflow) == (workspace, workflow) and row.status in OPEN_STATUSES
        ][:limit]
