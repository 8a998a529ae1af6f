"""The command with streams and arguments that its caller made odd: as a process, for a shell hands them over."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support import patience

HELLO = {"StartAt": "Greet", "States": {"Greet": {"Type": "Pass", "End": True}}}
FULL = Path("/dev/full")
needs_a_full_device = pytest.mark.skipif(not FULL.exists(), reason="needs /dev/full")


@pytest.fixture(scope="module")
def published(tmp_path_factory):
    """A folder with one workflow."""
    made = tmp_path_factory.mktemp("published")
    path = made / "hello.json"
    path.write_text(json.dumps({"name": "hello", "description": "grüezi → ✓", "definition": HELLO}), encoding="utf-8")
    command = [sys.executable, "-m", "functions.cli.main", "--data-dir", made / "data", "import", "--file", path]
    kept = {name: value for name, value in os.environ.items() if not name.startswith("AUTOMATE_")}
    subprocess.run([*command, "--publish"], check=True, capture_output=True, env=kept, timeout=patience.SECONDS)
    return made / "data"


@pytest.fixture
def shell(published, tmp_path):
    """Runs `automate ARGUMENTS REDIRECTION` by a shell, on a folder with one workflow."""
    shutil.copytree(published, tmp_path / "data")

    def run(arguments, redirection="", **environment):
        automate = f'"{sys.executable}" -m functions.cli.main --data-dir "{tmp_path / "data"}"'
        kept = {name: value for name, value in os.environ.items() if not name.startswith("AUTOMATE_")}
        return subprocess.run(  # noqa: S602  the shell is what is under test
            f"{automate} {arguments} {redirection}", shell=True, capture_output=True, env={**kept, **environment},
            check=False, timeout=patience.SECONDS,
        )

    return run


@needs_a_full_device
@pytest.mark.parametrize("command", ["workflows", "--json workflows", "audit export", "export hello", "start hello"])
def test_an_answer_that_cannot_be_written_exits_74_and_says_so_once(shell, command):
    done = shell(command, "> /dev/full")
    said = done.stderr.decode()
    assert done.returncode == 74
    assert said.count("No space left on device") == 1
    assert "standard output" in said
    assert "defect" not in said


def test_a_closed_standard_output_is_no_defect(shell):
    for command in ("workflows", "export hello"):
        done = shell(command, ">&-")
        assert (done.returncode, done.stderr) == (0, b"")


def test_a_terminal_without_the_characters_gets_escapes(shell):
    done = shell("workflows", PYTHONIOENCODING="latin-1")
    assert (done.returncode, done.stderr) == (0, b"")
    assert "grüezi \\u2192 \\u2713".encode("latin-1") in done.stdout
    shown = json.loads(shell("--json workflows", PYTHONIOENCODING="latin-1").stdout)
    assert shown["workflows"][0]["description"] == "grüezi → ✓"


def test_half_a_surrogate_pair_that_is_kept_already_can_be_shown(shell, tmp_path):
    path = tmp_path / "odd.json"
    states = {"A": {"Type": "Pass", "Parameters": {"a.$": "States.StringToJson($.text)"}, "End": True}}
    path.write_text(json.dumps({"name": "odd", "definition": {"StartAt": "A", "States": states}}))
    assert shell(f'import --file "{path}" --publish').returncode == 0
    (tmp_path / "input.json").write_text(json.dumps({"text": '"\\ud800"'}))
    done = shell(f'start odd --name one --wait --input "@{tmp_path / "input.json"}"')
    assert (done.returncode, b"\\ud800" in done.stdout) == (0, True)
    assert json.loads(shell("--json show odd:one").stdout)["output"] == {"a": "\ud800"}
    assert shell("history odd:one").returncode == 0


def test_an_argument_that_is_not_utf_8_is_refused(shell):
    for command in ("show $(printf 'x:\\377')", "start hello --name $(printf '\\377')"):
        done = shell(command)
        assert (done.returncode, b"is not UTF-8 text" in done.stderr) == (1, True)


@pytest.mark.parametrize("command", ["workflows", "--json workflows", "export hello", "--help"])
def test_a_pipe_that_nobody_reads_is_1_without_a_word(published, command):
    reading, writing = os.pipe()
    os.close(reading)
    automate = [sys.executable, "-m", "functions.cli.main", "--data-dir", str(published), *command.split()]
    kept = {name: value for name, value in os.environ.items() if not name.startswith("AUTOMATE_")}
    done = subprocess.run(
        automate, stdout=writing, stderr=subprocess.PIPE, env=kept, check=False, timeout=patience.SECONDS
    )
    os.close(writing)
    assert (done.returncode, done.stderr) == (1, b"")
