"""Somebody who types lines into a shell and answers what is asked: a bash on a terminal of its own."""

from __future__ import annotations

import os
import pty
import re
import select
import subprocess
import time
from pathlib import Path

_READY = re.compile(r"__ready_(\d+)__")
_COLOURS = re.compile(r"\x1b\[[0-9;?]*[a-zA-Z]|\x1b[()][A-Z0-9]|\r")


class Typist:
    """`answers` are patterns of questions and what is typed then. Everything said is kept in `transcript`."""

    def __init__(self, folder: Path, environment: dict[str, str], answers: dict[str, str]) -> None:
        self.transcript: list[str] = []
        self.answers = {re.compile(pattern): answer for pattern, answer in answers.items()}
        self._terminal, theirs = pty.openpty()
        self._shell = subprocess.Popen(
            ["bash", "--norc", "--noprofile", "-i"], cwd=folder, stdin=theirs, stdout=theirs, stderr=theirs,
            env={**environment, "PS1": "__ready_$?__", "PS2": "", "TERM": "dumb", "COLUMNS": "200"},
            start_new_session=True,
        )
        os.close(theirs)
        self._heard(60)
        self.type("stty -echo", within=60)

    def type(self, line: str, *, within: float) -> tuple[int, str]:
        """Type the line (or several that belong together); its exit status and what it said. Waits `within` seconds at
        most."""
        os.write(self._terminal, f"{line}\n".encode())
        status, said = self._heard(within)
        self.transcript.append(f"$ {line}\n{said}")
        return status, said

    def stop(self) -> None:
        """Leave the shell; what still runs in it goes with it."""
        os.close(self._terminal)
        try:
            self._shell.wait(10)
        except subprocess.TimeoutExpired:
            self._shell.kill()
            self._shell.wait(10)

    def _heard(self, within: float) -> tuple[int, str]:
        said, seen, answered, until = "", 0, 0, time.monotonic() + within
        while True:
            ready = _READY.search(said, max(seen - 100, 0))  # what came last: a command may say megabytes
            seen = len(said)
            if ready is not None:
                return int(ready[1]), said[:ready.start()].strip()
            if time.monotonic() > until:
                raise AssertionError(f"no end after {within:.0f} s:\n{said[-3000:]}")
            if select.select([self._terminal], [], [], 0.5)[0]:
                said += _COLOURS.sub("", os.read(self._terminal, 65536).decode(errors="replace"))
                answered = self._answer(said, answered)

    def _answer(self, said: str, answered: int) -> int:
        """Answer the questions after what is answered already; up to where they are then."""
        answered = max(answered, len(said) - 70_000)
        for question, answer in self.answers.items():
            found = question.search(said, answered)
            if found is not None:
                os.write(self._terminal, f"{answer}\n".encode())
                answered = found.end()
        return answered
