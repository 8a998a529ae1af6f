"""The server's worker processes: started, watched, started again when they die, stopped with the server.

A worker reads its standard input, which the server holds open and never writes to. When the server is gone, by
kill -9 too, the kernel closes that pipe and the worker stops: no worker outlives its server.
"""

from __future__ import annotations

import logging
import os
import subprocess
import sys
import threading
from dataclasses import replace

from engine.clock import Clock
from engine.records import dataclass
from engine.settings import Settings

_LOG = logging.getLogger(__name__)

WATCH_SECONDS = 0.2
STOP_SECONDS = 15.0
LONGEST_PAUSE = 30.0
HEALTHY_SECONDS = 10.0
"""A worker that lived so long is started again at once; before, the pause doubles each time."""


@dataclass(frozen=True, slots=True)
class _Place:
    """One place for a worker process. `again_at` is when a dead worker's successor starts."""

    number: int
    process: subprocess.Popen[bytes]
    started_at: float
    pause: float = 0.0
    again_at: float | None = None


class Supervisor:
    """`size` workers of a data folder. They may call the sample services, which the server has at `samples_port`."""

    def __init__(self, size: int, settings: Settings, clock: Clock, *, samples_port: int) -> None:
        self._settings = settings
        self._clock = clock
        self._samples_port = samples_port
        self._ended = threading.Event()
        self._places = [self._hire(number) for number in range(1, size + 1)]
        self._watcher = threading.Thread(target=self._watch, name="supervisor", daemon=True)
        self._watcher.start()

    def stop(self) -> None:
        """Ask all to stop, wait, and kill who does not."""
        self._ended.set()
        self._watcher.join()
        processes = [place.process for place in self._places]
        for process in processes:
            if process.stdin is not None:
                process.stdin.close()
        for process in processes:
            try:
                process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                _LOG.warning("worker %d did not stop and was killed", process.pid)
                process.kill()
                process.wait()

    def _watch(self) -> None:
        while not self._ended.wait(WATCH_SECONDS):
            self._places = [self._tended(place) for place in self._places]

    def _tended(self, place: _Place) -> _Place:
        now = self._clock.now()
        if place.process.poll() is None:
            return place
        if place.again_at is None:
            lived = now - place.started_at
            pause = 0.0 if lived >= HEALTHY_SECONDS else min(max(place.pause * 2, 0.5), LONGEST_PAUSE)
            _LOG.error(
                "worker %d ended with status %d after %.1f s; another starts in %.1f s", place.process.pid,
                place.process.returncode, lived, pause,
            )
            place = replace(place, pause=pause, again_at=now + pause)
        if place.again_at is not None and now < place.again_at:
            return place
        return replace(self._hire(place.number), pause=place.pause)

    def _hire(self, number: int) -> _Place:
        command = [
            sys.executable, "-m", "functions.cli.main", "--data-dir", self._settings.data_dir, "worker",
            "--until-input-ends", "--log-name", f"worker-{number}", "--samples-port", str(self._samples_port),
        ]
        # Its port is the server's, also where that was an option: the links in alerts and approvals lead there.
        environment = {**os.environ, "PORT": str(self._samples_port)}
        # A session of its own: Ctrl-C in the terminal reaches the server alone, which stops its workers in order.
        process = subprocess.Popen(  # noqa: S603  ourselves
            command, stdin=subprocess.PIPE, start_new_session=True, env=environment
        )
        return _Place(number, process, self._clock.now())
