"""Whether what happened has its entries in the audit log.

An entry ``<execution id>#1``, engine.started, is made of the first event of every execution's history, and one
``<execution id>#start`` of a header that names who started it. A note is an entry that its writer has yet to take into
a chain. So what is there and has no entry shows what the chains cannot: that a tail was cut together with its head,
that a log was emptied, or that an entry was lost when the log did not serve. The other way round nothing follows: what
was cut from the log and from the executions alike, as a store that was put back to an older state, looks as if it never
was.

Where the log is sealed later (it has notes), what is younger than SEALED_SECONDS is not missing: it waits.

The newest MOST_COMPARED executions are looked at, for a tail is what is newest, and every note that is kept. A fork has
no entries of its own: the act that made it is its original's.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from engine.clock import Clock
from engine.governance.audit.entry import EXECUTION, Subject
from engine.ports.audit_log import CHAINS, AuditLog, AuditNotes
from engine.ports.executions_index import ExecutionQuery, ExecutionRow, ExecutionsIndex
from engine.ports.journal import Journal
from engine.records import dataclass

MOST_COMPARED = 2000
GRACE_SECONDS = 1.0
"""The entry follows the commit: who is looked at in between has it a moment later."""

SEALED_SECONDS = 300.0
"""How long a sealed log's writer may take before what it has not sealed is a finding. As a rule it takes a second."""

_PAGE = 1000


@dataclass(frozen=True, slots=True)
class Beside:
    """The executions that the log tells of, and the notes of what is to be recorded where the store has them."""

    index: ExecutionsIndex
    journal: Journal
    clock: Clock
    notes: AuditNotes | None = None


@dataclass(frozen=True, slots=True)
class Expected:
    """An entry that should be there: of the execution `execution`, or of a note."""

    id: str
    chain: int
    at: float
    execution: str | None = None


Missing = dict[int, tuple[Expected, ...]]


class Sought:
    """The entries that are looked for while the chains are walked."""

    def __init__(self, rows: Sequence[ExecutionRow] = (), notes: Sequence[Expected] = ()) -> None:
        self.executions = len(rows)
        self._rows = {f"{row.key.id}#1": row for row in rows}
        self._left = {note.id: note for note in notes}
        for row in rows:
            for entry_id in (f"{row.key.id}#1", *([f"{row.key.id}#start"] if row.actor is not None else [])):
                self._left[entry_id] = Expected(entry_id, _chain(row), row.started_at, row.key.id)

    @classmethod
    def of(cls, workspace: str, beside: Beside) -> Sought:
        """Of the newest executions, and all notes. Asked before the walk, so that an entry which comes after it is not
        missed."""
        notes = [
            Expected(note.id, chain, note.at)
            for chain in range(CHAINS) if beside.notes is not None
            for note in beside.notes.notes(workspace, chain, since=0.0)
        ]
        return cls(list(_newest(beside.index, workspace)), notes)

    def seen(self, entry_id: str) -> None:
        """A chain holds this entry."""
        self._left.pop(entry_id, None)

    def expired(self, begins: Mapping[int, float]) -> None:
        """Chains whose entries are kept no longer up to these times: what was before is not looked for."""
        self._left = {
            name: expected for name, expected in self._left.items()
            if expected.at > begins.get(expected.chain, 0.0)
        }

    def missing(
        self, log: AuditLog, workspace: str, ends: Mapping[int, int], beside: Beside
    ) -> tuple[Missing, tuple[Expected, ...]]:
        """What is not there, by chain, and what waits to be sealed. `ends` is where the walk ended in each chain."""
        for entry_id, row in self._rows.items():
            if entry_id in self._left and next(beside.journal.history(row.key), None) is None:
                del self._left[entry_id]  # it has not begun
        if not self._left:
            return {}, ()
        beside.clock.sleep(GRACE_SECONDS)
        for chain in {expected.chain for expected in self._left.values()}:
            for record in log.oldest(workspace, chain, after=ends.get(chain, 0), limit=_PAGE):
                self.seen(record.id)
        sealed_to = beside.clock.now() - (SEALED_SECONDS if beside.notes is not None else 0.0)
        found: Missing = {}
        waiting: list[Expected] = []
        for expected in self._left.values():
            if beside.notes is not None and expected.at > sealed_to:
                waiting.append(expected)
            else:
                found[expected.chain] = (*found.get(expected.chain, ()), expected)
        return found, tuple(waiting)


def _newest(index: ExecutionsIndex, workspace: str) -> Iterator[ExecutionRow]:
    left, token = MOST_COMPARED, None
    while left > 0:
        page = index.query(ExecutionQuery(workspace, limit=min(left, _PAGE), next_token=token))
        yield from (row for row in page.rows if row.key.fork_of is None)
        left -= len(page.rows)
        token = page.next_token
        if token is None:
            return


def _chain(row: ExecutionRow) -> int:
    return Subject(EXECUTION, row.key.id).chain
