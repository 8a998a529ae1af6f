"""Large values, content-addressed and immutable."""

from __future__ import annotations

from typing import Protocol


class BlobStore(Protocol):
    """Raises engine.errors.StorageError when the store fails."""

    def put(self, workspace: str, data: bytes, *, owner: tuple[str, str] | None = None) -> str:
        """Store `data`; its reference is the SHA-256 in hex, so storing twice is harmless. `owner` is the key of the
        one item that will refer to it, where there is only one."""
        ...

    def get(self, workspace: str, ref: str) -> bytes:
        """The data behind `ref`. Raises StoreCorrupt when it is missing or does not match its digest."""
        ...

    def beginning(self, workspace: str, ref: str, size: int) -> bytes:
        """The first `size` bytes behind `ref`, or all where there are fewer; they are compared with no digest. Raises
        StoreCorrupt when it is missing."""
        ...
