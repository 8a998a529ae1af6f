"""Entries of the audit log that are kept no longer: they go from the beginning of their chains, behind a checkpoint.

    1 2 3 … 90 │ 91 … 120   121: audit.expire {"chain", "number": 90, "digest", "recorded_at", "days"}
    kept no longer │ kept      the checkpoint: an entry of the same chain

A checkpoint says where a chain begins from then on, and the digest of the last entry that is gone: so the first one
that is kept still follows on something. It is written before anything is deleted. One that lets an entry go which was
not LEAST_DAYS old is no checkpoint.
"""

from __future__ import annotations

from collections.abc import Callable

from engine.clock import Clock
from engine.governance.audit.entry import AuditEntry, Subject, parse_time, written_time
from engine.governance.audit.recorder import AuditRecorder
from engine.ports.audit_log import CHAINS, LEAST_DAYS, AuditHead, AuditLog, AuditRecord
from engine.ports.keys import ENGINE
from engine.records import dataclass

DAY = 86_400.0

EXPIRE = "audit.expire"
"""The act of a checkpoint."""

AUDIT = "audit"
"""What its subject is: the log itself."""

PIECE = 200
"""Entries that are deleted at once."""

LOOK_SECONDS = 3600.0
"""How often is looked for old ones."""


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A chain begins behind `number`, whose digest was `digest` and which was recorded at `recorded_at`."""

    number: int
    digest: str
    recorded_at: float


def checkpoint_of(entry: AuditEntry, chain: int, recorded_at: float) -> Checkpoint | None:
    """What an entry of `chain` says; None for one that is no checkpoint of it."""
    if entry.act != EXPIRE or entry.actor.kind != ENGINE.kind or entry.subject.kind != AUDIT:
        return None
    after = entry.after
    until = parse_time(after["recorded_at"])
    if after["chain"] != chain or until > recorded_at - LEAST_DAYS * DAY:
        return None
    return Checkpoint(after["number"], after["digest"], until)


def subject_of(chain: int) -> Subject:
    """A subject whose entries lie in `chain`."""
    tried = (Subject(AUDIT, f"{chain}.{number}") for number in range(10_000))
    return next(subject for subject in tried if subject.chain == chain)


class AuditExpiry:
    """Lets entries go after `days`, LEAST_DAYS at least; 0 keeps them. One that has a shorter term of its own goes by
    that: its store deletes it. Not to be used by two threads at once."""

    def __init__(self, recorder: AuditRecorder, clock: Clock, days: float) -> None:
        self._recorder = recorder
        self._clock = clock
        self._days = max(days, LEAST_DAYS) if days > 0 else 0.0
        self._under_way: dict[int, AuditHead] = {}
        self._look_at = 0.0

    def round(self, workspace: str) -> bool:
        """A small piece of work; False: there is nothing more to do for a while. Raises StorageError."""
        for chain, through in list(self._under_way.items()):
            if self._recorder.log.expire(workspace, chain, through, PIECE):
                return True
            del self._under_way[chain]
        now = self._clock.now()
        if now < self._look_at:
            return False
        self._look_at = now + LOOK_SECONDS
        for chain in range(CHAINS):
            found = self.check(workspace, chain)
            if found is not None:
                self._under_way[chain] = found
        return bool(self._under_way)

    def check(self, workspace: str, chain: int) -> AuditHead | None:
        """Write a checkpoint where a chain's first entry is a day over its term, or where later ones with a
        shorter term are over theirs; up to where entries may go."""
        log, now = self._recorder.log, self._clock.now()
        first = log.oldest(workspace, chain, after=0, limit=1)
        if first and self._is_over(first[0], now - DAY):
            last = last_of(log, workspace, chain, lambda record: self._is_over(record, now))
        else:
            last, now = _last_of_shorter(log, workspace, chain, now)
        if last is None:
            return None
        self._recorder.record([AuditEntry(
            f"{AUDIT}#{chain}#{last.number}", workspace, now, ENGINE, EXPIRE, subject_of(chain),
            after={
                "chain": chain, "number": last.number, "digest": last.digest,
                "recorded_at": written_time(last.recorded_at), "days": self._days,
            },
        )])
        return AuditHead(last.number, last.digest, last.recorded_at)

    def _is_over(self, record: AuditRecord, now: float) -> bool:
        """Whether its term is over."""
        terms = [record.recorded_at + self._days * DAY] if self._days > 0 else []
        return min([*terms, *([] if record.kept_until is None else [record.kept_until])], default=now) < now


def _last_of_shorter(
    log: AuditLog, workspace: str, chain: int, now: float
) -> tuple[AuditRecord | None, float]:
    """The last record that is over a term which was made longer since, and when it was; None where the last of these is
    gone. It changes once a day at most, so that repeated looks make one checkpoint."""
    number, days = log.shorter(workspace, chain) or (0, 0.0)
    there = log.oldest(workspace, chain, after=number - 1, limit=1) if number else []
    if not there or there[0].number != number:
        return None, now
    over = now // DAY * DAY - days * DAY
    last = last_of(log, workspace, chain, lambda record: record.number <= number and record.recorded_at < over)
    return last, now if last is None else last.recorded_at + days * DAY


def last_of(log: AuditLog, workspace: str, chain: int, fits: Callable[[AuditRecord], bool]) -> AuditRecord | None:
    """The last record of a chain's beginning that `fits`, by halving."""
    head = log.heads(workspace, [chain]).get(chain)
    found: AuditRecord | None = None
    low, high = 1, 0 if head is None else head.number
    while low <= high:
        middle = (low + high) // 2
        there = log.oldest(workspace, chain, after=middle - 1, limit=1)
        if there and fits(there[0]):
            found, low = there[0], there[0].number + 1
        else:
            high = middle - 1
    return found
