"""Where named tokens are kept: a record each, with a digest and never the token."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol, TypeVar

from engine.records import dataclass

_Made = TypeVar("_Made")


@dataclass(frozen=True, slots=True)
class TokenRecord:
    """One token. Times are epoch seconds. `digest` is the SHA-256 of its secret part, `replaced` that of the one before
    the last rotation. A revoked one is kept, so that who still has it is told."""

    id: str
    name: str
    role: str
    workspace: str
    digest: str
    created_at: float
    created_by: str
    expires_at: float | None = None
    replaced: str | None = None
    rotated_at: float | None = None
    revoked_at: float | None = None
    revoked_by: str | None = None


Change = Callable[[Sequence[TokenRecord]], tuple[Sequence[TokenRecord], _Made]]
"""What becomes of the records, and what whoever changes them is given."""


class TokenStore(Protocol):
    """The records of one place. Safe to share between threads and processes."""

    def read(self) -> Sequence[TokenRecord]:
        """All of them, as they are now: a change of another process is seen at once. Raises StoreCorrupt,
        StoreUnavailable."""
        ...

    def change(self, make: Change[_Made]) -> _Made:
        """Put what `make` gives in the place of all records, alone among writers; what it raises changes nothing.
        Raises StoreBusy, StoreCorrupt, StoreUnavailable."""
        ...

    def mark_used(self, token_id: str, at: float) -> None:
        """Remember that the token was used at `at`, to the minute. Never raises: a full disk lets callers in."""
        ...

    def used_at(self, token_id: str) -> float | None:
        """When the token was used last; None for never."""
        ...
