"""Erasing what the audit log keeps of executions, and what stays of it.

    entries about them ── their places ──► audit.erase: which entries, for which erasure ──► what they keep is destroyed

The chains stay as they are (engine.governance.audit.entry). The entry comes first: one whose part is gone, and that no
such entry names, is a finding of `verify`. Done again, it finds fewer entries, or none.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Sequence

from engine.governance.audit.entry import ERASURE, EXECUTION, AuditEntry, Subject, canonical, erased_id
from engine.governance.audit.recorder import AuditRecorder
from engine.ports.audit_log import CHAINS, AuditLog, AuditNote, AuditNotes, AuditRecord
from engine.ports.erasure import Erasure
from engine.ports.keys import ENGINE

ERASE = "audit.erase"
"""The act of the entry that names the places."""

SETTLED_SECONDS = 300.0
"""Where the log is sealed later: so long after an erasure was asked for, what is on its way is there as a rule."""

LOST_SECONDS = 25 * 3600.0
"""After that what is not sealed never will be: the stream forgets it after a day."""

_PAGE = 500
_MOST_PLACES = 500
"""Runs of numbers that one entry names."""


def erase_entries(recorder: AuditRecorder, erasure: Erasure, ids: Iterable[str]) -> int:
    """Destroy what the log keeps of the executions `ids`; of how many entries. Raises StorageError."""
    by_chain: dict[int, set[str]] = {}
    for execution_id in ids:
        subject = Subject(EXECUTION, execution_id)
        by_chain.setdefault(subject.chain, set()).add(str(subject))
    log, count = recorder.log, 0
    for chain, subjects in sorted(by_chain.items()):
        found = {
            record.number: record for record in _since(log, erasure.workspace, chain, erasure.since)
            if record.kept and json.loads(record.kept)["subject"] in subjects
        }
        runs = _runs(sorted(found))
        for start in range(0, len(runs), _MOST_PLACES):
            recorder.record([_tombstone(erasure, chain, runs[start : start + _MOST_PLACES])])
        log.erase(erasure.workspace, chain, {number: erased_id(record) for number, record in found.items()})
        count += len(found)
    return count


def _since(log: AuditLog, workspace: str, chain: int, since: float) -> Iterator[AuditRecord]:
    """The records of a chain from its end back to a time: nothing is recorded before it happens."""
    before: int | None = None
    while records := log.newest(workspace, chain, before=before, limit=_PAGE):
        for record in records:
            if record.recorded_at < since:
                return
            yield record
        before = records[-1].number


def _runs(numbers: Sequence[int]) -> list[list[int]]:
    """Numbers as pairs of a first and a last one."""
    runs: list[list[int]] = []
    for number in numbers:
        if runs and runs[-1][1] == number - 1:
            runs[-1][1] = number
        else:
            runs.append([number, number])
    return runs


def _tombstone(erasure: Erasure, chain: int, runs: list[list[int]]) -> AuditEntry:
    places = {"chain": chain, "entries": runs}
    name = hashlib.sha256(canonical(places).encode("ascii")).hexdigest()[:16]
    return AuditEntry(
        f"{erasure.id}#{name}", erasure.workspace, erasure.at, ENGINE, ERASE, Subject(ERASURE, erasure.id),
        details=places,
    )


def erased_places(entry: AuditEntry) -> tuple[int, list[range]] | None:
    """The chain and the numbers of the entries that `entry` says were erased; None where it says nothing of it."""
    if entry.act != ERASE or entry.actor.kind != ENGINE.kind:
        return None
    return entry.details["chain"], [range(first, last + 1) for first, last in entry.details["entries"]]


def all_sealed(log: AuditLog, erasure: Erasure, now: float) -> bool:
    """Whether the log has what it will have of the executions: their first entries are there, and some time is over. An
    execution's are sealed in their order."""
    if now < erasure.at + SETTLED_SECONDS:
        return False
    if erasure.forced or now >= erasure.at + LOST_SECONDS:
        return True
    return all(
        log.known(erasure.workspace, Subject(EXECUTION, one).chain, [f"{one}#1"], since=erasure.since)
        for one in erasure.executions
    )


def notes_of(notes: AuditNotes, erasure: Erasure, ids: Iterable[str]) -> list[AuditNote]:
    """What is noted of the executions `ids`."""
    subjects = {str(Subject(EXECUTION, one)): Subject(EXECUTION, one).chain for one in ids}
    return [
        note for chain in range(CHAINS) if chain in subjects.values()
        for note in notes.notes(erasure.workspace, chain, since=erasure.since)
        if json.loads(note.body)["subject"] in subjects
    ]
