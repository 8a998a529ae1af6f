"""Approvals: what Tasks have asked people, as long as it can be answered, and a little longer.

A row says where its Task waits and what was answered so far. What is asked, who may answer, and the task token are the
execution's own, read when somebody looks: so a row can tell nothing that the execution would not.

    ask ──► OPEN ── answers that decide nothing yet ──► close: APPROVED, REFUSED or OVER ── KEPT_SECONDS ──► gone

An id begins with the time, so that ids are in the order of what they stand for; then comes a digest of the execution,
by which its rows are found, and one of the token, so that a call that is repeated asks once.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from typing import Any, Protocol

from engine.ports import paging
from engine.ports.keys import ExecutionKey
from engine.records import dataclass

Json = Any

OPEN, APPROVED, REFUSED, OVER = "OPEN", "APPROVED", "REFUSED", "OVER"
"""How an approval stands. OVER: its Task waits no longer, and nobody decided."""

KEPT_SECONDS = 7 * 86_400.0
"""So long a row says what became of it; then the execution alone does."""

MOST_ROWS = 100
"""Of a page."""

_ID = re.compile(r"[0-9a-f]{9}[0-9a-f]{12}[0-9a-f]{20}")


@dataclass(frozen=True, slots=True)
class Approval:
    """One question of one attempt of one visit of a Task. `since` (epoch seconds) is when its state was entered.
    `answers` are those that have decided nothing yet, oldest first, each as the API shows it. `revision` counts the
    changes. `closed_at` is None while it is OPEN."""

    workspace: str
    id: str
    execution_id: str
    frame: str
    visit: int
    attempt: int
    since: float
    answers: tuple[Json, ...] = ()
    revision: int = 0
    status: str = OPEN
    closed_at: float | None = None

    @property
    def key(self) -> ExecutionKey:
        """The execution that waits."""
        return ExecutionKey(self.workspace, self.execution_id)

    @property
    def place(self) -> tuple[str, int, int]:
        """Where in it: frame, visit and attempt."""
        return self.frame, self.visit, self.attempt


def approval_id(execution_id: str, token: str, since: float) -> str:
    """The id of what the Task with this token asks."""
    return f"{int(since):09x}{of_execution(execution_id)}{_digest(f'approval|{token}')[:20]}"


def of_execution(execution_id: str) -> str:
    """The part of an id that all ids of an execution have."""
    return _digest(execution_id)[:12]


def is_id(text: str) -> bool:
    """Whether `text` is formed as an id is."""
    return _ID.fullmatch(text) is not None


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


@dataclass(frozen=True, slots=True)
class ApprovalQuery:
    """The open ones of a workspace."""

    workspace: str
    limit: int = 25
    next_token: str | None = None

    @property
    def after(self) -> str:
        """The id behind which the page begins; "" at the beginning. Raises InvalidDocument."""
        return paging.begin(self, _place, most=MOST_ROWS, things="approvals") or ""


def _place(held: Json) -> str:
    if not isinstance(held, str) or not is_id(held):
        raise ValueError(held)
    return held


@dataclass(frozen=True, slots=True)
class ApprovalPage:
    """Some of the open ones, the oldest first."""

    approvals: tuple[Approval, ...]
    next_token: str | None = None


def page_of(query: ApprovalQuery, rows: Sequence[Approval]) -> ApprovalPage:
    """The page of `rows`, which are one more than its size where there are more."""
    shown = tuple(rows[:query.limit])
    return ApprovalPage(shown, paging.token(query, shown[-1].id) if len(rows) > query.limit else None)


class Approvals(Protocol):
    """All methods raise engine.errors.StorageError when the store fails."""

    def ask(self, approval: Approval) -> None:
        """Write the row where none of its id is there; one that is there stays as it is."""
        ...

    def get(self, workspace: str, approval: str) -> Approval | None:
        """One, open or not, read consistently."""
        ...

    def page(self, query: ApprovalQuery) -> ApprovalPage:
        """The open ones, oldest first. Raises InvalidDocument for a limit and for a token that are none."""
        ...

    def answer(self, approval: Approval, answers: Sequence[Json]) -> bool:
        """Put `answers` in the place of the row's, if its revision is still that of `approval`; False where it is not,
        or the row is not open any more."""
        ...

    def close(self, approval: Approval, status: str, at: float) -> None:
        """It can be answered no longer. The row keeps `status` for KEPT_SECONDS, and no answers. One that is closed
        already, or unknown, stays as it is."""
        ...

    def erase(self, keys: Sequence[ExecutionKey]) -> None:
        """Delete the rows of executions that have ended."""
        ...
