"""The executions index in a process's memory: every query looks at every row, which is what a test can afford."""

from __future__ import annotations

from dataclasses import replace
from threading import Lock

from engine.adapters import listing
from engine.adapters.listing import Position
from engine.ports.executions_index import ExecutionPage, ExecutionQuery, ExecutionRow
from engine.ports.journal import OPEN_STATUSES
from engine.ports.keys import ExecutionKey


class MemoryExecutionsIndex:
    """engine.ports.executions_index.ExecutionsIndex."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._rows: dict[ExecutionKey, ExecutionRow] = {}

    def put(self, row: ExecutionRow) -> None:
        """Write the row, unless it is an open one over a closed one."""
        row = replace(row, error=listing.storable(row.error), business_key=listing.storable(row.business_key))
        with self._lock:
            present = self._rows.get(row.key)
            if present is None or present.status in OPEN_STATUSES or row.status not in OPEN_STATUSES:
                self._rows[row.key] = row

    def query(self, query: ExecutionQuery) -> ExecutionPage:
        """A page of rows, newest start first."""
        listing.check_limit(query)
        after = listing.decode_token(query)
        with self._lock:
            found = [row for row in self._rows.values() if listing.matches(query, row)]
        found.sort(key=Position.of, reverse=True)
        if after is not None:
            found = [row for row in found if Position.of(row) < after]
        page = tuple(found[: query.limit])
        more = len(found) > query.limit
        return ExecutionPage(page, listing.encode_token(query, Position.of(page[-1])) if more else None)
