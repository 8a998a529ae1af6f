"""engine.ports.people.approvals.Approvals in memory."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from engine.ports.keys import ExecutionKey
from engine.ports.people.approvals import KEPT_SECONDS, OPEN, Approval, ApprovalPage, ApprovalQuery, page_of


class MemoryApprovals:
    """A dict by workspace and id."""

    def __init__(self) -> None:
        self._rows: dict[tuple[str, str], Approval] = {}

    def ask(self, approval: Approval) -> None:
        """Write the row where none of its id is there."""
        self._rows.setdefault((approval.workspace, approval.id), approval)

    def get(self, workspace: str, approval: str) -> Approval | None:
        """One, open or not."""
        return self._rows.get((workspace, approval))

    def page(self, query: ApprovalQuery) -> ApprovalPage:
        """The open ones, oldest first."""
        after = query.after
        rows = [row for (workspace, name), row in sorted(self._rows.items())
                if workspace == query.workspace and name > after and row.status == OPEN]
        return page_of(query, rows[:query.limit + 1])

    def answer(self, approval: Approval, answers: Sequence[Any]) -> bool:
        """Put `answers` in the place of the row's, if nobody has meanwhile."""
        found = self._rows.get((approval.workspace, approval.id))
        if found is None or found.status != OPEN or found.revision != approval.revision:
            return False
        self._rows[approval.workspace, approval.id] = replace(
            found, answers=tuple(answers), revision=found.revision + 1
        )
        return True

    def close(self, approval: Approval, status: str, at: float) -> None:
        """It can be answered no longer."""
        found = self._rows.get((approval.workspace, approval.id))
        if found is not None and found.status == OPEN:
            self._rows[approval.workspace, approval.id] = replace(found, answers=(), status=status, closed_at=at)
        for name, row in list(self._rows.items()):
            if row.closed_at is not None and row.closed_at < at - KEPT_SECONDS:
                del self._rows[name]

    def erase(self, keys: Sequence[ExecutionKey]) -> None:
        """Delete the rows of executions that have ended."""
        for name, row in list(self._rows.items()):
            if row.key in keys:
                del self._rows[name]
