"""The owner's token and how a browser gets in with it.

    <data>/token       made once, readable by its owner only (0600)
    <data>/signin/     one file a sign-in code: its name is the code's digest, its content when it expires

Programs send ``Authorization: Bearer TOKEN``. A browser follows a link with a code: using the code deletes its file,
and of two that try only one succeeds. It then holds a cookie: an expiry signed with the token, so that there is no
session to store, and deleting the token ends all of them.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import re
import secrets
from pathlib import Path

from engine.adapters.local.privacy import write_private
from engine.clock import Clock
from engine.errors import StoreUnavailable

CODE_SECONDS = 600.0
COOKIE_SECONDS = 30 * 24 * 3600
COOKIE = "automate_session"

_EXPIRY = re.compile(r"[0-9]{1,12}")  # int() raises beyond 4,300 digits


class Owner:
    """Whoever can read the folder. Any process on it makes codes, the server takes them."""

    def __init__(self, folder: Path, clock: Clock) -> None:
        self._folder = folder
        self._codes = folder / "signin"
        self._clock = clock
        self.token = _token(folder / "token")

    def is_token(self, given: str) -> bool:
        """Whether `given` is the token, compared in constant time."""
        return hmac.compare_digest(given.encode("utf-8", "replace"), self.token.encode())

    def new_code(self) -> str:
        """A code for one sign-in within 10 minutes. Raises StoreUnavailable."""
        code = secrets.token_urlsafe(24)
        now = self._clock.now()
        try:
            self._codes.mkdir(mode=0o700, exist_ok=True)
            for path in self._codes.iterdir():
                if not _is_valid(path, now):
                    path.unlink(missing_ok=True)
            write_private(self._path(code), repr(now + CODE_SECONDS))
        except OSError as error:
            raise StoreUnavailable(f"{self._codes} cannot be written: {error.strerror}") from error
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

    def new_cookie(self) -> str:
        """The cookie's value for a browser that signed in."""
        return self._signed(int(self._clock.now()) + COOKIE_SECONDS)

    def is_cookie(self, given: str) -> bool:
        """Whether `given` is a cookie of this owner that has not expired."""
        expiry = given.partition(".")[0]
        if not _EXPIRY.fullmatch(expiry) or int(expiry) <= self._clock.now():
            return False
        return hmac.compare_digest(given.encode("utf-8", "replace"), self._signed(int(expiry)).encode())

    def _signed(self, expiry: int) -> str:
        signature = hmac.new(self.token.encode(), f"session {expiry}".encode(), hashlib.sha256).hexdigest()
        return f"{expiry}.{signature}"

    def _path(self, code: str) -> Path:
        return self._codes / hashlib.sha256(code.encode("utf-8", "replace")).hexdigest()


def _is_valid(path: Path, now: float) -> bool:
    try:
        return float(path.read_text(encoding="ascii")) > now
    except (OSError, ValueError):
        return False


def _token(path: Path) -> str:
    """The token in `path`, made when there is none."""
    try:
        if not path.exists():
            scratch = path.with_name(f".token.{secrets.token_hex(8)}")
            handle = os.open(scratch, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(handle, "w", encoding="ascii") as file:
                file.write(secrets.token_urlsafe(32) + "\n")
            try:
                os.link(scratch, path)  # the first process's token stays
            except FileExistsError:
                pass
            finally:
                scratch.unlink()
        token = path.read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise StoreUnavailable(f"{path} cannot be used: {error}") from error
    if len(token) < 20:
        raise StoreUnavailable(f"{path} is damaged. Delete it: the next start makes a new one.")
    return token
