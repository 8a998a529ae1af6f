"""What every store of logs does with the JSON lines that workers write: reads those that a query means, and lists them.

{"level", "message", "execution"?, "state"?, "attempt"?, "exception"?, …}
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from typing import Any

from engine.ports.logs import LogLine, LogLines, LogQuery


def read_line(
    text: str | bytes, query: LogQuery, at: Callable[[dict[str, Any]], float], stream: str | None = None
) -> LogLine | None:
    """The record that `text` is, where `query` means it; None for another, and for text that is no record. `at` says
    when it was written, in epoch seconds."""
    try:
        record: dict[str, Any] = json.loads(text)
        message, exception = record["message"], record.get("exception")
        written = message if isinstance(message, str) else json.dumps(message)
        line = LogLine(
            at(record), str(record["level"]), written + (f"\n{exception}" if exception else ""), record.get("state"),
            record.get("attempt"), stream, record.get("xray_trace_id"),
        )
    except (ValueError, KeyError, TypeError):
        return None
    return line if query.matches(line, str(record.get("execution"))) else None


def listed(found: Iterable[LogLine], query: LogQuery, *, complete: bool) -> LogLines:
    """The newest of them, oldest first; `complete` says whether everything was looked at."""
    lines = sorted(found, key=lambda line: line.at)
    return LogLines(tuple(lines[-query.limit:]), complete and len(lines) <= query.limit)
