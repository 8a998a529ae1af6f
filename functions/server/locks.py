"""An OS lock that one process of a folder has at a time, and that ends with it."""

from __future__ import annotations

import fcntl


def try_lock(lock: int) -> bool:
    """Whether the open file `lock` is this process's lock now; it is not waited for."""
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
