"""Named tokens in the data folder.

    tokens/tokens.json   the records, written as a whole (write, fsync, rename) under the lock
    tokens/lock          held while writing
    tokens/used-ID       empty: its time is when the token was used last

The file is read again whenever it changed: what is revoked by a command is refused by the server from the next request
on. A crash while writing leaves the old file or the new one.
"""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict
from pathlib import Path
from typing import TypeVar

from engine.adapters.local.privacy import done_to
from engine.clock import Clock
from engine.errors import StoreBusy, StoreCorrupt, StoreUnavailable
from engine.ports.access_tokens import Change, TokenRecord

FOLDER = "tokens"
SCHEMA = 1
USED_EVERY_SECONDS = 60.0
"""The last use is written at most so often."""

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
        last = self.used_at(token_id)
        if last is not None and abs(at - last) < USED_EVERY_SECONDS:
            return
        path = self._used(token_id)
        with suppress(OSError):
            os.close(os.open(path, os.O_CREAT | os.O_WRONLY | os.O_NOFOLLOW, 0o600))
            os.utime(path, (at, at))

    def used_at(self, token_id: str) -> float | None:
        """See TokenStore."""
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
            if shape["schema"] != SCHEMA:
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
            handle = os.open(self._folder, os.O_RDONLY)
            try:
                os.fsync(handle)
            finally:
                os.close(handle)

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
