"""A command run in this process, on a data folder of its own."""

from __future__ import annotations

import io
import json
import os
import sys

import pytest

from functions.cli import main
from tests.support.product_logs import root_logs_kept


@pytest.fixture(autouse=True)
def _logs():
    """A command's logging ends with its test."""
    with root_logs_kept():
        yield


@pytest.fixture
def automate(tmp_path, capsys, monkeypatch):
    """Runs a command in this process: (exit status, standard output, standard error)."""
    folder = tmp_path / "data"
    for name in [name for name in os.environ if name.startswith("AUTOMATE_")]:
        monkeypatch.delenv(name)  # what the developer has set is not under test

    def run(*arguments, stdin=None):
        if stdin is not None:
            monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin.encode())))
        status = main.run(["--data-dir", str(folder), *arguments])
        captured = capsys.readouterr()
        assert "Traceback" not in captured.out + captured.err
        return status, captured.out, captured.err

    def as_json(*arguments, **more):
        status, out, err = run("--json", *arguments, **more)
        return status, json.loads(out or err)

    run.json, run.folder = as_json, folder
    return run


HELLO = {"StartAt": "Greet", "States": {"Greet": {"Type": "Pass", "Result": {"said": "hello"}, "End": True}}}


@pytest.fixture
def hello(tmp_path):
    """The file of a workflow of one state."""
    path = tmp_path / "hello.json"
    path.write_text(json.dumps({"name": "hello", "definition": HELLO}, indent=2) + "\n")
    return path
