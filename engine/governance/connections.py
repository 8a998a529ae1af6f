"""Connections: how a service knows us, kept by name. One is a secret of the key ``connection.NAME`` whose value has
this form, so that grants, usage, masking and backends are those of every secret.

    {"connection": 1, "kind": "oauth2_client_credentials", "token_url": …, "client_id": …, "client_secret": …,
     "tokens": {"access": …, "obtained_at": …, "expires_at": …, "refresh": …}}

A step gets what is sent alone (`handed`): an access token and never what it was obtained with.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterator, Mapping
from dataclasses import field
from typing import Any

from engine.errors import StoreCorrupt
from engine.governance.secret_refs import is_key
from engine.records import dataclass

Json = Any

FORM = 1
PREFIX = "connection."
API_KEY, BEARER, BASIC, CLIENT, CODE = (
    "api_key", "bearer", "basic", "oauth2_client_credentials", "oauth2_authorization_code"
)
KINDS = (API_KEY, BEARER, BASIC, CLIENT, CODE)
HEADERS, QUERY = "headers", "query"

MOST_MARGIN_SECONDS = 60.0
"""An access token is renewed so long before its end, or a fifth of its life before it, if that is less."""


@dataclass(frozen=True, slots=True)
class Tokens:
    """What a token endpoint answered. `expires_at` is None where it did not say, `refresh` empty without one."""

    access: str = field(repr=False)
    obtained_at: float
    expires_at: float | None = None
    refresh: str = field(default="", repr=False)

    def good_at(self, now: float) -> bool:
        """Whether the access token is good for a call that begins now."""
        if self.expires_at is None:
            return True
        return now < self.expires_at - min(MOST_MARGIN_SECONDS, (self.expires_at - self.obtained_at) / 5)


@dataclass(frozen=True, slots=True)
class Asked:
    """What was asked of a person who is to say yes on the service's own page, until `ends_at`: the answer has `state`,
    and comes by `by` to `redirect_uri`; `verifier` is RFC 7636's."""

    state: str = field(repr=False)
    verifier: str = field(repr=False)
    redirect_uri: str
    by: str
    ends_at: float


@dataclass(frozen=True, slots=True)
class Connection:
    """A connection as it is kept. `secret` is a key, a token or a password, `user` that of BASIC. An API_KEY may say
    where ``http`` sends it: `place` (HEADERS, QUERY) and `name`. `test_url` is what a GET must reach with it. `number`
    counts the values that it had.

    The rest is of OAuth2: `client_auth` is basic or body, `parameters` are sent to the token endpoint too. Of CODE are
    `authorize_url`, the page where a person says yes, and what is added to its address; an `issuer` says who must have
    answered (RFC 9207), `says_iss` that its answers name it; `asked` is what is not answered yet.
    """

    kind: str
    secret: str = field(default="", repr=False)
    user: str = ""
    place: str = ""
    name: str = ""
    token_url: str = ""
    client_id: str = ""
    client_secret: str = field(default="", repr=False)
    client_auth: str = BASIC
    scopes: tuple[str, ...] = ()
    parameters: Mapping[str, str] = field(default_factory=dict)
    authorize_url: str = ""
    authorize_parameters: Mapping[str, str] = field(default_factory=dict)
    issuer: str = ""
    says_iss: bool = False
    asked: Asked | None = None
    test_url: str = ""
    tested_at: float | None = None
    tokens: Tokens | None = None
    number: int = 0

    @property
    def is_oauth(self) -> bool:
        """Whether it gets access tokens from a token endpoint."""
        return self.kind in (CLIENT, CODE)

    @property
    def sent_as(self) -> str:
        """What a service sees of it: API_KEY, BEARER or BASIC."""
        return BEARER if self.is_oauth else self.kind

    def secrets(self) -> Iterator[str]:
        """Everything of it that is masked."""
        yield from filter(None, (self.secret, self.client_secret))
        if self.tokens is not None:
            yield from filter(None, (self.tokens.access, self.tokens.refresh))
        if self.asked is not None:
            yield from (self.asked.state, self.asked.verifier)

    def as_text(self) -> str:
        """The value of its secret."""
        shape: dict[str, Json] = {"connection": FORM}
        for name in _FIELDS:
            value = getattr(self, name)
            if value not in ("", (), {}, None, False):
                shape[name] = dict(_shape(value)) if isinstance(value, Tokens | Asked) else value
        return json.dumps(shape)


def key_of(name: str) -> str:
    """The key of the connection's secret."""
    return PREFIX + name


def name_of(key: str) -> str | None:
    """The name of the connection that `key` is the secret of; None for a plain secret's."""
    return key.removeprefix(PREFIX) if key.startswith(PREFIX) and is_key(key) and key != PREFIX else None


def parse(text: str) -> Connection | None:
    """The connection that a secret's value is; None for a plain secret. Raises StoreCorrupt for one of a newer form."""
    if not text.startswith('{"connection":'):
        return None
    try:
        shape = json.loads(text)
        if shape.pop("connection") != FORM:
            raise StoreCorrupt("the connection was written by a newer release of automate")
        tokens, asked = shape.pop("tokens", None), shape.pop("asked", None)
        shape["scopes"] = tuple(shape.get("scopes", ()))
        return Connection(
            **shape, tokens=None if tokens is None else Tokens(**tokens),
            asked=None if asked is None else Asked(**asked),
        )
    except (ValueError, TypeError, AttributeError):
        raise StoreCorrupt("the connection's secret is damaged: add the connection again") from None


def handed(connection: Connection, access: str = "") -> str:
    """What a step is handed, as the value of its SecretRef; `access` is an access token of OAuth2.

    Where a key goes is written as names, so that masking, which removes the values, leaves them.
    """
    shape: dict[str, Json] = {"kind": connection.sent_as, "secret": access or connection.secret}
    if connection.kind == BASIC:
        shape["user"] = connection.user
    if connection.name:
        shape["at"] = {connection.place or HEADERS: {connection.name: None}}
    return json.dumps(shape)


_FIELDS = tuple(item.name for item in dataclasses.fields(Connection))


def _shape(part: Tokens | Asked) -> Iterator[tuple[str, Json]]:
    for item in dataclasses.fields(part):
        value = getattr(part, item.name)
        if value not in ("", None):
            yield item.name, value
