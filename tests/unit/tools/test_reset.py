"""tools/reset.py: it deletes data folders that nobody works on, and nothing else."""

import pytest

from engine.adapters.local.processes import Processes
from tools.reset import reset


@pytest.fixture
def folder(tmp_path):
    made = tmp_path / "data"
    made.mkdir()
    (made / "automate.db").write_bytes(bytes(2_000_000))
    return made


def test_it_says_what_it_deletes(folder, capsys):
    assert reset(folder) == "Deleted."
    said = capsys.readouterr().out
    assert str(folder.resolve()) in said
    assert "workflows and executions in it (1 files, 2.0 MB)" in said
    assert not folder.exists()


def test_stored_secrets_are_named(folder, capsys):
    (folder / "secrets.json").write_text("{}")
    reset(folder)
    assert "stored secrets" in capsys.readouterr().out


def test_a_folder_in_use_is_refused(folder):
    server = Processes(folder / "locks", "automate up")
    with pytest.raises(SystemExit, match=r"in use by automate up \(pid \d+\): stop it first"):
        reset(folder)
    assert (folder / "automate.db").exists()
    server.close()
    assert reset(folder) == "Deleted."


def test_any_other_folder_is_refused(tmp_path):
    (tmp_path / "thesis.txt").touch()
    with pytest.raises(SystemExit, match="not a data folder"):
        reset(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.txt"]


def test_a_missing_folder_is_no_error(tmp_path):
    assert reset(tmp_path / "none").endswith("nothing to delete.")
