"""Erasing executions from the command line: what it says, what it asks, and what nothing holds afterwards."""

from __future__ import annotations

import io
import json
import shutil
import sys

import pytest

from functions.server.logs import LOGS
from functions.server.reads import READS

CANARY = "kanarienvogel-4711"
DOCUMENT = {
    "name": "hello", "business_key": "$.customer", "definition": {"StartAt": "Greet", "States": {
        "Greet": {"Type": "Pass", "Next": "Tell"},
        "Tell": {"Type": "Task", "Resource": "connector:log:write", "Parameters": {"message.$": "$.note"}, "End": True},
    }},
}
WAITS = {"name": "waits", "business_key": "$.customer", "definition": {
    "StartAt": "W", "States": {"W": {"Type": "Wait", "Seconds": 900, "End": True}},
}}


@pytest.fixture
def published(automate, tmp_path):
    for document in (DOCUMENT, WAITS):
        path = tmp_path / f"{document['name']}.json"
        path.write_text(json.dumps(document))
        automate("import", "--file", str(path), "--publish")
    return automate


def start(automate, name, customer=CANARY, *, workflow="hello", wait=True):
    given = {"customer": customer, "note": f"note {customer} of {name}", "long": customer * 900}
    automate("start", workflow, "--name", name, "--input", json.dumps(given), *(["--wait"] if wait else []))


def ids(automate):
    return [row["id"] for row in automate.json("executions")[1]["executions"]]


def holding(folder, text):
    """The files of a folder that hold `text`, as it is."""
    return [path.name for path in sorted(folder.rglob("*")) if path.is_file() and text.encode() in path.read_bytes()]


def test_one_is_deleted_by_its_id(published):
    start(published, "one")
    start(published, "two")
    status, out, _ = published("executions", "delete", "hello:one", "--yes")
    assert (status, out) == (0, "hello:one is erased\n")
    assert ids(published) == ["hello:two"]
    status, error = published.json("show", "hello:one")
    assert (status, error["error"]["code"]) == (1, "ExecutionTaken")
    status, found = published.json("executions", "delete", "hello:one", "hello:two", "--yes")
    assert status == 1
    assert [one["id"] for one in found["erased"]] == ["hello:two"]
    assert [(one["id"], one["code"]) for one in found["refused"]] == [("hello:one", "ExecutionTaken")]


def test_one_that_runs_is_refused_with_what_to_do(published):
    start(published, "runs", workflow="waits", wait=False)
    status, out, _ = published("executions", "delete", "waits:runs", "--yes")
    assert status == 1
    assert "waits:runs stays: the execution waits:runs is RUNNING" in out
    assert "automate stop waits:runs" in out
    entries = published.json("audit", "list", "--act", "act.refused")[1]["entries"]
    assert [entry["details"]["act"] for entry in entries] == ["execution.erase"]


def test_a_dry_run_lists_and_leaves(published):
    start(published, "one")
    start(published, "other", "somebody else")
    status, out, _ = published("erase", "--business-key", CANARY, "--dry-run")
    assert status == 0
    assert "hello:one" in out
    assert "hello:other" not in out
    assert len(ids(published)) == 2
    _, found = published.json("erase", "--business-key", CANARY, "--dry-run")
    assert [one["id"] for one in found["found"]] == ["hello:one"]
    assert published("erase", "--business-key", "nobody", "--dry-run")[1] == "No execution has this business key.\n"
    acts = [entry["act"] for entry in published.json("audit", "list")[1]["entries"]]
    assert "execution.erase" not in acts


def test_a_saved_view_goes_where_no_execution_has_the_key_any_more(published):
    published("executions", "save-view", "hers", "--business-key", CANARY)
    assert published.json("erase", "--business-key", CANARY, "--dry-run")[1]["views"] == ["hers"]
    status, _, err = published("erase", "--business-key", CANARY)
    assert (status, "nobody can be asked" in err) == (1, True)
    status, out, err = published("erase", "--business-key", CANARY, "--yes")
    assert (status, out.splitlines()[-1]) == (0, "0 erased")
    assert "the saved view hers was filtered by this key: it is deleted" in err
    assert published.json("executions", "views")[1]["views"] == []
    assert published.json("erase", "--business-key", CANARY, "--yes")[1]["views"] == []


def test_nobody_is_erased_unasked(published, monkeypatch):
    start(published, "one")
    monkeypatch.setattr(sys, "stdin", io.StringIO())
    status, _, err = published("erase", "--business-key", CANARY)
    assert status != 0
    assert "--yes" in err
    status, _, err = published("executions", "delete", "hello:one")
    assert status != 0
    assert "--yes" in err
    assert ids(published) == ["hello:one"]


def test_what_runs_stays_and_is_named(published):
    start(published, "one")
    start(published, "runs", workflow="waits", wait=False)
    status, out, _ = published("erase", "--business-key", CANARY, "--dry-run")
    assert (status, "stays: the execution waits:runs is RUNNING" in out) == (1, True)
    assert published.json("erase", "--business-key", CANARY, "--dry-run")[0] == 1
    assert published("erase", "--business-key", CANARY, "--workflow", "hello", "--dry-run")[0] == 0
    status, out, _ = published("erase", "--business-key", CANARY, "--yes")
    assert status == 1
    assert "stays: the execution waits:runs is RUNNING" in out
    assert "1 erased" in out
    assert ids(published) == ["waits:runs"]
    status, found = published.json("erase", "--business-key", CANARY, "--workflow", "hello", "--yes")
    assert (status, found["erased"]) == (0, [])


def test_the_log_says_by_whom_and_names_nobody(published):
    start(published, "one")
    published("erase", "--business-key", CANARY, "--yes")
    (entry,) = published.json("audit", "list", "--act", "execution.erase")[1]["entries"]
    assert entry["after"] == {"executions": 1}
    assert entry["subject"].startswith("erasure/")
    assert entry["actor"]
    assert published.json("audit", "verify")[1]["ok"]


def test_nothing_in_the_folder_holds_it(published):
    """Log files and the record of reads too."""
    for number in range(3):
        start(published, f"n-{number}")
    start(published, "other", "somebody else")
    published("show", "hello:n-0")
    logs = published.folder / LOGS
    logs.mkdir(exist_ok=True)
    lines = [
        {"at": 1.0, "message": f"note {CANARY}", "execution": "hello:n-1"}, {"at": 2.0, "message": "hello:n-12 stays"},
        {"at": 3.0, "message": "GET /executions/hello%3An-2 " + CANARY},
    ]
    (logs / "worker-1.log").write_text("".join(json.dumps(line) + "\n" for line in lines))
    assert holding(published.folder, CANARY)
    assert holding(published.folder, "hello:n-0")
    status, out, _ = published("erase", "--business-key", CANARY, "--yes")
    assert status == 0, out
    assert holding(published.folder, CANARY) == []
    assert "hello:n-12 stays" in (logs / "worker-1.log").read_text()
    assert holding(published.folder / READS, "hello:n-0") == []
    assert ids(published) == ["hello:other"]
    assert published.json("erase", "--business-key", CANARY, "--dry-run")[1]["found"] == []


def test_a_backup_of_before_does_not_bring_it_back(published, tmp_path):
    start(published, "one")
    start(published, "runs", workflow="waits", wait=False)
    published("backup", str(tmp_path / "copy"))
    published("stop", "waits:runs")
    published("start", "hello", "--wait")  # the worker that reads the stop
    start(published, "two", "somebody else")
    published("erase", "--business-key", CANARY, "--yes")
    shutil.copy(tmp_path / "copy" / "automate.db", published.folder / "automate.db")
    for name in published.folder.glob("audit-*.heads"):
        name.unlink()
    for name in ("automate.db-wal", "automate.db-shm"):
        (published.folder / name).unlink(missing_ok=True)
    left = ids(published)
    assert "hello:one" not in left
    status, error = published.json("show", "hello:one")
    assert (status, error["error"]["code"]) == (1, "ExecutionTaken")


WHO = "lovelace-1815"


def acted_as(automate, tmp_path, *acts):
    """A token of this name acts."""
    _, made = automate.json("tokens", "add", WHO, "--role", "admin")
    file = tmp_path / "token"
    file.write_text(made["token"])
    file.chmod(0o600)
    for act in acts:
        status, out, err = automate("--token-file", str(file), *act, stdin="the value of a secret")
        assert status == 0, (out, err)


def asked(tmp_path):
    """Acts that leave who did them beside the log: a version, a draft, pauses, a link, a secret, another's token."""
    form = {**DOCUMENT, "name": "asked", "input_schema": {"type": "object"}, "triggers": [
        {"type": "webhook", "path": "x", "auth": {"style": "none"}},
        {"type": "form", "public": {"expires": "2099-01-01T00:00:00Z", "most": 2}},
    ]}
    file = tmp_path / "asked.json"
    file.write_text(json.dumps(form))
    yield "import", "--file", str(file), "--publish"
    yield "triggers", "pause", "asked/webhook"
    yield "triggers", "link", "asked/form"
    yield "pause", "asked"
    yield "secrets", "set", "KEY"
    yield "tokens", "add", "bob", "--role", "viewer"


def test_an_actor_is_in_no_file_afterwards_and_the_log_verifies(published, tmp_path):
    start(published, "one")
    acted_as(
        published, tmp_path, ("start", "hello", "--name", "two", "--input", "{}"), ("show", "hello:one"),
        *asked(tmp_path),
    )
    assert WHO in published("audit", "list")[1]
    assert holding(published.folder / READS, WHO)
    status, out, err = published("erase", "--actor", WHO, "--yes")
    assert status == 1, "whoever has the token acts under that name"
    assert f"automate tokens revoke {WHO}" in out + err
    published("tokens", "revoke", WHO)
    assert published.json("erase", "--actor", WHO, "--dry-run")[1]["actors"] == [f"token/{WHO}"]
    assert published("erase", "--actor", WHO, "--yes")[:2] == (0, f"token/{WHO}: erased\n")
    assert holding(published.folder, WHO) == []
    assert WHO not in published("audit", "list")[1]
    assert published.json("audit", "verify")[1]["ok"]
    (entry,) = published.json("audit", "list", "--act", "actor.erase")[1]["entries"]
    assert entry["subject"].startswith("erasure/")
    (pseudonym,) = entry["after"]["actors"]
    assert [version["published_by"] for version in published.json("versions", "asked")[1]["versions"]] == [pseudonym]
    assert published("erase", "--actor", WHO, "--yes")[:2] == (
        0, "The audit log has no actor of this name, except what earlier releases wrote.\n"
    )


def test_a_backup_of_before_does_not_bring_an_actor_back(published, tmp_path):
    acted_as(published, tmp_path, ("start", "hello", "--name", "two", "--input", "{}"), *asked(tmp_path))
    published("tokens", "revoke", WHO)
    published("backup", str(tmp_path / "copy"))
    published("erase", "--actor", WHO, "--yes")
    for name in ("automate.db-wal", "automate.db-shm"):
        (published.folder / name).unlink(missing_ok=True)
    shutil.copy(tmp_path / "copy" / "automate.db", published.folder / "automate.db")
    for name in published.folder.glob("audit-*.heads"):
        name.unlink()
    assert WHO not in published("audit", "list")[1]
    assert holding(published.folder, WHO) == []
    assert published.json("erase", "--actor", WHO, "--dry-run")[1]["actors"] == []


def test_nobody_erases_themselves_or_names_both(published):
    start(published, "one")
    (entry, *_) = published.json("audit", "list")[1]["entries"][::-1]
    status, error = published.json("erase", "--actor", entry["actor"], "--yes")
    assert (status, error["error"]["code"]) == (1, "Conflict")
    for wrong in (["--yes"], ["--actor", "a", "--business-key", "b"], ["--actor", "a", "--workflow", "hello"]):
        assert published.json("erase", *wrong)[1]["error"]["code"] == "InvalidDocument"
