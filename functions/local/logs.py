"""Where log records go: to the terminal for commands, to a file in the data folder for the server and its workers.

Every record passes the masking of engine.governance, so that no secret's value is written.
"""

from __future__ import annotations

import logging
from logging.handlers import RotatingFileHandler
from pathlib import Path

from engine.errors import InvalidDocument, StoreUnavailable
from engine.governance.log_masking import mask_logs

FILE_BYTES = 5 * 1024 * 1024
FILES_KEPT = 3
_FORMAT = "%(asctime)s %(levelname)s %(name)s: %(message)s"


def log_to_terminal(level: str) -> None:
    """Records of `level` and above to standard error."""
    _install(logging.StreamHandler(), level)


def log_to_file(folder: Path, name: str, level: str) -> Path:
    """Records of `level` and above to ``<folder>/logs/<name>.log``, which is rotated. Raises StoreUnavailable."""
    path = folder / "logs" / f"{name}.log"
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        handler = RotatingFileHandler(path, maxBytes=FILE_BYTES, backupCount=FILES_KEPT, encoding="utf-8")
    except OSError as error:
        raise StoreUnavailable(f"{path} cannot be written: {error.strerror}") from error
    _install(handler, level)
    return path


def _install(handler: logging.Handler, level: str) -> None:
    handler.setFormatter(logging.Formatter(_FORMAT))
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
