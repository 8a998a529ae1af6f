"""The browsers that signed in: each a file in ``<data>/sessions``, and two secrets in the browser.

A browser sends a cookie to every port of 127.0.0.1: whatever else is served on this machine is handed it as soon as the
browser goes there. So the cookie opens only pages that hold nothing of the owner's. What does needs the session's proof
besides, which the sign-in page leaves in localStorage: that belongs to one origin, port and all, and the Studio sends
it in a header of its own, which no page of another origin may send.

    cookie    automate_session_PORT=…       HttpOnly, SameSite=Strict      the Studio's files, /docs
    proof     X-Automate-Session: …         localStorage of our origin     with the cookie: the API

A session ends IDLE_SECONDS after its last request (a working day: one signs in once in the morning), LONGEST_SECONDS
after it began whatever happens (a page that is left open asks on and on), by signing out of it or of all, and with the
owner's token: its file is named by a digest that is keyed with the token, so that another token finds none. One that
was made with a named token holds that token's id and digest, and ends with it.
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
class Holder:
    """The named token that a session was made with: its id, and the digest of the secret that was shown."""

    id: str
    digest: str


@dataclass(frozen=True, slots=True)
class Session:
    """An open one: the digest of its proof, and whose it is; `holder` None is the owner."""

    proof_digest: str
    holder: Holder | None

    def is_proved(self, proof: str | None) -> bool:
        """Whether `proof` is its own."""
        if proof is None or not _SECRET.fullmatch(proof):
            return False
        return hmac.compare_digest(self.proof_digest, _digest(proof))


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

    def begin(self, holder: Holder | None = None) -> NewSession:
        """A session for a browser that signed in, as the owner or with a named token. Sessions that ran out are swept.
        Raises StoreUnavailable."""
        new = NewSession(secrets.token_urlsafe(32), secrets.token_urlsafe(32))
        now = self._clock.now()
        with done_to(self._folder):
            self._folder.mkdir(mode=0o700, exist_ok=True)
            for path in self._folder.iterdir():
                if self._opened(path) is None:
                    path.unlink(missing_ok=True)
            path = self._path(new.cookie)
            shape = {"began": now, "proof": _digest(new.proof)}
            if holder is not None:
                shape |= {"token": holder.id, "digest": holder.digest}
            write_private(path, json.dumps(shape))
            os.utime(path, (now, now))
        return new

    def find(self, cookie: str) -> Session | None:
        """The session of `cookie`, unless it has ended. Whether its token is still good is not looked at here."""
        return self._opened(self._path(cookie)) if _SECRET.fullmatch(cookie) else None

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

    def end_all(self, *, of: Holder | None = None) -> int:
        """Sign every browser out, or those of one named token; how many there were. Raises StoreUnavailable."""
        with done_to(self._folder, "read"):
            paths = list(self._folder.iterdir()) if self._folder.exists() else []
        ended = 0
        for path in paths:
            found = self._opened(path)
            if of is None or (found is not None and found.holder is not None and found.holder.id == of.id):
                ended += found is not None
                self._unlink(path)
        return ended

    def _path(self, cookie: str) -> Path:
        name = hmac.new(self._token().encode(), f"session {cookie}".encode(), hashlib.sha256).hexdigest()
        return self._folder / name

    def _opened(self, path: Path) -> Session | None:
        """An open session; None for one that has ended, and for what is none."""
        now = self._clock.now()
        try:
            seen = path.stat().st_mtime
            shape = json.loads(path.read_text(encoding="ascii"))
            began, digest = float(shape["began"]), str(shape["proof"])
            holder = Holder(str(shape["token"]), str(shape["digest"])) if "token" in shape else None
        except (OSError, ValueError, KeyError, TypeError, OverflowError):
            return None
        is_open = -_CLOCK_SET_BACK <= now - seen <= IDLE_SECONDS and -_CLOCK_SET_BACK <= now - began <= LONGEST_SECONDS
        return Session(digest, holder) if is_open else None

    def _unlink(self, path: Path) -> None:
        with done_to(path, "removed"):
            path.unlink(missing_ok=True)


def _digest(proof: str) -> str:
    return hashlib.sha256(proof.encode()).hexdigest()
