"""Log lines that know their step: written by a call, found again in the files of one machine."""

from __future__ import annotations

import json
import logging

import pytest

from engine.adapters.local import log_files
from engine.adapters.local.log_files import LogFiles
from engine.ports.logs import LogQuery
from engine.ports.tasks import TaskCall, TaskFailed, TaskPolicy, TaskSucceeded
from functions.call_logs import InCall
from functions.server.logs import LOGS, log_to_file

CALL = TaskCall(
    resource="connector:bank:book", arguments={}, workspace="default", execution_id="flow:ö", workflow="flow",
    version=1, state="Book", attempt=1, idempotency_key="k", budget_seconds=1.0,
)


class Talking:
    """Tasks that log as they work."""

    def policy(self, resource, _pin=None):
        return TaskPolicy()

    def call(self, call):
        logging.getLogger("bank").info("working on %s", call.resource)
        if call.state == "Fail":
            return TaskFailed("Bank.Shut", "come back", retryable=False)
        return TaskSucceeded(1)


@pytest.fixture
def logs(tmp_path):
    """A folder that records go to; the root logger is as before afterwards."""
    root = logging.getLogger()
    before, level = list(root.handlers), root.level
    root.handlers = []
    log_to_file(tmp_path, "worker-1", "INFO")
    yield tmp_path
    for handler in root.handlers:
        handler.close()
    root.handlers, root.level = before, level


def lines(folder, **more):
    return LogFiles(folder / LOGS).lines(LogQuery("flow:ö", **more))


def messages(folder, **more):
    return [line.message for line in lines(folder, **more).lines]


def test_a_call_s_lines_are_found_by_execution_and_state(logs):
    tasks = InCall(Talking())
    logging.getLogger("bank").info("before any call")
    tasks.call(CALL)
    logging.getLogger("bank").info("after it")
    found = lines(logs).lines
    assert [(line.message, line.state, line.attempt, line.level) for line in found] == [
        ("working on connector:bank:book", "Book", 1, "INFO"),
    ]
    assert messages(logs, state="Other") == []
    assert LogFiles(logs / LOGS).lines(LogQuery("flow")).lines == ()


def test_a_message_with_half_a_surrogate_pair_is_a_line_too(logs, capsys, monkeypatch):
    class Cut(Talking):
        def call(self, call):
            bank.info("cut: %s", "a\ud83d")
            return TaskSucceeded(1)

    bank = logging.getLogger("bank")
    monkeypatch.setattr(bank, "handlers", logging.getLogger().handlers[:1])
    monkeypatch.setattr(bank, "propagate", False)  # pytest-xdist cannot send what it has captured of such a line
    InCall(Cut()).call(CALL)
    assert (messages(logs), capsys.readouterr().err) == (["cut: a\ud83d"], "")


def test_a_failed_call_is_a_line_of_its_own(logs):
    import dataclasses  # noqa: PLC0415

    InCall(Talking()).call(dataclasses.replace(CALL, state="Fail"))
    assert messages(logs, state="Fail")[-1] == "connector:bank:book failed: Bank.Shut: come back"


def test_no_cause_is_in_the_line_where_it_may_quote_what_is_marked(logs):
    import dataclasses  # noqa: PLC0415

    call = dataclasses.replace(CALL, state="Fail")
    InCall(Talking(), lambda asked: asked is call).call(call)
    assert messages(logs, state="Fail")[-1] == "connector:bank:book failed: Bank.Shut: ********"


def test_an_exception_comes_with_its_line(logs):
    try:
        raise ValueError("no")
    except ValueError:
        logging.getLogger("bank").exception("broke", extra={"execution": "flow:ö", "state": "Book"})
    message, = messages(logs)
    assert message.startswith("broke\nTraceback")


def record(at, message, execution="flow:ö"):
    return json.dumps({"at": at, "level": "INFO", "message": message, "execution": execution, "state": "Book"}) + "\n"


def test_the_newest_lines_of_all_files_in_order_of_time(tmp_path):
    folder = tmp_path / LOGS
    folder.mkdir()
    (folder / "worker-1.log").write_text(record(3, "c") + record(1, "a"))
    (folder / "worker-1.log.1").write_text(record(2, "b") + record(2, "x", execution="flow:other") + "torn {\n[]\n")
    assert messages(tmp_path) == ["a", "b", "c"]
    assert messages(tmp_path, since=2, until=2) == ["b"]
    newest = lines(tmp_path, limit=2)
    assert ([line.message for line in newest.lines], newest.complete) == (["b", "c"], False)
    assert lines(tmp_path).complete


def test_only_the_end_of_long_logs_is_read_and_that_is_said(tmp_path, monkeypatch):
    folder = tmp_path / LOGS
    folder.mkdir()
    (folder / "server.log").write_text("".join(record(number, f"line {number}") for number in range(100)))
    monkeypatch.setattr(log_files, "MOST_BYTES", 1000)
    found = lines(tmp_path)
    assert not found.complete
    assert found.lines[-1].message == "line 99"
    assert 0 < len(found.lines) < 12


def test_no_folder_is_no_line(tmp_path):
    assert messages(tmp_path) == []
