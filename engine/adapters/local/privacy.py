"""A data folder is its owner's alone: it holds the key of the secrets, the token that signs in, and every payload.

It is made so. One that is open all the same (made by hand, copied, restored by a tool with another umask) is closed
when it is opened, and that is said, since somebody may have read it meanwhile. What cannot be closed is refused: what
belongs to somebody else, a link or a pipe among the files (whoever could write to the folder may have laid it there), a
file system without permissions, and an open folder that is no data folder yet and holds other things, which closing
would take from those who share it. The folder's own name may be a link.

Only what a data folder is made of is looked at; other files in it are left alone.
"""

from __future__ import annotations

import os
import pwd
import re
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from engine.adapters.local.bell import BELLS
from engine.errors import StoreUnavailable

_OURS = re.compile(
    r"automate\.db(-wal|-shm|-journal)?|secrets\.(json|key|lock)|audit-\w+\.heads|token|server\.json|order\.json|erased\.jsonl"
)
_FOLDERS = (BELLS, "locks", "logs", "reads", "sessions", "signin", "tokens")
_SURELY = ("automate.db", "secrets.json")
_KEYS = ("secrets.key", "token")
_OTHERS = 0o077


def keep_private(folder: Path) -> tuple[str, ...]:
    """Close `folder` to all but its owner; what was open, in sentences. Raises StoreUnavailable where it cannot be."""
    try:
        return _kept(folder)
    except OSError as error:
        raise StoreUnavailable(
            f"{error.filename or folder} cannot be looked at: {error.strerror}. Set AUTOMATE_DATA_DIR to a folder of "
            "your own."
        ) from error


@contextmanager
def done_to(path: Path, what: str = "written") -> Iterator[None]:
    """What is done to `path` within. Raises StoreUnavailable in the place of OSError, which says `what` cannot be
    done."""
    try:
        yield
    except OSError as error:
        raise StoreUnavailable(f"{path} cannot be {what}: {error.strerror}") from error


def write_private(path: Path, text: str) -> None:
    """Write `text` to `path`, which only its owner can read from the first byte on. A link is not followed: OSError."""
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(text)


def _kept(folder: Path) -> tuple[str, ...]:
    link = folder.lstat()
    if stat.S_ISLNK(link.st_mode):
        _check_owner(folder, link)
    was = folder.stat()
    _check_owner(folder, was)
    if was.st_mode & _OTHERS and not _is_ours(folder):
        raise StoreUnavailable(
            f"{folder} is open to others and holds other files: it is no data folder, and was not changed. Set "
            f"AUTOMATE_DATA_DIR to a folder of its own, or close it: chmod 700 {folder}"
        )
    closed = [str(folder)] if _closed(folder, was) else []
    entered = was.st_mode & 0o011
    read, found = [], []
    for path in _parts(folder):
        with suppress(FileNotFoundError):  # its process ended meanwhile
            part = path.lstat()
            _check(path, part)
            if _closed(path, part):
                closed.append(str(path.relative_to(folder)))
                if entered and part.st_mode & 0o044 and path.name in _KEYS:
                    read.append(path.name)
                if entered and part.st_mode & 0o044 and path.parent.name == "tokens" and path.name == "key":
                    found.append(
                        "tokens/key could be read by others: delete it, and rotate each named token (automate tokens)"
                    )
    if not closed:
        return ()
    found.insert(0, f"open to others, and its owner's alone from now on: {', '.join(closed)}")
    if read:
        found.append(
            f"{', '.join(sorted(read))} could be read by others: rotate the secrets (automate secrets rotate KEY), and "
            "delete token, of which the next start makes a new one"
        )
    return tuple(found)


def _is_ours(folder: Path) -> bool:
    """Whether it is a data folder, or becomes one because nothing else is in it."""
    names = {path.name for path in folder.iterdir()}
    return not names.isdisjoint(_SURELY) or all(_OURS.fullmatch(name) or name in _FOLDERS for name in names)


def _parts(folder: Path) -> Iterator[Path]:
    """What a data folder is made of: folders before what is in them."""
    for path in sorted(folder.iterdir()):
        if _OURS.fullmatch(path.name):
            yield path
        elif path.name in _FOLDERS:
            yield path
            if path.is_dir() and not path.is_symlink():
                yield from sorted(path.iterdir())


def _check(path: Path, part: os.stat_result) -> None:
    if stat.S_ISLNK(part.st_mode):
        raise StoreUnavailable(
            f"{path} is a link, and a data folder has none. Put what it leads to in its place, or set "
            "AUTOMATE_DATA_DIR to where the data is."
        )
    is_bell = stat.S_ISSOCK(part.st_mode) and path.parent.name == BELLS
    if not (stat.S_ISREG(part.st_mode) or stat.S_ISDIR(part.st_mode) or is_bell):
        raise StoreUnavailable(f"{path} is no file: remove it.")
    _check_owner(path, part)


def _check_owner(path: Path, part: os.stat_result) -> None:
    us = os.geteuid()
    if part.st_uid != us:
        raise StoreUnavailable(
            f"{path} belongs to {user_name(part.st_uid)}, and this is {user_name(us)}: its owner may change it unseen. "
            f"Run as its owner, take it over (chown -R {user_name(us)} FOLDER), or set AUTOMATE_DATA_DIR to another."
        )


def _closed(path: Path, part: os.stat_result) -> bool:
    """Close `path`; whether it was open."""
    mode = stat.S_IMODE(part.st_mode)
    if not mode & _OTHERS:
        return False
    try:
        path.chmod(mode & ~_OTHERS)
        left = path.stat().st_mode & _OTHERS
    except FileNotFoundError:
        raise
    except OSError as error:
        raise StoreUnavailable(
            f"{path} is open to others and cannot be closed (chmod): {error.strerror}. Set AUTOMATE_DATA_DIR to a "
            "folder whose permissions can be changed."
        ) from error
    if left:
        raise StoreUnavailable(
            f"{path} is open to others, and its file system keeps no permissions. Set AUTOMATE_DATA_DIR to a folder on "
            "one that does."
        )
    return True


def user_name(number: int) -> str:
    """The name of a user's number, or the number. (LOGNAME and the like may name another.)"""
    try:
        return pwd.getpwuid(number).pw_name
    except KeyError:  # not in the system's list
        return str(number)
