"""The owner's token and how a browser gets in with it.

    <data>/token       made once, readable by its owner only (0600)
    <data>/signin/     one file a sign-in code: its name is the code's digest, its content when it expires
    <data>/sessions/   the browsers that signed in: functions.server.sessions

Programs send ``Authorization: Bearer TOKEN``. A browser follows a link with a code: using the code deletes its file,
and of two that try only one succeeds; it then has a session. The token is read again whenever its file changed: another
token (`automate signout --new-token`) refuses the old one and ends every session at once, while the server runs.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
from pathlib import Path

from engine.adapters.local.privacy import done_to, write_private
from engine.clock import Clock
from engine.errors import StoreUnavailable
from functions.server.sessions import Sessions

CODE_SECONDS = 600.0

_Stamp = tuple[int, int, int]


class Owner:
    """Whoever can read the folder. Any process on it makes codes, the server takes them."""

    def __init__(self, folder: Path, clock: Clock) -> None:
        self._codes = folder / "signin"
        self._clock = clock
        self._file = folder / "token"
        self._read: tuple[_Stamp, str] | None = None
        self.sessions = Sessions(folder, clock, lambda: self.token)
        _ = self.token  # made now, or refused now

    @property
    def token(self) -> str:
        """The token of this moment. Raises StoreUnavailable where it cannot be read."""
        stamp, last = _stamp(self._file), self._read
        if last is None or stamp != last[0]:
            token = _token(self._file)
            self._read = (_stamp(self._file) or (0, 0, 0), token)
            return token
        return last[1]

    def is_token(self, given: str) -> bool:
        """Whether `given` is the token, compared in constant time."""
        return hmac.compare_digest(given.encode("utf-8", "replace"), self.token.encode())

    def replace_token(self) -> None:
        """Make another token: the old one, the sign-in links and every session end with it. Raises StoreUnavailable."""
        scratch = self._file.with_name(f".token.{secrets.token_hex(8)}")
        with done_to(self._file):
            write_private(scratch, secrets.token_urlsafe(32) + "\n")
            scratch.replace(self._file)
        self.sign_all_out()

    def sign_all_out(self) -> int:
        """End every session, and every sign-in link that nobody has used; the number of sessions. Raises
        StoreUnavailable."""
        with done_to(self._codes):
            for path in self._codes.iterdir() if self._codes.is_dir() else ():
                path.unlink(missing_ok=True)
        return self.sessions.end_all()

    def new_code(self) -> str:
        """A code for one sign-in within 10 minutes. Raises StoreUnavailable."""
        code = secrets.token_urlsafe(24)
        now = self._clock.now()
        with done_to(self._codes):
            self._codes.mkdir(mode=0o700, exist_ok=True)
            for path in self._codes.iterdir():
                if not _is_valid(path, now):
                    path.unlink(missing_ok=True)
            write_private(self._path(code), repr(now + CODE_SECONDS))
        return code

    def use_code(self, code: str) -> bool:
        """Whether `code` lets its bearer in; it never does again."""
        path = self._path(code)
        valid = _is_valid(path, self._clock.now())
        try:
            path.unlink()
        except FileNotFoundError:
            return False  # another request used it
        return valid

    def _path(self, code: str) -> Path:
        return self._codes / hashlib.sha256(code.encode("utf-8", "replace")).hexdigest()


def _is_valid(path: Path, now: float) -> bool:
    try:
        return float(path.read_text(encoding="ascii")) > now
    except (OSError, ValueError):
        return False


def _stamp(path: Path) -> _Stamp | None:
    """Changes whenever the file is another one; None when there is none."""
    try:
        info = path.stat()
    except OSError:
        return None
    return info.st_ino, info.st_mtime_ns, info.st_size


def _token(path: Path) -> str:
    """The token in `path`, made when there is none."""
    try:
        if not path.exists():
            scratch = path.with_name(f".token.{secrets.token_hex(8)}")
            write_private(scratch, secrets.token_urlsafe(32) + "\n")
            try:
                os.link(scratch, path)  # the first process's token stays
            except FileExistsError:
                pass
            finally:
                scratch.unlink()
        token = path.read_text(encoding="ascii").strip()
    except UnicodeDecodeError:
        token = ""
    except OSError as error:
        raise StoreUnavailable(
            f"{path} cannot be read: {error.strerror}. Make it readable, or move it away: the next start makes a new "
            "one."
        ) from error
    if len(token) < 20:
        raise StoreUnavailable(f"{path} is damaged. Delete it: the next start makes a new one.")
    return token
