"""Conversations with the copilot, in memory."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from threading import Lock

from engine.adapters.conversation_bodies import packed, unpacked
from engine.ports.people.conversations import ConversationKey, Kept, Position


class MemoryConversations:
    """engine.ports.people.conversations.Conversations."""

    def __init__(self) -> None:
        self._kept: dict[ConversationKey, tuple[Position, list[bytes], float]] = {}
        self._lock = Lock()

    def append(self, key: ConversationKey, behind: Position, entries: Sequence[str], at: float) -> Position | None:
        bodies = packed(entries)
        with self._lock:
            end, kept, _ = self._kept.get(key, (Position(), [], 0.0))
            if end != behind:
                return None
            end = Position(end.id or secrets.token_hex(8), end.sequence + len(bodies))
            self._kept[key] = (end, [*kept, *bodies], at)
            return end

    def read(self, key: ConversationKey, after: int = 0) -> Kept:
        with self._lock:
            end, kept, _ = self._kept.get(key, (Position(), [], 0.0))
        return Kept(tuple((number, unpacked(body)) for number, body in enumerate(kept, 1) if number > after), end)

    def delete(self, key: ConversationKey) -> None:
        self._kept.pop(key, None)

    def delete_all_of(self, workspace: str, owner: str) -> int:
        found = self._of(workspace, owner)
        for key in found:
            del self._kept[key]
        return len(found)

    def count_of(self, workspace: str, owner: str) -> int:
        return len(self._of(workspace, owner))

    def expire(self, before: float) -> int:
        found = [key for key, (_, _, at) in self._kept.items() if at < before]
        for key in found:
            del self._kept[key]
        return len(found)

    def _of(self, workspace: str, owner: str) -> list[ConversationKey]:
        return [key for key in self._kept if (key.workspace, key.owner) == (workspace, owner)]
