"""Who shows a named token of the data folder, or has a session that was made with one."""

from __future__ import annotations

from engine.governance.access_tokens import AccessTokens, TokenRefused
from engine.governance.audit.entry import SERVER, Subject
from engine.governance.roles import Caller
from engine.ports.keys import Actor
from functions.app.acts import NOBODY, Recorder
from functions.app.identity import GRANTING_HERE
from functions.app.machines.tokens import caller_with
from functions.server.sessions import Holder


class NamedCallers:
    """The callers with named tokens; `recorder` and `workspace` are for the audit log."""

    def __init__(self, tokens: AccessTokens, recorder: Recorder, workspace: str) -> None:
        self.tokens = tokens
        self._recorder = recorder
        self._workspace = workspace

    def of_text(self, text: str, origin: str) -> tuple[Caller, Holder]:
        """Whoever shows the token `text`, and what a session of theirs would hold. Raises TokenRefused."""
        record, digest = self.tokens.shown(text)
        return caller_with(record, origin, GRANTING_HERE), Holder(record.id, digest)

    def of_session(self, holder: Holder, origin: str) -> Caller | None:
        """Whose session it is; None where its token is good no more."""
        record = self.tokens.good(holder.id, holder.digest)
        try:
            return None if record is None else caller_with(record, origin, GRANTING_HERE)
        except TokenRefused:
            return None

    def of_command(self, text: str, origin: str) -> Caller:
        """Whoever asks in process with the token `text`. Raises TokenRefused; the audit log has that, as it has what
        the guard refuses."""
        try:
            return self.of_text(text, origin)[0]
        except TokenRefused as error:
            actor = Actor(NOBODY.name, origin=origin) if error.token is None else Actor(error.token, "token", origin)
            self._recorder.done(
                "request.refused", self._workspace, Subject(SERVER, "local"), actor, reason=error.message,
                details={"status": error.status, "code": error.code},
            )
            raise
