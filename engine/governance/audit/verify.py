"""Whether the audit log is what was written: every chain is walked from its first entry to its head.

    changed     an entry's digest is not that of its text
    moved       an entry stands in another place than it says: reordered, or copied from another chain
    missing     a number is not there: an entry was dropped
    erased      what is kept beside an entry, or its actor's name, is gone, and no entry of an erasure says so
    renamed     the name beside the log is not the one that a pseudonym was made of
    forged      a checkpoint says another digest than the entry that it names
    broken      an entry does not follow on the one before it: that one was replaced, digest and all
    cut         the head, or the file beside a local database, says that there was more: the tail was dropped
    headless    there are entries and no head, or a head that is none of theirs
    unrecorded  an execution began, and its start is not in the chain: the tail was cut with its head, or an entry lost
    unsealed    what was noted to be recorded is in no chain after minutes: the writer of the chains stands
    rewritten   an earlier export holds another entry at this place, or one that is not there any more; or another chain
                tells another digest of it

A chain begins with its first entry, or behind a checkpoint (engine.governance.audit.expiry).

Of each chain the first finding is told: what follows it proves nothing. A tail that is cut together with its head shows
by the executions that it told of (engine.governance.audit.beside), and by nothing where these were cut alike. Who can
rewrite a whole chain, its digests and
its head can make it consistent again, or remove it altogether. On AWS other chains tell of its head, once a day
(engine.governance.audit.heads): `cut` and `rewritten` are found by that too. Who rewrites those as well cannot be found
from within the store. What finds it is an export that was kept out of that party's reach: give its lines as `against`.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence

from engine.errors import InvalidDocument, StoreCorrupt
from engine.governance.audit.actors import ERASE_ACTOR, PSEUDONYM, erased_actors, is_true
from engine.governance.audit.beside import Beside, Expected, Sought
from engine.governance.audit.entry import (
    AuditEntry,
    Recorded,
    digest_of,
    digest_of_kept,
    noted,
    opened,
    sealed_digest,
)
from engine.governance.audit.erasing import ERASE, erased_places
from engine.governance.audit.expiry import Checkpoint, checkpoint_of
from engine.governance.audit.export import ExportedEntry, read_export, records_after
from engine.governance.audit.heads import TELLERS, Told, told_in
from engine.ports.audit_log import CHAINS, AuditHead, AuditLog, AuditRecord
from engine.records import dataclass

MOST_NAMED = 5
"""Entries that a sentence names."""


@dataclass(frozen=True, slots=True)
class Finding:
    """The first thing that is wrong with a chain, at entry `number`."""

    chain: int
    number: int
    problem: str
    message: str


@dataclass(frozen=True, slots=True)
class Verification:
    """What was found. `entries` counts those that hold; `heads` is the digest of each chain's last one that does.
    `executions` were compared with the log; `exported`: so was an export. `waiting` are the ids of entries that are
    not sealed yet, where the log's writer follows a moment later; they hold nothing against it. `expired` entries are
    gone behind checkpoints, of `erased` ones what they told of executions is."""

    entries: int
    findings: tuple[Finding, ...]
    heads: dict[int, AuditHead]
    executions: int = 0
    exported: bool = False
    waiting: tuple[str, ...] = ()
    expired: int = 0
    erased: int = 0

    @property
    def ok(self) -> bool:
        """Whether nothing is wrong."""
        return not self.findings

    @property
    def says(self) -> str:
        """In a sentence, with what it does not say."""
        if self.findings:
            chains = len({finding.chain for finding in self.findings})
            wrong = "1 chain does" if chains == 1 else f"{chains} chains do"
            return f"{self.entries} entries hold; {wrong} not{self._not_sealed}"
        if not self.entries and self.waiting:
            return f"the audit log has no entry yet{self._not_sealed}"
        if not self.entries:
            return "the audit log is empty, and there is no execution that it should tell of"
        unknown = "" if self.exported else (
            " A tail that was cut together with its executions cannot be seen from here: only an export that is kept "
            "elsewhere shows it (audit verify --against FILE)."
        )
        return (
            f"{self.entries} entries in {len(self.heads)} chains: none was changed, moved or dropped before another; "
            f"executions that lack their start: 0 of {self.executions}{self._not_sealed}.{self._gone}{unknown}"
        )

    @property
    def _gone(self) -> str:
        expired = f" {self.expired} older ones are kept no longer; each chain begins behind its checkpoint."
        erased = f" Of {self.erased} what they told of an execution was erased, as entries of erasures say."
        return (expired if self.expired else "") + (erased if self.erased else "")

    @property
    def _not_sealed(self) -> str:
        if not self.waiting:
            return ""
        more = ", …" if len(self.waiting) > MOST_NAMED else ""
        return f"; not sealed yet: {len(self.waiting)} ({', '.join(self.waiting[:MOST_NAMED])}{more})"


def verify(
    log: AuditLog, workspace: str, *, against: Sequence[str] = (), beside: Beside | None = None
) -> Verification:
    """Walk all chains of `workspace`, and compare them with the executions `beside`. Raises InvalidDocument where
    `against` is no export of it."""
    exported = read_export(against, workspace)
    witnessed = log.witnessed(workspace)  # before the walk: what is recorded meanwhile is walked
    sought = Sought() if beside is None else Sought.of(workspace, beside)
    findings: list[Finding] = []
    heads: dict[int, AuditHead] = {}
    expired_to = log.expired(workspace)
    erased = _Erased(log, workspace)
    now = None if beside is None else beside.clock.now()
    walks = []
    for chain in range(CHAINS):
        walk = _Walk(
            log, workspace, chain, exported.get(chain, {}), witnessed.get(chain, 0), sought, erased,
            expired_to.get(chain) if expired_to else None, now,
        )
        walks.append(walk)
        finding = walk.run()
        if finding is not None:
            findings.append(finding)
        if walk.number:
            heads[chain] = AuditHead(walk.number, walk.digest, walk.recorded_at)
    findings += _not_as_told(log, workspace, walks, {finding.chain for finding in findings})
    gone_until = max(walk.gone_until for walk in walks)
    findings += [*erased.findings({finding.chain for finding in findings}, _noted(workspace, beside), gone_until)]
    ends = {chain: head.number for chain, head in heads.items()}
    sought.expired({walk.chain: walk.begins for walk in walks if walk.begins is not None})
    missing, waiting = ({}, ()) if beside is None else sought.missing(log, workspace, ends, beside)
    without = sorted(missing.keys() - {finding.chain for finding in findings})
    findings += [_unrecorded(chain, ends.get(chain, 0), missing[chain]) for chain in without]
    return Verification(
        sum(walk.held for walk in walks), tuple(findings), heads, sought.executions, exported=bool(exported),
        waiting=tuple(expected.id for expected in waiting), expired=sum(walk.expired for walk in walks),
        erased=erased.count,
    )


def _not_as_told(log: AuditLog, workspace: str, walks: Sequence[_Walk], known: set[int]) -> Iterator[Finding]:
    """Chains, but of those that are `known` to be wrong, that are not as other chains tell (heads)."""
    newest: dict[int, Told] = {}
    for told in (one for walk in walks for one in walk.told):
        if told.number > newest.get(told.chain, told).number or told.chain not in newest:
            newest[told.chain] = told
    for chain, told in sorted(newest.items()):
        if chain in known or told.number <= walks[chain].expired:
            continue
        found = log.oldest(workspace, chain, after=told.number - 1, limit=1)
        by = f"entry {told.by_number} of chain {told.by}"
        if not found:
            message = f"{by} tells that it had {told.number} entries: the others were removed together with the head"
            yield Finding(chain, walks[chain].number + 1, "cut", message)
        elif found[0].number == told.number and found[0].digest != told.digest:  # else it is kept no longer
            message = f"{by} tells another digest of it: the chain was written anew"
            yield Finding(chain, told.number, "rewritten", message)


def _noted(workspace: str, beside: Beside | None) -> list[AuditEntry]:
    """The entries that are noted, where the log is sealed later."""
    if beside is None or beside.notes is None:
        return []
    bodies = [
        note.body for chain in range(CHAINS) for note in beside.notes.notes(workspace, chain, since=0.0)
    ]
    return [noted(body) for body in bodies if f'"{ERASE}"' in body or f'"{ERASE_ACTOR}"' in body]


class _Erased:
    """The entries whose part or whose actor's name was erased, and those that say so, of all chains."""

    def __init__(self, log: AuditLog, workspace: str) -> None:
        self._log = log
        self._workspace = workspace
        self._names = self._true_names()
        self._acted: dict[str, tuple[int, int]] = {}
        self._acted_until: dict[str, float] = {}
        self._nameless: set[str] = set()
        self._without: dict[int, list[AuditRecord]] = {}
        self._places: dict[int, list[range]] = {}
        self.count = 0

    def _true_names(self) -> dict[str, bool]:
        return {row.pseudonym: is_true(row) for row in self._log.actors(self._workspace)}

    def without(self, record: AuditRecord) -> None:
        """The part of this entry is gone."""
        self._without.setdefault(record.chain, []).append(record)
        self.count += 1

    def acted(self, entry: AuditEntry, record: AuditRecord) -> None:
        """Whose entry it is."""
        name = entry.actor.name
        if PSEUDONYM.fullmatch(name):
            self._acted.setdefault(name, (record.chain, record.number))
            self._acted_until[name] = max(self._acted_until.get(name, 0.0), record.recorded_at)

    def told(self, entry: AuditEntry) -> None:
        """What an entry says of it."""
        self._nameless.update(erased_actors(entry))
        places = erased_places(entry)
        if places is not None:
            self._places.setdefault(places[0], []).extend(places[1])

    def findings(self, known: set[int], noted: Sequence[AuditEntry], gone_until: float) -> Iterator[Finding]:
        """The first entry of each chain, but of those that are `known` to be wrong, that nobody says was erased. Of
        what is not younger than `gone_until` nothing is known: what said so may have been let go, in its own chain."""
        for entry in noted:
            self.told(entry)
        for chain, records in sorted(self._without.items()):
            places = self._places.get(chain, [])
            numbers = (record.number for record in records if record.recorded_at > gone_until)
            unsaid = next((number for number in numbers if not any(number in one for one in places)), None)
            if unsaid is not None and chain not in known:
                message = "what is kept beside it is gone, and no entry of an erasure names it: it was taken away"
                known.add(chain)
                yield Finding(chain, unsaid, "erased", message)
        self._names |= self._true_names()  # who came, or was erased, during the walk
        for name, (chain, number) in sorted(self._acted.items(), key=lambda one: one[1]):
            wrong = self._wrong_name(name, gone_until)
            if wrong is not None and chain not in known:
                known.add(chain)
                yield Finding(chain, number, *wrong)

    def _wrong_name(self, name: str, gone_until: float) -> tuple[str, str] | None:
        if self._names.get(name, name in self._nameless or self._acted_until[name] <= gone_until):
            return None
        if name in self._names:
            return "renamed", f"the name beside the log is not the one that {name} was made of: it was changed"
        return "erased", f"the name of its actor {name} is gone, and no entry of an erasure says so: it was taken away"


def _unrecorded(chain: int, end: int, lost: Sequence[Expected]) -> Finding:
    """What to say of entries that are not in `chain`, which ends with entry `end`: those of executions first."""
    names = list(dict.fromkeys(expected.execution for expected in lost if expected.execution is not None))
    if not names:
        others = f", nor are {len(lost) - 1} others" if len(lost) > 1 else ""
        return Finding(chain, end + 1, "unsealed", f"the entry {lost[0].id} was noted and is not in the chain{others}")
    others = f", nor are those of {len(names) - 1} others" if len(names) > 1 else ""
    message = (
        f"the execution {names[0]} began, and its start is not in the chain{others}: the tail was cut with its "
        "head, or the entry was lost (NOT IN THE AUDIT LOG in the worker's log)"
    )
    return Finding(chain, end + 1, "unrecorded", message)


class _Walk:
    """Along one chain: the last entry that holds is `number`, with its `digest`."""

    def __init__(
        self, log: AuditLog, workspace: str, chain: int, exported: Mapping[int, ExportedEntry], witnessed: int,
        sought: Sought, erased: _Erased, expired_to: int | None, now: float | None,
    ) -> None:
        self._log = log
        self._workspace = workspace
        self.chain = chain
        self._exported = exported
        self._witnessed = witnessed
        self._sought = sought
        self._erased = erased
        self._expired_to = expired_to
        self._now = now
        self._checkpoints: dict[int, Checkpoint] | None = None
        self._begins_anew = False
        self.begins: float | None = None
        self.held = self.expired = 0
        self.told: list[Told] = []
        self.number = 0
        self.digest = ""
        self.recorded_at = 0.0

    def run(self) -> Finding | None:
        """The first finding. Entries that are recorded meanwhile are walked too."""
        while True:
            began = self.number
            for record in records_after(self._log, self._workspace, self.chain, self.number):
                problem = self._problem(record)
                if problem is not None:
                    return problem
                self.number, self.digest, self.recorded_at = record.number, record.digest, record.recorded_at
                self.held += 1
                self.told += told_in(opened(record)) if self.chain in TELLERS else ()
                self._sought.seen(record.id)
            head = self._log.heads(self._workspace, [self.chain]).get(self.chain)
            if head is None or head.number <= self.number or self.number == began:
                return self._problem_of_head(head) or self._cut_with_its_head() or self._not_there_any_more()

    def _problem(self, record: AuditRecord) -> Finding | None:
        """What is wrong with the record that comes next."""
        expected = self.number + 1
        self._begins_anew = False
        if record.number != expected and record.number > expected and self._may_be_gone(expected, record.number - 1):
            self._begins_anew = True
            self.expired += record.number - expected
            self.begins = record.recorded_at
            self.number = expected = record.number - 1
            expected += 1
        if record.number != expected:
            gap = str(expected) if record.number == expected + 1 else f"{expected} to {record.number - 1}"
            return self._finding(expected, "missing", f"entry {gap} is not there; {record.number} comes next")
        if record.digest != _digest(record.body):
            return self._finding(expected, "changed", "its digest is not that of its text: it was changed")
        try:
            entry = opened(record)
        except StoreCorrupt:
            return self._finding(expected, "changed", "it cannot be read: it was changed")
        return self._problem_of_entry(record, entry)

    def _problem_of_entry(self, record: AuditRecord, entry: Recorded) -> Finding | None:
        """What is wrong with a record whose digest is that of its text."""
        expected = self.number + 1
        place = (entry.entry.workspace, entry.chain, entry.number)
        if place != (self._workspace, self.chain, expected):
            said = f"{place[0]}, chain {place[1]}, number {place[2]}"
            return self._finding(expected, "moved", f"it says that it is {said}: it was moved here")
        if (entry.entry.id, entry.recorded_at) != (record.id, record.recorded_at):
            return self._finding(expected, "changed", "its id or time is not that of its text: it was changed")
        wrong = self._problem_of_kept(record) or self._problem_of_checkpoint(record, entry)
        if wrong is not None:
            return wrong
        if entry.previous != self.digest and not self._begins_anew:
            return self._finding(expected, "broken", f"it does not follow on entry {self.number}, which was replaced")
        if not self._is_another(expected, record.digest) and not self._is_another(expected - 1, entry.previous):
            return None
        return self._finding(expected, "rewritten", "the export holds another entry at this place, or before it")

    def _is_another(self, number: int, digest: str) -> bool:
        """Whether the export has another entry at this place."""
        return number in self._exported and self._exported[number].digest != digest

    def _problem_of_kept(self, record: AuditRecord) -> Finding | None:
        """What is wrong with the part that may be erased."""
        shape = json.loads(record.body)
        digest = sealed_digest(shape)
        if digest is None and not record.kept:
            return None
        if digest is not None and not record.kept:
            self._erased.without(record)
            return None
        try:
            holds = digest == digest_of_kept(record.kept)
        except (ValueError, KeyError, TypeError, AttributeError):
            holds = False
        if holds:
            return None
        return self._finding(record.number, "changed", "what is kept beside it is not what it was: it was changed")

    def _problem_of_checkpoint(self, record: AuditRecord, entry: Recorded) -> Finding | None:
        """Whether a checkpoint says something else of this entry, or of the one before it."""
        self._erased.told(entry.entry)
        self._erased.acted(entry.entry, record)
        said = self._checkpoints or {}
        here, before = said.get(record.number), said.get(record.number - 1)
        if (here is None or here.digest == record.digest) and (before is None or before.digest == entry.previous):
            return self._problem_as_checkpoint(record.number, entry)
        return self._finding(record.number, "forged", "a checkpoint of the chain says another digest: it was forged")

    def _problem_as_checkpoint(self, number: int, entry: Recorded) -> Finding | None:
        """Whether a checkpoint, entry `number`, says something else of an entry than the chain or the export has."""
        said = self._said_by(entry)
        if said is None:
            return None
        named = self._log.oldest(self._workspace, self.chain, after=said.number - 1, limit=1)
        replaced = [one for one in named if one.number == said.number and one.digest != said.digest]
        if replaced or said.number >= number or self._is_another(said.number, said.digest):
            message = f"it is a checkpoint and says another digest than that of entry {said.number}: it was forged"
            return self._finding(number, "forged", message)
        younger = min((
            gone for gone, one in self._exported.items()
            if gone <= said.number and one.recorded_at > said.recorded_at
        ), default=None)
        if younger is None:
            return None
        message = f"it is a checkpoint and lets entry {younger} go, which the export has as younger: it was forged"
        return self._finding(number, "forged", message)

    def _may_be_gone(self, first: int, last: int) -> bool:
        """Whether a checkpoint further on, and the file beside the database, let these entries go."""
        if self._checkpoints is None:
            self._checkpoints = {
                found.number: found for record in records_after(self._log, self._workspace, self.chain, first)
                if (found := self._checkpoint(record)) is not None
            }
        if self._expired_to is not None and last > self._expired_to:
            return False
        return last <= max(self._checkpoints, default=0)

    @property
    def gone_until(self) -> float:
        """What was recorded later is not gone, where checkpoints let entries go."""
        said = (self._checkpoints or {}).values() if self.expired else ()
        return max((one.recorded_at for one in said), default=0.0)

    def _checkpoint(self, record: AuditRecord) -> Checkpoint | None:
        try:
            return self._said_by(opened(record))
        except StoreCorrupt:
            return None

    def _said_by(self, entry: Recorded) -> Checkpoint | None:
        """The checkpoint that an entry is. A time that has not come makes nothing old."""
        try:
            at = entry.recorded_at if self._now is None else min(entry.recorded_at, self._now)
            return checkpoint_of(entry.entry, self.chain, at)
        except (KeyError, TypeError, AttributeError, InvalidDocument):
            return None

    def _problem_of_head(self, head: AuditHead | None) -> Finding | None:
        if head is None:
            if not self.number:
                return None
            return self._finding(self.number, "headless", "the chain has entries and no head")
        if head.number > self.number:
            message = f"the head says that the chain ends with {head.number}: the tail was cut"
            return self._finding(self.number + 1, "cut", message)
        if head.number < self.number:  # its writer died, or is about to put it
            there = self._log.oldest(self._workspace, self.chain, after=head.number - 1, limit=1)
            if [(record.number, record.digest) for record in there] == [(head.number, head.digest)]:
                return None
        if (head.number, head.digest) != (self.number, self.digest):
            message = f"the head says that the chain ends with {head.number}, and another entry: it was changed"
            return self._finding(self.number, "headless", message)
        return None

    def _cut_with_its_head(self) -> Finding | None:
        if self._witnessed <= self.number:
            return None
        return self._finding(
            self.number + 1, "cut",
            f"the chain had {self._witnessed} entries, says the file beside the database: the tail was cut with its "
            "head (a lost write-ahead log, or an older automate.db in its place)",
        )

    def _not_there_any_more(self) -> Finding | None:
        later = [number for number in self._exported if number > self.number]
        if not later:
            return None
        return self._finding(min(later), "rewritten", "the export holds it; the chain ends before it")

    def _finding(self, number: int, problem: str, message: str) -> Finding:
        return Finding(self.chain, number, problem, message)


def _digest(body: str) -> str | None:
    """The digest of a stored text; None for one that is not ASCII, which no entry's is."""
    return digest_of(body) if body.isascii() else None
