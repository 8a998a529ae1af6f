"""Who read what on one machine: lines of JSON in the data folder, rotated.

    reads/reads.jsonl       {"at", "actor", "kind", "origin", "route", "data", "execution", "workflow", "step"}
    reads/reads.jsonl.1     what it was before, and so on

Server and commands append to the one file, each a whole line. A page that is looked at live asks again and again: what
the same caller reads again within EVERY_SECONDS, in the same process, is one line. A line that cannot be written is
told of in the log, and the answer is given.
"""

from __future__ import annotations

import json
import logging
import os
from collections import OrderedDict
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING

from engine.clock import Clock
from engine.governance.roles import Caller
from engine.values import json_writer
from functions.app.identity import COMMAND_LINE

if TYPE_CHECKING:
    from functions.app.reads import Read, ReadsQuery

_LOG = logging.getLogger(__name__)
_TEXT = json_writer()

READS = "reads"
"""The folder in the data folder."""
EVERY_SECONDS = 60.0
FILE_BYTES = 5 * 1024 * 1024
FILES_KEPT = 5
_MOST_KNOWN = 10_000
_MOST_CHARACTERS = 300  # of a path's parameter


class LocalReads:
    """functions.app.reads.Reads in a data folder. Safe to share between threads."""

    def __init__(self, folder: str | os.PathLike[str], clock: Clock) -> None:
        self._file = Path(folder) / READS / "reads.jsonl"
        self._clock = clock
        self._lock = Lock()
        self._known: OrderedDict[tuple[str, ...], float] = OrderedDict()

    def record(self, caller: Caller, route: str, data: str, parameters: Mapping[str, str]) -> None:
        """See Reads."""
        now, named = self._clock.now(), {name: text[:_MOST_CHARACTERS] for name, text in parameters.items()}
        if self._is_known((caller.subject, caller.actor.origin, route, *sorted(named.values())), now):
            return
        actor = caller.actor
        shape = {
            "at": round(now, 3), "actor": actor.name, "kind": actor.kind, "origin": actor.origin, "route": route,
            "data": data, "execution": named.get("id", ""), "workflow": named.get("name", ""),
            "step": named.get("step", ""),
        }
        try:
            self._append(_TEXT(shape).encode() + b"\n")
        except OSError as error:
            # Who commands the folder may read its files without a command: nothing is kept from anybody.
            level = logging.INFO if actor.origin == COMMAND_LINE and actor.kind == "user" else logging.ERROR
            _LOG.log(level, "NOT IN THE RECORD OF READS: %s by %s: %s", route, actor, error)

    def find(self, query: ReadsQuery) -> Sequence[Read]:
        """See Reads."""
        found: list[Read] = []
        for read in self._newest():
            if query.since is not None and read.at < query.since - EVERY_SECONDS:
                break
            if query.matches(read):
                found.append(read)
            if len(found) == query.limit:
                break
        return found

    def _is_known(self, key: tuple[str, ...], now: float) -> bool:
        with self._lock:
            last = self._known.pop(key, None)
            known = last is not None and 0 <= now - last < EVERY_SECONDS
            self._known[key] = last if known and last is not None else now
            while len(self._known) > _MOST_KNOWN:
                self._known.popitem(last=False)
            return known

    def _append(self, line: bytes) -> None:
        flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW
        try:
            handle = os.open(self._file, flags, 0o600)
        except FileNotFoundError:
            self._file.parent.mkdir(mode=0o700, exist_ok=True)
            handle = os.open(self._file, flags, 0o600)
        try:
            os.write(handle, line)
            size = os.fstat(handle).st_size
        finally:
            os.close(handle)
        if size > FILE_BYTES:
            with self._lock:
                self._rotate()

    def _rotate(self) -> None:
        """Of two processes that rotate at once, the second finds a short file."""
        if self._file.stat().st_size <= FILE_BYTES:
            return
        for number in range(FILES_KEPT - 1, -1, -1):
            old = self._numbered(number)
            if old.exists():
                old.replace(self._numbered(number + 1))

    def _numbered(self, number: int) -> Path:
        return self._file if number == 0 else self._file.with_name(f"{self._file.name}.{number}")

    def _newest(self) -> Iterator[Read]:
        from functions.app.reads import Read  # noqa: PLC0415

        for number in range(FILES_KEPT + 1):
            try:
                lines = self._numbered(number).read_bytes().splitlines()
            except OSError:
                continue
            for line in reversed(lines):
                try:
                    yield Read(**json.loads(line))
                except (ValueError, TypeError):  # torn
                    continue
