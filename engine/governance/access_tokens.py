"""Named tokens with roles: made, listed, rotated and revoked; and what becomes of one that somebody shows.

    atk_<id>_<secret>      id: 12 hexadecimal digits, which find the record; secret: 32 random bytes

The text is given once, to whoever makes or rotates the token. What is kept is the SHA-256 of the secret: it is random
and long, so a slow hash would add nothing. A token is good until it is revoked, rotated or expired, from that moment on
for nobody. Who shows one that was good once is told what became of it; who shows any other learns nothing.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from collections.abc import Sequence
from dataclasses import replace

from engine.clock import Clock
from engine.errors import Conflict, InvalidDocument, NotFound, UserError
from engine.governance.audit_entry import parse_time, written_time
from engine.governance.roles import Role
from engine.ports.access_tokens import TokenRecord, TokenStore
from engine.records import dataclass

MOST_REVOKED = 500
"""Records of revoked tokens that are kept; of older ones nobody is told more than that they are unknown."""

RESERVED = frozenset({"engine", "anonymous", "owner"})
"""Names that the audit log has for others."""

_TEXT = re.compile(r"atk_([0-9a-f]{12})_([A-Za-z0-9_-]{43})")
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._@+-]{0,63}")
_SPAN = re.compile(r"([1-9][0-9]{0,4})([hdw])")
_SECONDS = {"h": 3600.0, "d": 86400.0, "w": 7 * 86400.0}
_NEW = "An admin, or the owner of the data folder, makes another: automate tokens rotate NAME, or add NAME."


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
    """The named tokens of a place. `taken` are names that others have already. Safe to share."""

    def __init__(self, store: TokenStore, clock: Clock, *, taken: frozenset[str] = frozenset()) -> None:
        self._store = store
        self._clock = clock
        self._taken = RESERVED | taken

    def list(self, workspace: str) -> list[tuple[TokenRecord, float | None]]:
        """Those that are not revoked, by name, with when each was used last."""
        held = [record for record in self._store.read() if record.workspace == workspace and record.revoked_at is None]
        return [(record, self._store.used_at(record.id)) for record in sorted(held, key=lambda record: record.name)]

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
        secret = secrets.token_urlsafe(32)
        record = TokenRecord(
            secrets.token_hex(6), name, str(role), workspace, _digest(secret), now, by, expires_at
        )

        def make(records: Sequence[TokenRecord]) -> tuple[Sequence[TokenRecord], None]:
            if any(item.name == name and item.workspace == workspace and item.revoked_at is None for item in records):
                raise Conflict(
                    f"there is a token {name} already", where="name",
                    advice="Take another name, give this one a new secret (automate tokens rotate NAME), or revoke it.",
                )
            return [*records, record], None

        self._store.change(make)
        return NewToken(record, _text(record.id, secret))

    def rotate(self, workspace: str, name: str, *, expires_at: float | None = None) -> NewToken:
        """Give it another secret: the old one, and the sessions made with it, end now. An `expires_at` replaces the
        old end; an end that is over stays so without one. Raises NotFound, InvalidDocument."""
        now = self._clock.now()
        _check_end(expires_at, now)
        secret = secrets.token_urlsafe(32)

        def make(records: Sequence[TokenRecord]) -> tuple[Sequence[TokenRecord], TokenRecord]:
            old = _held(records, workspace, name)
            new = replace(
                old, digest=_digest(secret), replaced=old.digest, rotated_at=now,
                expires_at=old.expires_at if expires_at is None else expires_at,
            )
            _check_end(new.expires_at, now)
            return [new if item is old else item for item in records], new

        return NewToken(record := self._store.change(make), _text(record.id, secret))

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

    def shown(self, text: str) -> TokenRecord:
        """The record of the token that somebody shows, which is good. Raises TokenRefused: what became of it, where the
        secret is or was its own."""
        found = _TEXT.fullmatch(text)
        if found is None:
            raise TokenMalformed(
                "this is neither the owner's token nor a named one: those begin with atk_ and are given whole"
            )
        digest = _digest(found[2])
        record = next((item for item in self._store.read() if item.id == found[1]), None)
        if record is None:
            raise _unknown()
        if record.replaced is not None and hmac.compare_digest(record.replaced, digest):
            raise TokenRotated(f"the token {record.name} was rotated: this is the one before", token=record.name)
        if not hmac.compare_digest(record.digest, digest):
            raise _unknown()
        self._check_good(record)
        self._store.mark_used(record.id, self._clock.now())
        return record

    def good(self, token_id: str, digest: str) -> TokenRecord | None:
        """The record of a session's token, while it is the one that the session was made with and is good."""
        record = next((item for item in self._store.read() if item.id == token_id), None)
        if record is None or not hmac.compare_digest(record.digest, digest):
            return None
        try:
            self._check_good(record)
        except TokenRefused:
            return None
        self._store.mark_used(record.id, self._clock.now())
        return record

    def _check_good(self, record: TokenRecord) -> None:
        if record.revoked_at is not None:
            raise TokenRevoked(
                f"the token {record.name} was revoked at {written_time(record.revoked_at)[:19]}Z", token=record.name
            )
        if record.expires_at is not None and self._clock.now() >= record.expires_at:
            raise TokenExpired(
                f"the token {record.name} expired at {written_time(record.expires_at)[:19]}Z", token=record.name
            )


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


def _unknown() -> TokenUnknown:
    return TokenUnknown("this token is not known here: it is of another data folder, or was revoked long ago")


def _text(token_id: str, secret: str) -> str:
    return f"atk_{token_id}_{secret}"


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
