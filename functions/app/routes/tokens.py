"""Routes of named tokens: for other people and programs on one machine, for programs on a stage."""

from __future__ import annotations

from typing import Any

from engine.errors import NotFound
from engine.governance.access_tokens import AccessTokens, NewToken, parse_end
from engine.governance.audit.entry import TOKEN, Subject
from engine.governance.roles import Right, parse_role
from engine.ports.access_tokens import TokenRecord
from functions.app.acts import Act
from functions.app.routing import Call, RouteTable
from functions.app.shapes import base
from functions.app.shapes import tokens as shapes

table = RouteTable("Tokens")


def _token(call: Call[Any]) -> Subject:
    return Subject(TOKEN, call.path["token"])


@table.route("GET", "/tokens", right=Right.ACCESS)
def list_tokens(call: Call[base.Nothing]) -> shapes.AccessTokenList:
    """List the named tokens: the role of each, its end, and when it was used last."""
    found = _tokens(call).list(call.workspace)
    return shapes.AccessTokenList(tokens=[_shown(call, record, used_at) for record, used_at in found])


@table.route(
    "POST", "/tokens", right=Right.ACCESS, status=201,
    act=Act("token.add", lambda call: Subject(TOKEN, call.given.name)),
    example={"name": "ci", "role": "operator", "expires": "90d"},
)
def add_token(call: Call[shapes.AddTokenRequest]) -> shapes.NewAccessToken:
    """Make a token with a role. The answer has its text, which is given once and kept nowhere.

    Send it as Authorization: Bearer, or sign a browser in with it at /signin."""
    given, tokens = call.given, _tokens(call)
    role = parse_role(given.role)
    new = tokens.add(
        call.workspace, given.name, role, by=call.actor.name, expires_at=_end(call, given.expires)
    )
    call.act.done(after=_recorded(new.record))
    return _new(call, new)


@table.route(
    "POST", "/tokens/{token}/rotate", right=Right.ACCESS, act=Act("token.rotate", _token), example={"expires": "90d"},
)
def rotate_token(call: Call[shapes.RotateTokenRequest]) -> shapes.NewAccessToken:
    """Give a token a new secret. The one before stays good until it is retired.

    With at_once it, and browsers that signed in with it, are refused from now on."""
    tokens, name = _tokens(call), call.path["token"]
    before = tokens.find(call.workspace, name)
    new = tokens.rotate(call.workspace, name, expires_at=_end(call, call.given.expires), at_once=call.given.at_once)
    call.act.done(before=_recorded(before), after=_recorded(new.record))
    return _new(call, new)


@table.route("DELETE", "/tokens/{token}/older", right=Right.ACCESS, act=Act("token.retire", _token))
def retire_token(call: Call[base.Nothing]) -> shapes.AccessToken:
    """End the older of a token's two secrets. It, and browsers that signed in with it, are refused from now on."""
    tokens, name = _tokens(call), call.path["token"]
    before = tokens.find(call.workspace, name)
    record = tokens.retire(call.workspace, name)
    call.act.done(before=_recorded(before), after=_recorded(record))
    return _shown(call, record, None)


@table.route("DELETE", "/tokens/{token}", right=Right.ACCESS, act=Act("token.revoke", _token))
def revoke_token(call: Call[base.Nothing]) -> base.Done:
    """Revoke a token. It, and browsers that signed in with it, are refused from now on; a request that was let in
    ends, and one that was held is given nothing."""
    revoked = _tokens(call).revoke(call.workspace, call.path["token"], by=call.actor.name)
    call.act.done(before=_recorded(revoked))
    return base.Done()


def _tokens(call: Call[Any]) -> AccessTokens:
    """Raises NotFound where there are none."""
    if call.services.open_tokens is None:
        raise NotFound("there are no named tokens here")
    return call.services.open_tokens()


def _end(call: Call[Any], text: str | None) -> float | None:
    return None if text is None else parse_end(text, call.services.clock.now())


def _recorded(record: TokenRecord) -> base.Json:
    """What an entry of the audit log has: no digest, which is nobody's to know."""
    good = record.generation - record.oldest + 1
    return {
        "role": record.role, "workspace": record.workspace, "expires_at": record.expires_at, "secrets": good,
    }


def _shown(call: Call[Any], record: TokenRecord, used_at: float | None) -> shapes.AccessToken:
    ends = record.expires_at
    return shapes.AccessToken.of(
        record, last_used_at=used_at, expired=ends is not None and ends <= call.services.clock.now(),
        has_older=record.oldest < record.generation,
    )


def _new(call: Call[Any], new: NewToken) -> shapes.NewAccessToken:
    return shapes.NewAccessToken.of(_shown(call, new.record, None), token=new.text)
