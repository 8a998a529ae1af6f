import hashlib
import json
import os
import subprocess
import sys
import tomllib
from importlib.metadata import EntryPoint
from pathlib import Path

import pytest
import yaml

from connectors.registry import GROUP, Registry
from functions.cli.commands.connectors import _inputs

DOCUMENT = {
    "openapi": "3.1.0", "info": {"title": "Things", "version": "7"}, "servers": [{"url": "https://things.example"}],
    "paths": {
        "/things": {
            "get": {"operationId": "list_things", "tags": ["things"], "responses": {"200": {"description": ""}}},
            "post": {"operationId": "add_thing", "tags": ["things"], "responses": {"201": {"description": ""}}},
        },
        "/odd?x": {"get": {"responses": {"200": {"description": ""}}}},
    },
}


@pytest.fixture
def document(tmp_path):
    path = tmp_path / "things.json"
    path.write_text(json.dumps(DOCUMENT))
    return path


def test_a_document_is_imported_listed_and_imported_again(automate, document, tmp_path, monkeypatch):
    into = tmp_path / "files"
    status, out, _ = automate("connectors", "import", str(document), "--into", str(into))
    assert (status, "2 actions" in out, "1 of them write, and are made at most once" in out) == (0, True, True)
    assert "GET /odd?x: its path has a query" in out
    assert "names no way to authenticate, so calls carry no credential" in out
    path = into / "things.yaml"
    path.write_text(path.read_text().replace("    path: /things\n", "    path: /things\n    idempotent: true\n", 2))
    document.write_text(json.dumps({**DOCUMENT, "paths": {"/things": {"post": DOCUMENT["paths"]["/things"]["post"]}}}))
    before = path.read_text()
    told = automate.json("connectors", "import", str(document), "--into", str(into), "--dry-run", "--check")[1]
    assert told["changes"] == [{"action": "list_things", "what": "is gone", "breaks": True}]
    assert (told["at_most_once"], told["faults"], told["written"]) == ([], [], False)
    assert path.read_text() == before
    assert "BREAKS list_things: is gone" in automate("connectors", "import", str(document), "--into", str(into))[1]
    assert "Nothing changed" in automate("connectors", "import", str(document), "--into", str(into))[1]
    monkeypatch.setenv("AUTOMATE_CONNECTOR_FILES", str(into))
    assert "connector:things:add_thing" in automate("connectors")[1]
    assert automate.json("connectors", "check", str(path))[:2] == (0, [{"file": str(path), "actions": 1}])


def test_what_a_document_hides_is_shown(automate, document, tmp_path):
    paths = {**DOCUMENT["paths"], "/odd\x1b[2J\u202e?x": {"get": {}}}
    document.write_text(json.dumps({**DOCUMENT, "paths": paths}))
    out = automate("connectors", "import", str(document), "--into", str(tmp_path / "files"), "--check")[1]
    assert "GET /odd\\u{1b}[2J\\u{202e}?x: its path has a query" in out
    assert not {"\x1b", "\u202e"} & set(out)


def test_a_large_file_is_written_as_json_at_once(automate, document, tmp_path, monkeypatch):
    paths = {f"/a{number}": {"get": {"operationId": f"a{number}", "description": "d" * 290}} for number in range(900)}
    document.write_text(json.dumps({**DOCUMENT, "paths": paths}))
    monkeypatch.setattr("connectors.declared.writing.as_yaml", lambda _: pytest.fail("a large file written as YAML"))
    told = automate.json("connectors", "import", str(document), "--into", str(tmp_path / "files"))[1]
    assert (told["actions"], told["file"]) == (900, str(tmp_path / "files" / "things.json"))


def test_an_import_does_not_write_over_the_document_itself_nor_over_what_is_no_connector_file(automate, document):
    before = document.read_text()
    status, _, told = automate("connectors", "import", str(document), "--into", str(document.parent))
    assert (status, document.read_text()) == (1, before)
    assert f"{document} is there already, and is no connector file" in told
    assert "--name" in told


@pytest.mark.parametrize(("code", "message"), [
    ("http", "the connector code 'http' is built in"), ("a b", "'a b' is no connector's code"),
])
def test_a_code_that_cannot_be_used_is_refused_before_anything_is_written(automate, document, tmp_path, code, message):
    into = tmp_path / "files"
    status, _, told = automate("connectors", "import", str(document), "--name", code, "--into", str(into))
    assert (status, message in told, into.exists()) == (1, True, False)
    status, _, told = automate("connectors", "new", code, "--into", str(into))
    assert (status, message in told, into.exists()) == (1, True, False)


def test_a_file_that_was_damaged_is_told_with_its_line_and_stays(automate, document, tmp_path):
    path = tmp_path / "things.yaml"
    path.write_text("connector: 1\nactions: 5\n")
    document = document.rename(tmp_path / "things.openapi.json")
    status, _, told = automate("connectors", "import", str(document), "--into", str(tmp_path))
    assert (status, "things.yaml:2:" in told, path.read_text()) == (1, True, "connector: 1\nactions: 5\n")


def test_a_file_at_fault_is_told_with_its_line(automate, tmp_path):
    (tmp_path / "crm.yaml").write_text("connector: 1\ncode: crm\nname: CRM\nbase_url: https://x.example\nactions: {}\n")
    status, _, err = automate("connectors", "check", str(tmp_path / "crm.yaml"))
    assert (status, "crm.yaml:5:1" in err) == (1, True)


def test_the_list_names_the_first_of_many_inputs_and_what_is_required():
    many = {**{f"filter_{number:02}": {} for number in range(40)}, "account": {"required": True}}
    assert _inputs(many) == (
        "account*, filter_00, filter_01, filter_02, filter_03, filter_04, filter_05, filter_06, … 33 more (--json)"
    )
    assert _inputs({"b": {}, "a": {"required": True}}) == "b, a*"


@pytest.mark.parametrize("given", [False, True])
def test_a_new_package_has_an_entry_point_and_tests_that_pass(automate, document, tmp_path, on_path, given):
    folder = tmp_path / "package"
    code = "things" if given else "stock-list"
    options = ("--openapi", str(document)) if given else ()
    status, out, err = automate("connectors", "new", code, "--into", str(folder), *options)
    assert (status, err) == (0, ""), out
    project = tomllib.loads((folder / "pyproject.toml").read_text())
    (name, value), = project["project"]["entry-points"][GROUP].items()
    kept, = (yaml.safe_load(path.read_text()) for path in folder.glob("automate_*/*.yaml"))
    source = folder / "tests" / kept["imported"]["source"]
    assert given or kept["imported"]["digest"] == hashlib.sha256(source.read_bytes()).hexdigest()
    on_path(folder)
    registry = Registry(builtin=(), installed=lambda: [EntryPoint(name, value, GROUP)])
    assert registry.get(code).actions
    command = [Path(sys.executable).with_name("pytest"), "-q", "-p", "no:cacheprovider"]  # as its README says
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    assert (done.returncode, "2 passed" in done.stdout) == (0, True), done.stdout
    status, _, err = automate("connectors", "new", code, "--into", str(folder))
    assert (status, "is there already" in err) == (1, True)
