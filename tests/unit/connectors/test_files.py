"""FileTasks: a Map's files as calls; what a stage, and a machine without roots, says instead."""

from __future__ import annotations

import errno
import os

import pytest

from connectors.files import MOST_BYTES, FileTasks
from connectors.registry import default_registry
from connectors.routing import RoutedTasks
from connectors.tasks import ConnectorTasks
from engine.adapters.local.file_roots import FileRoots
from engine.errors import InvalidDocument
from engine.ports.tasks import TaskCall, TaskFailed, TaskSucceeded
from engine.settings import Settings
from functions.server.resources import files_of_this_machine
from functions.task_chain import connected


def call_of(resource, arguments):
    return TaskCall(
        resource=resource, arguments=arguments, workspace="w", execution_id="w:1", workflow="w", version=1, state="S",
        attempt=0, idempotency_key="k", budget_seconds=5.0,
    )


@pytest.fixture
def root(tmp_path):
    (tmp_path / "root").mkdir()
    return tmp_path / "root"


@pytest.fixture
def files(root, tmp_path):
    return FileTasks(FileRoots.of([str(root)], str(tmp_path / "data")))


@pytest.mark.parametrize(("data", "text"), [
    (b"a,b\r\n1,2\r\n", "a,b\r\n1,2\r\n"), (b"\xef\xbb\xbfid\n1\n", "id\n1\n"), ("ä→😀".encode(), "ä→😀"), (b"", ""),
])
def test_a_file_is_read_as_text_as_it_is_without_a_byte_order_mark(files, root, data, text):
    (root / "a.csv").write_bytes(data)
    assert files.call(call_of("file:read", {"Path": "a.csv"})) == TaskSucceeded({"Body": text})


def test_what_is_no_utf8_is_refused_with_its_line(files, root):
    (root / "latin.csv").write_bytes("id\n1\nMüller\n".encode("latin-1"))
    outcome = files.call(call_of("file:read", {"Path": "latin.csv"}))
    assert outcome == TaskFailed(
        "States.ItemReaderFailed",
        "the file 'latin.csv' cannot be read: it is no text in UTF-8 (line 3, byte 6)",
    )


def test_a_file_over_the_limit_says_the_limit(files, root):
    for size, fits in ((MOST_BYTES, True), (MOST_BYTES + 1, False)):
        with (root / "big").open("wb") as file:
            file.truncate(size)
        outcome = files.call(call_of("file:read", {"Path": "big"}))
        assert isinstance(outcome, TaskSucceeded) is fits
    assert outcome.error == "States.ItemReaderFailed"
    assert outcome.cause.endswith("it has more than 16,777,216 bytes, and no larger file is read")


@pytest.mark.parametrize("arguments", [None, [], {}, {"Path": None}, {"Path": 7}, {"Path": ["a"]}])
@pytest.mark.parametrize(("resource", "error"), [
    ("file:read", "States.ItemReaderFailed"), ("file:write", "States.ResultWriterFailed"),
])
def test_a_path_that_is_no_text_says_what_is_needed(files, resource, error, arguments):
    given = {"Name": "n", "Body": "", "Last": False, **arguments} if isinstance(arguments, dict) else arguments
    outcome = files.call(call_of(resource, given))
    assert (outcome.error, outcome.cause) == (error, f"{resource} needs a Path, the text that names the file.")


def test_a_file_is_written_and_the_last_one_clears_up(files, root):
    (root / "out").mkdir()
    (root / "out" / ".x.json.0123456789abcdef.partial").write_bytes(b"half")
    for name, last, left in (("x.json", False, 2), ("manifest.json", True, 2)):
        assert files.call(call_of("file:write", {
            "Path": "out", "Name": name, "Body": '["→"]', "Last": last,
        })) == TaskSucceeded({})
        assert len(list((root / "out").iterdir())) == left
    assert (root / "out" / "x.json").read_text() == '["→"]'


def test_what_may_pass_is_no_definite_failure(monkeypatch, files):
    def fails(*_, **__):
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    monkeypatch.setattr(os, "fsync", fails)
    outcome = files.call(call_of("file:write", {"Path": "out", "Name": "a", "Body": "b", "Last": False}))
    assert (outcome.error, outcome.definite) == ("States.ResultWriterFailed", False)
    assert outcome.cause == "the file 'out/a' cannot be written: Input/output error"


def test_another_resource_of_files_is_none(files):
    assert "an ItemReader can have file:read" in files.policy("file:delete").problem
    assert files.call(call_of("file:delete", {"Path": "a"})).error == "Automate.ResourceNotAvailable"


@pytest.mark.parametrize("resource", ["file:read", "file:write"])
def test_where_files_are_open_and_where_not(tmp_path, root, resource):
    def problem(*entries, **more):
        settings = Settings(file_roots=entries, data_dir=str(tmp_path / "data"))
        files = files_of_this_machine(settings)
        return connected(settings, {}, **{"aws": lambda: None, "files": files, **more}).policy(resource).problem

    assert problem(str(root)) is None
    assert "Set AUTOMATE_FILE_ROOTS" in problem()
    assert problem(str(root / "none")) == (
        f"{resource}: there is no folder {root}/none (AUTOMATE_FILE_ROOTS). Make it."
    )
    for stage in ({"files": None}, {"files": None, "aws": None}):
        assert problem(str(root), **stage) == (
            f"{resource} means files of one machine, and a stage has none. Use S3 there: "
            "arn:aws:states:::s3:getObject, arn:aws:states:::s3:putObject."
        )
    with pytest.raises(InvalidDocument, match="no whole path"):  # where the process begins, not at the first call
        problem("relative")


def test_files_go_to_files_and_nothing_else_does(files):
    routed = RoutedTasks(ConnectorTasks(default_registry), ConnectorTasks(default_registry), files)
    assert routed.policy("file:read").problem is None
    assert routed.policy("connector:log:write").problem is None
    assert "is not a resource" in routed.policy("filed:read").problem
