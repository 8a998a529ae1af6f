"""Searches in the list of executions that tell nothing of what is hidden: neither by a row, nor by its absence.

What was marked after it was written stands in the index still: a business key, an error's name. Who searches for it
finds no row of it. But a page's length and its next_token would tell as much: so such rows are passed over here, before
a page is cut, and a page has a next_token only where another row follows that may be shown.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import cache

from engine.durable.lifecycle.executions import Executions
from engine.governance.masking import MASK
from engine.ports.executions_index import ExecutionPage, ExecutionQuery, ExecutionRow, is_said
from functions.app.sensitive.gate import Gate

MOST_PASSED = 5_000
"""So many rows of a search are passed over; the list then ends."""

_MOST_ROWS = 1000
"""Of a page."""


class Searching:
    """The list as it is shown to all."""

    def __init__(self, executions: Executions, hiding: Gate) -> None:
        self._executions = executions
        self._key_is_hidden = cache(hiding.key_is_hidden)
        self._error_is_hidden = cache(hiding.error_is_hidden)
        self._marks = cache(hiding.marks)

    def key_of(self, row: ExecutionRow) -> str | None:
        """The business key of a row, as it may be shown."""
        key = row.business_key
        return MASK if key is not None and self._key_is_hidden(row.key.workspace, row.workflow, row.version) else key

    def error_of(self, row: ExecutionRow) -> str | None:
        """The error's name of a row, as it may be shown."""
        error = row.error
        if error is None or not self._error_is_hidden(row.key.workspace, row.workflow, row.version):
            return error
        return MASK

    def page(self, query: ExecutionQuery) -> ExecutionPage:
        """The page of `query`, without what a search must not find. Raises InvalidDocument."""
        shows = self._shown_by(query)
        if shows is None:
            return self._executions.page(query)
        found: list[ExecutionRow] = []
        token, last, passed, size = query.next_token, (query.next_token, 0), 0, min(query.limit + 1, _MOST_ROWS)
        while passed < MOST_PASSED:
            page = self._executions.page(replace(query, limit=size, next_token=token))
            for number, row in enumerate(page.rows, 1):
                if not shows(row):
                    passed += 1
                elif len(found) == query.limit:
                    return ExecutionPage(tuple(found), self._token_after(query, *last))
                else:
                    found.append(row)
                    last = token, number
            if page.next_token is None:
                break
            token, size = page.next_token, _MOST_ROWS
        return ExecutionPage(tuple(found))

    def _token_after(self, query: ExecutionQuery, token: str | None, number: int) -> str | None:
        """The next_token behind the row of this number of the page that `token` leads to."""
        return self._executions.page(replace(query, limit=number, next_token=token)).next_token

    def _shown_by(self, query: ExecutionQuery) -> Callable[[ExecutionRow], bool] | None:
        """Whether a row that `query` means may be found by it; None where any may."""
        if query.business_key is None and query.error is None and query.text is None:
            return None

        def shows(row: ExecutionRow) -> bool:
            key, error = self.key_of(row), self.error_of(row)
            if (query.business_key is not None and key == MASK) or (query.error is not None and error == MASK):
                return False
            if query.text is None or not self._marks(row.key.workspace, row.workflow, row.version):
                return True
            return is_said(query.text, *(text for text in (key, error) if text != MASK))  # not by its cause

        return shows
