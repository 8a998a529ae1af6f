"""The logs of one machine: files of JSON lines in ``<data folder>/logs``, rotated by their writer.

    worker-1.log        {"at", "level", "logger", "message", "execution"?, "state"?, "attempt"?, "exception"?}
    worker-1.log.1      what it was before, and so on

Files are read from their end, the newest first, and no more than MOST_BYTES of them together. A line that is no such
record (of an older release, or torn) is passed over.
"""

from __future__ import annotations

import json
from pathlib import Path

from engine.adapters.log_records import listed, read_line
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
            meant = (text for text in data.splitlines() if any(marker in text for marker in markers))
            read = (read_line(text, query, lambda record: float(record["at"])) for text in meant)
            found += [line for line in read if line is not None]
            if left <= 0:
                complete = False
                break
        return listed(found, query, complete=complete)

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
