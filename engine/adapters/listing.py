"""What every executions index agrees on: which rows a query means, their order, and what a next_token holds.

Rows are ordered by (started_at, id), newest first or oldest first. A next_token names the position of the last row that
was shown, so it outlives new rows and deletions.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import islice
from typing import Any

from engine.ports import paging
from engine.ports.deliveries import Delivery, DeliveryPage, DeliveryQuery
from engine.ports.executions_index import EXACT, OLDEST, PATTERNS, ExecutionPage, ExecutionQuery, ExecutionRow
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

    @classmethod
    def held(cls, held: Any) -> Position:
        """The position that a token holds. Raises ValueError or TypeError for one that stores cannot compare."""
        started_at, last_id = held
        position = cls(float(started_at), str(last_id))
        position.id.encode()  # half a surrogate pair
        if not 0 <= position.started_at < _LATEST:
            raise ValueError(started_at)
        return position


@dataclass(frozen=True, slots=True)
class Pattern:
    """A filter's value: exact, or a prefix when it was written with a ``*`` at its end."""

    text: str
    prefix: bool

    @classmethod
    def parse(cls, text: str | None) -> Pattern | None:
        """The pattern of a filter; None where there is no filter."""
        return cls(text[:-1], prefix=True) if text is not None and text.endswith("*") else cls.exact(text)

    @classmethod
    def exact(cls, value: object) -> Pattern | None:
        """The pattern of a filter that knows no prefix; None where there is no filter."""
        return None if value is None else cls(str(value), prefix=False)

    def matches(self, value: object) -> bool:
        """Whether `value` is meant. A row without a value never is."""
        if value is None:
            return False
        return str(value).startswith(self.text) if self.prefix else str(value) == self.text


def patterns(query: ExecutionQuery) -> dict[str, Pattern]:
    """What each column that is filtered must match, the column first that leaves the fewest rows as a rule."""
    found = {column: Pattern.parse(getattr(query, column)) for column in PATTERNS}
    found |= {column: Pattern.exact(getattr(query, column)) for column in EXACT}
    return {column: pattern for column, pattern in found.items() if pattern is not None}


def matches(query: ExecutionQuery, row: ExecutionRow) -> bool:
    """Whether all filters of `query` mean `row`."""
    return (
        row.key.workspace == query.workspace
        and (query.status is None or row.status in statuses(query))
        and (query.started_after is None or row.started_at >= query.started_after)
        and (query.started_before is None or row.started_at < query.started_before)
        and all(pattern.matches(getattr(row, column)) for column, pattern in patterns(query).items())
    )


def is_behind(query: ExecutionQuery, row: ExecutionRow, after: Position | None) -> bool:
    """Whether `row` comes after the position `after`, in the order of `query`."""
    if after is None:
        return True
    return Position.of(row) > after if query.order == OLDEST else Position.of(row) < after


def begins(query: ExecutionQuery, row: ExecutionRow) -> bool:
    """Whether the business key or the error name begins with the text of `query`, where it has one."""
    text = query.text
    return text is None or any(value is not None and value.startswith(text) for value in (row.business_key, row.error))


def statuses(query: ExecutionQuery) -> tuple[str, ...]:
    """The statuses that are meant; none for all."""
    return () if query.status is None else tuple(dict.fromkeys(query.status.split(",")))


def storable(text: str | None) -> str | None:
    """`text` without lone surrogates, which JSON can carry and no store can: they become question marks."""
    return None if text is None else text.encode("utf-8", "replace").decode("utf-8")


def begin(query: ExecutionQuery) -> Position | None:
    """The position after which the page begins, None at the beginning. Raises InvalidDocument for a limit out of range
    and for a token that is not this query's."""
    return paging.begin(query, Position.held, most=MAX_PAGE, things="executions")


def page(query: ExecutionQuery, rows: Iterable[ExecutionRow]) -> ExecutionPage:
    """The page that `rows` begin with: those from its position on, in the list's order, one more than it holds."""
    found = tuple(islice(rows, query.limit + 1))
    shown = found[: query.limit]
    return ExecutionPage(shown, token(query, Position.of(shown[-1])) if len(found) > query.limit else None)


def token(query: ExecutionQuery, last: Position) -> str:
    """The next_token after the row at `last`."""
    return paging.token(query, [last.started_at, last.id])


def begin_deliveries(query: DeliveryQuery) -> Position:
    """Before which place the deliveries of a page lie. Raises InvalidDocument (engine.ports.paging.begin)."""
    found = paging.begin(query, Position.held, most=MAX_PAGE, things="deliveries")
    return found or Position(_LATEST, "")


def deliveries_page(query: DeliveryQuery, found: Sequence[Delivery]) -> DeliveryPage:
    """The page of what was found, newest first: one more than the page holds where there are more."""
    shown = tuple(found[: query.limit])
    if len(found) <= query.limit:
        return DeliveryPage(shown)
    return DeliveryPage(shown, paging.token(query, [shown[-1].arrived_at, shown[-1].key.id]))
