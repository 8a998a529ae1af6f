"""What one worker of a data folder does for all of them: it looks every second at the schedules that are due, and at
the ends of executions that somebody listens for. What schedules miss while nobody works is treated as each one's
`missed` says; ends wait.

Of several workers one does it, by an OS lock that ends with its process.
"""

from __future__ import annotations

import logging
import os
import re
import threading
import time
from collections.abc import Callable
from pathlib import Path

from engine.durable.triggering.schedules import Schedules
from engine.errors import StorageError, UserError
from functions.server.locks import try_lock

_LOG = logging.getLogger(__name__)

LOOK_SECONDS = 1.0
REST_SECONDS = 5.0
"""Of a worker that is not the one, or whose store did not serve."""

_NUMBER = re.compile(r"\d+")
"""What may be another one each time, as how much of a disk is free."""

LOCK = ".schedules"
ENDS_LOCK = ".ends"
FOLDERS_LOCK = ".folders"
COUNTS_LOCK = ".counts"

COUNTS_SECONDS = 5.0
COUNTS_REST = 30.0
"""Counting rests so many times as long as it took, COUNTS_SECONDS at the least."""


def start_schedules(folder: Path, schedules: Schedules, ended: threading.Event) -> None:
    """Start what is due, as long as no other process does, until `ended`."""
    _alone(folder, LOCK, "schedules", schedules.fire, ended)


def tell_ends(folder: Path, tell: Callable[[], int], ended: threading.Event) -> None:
    """Tell the ends that are written down, as long as no other process does, until `ended`."""
    _alone(folder, ENDS_LOCK, "ends of executions", tell, ended)


def watch_folders(folder: Path, look: Callable[[], int], ended: threading.Event) -> None:
    """Look at the folders that triggers watch, as long as no other process does, until `ended`."""
    _alone(folder, FOLDERS_LOCK, "watched folders", look, ended)


def count_executions(folder: Path, count: Callable[[], object], ended: threading.Event) -> None:
    """Count executions for the dashboard, as long as no other process does, until `ended`."""
    _alone(folder, COUNTS_LOCK, "counts of executions", count, ended, lambda took: max(
        COUNTS_SECONDS, COUNTS_REST * took
    ))


def _alone(
    folder: Path, name: str, what: str, act: Callable[[], object], ended: threading.Event,
    rest: Callable[[float], float] = lambda _took: LOOK_SECONDS,
) -> None:
    """`rest` says how long after an act that took so long the next one is."""
    try:
        lock = os.open(folder / "locks" / name, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
    except OSError as error:
        _LOG.warning("%s start nothing: their lock cannot be made: %s", what, error.strerror)
        return
    pause, looking = LOOK_SECONDS, _Looking(what, act, rest)
    try:
        while not ended.wait(pause):
            pause = looking.look() if try_lock(lock) else REST_SECONDS
    finally:
        os.close(lock)


class _Looking:
    """One look after the other. Why a look failed is told once, and again when it is another reason."""

    def __init__(self, what: str, act: Callable[[], object], rest: Callable[[float], float]) -> None:
        self._what = what
        self._act = act
        self._rest = rest
        self._told = ""

    def look(self) -> float:
        """How long to rest after it."""
        began = time.perf_counter()
        try:
            self._act()
        except (StorageError, UserError) as error:
            reason = _NUMBER.sub("", str(error))
            if reason != self._told:
                _LOG.warning("%s are looked at again: %s", self._what, error)
            self._told = reason
            return REST_SECONDS
        except Exception:  # noqa: BLE001  a defect: who looks goes on, or nothing would start until the next process
            _LOG.exception("%s are looked at again, after a defect", self._what)
            return REST_SECONDS
        self._told = ""
        return self._rest(time.perf_counter() - began)
