"""The command of an alert, run as a real process."""

from __future__ import annotations

import json
import logging
from pathlib import Path

import pytest

from functions.server import alert_command
from functions.server.alert_command import runs
from tests.support.patience import wait_until

ALERT = json.dumps({"text": "orders FAILED; $(touch /tmp/x) `id`", "workflow": "orders"}).encode()


@pytest.fixture
def program(tmp_path):
    def make(text):
        path = tmp_path / "page me"
        path.write_text(f"#!/bin/sh\ncd '{tmp_path}'\n{text}\n")
        path.chmod(0o755)
        return str(path)

    return make


def test_it_has_the_alert_on_its_input_and_no_secret_in_its_environment(program, tmp_path, monkeypatch, caplog):
    monkeypatch.setenv("AUTOMATE_SECRET_PAGER", "hunter2")
    caplog.set_level(logging.INFO)
    command = program('cat > alert; env > environment; echo "$#" > arguments; pwd -P > /dev/null')
    assert runs([command])(command, ALERT, "orders !c!1 orders:one", "orders:one") is None
    assert (tmp_path / "alert").read_bytes() == ALERT
    assert (tmp_path / "arguments").read_text() == "0\n"
    environment = (tmp_path / "environment").read_text()
    assert "ALERT_KEY=orders !c!1 orders:one" in environment
    assert "hunter2" not in environment
    [record] = caplog.records
    assert (record.execution, record.getMessage().rpartition(": ")[2]) == ("orders:one", "exit status 0")


@pytest.mark.parametrize(("text", "again", "said"), [
    ("exit 3", False, "exit status 3"), ("exit 75", True, "exit status 75"), ("kill -9 $$", False, "exit status -9"),
    ("exec 0<&-; exit 0", None, ""),
])
def test_its_exit_status_says_whether_it_was_told(program, text, again, said):
    failed = runs([command := program(text)])(command, ALERT * 10_000, "k", "orders:one")
    assert (failed and failed.retryable) is again
    assert failed is None or failed.cause.endswith(said)


def test_what_is_not_allowed_is_not_run(program, tmp_path):
    failed = runs(["/bin/true"])(program("touch ran"), ALERT, "k", "orders:one")
    assert (failed.error, failed.retryable) == ("CommandNotAllowed", False)
    assert not (tmp_path / "ran").exists()


def test_what_is_not_there_is_said(tmp_path):
    missing = str(tmp_path / "nothing")
    failed = runs([missing])(missing, ALERT, "k", "orders:one")
    assert failed.cause == f"{missing}: No such file or directory"


def test_what_is_not_over_is_killed_with_what_it_started(program, tmp_path, monkeypatch):
    monkeypatch.setattr(alert_command, "SECONDS", 1.0)
    failed = runs([command := program("sleep 1000 & echo $! > child; wait")])(command, ALERT, "k", "orders:one")
    assert (failed.definite, failed.retryable) == (False, False)
    assert "was killed" in failed.cause
    child = int((tmp_path / "child").read_text())
    wait_until(lambda: not alive(child), "the end of what was killed")


def alive(process):
    """A zombie that nobody has waited for yet runs no more."""
    try:
        return Path(f"/proc/{process}/stat").read_text(encoding="ascii").split()[2] != "Z"
    except FileNotFoundError:
        return False
