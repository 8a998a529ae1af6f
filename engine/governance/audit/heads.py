"""What the chains of the audit log know of each other: two of them tell the heads of all, once a day where one changed.

    3 ─ 4 ─ … ─ 120      audit.heads {"heads": {"3": [120, digest], …}} in the chains of TELLERS
    7 ─ 8 ─ … ─ 64

Whoever removes a chain together with its head, or writes all of it anew, leaves a store that agrees with itself. But
what was told still says how long the chain was, and the digest of its last entry. Who rewrites both of TELLERS as well
is found by an export alone.
"""

from __future__ import annotations

from collections.abc import Iterator

from engine.governance.audit.entry import AuditEntry, Recorded, opened
from engine.governance.audit.expiry import AUDIT, DAY, subject_of
from engine.governance.audit.recorder import AuditRecorder
from engine.ports.audit_log import CHAINS, AuditHead, AuditLog
from engine.ports.keys import ENGINE
from engine.records import dataclass

HEADS = "audit.heads"
"""The act of such an entry."""

TELLERS = (0, 8)
"""The chains that tell."""

_LOOKED_AT = 20
"""Records of a teller in which the entry of before is looked for."""


@dataclass(frozen=True, slots=True)
class Told:
    """That entry `number` of `chain`, with this digest, was its last one: says entry `by_number` of the chain `by`."""

    chain: int
    number: int
    digest: str
    by: int
    by_number: int


def tell_heads(recorder: AuditRecorder, workspace: str, now: float) -> bool:
    """Tell the heads, unless those of the other chains are as they were told last; whether they were told. Raises
    StorageError."""
    heads = recorder.log.heads(workspace, range(CHAINS))
    if not _others(heads) or _others(heads) == _others(_told_last(recorder.log, workspace)):
        return False
    after = {"heads": {str(chain): [head.number, head.digest] for chain, head in sorted(heads.items())}}
    recorder.record([
        AuditEntry(f"{HEADS}#{chain}#{int(now // DAY)}", workspace, now, ENGINE, HEADS, subject_of(chain), after=after)
        for chain in TELLERS
    ])
    return True


def told_in(entry: Recorded) -> Iterator[Told]:
    """What an entry tells of heads. Nothing for one that is none of these, or none that can be read."""
    said = entry.entry
    if (said.act, said.actor.kind, said.subject.kind) != (HEADS, ENGINE.kind, AUDIT) or entry.chain not in TELLERS:
        return
    try:
        found = [(int(chain), int(number), str(digest)) for chain, (number, digest) in said.after["heads"].items()]
    except (KeyError, TypeError, ValueError, AttributeError):
        return
    for chain, number, digest in found:
        yield Told(chain, number, digest, entry.chain, entry.number)


def _told_last(log: AuditLog, workspace: str) -> dict[int, AuditHead]:
    for record in log.newest(workspace, TELLERS[0], before=None, limit=_LOOKED_AT):
        found = {told.chain: AuditHead(told.number, told.digest, 0.0) for told in told_in(opened(record))}
        if found:
            return found
    return {}


def _others(heads: dict[int, AuditHead]) -> dict[int, tuple[int, str]]:
    """Without the tellers', which change by telling."""
    return {chain: (head.number, head.digest) for chain, head in heads.items() if chain not in TELLERS}
