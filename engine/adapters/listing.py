"""What every executions index agrees on: which rows a query means, their order, and what a next_token holds.

Rows are ordered by (started_at, id), newest first. A next_token names the position of the last row that was shown and
a digest of the filters, so a token outlives new rows and deletions, and one of another query is refused.
"""

from __future__ import annotations

import base64
import hashlib
import json

from engine.errors import InvalidDocument
from engine.ports.executions_index import ExecutionQuery, ExecutionRow
from engine.records import dataclass

MAX_PAGE = 1000

_LATEST = 1e12
"""No execution starts later (epoch seconds); every store can compare what is earlier."""


@dataclass(frozen=True, slots=True, order=True)
class Position:
    """Where a row stands in the list."""

    started_at: float
    id: str

    @classmethod
    def of(cls, row: ExecutionRow) -> Position:
        """The position of `row`."""
        return cls(row.started_at, row.key.id)


@dataclass(frozen=True, slots=True)
class Pattern:
    """A filter's value: exact, or a prefix when it was written with a ``*`` at its end."""

    text: str
    prefix: bool

    @classmethod
    def parse(cls, text: str | None) -> Pattern | None:
        """The pattern of a filter; None where there is no filter."""
        if text is None:
            return None
        return cls(text[:-1], prefix=True) if text.endswith("*") else cls(text, prefix=False)

    def matches(self, value: str | None) -> bool:
        """Whether `value` is meant. A row without a value never is."""
        if value is None:
            return False
        return value.startswith(self.text) if self.prefix else value == self.text


def matches(query: ExecutionQuery, row: ExecutionRow) -> bool:
    """Whether all filters of `query` mean `row`."""
    patterns = (
        (Pattern.parse(query.name), row.key.name),
        (Pattern.parse(query.error), row.error),
        (Pattern.parse(query.business_key), row.business_key),
    )
    return (
        row.key.workspace == query.workspace
        and query.workflow in (None, row.workflow)
        and (query.status is None or row.status in statuses(query))
        and (query.started_after is None or row.started_at >= query.started_after)
        and (query.started_before is None or row.started_at < query.started_before)
        and all(pattern is None or pattern.matches(value) for pattern, value in patterns)
    )


def statuses(query: ExecutionQuery) -> tuple[str, ...]:
    """The statuses that are meant; none for all."""
    return () if query.status is None else tuple(dict.fromkeys(query.status.split(",")))


def storable(text: str | None) -> str | None:
    """`text` without lone surrogates, which JSON can carry and no store can: they become question marks."""
    return None if text is None else text.encode("utf-8", "replace").decode("utf-8")


def check_limit(query: ExecutionQuery) -> None:
    """Raises InvalidDocument for a page size out of range."""
    if not 1 <= query.limit <= MAX_PAGE:
        raise InvalidDocument(f"a page holds 1 to {MAX_PAGE} executions, not {query.limit}", where="limit")


def encode_token(query: ExecutionQuery, last: Position) -> str:
    """The next_token after the row at `last`."""
    content = json.dumps([_digest(query), last.started_at, last.id])
    return base64.urlsafe_b64encode(content.encode()).decode()


def decode_token(query: ExecutionQuery) -> Position | None:
    """Where the page begins, None at the beginning. Raises InvalidDocument for a token that is not this query's."""
    if query.next_token is None:
        return None
    try:
        digest, started_at, last_id = json.loads(base64.b64decode(query.next_token, altchars=b"-_", validate=True))
        position = Position(float(started_at), str(last_id))
        position.id.encode()  # the right digest can be forged, and half a surrogate pair with it
    except (ValueError, TypeError, OverflowError):
        digest = None
    if digest != _digest(query) or not 0 <= position.started_at < _LATEST:
        raise InvalidDocument(
            "this next_token does not belong to these filters", where="next_token",
            advice="Leave it out to begin with the first page, or repeat the filters of the page it came from.",
        )
    return position


def _digest(query: ExecutionQuery) -> str:
    filters = [
        query.workspace, query.workflow, query.status, query.name, query.error, query.business_key,
        query.started_after, query.started_before,
    ]
    return hashlib.sha256(json.dumps(filters).encode()).hexdigest()[:16]
