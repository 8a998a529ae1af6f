"""Commands with a named token: they act as it, over the folder and over HTTP, and say what it may not."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import urllib3

from functions.cli import main

FAILS = {"StartAt": "A", "States": {"A": {"Type": "Fail", "Error": "Boom"}}}


@pytest.fixture
def run(capsys, tmp_path):
    """`run(…)`: a command on a folder of the test's own; its status, output and errors."""

    def command(*arguments):
        status = main.run(["--data-dir", str(tmp_path / "data"), *arguments])
        said = capsys.readouterr()
        return status, said.out, said.err

    return command


@pytest.fixture
def token_of(run, tmp_path):
    """`token_of(role)`: a file with a token of that role."""

    def made(role, name="eve"):
        status, out, err = run("tokens", "add", name, "--role", role)
        assert (status, "Keep it now" in err) == (0, True)
        file = tmp_path / f"{name}.token"
        file.write_text(out)
        return str(file)

    return made


def test_a_viewer_looks_and_does_not_start(run, token_of, tmp_path):
    (tmp_path / "flow.json").write_text(json.dumps({"name": "flow", "definition": FAILS}))
    assert run("import", "--file", str(tmp_path / "flow.json"), "--publish")[0] == 0
    assert run("start", "flow", "--name", "one", "--wait")[0] == 1
    file = token_of("viewer")
    status, out, err = run("--token-file", file, "show", "flow:one")
    assert (status, err) == (0, "")
    assert "Boom" in out
    assert "In the audit log" not in out
    assert "In the audit log" in run("show", "flow:one")[1]
    status, _, err = run("--token-file", file, "start", "flow")
    assert status == 1
    assert "needs the right run; eve has the role viewer" in err
    assert "automate tokens add NAME --role operator" in err


def test_what_was_read_is_listed_by_name(run, token_of, tmp_path):
    (tmp_path / "flow.json").write_text(json.dumps({"name": "flow", "definition": FAILS}))
    run("import", "--file", str(tmp_path / "flow.json"), "--publish")
    run("start", "flow", "--name", "one", "--wait")
    run("--token-file", token_of("viewer"), "history", "flow:one")
    status, out, _ = run("--json", "audit", "reads", "--actor", "eve")
    (read,) = json.loads(out)["reads"]
    assert (status, read["data"], read["execution"], read["kind"], read["origin"]) == (
        0, "history", "flow:one", "token", "command line"
    )
    assert json.loads(run("--json", "audit", "reads", "--actor", "nobody")[1])["reads"] == []


def test_a_revoked_one_is_refused_and_the_attempt_recorded(run, token_of):
    file = token_of("admin")
    assert run("--token-file", file, "tokens", "revoke", "eve")[0] == 0
    status, _, err = run("--token-file", file, "workflows")
    assert status == 1
    assert "the token eve was revoked" in err
    (entry,) = json.loads(run("--json", "audit", "list", "--act", "request.refused")[1])["entries"]
    assert (entry["actor"], entry["actor_kind"], entry["details"]["code"]) == ("eve", "token", "TokenRevoked")


@pytest.mark.parametrize(("content", "says"), [
    ("", "is empty"), ("nonsense", "no token of this place"), ("ä", "it is no token"),
    (None, "cannot be read"),
])
def test_a_file_that_holds_no_token(run, tmp_path, content, says):
    file = tmp_path / "token"
    if content is not None:
        file.write_text(content, encoding="utf-8")
    status, _, err = run("--token-file", str(file), "workflows")
    assert status == 1
    assert says in err


@pytest.mark.parametrize("arguments", [["up"], ["backup", "elsewhere"], ["signin"], ["worker"]])
def test_what_is_the_owners_alone_takes_no_token(run, token_of, arguments):
    status, _, err = run("--token-file", token_of("admin"), *arguments)
    assert status == 1
    assert "asks with no named token" in err


@pytest.mark.parametrize("arguments", [["secrets", "get", "KEY", "--reveal"], ["signout"]])
def test_what_reads_the_folder_itself_takes_none_either(run, token_of, arguments):
    status, _, err = run("--token-file", token_of("admin"), *arguments)
    assert status == 1
    assert "a named token" in err


@pytest.mark.parametrize("endpoint", [
    "https://d111.cloudfront.net", "https://d111.cloudfront.net/studio/", "https://d111.cloudfront.net/token",
])
def test_a_stage_is_asked_at_its_door_for_tokens(run, token_of, monkeypatch, endpoint):
    asked = []

    def request(_pool, method, address, headers, **_more):
        asked.append((method, address, headers["Authorization"]))
        return urllib3.HTTPResponse(b'{"workflows": [], "next_token": null}', status=200)

    monkeypatch.setattr(urllib3.PoolManager, "request", request)
    file = token_of("admin")
    status, _, err = run("--token-file", file, "--endpoint", endpoint, "workflows")
    assert (status, err) == (0, "")
    method, address, authorization = asked[0]
    assert (method, address.partition("?")[0]) == ("GET", "https://d111.cloudfront.net/token/workflows")
    assert authorization == f"Bearer {Path(file).read_text().strip()}"


def test_what_needs_no_folder_needs_no_token(run, token_of, tmp_path):
    (tmp_path / "flow.json").write_text(json.dumps({"name": "flow", "definition": FAILS}))
    assert run("--token-file", token_of("viewer"), "validate", str(tmp_path / "flow.json"))[0] == 0
