"""Bodies that are too large for a request or an answer: they go by addresses that need no sign-in and soon end."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from engine.records import dataclass


@dataclass(frozen=True, slots=True)
class Download:
    """Where a body may be read for `seconds`, by whoever has the address."""

    href: str
    seconds: int


@dataclass(frozen=True, slots=True)
class Upload:
    """Where a body of the size that was named may be put for `seconds`, with these headers. `id` names it later."""

    id: str
    href: str
    headers: Mapping[str, str]
    seconds: int


class Transfers(Protocol):
    """Raises engine.errors.StorageError when the store fails."""

    def give(self, workspace: str, body: bytes, *, content_type: str, disposition: str | None) -> Download:
        """Keep `body` for a day and say where it is."""
        ...

    def expect(self, workspace: str, size: int) -> Upload:
        """Say where `size` bytes of JSON may be put."""
        ...

    def take(self, workspace: str, upload: str) -> bytes:
        """What was put there. Raises NotFound when nothing was, or when it is over."""
        ...
