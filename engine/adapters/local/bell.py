"""How the processes of a data folder tell each other at once that the queue has changed.

    worker   binds bells/<owner>, a datagram socket, and a thread waits at it
    others   after a commit that put wakes into the queue: one byte to the first such socket, and nobody waits for it
    busy     whoever has not looked at the queue PATIENCE_SECONDS after a ring, or leaves wakes there, rings the next

One is rung and not all, for several would share what one can do, and make a transaction each for it. A ring is a hint,
as a wake is: one that is lost costs the wait for the next look at the database. A socket whose process is gone refuses
the byte, and whoever rings it then removes it.
"""

from __future__ import annotations

import logging
import os
import socket
import sys
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path

_LOG = logging.getLogger(__name__)

BELLS = "bells"
"""The folder of the sockets, in a data folder."""

PATIENCE_SECONDS = 0.005
"""So long a worker that was rung may be busy before the next one is rung, too."""

_TICK_SECONDS = 0.0001

_LONGEST_ADDRESS = 100
"""Bytes of a socket's path that every system takes (sun_path has 104 on macOS, 108 on Linux)."""

_TICK_NANOSECONDS = 50_000_000
"""What a file system's times may be coarse by."""


class Bell:
    """The bell of the process `owner` in `folder`, and those of the others."""

    def __init__(self, folder: Path, owner: str) -> None:
        self._folder = folder
        self._name = owner
        self._descriptor = -1
        self._heard: Callable[[], None] = lambda: None
        self._looked: Callable[[], bool] = lambda: True
        self._own: socket.socket | None = None
        self._out: socket.socket | None = None
        self._others: list[str] = []
        self._changed_at = -1

    def listen(self, heard: Callable[[], None], looked: Callable[[], bool]) -> bool:
        """From now on `heard` is called, in a thread of its own, whenever another process rings; unless it has `looked`
        soon after that, the next one is rung. False where the system has no such sockets, or takes none here: then
        nobody is heard."""
        if self._own is not None:
            self._heard, self._looked = heard, looked
            return True
        own = None
        try:
            self._folder.mkdir(mode=0o700, exist_ok=True)
            own = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
            with suppress(OSError):  # macOS: the folder's mode is what counts
                os.fchmod(own.fileno(), 0o600)
            own.bind(self._address(self._name))
        except (AttributeError, OSError) as error:
            _LOG.info("other processes' wakes are looked for, not heard: %s", error)
            if own is not None:
                own.close()
            return False
        self._own, self._heard, self._looked = own, heard, looked
        threading.Thread(target=self._wait, args=(own,), name="bell", daemon=True).start()
        return True

    def ring(self) -> None:
        """Tell one process that listens: the first one; where this one does, too, the next after it in the order of
        their names. Never raises, never waits."""
        names = self._listeners()
        after = self._name if self._own is not None else ""
        self._ring_first([name for name in names if name > after] + [name for name in names if name < after])

    def _ring_first(self, names: Sequence[str]) -> None:
        """The first that takes it."""
        for name in names:
            try:
                if self._out is None:
                    self._out = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
                    self._out.setblocking(False)
                self._out.sendto(b"!", self._address(name))
            except ConnectionRefusedError:  # its process is gone
                with suppress(OSError):
                    (self._folder / name).unlink()
            except (AttributeError, OSError):  # gone just now, or it was rung so often that it hangs
                continue
            else:
                return

    def close(self) -> None:
        """Hear nobody any more."""
        own, self._own = self._own, None
        if own is not None:
            with suppress(OSError):
                (self._folder / self._name).unlink()
            with suppress(OSError):
                own.shutdown(socket.SHUT_RD)
            own.close()
        if self._out is not None:
            self._out.close()
            self._out = None
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1

    def _wait(self, own: socket.socket) -> None:
        late_at = 0.0  # when whoever was told should have looked; 0: nobody rang
        while self._own is own:
            try:
                own.settimeout(max(late_at - time.monotonic(), _TICK_SECONDS) if late_at else None)
                rung = bool(own.recv(64))
            except TimeoutError:
                rung = False
            except OSError:
                return
            due = bool(late_at) and time.monotonic() >= late_at
            is_late = due and not self._looked()
            late_at = 0.0 if due else late_at
            if rung and self._own is own:
                self._heard()
                late_at = late_at or time.monotonic() + PATIENCE_SECONDS
            if is_late:  # only those behind are told, so that it ends somewhere, though all be busy
                self._ring_first([name for name in self._listeners() if name > self._name])

    def _listeners(self) -> list[str]:
        """The others' sockets. The folder is read again when something was made or removed in it."""
        try:
            changed_at = self._folder.stat().st_mtime_ns
            if changed_at != self._changed_at:
                self._others = sorted(path.name for path in self._folder.iterdir() if path.name != self._name)
                settled = time.time_ns() - changed_at > _TICK_NANOSECONDS  # else more may come under the same time
                self._changed_at = changed_at if settled else -1
        except OSError:
            return []
        return self._others

    def _address(self, name: str) -> str:
        """The path of a socket, short enough for every system where that can be done. Raises OSError."""
        path = str(self._folder / name)
        if len(os.fsencode(path)) <= _LONGEST_ADDRESS or sys.platform != "linux":
            return path
        if self._descriptor < 0:
            self._descriptor = os.open(self._folder, os.O_RDONLY | os.O_DIRECTORY)
        return f"/proc/self/fd/{self._descriptor}/{name}"
