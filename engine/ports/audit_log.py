"""Where the audit log is kept: chains of records, each written once, at the end of its chain, and never changed.

A store knows nothing of what a record says. It holds the records of a chain in order of their numbers, the head of each
chain (the last record's number and digest), and the ids that were written.

Where many write at once and each write has its price (DynamoDB), nobody but one writer appends: what others have to
record they put down as notes, each by itself, and the writer takes the notes into the chains. Of what the journal holds
anyway (who started an execution, what a segment says) there are no notes.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import field
from typing import Protocol

from engine.records import dataclass

CHAINS = 16
"""So many chains has a workspace: writers on different chains never wait for each other."""

MOST_APPENDED = 40
"""Records of one chain in one `append`."""

MOST_APPENDED_BYTES = 256 * 1024
"""Of their bodies, unless it is one record: an item of DynamoDB holds 400 KB."""


LEAST_DAYS = 30.0
"""An entry is kept for so long at least."""


@dataclass(frozen=True, slots=True)
class AuditRecord:
    """One link. `number` counts from 1 within the chain, `body` is the canonical text that `digest` is the SHA-256 of,
    `recorded_at` (epoch seconds) never falls within a chain, `id` is written at most once in its chain. `kept` is the
    part that may be erased, which `body` holds a keyed digest of; with it goes the id, for one that says nothing.
    `kept_until` is its own term (epoch seconds), some days after which the store deletes it; None: it does not."""

    workspace: str
    chain: int
    number: int
    id: str
    recorded_at: float
    digest: str
    body: str
    kept: str = ""
    kept_until: float | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class AuditHead:
    """The end of a chain: what its last record is, kept beside the records so that a cut tail shows."""

    number: int
    digest: str
    recorded_at: float


@dataclass(frozen=True, slots=True)
class AuditNote:
    """An entry that is to be recorded: its place (`chain`), id, time (`at`, epoch seconds) and text."""

    workspace: str
    chain: int
    id: str
    at: float
    body: str


@dataclass(frozen=True, slots=True)
class ActorRow:
    """Whose pseudonym it is, under a key of 128 bits in hexadecimal. It lies beside the records, and whoever deletes it
    leaves a pseudonym that is nobody's."""

    workspace: str
    pseudonym: str
    kind: str
    name: str
    key: str


class AuditLog(Protocol):
    """Raises engine.errors.StorageError when the store fails. There is no way to change a record, and none to delete
    one but from the beginning of its chain, up to a checkpoint.

    Where a method takes `since`, nothing of what it looks for was recorded before then (epoch seconds): a store without
    an index of ids looks no further back.
    """

    def heads(self, workspace: str, chains: Sequence[int]) -> dict[int, AuditHead]:
        """The heads of `chains`, read consistently; an empty chain is left out. A head may be a moment behind the
        records, never before them."""
        ...

    def append(self, records: Sequence[AuditRecord], *, since: float = 0.0) -> frozenset[int]:
        """Write `records` (of one workspace; those of a chain numbered on, at most MOST_APPENDED) where the first of a
        chain follows on its head and no id was written before.

        A chain's records are written together or not at all. Answers the chains that were not written: their head has
        moved, or an id is known. One that raises may have been written; the ids tell.
        """
        ...

    def known(self, workspace: str, chain: int, ids: Sequence[str], *, since: float = 0.0) -> set[str]:
        """Those of `ids` that the chain holds, read consistently."""
        ...

    def witnessed(self, workspace: str) -> dict[int, int]:
        """How many records chains had, by something that is kept apart from records and heads: at most as many as they
        have, unless a tail was cut together with its head. Empty where the store has no such thing."""
        ...

    def shorter(self, workspace: str, chain: int) -> tuple[int, float] | None:
        """Up to which number records may have a shorter term of their own than later ones, and its days. None where
        none has, and where the store deletes from a chain's beginning alone."""
        ...

    def oldest(self, workspace: str, chain: int, *, after: int, limit: int) -> list[AuditRecord]:
        """Up to `limit` records with a number over `after`, oldest first, read consistently."""
        ...

    def newest(self, workspace: str, chain: int, *, before: int | None, limit: int) -> list[AuditRecord]:
        """Up to `limit` records with a number under `before` (None: from the end), newest first."""
        ...


    def erase(self, workspace: str, chain: int, ids: Mapping[int, str]) -> None:
        """Destroy what is `kept` of these records, by their numbers, each of which is called by its new id then."""
        ...

    def expire(self, workspace: str, chain: int, through: AuditHead, limit: int) -> int:
        """Delete up to `limit` records of the beginning of a chain, up to the one that is `through`; how many. A store
        whose records have a term of their own deletes none here."""
        ...

    def expired(self, workspace: str) -> dict[int, int]:
        """Up to which number records were deleted, by something that is kept apart from them; empty where the store has
        no such thing."""
        ...

    def actors(self, workspace: str) -> list[ActorRow]:
        """Those who have a pseudonym, read consistently."""
        ...

    def put_actor(self, row: ActorRow) -> None:
        """Write a row. Put again, it is there once."""
        ...

    def forget_actors(self, workspace: str, pseudonyms: Sequence[str]) -> None:
        """Delete these rows for good."""
        ...


class AuditNotes(Protocol):
    """Raises engine.errors.StorageError when the store fails. A note is never changed. It is deleted by its term, or
    where its execution is erased."""

    def put(self, note: AuditNote) -> None:
        """Write it. Put again, it is there once."""
        ...

    def notes(self, workspace: str, chain: int, *, since: float) -> Iterator[AuditNote]:
        """Those whose time is not before `since`, oldest first, recorded or not, read consistently."""
        ...

    def delete(self, notes: Sequence[AuditNote]) -> None:
        """Delete them."""
        ...
