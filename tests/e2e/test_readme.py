"""README.md's first commands, typed beside a demo that serves on some port."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support import patience
from tests.support.local_server import ROOT, clean_environment

STEPS = (ROOT / "README.md").read_text(encoding="utf-8").partition("in a second terminal:\n\n")[2].partition("\n\n")[0]
LINES = [" ".join(line.split()) for line in re.findall(r"`(\.venv/bin/automate [^`]+)`", STEPS)]


@pytest.fixture
def demo(tmp_path):
    """The project's folder, where `automate demo` serves on a free port and has run its order; its id."""
    (tmp_path / ".venv").mkdir()
    (tmp_path / ".venv" / "bin").symlink_to(Path(sys.executable).parent)
    (tmp_path / "workflows").symlink_to(ROOT / "workflows")
    process = subprocess.Popen(
        [".venv/bin/automate", "demo", "--port", "0"], stdout=subprocess.PIPE, text=True, env=clean_environment(),
        cwd=tmp_path,
    )
    printed = iter(process.stdout.readline, "")
    execution = next(line.split()[0] for line in printed if line.startswith("order_flow:"))
    assert any(line.startswith("Stop with Ctrl-C") for line in printed)
    yield tmp_path, execution
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=patience.SECONDS)


def test_the_first_commands_work_on_any_port(demo):
    folder, execution = demo
    said = {}
    for line in LINES:
        done = subprocess.run(
            ["bash", "-c", line.replace("<id>", execution)], cwd=folder, env=clean_environment(), capture_output=True,
            text=True, timeout=patience.SECONDS, check=False,
        )
        assert done.returncode == 0, f"{line}\n{done.stdout}{done.stderr}"
        said[line.split()[1]] = done.stdout
    assert set(said) == {"executions", "show", "start", "import"}
    assert execution in said["executions"]
    assert "SUCCEEDED" in said["start"]
