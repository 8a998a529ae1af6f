"""One entry of the audit log: who did what to what, when and from where; and its canonical form.

    {"act", "actor", "actor_kind", "after", "at", "before", "chain", "details", "id", "number", "origin", "previous",
     "reason", "recorded_at", "subject", "workspace"}

An entry about an execution has a part that may be erased (`_ERASABLE`): whose it is, and what it says of it. It is kept
beside the entry, under a key of its own, which lies in it. The entry itself has its keyed digest in the place:

    "id": "~<digest>", "subject": "execution/~<digest>", "details": {"sealed": HMAC-SHA256(key, the part)}, …: null

So what is erased leaves the chain as it was, and nobody can try a guess at it, for the key is gone with it.

The canonical form is this JSON object with its names sorted, without spaces, in ASCII; times are ISO 8601 in UTC with
microseconds. The SHA-256 of these bytes is the entry's digest, and `previous` is the digest of the entry before it in
the same chain ("" for the first). So anybody can check an exported log with ten lines of any language.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import math
import secrets
from collections.abc import Callable, Mapping
from dataclasses import field
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from engine.errors import InvalidDocument, StoreCorrupt
from engine.governance.masking import Scrubber
from engine.ports.audit_log import CHAINS, AuditNote, AuditRecord
from engine.ports.keys import Actor
from engine.records import dataclass
from engine.values import json_writer

Json = Any

_text = json_writer(sort_keys=True, allow_nan=False)

MOST_CHARACTERS = 2000
"""Of one text in an entry; the rest is cut, and said to be."""

_OF_A_NOTE = frozenset({
    "act", "actor", "actor_kind", "after", "at", "before", "details", "id", "origin", "reason", "subject", "workspace",
})
"""The members of an entry that say nothing of its place."""

_ERASABLE = ("after", "before", "details", "id", "reason", "subject")
"""The members of an entry about an execution that are kept beside it, and may be erased."""

SEALED, ERASED = "sealed", "~"
"""The member of `details` that has the digest of what is kept beside; what an id and a name begin with that are one."""

EXECUTION, WORKFLOW, SECRET, ACTIVITY, SERVER, TOKEN, ROLE, ERASURE, VIEW = (
    "execution", "workflow", "secret", "activity", "server", "token", "role", "erasure", "view",
)


@dataclass(frozen=True, slots=True)
class Subject:
    """What an act was done to: ``workflow/order_flow``, ``execution/order_flow:order-1``, ``secret/STRIPE_KEY``."""

    kind: str
    name: str

    def __str__(self) -> str:
        return f"{self.kind}/{self.name}"

    @classmethod
    def parse(cls, text: str) -> Subject:
        """The subject that is written as `text`."""
        kind, _, name = text.partition("/")
        return cls(kind, name)

    @property
    def workflow(self) -> str | None:
        """The workflow that it is, or is an execution of."""
        return None if self.kind in (SECRET, SERVER, TOKEN, ROLE, ERASURE, VIEW) else self.name.partition(":")[0]

    @property
    def chain(self) -> int:
        """The chain that holds everything about it: the first hexadecimal digit of its SHA-256."""
        return int(hashlib.sha256(str(self).encode("utf-8", "surrogatepass")).hexdigest()[0], 16) % CHAINS


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """What happened. `at` is epoch seconds; `id` is written once however often it is recorded.

    `before` and `after` are what may be shown of the subject's state (versions, etags, digests, a small difference),
    `reason` what the actor gave or the refusal said, `details` the context of what the engine did.
    """

    id: str
    workspace: str
    at: float
    actor: Actor
    act: str
    subject: Subject
    before: Json = None
    after: Json = None
    reason: str | None = None
    details: Mapping[str, Json] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Recorded:
    """An entry in its place. `recorded_at` is never before that of the entry before it in the chain, whatever the
    writers' clocks say. `actor` is its actor's name as it stands in the chain, where `entry` has another."""

    entry: AuditEntry
    chain: int
    number: int
    previous: str
    recorded_at: float
    digest: str
    kept: str = ""
    actor: str = ""

    def as_dict(self) -> dict[str, Json]:
        """The JSON shape of API and command line: the canonical object, with what is kept beside it in its place, and
        the digest."""
        return {**_shape(self), "digest": self.digest}


@dataclass(frozen=True, slots=True)
class Unplaced:
    """An entry of `chain` that has no place in it yet: what is `kept` beside it, and its canonical text around the
    number, the previous digest and the time of recording (`parts`). So who holds the write lock has little to do."""

    entry: AuditEntry
    chain: int
    kept: str
    parts: tuple[str, str, str, str]

    def placed(self, *, number: int, previous: str, recorded_at: float) -> AuditRecord:
        """The record as number `number` of its chain, as a store holds it."""
        first, second, third, last = self.parts
        body = f"{first}{number}{second}{previous}{third}{written_time(recorded_at)}{last}"
        return AuditRecord(
            self.entry.workspace, self.chain, number, self.entry.id, as_written(recorded_at), digest_of(body), body,
            self.kept,
        )


def unplaced(entry: AuditEntry, *, new_key: Callable[[], str] = lambda: secrets.token_hex(16)) -> Unplaced:
    """`entry`, all but its place made. `new_key`: of the part that may be erased."""
    actor, chain = entry.actor, entry.subject.chain
    after, before, details = _value(entry.after), _value(entry.before), _value(dict(entry.details))
    name, reason, subject = _text(entry.id), _value(entry.reason), _text(str(entry.subject))
    kept = ""
    if entry.subject.kind == EXECUTION:
        key = new_key()
        part = (  # `_ERASABLE`, in its order
            f'{{"after":{after},"before":{before},"details":{details},"id":{name},"reason":{reason},'
            f'"subject":{subject}}}'
        )
        kept = f'{{"key":"{key}",{part[1:]}'
        after, before, details, name, reason, subject = _in_place(_keyed_digest(key, part))
    return Unplaced(entry, chain, kept, (
        (f'{{"act":{_text(entry.act)},"actor":{_text(actor.name)},"actor_kind":{_text(actor.kind)},"after":{after},'
         f'"at":"{written_time(entry.at)}","before":{before},"chain":{chain},"details":{details},'
         f'"id":{name},"number":'),
        f',"origin":{_text(actor.origin)},"previous":"',
        f'","reason":{reason},"recorded_at":"',
        f'","subject":{subject},"workspace":{_text(entry.workspace)}}}',
    ))


def _value(value: Json) -> str:
    """A member in its canonical form; most have none."""
    return "null" if value is None else _text(value)


def sealed(
    entry: AuditEntry, *, number: int, previous: str, recorded_at: float,
    new_key: Callable[[], str] = lambda: secrets.token_hex(16),
) -> AuditRecord:
    """`entry` as number `number` of its chain, as a store holds it. `new_key`: of the part that may be erased."""
    return unplaced(entry, new_key=new_key).placed(number=number, previous=previous, recorded_at=recorded_at)


def in_place(digest: str) -> dict[str, Json]:
    """What stands in the place of the part that may be erased."""
    return dict(zip(_ERASABLE, json.loads(f"[{','.join(_in_place(digest))}]"), strict=True))


def _in_place(digest: str) -> tuple[str, ...]:
    """The same as canonical texts, in the order of `_ERASABLE`."""
    name = f"{ERASED}{digest[:32]}"
    return "null", "null", f'{{"{SEALED}":"{digest}"}}', f'"{name}"', "null", f'"{EXECUTION}/{name}"'


def digest_of_kept(kept: str) -> str:
    """The keyed digest of a part that may be erased, with its key in it. Raises ValueError where it is none."""
    part = json.loads(kept)
    return _keyed_digest(part.pop("key"), canonical(part))


def _keyed_digest(key: str, part: str) -> str:
    return hmac.digest(bytes.fromhex(key), part.encode("ascii"), "sha256").hex()


def sealed_digest(shape: Mapping[str, Json]) -> str | None:
    """What an entry says that the digest of the part beside it is; None for one without."""
    details = shape["details"]
    found = details.get(SEALED)
    is_one = isinstance(found, str) and {**shape, **in_place(found)} == shape
    return found if is_one else None


def erased_id(record: AuditRecord) -> str:
    """The id of a record once the part that may be erased is."""
    return str(json.loads(record.body)["id"])


def as_note(entry: AuditEntry) -> AuditNote:
    """`entry` without a place in its chain yet."""
    text = canonical({name: value for name, value in _shape(Recorded(entry, 0, 0, "", 0.0, "")).items()
                      if name in _OF_A_NOTE})
    return AuditNote(entry.workspace, entry.subject.chain, entry.id, as_written(entry.at), text)


def noted(body: str) -> AuditEntry:
    """The entry of a note's text. Raises StoreCorrupt where it is none."""
    try:
        return _entry_of(json.loads(body))
    except (ValueError, KeyError, TypeError, AttributeError, InvalidDocument) as error:
        raise StoreCorrupt("a note of the audit log cannot be read") from error


def opened(record: AuditRecord) -> Recorded:
    """The entry that a record holds. Raises StoreCorrupt where its body is none; the digest is not checked here."""
    try:
        shape = json.loads(record.body)
        if record.kept:
            kept = json.loads(record.kept)
            shape |= {name: kept[name] for name in _ERASABLE}
        return Recorded(
            _entry_of(shape), shape["chain"], shape["number"], shape["previous"], parse_time(shape["recorded_at"]),
            record.digest, record.kept,
        )
    except (ValueError, KeyError, TypeError, AttributeError, InvalidDocument) as error:
        raise StoreCorrupt(
            f"entry {record.number} of the audit chain {record.chain} cannot be read: see automate audit verify"
        ) from error


def _entry_of(shape: Mapping[str, Json]) -> AuditEntry:
    return AuditEntry(
        id=shape["id"], workspace=shape["workspace"], at=parse_time(shape["at"]),
        actor=Actor(shape["actor"], shape["actor_kind"], shape["origin"]), act=shape["act"],
        subject=Subject.parse(shape["subject"]), before=shape["before"], after=shape["after"],
        reason=shape["reason"], details=shape["details"],
    )


def canonical(shape: Mapping[str, Json]) -> str:
    """The canonical form of a JSON object."""
    return _text(shape)


def digest_of(text: str) -> str:
    """SHA-256 in hexadecimal."""
    return hashlib.sha256(text.encode("ascii")).hexdigest()


def written_time(at: float) -> str:
    """Epoch seconds as ``2026-01-02T03:04:05.678901Z``."""
    second, microseconds = _parts(at)
    return f"{_written_second(second)}.{microseconds:06d}Z"


def as_written(at: float) -> float:
    """`at` to the microsecond: what is read back of what is written."""
    second, microseconds = _parts(at)
    return (second * 1_000_000 + microseconds) / 1_000_000


def _parts(at: float) -> tuple[int, int]:
    """Seconds and microseconds of a time, rounded as `datetime` does it."""
    fraction, second = math.modf(at)
    return divmod(int(second) * 1_000_000 + round(fraction * 1e6), 1_000_000)


@lru_cache(maxsize=64)
def _written_second(second: int) -> str:
    """Many entries are of one second."""
    return datetime.fromtimestamp(second, UTC).replace(tzinfo=None).isoformat()


def parse_time(text: str, *, where: str = "at") -> float:
    """A time or a day in ISO 8601 as epoch seconds; without a zone it is UTC. Raises InvalidDocument."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise InvalidDocument(
            f"{text!r} is not a time", where=where, advice="Write 2026-01-31 or 2026-01-31T09:30:00Z."
        ) from None
    return (moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)).timestamp()


def presentable(value: Json, scrubber: Scrubber) -> Json:
    """`value` without secrets in its texts and numbers, its texts cut to MOST_CHARACTERS. Names of members are the
    product's own words and stay."""
    match value:
        case dict():
            return {name: presentable(item, scrubber) for name, item in value.items()}
        case list() | tuple():
            return [presentable(item, scrubber) for item in value]
        case str():
            return _cut(scrubber.text(value))
        case _:
            return scrubber.json(value)


def _cut(text: str) -> str:
    more = len(text) - MOST_CHARACTERS
    return text if more <= 0 else f"{text[:MOST_CHARACTERS]}… ({more} more characters)"


def _shape(recorded: Recorded) -> dict[str, Json]:
    entry = recorded.entry
    return {
        "workspace": entry.workspace, "chain": recorded.chain, "number": recorded.number, "id": entry.id,
        "previous": recorded.previous, "at": written_time(entry.at), "recorded_at": written_time(recorded.recorded_at),
        "actor": entry.actor.name, "actor_kind": entry.actor.kind, "origin": entry.actor.origin, "act": entry.act,
        "subject": str(entry.subject), "before": entry.before, "after": entry.after, "reason": entry.reason,
        "details": dict(entry.details),
    }
