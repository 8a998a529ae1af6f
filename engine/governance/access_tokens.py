"""Named tokens with roles: made, listed, rotated and revoked; and what becomes of one that somebody shows.

    atk_<id>_<generation>_<secret>    id: 12 hexadecimal digits, which find the record
                                      secret: HMAC-SHA256(root, id, generation), 43 characters
    atk_<id>_<secret>                 of before there were generations: 32 random bytes, kept as their SHA-256

The text is given once, to whoever makes or rotates the token, and is kept nowhere: it is made again from the root of
the place, and compared. So a forged one is refused before anything is read, whether there is a token of that id or not.

Rotating makes the next generation. The one before stays good until it is retired, so that programs can be changed one
after the other. A token is good until it is revoked, retired or expired, from that moment on for nobody. Who shows one
that was good once is told what became of it; who shows any other learns nothing.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
import secrets
from collections.abc import Sequence
from dataclasses import replace

from engine.clock import Clock
from engine.errors import Conflict, InvalidDocument, NotFound, UserError
from engine.governance.audit.entry import parse_time, written_time
from engine.governance.roles import Role
from engine.ports.access_tokens import TokenRecord, TokenRoot, TokenStore
from engine.records import dataclass

MOST_REVOKED = 500
"""Records of revoked tokens that are kept; of older ones nobody is told more than that they are unknown."""

RESERVED = frozenset({"engine", "anonymous", "owner"})
"""Names that the audit log has for others."""

_TEXT = re.compile(r"atk_([0-9a-f]{12})_(?:([1-9][0-9]{0,8})_)?([A-Za-z0-9_-]{43})")
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._@+-]{0,63}")
_SPAN = re.compile(r"([1-9][0-9]{0,4})([hdw])")
_SECONDS = {"h": 3600.0, "d": 86400.0, "w": 7 * 86400.0}
_PURPOSE = b"automate named token"
_NEW = "An admin makes another: automate tokens rotate NAME, or add NAME."


class TokenRefused(UserError):
    """What was shown lets nobody in. `token` is the name of one that was good once."""

    code = "Unauthorized"
    status = 401

    def __init__(self, message: str, *, token: str | None = None) -> None:
        super().__init__(message, where="Authorization", advice=_NEW)
        self.token = token


class TokenMalformed(TokenRefused):
    """No token looks so."""

    code = "TokenMalformed"


class TokenUnknown(TokenRefused):
    """It is of another place, or was never made."""

    code = "TokenUnknown"


class TokenExpired(TokenRefused):
    """Its time is over."""

    code = "TokenExpired"


class TokenRevoked(TokenRefused):
    """It was revoked."""

    code = "TokenRevoked"


class TokenRotated(TokenRefused):
    """Another one took its place."""

    code = "TokenRotated"


@dataclass(frozen=True, slots=True)
class NewToken:
    """A token that was just made, with its text: the only time that it is there."""

    record: TokenRecord
    text: str


class AccessTokens:
    """The named tokens of a place. `taken` are names that others have already; `digests`: there may be some of before
    there were generations. Safe to share."""

    def __init__(
        self, store: TokenStore, clock: Clock, root: TokenRoot, *, taken: frozenset[str] = frozenset(),
        digests: bool = True,
    ) -> None:
        self._store = store
        self._clock = clock
        self._root = root
        self._taken = RESERVED | taken
        self._digests = digests

    def list(self, workspace: str) -> list[tuple[TokenRecord, float | None]]:
        """Those that are not revoked, by name, with when each was used last."""
        held = [record for record in self._store.read() if record.workspace == workspace and record.revoked_at is None]
        used = self._store.used() if held else {}
        return [(record, used.get(record.id)) for record in sorted(held, key=lambda record: record.name)]

    def find(self, workspace: str, name: str) -> TokenRecord:
        """The one that is called `name` and not revoked. Raises NotFound."""
        return _held(self._store.read(), workspace, name)

    def add(self, workspace: str, name: str, role: Role, *, by: str, expires_at: float | None = None) -> NewToken:
        """Make one. Raises InvalidDocument for a name or an end that will not do, Conflict for a name that is taken."""
        if not _NAME.fullmatch(name):
            raise InvalidDocument(
                f"{name!r} is not a name for a token", where="name",
                advice="Take 1 to 64 letters, digits and . _ @ + -, of which the first is a letter or a digit.",
            )
        if name in self._taken:
            raise Conflict(
                f"the name {name} is taken: the audit log has it for somebody else", where="name",
                advice="Take another name.",
            )
        now = self._clock.now()
        _check_end(expires_at, now)
        record = TokenRecord(
            secrets.token_hex(6), name, str(role), workspace, "", now, by, expires_at, generation=1, oldest=1
        )

        def make(records: Sequence[TokenRecord]) -> tuple[Sequence[TokenRecord], None]:
            if any(item.name == name and item.workspace == workspace and item.revoked_at is None for item in records):
                raise Conflict(
                    f"there is a token {name} already", where="name",
                    advice="Take another name, give this one a new secret (automate tokens rotate NAME), or revoke it.",
                )
            return [*records, record], None

        root = self._root.make()
        self._store.change(make)
        return NewToken(record, _text(root, record))

    def rotate(
        self, workspace: str, name: str, *, expires_at: float | None = None, at_once: bool = False
    ) -> NewToken:
        """Give it another secret. The one before stays good until it is retired, or ends now with the sessions made
        with it (`at_once`). An `expires_at` is the end of the new one; without it that has the old one's, and an end
        that is over stays so. Raises NotFound, InvalidDocument, Conflict where two are good already."""
        now = self._clock.now()
        _check_end(expires_at, now)

        def make(records: Sequence[TokenRecord]) -> tuple[Sequence[TokenRecord], TokenRecord]:
            old = _held(records, workspace, name)
            if old.oldest < old.generation and not at_once:
                raise Conflict(
                    f"the token {name} has two secrets that are good already", where="name",
                    advice=f"End the older one: automate tokens retire {name}. Or end both: add --at-once.",
                )
            new = replace(
                old, generation=old.generation + 1, rotated_at=now, older_expires_at=old.expires_at,
                expires_at=old.expires_at if expires_at is None else expires_at,
            )
            _check_end(new.expires_at, now)
            new = _retired(new) if at_once else new
            return [new if item is old else item for item in records], new

        root = self._root.make()
        return NewToken(record := self._store.change(make), _text(root, record))

    def retire(self, workspace: str, name: str) -> TokenRecord:
        """End the older of two secrets, with the sessions made with it. Raises NotFound, Conflict where there is one
        alone."""

        def make(records: Sequence[TokenRecord]) -> tuple[Sequence[TokenRecord], TokenRecord]:
            old = _held(records, workspace, name)
            if old.oldest == old.generation:
                raise Conflict(
                    f"the token {name} has one secret that is good, and no older one", where="name",
                    advice=f"To end it too: automate tokens revoke {name}.",
                )
            new = _retired(old)
            return [new if item is old else item for item in records], new

        return self._store.change(make)

    def revoke(self, workspace: str, name: str, *, by: str) -> TokenRecord:
        """End it now, with the sessions made with it. Raises NotFound."""
        now = self._clock.now()

        def make(records: Sequence[TokenRecord]) -> tuple[Sequence[TokenRecord], TokenRecord]:
            old = _held(records, workspace, name)
            new = replace(old, revoked_at=now, revoked_by=by)
            kept = [new if item is old else item for item in records]
            ended = sorted(
                (item for item in kept if item.revoked_at is not None), key=lambda item: -(item.revoked_at or 0.0)
            )
            gone = {item.id for item in ended[MOST_REVOKED:]}
            return [item for item in kept if item.id not in gone], new

        return self._store.change(make)

    def nameless(self, workspace: str, name: str, instead: str) -> None:
        """Put `instead` in the place of a name that is erased, in records of revoked tokens and of who made or revoked
        others. Raises Conflict where a token of this name is not revoked."""
        def make(records: Sequence[TokenRecord]) -> tuple[Sequence[TokenRecord], None]:
            named = [record for record in records if record.workspace == workspace]
            if any(record.name == name and record.revoked_at is None for record in named):
                raise Conflict(
                    f"the token {name} is not revoked: whoever has it acts under that name", where="actor",
                    advice=f"Revoke it first: automate tokens revoke {name}",
                )

            def other(text: str) -> str:
                return instead if text == name else text

            return [
                replace(
                    record, name=other(record.name), created_by=other(record.created_by),
                    revoked_by=None if record.revoked_by is None else other(record.revoked_by),
                ) if record in named else record for record in records
            ], None

        self._store.change(make)

    def shown(self, text: str) -> tuple[TokenRecord, str]:
        """The record of the token that somebody shows, which is good, and what a session made with it holds (`good`).
        Raises TokenRefused: what became of it, where the secret is or was its own."""
        found = _TEXT.fullmatch(text)
        if found is None:
            raise TokenMalformed("this is no token of this place: a named one begins with atk_ and is given whole")
        token_id, generation, digest = found[1], int(found[2] or 0), _digest(found[3])
        if generation and not hmac.compare_digest(self._digest_of(token_id, generation), digest):
            raise _unknown()
        record = self._store.find(token_id) if generation or self._digests else None
        if record is None:
            raise _unknown()
        if not generation:
            generation = _generation_of(record, digest)
        if generation < record.oldest:
            raise TokenRotated(f"the token {record.name} was rotated: this is one of before", token=record.name)
        if generation > record.generation:
            raise _unknown()
        self._check_good(record, generation)
        self._store.mark_used(record.id, self._clock.now())
        return record, digest

    def good(self, token_id: str, digest: str) -> TokenRecord | None:
        """The record of a session's token, while the secret that the session was made with is good; `digest` is that of
        the secret."""
        record = self._store.find(token_id)
        if record is None:
            return None
        for generation in range(record.oldest, record.generation + 1):
            own = self._digest_of(token_id, generation) if generation else record.digest
            if hmac.compare_digest(own, digest):
                try:
                    self._check_good(record, generation)
                except TokenRefused:
                    return None
                self._store.mark_used(record.id, self._clock.now())
                return record
        return None

    def _digest_of(self, token_id: str, generation: int) -> str:
        """Of the secret of a generation; of what nobody has where there is no root."""
        return _digest(_secret(self._root.get() or secrets.token_bytes(32), token_id, generation))

    def _check_good(self, record: TokenRecord, generation: int) -> None:
        if record.revoked_at is not None:
            raise TokenRevoked(
                f"the token {record.name} was revoked at {written_time(record.revoked_at)[:19]}Z", token=record.name
            )
        ends = record.expires_at if generation == record.generation else record.older_expires_at
        if ends is not None and self._clock.now() >= ends:
            raise TokenExpired(f"the token {record.name} expired at {written_time(ends)[:19]}Z", token=record.name)


def parse_end(text: str, now: float, *, where: str = "expires") -> float:
    """When a token ends: a span from `now` (12h, 90d, 4w), or a day or time in ISO 8601. Raises InvalidDocument."""
    span = _SPAN.fullmatch(text)
    if span is not None:
        return now + int(span[1]) * _SECONDS[span[2]]
    try:
        return parse_time(text, where=where)
    except InvalidDocument:
        raise InvalidDocument(
            f"{text!r} is no time at which a token could end", where=where,
            advice="Write a span (12h, 90d, 4w), a day (2026-12-31) or a time (2026-12-31T18:00:00Z).",
        ) from None


def _check_end(expires_at: float | None, now: float) -> None:
    if expires_at is not None and expires_at <= now:
        raise InvalidDocument(
            f"it would have ended at {written_time(expires_at)[:19]}Z already", where="expires",
            advice=f"Name a later end; it is {written_time(now)[:19]}Z now.",
        )


def _held(records: Sequence[TokenRecord], workspace: str, name: str) -> TokenRecord:
    for record in records:
        if record.name == name and record.workspace == workspace and record.revoked_at is None:
            return record
    raise NotFound(f"there is no token {name}", where="name", advice="automate tokens list shows those that there are.")


def _retired(record: TokenRecord) -> TokenRecord:
    """`record` with its newest secret alone. The digest of a random one is kept as that of one of before."""
    random = record.digest if record.oldest == 0 else record.replaced
    return replace(record, oldest=record.generation, digest="", replaced=random, older_expires_at=None)


def _generation_of(record: TokenRecord, digest: str) -> int:
    """0 where `digest` is that of the record's random secret, good or of before. Raises TokenUnknown."""
    good = hmac.compare_digest(record.digest, digest)
    before = hmac.compare_digest(record.replaced or "", digest)
    if before and not good:
        raise TokenRotated(f"the token {record.name} was rotated: this is one of before", token=record.name)
    if not good:
        raise _unknown()
    return 0


def _unknown() -> TokenUnknown:
    return TokenUnknown("this token is not known here: it is of another place, or was revoked long ago")


def _text(root: bytes, record: TokenRecord) -> str:
    return f"atk_{record.id}_{record.generation}_{_secret(root, record.id, record.generation)}"


def _secret(root: bytes, token_id: str, generation: int) -> str:
    """The secret of a generation. The three parts have no space in them: no two give the same message."""
    message = b" ".join((_PURPOSE, token_id.encode(), str(generation).encode()))
    return base64.urlsafe_b64encode(hmac.digest(root, message, "sha256")).decode().rstrip("=")


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
