"""The command line over a data folder, without a server: what it prints, its exit status, its JSON."""

from __future__ import annotations

import json
import re
import time
from pathlib import Path

import click
import pytest

from connectors.registry import default_registry
from engine.ports.keys import ExecutionKey
from engine.settings import Settings
from functions.cli import main, reference
from functions.cli.client.in_process import InProcess
from functions.cli.commands import executions
from functions.server.product import Product
from tests.support import patience

ROOT = Path(__file__).parents[4]
HELLO = {"StartAt": "Greet", "States": {"Greet": {"Type": "Pass", "Result": {"said": "hello"}, "End": True}}}


def test_import_publish_start_show(automate, hello):
    assert automate("workflows")[1].startswith("No workflows yet")
    status, out, _ = automate("import", "--file", str(hello), "--publish", "--note", "first")
    assert (status, out) == (0, "hello: draft created\nhello: version 1 published and active\n")
    status, started = automate.json("start", "hello", "--name", "one", "--input", '{"a": 1}', "--wait")
    assert status == 0
    assert started.items() >= {
        "id": "hello:one", "name": "one", "workflow": "hello", "version": 1, "status": "SUCCEEDED",
        "output": {"said": "hello"}, "error": None, "cause": None,
    }.items()
    status, out, _ = automate("show", "hello:one")
    assert "Greet  Pass  ok" in out
    assert "SUCCEEDED" in out
    status, history = automate.json("history", "hello:one", "--after", "2")
    assert [event["type"] for event in history["events"]] == ["PassStateExited", "ExecutionSucceeded"]
    status, out, _ = automate("history", "hello:one")
    assert "ExecutionStarted" in out
    status, out, _ = automate("executions", "--workflow", "hello", "--status", "succeeded")
    assert "hello:one" in out
    assert "now" in out or "ago" in out
    assert "\x1b" not in out


def test_importing_an_unchanged_file_changes_nothing(automate, hello):
    automate("import", "--file", str(hello), "--publish")
    assert automate("import", "--file", str(hello), "--publish")[1] == (
        "hello: draft unchanged\nhello: version 1 active already\n"
    )
    assert automate.json("versions", "hello")[1]["versions"][0]["version"] == 1


def test_export_gives_the_file_back(automate, hello, tmp_path):
    automate("import", "--file", str(hello))
    target = tmp_path / "out.json"
    assert automate("export", "hello", "--output", str(target))[0] == 0
    assert target.read_bytes() == hello.read_bytes()
    assert automate("export", "hello")[1] == hello.read_text()
    status, shape = automate.json("export", "hello", "--output", str(tmp_path / "no" / "out.json"))
    assert (status, shape["error"]["code"], shape["error"]["where"]) == (1, "InvalidDocument", "--output")
    assert "advice" in shape["error"]


def test_versions_diff_rollback(automate, hello):
    automate("import", "--file", str(hello), "--publish")
    hello.write_text(hello.read_text().replace('"hello"\n', '"bye"\n'))
    automate("import", "--file", str(hello))
    assert '+          "said": "bye"' in automate("diff", "hello")[1]
    automate("publish", "hello", "--note", "politer")
    assert automate("diff", "hello", "2")[1] == "No difference.\n"
    assert "politer" in automate("versions", "hello")[1]
    assert automate("rollback", "hello", "1")[1] == "hello version 1 is active\n"
    assert "1 (active)" in automate("versions", "hello")[1]
    status, _, err = automate("rollback", "hello", "7")
    assert (status, "no version 7" in err) == (1, True)


def test_validate_lists_every_problem_with_its_line(automate, tmp_path):
    path = tmp_path / "broken.yaml"
    path.write_text("StartAt: A\nStates:\n  A:\n    Type: Pass\n    Next: Nowhere\n  B:\n    Type: Wat\n")
    status, out, _ = automate("validate", str(path))
    assert status == 1
    assert f"{path}:5:5: error:" in out
    assert f"{path}:7:5: error:" in out
    status, found = automate.json("validate", str(path))
    assert (status, found["result"]) == (1, "FAIL")
    assert not automate.folder.exists(), "validate needs no data folder"


def test_a_document_that_is_none_names_its_line(automate, tmp_path):
    path = tmp_path / "broken.json"
    path.write_text('{"name": "x",\n "definition": {},\n "descripton": "typo"}')
    status, _, err = automate("validate", str(path))
    assert status == 1
    assert f"where: {path}:3:2" in err
    assert "'description'" in err
    path.write_text('{"name": "x",\n oops}')
    status, _, err = automate("validate", str(path))
    assert f"where: {path}: line 2, column 2" in err
    assert automate("validate", str(tmp_path / "none.json"))[0] == 1


def test_publishing_what_is_wrong_names_the_line(automate, tmp_path):
    path = tmp_path / "broken.json"
    path.write_text('{"StartAt": "A",\n "States": {"A": {"Type": "Pass",\n "Next": "Nowhere"}}}')
    status, _, err = automate("import", "--file", str(path), "--publish")
    assert status == 1
    assert f"{path}:3:2" in err


@pytest.mark.parametrize("name", ["order_flow", "support_triage", "nightly_sync", "approval", "etl_file"])
def test_the_samples_are_valid(automate, name):
    status, out, _ = automate("validate", str(ROOT / "workflows" / f"{name}.json"))
    assert (status, out.splitlines()[0]) == (0, f"{ROOT / 'workflows' / name}.json: no problems")


def test_an_execution_that_fails_is_explained(automate, tmp_path):
    path = tmp_path / "fails.json"
    path.write_text(json.dumps({
        "StartAt": "Call", "States": {"Call": {
            "Type": "Task", "Resource": "connector:http:request", "Parameters": {"url": "http://127.0.0.1:1/x"},
            "End": True,
        }},
    }))
    automate("import", "--file", str(path), "--publish")
    status, out, _ = automate("start", "fails", "--name", "one", "--wait")
    assert (status, "FAILED" in out) == (1, True)
    out = automate("show", "fails:one")[1]
    assert "Call failed: http.ConnectorError" in out
    assert "ConnectorError: " in out
    assert '  File "' in out  # the connector's stack trace, line by line
    shape = automate.json("show", "fails:one")[1]
    assert shape["states"][0]["status"] == "failed"
    assert automate.json("executions", "--error", "http.*")[1]["executions"][0]["error"] == "http.ConnectorError"


def test_secrets_are_masked_and_never_arguments(automate):
    assert automate("secrets", "set", "KEY", stdin="canary-1\n")[1] == "KEY is set in the local store\n"
    for arguments in (("secrets", "list"), ("secrets", "get", "KEY")):
        status, out, err = automate(*arguments)
        assert status == 0
        assert "KEY" in out
        assert "canary-1" not in out + err
    assert automate.json("secrets", "get", "KEY")[1]["value"] == "********"
    assert automate("secrets", "get", "KEY", "--reveal")[1] == "canary-1\n"
    assert automate("secrets", "set", "KEY", "canary-2")[0] == 2
    status, _, err = automate("secrets", "set", "KEY", stdin="")
    assert (status, "no value of KEY was given" in err, "where: standard input" in err) == (1, True, True)
    assert automate("secrets", "delete", "KEY")[0] == 0
    assert "No secrets" in automate("secrets", "list")[1]


def test_publishing_is_refused_with_the_command_that_grants_the_secret(automate, tmp_path):
    path = tmp_path / "pay.json"
    call = {"Type": "Task", "Resource": "connector:http:request", "End": True,
            "Parameters": {"url": "https://example.com/x", "bearer_token": {"$secret": "KEY"}}}
    path.write_text(json.dumps({"StartAt": "Call", "States": {"Call": call}}))
    assert automate("import", "--file", str(path), "--publish")[0] == 0, "where there is none yet"
    command = "automate secrets grant KEY --workflow pay --connector http --host example.com"
    told = automate("secrets", "set", "KEY", stdin="a value that is long")[2]
    assert told == f"Nobody may use it yet. pay names it: {command}.\n"
    call["Comment"] = "another version"
    path.write_text(json.dumps({"StartAt": "Call", "States": {"Call": call}}))
    status, _, err = automate("import", "--file", str(path), "--publish")
    assert (status, f"Grant it with: {command}" in err) == (1, True)
    assert automate(*command.split()[1:])[:2] == (0, "KEY is granted to pay/http@example.com\n")
    assert automate("publish", "pay")[0] == 0
    _, out, err = automate("secrets", "usage", "KEY")
    assert ("state Call" in out, "yes" in out, err) == (True, True, "KEY is granted to pay/http@example.com.\n")
    assert automate("secrets", "set", "OTHER", stdin="a value that is long")[2] == (
        "Nobody may use it yet. Publishing a workflow that names it says how to grant it.\n"
    )


@pytest.mark.parametrize("verb", ["set", "rotate"])
def test_a_value_too_short_to_be_masked_is_refused_unless_it_is_allowed(automate, verb):
    automate("secrets", "set", "KEY", stdin="long enough")
    status, out, err = automate("secrets", verb, "KEY", stdin="c4narY7\n")
    assert (status, out) == (1, "")
    assert "masking cannot tell so short a value from ordinary text" in err
    assert "--allow-short" in err
    assert "c4narY7" not in err
    assert automate("secrets", "get", "KEY", "--reveal")[1] == "long enough\n", "and nothing was changed"
    assert automate("secrets", verb, "KEY", "--allow-short", stdin="c4narY7\n")[0] == 0
    assert automate("secrets", "get", "KEY", "--reveal")[1] == "c4narY7\n"


def test_a_stored_value_that_the_environment_shadows_is_told_everywhere(automate, monkeypatch):
    monkeypatch.setenv("AUTOMATE_STRIPE_KEY", "canary-of-the-environment")
    for verb in ("set", "rotate"):
        status, out, err = automate("secrets", verb, "STRIPE_KEY", stdin="canary-of-the-store")
        assert (status, "the environment has STRIPE_KEY too, and is asked first" in err) == (0, True), (verb, out)
        assert automate.json("secrets", verb, "STRIPE_KEY", stdin="canary-of-the-store")[1]["shadowed_by"] == (
            "environment"
        )
    assert "local store, not asked: the environment has it" in automate("secrets", "list")[1]
    shapes = automate.json("secrets", "list")[1]["secrets"]
    assert [(item["backend"], item["shadowed_by"]) for item in shapes] == [
        ("environment", None), ("local store", "environment"),
    ]
    status, out, err = automate("secrets", "get", "STRIPE_KEY", "--reveal")
    assert (out, "Workflows do not get the value in the local store" in err) == ("canary-of-the-environment\n", True)
    found = automate.json("doctor")[1]["checks"]
    notes = [check for check in found if check["name"] == "secrets" and check["verdict"] == "note"]
    free, told = notes
    assert "every workflow, connector and host may have STRIPE_KEY" in free["says"]
    assert "STRIPE_KEY" in told["says"]
    assert "environment" in told["says"]
    assert "automate secrets delete STRIPE_KEY" in told["mend"]
    monkeypatch.delenv("AUTOMATE_STRIPE_KEY")
    assert automate("secrets", "get", "STRIPE_KEY", "--reveal")[1:] == ("canary-of-the-store\n", "")
    assert automate.json("secrets", "set", "STRIPE_KEY", stdin="canary-of-the-store")[1]["shadowed_by"] is None


def test_a_secret_from_the_environment(automate, monkeypatch):
    monkeypatch.setenv("AUTOMATE_STRIPE_KEY", "canary-1")
    _, shape = automate.json("secrets", "list")
    assert [(item["key"], item["backend"]) for item in shape["secrets"]] == [("STRIPE_KEY", "environment")]


def test_an_answer_is_kept_without_the_step_s_secrets(automate, tmp_path):
    path = tmp_path / "ask.json"
    path.write_text(json.dumps({"StartAt": "Ask", "States": {"Ask": {
        "Type": "Task", "Resource": "connector:log:write.waitForTaskToken", "End": True,
        "Parameters": {"message": "?", "key": {"$secret": "KEY"}, "other": {"$secret": "ELSE"}},
    }}}))
    automate("secrets", "set", "KEY", stdin="canary-in-the-store")
    automate("secrets", "grant", "KEY", "--workflow", "ask", "--connector", "log")
    automate("import", "--file", str(path), "--publish")
    automate("start", "ask", "--name", "one")
    workers = {"AUTOMATE_ELSE": "canary-of-the-worker"}  # which the command below does not see
    product = Product.open(Settings(data_dir=str(automate.folder)), command="a test", environment=workers)
    try:
        product.work(lambda: _handed_over(product))
        token = automate.json("show", "ask:one")[1]["waiting"][0]["token"]
        said = json.dumps(["canary-in-the-store", "canary-of-the-worker"])
        assert automate("task", "success", token, "--output", said)[0] == 0
        product.work(lambda: not product.runs(product.key("ask:one")))
    finally:
        product.close()
    assert automate.json("show", "ask:one")[1]["output"] == ["********", "********"]
    stored = [found.read_bytes() for found in automate.folder.rglob("*.db*")]
    assert stored
    assert not any(b"canary-in-the-store" in data for data in stored)


def test_a_task_token_on_the_command_line(automate, tmp_path):
    path = tmp_path / "ask.json"
    path.write_text(json.dumps({"StartAt": "Ask", "States": {"Ask": {
        "Type": "Task", "Resource": "connector:log:write.waitForTaskToken",
        "Parameters": {"message.$": "$$.Task.Token"}, "TimeoutSeconds": 60, "End": True,
    }}}))
    automate("import", "--file", str(path), "--publish")
    _, started = automate.json("start", "ask", "--name", "one")
    product = Product.open(Settings(data_dir=str(automate.folder)), command="a test", environment={})
    try:
        product.work(lambda: _handed_over(product))
    finally:
        product.close()
    _, history = automate.json("history", "ask:one")
    scheduled = next(event for event in history["events"] if event["type"] == "TaskScheduled")
    token = json.loads(scheduled["taskScheduledEventDetails"]["parameters"])["message"]
    status, out, _ = automate("show", "ask:one")
    assert f"automate task success {token} --output JSON" in out
    assert automate.json("show", "ask:one")[1]["waiting"] == [{"state": "Ask", "token": token, "approval": None}]
    assert automate("task", "heartbeat", token)[0] == 0
    assert automate("task", "success", token, "--output", "7")[0] == 0
    status, again = automate.json("task", "failure", token, "--error", "Late")
    assert (status, again["error"]["code"]) == (1, "TaskTimedOut")
    assert started["status"] == "RUNNING"


def test_an_endless_loop_can_be_looked_at_and_stopped(automate, tmp_path, monkeypatch):
    path = tmp_path / "loop.json"
    path.write_text(json.dumps({"StartAt": "A", "States": {
        "A": {"Type": "Choice", "Choices": [{"Variable": "$.never", "IsPresent": True, "Next": "B"}], "Default": "A"},
        "B": {"Type": "Succeed"},
    }}))
    automate("import", "--file", str(path), "--publish")
    automate("start", "loop", "--name", "one")
    product = Product.open(Settings(data_dir=str(automate.folder)), command="a test", environment={})
    try:
        product.work(lambda: bool(product.services.executions.history(product.key("loop:one"), after=3000, limit=1)))
    finally:
        product.close()
    monkeypatch.setattr(executions, "MOST_EVENTS", 100)
    status, out, _ = automate("show", "loop:one")
    assert (status, "The newest 100 events; automate history has the" in out) == (0, True)
    shown = automate.json("show", "loop:one")[1]
    assert shown["events_left_out"] > 2900
    assert 0 < len(shown["states"]) <= 100
    status, out, _ = automate("history", "loop:one", "--after", "500", "--limit", "2")
    assert [line.split()[0] for line in out.splitlines()[1:3]] == ["501", "502"]
    assert "--after 502" in out
    status, out, err = automate("stop", "loop:one")
    assert (status, "stop requested" in out, "No worker runs on this folder" in err) == (0, True, True)
    assert "--wait" not in err, "stop has none"
    status, ended = automate.json("start", "loop", "--name", "one", "--wait")  # the same one: it is a worker meanwhile
    assert (status, ended["status"]) == (1, "ABORTED")


def test_ctrl_c_ends_the_waiting_and_not_the_execution(automate, hello, monkeypatch):
    def interrupted(self, client, execution_id):
        raise KeyboardInterrupt

    automate("import", "--file", str(hello), "--publish")
    monkeypatch.setattr(InProcess, "wait", interrupted)
    status, _, err = automate("start", "hello", "--name", "one", "--wait")
    assert (status, "hello:one goes on wherever a worker runs" in err) == (130, True)
    assert automate.json("show", "hello:one")[1]["status"] == "RUNNING"


def test_a_name_that_no_workflow_can_have(automate, tmp_path):
    path = tmp_path / "grüße.json"
    path.write_text('{"StartAt": "A", "States": {"A": {"Type": "Pass", "End": true}}}')
    for arguments in ((), ("--name", "grüße")):
        status, _, err = automate("import", "--file", str(path), *arguments)
        assert (status, "--name NAME" in err) == (1, True)
    assert automate("import", "--file", str(path), "--name", "greetings")[0] == 0


def _handed_over(product):
    events = product.services.executions.history(product.key("ask:one"))
    return any(event["type"] == "TaskSubmitted" for event in events)


@pytest.mark.parametrize("text", [
    "name: one\ndefinition:\n  StartAt: A\n  States: {A: {Type: Succeed}}\n",
    '\ufeff {"name": "one", "definition": {"StartAt": "A", "States": {"A": {"Type": "Succeed"}}}}',
])
def test_a_document_from_standard_input_is_json_or_yaml(automate, text):
    status, shape = automate.json("import", "--file", "-", "--publish", stdin=text)
    assert (status, shape["workflow"], shape["version"]) == (0, "one", 1)


def test_a_mistake_in_yaml_from_standard_input_has_its_line(automate):
    text = "name: one\ndefinition:\n  StartAt: [\n"
    status, shape = automate.json("import", "--file", "-", stdin=text)
    assert status == 1
    assert shape["error"]["where"].startswith("stdin.yaml:")


def test_a_map_run_is_looked_at_and_changed(automate, tmp_path):
    processor = {"ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"}, "StartAt": "Rest",
                 "States": {"Rest": {"Type": "Wait", "Seconds": 3600, "End": True}}}
    states = {"All": {"Type": "Map", "MaxConcurrency": 2, "ItemProcessor": processor, "End": True}}
    path = tmp_path / "batch.json"
    path.write_text(json.dumps({"name": "batch", "definition": {"StartAt": "All", "States": states}}))
    automate("import", "--file", str(path), "--publish")
    automate("start", "batch", "--name", "one", "--input", "[1, 2, 3]")
    key = ExecutionKey("default", "batch:one")
    work_until(automate.folder, lambda executions: executions.map_runs(key))

    _, listed = automate.json("map-run", "list", "batch:one")
    [run] = listed["map_runs"]
    assert (run["status"], run["counts"]["total"], run["max_concurrency"]) == ("RUNNING", 3, 2)
    name = run["arn"].rpartition(":")[2]
    changed = automate.json(
        "map-run", "update", "batch:one", name, "--max-concurrency", "3", "--tolerated-failure-count", "1"
    )
    assert changed[0] == 0
    work_until(automate.folder, lambda executions: executions.describe_map_run(key, run["arn"]).max_concurrency == 3)
    _, found = automate.json("map-run", "describe", "batch:one", name)
    assert (found["max_concurrency"], found["tolerated_failure_count"]) == (3, 1)
    _, shape = automate.json("map-run", "executions", "batch:one", name, "--limit", "1")
    assert (len(shape["executions"]), shape["next_first"]) == (1, 1)
    status, shape = automate.json("map-run", "describe", "batch:one", "unknown")
    assert (status, shape["error"]["code"]) == (1, "ResourceNotFound")


def work_until(folder, happened):
    """Be a worker of the folder until `happened`, or nothing came of it."""
    product = Product.open(Settings(data_dir=str(folder)), command="a test", environment={})
    end = time.monotonic() + patience.SECONDS
    product.work(lambda: bool(happened(product.services.executions)) or time.monotonic() > end)
    product.close()


def test_a_webhook_without_auth_is_refused_by_validate_and_publish(automate, tmp_path):
    file = tmp_path / "hooked.json"
    triggers = [{"type": "webhook", "path": "orders"}]
    file.write_text(json.dumps({"name": "hooked", "definition": HELLO, "triggers": triggers}, indent=2))
    status, out, _ = automate("validate", str(file))
    assert (status, "does not say how a call proves who sent it" in out) == (1, True)
    status, _, err = automate("import", "--file", str(file), "--publish")
    assert (status, "WEBHOOK_WITHOUT_AUTH" in err or "proves who sent it" in err) == (1, True)
    triggers[0]["auth"] = {"style": "none"}
    file.write_text(json.dumps({"name": "hooked", "definition": HELLO, "triggers": triggers}))
    assert automate("import", "--file", str(file), "--publish")[0] == 0
    assert "/hooks/hooked/orders" in automate("triggers", "list")[1]


def test_the_connector_that_the_documentation_prints_is_listed(automate, tmp_path, monkeypatch, on_path):
    """The class of docs/connectors.md in a module of its own, which nothing but AUTOMATE_CONNECTORS names."""
    page = (Path(__file__).parents[4] / "docs" / "connectors.md").read_text(encoding="utf-8")
    printed = re.search(r"^```python\n(# my_app/adapters\.py\n.*?)^```", page, re.MULTILINE | re.DOTALL)[1]
    (tmp_path / "my_printed_adapters.py").write_text(printed)
    (tmp_path / "my_empty_adapters.py").write_text("import connectors\n")
    on_path(tmp_path)
    monkeypatch.setattr(default_registry, "_classes", {})
    monkeypatch.setenv("AUTOMATE_CONNECTORS", "my_printed_adapters")
    status, out, _ = automate("connectors")
    assert (status, "connector:legacy_erp:create_order" in out) == (0, True)
    assert "customer_id*, items*" in out
    monkeypatch.setenv("AUTOMATE_CONNECTORS", "my_empty_adapters")
    status, out, err = automate("connectors")
    assert (status, out) == (1, "")
    assert "'my_empty_adapters' has no connector" in err


def test_connectors(automate):
    assert "connector:http:request" in automate("connectors")[1]
    assert automate.json("connectors")[1]["connectors"]


@pytest.mark.parametrize(("name", "text"), sorted(reference.pages().items()))
def test_the_reference_pages_are_in_step(name, text):
    assert (ROOT / "docs" / name).read_text() == text, "run: python -m functions.cli.reference"


def test_every_command_says_what_it_does():
    def commands(group, prefix=""):
        for command in group.commands.values():
            yield f"{prefix}{command.name}", command
            if isinstance(command, click.Group):
                yield from commands(command, f"{command.name} ")

    for name, command in commands(main.automate):
        assert command.help, name
        for parameter in command.params:
            if isinstance(parameter, click.Option) and not parameter.hidden:
                assert parameter.help, f"{name} {parameter.name}"


@pytest.mark.parametrize("command", [
    ("tune", "--hours"), ("simulate", "--seconds"), ("activity", "poll", "packing", "--wait"),
    ("map-run", "update", "a:1", "run", "--tolerated-failure-count"),
])
def test_a_number_that_is_none_is_refused(automate, command):
    status, out, err = automate(*command, "nan")
    assert status == 2
    assert "not a finite number" in out + err


def test_a_key_written_into_a_definition_is_told_with_its_line_and_not_its_value(automate, tmp_path):
    path = tmp_path / "leak.json"
    path.write_text(json.dumps({"StartAt": "A", "States": {"A": {
        "Type": "Pass", "End": True, "Result": {"dsn": "postgres://app:c4nary-Tango9@db.internal/orders"},
    }}}, indent=1))
    status, out, _ = automate("validate", str(path))
    assert (status, "leak.json:8:5: warning: This looks like an address with a password" in out) == (0, True), out
    assert "automate secrets set KEY" in out
    _, _, err = automate("import", "--file", str(path), "--publish")
    assert "automate: warning: /States/A/Result/dsn: This looks like an address with a password" in err
    assert "c4nary" not in out + err


def test_cases_that_fail_keep_a_file_from_being_published_and_say_where(automate, tmp_path):
    path = tmp_path / "hello.json"
    path.write_text(json.dumps({"name": "hello", "definition": HELLO, "cases": [
        {"name": "wrong", "input": {}, "expect": {"status": "SUCCEEDED", "output": {"said": "bye"}}},
    ]}, indent=1))
    line = next(n for n, text in enumerate(path.read_text().splitlines(), 1) if '"said": "bye"' in text)
    status, out, err = automate("import", "--file", str(path), "--publish")
    assert (status, out) == (1, "")
    assert f"where: {path}:{line}:" in err
    assert "--accept-failing-cases" in err
    assert automate.json("workflows")[1]["workflows"][0]["active_version"] is None
    assert automate("publish", "hello")[0] == 1
    assert automate("publish", "hello", "--accept-failing-cases")[0] == 0


def test_importing_an_unfinished_draft_says_what_is_wrong_and_where(automate, tmp_path):
    path = tmp_path / "draft.json"
    path.write_text(json.dumps({"name": "draft", "definition": {
        "StartAt": "A", "States": {"A": {"Type": "Pass", "Next": "Nowhere"}},
    }}, indent=1))
    status, out, err = automate("import", "--file", str(path))
    assert (status, out) == (0, "draft: draft created\n")
    assert "automate: warning: the draft is stored, and cannot be published before it is mended" in err
    line = next(number for number, text in enumerate(path.read_text().splitlines(), 1) if "Nowhere" in text)
    assert f"warning: /States/A/Next: Missing 'Next' target: Nowhere (MISSING_TRANSITION_TARGET), line {line}" in err
