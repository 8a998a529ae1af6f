"""The local secret store: one encrypted file in the data folder, and its key beside it.

    secrets.json   {"schema", "key_check", "secrets": {workspace: {KEY: {value, updated_at, updated_by, grants,
                                                                             pending, previous: {value, until}}}}}
    secrets.key    32 random bytes, readable by their owner only (0600), made at the first `set`
    secrets.lock   held while writing

A value is AES-256-GCM under a nonce of its own, with workspace and KEY as associated data: an entry that was moved to
another name or workspace does not decrypt. A write replaces the file as a whole (write, fsync, rename), under the lock:
a crash leaves the old file or the new one. Who reads the folder reads the secrets; back up the key apart from the file.

An entry of before secrets named who may use them has no grants, and everybody may.

Nothing is written over contents that cannot be read: a damaged file, a missing or a foreign key give StoreCorrupt.
"""

from __future__ import annotations

import base64
import contextlib
import fcntl
import hashlib
import json
import os
import secrets
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from engine.clock import Clock
from engine.errors import StoreBusy, StoreCorrupt, StoreUnavailable
from engine.governance.secret_refs import check_key, check_value
from engine.ports.secrets import Grants, SecretGrant, SecretInfo

SCHEMA = 1
KEY_BYTES = 32
NONCE_BYTES = 12
_POLL_SECONDS = 0.05
PREVIOUS_SECONDS = 7 * 86_400.0
"""So long the value of before is kept."""

Document = dict[str, Any]
Stamp = tuple[int, int, int]


class LocalSecretStore:
    """The store in `folder` (made when missing). Safe to share between threads, and between processes.

    `busy_timeout` is how many seconds a write waits for another process's.
    """

    name = "local store"

    def __init__(self, folder: str | os.PathLike[str], clock: Clock, *, busy_timeout: float = 5.0) -> None:
        self._folder = Path(folder)
        self._file = self._folder / "secrets.json"
        self._key_file = self._folder / "secrets.key"
        self._lock_file = self._folder / "secrets.lock"
        self._clock = clock
        self._busy_timeout = busy_timeout
        self._read_last: tuple[Stamp, Document] | None = None

    def get(self, workspace: str, key: str, *, fresh: bool = False) -> str | None:
        """The value of `key`; None when the store does not hold it. A write of another process is seen at once.

        Raises StoreCorrupt or StoreUnavailable.
        """
        entry = self._read(fresh=fresh)["secrets"].get(workspace, {}).get(check_key(key))
        return None if entry is None else self._open(workspace, key, entry["value"])

    def grants(self, workspace: str, key: str, *, fresh: bool = False) -> Grants:
        """See SecretBackend. Raises StoreCorrupt or StoreUnavailable."""
        entry = self._read(fresh=fresh)["secrets"].get(workspace, {}).get(check_key(key))
        return () if entry is None else _grants_of(entry)

    def list(self, workspace: str) -> list[SecretInfo]:
        """What the store holds, by key. Nothing is decrypted."""
        entries = self._read(fresh=False)["secrets"].get(workspace, {})
        return [self._info(key, entry) for key, entry in sorted(entries.items())]

    def set(self, workspace: str, key: str, value: str, *, by: str) -> SecretInfo:
        """Create or rotate `key`. Raises InvalidDocument, StoreBusy, StoreCorrupt or StoreUnavailable."""
        check_key(key)
        check_value(value)
        with self._writing():
            document = self._read(fresh=True)
            master = self._master(document)
            before = document["secrets"].get(workspace, {}).get(key, {"grants": []})
            entry = self._followed(before, _sealed(master, workspace, key, value), by)
            self._write({**_with_entry(document, workspace, key, entry), "key_check": _key_check(master)})
        return self._info(key, entry)

    def stage(self, workspace: str, key: str, value: str) -> bool:
        """See WritableSecrets. Raises as `set` does."""
        return self._put(workspace, key, value, "pending")

    def promote(self, workspace: str, key: str, *, by: str) -> SecretInfo | None:
        """See WritableSecrets. Raises StoreBusy, StoreCorrupt or StoreUnavailable."""
        return self._turn(workspace, key, lambda entry: entry.get("pending"), by)

    def go_back(self, workspace: str, key: str, *, by: str) -> SecretInfo | None:
        """See WritableSecrets. Raises as `promote` does."""
        def previous(entry: Document) -> str | None:
            kept: Document = entry.get("previous", {"until": 0.0})
            return kept["value"] if kept["until"] > self._clock.now() else None

        return self._turn(workspace, key, previous, by)

    def _turn(
        self, workspace: str, key: str, chosen: Callable[[Document], str | None], by: str
    ) -> SecretInfo | None:
        """Make a sealed value of the entry its current one."""
        check_key(key)
        with self._writing():
            document = self._read(fresh=True)
            entry = document["secrets"].get(workspace, {}).get(key)
            value = None if entry is None else chosen(entry)
            if entry is None or value is None:
                return None
            entry = self._followed(entry, value, by)
            self._write(_with_entry(document, workspace, key, entry))
        return self._info(key, entry)

    def _followed(self, before: Document, sealed: str, by: str) -> Document:
        """The entry that has `sealed` as its value, after `before`."""
        now = self._clock.now()
        entry: Document = {"value": sealed, "updated_at": now, "updated_by": by}
        if "value" in before:
            entry["previous"] = {"value": before["value"], "until": now + PREVIOUS_SECONDS}
        if "grants" in before:
            entry["grants"] = before["grants"]
        return entry

    def renew(self, workspace: str, key: str, value: str) -> bool:
        """See WritableSecrets. Raises as `set` does."""
        return self._put(workspace, key, value, "value")

    def _put(self, workspace: str, key: str, value: str, member: str) -> bool:
        """Give a secret that is there another `member`; False where it is not."""
        check_key(key)
        check_value(value)
        with self._writing():
            document = self._read(fresh=True)
            entry = document["secrets"].get(workspace, {}).get(key)
            if entry is None:
                return False
            sealed = _sealed(self._master(document), workspace, key, value)
            self._write(_with_entry(document, workspace, key, {**entry, member: sealed}))
        return True

    def grant(self, workspace: str, key: str, grant: SecretGrant) -> bool:
        """See WritableSecrets. Raises StoreBusy, StoreCorrupt or StoreUnavailable."""
        return self._regrant(workspace, key, lambda held: (*(one for one in held if one != grant), grant))

    def revoke(self, workspace: str, key: str, grant: SecretGrant | None) -> bool:
        """See WritableSecrets. Raises as `grant` does."""
        return self._regrant(workspace, key, lambda held: tuple(one for one in held if grant not in (None, one)))

    def _regrant(
        self, workspace: str, key: str, change: Callable[[tuple[SecretGrant, ...]], tuple[SecretGrant, ...]]
    ) -> bool:
        check_key(key)
        with self._writing():
            document = self._read(fresh=True)
            entry = document["secrets"].get(workspace, {}).get(key)
            if entry is None:
                return False
            after = [[one.workflow, one.connector, one.host] for one in change(_grants_of(entry) or ())]
            self._write(_with_entry(document, workspace, key, {**entry, "grants": after}))
        return True

    def delete(self, workspace: str, key: str) -> bool:
        """Remove `key`; False when there was none."""
        check_key(key)
        with self._writing():
            document = self._read(fresh=True)
            if key not in document["secrets"].get(workspace, {}):
                return False
            self._write(_with_entry(document, workspace, key, None))
        return True

    def rename(self, workspace: str, was: str, now: str) -> None:
        """See WritableSecrets. Raises StoreBusy, StoreCorrupt or StoreUnavailable."""
        with self._writing():
            document = self._read(fresh=True)
            for key, entry in document["secrets"].get(workspace, {}).items():
                if entry["updated_by"] == was:
                    document = _with_entry(document, workspace, key, {**entry, "updated_by": now})
                    self._write(document)

    def copy_to(self, folder: Path) -> None:
        """Copy the file and its key into `folder`, as they belong together. Raises StoreBusy or StoreUnavailable."""
        with self._writing():
            for path in (self._file, self._key_file):
                try:
                    data = path.read_bytes()
                except FileNotFoundError:
                    continue  # no secret was ever set
                except OSError as error:
                    raise StoreUnavailable(f"{path} cannot be read: {error.strerror}") from error
                with os.fdopen(os.open(folder / path.name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as copy:
                    copy.write(data)

    def _info(self, key: str, entry: Document) -> SecretInfo:
        until = entry.get("previous", {}).get("until", 0.0)
        return SecretInfo(
            key, self.name, entry["updated_at"], entry["updated_by"], _grants_of(entry),
            until if until > self._clock.now() else None,
        )

    def _open(self, workspace: str, key: str, text: str) -> str:
        """The value within an entry."""
        from cryptography.exceptions import InvalidTag  # noqa: PLC0415  as above
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM  # noqa: PLC0415

        master = self._read_key()
        if master is None:
            raise StoreCorrupt(f"{self._file} holds secrets, but its key {self._key_file} is missing")
        try:
            sealed = base64.b64decode(text, validate=True)
            nonce, body = sealed[:NONCE_BYTES], sealed[NONCE_BYTES:]
            return AESGCM(master).decrypt(nonce, body, _bound_to(workspace, key)).decode()
        except (ValueError, InvalidTag):
            raise StoreCorrupt(
                f'secret "{key}" in {self._file} cannot be decrypted: the entry was damaged or moved, or '
                f"{self._key_file} is not the key it was written with; put the right key back, or set the secret again"
            ) from None

    def _master(self, document: Document) -> bytes:
        """The key to write with, made when there is none and nothing depends on one."""
        master = self._read_key()
        if master is None:
            if any(document["secrets"].values()):
                raise StoreCorrupt(f"{self._file} holds secrets, but its key {self._key_file} is missing")
            master = secrets.token_bytes(KEY_BYTES)
            self._replace(self._key_file, base64.b64encode(master) + b"\n")
        elif document["key_check"] not in (None, _key_check(master)) and any(document["secrets"].values()):
            raise StoreCorrupt(f"{self._key_file} is not the key that {self._file} was written with")
        return master

    def _read_key(self) -> bytes | None:
        """The key's bytes; None when there is no key file."""
        try:
            text = self._key_file.read_bytes()
        except FileNotFoundError:
            return None
        except OSError as error:
            raise StoreUnavailable(f"{self._key_file} cannot be read: {error.strerror}") from error
        try:
            master = base64.b64decode(text.strip(), validate=True)
        except ValueError:
            master = b""
        if len(master) != KEY_BYTES:
            raise StoreCorrupt(f"{self._key_file} is damaged: it must hold {KEY_BYTES} bytes in base64")
        return master

    def _read(self, *, fresh: bool) -> Document:
        """The file's contents, which must not be changed; read again whenever the file was replaced."""
        try:
            info = self._file.stat()
            stamp = (info.st_mtime_ns, info.st_ino, info.st_size)
            last = self._read_last
            if last is not None and last[0] == stamp and not fresh:
                return last[1]
            document = _checked(json.loads(self._file.read_bytes()))
        except FileNotFoundError:
            return {"schema": SCHEMA, "key_check": None, "secrets": {}}
        except OSError as error:
            raise StoreUnavailable(f"{self._file} cannot be read: {error.strerror}") from error
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
            raise StoreCorrupt(
                f"{self._file} is damaged and cannot be read; nothing was changed: put a backup in its place, or move "
                "it away and set the secrets again"
            ) from None
        self._read_last = (stamp, document)
        return document

    def _write(self, document: Document) -> None:
        self._replace(self._file, json.dumps(document, indent=1, sort_keys=True).encode() + b"\n")
        self._read_last = None

    def _replace(self, path: Path, data: bytes) -> None:
        """Put `data` in `path`'s place, whole or not at all, readable by its owner only."""
        scratch = path.with_name(f"{path.name}.{secrets.token_hex(8)}.new")
        try:
            try:
                with os.fdopen(os.open(scratch, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
                    file.write(data)
                    file.flush()
                    os.fsync(file.fileno())
                scratch.replace(path)
            except BaseException:
                scratch.unlink(missing_ok=True)
                raise
            folder = os.open(self._folder, os.O_RDONLY)
            try:
                os.fsync(folder)
            finally:
                os.close(folder)
        except OSError as error:
            raise StoreUnavailable(f"{path} cannot be written: {error.strerror}; nothing was changed") from error

    @contextlib.contextmanager
    def _writing(self) -> Iterator[None]:
        """The only writer, of all processes and threads."""
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            handle = os.open(self._lock_file, os.O_RDWR | os.O_CREAT, 0o600)
        except OSError as error:
            raise StoreUnavailable(f"{self._lock_file} cannot be written: {error.strerror}") from error
        try:
            self._lock(handle)
            yield
        finally:
            os.close(handle)  # and with it the lock

    def _lock(self, handle: int) -> None:
        give_up = self._clock.now() + self._busy_timeout
        while True:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                if self._clock.now() >= give_up:
                    raise StoreBusy(f"{self._file} is being written by another process") from None
                self._clock.sleep(_POLL_SECONDS)
            else:
                return


def _sealed(master: bytes, workspace: str, key: str, value: str) -> str:
    """`value` as an entry has it."""
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM  # noqa: PLC0415  most commands open no secret

    nonce = secrets.token_bytes(NONCE_BYTES)
    sealed = nonce + AESGCM(master).encrypt(nonce, value.encode(), _bound_to(workspace, key))
    return base64.b64encode(sealed).decode()


def _grants_of(entry: Document) -> Grants:
    """Who may use the entry's value."""
    held = entry.get("grants")
    return None if held is None else tuple(SecretGrant(*one) for one in held)


def _bound_to(workspace: str, key: str) -> bytes:
    """The associated data of an entry: where it belongs."""
    return json.dumps(["automate secret", SCHEMA, workspace, key]).encode()


def _key_check(master: bytes) -> str:
    """Tells one key from another without telling anything of it (32 random bytes cannot be guessed)."""
    return hashlib.sha256(b"automate secrets key check" + master).hexdigest()[:16]


def _with_entry(document: Document, workspace: str, key: str, entry: Document | None) -> Document:
    """A new document with `entry` at `key`, or without `key`."""
    entries = {name: kept for name, kept in document["secrets"].get(workspace, {}).items() if name != key}
    if entry is not None:
        entries[key] = entry
    return {**document, "secrets": {**document["secrets"], workspace: entries}}


def _checked(document: Any) -> Document:
    """`document` if it is a store's. Raises StoreCorrupt for a newer schema, ValueError and its like for all else."""
    if document["schema"] != SCHEMA:
        if isinstance(document["schema"], int) and document["schema"] > SCHEMA:
            raise StoreCorrupt("the secret store was written by a newer release of automate; nothing was changed")
        raise ValueError(document["schema"])
    document["key_check"]
    for entries in document["secrets"].values():
        for entry in entries.values():
            if not isinstance(entry["value"], str) or not isinstance(entry["updated_by"], str):
                raise TypeError
            float(entry["updated_at"])
            if not isinstance(entry.get("pending", ""), str) or not isinstance(entry.get("previous", {}), dict):
                raise TypeError
            for workflow, connector, host in entry.get("grants", ()):
                if not all(isinstance(text, str) for text in (workflow, connector, host)):
                    raise TypeError
    return document  # type: ignore[no-any-return]
