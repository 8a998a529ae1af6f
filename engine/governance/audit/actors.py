"""Who acted, in the audit log: a person, a token or an IAM role by a pseudonym, whose name is kept beside the log.

    in the chain   "actor": "~5f0c…", "origin": "~9a41…"
    beside it      {pseudonym, name, kind, key}: one row for each actor, written when they act first

The pseudonym is the HMAC-SHA256 of workspace, kind and name under the row's key, and the origin is enciphered under the
same. Who deletes the row destroys the key: the chains stay as they are, and nobody can try a name at a pseudonym.

The engine, triggers and whoever is anonymous are nobody's name, and stand there as they are. So do the actors of
entries that an earlier release wrote.

An origin is enciphered with a synthetic initialization vector, as RFC 5297 has it: the vector is the HMAC of the text,
the key stream HMACs of the vector and a counter. So the same address is the same text in the entries of one actor,
which compression shortens.
"""

from __future__ import annotations

import hmac
import re
import secrets
from collections.abc import Callable, Iterable, Sequence
from threading import Lock
from typing import Any

from engine.clock import Clock
from engine.governance.audit.entry import ERASED, TOKEN, AuditEntry, Subject
from engine.ports.audit_log import ActorRow, AuditLog
from engine.ports.keys import Actor

Json = Any

ERASE_ACTOR = "actor.erase"
"""The act of the entry that says which pseudonyms have lost their names."""

KEPT_SECONDS = 600.0
"""For so long a process remembers the rows that it has read, which change by an erasure alone."""

LISTED_SECONDS = 60.0
"""For so long, where it lists entries."""

NAMED = frozenset({"user", "token", "role"})
"""The kinds of actors that have a pseudonym."""

MOST_WRITTEN = 1000
"""So many actors, with where they acted from, are remembered as the log has them."""

_NOBODY = "anonymous"
_DIGITS = 24
_VECTOR = 8
PSEUDONYM = re.compile(rf"{ERASED}[0-9a-f]{{{_DIGITS}}}(?![0-9a-f])")
"""A pseudonym in a text."""


class _Known:
    """The rows of one workspace as they were read at `at`. One that was looked for in vain has None."""

    def __init__(self, at: float, rows: Iterable[ActorRow]) -> None:
        self.at = at
        self.rows: dict[str, ActorRow | None] = {}
        self.of: dict[tuple[str, str], ActorRow] = {}
        """By name and kind."""
        self.names: dict[str, str] = {}
        self.written: dict[Actor, Actor] = {}
        """Actors as the log has them, by who they are and from where: an origin is enciphered once."""
        self.read: dict[Actor, Actor] = {}
        """And back."""
        for row in rows:
            self.add(row)

    def add(self, row: ActorRow) -> None:
        self.rows[row.pseudonym] = row
        self.of.setdefault((row.name, row.kind), row)
        self.names[row.name] = row.pseudonym


class Actors:
    """The rows beside one log. Safe to share between threads."""

    def __init__(
        self, log: AuditLog, clock: Clock, *, new_key: Callable[[], str] = lambda: secrets.token_hex(16)
    ) -> None:
        self._log = log
        self._clock = clock
        self._new_key = new_key
        self._lock = Lock()
        self._read: dict[str, _Known] = {}

    def hidden(self, workspace: str, actor: Actor) -> Actor:
        """`actor` as the log has them; the row is there when this returns. Raises StorageError."""
        is_hidden = actor.id == actor.name and PSEUDONYM.fullmatch(actor.name)
        if actor.kind not in NAMED or actor.name == _NOBODY or is_hidden:
            return actor
        known = self._known(workspace)
        found = known.written.get(actor)
        if found is None:
            row = self._row(workspace, actor)
            found = Actor(row.pseudonym, actor.kind, _enciphered(row.key, actor.origin), row.pseudonym)
            _remember(known.written, actor, found)
        return found

    def _row(self, workspace: str, actor: Actor) -> ActorRow:
        for within in (KEPT_SECONDS, 0.0):
            row = self._known(workspace, within=within).of.get((actor.name, actor.kind))
            if row is not None:
                return row
        key = self._new_key()
        made = ActorRow(workspace, pseudonym(key, workspace, actor.kind, actor.name), actor.kind, actor.name, key)
        self._log.put_actor(made)  # two processes may make one each: both name the same actor
        self._known(workspace).add(made)
        return made

    def _of(self, workspace: str, found: str) -> ActorRow | None:
        """Whose pseudonym it is; None where that is erased. One that is not known is looked for once."""
        known = self._known(workspace)
        if found not in known.rows:
            known = self._known(workspace, within=0.0)
            known.rows.setdefault(found, None)
        return known.rows[found]

    def _known(self, workspace: str, *, within: float = KEPT_SECONDS) -> _Known:
        now = self._clock.now()
        with self._lock:
            known = self._read.get(workspace)
            if known is None or not 0 <= now - known.at < within:
                known = self._read[workspace] = _Known(now, self._log.actors(workspace))
            return known

    def concealed(self, entry: AuditEntry) -> AuditEntry:
        """`entry` with pseudonyms in the place of its actor and of a token that it is about, and of whoever its texts
        name that has one. Raises StorageError."""
        actor, subject = self.hidden(entry.workspace, entry.actor), entry.subject
        if actor.kind not in NAMED:
            return entry
        if subject.kind == TOKEN:
            subject = Subject(TOKEN, self.hidden(entry.workspace, Actor(subject.name, TOKEN)).name)
        names = self._known(entry.workspace).names
        first = {entry.subject.name: subject.name} if subject.kind == TOKEN else {}
        first[entry.actor.name] = actor.name
        own = re.escape(entry.actor.name)
        words = re.compile(rf"(?<![\w.@+-])(?:{own}|[\w@+-]+(?:\.[\w@+-]+)*)(?![\w@+-])")
        return _with(entry, actor, subject, words, lambda found: first.get(found) or names.get(found, found))

    def shown(self, entry: AuditEntry) -> AuditEntry:
        """`entry` with the names that there are. Raises StorageError."""
        self._known(entry.workspace, within=LISTED_SECONDS)

        def name(found: str) -> str:
            row = self._of(entry.workspace, found)
            return found if row is None else row.name

        subject = entry.subject
        if PSEUDONYM.fullmatch(subject.name):
            subject = Subject(subject.kind, name(subject.name))
        return _with(entry, self.shown_actor(entry.workspace, entry.actor), subject, PSEUDONYM, name)

    def shown_actor(self, workspace: str, actor: Actor) -> Actor:
        """`actor`, as `hidden` or a store gave them, by name; by the pseudonym where that is erased. Raises
        StorageError."""
        known = self._known(workspace)
        found = known.read.get(actor)
        if found is None:
            row = self._of(workspace, actor.name) if PSEUDONYM.fullmatch(actor.name) else None
            if row is None:
                return actor
            found = Actor(row.name, actor.kind, _deciphered(row.key, actor.origin))
            _remember(known.read, actor, found)
        return found

    def told(self, entry: AuditEntry) -> dict[str, str] | None:
        """Who an entry's actor is, with what shows that the pseudonym is theirs, for keeping elsewhere; None where it
        names them itself, or they are erased. Raises StorageError."""
        row = self._of(entry.workspace, entry.actor.name) if PSEUDONYM.fullmatch(entry.actor.name) else None
        if row is None:
            return None
        return {"actor": row.name, "origin": _deciphered(row.key, entry.actor.origin), "key": row.key}

    def found(self, workspace: str, name: str) -> list[ActorRow]:
        """The actors of this name. Raises StorageError."""
        rows = self._known(workspace, within=0.0).rows.values()
        return [row for row in rows if row is not None and row.name == name]

    def names(self, workspace: str, pseudonyms: Sequence[str]) -> list[str]:
        """The names that there are behind pseudonyms. Raises StorageError."""
        rows = [self._of(workspace, one) for one in pseudonyms]
        return [row.name for row in rows if row is not None]

    def forget(self, workspace: str, pseudonyms: Sequence[str]) -> None:
        """Destroy their names and keys. Raises StorageError."""
        self._log.forget_actors(workspace, pseudonyms)
        self._known(workspace, within=0.0)


def _remember(known: dict[Actor, Actor], actor: Actor, found: Actor) -> None:
    if len(known) >= MOST_WRITTEN:
        known.clear()
    known[actor] = found


def pseudonym(key: str, workspace: str, kind: str, name: str) -> str:
    """The pseudonym of an actor under a key. Raises ValueError where that is none."""
    text = f"{workspace}\0{kind}\0{name}".encode("utf-8", "surrogatepass")
    return ERASED + hmac.digest(bytes.fromhex(key), text, "sha256").hex()[:_DIGITS]


def is_true(row: ActorRow) -> bool:
    """Whether a row names whom its pseudonym was made of."""
    try:
        return pseudonym(row.key, row.workspace, row.kind, row.name) == row.pseudonym
    except ValueError:
        return False


def erased_actors(entry: AuditEntry) -> list[str]:
    """The pseudonyms that an entry says have lost their names."""
    return [*entry.after["actors"]] if entry.act == ERASE_ACTOR else []


def _with(
    entry: AuditEntry, actor: Actor, subject: Subject, words: re.Pattern[str], word: Callable[[str], str]
) -> AuditEntry:
    """`entry` with another actor and subject, and other words in its texts."""
    def told(value: Json) -> Json:
        match value:
            case str():
                return words.sub(lambda found: word(found[0]), value)
            case dict():
                return {name: told(item) for name, item in value.items()}
            case list():
                return [told(item) for item in value]
            case _:
                return value

    return AuditEntry(
        entry.id, entry.workspace, entry.at, actor, entry.act, subject, told(entry.before), told(entry.after),
        told(entry.reason), told(dict(entry.details)),
    )


def _enciphered(key: str, text: str) -> str:
    if not text:
        return text
    plain = text.encode("utf-8", "surrogatepass")
    vector = hmac.digest(bytes.fromhex(key), b"vector\0" + plain, "sha256")[:_VECTOR]
    return ERASED + (vector + _stream(key, vector, plain)).hex()


def _deciphered(key: str, text: str) -> str:
    """What was enciphered; `text` itself where it is none of this key's."""
    try:
        raw = bytes.fromhex(text.removeprefix(ERASED))
        plain = _stream(key, raw[:_VECTOR], raw[_VECTOR:]).decode("utf-8", "surrogatepass")
    except ValueError:
        return text
    return plain if _enciphered(key, plain) == text else text


def _stream(key: str, vector: bytes, data: bytes) -> bytes:
    """`data` with the key stream upon it, or without it again."""
    blocks = (
        hmac.digest(bytes.fromhex(key), b"stream\0" + vector + count.to_bytes(4, "big"), "sha256")
        for count in range(len(data) // 32 + 1)
    )
    return bytes(one ^ other for one, other in zip(data, b"".join(blocks), strict=False))
