"""Named tokens in memory."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from threading import Lock

from engine.ports.access_tokens import USED_EVERY_SECONDS, Change, TokenRecord


class MemoryTokenStore:
    """engine.ports.access_tokens.TokenStore. `finds` counts how often a record was asked for."""

    def __init__(self) -> None:
        self.records: Sequence[TokenRecord] = ()
        self.marks: dict[str, float] = {}
        self.finds = 0
        self._changing = Lock()

    def read(self) -> Sequence[TokenRecord]:
        return self.records

    def find(self, token_id: str) -> TokenRecord | None:
        self.finds += 1
        return next((record for record in self.records if record.id == token_id), None)

    def change(self, make: Change):
        with self._changing:
            self.records, made = make(self.records)
        return made

    def mark_used(self, token_id: str, at: float) -> None:
        if abs(at - self.marks.get(token_id, 0.0)) >= USED_EVERY_SECONDS:
            self.marks[token_id] = at

    def used(self) -> Mapping[str, float]:
        return dict(self.marks)


class MemoryTokenRoot:
    """engine.ports.access_tokens.TokenRoot; another `root` is another place's."""

    def __init__(self, root: bytes | None = b"r" * 32) -> None:
        self.root = root

    def get(self) -> bytes | None:
        return self.root

    def make(self) -> bytes:
        self.root = self.root or b"r" * 32
        return self.root
