"""The logs of one machine: files of JSON lines in ``<data folder>/logs``, rotated by their writer.

    worker-1.log        {"at", "level", "logger", "message", "execution"?, "state"?, "attempt"?, "exception"?}
    worker-1.log.1      what it was before, and so on

Files are read from their end, the newest first, and no more than MOST_BYTES of them together. A line that is no such
record (of an older release, or torn) is passed over.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from engine.errors import StoreUnavailable
from engine.ports.logs import LogLine, LogLines, LogQuery

MOST_BYTES = 16 * 1024 * 1024


class LogFiles:
    """engine.ports.logs.ExecutionLogs over `folder`."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def lines(self, query: LogQuery) -> LogLines:
        """The newest lines that `query` means."""
        found: list[LogLine] = []
        left, complete = MOST_BYTES, True
        # As this writer has it, and as one that escapes what is not ASCII.
        written_as = [json.dumps(query.execution_id, ensure_ascii=ascii_only) for ascii_only in (False, True)]
        markers = [text[1:-1].encode("utf-8", "surrogatepass") for text in written_as]
        for path, written in self._files():
            if query.since is not None and written < query.since:
                continue
            data, whole = _tail(path, left)
            complete = complete and whole
            left -= len(data)
            found += _matching(data, markers, query)
            if left <= 0:
                complete = False
                break
        found.sort(key=lambda line: line.at)
        return LogLines(tuple(found[-query.limit:]), complete and len(found) <= query.limit)

    def _files(self) -> list[tuple[Path, float]]:
        """The files and when each was last written, the latest first."""
        try:
            found = [(path, path.stat().st_mtime) for path in self._folder.glob("*.log*") if path.is_file()]
        except OSError:  # rotated away while it was looked at: the next look sees it
            found = []
        return sorted(found, key=lambda item: item[1], reverse=True)


def _tail(path: Path, most: int) -> tuple[bytes, bool]:
    """The last `most` bytes from the beginning of a line on, and whether that is all of the file."""
    try:
        with path.open("rb") as file:
            size = file.seek(0, 2)
            file.seek(max(size - most, 0))
            data = file.read(most)
    except FileNotFoundError:
        return b"", True
    except OSError as error:
        raise StoreUnavailable(f"{path} cannot be read: {error.strerror}") from error
    if size <= most:
        return data, True
    return data[data.find(b"\n") + 1:], False


def _matching(data: bytes, markers: Sequence[bytes], query: LogQuery) -> Iterator[LogLine]:
    for text in data.splitlines():
        if not any(marker in text for marker in markers):
            continue
        try:
            record: dict[str, Any] = json.loads(text)
            line = LogLine(
                float(record["at"]), str(record["level"]), _message(record), record.get("state"), record.get("attempt")
            )
        except (ValueError, KeyError, TypeError):
            continue
        if query.matches(line, str(record.get("execution"))):
            yield line


def _message(record: dict[str, Any]) -> str:
    exception = record.get("exception")
    return str(record["message"]) + (f"\n{exception}" if exception else "")
