"""tools/install.py: when it installs, and what it says when pip fails."""

import json
import subprocess
import sys

import pytest

from tools import install

PYPROJECT = """
[build-system]
requires = ["setuptools"]
[project]
name = "automate"
[tool.ruff]
line-length = 120
"""


@pytest.fixture
def want():
    return install.wanted(["local"], PYPROJECT)


class TestState:
    def test_an_environment_without_a_stamp_lacks_the_installation(self, want):
        assert install.state(want, None, has_pip=True) == install.INSTALL

    def test_the_same_again_installs_nothing(self, want):
        assert install.state(want, json.loads(json.dumps(want)), has_pip=True) == install.COMPLETE

    def test_fewer_extras_than_there_are_install_nothing(self, want):
        more = install.wanted(["dev", "local"], PYPROJECT)
        assert install.state(want, more, has_pip=True) == install.COMPLETE
        assert install.state(more, want, has_pip=True) == install.INSTALL

    def test_a_changed_lint_rule_installs_nothing(self, want):
        changed = install.wanted(["local"], PYPROJECT.replace("120", "100"))
        assert install.state(changed, want, has_pip=True) == install.COMPLETE

    def test_a_changed_dependency_is_installed(self, want):
        changed = install.wanted(["local"], PYPROJECT.replace('"automate"', '"automate"\ndependencies = ["boto3"]'))
        assert install.state(changed, want, has_pip=True) == install.INSTALL

    def test_another_python_is_installed_for(self, want):
        assert install.state(want, want | {"python": "3.11.0"}, has_pip=True) == install.INSTALL

    def test_a_moved_environment_is_not_trusted(self, want):
        assert install.state(want, want | {"root": "/elsewhere"}, has_pip=True) == install.BROKEN

    def test_an_environment_without_pip_is_not_trusted(self, want):
        assert install.state(want, want, has_pip=False) == install.BROKEN


class TestInstall:
    @pytest.fixture
    def pip(self, monkeypatch):
        """What pip does: set .status and .output."""
        class Pip:
            status, output = 0, ""

        monkeypatch.setattr(install, "run_pip", lambda *_: (Pip.status, Pip.output))
        return Pip

    def test_success_leaves_the_stamp_and_no_marker(self, tmp_path, want, pip, capsys):
        assert install.install(want, tmp_path) == 0
        assert install.read_stamp(tmp_path / "automate-installed.json") == want
        assert not (tmp_path / "automate-unfinished").exists()
        assert "Installing Automate [local]" in capsys.readouterr().out

    def test_a_failure_leaves_neither_and_shows_what_pip_said(self, tmp_path, want, pip, capsys):
        (tmp_path / "automate-installed.json").write_text("{}")
        pip.status, pip.output = 1, "ERROR: No matching distribution found for nonsense>=9\n"
        assert install.install(want, tmp_path) == 1
        assert list(tmp_path.iterdir()) == []
        said = capsys.readouterr().err
        assert "ERROR: No matching distribution found for nonsense>=9" in said
        assert "network" not in said

    def test_no_network_is_said_in_a_sentence(self, tmp_path, want, pip, capsys):
        pip.status, pip.output = 1, (
            "   WARNING: Retrying (Retry(total=1)) after connection broken by 'NewConnectionError(\"Failed "
            "to establish a new connection: [Errno -3] Temporary failure in name resolution\")': /simple/setuptools/\n"
            "ERROR: Could not find a version that satisfies the requirement setuptools>=77 (from versions: none)\n"
        )
        assert install.install(want, tmp_path) == 1
        said = capsys.readouterr().err
        assert said.startswith("The Python package index could not be reached. Check the network")
        assert "WARNING: Retrying" not in said

    def test_a_killed_pip_leaves_the_marker(self, tmp_path, want, pip):
        pip.status = -9
        assert install.install(want, tmp_path) == 1
        assert (tmp_path / "automate-unfinished").exists()


def test_an_index_that_never_answers_ends_the_installation(tmp_path, want, monkeypatch, capsys):
    """pip waits 15 s for each answer, and for ever for one that drips."""
    monkeypatch.setattr(install, "PIP", [sys.executable, "-c", "import time; time.sleep(600)"])
    monkeypatch.setenv("INSTALL_SECONDS", "1")
    assert install.install(want, tmp_path) == 1
    said = capsys.readouterr().err
    assert "The installation took longer than 1 s and was stopped" in said
    assert "INSTALL_SECONDS=" in said
    assert (tmp_path / "automate-unfinished").exists(), "the next one starts anew"


@pytest.mark.parametrize("text", ["", "[]", "{"])
def test_a_stamp_that_cannot_be_read_is_none(tmp_path, text):
    path = tmp_path / "stamp"
    path.write_text(text)
    assert install.read_stamp(path) is None


class TestMain:
    @pytest.fixture
    def venv(self, tmp_path, monkeypatch):
        monkeypatch.setattr(install.sys, "prefix", str(tmp_path))
        monkeypatch.setattr(install, "run_pip", lambda *_: (0, ""))
        return tmp_path

    def test_check_answers_and_changes_nothing(self, venv, capsys):
        assert install.main(["--check", "local"]) == install.INSTALL
        assert list(venv.iterdir()) == []
        assert capsys.readouterr() == ("", "")

    def test_the_second_time_there_is_nothing_to_do(self, venv, capsys):
        assert install.main(["local"]) == 0
        assert "Installed" in capsys.readouterr().out
        assert install.main(["--check", "local"]) == install.COMPLETE
        assert install.main(["local"]) == 0
        assert capsys.readouterr().out == ""


def test_the_script_runs_by_itself(machine):
    """Isolated, as bootstrap.sh runs it: it sees neither the checkout nor site-packages of the user."""
    machine.real_python("python3")
    command = [machine.bin / "python3", "-I", machine.root / "tools" / "install.py", "--check", "no-such-extra"]
    result = subprocess.run(command, check=False, capture_output=True)
    assert result.returncode in (install.INSTALL, install.BROKEN)  # the tests' own environment belongs to elsewhere
    assert (result.stdout, result.stderr) == (b"", b"")
