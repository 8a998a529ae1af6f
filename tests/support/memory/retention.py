"""Letting go of ended executions in a process's memory: in the steps that SQLite takes, so that one may die between."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from engine.ports.executions_index import ExecutionRow
from engine.ports.journal import OPEN_STATUSES, Header
from engine.ports.keys import ExecutionKey
from engine.ports.retention import Ended, Place
from tests.support.memory.journal import MemoryJournal

DAY = 86_400.0
SMALL = 100
MOST_SEGMENTS = 300


class MemoryRetention:
    """engine.ports.retention.RetentionStore. It keeps no versions and no pages."""

    def __init__(self, journal: MemoryJournal) -> None:
        self._journal = journal

    def workflows(self) -> list[tuple[str, str]]:
        """Workspace and name of every workflow that has executions."""
        return sorted({(row.key.workspace, row.workflow) for row in self._journal.rows()})

    def ended(
        self, workspace: str, workflow: str, started_before: float, after: Place | None, limit: int
    ) -> tuple[list[Ended], Place | None]:
        """The ended ones among the next `limit` executions of a workflow, and where to go on."""
        at = (after.started_at, after.id) if after else (0.0, "")
        rows = sorted(
            (row.started_at, row.key.id, row) for row in self._journal.rows()
            if (row.key.workspace, row.workflow) == (workspace, workflow) and row.started_at < started_before
        )
        some = [row for *place, row in rows if tuple(place) > at][:limit]
        return self._ended(some), Place(some[-1].started_at, some[-1].key.id) if len(some) == limit else None

    def oldest_ended(self, workspace: str, workflow: str, limit: int) -> list[Ended]:
        """Those that have ended, the oldest start first."""
        rows = (row for row in self._journal.rows() if (row.key.workspace, row.workflow) == (workspace, workflow))
        return self._ended(sorted(rows, key=lambda row: (row.started_at, row.key.id)))[:limit]

    def _ended(self, rows: Iterable[ExecutionRow]) -> list[Ended]:
        return [
            Ended(row.key, row.status, row.started_at, row.ended_at, held=self._is_held(row.key))
            for row in rows if row.status not in OPEN_STATUSES and row.ended_at is not None
        ]

    def _is_held(self, key: ExecutionKey) -> bool:
        parent = self._journal._headers[key].parent
        if parent is None or not parent.waits:
            return False
        return ExecutionKey(key.workspace, parent.execution_id) in self._journal._headers

    def take(self, ended: Sequence[Ended], now: float) -> int:
        """Take those that still stand as `ended` says, as many as one small transaction holds."""
        taken = segments = 0
        with self._journal._lock:
            for one in ended:
                header = self._journal._headers.get(one.key)
                if header is None or not self._stands(header, one):
                    continue
                segments += self._take(one.key)
                self._journal._taken[one.key] = now
                taken += 1
                if segments >= MOST_SEGMENTS:
                    break
        return taken

    def _stands(self, header: Header, one: Ended) -> bool:
        return header.status not in OPEN_STATUSES and header.ended_at == one.ended_at

    def _take(self, key: ExecutionKey) -> int:
        journal = self._journal
        journal._headers.pop(key)
        journal._rows.pop(key, None)
        journal._inbox.pop(key, None)
        journal._inputs.pop(key, None)
        numbered = journal._segments.get(key, {})
        if len(numbered) > SMALL or self._items(key):
            journal._aside.append((key, journal._segments.pop(key, {})))
            return 1
        journal._segments.pop(key, None)
        return len(numbered) + 1

    def _items(self, key: ExecutionKey) -> list[ExecutionKey]:
        return sorted(
            other for other in self._journal._headers
            if other.workspace == key.workspace and other.id.startswith(f"{key.id}~")
        )

    def clear(self, now: float, limit: int) -> int:
        """Delete up to about `limit` items of what was put aside, and of what was said to nobody."""
        journal, done = self._journal, 0
        with journal._lock:
            for key, items in list(journal._inbox.items()):
                old = [name for name, item in items.items() if item.due_at < now - DAY and key not in journal._headers]
                for name in old:
                    items.pop(name)
                done += len(old)
            for aside in list(journal._aside):
                key, numbered = aside
                items = self._items(key)
                ended = [item for item in items if journal._headers[item].status not in OPEN_STATUSES][:limit]
                for item in ended:
                    done += self._take(item)
                for seq in [] if items else sorted(numbered)[:limit]:
                    numbered.pop(seq)
                    done += 1
                if not items and not numbered:
                    journal._aside.remove(aside)
                    done += 1
        return done

    def forget(self, before: float, limit: int) -> int:
        """Forget up to `limit` executions that were taken before `before`."""
        old = [key for key, at in self._journal._taken.items() if at < before][:limit]
        for key in old:
            self._journal._taken.pop(key)
        return len(old)

    def old_versions(self, workspace: str, workflow: str, published_before: float, keep: int) -> int:
        """None."""
        del workspace, workflow, published_before, keep
        return 0

    def shrink(self, limit: int) -> int:
        """Nothing."""
        del limit
        return 0
