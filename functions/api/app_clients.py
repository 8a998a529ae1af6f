"""The app clients of a stage: ID tokens that another one was given are no sign-ins here.

The gateway's authorizer takes ID tokens of every app client of the user pool (for ID tokens it looks at no audience).
In a pool that other applications sign in with, each of them holds such tokens of its users.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from engine.clock import Clock
from engine.errors import UserError
from engine.governance.audit.entry import SERVER, Subject
from engine.governance.roles import Caller
from functions.app.acts import Recorder
from functions.app.sparing import Sparing

APP_CLIENT = "APP_CLIENT"
"""The environment variable with the id of the app client of the command line, and of a Studio without a sign-in page.
Without the prefix AUTOMATE_, so that it is no workflow's secret."""

STUDIO_CLIENT_PARAMETER = "STUDIO_CLIENT_PARAMETER"
"""That of the parameter of Systems Manager with the id of the Studio's own app client, where it has one."""


class ForeignClient(UserError):
    """The sign-in is another application's."""

    code = "ForeignClient"
    status = 403


class AppClients:
    """The stage's app clients: `first`, and what `other` gives (empty for none), which is asked for only where it is
    not the first. Safe to share between threads."""

    def __init__(
        self, first: str, other: Callable[[], str], recorder: Recorder, clock: Clock, workspace: str
    ) -> None:
        self._first = first
        self._other = other
        self._recorder = recorder
        self._sparing = Sparing(clock)
        self._workspace = workspace

    def check(self, context: Mapping[str, Any], caller: Caller) -> None:
        """Raises ForeignClient where the ID token in `context`, which `caller` has shown, is for no client of the
        stage; StorageError where it cannot be told."""
        claims = (context.get("authorizer") or {}).get("claims")
        if not claims:
            return  # nobody is signed in
        client = str(claims.get("aud") or "")
        if client == self._first or (client and client == self._other()):
            return
        error = ForeignClient(
            f"this ID token is for the app client {client or 'unknown'}, which is none of this stage's",
            where="Authorization", advice="Sign in to this stage: in its Studio, or by automate --endpoint URL login.",
        )
        left_out = self._sparing.admit(client)
        if left_out is not None:
            self._recorder.done(
                "request.refused", self._workspace, Subject(SERVER, "api"), caller.actor, reason=error.message,
                details={"status": error.status, "code": error.code, "left_out_before": left_out},
            )
        raise error
