"""Where log records go: to the terminal for commands, to a file in the data folder for the server and its workers.

A file holds one JSON object a line, so that engine.adapters.local.log_files finds a step's lines again:

    {"at": 1764000000.123, "level": "INFO", "logger": "automate.workflow", "message": "…",
     "execution": "order_flow:o-1", "state": "Charge", "attempt": 0}

Every record passes the masking of engine.governance, so that no secret's value is written.
"""

from __future__ import annotations

import json
import logging
import os
import sys
from io import TextIOWrapper
from logging.handlers import RotatingFileHandler
from pathlib import Path

from engine.adapters.local.privacy import done_to
from engine.errors import InvalidDocument
from engine.governance.log_masking import mask_logs
from functions.call_logs import NameCalls

LOGS = "logs"
"""The folder in the data folder."""

FILE_BYTES = 5 * 1024 * 1024
FILES_KEPT = 3
_FORMAT = "%(asctime)s %(levelname)s %(name)s: %(message)s"


class JsonLines(logging.Formatter):
    """A record as a line of JSON, with the execution, state and attempt that it belongs to."""

    def format(self, record: logging.LogRecord) -> str:
        """The line, without its end."""
        shape = {
            "at": round(record.created, 6), "level": record.levelname, "logger": record.name,
            "message": record.getMessage(),
        }
        shape |= {name: getattr(record, name) for name in ("execution", "state", "attempt") if hasattr(record, name)}
        if record.exc_info:
            shape["exception"] = self.formatException(record.exc_info)
        return json.dumps(shape, ensure_ascii=False, default=str)


class _PrivateFile(RotatingFileHandler):
    """Log files are their owner's alone. That one cannot be written, on a full disk above all, is told once until it
    can again: in a line, without what was to be logged."""

    _fails = _failed = False

    def emit(self, record: logging.LogRecord) -> None:
        """Write the record."""
        self._failed, self._fails = self._fails, False
        super().emit(record)

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802  logging's name
        """Tell why the record was not written."""
        error = sys.exc_info()[1]
        if not isinstance(error, OSError):
            super().handleError(record)
            return
        self._fails = True
        if not self._failed and sys.stderr is not None:
            sys.stderr.write(f"automate: nothing is logged: {self.baseFilename}: {error.strerror}\n")

    def _open(self) -> TextIOWrapper:
        handle = os.open(self.baseFilename, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        return os.fdopen(handle, "a", encoding=self.encoding, errors=self.errors)


def log_to_terminal(level: str, *, without: str | None = None) -> None:
    """Records of `level` and above to standard error, except those of the logger `without`."""
    handler = logging.StreamHandler()
    handler.addFilter(lambda record: record.name != without)
    _install(handler, level, logging.Formatter(_FORMAT))


def log_to_file(folder: Path, name: str, level: str) -> Path:
    """Records of `level` and above to ``<folder>/logs/<name>.log``, which is rotated. Raises StoreUnavailable."""
    path = folder / LOGS / f"{name}.log"
    with done_to(path):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        path.parent.mkdir(mode=0o700, exist_ok=True)
        handler = _PrivateFile(
            path, maxBytes=FILE_BYTES, backupCount=FILES_KEPT, encoding="utf-8",
            errors="backslashreplace",  # half of a surrogate pair: in JSON an escape is the same text
        )
    _install(handler, level, JsonLines())
    return path


def _install(handler: logging.Handler, level: str, formatter: logging.Formatter) -> None:
    handler.setFormatter(formatter)
    handler.addFilter(NameCalls())
    root = logging.getLogger()
    for old in list(root.handlers):
        root.removeHandler(old)
        old.close()
    root.addHandler(handler)
    try:
        root.setLevel(level)
    except ValueError:
        raise InvalidDocument(
            f"{level!r} is not a log level", where="AUTOMATE_LOG_LEVEL", advice="Use DEBUG, INFO, WARNING or ERROR."
        ) from None
    mask_logs()
