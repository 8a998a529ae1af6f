"""What was erased, beside the data: ``erased.jsonl`` in the data folder.

    {"key": "<64 hexadecimal digits>"}                              its first line
    {"at": "2026-01-02T03:04:05.678901Z", "digest": "<64 …>"}       an execution, all of one length
    {"at": "…", "actor": "~<24 …>"}                                 an actor of the audit log, by the pseudonym

A digest is the HMAC-SHA256 of workspace and id under the key, so the list names nobody. Whoever has it can try a guess.
It is no part of the database: where an older database is put in the folder, the list is ahead of it, and what it names
is erased again. A backup holds the list as it was then. A list that is empty, or whose last line is torn, was copied in
part, or whoever wrote it died before anybody was answered: `damage` says so, and the next entry takes the place of the
torn one. `damage` names other lines too that are no entry. Those stay.
"""

from __future__ import annotations

import fcntl
import hashlib
import hmac
import json
import os
import re
import secrets
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

from engine.adapters.local.privacy import done_to
from engine.errors import StoreCorrupt
from engine.ports.keys import ExecutionKey

ERASED = "erased.jsonl"

ADVICE = (
    "Copy the newest list that there is into its place. If there is none, take out each line that is no entry, and "
    "erase again what was erased."
)
"""For a list that is damaged."""

_ENTRY = rb'\{"at":"[0-9T:.-]{26}Z","(digest":"[0-9a-f]{64}|actor":"~[0-9a-f]{24})"\}\n'
_KEY = rb'\{"key":"[0-9a-f]{64}"\}\n'
_WHOLE = re.compile(_KEY + b"(" + _ENTRY + b")*+")


class ErasedList:
    """The list of `folder`. Raises StoreUnavailable where it cannot be written, StoreCorrupt where it is none."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / ERASED
        self._key: bytes | None = None

    @property
    def is_there(self) -> bool:
        """Whether anything was erased."""
        return self._path.exists()

    def digest(self, key: ExecutionKey) -> str | None:
        """What the list calls an execution; None where there is no list."""
        known = self._key or self._read_key()
        if known is None:
            return None
        self._key = known
        text = f"{key.workspace}\0{key.id}".encode("utf-8", "surrogatepass")
        return hmac.new(known, text, hashlib.sha256).hexdigest()

    def add(self, keys: Sequence[ExecutionKey], at: float) -> list[str]:
        """Put them on the list, on the disk when this returns; their digests."""
        digests: list[str] = []

        def shapes() -> Iterator[dict[str, str]]:
            digests.extend(digest for digest in map(self.digest, keys) if digest is not None)
            return ({"digest": digest} for digest in digests)

        self._append(shapes, at)
        return digests

    def add_actors(self, pseudonyms: Sequence[str], at: float) -> None:
        """Put actors on the list, on the disk when this returns."""
        self._append(lambda: ({"actor": one} for one in pseudonyms), at)

    def _append(self, shapes: Callable[[], Iterator[dict[str, str]]], at: float) -> None:
        """Append lines that are not there; `shapes` is asked once the list has its key."""
        with done_to(self._path):
            handle = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW, 0o600)
            try:
                fcntl.flock(handle, fcntl.LOCK_EX)
                found = self._path.read_bytes()
                whole = found[: found.rfind(b"\n") + 1]
                if found:
                    self._read_key()
                    os.ftruncate(handle, len(whole))  # nobody reads a torn line, nor what would be written behind it
                else:
                    os.write(handle, _line({"key": secrets.token_hex(32)}))
                there = set(whole.splitlines(keepends=True))
                lines = [_line({"at": _time(at), **shape}) for shape in shapes()]
                os.write(handle, b"".join(line for line in lines if line not in there))
                os.fsync(handle)
            finally:
                os.close(handle)

    def entries(self) -> Iterator[tuple[str, float]]:
        """Digest and time of all executions, the oldest first; a torn line is passed over."""
        for shape in self._shapes():
            try:
                yield shape["digest"], datetime.fromisoformat(shape["at"]).timestamp()
            except (ValueError, KeyError, TypeError):
                continue

    def actors(self) -> list[str]:
        """The pseudonyms of all actors."""
        return [str(shape["actor"]) for shape in self._shapes() if "actor" in shape]

    def _shapes(self) -> Iterator[dict[str, str]]:
        try:
            lines = self._path.read_bytes().splitlines()[1:]
        except FileNotFoundError:
            return
        for line in lines:
            try:
                shape = json.loads(line)
            except ValueError:
                continue
            if isinstance(shape, dict):
                yield shape

    def damage(self) -> str | None:
        """What is wrong with it, in words: the first line that is no entry. None where it is whole, or not there."""
        try:
            with self._path.open("rb") as file:
                fcntl.flock(file, fcntl.LOCK_SH)
                found = file.read()
        except FileNotFoundError:
            return None
        whole = _WHOLE.match(found)
        if whole is not None and whole.end() == len(found):
            return None
        end = 0 if whole is None else whole.end()
        number = found.count(b"\n", 0, end) + 1
        if not found:
            what = "it is empty"
        elif b"\n" in found[end:]:
            what = f"line {number} is no entry"
        else:
            what = "its last line is torn"
        return f"{self._path}: {what}, so what it named comes back with an older database"

    def size(self) -> int:
        """Of the file in bytes: it grows with each entry."""
        try:
            return self._path.stat().st_size
        except OSError:
            return 0

    def _read_key(self) -> bytes | None:
        try:
            with self._path.open("rb") as file:
                first = file.readline()
        except FileNotFoundError:
            return None
        try:
            return bytes.fromhex(json.loads(first)["key"])
        except (ValueError, KeyError, TypeError) as error:
            raise StoreCorrupt(
                f"{self._path} does not begin with its key. Put the list of before in its place: what was erased would "
                "come back with a backup."
            ) from error


def _line(shape: dict[str, str]) -> bytes:
    return json.dumps(shape, separators=(",", ":")).encode() + b"\n"


def _time(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
