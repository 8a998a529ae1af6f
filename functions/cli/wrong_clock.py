"""Executions of a time that is still to come: what a wrong clock left.

An execution's time never runs back: each event is at the present or at the one before it, whichever is later. A clock
that was far ahead when a Wait was armed, and was then set right, leaves an execution that waits until that far day, and
whatever it does next happens there too, after a redrive as well. So one whose last event lies in the future cannot be
mended, only found, stopped and started anew.
"""

from __future__ import annotations

from collections.abc import Iterator

from engine.durable.codec import stored_snapshot
from engine.ports.executions_index import ExecutionQuery, ExecutionRow, ExecutionsIndex
from engine.ports.journal import RUNNING, Journal
from engine.records import dataclass

MARGIN_SECONDS = 300.0
"""Clocks of one installation differ by less."""

MOST_LOOKED_AT = 1000


@dataclass(frozen=True, slots=True)
class Ahead:
    """An execution whose last event is at `last_at`, in the future; it has something to do at `due_at`, if ever."""

    id: str
    last_at: float
    due_at: float | None


def ahead_of(now: float, workspace: str, index: ExecutionsIndex, journal: Journal) -> list[Ahead]:
    """Those of the newest running executions that are."""
    found = (_ahead(row, now, journal) for row in _running(workspace, index))
    return [ahead for ahead in found if ahead is not None]


def _running(workspace: str, index: ExecutionsIndex) -> Iterator[ExecutionRow]:
    return iter(index.query(ExecutionQuery(workspace, status=RUNNING, limit=MOST_LOOKED_AT)).rows)


def _ahead(row: ExecutionRow, now: float, journal: Journal) -> Ahead | None:
    """`row`, if its last event lies ahead. The snapshot is read only where something is due later than it could be."""
    latest = now + MARGIN_SECONDS
    header = journal.header(row.key)
    if header is None or (row.started_at <= latest and (header.due_at or 0.0) <= latest):
        return None
    snapshot = stored_snapshot(journal.load(row.key))
    if snapshot is None:
        return Ahead(row.key.id, row.started_at, header.due_at) if row.started_at > latest else None
    return Ahead(row.key.id, snapshot.last_at, header.due_at) if snapshot.last_at > latest else None
