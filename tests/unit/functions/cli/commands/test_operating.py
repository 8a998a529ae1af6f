"""Commands that hold and let go, over a data folder."""

from __future__ import annotations

import io
import json
import logging
import re
import sys

import pytest

from engine.durable.poison import pause
from engine.ports.keys import ExecutionKey
from engine.settings import Settings
from functions.cli.client.in_process import InProcess
from functions.server.product import Product

KEY = ExecutionKey("default", "pause:one")


def publish(automate, folder, name, seconds):
    path = folder / f"{name}.json"
    states = {"Pause": {"Type": "Wait", "Seconds": seconds, "Next": "Done"}, "Done": {"Type": "Succeed"}}
    path.write_text(json.dumps({"name": name, "definition": {"StartAt": "Pause", "States": states}}))
    automate("import", "--file", str(path), "--publish")


@pytest.fixture
def waiting(tmp_path, automate):
    """A published workflow called `pause`, one execution of it started."""
    publish(automate, tmp_path, "pause", 60)
    automate("start", "pause", "--name", "one")
    return automate


def poison(automate):
    """Make it PAUSED as a worker would."""
    logging.getLogger("engine.durable.poison").disabled = True  # the last command's handler is gone
    product = Product.open(Settings(data_dir=str(automate.folder)), command="a test", environment={})
    pause(product.stores.journal, product.stores.journal.header(KEY), "it kills its workers")
    product.close()
    logging.getLogger("engine.durable.poison").disabled = False


def test_a_paused_execution_is_shown_with_its_cause_and_resumed(waiting):
    poison(waiting)
    _, out, _ = waiting("show", "pause:one")
    assert "PAUSED" in out
    assert "paused: it kills its workers" in out
    assert "automate resume pause:one" in out
    _, listed = waiting.json("executions", "--status", "paused")
    assert [row["id"] for row in listed["executions"]] == ["pause:one"]
    status, out, _ = waiting("resume", "pause:one")
    assert (status, out) == (0, "pause:one: RUNNING again\n")
    status, error = waiting.json("resume", "pause:one")
    assert (status, error["error"]["code"]) == (1, "ExecutionIsNotPaused")


def test_a_wait_for_an_execution_ends_when_it_is_paused(waiting):
    poison(waiting)
    status, out, _ = waiting("start", "pause", "--name", "one", "--wait")
    assert (status, "PAUSED" in out) == (1, True)


# ---------------------------------------------------------------- pause and resume of workflows


def test_pause_queue_resume(waiting):
    assert waiting("pause") == (0, "Nothing is paused.\n", "")
    status, out, _ = waiting("pause", "pause", "--running", "hold")
    assert (status, out) == (0, "pause is paused: starts wait, what runs holds within 2 s\n")
    _, listed = waiting.json("pause")
    assert [(item["workflow"], item["starts"], item["running"]) for item in listed["pauses"]] == [
        ("pause", "queue", "hold")
    ]
    status, started = waiting.json("start", "pause", "--name", "two")
    assert (status, started["status"]) == (0, "RUNNING")
    status, out, _ = waiting("resume", "pause")
    assert (status, out) == (0, "pause goes on: 2 open executions woken\n")
    status, error = waiting.json("resume", "pause")
    assert (status, error["error"]["code"]) == (1, "WorkflowIsNotPaused")


def test_a_refused_start_names_its_way_out(waiting):
    waiting("pause", "--all", "--starts", "refuse")
    status, error = waiting.json("start", "pause", "--name", "two")
    assert (status, error["error"]["code"]) == (1, "WorkflowPaused")
    assert "automate resume --all" in error["error"]["advice"]
    assert waiting("resume", "--all")[0] == 0
    assert waiting("start", "pause", "--name", "two")[0] == 0


def test_pause_and_resume_need_to_know_what(waiting):
    assert waiting("pause", "nothing")[0] == 1
    assert waiting("pause", "pause", "--all")[0] == 1
    assert waiting("resume")[0] == 1


def test_pausing_is_in_the_audit_log(waiting):
    waiting("pause", "pause")
    waiting("pause", "pause")
    waiting("resume", "pause")
    _, listed = waiting.json("audit", "list", "--act", "workflow.*")
    acts = [entry["act"] for entry in listed["entries"]]
    assert acts[:2] == ["workflow.resume", "workflow.pause"]
    assert acts.count("workflow.pause") == 1


# ---------------------------------------------------------------- stop many


def test_stop_many_needs_a_yes(waiting):
    status, error = waiting.json("stop", "--workflow", "pause")
    assert (status, error["error"]["where"]) == (1, "--yes")
    waiting("start", "pause", "--name", "two")
    status, out, _ = waiting("stop", "--workflow", "pause", "--cause", "a mistake", "--yes")
    assert status == 0
    assert out.startswith("2 executions of pause were asked to stop")
    _, ended = waiting.json("start", "pause", "--name", "one", "--wait")
    assert (ended["status"], ended["cause"]) == ("ABORTED", "a mistake")


def test_a_no_does_nothing_and_says_so(waiting, monkeypatch):
    class Terminal(io.StringIO):
        def isatty(self):
            return True

    monkeypatch.setattr(sys, "stdin", Terminal("n\n"))
    status, _, err = waiting("stop", "--workflow", "pause")
    assert (status, err) == (1, "automate: nothing was done\n")
    assert not waiting.json("show", "pause:one")[1]["audit"]


def test_what_is_beside_the_answer_is_json_too(waiting, monkeypatch):
    _, out, err = waiting("--json", "start", "pause", "--name", "two")
    assert json.loads(out)["id"] == "pause:two"
    assert "No worker runs on this folder" in json.loads(err)["warnings"][0]

    def interrupted(self, client, execution_id):
        raise KeyboardInterrupt

    monkeypatch.setattr(InProcess, "wait", interrupted)
    status, _, err = waiting("--json", "start", "pause", "--name", "three", "--wait")
    told = [json.loads(line) for line in err.splitlines() if line]
    assert (status, [list(item) for item in told]) == (130, [["warnings"], ["error"]])


def test_stop_wants_one_or_many(waiting):
    assert waiting("stop")[0] == 1
    assert waiting("stop", "pause:one", "--workflow", "pause")[0] == 1
    assert waiting("stop", "pause:one")[1].startswith("pause:one: stop requested")


# ---------------------------------------------------------------- synchronous starts


def test_a_synchronous_start_runs_in_this_process(tmp_path, automate):
    path = tmp_path / "quick.json"
    definition = {"StartAt": "Greet", "States": {"Greet": {"Type": "Pass", "Result": "hello", "End": True}}}
    path.write_text(json.dumps({"name": "quick", "kind": "EXPRESS", "definition": definition}))
    automate("import", "--file", str(path), "--publish")
    status, ended = automate.json("start", "quick", "--sync", "--name", "one")
    assert (status, ended["status"], ended["output"], ended["kind"]) == (0, "SUCCEEDED", "hello", "EXPRESS_SYNC")
    status, ended = automate.json("start", "quick", "--wait", "--name", "two")
    assert (status, ended["status"], ended["kind"]) == (0, "SUCCEEDED", "EXPRESS")
    assert "Greet  Pass  ok" in automate("show", "quick:one")[1]


def test_a_standard_workflow_cannot_be_started_synchronously(waiting):
    status, error = waiting.json("start", "pause", "--sync")
    assert (status, error["error"]["where"]) == (1, "--sync")


# ---------------------------------------------------------------- backup


def test_a_backup_is_a_folder_to_work_on(automate, tmp_path):
    target = tmp_path / "copy"
    publish(automate, tmp_path, "short", 1)
    automate("start", "short", "--name", "one")
    automate("secrets", "set", "KEY", stdin="a long value\n")
    status, made = automate.json("backup", str(target))
    assert (status, made["workflows"], made["executions"], made["unfinished"]) == (0, 1, 1, 1)
    assert sorted(path.name for path in target.iterdir()) == ["automate.db", "secrets.json", "secrets.key"]
    status, error = automate.json("backup", str(target))
    assert (status, error["error"]["code"]) == (1, "Conflict")
    in_the_copy = ("--data-dir", str(target), "start", "short", "--name", "one", "--wait")
    status, ended = automate.json(*in_the_copy)
    assert (status, ended["status"]) == (0, "SUCCEEDED")
    assert automate.json("show", "short:one")[1]["status"] == "RUNNING"


def test_there_is_no_backup_of_nothing(automate, tmp_path):
    status, error = automate.json("backup", str(tmp_path / "copy"))
    assert (status, error["error"]["code"]) == (1, "NotFound")
    assert not automate.folder.exists()


# ---------------------------------------------------------------- redrive

MENDED = "States.ArrayGetItem(States.Array('mended'), States.MathAdd($$.Execution.RedriveCount, -1))"


@pytest.fixture
def failing(tmp_path, automate):
    """A workflow that fails until its execution is redriven; two of them have failed."""
    path = tmp_path / "flaky.json"
    states = {"Try": {"Type": "Pass", "Parameters": {"how.$": MENDED}, "End": True}}
    path.write_text(json.dumps({"name": "flaky", "definition": {"StartAt": "Try", "States": states}}))
    automate("import", "--file", str(path), "--publish")
    for name in ("one", "two"):
        assert automate("start", "flaky", "--name", name, "--wait")[0] == 1
    return automate


def test_one_is_redriven_to_its_end(failing):
    status, ended = failing.json("redrive", "flaky:one", "--wait")
    assert (status, ended["status"], ended["output"], ended["redrives"]) == (0, "SUCCEEDED", {"how": "mended"}, 1)
    status, error = failing.json("redrive", "flaky:one")
    assert (status, error["error"]["code"]) == (1, "ExecutionNotRedrivable")
    status, out, err = failing("redrive", "flaky:two")
    assert (status, out) == (0, "flaky:two: redriven, RUNNING\n")
    assert "No worker runs on this folder" in err
    assert "automate redrive flaky:two --wait" in err, "the command that was given, and not start"


def test_the_history_names_the_versions_of_a_change(failing, tmp_path):
    path = tmp_path / "flaky.json"
    states = {"Try": {"Type": "Pass", "Result": "mended", "End": True}}
    path.write_text(json.dumps({"name": "flaky", "definition": {"StartAt": "Try", "States": states}}))
    failing("import", "--file", str(path), "--publish")
    assert failing("redrive", "flaky:one", "--version", "2", "--from", "Try", "--wait")[0] == 0
    [line] = [line for line in failing("history", "flaky:one")[1].splitlines() if "ExecutionVersionChanged" in line]
    assert "version 1 to 2, by " in line
    assert line.endswith("at 'Try'")


@pytest.mark.parametrize("jitter", [{}, {"JitterStrategy": "FULL"}])
def test_the_timetable_of_attempts_says_what_was_waited_and_what_was_planned(automate, tmp_path, jitter):
    path = tmp_path / "tries.json"
    retry = [{"ErrorEquals": ["States.ALL"], "IntervalSeconds": 1, "MaxAttempts": 1, **jitter}]
    states = {"Try": {"Type": "Parallel", "Retry": retry, "End": True, "Branches": [
        {"StartAt": "No", "States": {"No": {"Type": "Fail", "Error": "No"}}}]}}
    path.write_text(json.dumps({"name": "tries", "definition": {"StartAt": "Try", "States": states}}))
    automate("import", "--file", str(path), "--publish")
    automate("start", "tries", "--name", "one", "--wait")
    out = automate("explain", "tries:one", "Try")[1]
    assert re.search(rf"waited \d[\d.]* m?s, planned 1\.00 s{' at the most' if jitter else ''}\n", out), out


def test_show_tells_what_was_redriven(failing):
    failing("redrive", "flaky:one", "--wait")
    _, shown = failing.json("show", "flaky:one")
    assert [(run["state"], run["status"]) for run in shown["states"]] == [("Try", "failed"), ("Try", "ok")]
    assert all(run["seconds"] >= 0 for run in shown["states"])
    out = failing("show", "flaky:one")[1]
    assert "before it was redriven" in out
    failing("redrive", "flaky:two")
    assert [run["seconds"] >= 0 for run in failing.json("show", "flaky:two")[1]["states"]] == [True]


def test_which_of_many_is_not_redriven_is_named(tmp_path, automate):
    path = tmp_path / "bounded.json"
    states = {"Try": {"Type": "Pass", "Parameters": {"how.$": MENDED}, "End": True}}
    document = {"name": "bounded", "definition": {"StartAt": "Try", "States": states}}
    path.write_text(json.dumps({**document, "budgets": {"open_executions": 1}}))
    automate("import", "--file", str(path), "--publish")
    for name in ("one", "two"):
        assert automate("start", "bounded", "--name", name, "--wait")[0] == 1
    status, out, _ = automate("redrive", "--workflow", "bounded", "--yes")
    assert (status, out) == (0, (
        "bounded: 1 execution goes on where it stood\n"
        "not redriven: bounded:one: 'bounded' has as many open executions as it may have: 1\n"
    ))


def test_of_many_that_do_not_fit_each_is_named_and_why_is_said_once(failing, tmp_path):
    states = {"Another": {"Type": "Pass", "End": True}}
    path = tmp_path / "mended.json"
    path.write_text(json.dumps({"name": "flaky", "definition": {"StartAt": "Another", "States": states}}))
    failing("import", "--file", str(path), "--publish")
    why = "it stands in the state 'Try', which the new version has not. It fits where a state is entered anew."
    for more in (("--dry-run",), ("--yes",)):
        status, out, _ = failing("redrive", "--workflow", "flaky", "--version", "active", *more)
        assert (status, out.splitlines()[:2]) == (1 if more == ("--dry-run",) else 0, [
            "flaky:two and 1 more: does not fit version 2", f"  against it: /States: {why}",
        ])
        assert "  these are: flaky:two, flaky:one\n" in out
    assert out.endswith(
        "flaky: 0 executions go on by version 2\n"
        f"not redriven: flaky:two and 1 more: it cannot go on by version 2: {why}\n"
    )
    out = failing("redrive", "--workflow", "flaky", "--status", "ABORTED", "--version", "2", "--dry-run")[1]
    assert out == "no execution has that status, of those that the options name\n"


def test_a_version_is_a_number_from_one_on(failing):
    for given in ("0", "-1", "one", ""):
        status, _, err = failing("redrive", "flaky:one", "--version", given)
        assert (status, f"--version is a number from 1 on, or active: not {given!r}" in err) == (1, True), err


def test_where_a_fork_begins_is_said_where_it_is_not_the_event_that_was_named(failing):
    for event, said in ((1, ""), (3, "nothing was waited for between event 1 and event 3: it begins there\n")):
        out = failing("fork", "flaky:one", "--at", str(event))[1]
        assert ("it begins there" in out, said in out) == (bool(said), True)


def test_many_are_redriven_after_a_yes(failing):
    status, error = failing.json("redrive", "--workflow", "flaky")
    assert (status, error["error"]["where"]) == (1, "--yes")
    assert failing.json("redrive", "--workflow", "flaky", "--error", "Other", "--yes")[1]["redriven"] == []
    assert failing.json("redrive", "--workflow", "flaky", "--business-key", "o-*", "--yes")[1]["redriven"] == []
    assert failing.json("redrive", "--workflow", "flaky", "--name", "on*", "--yes")[1]["redriven"] == ["flaky:one"]
    status, out, _ = failing("redrive", "--workflow", "flaky", "--yes")
    assert (status, out) == (0, "flaky: 1 execution goes on where it stood\n")
    for wrong in ((), ("flaky:one", "--workflow", "flaky")):
        assert failing.json("redrive", *wrong)[1]["error"]["where"] == "ID"
    assert failing.json("redrive", "flaky:one", "--status", "ABORTED")[1]["error"]["where"] == "--status"
    assert failing.json("redrive", "--workflow", "flaky", "--wait", "--yes")[1]["error"]["where"] == "--wait"
    assert failing.json("stop", "flaky:one", "--status", "PAUSED")[1]["error"]["where"] == "--status"
    for many in ("redrive", "stop"):
        status, error = failing.json(many, "--workflow", "flakey", "--yes")
        assert (status, error["error"]["code"]) == (1, "NotFound")
    error = failing.json("redrive", "flaky:one", "--business-key", "o-17")[1]["error"]
    assert (error["where"], error["message"]) == (
        "--business-key", "--business-key goes with --workflow: flaky:one is one execution",
    )
