"""The connector files over this machine's roots; tests/unit/engine/adapters/local/test_file_roots.py has the paths."""

import pytest

from connectors import open_folders
from connectors.registry import Registry
from connectors.shipped.files import MOST_BYTES, FilesConnector
from connectors.tasks import ConnectorTasks
from connectors.testing import CallFailed, call
from engine.adapters.local.file_roots import FileRoots
from engine.settings import Settings
from functions.server.resources import files_of_this_machine


@pytest.fixture
def root(tmp_path, monkeypatch):
    monkeypatch.setattr(open_folders, "_folders", None)
    folder = tmp_path / "open"
    folder.mkdir()
    open_folders.use(FileRoots.of([str(folder)], str(tmp_path / "data")))
    return folder


def done(action, **params):
    return call(FilesConnector, action, params)


def failure(action, **params):
    with pytest.raises(CallFailed) as caught:
        done(action, **params)
    assert caught.value.definite
    return caught.value.cause


def test_files_are_written_read_and_listed(root):
    assert done("write", path="reports/today.txt", body="Über €") == {"path": "reports/today.txt", "bytes": 9}
    assert done("write", path="b.bin", body="AP8=", **{"as": "base64"})["bytes"] == 2
    assert (root / "b.bin").read_bytes() == b"\x00\xff"
    assert done("read", path="reports/today.txt") == {"body": "Über €", "bytes": 9}
    assert done("read", path=str(root / "b.bin"), **{"as": "base64"}) == {"body": "AP8=", "bytes": 2}
    (seen,) = done("list", path="reports")["files"]
    assert (seen["name"], seen["bytes"], seen["modified"][:2]) == ("today.txt", 9, "20")
    assert [one["name"] for one in done("list", path=".")["files"]] == ["b.bin"]


@pytest.mark.parametrize(("action", "params", "why"), [
    ("read", {"path": "none"}, "cannot be read"), ("read", {"path": "../x"}, "goes up by"),
    ("read", {"path": "/etc/passwd"}, "below none of the folders"), ("write", {"path": "a/..", "body": ""}, "names no"),
    ("write", {"path": "/", "body": ""}, "names no file"), ("list", {"path": "none"}, "cannot be looked through"),
    ("write", {"path": "a", "body": "?", "as": "base64"}, "is no base64"),
    ("write", {"path": "a", "body": "\ud800"}, "body holds half a surrogate pair"),
    ("read", {"path": "bytes"}, "no text in UTF-8"), ("read", {"path": "large"}, "bytes, and no larger"),
    ("read", {"path": "link"}, "symbolic link"),
])
def test_what_cannot_be_is_definite_and_says_why(root, action, params, why):
    (root / "bytes").write_bytes(b"\xff")
    (root / "link").symlink_to("/etc/passwd")
    with (root / "large").open("wb") as file:
        file.truncate(MOST_BYTES + 1)
    assert why in failure(action, **params)


def test_where_no_folder_is_open_it_is_not_to_be_had(root, tmp_path):
    tasks = ConnectorTasks(Registry(installed=tuple))
    assert tasks.policy("connector:files:read").problem is None
    for folders in (None, FileRoots.of([str(root / "gone")], str(tmp_path / "data"))):
        open_folders.use(folders)
        problem = ConnectorTasks(Registry(installed=tuple)).policy("connector:files:read").problem
        assert "AUTOMATE_FILE_ROOTS" in problem
        assert "A stage has no files: there use S3" in problem


def test_a_machine_opens_the_folders_of_its_setting(root, tmp_path):
    open_folders.use(None)
    files_of_this_machine(Settings(data_dir=str(tmp_path / "data")))
    assert open_folders.current() is None
    files_of_this_machine(Settings(file_roots=(str(root),), data_dir=str(tmp_path / "data")))
    done("write", path="a", body="b")
    assert (root / "a").read_text() == "b"
