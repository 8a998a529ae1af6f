"""Entries of the audit log as lines of JSON, for keeping elsewhere: written, and read again to be compared."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from itertools import islice

from engine.errors import InvalidDocument
from engine.governance.audit.actors import Actors, pseudonym
from engine.governance.audit.entry import canonical, digest_of, opened, parse_time
from engine.ports.audit_log import AuditLog, AuditRecord
from engine.records import dataclass

READ = 500
"""Records read at once."""


def exported(
    log: AuditLog, workspace: str, chain: int, actors: Actors, *, after: int = 0, limit: int | None = None
) -> Iterator[str]:
    """Entries of a chain as lines of JSON, the oldest first: the canonical object with its digest, and what is kept
    beside it, with who its actor is (`named`).

    Raises StoreCorrupt for an entry that cannot be read.
    """
    for record in islice(records_after(log, workspace, chain, after), limit):
        named = actors.told(opened(record).entry)
        kept = {**json.loads(record.kept or "{}"), **({} if named is None else {"named": named})}
        shape = {**json.loads(record.body), "digest": record.digest}
        yield canonical({**shape, "kept": kept} if kept else shape)


def records_after(log: AuditLog, workspace: str, chain: int, after: int) -> Iterator[AuditRecord]:
    """A chain's records with a number over `after`, oldest first."""
    while True:
        records = log.oldest(workspace, chain, after=after, limit=READ)
        yield from records
        if len(records) < READ:
            return
        after = records[-1].number


@dataclass(frozen=True, slots=True)
class ExportedEntry:
    """What an export has of an entry."""

    digest: str
    recorded_at: float


def read_export(lines: Sequence[str], workspace: str) -> dict[int, dict[int, ExportedEntry]]:
    """An export's entries by chain and number. Raises InvalidDocument where it is none of `workspace`."""
    found: dict[int, dict[int, ExportedEntry]] = {}
    for count, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            shape = json.loads(line)
            named = shape.pop("kept", {}).get("named")
            chain, number, digest = shape["chain"], shape["number"], shape.pop("digest")
            holds = shape["workspace"] == workspace and digest_of(canonical(shape)) == digest
            if named is not None:
                name = pseudonym(named["key"], workspace, shape["actor_kind"], named["actor"])
                holds = holds and name == shape["actor"]
            found.setdefault(chain, {})[number] = ExportedEntry(digest, parse_time(shape["recorded_at"]))
        except (ValueError, KeyError, TypeError, AttributeError, InvalidDocument):
            holds = False
        if not holds:
            raise InvalidDocument(
                f"line {count} is no entry of an export of the workspace {workspace!r}, or was changed",
                where=f"line {count}",
            )
    return found
