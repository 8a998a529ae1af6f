"""Conversations with the copilot: one for each person and draft, a list of entries that is only appended to.

An entry is JSON text that the copilot writes and reads (engine.copilot.conversation.turns). Each append names the
position behind which it writes. So of two writers at one position one wins, and the other learns it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import field
from typing import NamedTuple, Protocol

from engine.ports.keys import Actor
from engine.records import dataclass

MOST_ENTRIES = 50
"""Entries of one append."""

MOST_BYTES = 350_000
"""Bytes of one entry, compressed: an item of DynamoDB takes 400 KB."""


class ConversationKey(NamedTuple):
    """One conversation. `owner` is the person who has it (`owner_of`): nobody else reads it. `workflow` is the name of
    the draft."""

    workspace: str
    owner: str
    workflow: str


def owner_of(actor: Actor) -> str:
    """The owner that a person's conversations are kept under, such as ``user/ada@example.com``."""
    return f"{actor.kind}/{actor.name}"


@dataclass(frozen=True, slots=True)
class Position:
    """The end of a conversation. `id` is random, and new after each deletion; "" where there is no conversation.
    `sequence` is the number of the last entry, 0 where there is none."""

    id: str = ""
    sequence: int = 0


@dataclass(frozen=True, slots=True)
class Kept:
    """Entries with their numbers, in order, and the end of the conversation."""

    entries: Sequence[tuple[int, str]] = ()
    end: Position = field(default_factory=Position)


class Conversations(Protocol):
    """Raises engine.errors.StorageError when the store fails. Safe to share between threads and processes."""

    def append(self, key: ConversationKey, behind: Position, entries: Sequence[str], at: float) -> Position | None:
        """Append one to MOST_ENTRIES `entries`, all or none, at the time `at` (epoch seconds); the new end. None where
        `behind` is not the end, because somebody else appended or deleted: then nothing is written. Position() begins a
        conversation. Raises PayloadTooLarge for an entry of more than MOST_BYTES."""
        ...

    def read(self, key: ConversationKey, after: int = 0) -> Kept:
        """The entries behind number `after`, and the end; read consistently."""
        ...

    def delete(self, key: ConversationKey) -> None:
        """Delete a conversation. Its text cannot be recovered from the store's files."""
        ...

    def delete_all_of(self, workspace: str, owner: str) -> int:
        """Delete every conversation of a person; how many there were."""
        ...

    def count_of(self, workspace: str, owner: str) -> int:
        """How many conversations a person has."""
        ...

    def expire(self, before: float) -> int:
        """Delete the conversations whose last entry is older than `before` (epoch seconds); how many there were. 0
        where the store lets them expire by itself (DynamoDB's TTL)."""
        ...
