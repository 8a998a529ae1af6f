"""Files below the folders that AUTOMATE_FILE_ROOTS names: opened without leaving them, written whole or not at all.

A path is walked name by name, each opened in the folder before it and none through a symbolic link. So it does not
matter what is swapped meanwhile: what is open lies below the root, or was moved out of it by whoever may. The data
folder is known by its inode and never entered. Only regular files are read. What is not one is not even opened, since
that alone can wait for ever (a pipe) or do something (a device).

A root's own path may go through links: whoever sets the setting means where it leads.

    write   folders made ── .NAME.<random>.partial written, fsync ── renamed to NAME ── the folder's fsync
"""

from __future__ import annotations

import errno
import fcntl
import hashlib
import os
import re
import secrets
import signal
import stat
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from engine.errors import InvalidDocument, UserError
from engine.language.asl.file_paths import path_parts, path_problem
from engine.records import dataclass

if TYPE_CHECKING:
    from engine.triggers.folders import FileSeen

SETTING = "AUTOMATE_FILE_ROOTS"

_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
_FILE = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC
_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
_CHUNK = 1024 * 1024
_PARTIAL = re.compile(r"\..+\.[0-9a-f]{16}\.partial")
_NOT_FILES = ("/proc", "/sys", "/dev")
_PASSING = frozenset({
    errno.EAGAIN, errno.EBUSY, errno.EINTR, errno.EIO, errno.EMFILE, errno.ENFILE, errno.ENOMEM, errno.ESTALE,
    errno.ETIMEDOUT,
})
_KINDS = (
    (stat.S_ISLNK, "a symbolic link, and links are not followed"), (stat.S_ISDIR, "a folder"),
    (stat.S_ISFIFO, "a pipe"), (stat.S_ISSOCK, "a socket"), (stat.S_ISCHR, "a device"), (stat.S_ISBLK, "a device"),
)

_CLOSED = (
    f"no folder is open to workflows. Set {SETTING} where the server and its workers run: the folders whose files "
    "workflows may read and write, separated by commas"
)
_NOT_THERE = "there is no such file or folder"
_PRIVATE = "it lies in the data folder, which is never open to workflows"

LONGEST_SHOWN = 300

MOST_LISTED = 10_000
MOST_DIGESTED = 256 * 1024 * 1024
"""Bytes: a larger file is not read for its digest."""

Identity = tuple[int, int]


class FileRefused(UserError):
    """A file that cannot be read or written. `definite`: trying again at once would end the same way."""

    code = "FileRefused"
    status = 422

    def __init__(self, message: str, *, definite: bool = True) -> None:
        super().__init__(message)
        self.definite = definite


@dataclass(frozen=True, slots=True)
class _Root:
    """One folder of the setting: as it is written, and where that led when the process began."""

    written: str
    real: str


class FileRoots:
    """The folders, and what is done below them. Safe to share between threads."""

    def __init__(self, roots: Sequence[_Root], data_folder: str) -> None:
        self._roots = tuple(roots)
        self._data_folder = os.path.abspath(data_folder)  # noqa: PTH100  links in it are followed when it is looked at

    @classmethod
    def of(cls, entries: Sequence[str], data_folder: str) -> FileRoots:
        """The roots that the setting's `entries` name. Raises InvalidDocument for one that cannot be one."""
        private = os.path.realpath(data_folder)
        return cls([_parsed(entry, private) for entry in entries], data_folder)

    def problem(self) -> str | None:
        """Why nothing can be read or written here, and what to do. None: there is a folder."""
        if not self._roots:
            return _CLOSED
        if any(os.path.isdir(root.written) for root in self._roots):  # noqa: PTH112  it is asked before each publish
            return None
        return f"there is no folder {' or '.join(root.written for root in self._roots)} ({SETTING}). Make it"

    def path_problem(self, path: str) -> tuple[str, bool] | None:
        """Why the folder `path` cannot be opened, and whether that stays so whatever is put there; None where it
        can."""
        try:
            with self._opened(*self._located(path)):
                return None
        except FileRefused as refusal:
            return refusal.message, True
        except OSError as error:
            return (_NOT_THERE if error.errno == errno.ENOENT else error.strerror or str(error)), False

    def read(self, path: str, most_bytes: int) -> bytes:
        """The file at `path`. Raises FileRefused, which says the path and why."""
        with _told(path, "read"):
            root, parts = self._located(path)
            if not parts or path.endswith("/"):
                raise FileRefused("it is a folder")
            with self._opened(root, parts[:-1]) as folder:
                return _read(folder, parts[-1], most_bytes)

    def write(self, path: str, name: str, data: bytes) -> None:
        """Write `data` to the file `name` in the folder `path`, which is made: all of it, or nothing. Durable when it
        returns. Raises FileRefused, which says the path and why."""
        with _told(f"{path.rstrip('/')}/{name}", "written"), self._opened(*self._located(path), makes=True) as folder:
            partial = f".{name}.{secrets.token_hex(8)}.partial"
            try:
                _write_new(folder, partial, data, _mode_of(folder, name))
                os.rename(partial, name, src_dir_fd=folder, dst_dir_fd=folder)
            except OSError:
                with suppress(OSError):
                    os.unlink(partial, dir_fd=folder)
                raise
            _sync_folder(folder)

    def listed(self, path: str) -> list[FileSeen]:
        """The regular files of the folder `path`. Raises FileRefused, also for more than MOST_LISTED."""
        from engine.triggers.folders import FileSeen  # noqa: PLC0415  few processes watch folders

        found: list[FileSeen] = []
        with _told(path, "looked through"), self._opened(*self._located(path)) as folder, os.scandir(folder) as entries:
            for entry in entries:
                if len(found) >= MOST_LISTED:
                    raise FileRefused(f"it has more than {MOST_LISTED:,} files: move away what is done with")
                with suppress(FileNotFoundError):
                    if entry.is_file(follow_symlinks=False):
                        seen = entry.stat(follow_symlinks=False)
                        found.append(FileSeen(
                            entry.name, seen.st_size, seen.st_mtime_ns, max(seen.st_mtime, seen.st_ctime)
                        ))
        return found

    def digest(self, path: str, seen: FileSeen) -> str | None:
        """The SHA-256 of the file `seen` in the folder `path`; None where it is not whole, "" where it is too large.
        Raises FileRefused."""
        with _told(f"{path.rstrip('/')}/{seen.name}", "read"), self._opened(*self._located(path)) as folder:
            try:
                handle = os.open(seen.name, _FILE, dir_fd=folder)
            except FileNotFoundError:
                return None
            try:
                return _digest(handle, seen)
            finally:
                os.close(handle)

    def sweep(self, path: str) -> None:
        """Delete what writers that died have left in the folder `path`. Raises FileRefused."""
        with _told(path, "swept"), self._opened(*self._located(path)) as folder:
            for name in os.listdir(folder):  # noqa: PTH208  of an open folder
                if _PARTIAL.fullmatch(name):
                    with suppress(FileNotFoundError):
                        os.unlink(name, dir_fd=folder)

    # ---------------------------------------------------------------- the way there

    @contextmanager
    def _opened(self, root: _Root, parts: Sequence[str], *, makes: bool = False) -> Iterator[int]:
        """The folder that `parts` lead to from `root`; `makes` makes what is missing."""
        private = _identity_of(self._data_folder)
        try:
            folder = os.open(root.written, _FOLDER & ~os.O_NOFOLLOW)
        except OSError as error:
            raise FileRefused(
                f"the folder {root.written} ({SETTING}) cannot be opened: {error.strerror}",
                definite=error.errno not in _PASSING,
            ) from None
        try:
            if private is not None and _lies_within(folder, private):
                raise FileRefused(_PRIVATE)
            for index, part in enumerate(parts):
                inner = _enter(folder, part, "/".join(parts[: index + 1]), makes=makes)
                folder, outer = inner, folder
                os.close(outer)
                if private is not None and _identity(os.fstat(folder)) == private:
                    raise FileRefused(_PRIVATE)
            yield folder
        finally:
            os.close(folder)

    def _located(self, path: str) -> tuple[_Root, list[str]]:
        """The root that `path` is below, and the names from there."""
        if (wrong := path_problem(path)) is not None:
            raise FileRefused(f"its Path {wrong}")
        if not self._roots:
            raise FileRefused(_CLOSED)
        parts = path_parts(path)
        if not path.startswith("/"):
            return self._roots[0], parts
        found: list[tuple[int, _Root]] = []
        for root in self._roots:
            for text in (root.written, root.real):
                above = path_parts(text)
                if parts[: len(above)] == above:
                    found.append((len(above), root))
        if not found:
            listed = ", ".join(root.written for root in self._roots)
            raise FileRefused(f"it lies below none of the folders that are open to workflows: {listed} ({SETTING})")
        length, root = max(found, key=lambda each: each[0])
        return root, parts[length:]


def _parsed(entry: str, private: str) -> _Root:
    real = os.path.realpath(entry) if "\0" not in entry else ""
    if not entry.startswith("/"):
        wrong = "is no whole path: it would mean another folder wherever a process is started"
    elif (problem := path_problem(entry)) is not None:
        wrong = problem
    elif real == "/" or any(_lies_in(real, other) for other in _NOT_FILES):
        wrong = "would open the whole machine"
    elif _lies_in(real, private):
        wrong = _PRIVATE.removeprefix("it ")
    else:
        return _Root(entry.rstrip("/"), real)
    raise InvalidDocument(
        f"the folder {entry!r} {wrong}", where=SETTING,
        advice="Name folders that hold nothing but what workflows may read and write, such as /srv/etl, separated by "
               "commas.",
    )


def _lies_in(path: str, folder: str) -> bool:
    return path == folder or Path(path).is_relative_to(folder)


def _enter(folder: int, name: str, way: str, *, makes: bool) -> int:
    """The folder `name` in `folder`, which may be made."""
    try:
        return os.open(name, _FOLDER, dir_fd=folder)
    except FileNotFoundError:
        if not makes:
            raise
        with suppress(FileExistsError):  # another one made it
            os.mkdir(name, dir_fd=folder)
            _sync_folder(folder)
        return os.open(name, _FOLDER, dir_fd=folder)
    except OSError as error:
        if error.errno not in (errno.ELOOP, errno.ENOTDIR):
            raise
        kind = _kind(os.stat(name, dir_fd=folder, follow_symlinks=False))
        raise FileRefused(f"{way!r} on the way there is {kind or 'a file'}") from None


def _lies_within(folder: int, private: Identity) -> bool:
    """Whether the root `folder` is the data folder, or lies in it by now."""
    up, before = ".", None
    try:
        while (at := _identity(os.stat(up, dir_fd=folder))) != before:
            if at == private:
                return True
            up, before = f"{up}/..", at
    except PermissionError:  # who may not look at a folder above has no data folder there
        return False
    return False


def _identity(found: os.stat_result) -> Identity:
    return found.st_dev, found.st_ino


def _identity_of(path: str) -> Identity | None:
    try:
        return _identity(Path(path).stat())
    except OSError:
        return None


# ---------------------------------------------------------------- one file


def _read(folder: int, name: str, most_bytes: int) -> bytes:
    _refuse_other(os.stat(name, dir_fd=folder, follow_symlinks=False), most_bytes)
    handle = os.open(name, _FILE, dir_fd=folder)
    try:
        before = os.fstat(handle)
        _refuse_other(before, most_bytes)
        data = bytearray()
        while len(data) <= most_bytes and (chunk := os.read(handle, _CHUNK)):
            data += chunk
        after = os.fstat(handle)
    finally:
        os.close(handle)
    _refuse_large(len(data), most_bytes)
    if (before.st_size, before.st_mtime_ns) != (after.st_size, after.st_mtime_ns):
        raise FileRefused("it was changed while it was read", definite=False)
    return bytes(data)


def _digest(handle: int, seen: FileSeen) -> str | None:
    _refuse_other(os.fstat(handle), sys.maxsize)
    if _is_written(handle):
        return None
    digest, large = hashlib.sha256(), seen.size > MOST_DIGESTED
    while not large and (chunk := os.read(handle, _CHUNK)):
        digest.update(chunk)
    after = os.fstat(handle)
    if (after.st_size, after.st_mtime_ns) != seen.signature:
        return None
    return "" if large else digest.hexdigest()


def _is_written(handle: int) -> bool:
    """Whether somebody has the file open for writing, where that can be told: Linux gives no read lease on one that
    is. Who opens it for writing while we have the lease waits until it is given back. The signal that tells us so is
    one that nobody hears: by default it would end the process."""
    try:
        fcntl.fcntl(handle, fcntl.F_SETSIG, signal.SIGURG)
        fcntl.fcntl(handle, fcntl.F_SETLEASE, fcntl.F_RDLCK)
        fcntl.fcntl(handle, fcntl.F_SETLEASE, fcntl.F_UNLCK)
    except AttributeError:  # not on this system
        return False
    except OSError as error:  # others: it is somebody else's file, or the file system has no leases
        return error.errno == errno.EAGAIN
    return False


def _refuse_other(found: os.stat_result, most_bytes: int) -> None:
    """Raises FileRefused for what is no regular file, or a larger one."""
    kind = _kind(found)
    if kind is not None:
        raise FileRefused(f"it is {kind}")
    _refuse_large(found.st_size, most_bytes)


def _refuse_large(size: int, most_bytes: int) -> None:
    if size > most_bytes:
        raise FileRefused(f"it has more than {most_bytes:,} bytes, and no larger file is read")


def _kind(found: os.stat_result) -> str | None:
    """What it is in words; None for a regular file."""
    if stat.S_ISREG(found.st_mode):
        return None
    return next((words for is_it, words in _KINDS if is_it(found.st_mode)), "no regular file")


def _mode_of(folder: int, name: str) -> int | None:
    """Who may read and write the regular file that is there; None where there is none."""
    try:
        found = os.stat(name, dir_fd=folder, follow_symlinks=False).st_mode
    except FileNotFoundError:
        return None
    return stat.S_IMODE(found) & 0o777 if stat.S_ISREG(found) else None


def _write_new(folder: int, name: str, data: bytes, mode: int | None) -> None:
    """`mode`: that of the file in whose place it comes."""
    handle = os.open(name, _NEW, 0o666 if mode is None else mode & 0o700, dir_fd=folder)
    try:
        if mode is not None:
            os.fchmod(handle, mode)
        left = memoryview(data)
        while left:
            left = left[os.write(handle, left[:_CHUNK]) :]
        os.fsync(handle)
    finally:
        os.close(handle)


def _sync_folder(folder: int) -> None:
    """Make names durable. Some file systems have no such thing, and say so."""
    try:
        os.fsync(folder)
    except OSError as error:
        if error.errno != errno.EINVAL:
            raise


# ---------------------------------------------------------------- words


@contextmanager
def _told(path: str, done: str) -> Iterator[None]:
    """What is done to `path` within: OSError and FileRefused say so."""
    try:
        yield
    except OSError as error:
        reason = _NOT_THERE if error.errno == errno.ENOENT else error.strerror or str(error)
        definite = error.errno not in _PASSING
    except FileRefused as refusal:
        reason, definite = refusal.message, refusal.definite
    else:
        return
    raise FileRefused(f"the file {path[:LONGEST_SHOWN]!r} cannot be {done}: {reason}", definite=definite)
