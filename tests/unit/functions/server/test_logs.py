"""What a log file that cannot be written tells, and what not."""

from __future__ import annotations

import errno
import io
import logging
import os

import pytest

from functions.server import logs


@pytest.fixture
def root(monkeypatch):
    """The root logger, as it was afterwards."""
    logger = logging.getLogger()
    handlers, level = list(logger.handlers), logger.level
    yield logger
    for handler in [handler for handler in logger.handlers if handler not in handlers]:
        logger.removeHandler(handler)
        handler.close()
    for handler in handlers:
        logger.addHandler(handler)
    logger.setLevel(level)


class Full(io.StringIO):
    """A file on a disk that is full."""

    def write(self, text):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def test_a_full_disk_is_told_in_a_line_until_there_is_room(root, tmp_path, capsys):
    path = logs.log_to_file(tmp_path, "worker-1", "INFO")
    [handler] = root.handlers
    there, handler.stream = handler.stream, Full()
    for _ in range(3):
        logging.getLogger("automate.workflow").warning("what an order says: %s", "hers")
    assert capsys.readouterr().err == f"automate: nothing is logged: {path}: No space left on device\n"
    handler.stream = there
    logging.getLogger("automate.workflow").warning("again")
    assert "again" in path.read_text()
    handler.stream = Full()
    logging.getLogger("automate.workflow").warning("once more")
    assert capsys.readouterr().err.count("nothing is logged") == 1
    handler.stream = there


def test_a_defect_is_told_as_before(root, tmp_path, capsys):
    logs.log_to_file(tmp_path, "worker-1", "INFO")
    logging.getLogger("automate.workflow").warning("%d", "none")
    assert "TypeError" in capsys.readouterr().err
