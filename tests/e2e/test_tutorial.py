"""docs/tutorial.md, done: every line is typed into a shell beside a server that runs, and prints what the page shows.

The reader's part is read off the page too: the file that is saved, what is replaced in it, the value that is asked for.
"""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support import patience
from tests.support.local_server import ROOT, LocalServer, clean_environment

PAGE = ROOT / "docs" / "tutorial.md"
PART = re.compile(
    r"^Save this as `(?P<file>\S+)`:\n\n```json\n(?P<content>.*?)^```$"
    r"|replace\s+`(?P<old>[^`]+)`\s+by\s+`(?P<new>[^`]+)`"
    r"|^```\n(?P<shown>.*?)^```$"
    r"|^    (?P<line>\S[^\n]*)$",
    re.MULTILINE | re.DOTALL,
)
FILE = "deposit.json"
FAILING = {"validate": [1, 0], "test": [1, 0], "start": [1, 0]}
"""The exit statuses of a command each time that it is typed; of the others 0."""
ASKED = {"secrets": "a-key-for-the-sample\n"}


@pytest.fixture
def folder(tmp_path):
    """The project's folder as the page knows it."""
    made = tmp_path / "project"
    (made / ".venv").mkdir(parents=True)
    (made / ".venv" / "bin").symlink_to(Path(sys.executable).parent)
    return made


@pytest.fixture
def server(tmp_path):
    started = LocalServer(tmp_path / "data")
    yield started
    started.stop()


def is_shown(text, printed):
    """Whether the lines stand in what was printed, in their order; `…` is whatever."""
    said = iter(printed.splitlines())
    patterns = (".*".join(map(re.escape, re.split(r" *… *", line))) for line in text.splitlines())
    return all(any(re.fullmatch(pattern, line.rstrip()) for line in said) for pattern in patterns)


def test_the_tutorial_does_what_it_says(folder, server):
    statuses = {name: iter(expected) for name, expected in FAILING.items()}
    environment = clean_environment(AUTOMATE_DATA_DIR=str(server.folder))
    typed, printed = [], ""
    for found in PART.finditer(PAGE.read_text(encoding="utf-8")):
        if found["file"]:
            assert found["file"] == FILE
            (folder / FILE).write_text(found["content"].replace("http://127.0.0.1:8400", server.url), encoding="utf-8")
        elif found["old"]:
            text = (folder / FILE).read_text(encoding="utf-8")
            assert text.count(found["old"]) == 1, found["old"]
            (folder / FILE).write_text(text.replace(found["old"], found["new"]), encoding="utf-8")
        elif found["shown"]:
            assert is_shown(found["shown"], printed), f"{typed[-1]}\n{printed}"
        elif found["line"] != "make run":
            program, command = found["line"].split()[:2]
            assert program == ".venv/bin/automate"
            done = subprocess.run(
                ["bash", "-c", found["line"]], cwd=folder, env=environment, input=ASKED.get(command, ""),
                capture_output=True, text=True, timeout=patience.SECONDS, check=False,
            )
            printed = done.stdout + done.stderr
            assert done.returncode == next(statuses.get(command, iter([0]))), f"{found['line']}\n{printed}"
            typed.append(found["line"])
    assert [list(left) for left in statuses.values()] == [[], [], []], "each of them was typed as often as expected"
    told = server.json("GET", "/executions/deposit%3Afirst/history")["events"]
    assert sum(event["type"] == "TaskStateEntered" for event in told) == 2, "finance is told once, the charge made once"


@pytest.mark.parametrize(("shown", "printed", "stands"), [
    ("a  b\nc\n", "x\na  b  \ny\nc\n", True), ("a … b\n", "a   1.2 s  b\n", True), ("c\na\n", "a\nc\n", False),
    ("a\n", "ab\n", False), ("ok … 2\n", "ok  0.09 s  3\n", False),
])
def test_what_a_page_shows_is_looked_for_line_by_line(shown, printed, stands):
    assert is_shown(shown, printed) is stands
