"""Mistakes on the command line, and folders and settings that do not serve: what is said, and the exit status."""

from __future__ import annotations

import errno
import json
import os
import pwd
import signal
import sqlite3
from pathlib import Path

import pytest

from engine.adapters.local import processes
from functions.cli.main import INTERRUPTS
from functions.server import server
from functions.server.product import Product

ROOT = Path(__file__).parents[4]
HELLO = {"StartAt": "Greet", "States": {"Greet": {"Type": "Pass", "Result": {"said": "hello"}, "End": True}}}


@pytest.mark.parametrize(("arguments", "told"), [
    (("start", "nope"), "no workflow is called 'nope'"),
    (("show", "nope:x"), "no execution has the id 'nope:x'"),
    (("history", "nope:x"), "no execution has the id 'nope:x'"),
    (("stop", "nope:x"), "no execution has the id 'nope:x'"),
    (("start", "hello", "--input", "{"), "--input: not JSON"),
    (("start", "hello", "--input", '{"a": NaN}'), "--input: NaN is not JSON"),
    (("start", "hello", "--input", "@nowhere.json"), "nowhere.json cannot be read"),
    (("start", "hello", "--input", "@"), "@ names no file"),
    (("start", "hello", "--input", '{"a": "\\ud800"}'), "half of a surrogate pair"),
    (("start", "hello", "--input", '{"a": 1, "a": 2}'), 'the key "a" stands twice'),
    (("show", "x:\udcff"), "is not UTF-8 text: x:\\udcff"),
    (("import", "--file", ""), "a file's name is empty"),
    (("task", "success", "nonsense"), "no task has this token"),
    (("secrets", "get", "NOPE"), "no backend holds a secret 'NOPE'"),
    (("secrets", "delete", "NOPE"), "no secret 'NOPE' can be deleted here"),
    (("export", "nope"), "no workflow is called 'nope'"),
    (("simulate", "nowhere.json"), "nowhere.json cannot be read"),
    (("executions", "--next-token", "nonsense"), "next"),
    (("executions", "--workflow", "nope"), "no workflow is called 'nope'"),
    (("signin",), "no server runs on"),
])
def test_mistakes_are_explained_and_exit_1(automate, arguments, told):
    status, out, err = automate(*arguments)
    assert (status, out) == (1, "")
    assert told in err
    status, shape = automate.json(*arguments)
    assert (status, told in shape["error"]["message"]) == (1, True)


@pytest.mark.parametrize("arguments", [
    ("start", "hello", "--input", "@{}"), ("cost", "{}.json"), ("test", "{}"),
    ("connectors", "new", "zz", "--into", "{}"), ("import", "--file", "template.json"),
])
def test_a_file_s_name_that_is_too_long_is_no_defect(automate, tmp_path, monkeypatch, arguments):
    long = "n" * 300
    monkeypatch.chdir(tmp_path)
    machine = {"Type": "AWS::Serverless::StateMachine", "Properties": {"DefinitionUri": long}}
    Path("template.json").write_text(json.dumps({"Resources": {"Machine": machine}}))
    status, out, err = automate(*(argument.format(long) for argument in arguments))
    assert "File name too long" in err
    assert "defect" not in err
    assert (status, out) == (1, "")


@pytest.mark.parametrize(("arguments", "told"), [
    (("tune", "--endpoint", "http://x"), "--endpoint stands before the command: automate --endpoint URL tune"),
    (("secrets", "list", "--data-dir=x"),
     "--data-dir stands before the command: automate --data-dir FOLDER secrets list"),
    (("show", "x", "--iam"), "--iam stands before the command: automate --iam show"),
    (("show", "x", "--nope"), "No such option '--nope'."),
    (("--nope", "show", "x"), "No such option '--nope'."),
    (("executions", "--limit", "many"), "'many' is not a valid integer."),
    (("tune", "--hours", "many"), "'many' is not a valid number."),
])
def test_what_is_not_a_command_of_ours_is_explained_and_exits_2(automate, arguments, told):
    status, out, err = automate(*arguments)
    assert (status, out) == (2, "")
    assert told in err
    status, shape = automate.json(*arguments)
    assert (status, told in shape["error"]["message"]) == (2, True)


@pytest.mark.parametrize(("arguments", "place"), [
    (("start", "hello", "--version", "0"), "--version"),
    (("export", "hello", "--version", "0"), "--version"),
    (("rollback", "hello", "0"), "VERSION"),
    (("executions", "--started-after", "soon"), "--started-after"),
    (("executions", "--next-token", "nonsense"), "--next-token"),
    (("audit", "list", "--since", "soon"), "--since"),
    (("activity", "poll", "shelf", "--worker", "w" * 81), "--worker"),
])
def test_what_is_wrong_with_an_option_names_it(automate, hello, arguments, place):
    automate("import", "--file", str(hello))
    assert f"  where: {place}\n" in automate(*arguments)[2]
    error = automate.json(*arguments)[1]["error"]
    assert {error["where"], *(item["where"] for item in error.get("details", ()))} == {place}


def test_a_place_in_the_input_names_its_option_and_no_other(automate, tmp_path):
    file = tmp_path / "picky.json"
    file.write_text(json.dumps({
        "name": "picky", "definition": HELLO, "input_schema": {"properties": {"version": {"type": "string"}}},
    }))
    automate("import", "--file", str(file), "--publish")
    status, shape = automate.json("start", "picky", "--version", "1", "--input", '{"version": 7}')
    assert (status, shape["error"]["where"]) == (1, "--input: /version")
    status, shape = automate.json("simulate", str(file), "--input", '{"version": 7}')
    assert (status, shape["error"]["where"]) == (1, "--input: /version")


def test_a_file_that_is_larger_than_any_input_is_not_read(automate, hello, tmp_path, monkeypatch):
    automate("import", "--file", str(hello), "--publish")
    monkeypatch.setenv("AUTOMATE_MAX_INPUT_BYTES", "1024")
    file = tmp_path / "large.json"
    file.write_text(" " * 5000)
    status, _, told = automate("start", "hello", "--input", f"@{file}")
    assert status == 1
    assert "has more than 4096 bytes" in told
    assert "AUTOMATE_MAX_INPUT_BYTES" in told


@pytest.mark.parametrize(("arguments", "says"), [
    (("validate", "/dev/zero"), "/dev/zero has more than"), (("simulate", "/dev/zero"), "/dev/zero has more than"),
    (("import", "--file", "/dev/zero"), "/dev/zero has more than"), (("cost", "/dev/zero"), "/dev/zero has more than"),
    (("start", "hello", "--input", "@/dev/zero"), "/dev/zero has more than"),
    (("--token-file", "/dev/zero", "workflows"), "no token of this place"),
])
def test_a_file_without_an_end_is_no_more_than_a_mistake(automate, arguments, says):
    status, out, told = automate(*arguments)
    assert (status, out) == (1, "")
    assert says in told


@pytest.mark.parametrize("arguments", [("validate", "{}"), ("start", "hello", "--input", "@{}")], ids=" ".join)
def test_a_file_that_is_no_utf_8_says_what_to_do(automate, tmp_path, arguments):
    file = tmp_path / "utf-16.json"
    file.write_text("{}", encoding="utf-16")
    status, _, told = automate(*(argument.replace("{}", str(file)) for argument in arguments))
    assert (status, "is not UTF-8 text" in told, "Save it as UTF-8." in told) == (1, True, True)


def test_an_input_that_breaks_the_schema_lists_everything(automate):
    automate("import", "--file", str(ROOT / "workflows" / "order_flow.json"), "--publish")
    status, shape = automate.json("start", "order_flow", "--input", '{"orderId": 7}')
    assert status == 1
    assert len(shape["error"]["details"]) > 2
    assert {item["where"] for item in shape["error"]["details"]} == {"--input", "--input: /orderId"}


def test_a_name_used_with_another_input(automate, hello):
    automate("import", "--file", str(hello), "--publish")
    assert automate("start", "hello", "--name", "one", "--input", "1")[0] == 0
    assert automate("start", "hello", "--name", "one", "--input", "1")[0] == 0
    status, shape = automate.json("start", "hello", "--name", "one", "--input", "2")
    assert (status, shape["error"]["code"]) == (1, "ExecutionAlreadyExists")


@pytest.mark.parametrize("arguments", [("frob",), ("start",), ("start", "a", "--nope"), ("executions", "--limit", "0")])
def test_what_is_no_command_exits_2(automate, arguments):
    status, _, err = automate(*arguments)
    assert (status, "Usage:" in err) == (2, True)
    status, shape = automate.json(*arguments)
    assert (status, shape["error"]["code"]) == (2, "Usage")


@pytest.mark.parametrize(("variable", "value"), [
    ("AUTOMATE_TASK_MAX_SECONDS", "nan"), ("AUTOMATE_BUSY_TIMEOUT", "nan"), ("AUTOMATE_BUSY_TIMEOUT", "inf"),
    ("AUTOMATE_BUSY_TIMEOUT", "1e300"), ("AUTOMATE_COPILOT_SECONDS", "-inf"),
])
def test_a_setting_that_is_no_finite_number_is_refused_with_its_range(automate, monkeypatch, variable, value):
    monkeypatch.setenv(variable, value)
    status, shape = automate.json("connectors")
    assert (status, shape["error"]["where"]) == (1, variable)
    assert f"{value} is out of range: from " in shape["error"]["message"]


def test_a_data_folder_without_a_name_is_refused(automate, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    status, _, err = automate("--data-dir", "", "workflows")
    assert (status, "--data-dir" in err, list(tmp_path.iterdir())) == (1, True, [])


def test_a_folder_that_cannot_be_written_to_says_whose_it_is_and_what_to_do(automate, monkeypatch):
    def refuse(path, *_, **__):
        raise PermissionError(errno.EACCES, "Permission denied", str(path))

    automate("workflows")
    user = pwd.getpwuid(os.geteuid()).pw_name
    monkeypatch.setattr(processes.os, "open", refuse)
    for command in ("workflows", "doctor"):
        status, _, err = automate(command)
        assert status == 74
        assert f"the data folder {automate.folder} cannot be written to by the user {user}: Permission denied" in err
        assert f"chmod -R u+rwX {automate.folder}" in err
        assert "AUTOMATE_DATA_DIR" in err


def test_an_interruption_is_json_too(automate, monkeypatch):
    def interrupted(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr(Product, "open", interrupted)
    assert automate.json("workflows") == (130, {"error": {"code": "Interrupted", "message": "interrupted"}})


def test_an_interruption_that_a_library_hides_is_one(automate, monkeypatch):
    def hiding(*_, **__):
        try:
            INTERRUPTS(signal.SIGINT, None)
        except KeyboardInterrupt:
            raise ValueError("Error building a validator") from None

    monkeypatch.setattr(Product, "open", hiding)
    assert automate("workflows") == (130, "", "interrupted\n")
    monkeypatch.undo()
    assert automate("export", "nope")[0] == 1


def test_a_folder_that_is_served_exits_75(automate, tmp_path):
    automate("workflows")
    lock = server._only_server(automate.folder)
    try:
        status, shape = automate.json("up", "--port", "0")
    finally:
        os.close(lock)
    assert (status, shape["error"]["code"]) == (75, "FolderServed")


@pytest.mark.parametrize("number", [2**63, 10**30])
def test_a_number_beyond_sqlite_s_is_no_version_and_no_event(automate, hello, number):
    automate("import", "--file", str(hello), "--publish")
    automate("start", "hello", "--name", "one", "--wait")
    for arguments in (
        ("start", "hello", "--version"), ("export", "hello", "--version"), ("rollback", "hello"), ("diff", "hello"),
        ("diff", "hello", "1"),
    ):
        status, _, err = automate(*arguments, str(number))
        assert (status, f"no version {number}" in err) == (1, True), arguments
    status, shape = automate.json("history", "hello:one", "--after", str(number))
    assert (status, shape["events"]) == (0, [])


def test_a_bad_setting_names_itself(automate, monkeypatch):
    monkeypatch.setenv("EXECUTION_BATCH_SIZE", "many")
    status, _, err = automate("workflows")
    assert (status, "EXECUTION_BATCH_SIZE" in err) == (1, True)


def test_a_folder_that_is_a_file_exits_74(automate):
    automate.folder.write_text("a file")
    status, _, err = automate("workflows")
    assert (status, "is a file" in err) == (74, True)


def test_a_folder_that_cannot_be_made_exits_74(automate):
    status, _, err = automate("--data-dir", "/dev/null/data", "workflows")
    assert (status, "AUTOMATE_DATA_DIR" in err) == (74, True)


def test_a_damaged_folder_exits_74_and_is_left_alone(automate, hello):
    automate("import", "--file", str(hello))
    database = automate.folder / "automate.db"
    database.write_bytes(b"not a database, by any measure" * 500)
    before = database.read_bytes()
    status, _, err = automate("workflows")
    assert (status, "automate.db" in err) == (74, True)
    assert database.read_bytes() == before


def test_a_locked_folder_exits_75_and_names_the_holder(automate, hello, monkeypatch):
    automate("import", "--file", str(hello), "--publish")
    monkeypatch.setenv("AUTOMATE_BUSY_TIMEOUT", "0.1")
    rival = sqlite3.connect(automate.folder / "automate.db", isolation_level=None)
    rival.execute("BEGIN IMMEDIATE")
    try:
        status, _, err = automate("start", "hello")
        assert status == 75
        assert str(os.getpid()) in err  # the rival connection is this process's
    finally:
        rival.close()
