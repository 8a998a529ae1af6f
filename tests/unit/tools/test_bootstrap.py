"""tools/bootstrap.sh: which python it takes, what it says when there is none, and how it mends."""

import subprocess
import sys
from pathlib import Path

import pytest


def made_by(machine) -> str:
    return (machine.root / ".venv" / "made-by").read_text().strip()


def test_the_newest_python_that_runs_is_taken(machine):
    machine.python("python3.11", "3.11 ok")
    machine.python("python3.13", "3.13 ok")
    machine.python("python3", "3.12 ok")
    result = machine.bootstrap("local")
    assert result.returncode == 0, result.stderr
    assert made_by(machine) == "python3.13"
    assert "Making .venv with python3.13 (3.13)" in result.stdout


def test_a_shim_that_only_fails_is_passed_over(machine):
    machine.command("python3.14", "echo 'python3.14: command not found' >&2; exit 127")
    machine.python("python3.12", "3.12 ok")
    assert machine.bootstrap("local").returncode == 0
    assert made_by(machine) == "python3.12"


def test_a_python_without_venv_is_passed_over_for_an_older_one_with_it(machine):
    machine.python("python3.13", "3.13 no-venv")
    machine.python("python3.11", "3.11 ok")
    assert machine.bootstrap("local").returncode == 0
    assert made_by(machine) == "python3.11"


def test_python_names_the_interpreter(machine):
    machine.python("python3.13", "3.13 ok")
    mine = machine.python("mine", "3.11 ok")
    assert machine.bootstrap("local", PYTHON=str(mine)).returncode == 0
    assert made_by(machine) == "mine"


def test_the_probe_accepts_the_interpreter_that_runs_the_tests(machine):
    machine.command("python3", f"""
case "$1" in
  -c) exec "{sys.executable}" "$@" ;;
  -m) echo "asked for $*" >&2; exit 1 ;;
esac""")
    result = machine.bootstrap("local")
    assert result.returncode == 1
    assert "python3 could not make the environment .venv:\nasked for -m venv .venv" in result.stderr
    assert not (machine.root / ".venv").exists()


def test_the_probe_notices_a_missing_ensurepip(machine):
    broken = machine.root / "broken"
    broken.mkdir()
    (broken / "ensurepip.py").write_text("raise ImportError('No module named ensurepip')\n")
    machine.command("python3", f'PYTHONPATH="{broken}" exec "{sys.executable}" "$@"')
    result = machine.bootstrap("local")
    assert result.returncode == 1
    assert "but not its venv module" in result.stderr


class TestWhatIsMissingIsNamed:
    def test_venv_on_debian(self, machine):
        machine.command("apt-get", "")
        machine.python("python3.13", "3.13 no-venv")
        result = machine.bootstrap("local")
        assert result.returncode == 1
        assert "Python 3.13 is here, but not its venv module." in result.stderr
        assert "sudo apt install python3.13-venv" in result.stderr

    def test_python_on_debian_is_the_newest_it_offers(self, machine):
        machine.command("apt-get", "")
        machine.command("apt-cache", 'test "$2" = python3.12')
        machine.python("python3", "3.9 old")
        result = machine.bootstrap("local")
        assert result.returncode == 1
        assert "python3: Python 3.9, too old" in result.stderr
        assert "sudo apt install python3.12 python3.12-venv" in result.stderr

    def test_python_on_a_debian_without_package_lists(self, machine):
        machine.command("apt-get", "")
        assert "sudo apt install python3 python3-venv" in machine.bootstrap("local").stderr

    def test_python_on_macos(self, machine):
        machine.command("uname", "echo Darwin")
        machine.command("brew", "")
        machine.python("python3", "3.9 old")
        result = machine.bootstrap("local")
        assert "brew install python@3.13" in result.stderr
        assert "apt" not in result.stderr
        assert "not installed yet" not in result.stderr

    def test_homebrew_itself(self, machine):
        machine.command("uname", "echo Darwin")
        assert "Homebrew is not installed yet" in machine.bootstrap("local").stderr

    def test_python_elsewhere(self, machine):
        machine.command("python3", "exit 1")
        result = machine.bootstrap("local")
        assert result.returncode == 1
        assert "python3: does not run" in result.stderr
        assert "install Python 3.13 with your system's package manager" in result.stderr


class TestMending:
    @pytest.fixture
    def venv(self, machine) -> Path:
        machine.python("python3", "3.13 ok")
        folder = machine.root / ".venv"
        (folder / "bin").mkdir(parents=True)
        (folder / "old").touch()
        return folder

    def python_that_checks(self, venv: Path, status: int) -> None:
        path = venv / "bin" / "python"
        path.write_text(f'#!/bin/sh\necho "$@" >>"{venv}/calls"\ncase "$*" in *--check*) exit {status} ;; esac\n')
        path.chmod(0o755)

    def test_nothing_is_done_where_all_is_there(self, machine, venv):
        self.python_that_checks(venv, 0)
        result = machine.bootstrap("local", "dev")
        assert (result.returncode, result.stdout) == (0, "")
        assert (venv / "calls").read_text() == "-I tools/install.py --check local dev\n"

    def test_a_good_environment_is_kept_and_completed(self, machine, venv):
        self.python_that_checks(venv, 10)
        assert machine.bootstrap("local").returncode == 0
        assert (venv / "old").exists()
        assert (venv / "calls").read_text().splitlines()[-1] == "-I tools/install.py local"

    def test_an_environment_without_a_python_is_made_anew(self, machine, venv):
        result = machine.bootstrap("local")
        assert result.returncode == 0
        assert "does not work" in result.stdout
        assert not (venv / "old").exists()
        assert made_by(machine) == "python3"

    def test_an_environment_whose_python_fails_is_made_anew(self, machine, venv):
        self.python_that_checks(venv, 127)
        assert machine.bootstrap("local").returncode == 0
        assert not (venv / "old").exists()

    def test_an_interrupted_install_is_not_trusted(self, machine, venv):
        self.python_that_checks(venv, 0)
        gone = subprocess.Popen(["true"])
        gone.wait()
        (venv / "automate-unfinished").write_text(f"{gone.pid}\n")
        result = machine.bootstrap("local")
        assert result.returncode == 0
        assert "was interrupted" in result.stdout
        assert not (venv / "old").exists()

    def test_another_install_is_waited_for(self, machine, venv):
        self.python_that_checks(venv, 0)
        marker = venv / "automate-unfinished"
        with subprocess.Popen(["sleep", "50"]) as other:
            marker.write_text(f"{other.pid}\n")
            machine.command("sleep", f'rm "{marker}"')
            result = machine.bootstrap("local")
            other.kill()
        assert result.returncode == 0
        assert f"(process {other.pid}); waiting" in result.stdout
        assert (venv / "old").exists()


def test_it_needs_no_more_than_a_posix_shell(machine):
    """macOS has bash 3.2: what plain sh runs, it runs too."""
    machine.python("python3.13", "3.13 ok")
    result = subprocess.run(
        ["sh", machine.root / "tools" / "bootstrap.sh", "local"], check=False, capture_output=True, text=True,
        env={"PATH": str(machine.bin)},
    )
    assert (result.returncode, result.stderr) == (0, "")
    assert made_by(machine) == "python3.13"
