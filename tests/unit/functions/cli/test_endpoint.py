"""Commands over the real API, as with an endpoint: what test_transports.py does not compare."""

import json
from dataclasses import replace
from types import SimpleNamespace

import pytest
from moto import mock_aws

from functions.app.services import Place
from functions.cli import main
from functions.cli.client.client import Client
from functions.cli.client.over_http import OverHttp
from functions.cli.session import Session
from functions.cli.tuning.account import Account
from tests.support.machines_of_moto import MotoMachines

AT = "https://studio.example.com"


def client(pool, warn=lambda _: None):
    return Client(OverHttp(AT, lambda: "token", pool=pool, sleep=lambda _: None), warn=warn)


@pytest.fixture
def command(api, monkeypatch, capsys):
    """Runs ``automate --endpoint … ARGUMENTS`` over the real API; gives (exit status, output, errors)."""
    class Pool:
        def request(self, method, url, *, body=None, headers, timeout):
            path = url.removeprefix(AT)
            reply = api(method, path, None if body is None else json.loads(body))
            return SimpleNamespace(status=reply.status, data=reply.text.encode(), headers=reply.headers)

    monkeypatch.setattr(Session, "remote", lambda self, _: client(Pool(), self.screen.warn))

    def run(*arguments):
        status = main.run(["--endpoint", AT, *arguments])
        said = capsys.readouterr()
        return status, said.out, said.err

    return run


DOCUMENT = {"name": "orders", "definition": {"StartAt": "Done", "States": {"Done": {"Type": "Pass", "End": True}}}}


@pytest.fixture
def imported(command, tmp_path):
    file = tmp_path / "orders.json"
    file.write_text(json.dumps(DOCUMENT))
    assert command("import", "--file", str(file), "--publish")[:2] == (
        0, "orders: draft created\norders: version 1 published and active\n",
    )
    return file


class TestCommands:
    def test_a_workflow_is_imported_listed_compared_exported_and_rolled_back(self, command, imported):
        assert "orders" in command("workflows")[1]
        assert command("diff", "orders")[1] == "No difference.\n"
        assert json.loads(command("export", "orders")[1]) == DOCUMENT
        assert "1 (active)" in command("versions", "orders")[1]
        assert command("rollback", "orders", "1")[1] == "orders version 1 is active\n"

    def test_an_execution_is_started_listed_shown_and_stopped(self, command, imported, api):
        status, said, _ = command("--json", "start", "orders", "--name", "o-1", "--input", '{"n": 1}')
        assert (status, json.loads(said)["id"]) == (0, "orders:o-1")
        assert "stop requested" in command("stop", "orders:o-1")[1]
        assert "orders:o-1" in command("executions", "--status", "running")[1]
        status, _, said = command("redrive", "orders:o-1")
        assert (status, "it is RUNNING" in said) == (1, True)
        said = command("redrive", "--workflow", "orders", "--name", "o-*", "--yes")[1]
        assert said == "orders: 0 executions go on where they stood\n"
        assert command("redrive")[0] == 1
        assert command("show", "orders:o-1")[0] == 0
        assert command("history", "orders:o-1")[0] == 0

    def test_show_tells_states_and_whole_causes(self, command, api):
        call = {"Type": "Task", "Resource": "connector:http:request", "Parameters": {"url": "ftp://127.0.0.1/"}}
        caught = call | {"Catch": [{"ErrorEquals": ["States.ALL"], "Next": "Both"}], "Next": "Both"}
        api.publish("flow", {"StartAt": "Try", "States": {"Try": caught, "Both": {
            "Type": "Parallel", "End": True, "Branches": [
                {"StartAt": "Hold", "States": {"Hold": {"Type": "Wait", "Seconds": 60, "End": True}}},
                {"StartAt": "Late", "States": {"Late": call | {"End": True}}},
            ],
        }}})
        api("POST", "/workflows/flow/executions", {"name": "one", "input": {}})
        api.work()
        said = command("show", "flow:one")[1]
        for words in ("  Hold [branch 0]  Wait      stopped", "  Late [branch 1]  Task      failed", "Try caught: "):
            assert words in said
        assert '  File "' in said, "the whole cause, with its stack trace"
        shown = json.loads(command("--json", "show", "flow:one")[1])
        assert (shown["states"][0]["state"], shown["states"][0]["status"], shown["complete"]) == ("Try", "caught", True)

    def test_secrets_are_set_rotated_and_deleted_and_never_shown(self, command, monkeypatch):
        monkeypatch.setattr("functions.cli.commands.secrets.typed_value", lambda _: "canary-value")
        said = [command("secrets", verb, "KEY")[1] for verb in ("set", "rotate")] + [command("secrets", "list")[1]]
        assert all("KEY" in text and "canary" not in text for text in said)
        assert command("secrets", "delete", "KEY")[1] == "KEY is deleted\n"

    @pytest.mark.parametrize("verb", ["set", "rotate"])
    def test_a_short_secret_is_refused_unless_it_is_allowed(self, command, monkeypatch, verb):
        monkeypatch.setattr("functions.cli.commands.secrets.typed_value", lambda _: "a long value")
        command("secrets", "set", "KEY")
        monkeypatch.setattr("functions.cli.commands.secrets.typed_value", lambda _: "c4narY7")
        status, out, err = command("secrets", verb, "KEY")
        assert (status, "masking" in err, "--allow-short" in err, "c4narY7" in out + err) == (1, True, True, False)
        assert command("secrets", verb, "KEY", "--allow-short")[0] == 0

    def test_pausing_and_resuming(self, command, imported):
        assert command("pause", "orders")[1] == "orders is paused: starts wait, what has begun runs on\n"
        assert "orders" in command("pause")[1]
        assert "goes on" in command("resume", "orders")[1]
        assert command("resume")[0] == 1

    def test_the_audit_log_is_listed_and_verified(self, command, imported):
        assert "workflow.publish" in command("audit", "list")[1]
        assert "none was changed" in command("audit", "verify")[1]

    def test_the_apis_error_is_told_as_a_local_one(self, command):
        status, _, said = command("publish", "nothing")
        assert status == 1
        assert said.startswith("automate: ")
        assert "nothing" in said

    def test_a_command_of_the_data_folder_says_so(self, command):
        status, _, said = command("up")
        assert status == 1
        assert "up is for a data folder alone: it serves a data folder" in said


def test_the_poll_ends_with_the_execution(command, imported, monkeypatch):
    """--wait asks until it runs no more, and its status is the exit status."""
    answers = iter(["RUNNING", "RUNNING", "FAILED", "FAILED"])

    def ask(self, method, path, body=None, **_):
        return {"id": "orders:1", "status": next(answers), "version": 1, "error": "E", "cause": "c", "output": None}

    monkeypatch.setattr(Client, "ask", ask)
    status, said, _ = command("start", "orders", "--wait")
    assert (status, "error: E" in said) == (1, True)


@pytest.fixture
def machines(monkeypatch):
    with mock_aws():
        made = MotoMachines()
        monkeypatch.setattr(Account, "client", lambda self, service: made)
        yield made


class TestStepFunctions:
    def test_a_workflow_leaves_and_its_state_machine_comes_back(self, command, imported, machines):
        definition = json.loads(command("export", "orders", "--to", "step-functions")[1])
        assert definition == DOCUMENT["definition"]
        arn = machines.create("ship", definition, publish=True)
        machines.update(arn, {**definition, "Comment": "new"})
        machines.alias(arn, "live", (1, 100))
        for _ in range(2):
            status, said, _ = command("--json", "import", "--from", "step-functions", "--all")
            [machine] = json.loads(said)["machines"]
            assert (status, machine["active"], [item["here"] for item in machine["versions"]]) == (0, 1, [1, 2])
        assert machine["draft"] == "unchanged"

    def test_the_stage_is_the_deployments(self, command, imported, monkeypatch, api):
        """Whose connector function is meant without more words."""
        api.services = replace(api.services, place=Place("prod"))
        meant = []
        write = "functions.cli.step_functions.out.write_out"
        monkeypatch.setattr(write, lambda *_, stage, **__: meant.append(stage))
        command("export", "orders", "--to", "step-functions")
        assert meant == ["prod"]

    def test_an_edited_draft_is_refused(self, command, imported, machines, api):
        at = "/workflows/orders/draft"
        edited = {**DOCUMENT, "definition": {**DOCUMENT["definition"], "Comment": "edited"}}
        api("PUT", at, {"document": edited}, **{"If-Match": api("GET", at).headers["ETag"]})
        machines.create("orders", {**DOCUMENT["definition"], "Comment": "theirs"})
        status, said, _ = command("import", "--from", "step-functions", "--name", "orders")
        assert (status, "not brought in" in said) == (1, True)
        status, planned, _ = command("import", "--from", "step-functions", "--name", "orders", "--dry-run")
        assert (status, planned) == (1, f"{said}\nNothing was written: --dry-run.\n")
