"""The audit log: every authoring, publishing, secret and execution-control act, every refused one, and the engine's own
starts and step failures, in chains that show whether anything was changed afterwards.

    entries ──► masked ──► which chain? ──► head ──► sealed (number, previous digest, digest) ──► append ──► done
                 ▲ by subject                ▲                                                    │
                 └───────────────────────────┴── the head moved, or an id is known: once more ◄───┘

Two writers never fork a chain: a record is written only as the one after the head, so the loser reads the head again
and tries again. An entry whose id the chain holds is left out: what is recorded again after a crash or a lost reply is
recorded once, if it comes with the same time. Everything about one subject lies in one chain, in the order in which it
was recorded.

Where the store has notes (engine.ports.audit_log), an entry becomes one, and the writer of the chains does the above.
"""

from __future__ import annotations

import random
import uuid
from collections.abc import Sequence

from engine.clock import Clock
from engine.errors import Throttled
from engine.governance.audit.entry import (
    AuditEntry,
    Unplaced,
    as_note,
    as_written,
    presentable,
    unplaced,
)
from engine.governance.log_masking import KNOWN, KnownSecrets
from engine.ports.audit_log import MOST_APPENDED, MOST_APPENDED_BYTES, AuditHead, AuditLog, AuditNotes, AuditRecord

ATTEMPTS = 60
"""How often an entry is tried: of writers that race for one chain, one gets on with each try."""

_FIRST_PAUSE, _LONGEST_PAUSE = 0.002, 0.25


class AuditRecorder:
    """Writes the log of all workspaces in one store, or, given its `notes`, leaves them to who writes it. Safe to share
    between threads."""

    def __init__(
        self, log: AuditLog, clock: Clock, *, known: KnownSecrets = KNOWN, notes: AuditNotes | None = None
    ) -> None:
        self.log = log
        self.notes = notes
        self._clock = clock
        self._known = known

    def ready(self, entries: Sequence[AuditEntry]) -> list[Unplaced]:
        """`entries` as `record` takes them as well: all of them is made that needs no place in a chain. For who is
        about to begin a transaction. Raises StorageError."""
        return [unplaced(self._presentable(entry)) for entry in entries]

    def record(self, entries: Sequence[AuditEntry | Unplaced], *, kept: bool = False) -> None:
        """Append `entries` (of one workspace), in their order within each chain; those that are recorded already are
        left out. `kept`: the journal holds the same facts, and who seals the log reads them there. Raises StorageError,
        and may then have written some: recording them again doubles none.
        """
        if kept and self.notes is not None:
            return
        each = {entry.id if isinstance(entry, AuditEntry) else entry.entry.id: entry for entry in entries}.values()
        if self.notes is not None:
            for one in each:
                self.notes.put(as_note(self._presentable(one) if isinstance(one, AuditEntry) else one.entry))
            return
        left = [one if isinstance(one, Unplaced) else unplaced(self._presentable(one)) for one in each]
        for attempt in range(ATTEMPTS):
            if not left:
                return
            if attempt:
                pause = min(_FIRST_PAUSE * 2 ** min(attempt, 10), _LONGEST_PAUSE)
                self._clock.sleep(pause * random.random())  # noqa: S311 - spreads rivals, guards nothing
            left = self._try(left)
        if left:
            raise Throttled(f"the audit log was contended: {len(left)} entries are not recorded after {ATTEMPTS} tries")

    def _presentable(self, entry: AuditEntry) -> AuditEntry:
        scrubber = self._known.scrubber
        before, after, reason, details = (
            presentable(part, scrubber) for part in (entry.before, entry.after, entry.reason, entry.details)
        )
        return AuditEntry(
            entry.id, entry.workspace, entry.at, entry.actor, entry.act, entry.subject, before, after, reason, details
        )

    def _try(self, entries: list[Unplaced]) -> list[Unplaced]:
        """One try at all of them; those that have to be tried again."""
        workspace = entries[0].entry.workspace
        runs: dict[int, list[Unplaced]] = {}
        for one in entries:
            runs.setdefault(one.chain, []).append(one)
        rest: dict[int, list[Unplaced]] = {}
        heads = self.log.heads(workspace, list(runs))
        now = self._clock.now()
        # An entry is never recorded before its own time (`_linked`): so far back lies what is there already.
        since = min(as_written(one.entry.at) for one in entries)
        records: list[AuditRecord] = []
        for chain, run in runs.items():
            linked = _linked(run[:MOST_APPENDED], heads.get(chain), now)
            records += linked
            runs[chain], rest[chain] = run[: len(linked)], run[len(linked) :]
        try:
            refused = self.log.append(records, since=since)
        except Throttled:
            refused = frozenset(runs)
        left: list[Unplaced] = []
        for chain, run in runs.items():
            if chain in refused:
                known = self.log.known(workspace, chain, [one.entry.id for one in run], since=since)
                left += [one for one in run if one.entry.id not in known]
            left += rest[chain]
        return left


def _linked(run: Sequence[Unplaced], head: AuditHead | None, now: float) -> list[AuditRecord]:
    """The records that follow on `head`, as many as may be appended at once."""
    size = 0
    number, previous, at = (head.number, head.digest, head.recorded_at) if head else (0, "", 0.0)
    records: list[AuditRecord] = []
    for one in run:
        at = max(at, now, one.entry.at)
        record = one.placed(number=number + 1, previous=previous, recorded_at=at)
        size += len(record.body)
        if records and size > MOST_APPENDED_BYTES:
            break
        records.append(record)
        number, previous = record.number, record.digest
    return records


def new_id() -> str:
    """The id of an entry that nothing else identifies."""
    return uuid.uuid4().hex
