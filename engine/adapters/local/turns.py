"""Whose turn it is to write, among the processes of a data folder: each waits in the kernel, and is woken at once.

SQLite tells nobody when its write lock is free. A process that waits for it has to ask again and again: too early, for
nothing, or too late, when whoever wrote last has it again. So a process takes its turn (flock on `locks/.turn`) before
it asks SQLite, which then answers yes. Only SQLite's own lock guards the data: a turn that cannot be had, in time or on
this file system, is done without.

flock knows no time limit. So a thread waits for the turn where another process has it, and hands it over; whoever has
lost patience by then leaves it to the next, or the thread gives it back.

    take ── free: mine
      └──── another's ──► the thread waits ──► wanted still? ── yes: handed over ── no: given back
"""

from __future__ import annotations

import fcntl
import os
import threading
from contextlib import suppress
from pathlib import Path
from queue import SimpleQueue

TURN = ".turn"


class Turns:
    """The place of this process among those of the folder `locks`. One thread at a time may take a turn."""

    def __init__(self, locks: Path) -> None:
        self._descriptor = -1
        self._mine = False
        self._state = threading.Lock()
        self._awaited = False  # by the thread
        self._wanted = False  # by whoever called `take`
        self._handed_over = threading.Semaphore(0)
        self._requests: SimpleQueue[bool] = SimpleQueue()
        self._thread: threading.Thread | None = None
        with suppress(OSError):  # a full disk, or a folder that is only read
            self._descriptor = os.open(locks / TURN, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)

    def take(self, seconds: float) -> None:
        """Wait for the turn, no longer than `seconds`; after that the caller goes on without it."""
        if self._descriptor < 0:
            return
        with self._state:
            if not self._awaited:
                try:
                    fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                except BlockingIOError:
                    self._await()
                except OSError:
                    return  # such locks do not exist here
                else:
                    self._mine = True
                    return
            self._wanted = True
        self._mine = self._handed_over.acquire(timeout=max(seconds, 0.0))
        if not self._mine:
            with self._state:
                self._wanted = False
                self._mine = self._handed_over.acquire(blocking=False)  # at the last moment

    def end(self) -> None:
        """Let the next have it."""
        if self._mine:
            self._mine = False
            fcntl.flock(self._descriptor, fcntl.LOCK_UN)

    def close(self) -> None:
        """Take no turn any more. A thread that still waits for one keeps the file open until it has it."""
        self.end()
        with self._state:
            descriptor, self._descriptor = self._descriptor, -1
            if descriptor >= 0 and not self._awaited:
                os.close(descriptor)
        if self._thread is not None:
            self._requests.put(False)

    def _await(self) -> None:
        self._awaited = True
        if self._thread is None:
            self._thread = threading.Thread(target=self._wait, args=(self._descriptor,), name="turn", daemon=True)
            self._thread.start()
        self._requests.put(True)

    def _wait(self, descriptor: int) -> None:
        while self._requests.get():
            with suppress(OSError):
                fcntl.flock(descriptor, fcntl.LOCK_EX)
            with self._state:
                self._awaited = False
                if self._descriptor < 0:
                    os.close(descriptor)
                    return
                if self._wanted:
                    self._wanted = False
                    self._handed_over.release()
                else:
                    fcntl.flock(descriptor, fcntl.LOCK_UN)
