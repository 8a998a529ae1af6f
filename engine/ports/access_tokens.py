"""Where named tokens are kept: a record each, never the token; and the root that their secrets are made from."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Protocol, TypeVar

from engine.records import dataclass

USED_EVERY_SECONDS = 3600.0
"""The last use of a token is written at most so often."""

_Made = TypeVar("_Made")


@dataclass(frozen=True, slots=True)
class TokenRecord:
    """One token. Times are epoch seconds.

    `generation` is that of the newest secret, `oldest` of the oldest one that is good: the same, or the one before.
    `expires_at` is the end of the newest, `older_expires_at` of the one before. Generation 0 is a secret that was
    random, of which `digest` is the SHA-256; `replaced` is that of one that is good no more. A revoked token is kept,
    so that who still has it is told.
    """

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
    generation: int = 0
    oldest: int = 0
    older_expires_at: float | None = None


Change = Callable[[Sequence[TokenRecord]], tuple[Sequence[TokenRecord], _Made]]
"""What becomes of the records, and what whoever changes them is given."""


class TokenStore(Protocol):
    """The records of one place. Safe to share between threads and processes. A change is seen by every reader that
    begins after it: no record is remembered from one call to the next without asking whether it changed."""

    def read(self) -> Sequence[TokenRecord]:
        """All of them, as they are now, in no order. Raises StoreCorrupt, StoreUnavailable, Throttled."""
        ...

    def find(self, token_id: str) -> TokenRecord | None:
        """The one of that id, as it is now. Raises as `read`."""
        ...

    def change(self, make: Change[_Made]) -> _Made:
        """Put what `make` gives in the place of all records, alone among writers; what it raises changes nothing. It
        may be called again where another writer was first. Raises StoreBusy, and as `read`."""
        ...

    def mark_used(self, token_id: str, at: float) -> None:
        """Remember that the token was used at `at`, where what is remembered is USED_EVERY_SECONDS older. Never raises:
        a store that takes nothing lets callers in."""
        ...

    def used(self) -> Mapping[str, float]:
        """When each token was used last, by id; those that never were are left out."""
        ...


class TokenRoot(Protocol):
    """What the secrets of a place's tokens are made from. Whoever knows it can make every one of them."""

    def get(self) -> bytes | None:
        """The root; None where none was made, so that no token is good. Raises StoreCorrupt, StoreUnavailable,
        Throttled."""
        ...

    def make(self) -> bytes:
        """The root, made where there is none. Raises as `get`."""
        ...
