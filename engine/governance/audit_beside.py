"""Whether executions have their entries in the audit log.

An entry ``<execution id>#1``, engine.started, is made of the first event of every execution's history. So an execution
that has a history and no such entry shows what the chains cannot: that a tail was cut together with its head, that a
log was emptied, or that an entry was lost when the log did not serve. The other way round nothing follows: what was cut
from the log and from the executions alike, as a store that was put back to an older state, looks as if it never was.

The newest MOST_COMPARED executions are looked at, for a tail is what is newest.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from engine.clock import Clock
from engine.governance.audit_entry import EXECUTION, Subject
from engine.ports.audit_log import AuditLog
from engine.ports.executions_index import ExecutionQuery, ExecutionRow, ExecutionsIndex
from engine.ports.journal import Journal
from engine.records import dataclass

MOST_COMPARED = 2000
GRACE_SECONDS = 1.0
"""The entry follows the commit: who is looked at in between has it a moment later."""

_PAGE = 1000

Missing = dict[int, tuple[ExecutionRow, ...]]


@dataclass(frozen=True, slots=True)
class Beside:
    """The executions that the log tells of."""

    index: ExecutionsIndex
    journal: Journal
    clock: Clock


class Sought:
    """The first entries that are looked for while the chains are walked."""

    def __init__(self, rows: Sequence[ExecutionRow]) -> None:
        self.executions = len(rows)
        self._rows = {f"{row.key.id}#1": row for row in rows}

    @classmethod
    def of(cls, workspace: str, beside: Beside) -> Sought:
        """Of the newest executions. Asked before the walk, so that an entry which comes after it is not missed."""
        return cls(list(_newest(beside.index, workspace)))

    def seen(self, entry_id: str) -> None:
        """A chain holds this entry."""
        self._rows.pop(entry_id, None)

    def missing(self, log: AuditLog, workspace: str, ends: Mapping[int, int], beside: Beside) -> Missing:
        """The executions that have a history and no entry, by chain. `ends` is where the walk ended in each."""
        began = [row for row in self._rows.values() if next(beside.journal.history(row.key), None) is not None]
        if not began:
            return {}
        beside.clock.sleep(GRACE_SECONDS)
        for chain in {_chain(row) for row in began}:
            for record in log.oldest(workspace, chain, after=ends.get(chain, 0), limit=_PAGE):
                self.seen(record.id)
        found: dict[int, tuple[ExecutionRow, ...]] = {}
        for row in began:
            if f"{row.key.id}#1" in self._rows:
                found[_chain(row)] = (*found.get(_chain(row), ()), row)
        return found


def _newest(index: ExecutionsIndex, workspace: str) -> Iterator[ExecutionRow]:
    left, token = MOST_COMPARED, None
    while left > 0:
        page = index.query(ExecutionQuery(workspace, limit=min(left, _PAGE), next_token=token))
        yield from page.rows
        left -= len(page.rows)
        token = page.next_token
        if token is None:
            return


def _chain(row: ExecutionRow) -> int:
    return Subject(EXECUTION, row.key.id).chain
