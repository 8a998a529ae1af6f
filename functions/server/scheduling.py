"""Schedules of a data folder: one worker looks every second at what is due. What it misses while nobody works is
treated as each schedule's `missed` says.

Of several workers one does it, by an OS lock that ends with its process.
"""

from __future__ import annotations

import fcntl
import logging
import os
import threading
from pathlib import Path

from engine.durable.triggering.schedules import Schedules
from engine.errors import StorageError

_LOG = logging.getLogger(__name__)

LOOK_SECONDS = 1.0
REST_SECONDS = 5.0
"""Of a worker that is not the one, or whose store did not serve."""

LOCK = ".schedules"


def start_schedules(folder: Path, schedules: Schedules, ended: threading.Event) -> None:
    """Start what is due, as long as no other process does, until `ended`."""
    try:
        lock = os.open(folder / "locks" / LOCK, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
    except OSError as error:
        _LOG.warning("schedules start nothing: their lock cannot be made: %s", error.strerror)
        return
    pause = LOOK_SECONDS
    try:
        while not ended.wait(pause):
            pause = _look(schedules) if _is_ours(lock) else REST_SECONDS
    finally:
        os.close(lock)


def _look(schedules: Schedules) -> float:
    try:
        schedules.fire()
    except StorageError as error:
        _LOG.warning("schedules are looked at again: %s", error)
        return REST_SECONDS
    return LOOK_SECONDS


def _is_ours(lock: int) -> bool:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
