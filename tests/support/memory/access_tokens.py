"""Named tokens in memory."""

from __future__ import annotations

from collections.abc import Sequence

from engine.ports.access_tokens import Change, TokenRecord


class MemoryTokenStore:
    """engine.ports.access_tokens.TokenStore."""

    def __init__(self) -> None:
        self.records: Sequence[TokenRecord] = ()
        self.used: dict[str, float] = {}

    def read(self) -> Sequence[TokenRecord]:
        return self.records

    def change(self, make: Change):
        self.records, made = make(self.records)
        return made

    def mark_used(self, token_id: str, at: float) -> None:
        self.used[token_id] = at

    def used_at(self, token_id: str) -> float | None:
        return self.used.get(token_id)
