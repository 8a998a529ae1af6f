"""What the guard refuses, in the audit log: who knocked, from where, at what.

Anybody on this machine can knock, as often as they like: so the first BURST refusals are recorded one by one, and then
one every EVERY_SECONDS at most. Each entry says how many were left out since the one before it.
"""

from __future__ import annotations

from threading import Lock

from engine.clock import Clock
from engine.governance.audit_entry import SERVER, Subject
from engine.ports.keys import Actor
from functions.app.acts import NOBODY, Recorder
from functions.server.wsgi import Environ

BURST = 20
EVERY_SECONDS = 60.0

_MOST_CHARACTERS = 200  # of what the stranger chose: path, host, origin
_SUBJECT = Subject(SERVER, "local")


class RefusedRequests:
    """Records refusals. Never raises; safe to share between threads."""

    def __init__(self, recorder: Recorder, clock: Clock, workspace: str) -> None:
        self._recorder = recorder
        self._clock = clock
        self._workspace = workspace
        self._lock = Lock()
        self._room = float(BURST)
        self._asked_at = clock.now()
        self._left_out = 0

    def record(self, environ: Environ, status: int, code: str, message: str) -> None:
        """`environ` was answered with `status` and the error `code`. Neither its query nor its token is kept."""
        left_out = self._admit()
        if left_out is None:
            return
        details = {
            "status": status, "code": code, "method": environ["REQUEST_METHOD"], "path": _cut(environ["PATH_INFO"]),
            "host": _cut(environ.get("HTTP_HOST")), "from_origin": _cut(environ.get("HTTP_ORIGIN")),
            "left_out_before": left_out,
        }
        actor = Actor(NOBODY.name, origin=str(environ.get("REMOTE_ADDR", "")))
        self._recorder.done("request.refused", self._workspace, _SUBJECT, actor, reason=message, details=details)

    def _admit(self) -> int | None:
        """How many were left out before this one; None to leave this one out too."""
        with self._lock:
            now = self._clock.now()
            self._room = min(float(BURST), self._room + max(0.0, now - self._asked_at) / EVERY_SECONDS)
            self._asked_at = now
            if self._room < 1:
                self._left_out += 1
                return None
            self._room -= 1
            left_out, self._left_out = self._left_out, 0
            return left_out


def _cut(text: object) -> str | None:
    return None if text is None else str(text)[:_MOST_CHARACTERS]
