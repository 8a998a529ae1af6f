"""The audit log from the command line."""

from __future__ import annotations

import getpass
import json
import sqlite3
from contextlib import closing

import pytest

from engine.errors import StoreUnavailable
from engine.governance.audit.audit import Audit
from engine.governance.audit.entry import parse_time
from functions.cli.commands.audit import told

FAILS = {
    "StartAt": "Call",
    "States": {"Call": {"Type": "Task", "Resource": "connector:http:request", "End": True,
                        "Parameters": {"url": "ftp://127.0.0.1/", "method": "GET"}}},
}


@pytest.fixture
def failed(automate, tmp_path):
    """A published workflow whose execution `one` has failed."""
    path = tmp_path / "flow.json"
    path.write_text(json.dumps({"name": "flow", "definition": FAILS}))
    assert automate("import", "--file", str(path), "--publish", "--note", "first")[0] == 0
    assert automate("start", "flow", "--name", "one", "--wait")[0] == 1
    return automate


def test_the_list_tells_who_did_what_from_where_and_what_the_engine_did(failed):
    entries = failed.json("audit", "list")[1]["entries"]
    assert [(entry["act"], entry["subject"]) for entry in reversed(entries)] == [
        ("workflow.import", "workflow/flow"), ("workflow.publish", "workflow/flow"),
        ("execution.start", "execution/flow:one"), ("engine.started", "execution/flow:one"),
        ("engine.step_failed", "execution/flow:one"), ("engine.failed", "execution/flow:one"),
    ]
    assert {(entry["actor"], entry["origin"]) for entry in entries if entry["actor_kind"] == "user"} == {
        (getpass.getuser(), "command line")
    }
    assert all(entry["origin"].startswith("worker ") for entry in entries if entry["actor_kind"] == "engine")
    out = failed("audit", "list", "--actor", "engine", "--execution", "flow:one", "--limit", "2")[1]
    assert "state Call, attempt 0" in out
    assert len(out.splitlines()) == 3


@pytest.mark.parametrize(("act", "said"), [
    ("nope", "no act is called 'nope': docs/audit.md lists the acts"),
    ("workflow.publsh", "no act is called 'workflow.publsh': did you mean workflow.publish?"),
    ("workflows.*", "no act is called 'workflows.*': did you mean workflow."), ("token.*", None), ("token.add", None),
    ("engine.failed", None),
])
def test_an_act_that_there_is_not_is_told_of(failed, act, said):
    status, _, err = failed("audit", "list", "--act", act)
    assert (status, said in err if said else err == "") == (0, True), err


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        (["--workflow", "flow", "--act", "workflow.*"], 2), (["--act", "engine.step_failed"], 1),
        (["--execution", "flow:two"], 0), (["--since", "2020-01-01", "--until", "2020-01-02"], 0),
        (["--since", "2020-01-01", "--limit", "3"], 3),
    ],
)
def test_the_list_is_filtered(failed, options, expected):
    assert len(failed.json("audit", "list", *options)[1]["entries"]) == expected


def test_a_filter_that_is_no_time_is_refused(automate):
    status, _, err = automate("audit", "list", "--since", "yesterday")
    assert (status, "--since" in err) == (1, True)


def test_show_names_the_entries_of_a_failure_with_its_exact_time(failed):
    events = failed.json("history", "flow:one")[1]["events"]
    at = next(event["timestamp"] for event in events if event["type"] == "TaskFailed")
    shown = failed.json("show", "flow:one")[1]["audit"]
    assert [entry["act"] for entry in shown] == ["engine.failed", "engine.step_failed"]
    assert shown[1]["details"].items() >= {"state": "Call", "attempt": 0, "version": 1}.items()
    out = failed("show", "flow:one")[1]
    assert "In the audit log" in out
    assert f"{shown[1]['at']}  engine.step_failed  version 1, state Call, attempt 0" in out
    assert abs(parse_time(shown[1]["at"]) - at) < 1e-6


def test_secrets_of_the_command_line_are_recorded_without_their_value(automate):
    automate("secrets", "set", "KEY", stdin="hunter2hunter2\n")
    automate("secrets", "delete", "KEY")
    _, out, _ = automate("--json", "audit", "list")
    assert [entry["act"] for entry in json.loads(out)["entries"]] == ["secret.delete", "secret.set"]
    assert "hunter2" not in out


def test_what_was_changed_behind_the_log_s_back_is_named(failed, tmp_path):
    copy = tmp_path / "audit.jsonl"
    status, said, _ = failed("audit", "verify")
    assert status == 0
    assert said.startswith("6 entries in 2 chains: none was changed, moved or dropped before another; executions")
    assert "cannot be seen from here" in said
    assert failed("audit", "export", "--output", str(copy))[1] == f"6 entries are in {copy}\n"
    assert failed("audit", "export")[1] == copy.read_text()
    assert failed("audit", "verify", "--against", str(copy))[0] == 0
    with sqlite3.connect(failed.folder / "automate.db") as database:
        database.execute("DROP TRIGGER audit_is_not_deleted")
        query = "SELECT chain, number FROM audit WHERE body LIKE '%engine.failed%'"
        chain, last = database.execute(query).fetchone()
        database.execute("DELETE FROM audit WHERE chain = ? AND number = ?", (chain, last))
    database.close()
    status, out, _ = failed("audit", "verify")
    assert (status, out) == (1, (
        f"chain {chain}, entry {last}: cut: the head says that the chain ends with {last}: the tail was cut\n"
        "5 entries hold; 1 chain does not\n"
    ))
    status, shown = failed.json("audit", "verify")
    assert (status, shown["ok"], shown["findings"][0]["problem"]) == (1, False, "cut")


def test_an_export_that_cannot_be_used_is_said(automate, tmp_path):
    path = tmp_path / "no.jsonl"
    assert "cannot be read" in automate("audit", "verify", "--against", str(path))[2]
    path.write_text("{}\n")
    assert "line 1 is no entry" in automate("audit", "verify", "--against", str(path))[2]
    assert automate("audit", "export", "--output", str(tmp_path / "no" / "x"))[0] == 1


def test_an_entry_that_cannot_be_written_is_a_warning(automate, tmp_path, monkeypatch):
    def away(self, entries, **_):
        raise StoreUnavailable("the disk is full")

    monkeypatch.setattr(Audit, "record", away)
    status, out, err = automate("secrets", "set", "KEY", stdin="a long value\n")
    assert (status, out) == (0, "KEY is set in the local store\n")
    assert "automate: warning: secret.set of secret/KEY stands and is not in the audit log" in err
    status, out, err = automate("--json", "secrets", "set", "KEY", stdin="a long value\n")
    assert json.loads(out)["key"] == "KEY"
    assert '{"warnings": ["secret.set of secret/KEY stands' in err


def test_a_log_that_was_emptied_is_not_fine(failed):
    """0 entries beside executions read as fine."""
    with closing(sqlite3.connect(failed.folder / "automate.db")) as database:
        for table in ("audit", "audit_head"):
            for (name,) in database.execute("SELECT name FROM sqlite_schema WHERE type = 'trigger'").fetchall():
                database.execute(f"DROP TRIGGER {name}")
            database.execute(f"DELETE FROM {table}")  # noqa: S608 - ours
        database.commit()
    for file in failed.folder.glob("audit-*.heads"):
        file.unlink()
    status, said, _ = failed("audit", "verify")
    assert status == 1
    assert "unrecorded" in said
    assert "0 entries hold" in said
    assert "✗ audit" in failed("doctor")[1]


def test_a_publish_tells_which_failing_cases_were_accepted(automate, tmp_path):
    file = tmp_path / "flow.json"
    file.write_text(json.dumps({
        "name": "flow", "definition": {"StartAt": "A", "States": {"A": {"Type": "Pass", "End": True}}},
        "cases": [{"name": "wrong", "input": 1, "expect": {"status": "SUCCEEDED", "output": 2}}],
    }))
    status, _, err = automate("import", "--file", str(file), "--publish")
    assert (status, "flow.json:1:" in err, "wrong: output: expected 2, was 1" in err) == (1, True, True)
    assert automate("publish", "flow", "--accept-failing-cases", "--note", "for today")[0] == 0
    shown = automate("audit", "list", "--act", "workflow.publish")[1]
    assert "version 1, failing cases accepted: wrong, for today" in shown


def test_the_list_says_whose_name_was_erased_and_which_role_was_given(automate):
    assert automate("tokens", "add", "eve", "--role", "operator")[0] == 0
    assert automate("tokens", "revoke", "eve")[0] == 0
    entry = {"details": {}, "reason": None, "after": {"actors": ["~12ab", "~34cd"]}}
    assert told(entry) == "no name any more: ~12ab, ~34cd"
    out = automate("audit", "list", "--act", "token.add")[1]
    assert "role operator" in out
