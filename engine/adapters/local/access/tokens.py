"""Named tokens in the data folder, and the root of their secrets.

    tokens/tokens.json   the records, written as a whole (write, fsync, rename) under the lock
    tokens/lock          held while writing
    tokens/used-ID       empty: its time is when the token was used last
    tokens/key           the root of the tokens' secrets: 32 random bytes in base64, made with the first token

Only its owner can read them. No backup holds them: a copy of a folder lets nobody in but its owner.

The file is read again whenever it changed: what is revoked by a command is refused by the server from the next request
on. A crash while writing leaves the old file or the new one.
"""

from __future__ import annotations

import base64
import fcntl
import json
import os
import secrets
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict
from pathlib import Path
from typing import TypeVar

from engine.adapters.local.privacy import done_to, write_private
from engine.clock import Clock
from engine.errors import StoreBusy, StoreCorrupt, StoreUnavailable
from engine.ports.access_tokens import USED_EVERY_SECONDS, Change, TokenRecord

FOLDER = "tokens"
KEY = "key"
SCHEMA = 2
"""1 has no generations: all its tokens are kept as digests."""

ROOT_BYTES = 32

_POLL_SECONDS = 0.02
_Stamp = tuple[int, int, int]
_Made = TypeVar("_Made")


class LocalTokenStore:
    """engine.ports.access_tokens.TokenStore in a data folder. Nothing is made before the first change."""

    def __init__(self, folder: str | os.PathLike[str], clock: Clock, *, busy_timeout: float = 5.0) -> None:
        self._folder = Path(folder) / FOLDER
        self._file = self._folder / "tokens.json"
        self._clock = clock
        self._busy_timeout = busy_timeout
        self._last: tuple[_Stamp, tuple[TokenRecord, ...]] | None = None

    def read(self) -> Sequence[TokenRecord]:
        """See TokenStore."""
        stamp, last = self._stamp(), self._last
        if stamp is None:
            return ()
        if last is None or last[0] != stamp:
            last = (stamp, self._records())
            self._last = last
        return last[1]

    def find(self, token_id: str) -> TokenRecord | None:
        """See TokenStore."""
        return next((record for record in self.read() if record.id == token_id), None)

    def change(self, make: Change[_Made]) -> _Made:
        """See TokenStore."""
        with done_to(self._folder):
            self._folder.mkdir(mode=0o700, exist_ok=True)
        with self._writing():
            records, made = make(self._records())
            self._write(records)
            self._forget_but({record.id for record in records})
        return made

    def mark_used(self, token_id: str, at: float) -> None:
        """See TokenStore."""
        last = self._used_at(token_id)
        if last is not None and abs(at - last) < USED_EVERY_SECONDS:
            return
        path = self._used(token_id)
        with suppress(OSError):
            os.close(os.open(path, os.O_CREAT | os.O_WRONLY | os.O_NOFOLLOW, 0o600))
            os.utime(path, (at, at))

    def used(self) -> Mapping[str, float]:
        """See TokenStore."""
        found = {record.id: self._used_at(record.id) for record in self.read()}
        return {token_id: at for token_id, at in found.items() if at is not None}

    def _used_at(self, token_id: str) -> float | None:
        try:
            return self._used(token_id).stat().st_mtime
        except OSError:
            return None

    def _forget_but(self, ids: set[str]) -> None:
        """Remove the marks of tokens that are not known any more."""
        with suppress(OSError):
            for path in self._folder.glob("used-*"):
                if path.name.removeprefix("used-") not in ids:
                    path.unlink(missing_ok=True)

    def _used(self, token_id: str) -> Path:
        return self._folder / f"used-{token_id}"

    def _stamp(self) -> _Stamp | None:
        try:
            info = self._file.stat()
        except FileNotFoundError:
            return None
        except OSError as error:
            raise StoreUnavailable(f"{self._file} cannot be read: {error.strerror}") from error
        return info.st_ino, info.st_mtime_ns, info.st_size

    def _records(self) -> tuple[TokenRecord, ...]:
        try:
            shape = json.loads(self._file.read_text(encoding="utf-8"))
            if shape["schema"] > SCHEMA:
                raise StoreCorrupt(f"{self._file} is of schema {shape['schema']}: a newer release wrote it")
            return tuple(TokenRecord(**item) for item in shape["tokens"])
        except FileNotFoundError:
            return ()
        except OSError as error:
            raise StoreUnavailable(f"{self._file} cannot be read: {error.strerror}") from error
        except (ValueError, KeyError, TypeError) as error:
            raise StoreCorrupt(
                f"{self._file} is damaged; nothing was changed. Without it there is no named token: the owner's works."
            ) from error

    def _write(self, records: Sequence[TokenRecord]) -> None:
        data = json.dumps({"schema": SCHEMA, "tokens": [asdict(record) for record in records]}, indent=1).encode()
        part = self._folder / "tokens.part"
        with done_to(self._file):
            with suppress(FileNotFoundError):
                part.unlink()
            with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            part.replace(self._file)
            _sync(self._folder)

    @contextmanager
    def _writing(self) -> Iterator[None]:
        path = self._folder / "lock"
        with done_to(path):
            handle = os.open(path, os.O_CREAT | os.O_RDWR | os.O_NOFOLLOW, 0o600)
        try:
            ends = self._clock.now() + self._busy_timeout
            while True:
                try:
                    fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    break
                except BlockingIOError:
                    if self._clock.now() >= ends:
                        raise StoreBusy(f"{path} is held by another process") from None
                    self._clock.sleep(_POLL_SECONDS)
            yield
        finally:
            os.close(handle)


class LocalTokenRoot:
    """engine.ports.access_tokens.TokenRoot: the key in the tokens' folder."""

    def __init__(self, folder: str | os.PathLike[str]) -> None:
        self._folder = Path(folder) / FOLDER
        self._file = self._folder / KEY

    def get(self) -> bytes | None:
        """See TokenRoot."""
        try:
            root = base64.b64decode(self._file.read_bytes().strip(), validate=True)
        except FileNotFoundError:
            return None
        except OSError as error:
            raise StoreUnavailable(f"{self._file} cannot be read: {error.strerror}") from error
        except ValueError:
            root = b""
        if len(root) != ROOT_BYTES:
            raise StoreCorrupt(
                f"{self._file} is damaged: it must hold {ROOT_BYTES} bytes in base64. Without it there is no named "
                "token: delete it, and rotate each of them; the owner's works."
            )
        return root

    def make(self) -> bytes:
        """See TokenRoot."""
        root = self.get()
        if root is None:
            part = self._folder / f"key.{secrets.token_hex(8)}.part"
            with done_to(self._file):
                self._folder.mkdir(mode=0o700, exist_ok=True)
                write_private(part, base64.b64encode(secrets.token_bytes(ROOT_BYTES)).decode() + "\n")
                try:
                    os.link(part, self._file)  # the first process's stays
                except FileExistsError:
                    pass
                finally:
                    part.unlink()
                _sync(self._folder)
            root = self.get()
        if root is None:
            raise StoreUnavailable(f"{self._file} was taken away while it was made")
        return root


def _sync(folder: Path) -> None:
    """Make the names in `folder` lasting."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
