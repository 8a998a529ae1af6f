"""tools/busy.py: a command beside busy processes."""

import subprocess
import sys

import pytest

from tests.support import patience
from tools import busy

COUNTED = "import os; parent = os.getppid(); print(len(open(f'/proc/{parent}/task/{parent}/children').read().split()))"


def run(*arguments):
    return subprocess.run(
        [sys.executable, "-m", "tools.busy", *arguments], capture_output=True, text=True, check=False,
        timeout=patience.SECONDS,
    )


@pytest.mark.skipif(sys.platform != "linux", reason="counts by /proc")
def test_the_command_runs_beside_so_many_processes():
    done = run("3", "--", sys.executable, "-c", COUNTED)
    assert (done.returncode, done.stdout) == (0, "4\n"), done.stderr


def test_the_status_is_the_command_s():
    assert run("1", "--", sys.executable, "-c", "raise SystemExit(7)").returncode == 7


@pytest.mark.parametrize(
    "arguments", [[], ["3"], ["3", "--"], ["--", "true"], ["-1", "--", "true"], ["three", "--", "true"]]
)
def test_other_arguments_are_told_the_usage(arguments, capsys):
    assert busy.main(arguments) == 2
    assert capsys.readouterr().err == busy.USAGE + "\n"
