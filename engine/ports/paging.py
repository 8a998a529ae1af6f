"""What a next_token is, for every list that comes in pages.

A token holds the place after which the next page begins, and a digest of the query it came from: of every field but the
page's own two, so that no filter can be forgotten. A token of another query is refused.
"""

from __future__ import annotations

import base64
import dataclasses
import hashlib
import json
from collections.abc import Callable
from typing import Any, Protocol, TypeVar

from engine.errors import InvalidDocument

_Place = TypeVar("_Place")

PAGE_FIELDS = frozenset({"limit", "next_token"})
"""The fields of a query that may differ from page to page."""


class PagedQuery(Protocol):
    """A dataclass of filters, whose values JSON can carry, and of these two."""

    @property
    def limit(self) -> int:
        """The page's size."""
        ...

    @property
    def next_token(self) -> str | None:
        """What the page before gave; None for the first."""
        ...


def begin(query: PagedQuery, place: Callable[[Any], _Place], *, most: int, things: str) -> _Place | None:
    """Where the page of `query` begins, None at the beginning. Raises InvalidDocument for a limit over `most` of
    `things`, and for a token that is not this query's.

    `place` makes it of the JSON that the token holds. It raises ValueError or TypeError for what no store could
    compare, for the right digest can be forged.
    """
    if not 1 <= query.limit <= most:
        raise InvalidDocument(f"a page holds 1 to {most} {things}, not {query.limit}", where="limit")
    if query.next_token is None:
        return None
    try:
        digest, held = json.loads(base64.b64decode(query.next_token, altchars=b"-_", validate=True))
        if digest == _digest(query):
            return place(held)
    except (ValueError, TypeError, OverflowError):
        pass
    raise InvalidDocument(
        "this next_token does not belong to these filters", where="next_token",
        advice="Leave it out to begin with the first page, or repeat the filters of the page it came from.",
    )


def token(query: PagedQuery, place: Any) -> str:
    """The next_token of a page of `query` that ends at `place` (JSON)."""
    content = json.dumps([_digest(query), place], separators=(",", ":"))
    return base64.urlsafe_b64encode(content.encode()).decode()


def _digest(query: Any) -> str:
    names = [item.name for item in dataclasses.fields(query) if item.name not in PAGE_FIELDS]
    meant = [type(query).__name__, {name: getattr(query, name) for name in names}]
    return hashlib.sha256(json.dumps(meant, sort_keys=True).encode()).hexdigest()[:16]
