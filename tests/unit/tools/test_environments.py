"""Environments beside the project's own: made whole or made anew, by one process at a time."""

from __future__ import annotations

import subprocess
import sys
import venv
from pathlib import Path

import pytest

from tests.support import patience
from tools import environments
from tools.environments import NotInstalled, bench_folder, environment

MAKE = """
import sys
from pathlib import Path
from tools.environments import environment
home = Path(sys.argv[1])
print(environment(home, ["--dry-run", "pip"], finish=lambda made: (made / "made").open("a").write("once ")))
"""


def test_two_processes_that_want_it_at_once_have_one(tmp_path: Path) -> None:
    home = tmp_path / "venvs" / "some"
    wanting = [
        subprocess.Popen(
            [sys.executable, "-c", MAKE, str(home)], cwd=environments.ROOT, stdout=subprocess.PIPE, text=True)
        for _ in range(2)
    ]
    said = [each.communicate(timeout=patience.SECONDS)[0].strip() for each in wanting]
    assert said == [str(home / "bin" / "python")] * 2
    assert (home / "made").read_text() == "once "


def test_a_half_made_one_and_one_with_other_packages_are_made_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[Path] = []
    monkeypatch.setattr(venv, "create", lambda folder, **_: (made.append(folder), folder.mkdir()))
    monkeypatch.setattr(
        subprocess, "run", lambda command, **_: subprocess.CompletedProcess(command, 0, stdout="", stderr=""))
    home = tmp_path / "some"
    home.mkdir()
    for requirements, count in ((["a==1"], 1), (["a==1"], 1), (["a==2"], 2)):
        assert environment(home, requirements) == home / "bin" / "python"
        assert len(made) == count
    environment(home, ["a==2"], also="and more")
    assert len(made) == 3


def test_what_pip_refuses_is_said_and_leaves_no_mark(tmp_path: Path) -> None:
    with pytest.raises(NotInstalled, match="no such option"):
        environment(tmp_path / "some", ["--no-such-option"])
    assert not (tmp_path / "some" / "installed").exists()


def test_the_folder_is_a_setting(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AUTOMATE_BENCH_DIR", str(tmp_path))
    assert bench_folder() == tmp_path
    monkeypatch.delenv("AUTOMATE_BENCH_DIR")
    assert bench_folder() == environments.ROOT / ".bench"
