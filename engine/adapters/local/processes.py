"""Which processes work on a data folder, and which of them still live.

Each process holds an OS lock (flock) on its own file ``<folder>/locks/<owner>`` for as long as it runs; the file says
its pid and command. Whoever wants to know whether an owner lives tries that lock: the kernel frees it on kill -9, at
once and without fail, so no heartbeat, time-out or clock takes part, and a reused pid deceives nobody.

    newborn    open .<owner>.new ── flock ── write pid, command ── rename to <owner>   (never seen without its lock)
    alive      <owner> exists and its lock is held
    dead       <owner> is missing, or its lock is free: any process may remove the file; an owner's name never returns

A child made by fork without exec would share the lock and keep it alive; the product starts its workers by exec.
"""

from __future__ import annotations

import errno
import fcntl
import json
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from engine.adapters.local.privacy import user_name
from engine.errors import StoreUnavailable
from engine.records import dataclass

FULL_DISK = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})


@contextmanager
def suppress_full_disk() -> Iterator[None]:
    """Do without what a full disk does not take."""
    try:
        yield
    except OSError as error:
        if error.errno not in FULL_DISK:
            raise


@dataclass(frozen=True, slots=True)
class Process:
    """A process as its lock file describes it."""

    owner: str
    pid: int
    command: str

    def __str__(self) -> str:
        return f"{self.command} (pid {self.pid})"


class Processes:
    """The lock of this process, and a view of all others on the same folder."""

    def __init__(self, folder: Path, command: str) -> None:
        self._folder = folder
        self.owner = f"{os.getpid()}-{secrets.token_hex(6)}"
        newborn = folder / f".{self.owner}.new"
        try:
            folder.mkdir(mode=0o700, exist_ok=True)
            self._lock: int | None = os.open(newborn, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600)
            fcntl.flock(self._lock, fcntl.LOCK_EX)
            with suppress_full_disk():  # the lock is what counts; what it says is for people
                os.write(self._lock, json.dumps({"pid": os.getpid(), "command": command}).encode())
            newborn.rename(folder / self.owner)
        except OSError as error:
            if error.errno not in FULL_DISK or not folder.is_dir():
                raise StoreUnavailable(_unwritable(folder.parent, newborn, error)) from error
            self._lock = None
        self._remove_dead()

    @property
    def is_known(self) -> bool:
        """Whether others can tell that this process lives. Where a full disk took not even the lock file they cannot,
        and then it may look, and nothing more."""
        return self._lock is not None

    def is_alive(self, owner: str) -> bool:
        """Whether the process called `owner` still runs."""
        if not owner:
            return False
        try:
            lock = os.open(self._folder / owner, os.O_RDONLY)
        except FileNotFoundError:
            return False
        try:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        else:
            return False
        finally:
            os.close(lock)

    def others(self) -> list[Process]:
        """The live processes on this folder except this one."""
        alive = (name for name in self._owners() if name != self.owner and self.is_alive(name))
        described = (self._describe(name) for name in alive)
        return [process for process in described if process is not None]

    def close(self) -> None:
        """Give the lock back: leases and claims of this process are over."""
        if self._lock is not None:
            with suppress(OSError):
                (self._folder / self.owner).unlink()
            os.close(self._lock)
            self._lock = None

    def _owners(self) -> list[str]:
        """The lock files, those of the dead too."""
        with suppress(FileNotFoundError):
            return sorted(path.name for path in self._folder.iterdir() if not path.name.startswith("."))
        return []

    def _describe(self, owner: str) -> Process | None:
        """What the lock file says; None when its process ended meanwhile."""
        try:
            content = json.loads((self._folder / owner).read_text())
            return Process(owner, content["pid"], content["command"])
        except (OSError, ValueError, KeyError):
            return None

    def _remove_dead(self) -> None:
        for owner in self._owners():
            if not self.is_alive(owner):
                with suppress(FileNotFoundError):
                    (self._folder / owner).unlink()


def _unwritable(data: Path, newborn: Path, error: OSError) -> str:
    """What is wrong with a data folder that no lock file can be made in, and what to do."""
    if error.errno in (errno.EACCES, errno.EPERM):
        advice = f"Give it to that user (chown -R, chmod -R u+rwX {data})"
    elif error.errno in (errno.ENOSPC, errno.EDQUOT):
        advice = "Make room on its disk"
    else:
        advice = "Make it writable"
    return (
        f"the data folder {data} cannot be written to by the user {user_name(os.geteuid())}: {error.strerror} "
        f"({newborn}). {advice}, or set AUTOMATE_DATA_DIR to another folder: looking at one needs a lock in it too."
    )


def writer_of(database: Path) -> int | None:
    """The pid that holds the write lock of an SQLite database in WAL mode; None where the system does not tell.

    SQLite's writer holds a POSIX lock on byte 120 of the shared-memory file (its file format, "WAL-Index Locks").
    Linux lists such locks in /proc/locks. Asking the kernel by fcntl would need our own descriptor of that file, and
    closing one drops all of this process's locks on it.
    """
    try:
        inode = database.with_name(database.name + "-shm").stat().st_ino
        table = Path("/proc/locks").read_text()
    except OSError:
        return None
    for line in table.splitlines():
        fields = line.split()
        if len(fields) == 8 and fields[3] == "WRITE" and fields[5].endswith(f":{inode}") and fields[6] == "120":
            return int(fields[4])
    return None
