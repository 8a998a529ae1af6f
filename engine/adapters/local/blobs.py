"""Large values in SQLite: a table of the same file, so that one file is the whole of a folder's state."""

from __future__ import annotations

import hashlib

from engine.adapters.local.database import Database
from engine.errors import StoreCorrupt

_PUT = "INSERT INTO blob (workspace, ref, data) VALUES (?, ?, ?) ON CONFLICT (workspace, ref) DO NOTHING"
_GET = "SELECT data FROM blob WHERE workspace = ? AND ref = ?"


class SqliteBlobs:
    """engine.ports.blobs.BlobStore."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def put(
        self, workspace: str, data: bytes, *, owner: tuple[str, str] | None = None,  # noqa: ARG002  the port's shape
    ) -> str:
        """Store `data` under its SHA-256."""
        ref = hashlib.sha256(data).hexdigest()
        self._database.write(lambda connection: connection.execute(_PUT, (workspace, ref, data)))
        return ref

    def get(self, workspace: str, ref: str) -> bytes:
        """The data behind `ref`. Raises StoreCorrupt when it is missing or does not match its digest."""
        rows = self._database.rows(_GET, (workspace, ref))
        if not rows:
            raise StoreCorrupt(f"the large value {ref} is missing")
        data: bytes = rows[0][0]
        if hashlib.sha256(data).hexdigest() != ref:
            raise StoreCorrupt(f"the large value {ref} does not match its digest")
        return data

    def beginning(self, workspace: str, ref: str, size: int) -> bytes:
        """The first `size` bytes behind `ref`."""
        return self.get(workspace, ref)[:size]
