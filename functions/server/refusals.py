"""What the guard refuses, in the audit log: who knocked, from where, at what.

Anybody on this machine can knock, as often as they like: so refusals are recorded sparingly (functions.app.sparing),
those that show a known token apart from all others.
"""

from __future__ import annotations

from engine.clock import Clock
from engine.governance.audit.entry import SERVER, Subject
from engine.ports.keys import Actor
from functions.app.acts import NOBODY, Recorder
from functions.app.sparing import Sparing
from functions.server.wsgi import Environ

_MOST_CHARACTERS = 200  # of what the stranger chose: path, host, origin
_SUBJECT = Subject(SERVER, "local")


class RefusedRequests:
    """Records refusals. Never raises; safe to share between threads."""

    def __init__(self, recorder: Recorder, clock: Clock, workspace: str) -> None:
        self._recorder = recorder
        self._workspace = workspace
        self._sparing = Sparing(clock)

    def record(self, environ: Environ, status: int, code: str, message: str, *, token: str | None = None) -> None:
        """`environ` was answered with `status` and the error `code`. Neither its query nor its token is kept; `token`
        is the name of one that was good once."""
        left_out = self._sparing.admit(token or "")
        if left_out is None:
            return
        details = {
            "status": status, "code": code, "method": environ["REQUEST_METHOD"], "path": _cut(environ["PATH_INFO"]),
            "host": _cut(environ.get("HTTP_HOST")), "from_origin": _cut(environ.get("HTTP_ORIGIN")),
            "left_out_before": left_out,
        }
        origin = str(environ.get("REMOTE_ADDR", ""))
        actor = Actor(NOBODY.name, origin=origin) if token is None else Actor(token, "token", origin)
        self._recorder.done("request.refused", self._workspace, _SUBJECT, actor, reason=message, details=details)


def _cut(text: object) -> str | None:
    return None if text is None else str(text)[:_MOST_CHARACTERS]
