"""The browsers that signed in: each a file in ``<data>/sessions``, and two secrets in the browser.

A browser sends a cookie to every port of 127.0.0.1: whatever else is served on this machine is handed it as soon as the
browser goes there. So the cookie opens only pages that hold nothing of the owner's. What does needs the session's proof
besides, which the sign-in page leaves in localStorage: that belongs to one origin, port and all, and the Studio sends
it in a header of its own, which no page of another origin may send.

    cookie    automate_session_PORT=…       HttpOnly, SameSite=Strict      the Studio's files, /docs
    proof     X-Automate-Session: …         localStorage of our origin     with the cookie: the API

A session ends IDLE_SECONDS after its last request (a working day: one signs in once in the morning), LONGEST_SECONDS
after it began whatever happens (a page that is left open asks on and on), by signing out of it or of all, and with the
owner's token: its file is named by a digest that is keyed with the token, so that another token finds none.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import re
import secrets
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from engine.adapters.local.privacy import done_to, write_private
from engine.clock import Clock
from engine.records import dataclass

SESSIONS = "sessions"
"""The folder in the data folder."""
IDLE_SECONDS = 8 * 3600
LONGEST_SECONDS = 7 * 24 * 3600

_RENEWED_EVERY = 300.0
_CLOCK_SET_BACK = 60.0
_SECRET = re.compile(r"[A-Za-z0-9_-]{40,60}")


@dataclass(frozen=True, slots=True)
class NewSession:
    """What a browser is given: the cookie's value, and the proof."""

    cookie: str
    proof: str


class Sessions:
    """The sessions of a data folder; `token` gives the owner's token of the moment. Safe to share."""

    def __init__(self, folder: Path, clock: Clock, token: Callable[[], str]) -> None:
        self._folder = folder / SESSIONS
        self._clock = clock
        self._token = token

    def begin(self) -> NewSession:
        """A session for a browser that signed in. Sessions that ran out are swept. Raises StoreUnavailable."""
        new = NewSession(secrets.token_urlsafe(32), secrets.token_urlsafe(32))
        now = self._clock.now()
        with done_to(self._folder):
            self._folder.mkdir(mode=0o700, exist_ok=True)
            for path in self._folder.iterdir():
                if self._proof_digest(path) is None:
                    path.unlink(missing_ok=True)
            path = self._path(new.cookie)
            write_private(path, json.dumps({"began": now, "proof": _digest(new.proof)}))
            os.utime(path, (now, now))
        return new

    def is_open(self, cookie: str | None) -> bool:
        """Whether `cookie` is of a session that has not ended."""
        return cookie is not None and self._found(cookie) is not None

    def is_proved(self, cookie: str | None, proof: str | None) -> bool:
        """Whether `cookie` and `proof` are of one session that has not ended."""
        if cookie is None or proof is None or not _SECRET.fullmatch(proof):
            return False
        digest = self._found(cookie)
        return digest is not None and hmac.compare_digest(digest, _digest(proof))

    def renewed(self, cookie: str) -> bool:
        """Let the session's time begin anew; False where it just did, or where the session has ended."""
        path, now = self._path(cookie), self._clock.now()
        with suppress(OSError):  # ended meanwhile; or a disk that takes nothing
            if now - path.stat().st_mtime >= _RENEWED_EVERY:
                os.utime(path, (now, now))  # never makes the file: what was signed out stays so
                return True
        return False

    def end(self, cookie: str) -> None:
        """Sign one browser out. Raises StoreUnavailable."""
        self._unlink(self._path(cookie))

    def end_all(self) -> int:
        """Sign every browser out; how many there were. Raises StoreUnavailable."""
        with done_to(self._folder, "read"):
            paths = list(self._folder.iterdir()) if self._folder.exists() else []
        was_open = sum(self._proof_digest(path) is not None for path in paths)
        for path in paths:
            self._unlink(path)
        return was_open

    def _found(self, cookie: str) -> str | None:
        return self._proof_digest(self._path(cookie)) if _SECRET.fullmatch(cookie) else None

    def _path(self, cookie: str) -> Path:
        name = hmac.new(self._token().encode(), f"session {cookie}".encode(), hashlib.sha256).hexdigest()
        return self._folder / name

    def _proof_digest(self, path: Path) -> str | None:
        """The digest of the proof of an open session; None for one that has ended, and for what is none."""
        now = self._clock.now()
        try:
            seen = path.stat().st_mtime
            shape = json.loads(path.read_text(encoding="ascii"))
            began, digest = float(shape["began"]), str(shape["proof"])
        except (OSError, ValueError, KeyError, TypeError, OverflowError):
            return None
        is_open = -_CLOCK_SET_BACK <= now - seen <= IDLE_SECONDS and -_CLOCK_SET_BACK <= now - began <= LONGEST_SECONDS
        return digest if is_open else None

    def _unlink(self, path: Path) -> None:
        with done_to(path, "removed"):
            path.unlink(missing_ok=True)


def _digest(proof: str) -> str:
    return hashlib.sha256(proof.encode()).hexdigest()
