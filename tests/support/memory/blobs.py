"""Large values in a process's memory."""

from __future__ import annotations

import hashlib
from threading import Lock

from engine.errors import StoreCorrupt


class MemoryBlobs:
    """engine.ports.blobs.BlobStore."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._data: dict[tuple[str, str], bytes] = {}

    def put(
        self, workspace: str, data: bytes, *, owner: tuple[str, str] | None = None,
    ) -> str:
        """Store `data` under its SHA-256."""
        ref = hashlib.sha256(data).hexdigest()
        with self._lock:
            self._data[workspace, ref] = data
        return ref

    def get(self, workspace: str, ref: str) -> bytes:
        """The data behind `ref`. Raises StoreCorrupt when it is missing."""
        with self._lock:
            data = self._data.get((workspace, ref))
        if data is None:
            raise StoreCorrupt(f"the large value {ref} is missing")
        return data

    def beginning(self, workspace: str, ref: str, size: int) -> bytes:
        """The first `size` bytes behind `ref`."""
        return self.get(workspace, ref)[:size]
