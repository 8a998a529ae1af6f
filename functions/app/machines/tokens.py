"""Who shows a named token, as a caller with a grant; and the refusal of one that lets nobody in, in the audit log."""

from __future__ import annotations

from engine.clock import Clock
from engine.errors import InvalidDocument
from engine.governance.access_tokens import AccessTokens, TokenRefused
from engine.governance.audit.entry import SERVER, Subject
from engine.governance.roles import Caller, Grant, parse_role
from engine.ports.access_tokens import TokenRecord
from engine.ports.keys import Actor
from functions.app.acts import Recorder
from functions.app.sparing import Sparing

GRANTING = "An admin gives it with a token of another role: automate tokens add NAME --role {role}."
"""How a role is given to who has a token of a stage, with ``{role}`` in its place."""

TOKEN_ROOT = "TOKEN_ROOT"  # noqa: S105  a variable's name
"""The environment variable that names the secret with the root of a stage's tokens. Without the prefix AUTOMATE_, so
that it is no workflow's secret."""

_BEARER = "bearer "


def caller_with(record: TokenRecord, origin: str, granting: str) -> Caller:
    """Whoever has the token of `record`. Raises TokenRefused for a role that this release does not know."""
    try:
        role = parse_role(record.role)
    except InvalidDocument:
        raise TokenRefused(
            f"the token {record.name} has the role {record.role}, which this release does not know", token=record.name
        ) from None
    return Caller(
        Actor(record.name, "token", origin), (Grant(f"token/{record.name}", record.workspace, role),), granting
    )


class TokenMissing(TokenRefused):
    """No token was shown."""

    code = "Unauthorized"


class TokenCallers:
    """The callers with named tokens of a stage. Safe to share between threads.

    A token that is no one's is refused with nothing read or written. One that was good once is in the audit log, as
    often as functions.app.sparing has it: its text shows that somebody was given it.
    """

    def __init__(self, tokens: AccessTokens, recorder: Recorder, clock: Clock, workspace: str) -> None:
        self.tokens = tokens
        self._recorder = recorder
        self._sparing = Sparing(clock)
        self._workspace = workspace

    def of_header(self, authorization: str, origin: str) -> Caller:
        """Whoever sends this Authorization header. Raises TokenRefused."""
        if not authorization.lower().startswith(_BEARER):
            raise TokenMissing("a named token is missing: send Authorization: Bearer TOKEN")
        try:
            return caller_with(self.tokens.shown(authorization[len(_BEARER):].strip())[0], origin, GRANTING)
        except TokenRefused as error:
            if error.token is not None:
                self._record(error, error.token, origin)
            raise

    def _record(self, error: TokenRefused, name: str, origin: str) -> None:
        left_out = self._sparing.admit(name)
        if left_out is not None:
            self._recorder.done(
                "request.refused", self._workspace, Subject(SERVER, "api"), Actor(name, "token", origin),
                reason=error.message,
                details={"status": error.status, "code": error.code, "left_out_before": left_out},
            )
