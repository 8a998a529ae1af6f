"""What a command imports: counted, so that what was made lazy stays so. Seconds would be the machine's, not ours."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

from functions.cli import indexes
from tests.support import patience
from tests.support.local_server import ROOT

_CHILD = """
import json, sys
from functions.cli import main
try:
    main.main(json.loads(sys.argv[1]))
finally:
    print(json.dumps(sorted(sys.modules)), file=sys.stderr)
"""
OURS = ("engine", "functions", "connectors")
NOT_ONES_OWN = (
    "functions.app.copilot", "engine.copilot", "engine.conversion", "engine.cost", "engine.testing", "boto3",
    "botocore", "urllib3", "waitress", "functions.server.server", "cryptography", "engine.kernel.step",
    "engine.language.asl.compile", "engine.language.expr.jsonata", "engine.kernel.builder",
)
"""What none of these commands needs: each is of other commands."""


def imported(*arguments):
    """The modules that a process has imported once the command has run."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("AUTOMATE_")}
    done = subprocess.run(
        [sys.executable, "-c", _CHILD, json.dumps(arguments)], text=True, capture_output=True, check=False, cwd=ROOT,
        timeout=patience.SECONDS, env=environment,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stderr.splitlines()[-1])


def ours(modules):
    return [name for name in modules if name.partition(".")[0] in OURS]


def below(modules, names):
    return [name for name in modules if name.startswith(tuple(f"{item}." for item in names)) or name in names]


@pytest.mark.parametrize("arguments", [["--version"], ["--help"]], ids=" ".join)
def test_what_asks_nothing_imports_no_command_and_no_store(arguments):
    modules = imported(*arguments)
    assert below(modules, ("functions.cli.commands", "pydantic", "sqlite3", "engine.adapters.local.database")) == []
    assert len(ours(modules)) <= 45, ours(modules)


@pytest.mark.parametrize(("arguments", "most"), [
    (["executions"], 201), (["start", "hello", "--input", "{}"], 205), (["show", "hello:one"], 224),
], ids=lambda value: value[0] if isinstance(value, list) else "")
def test_a_command_imports_its_own_routes_alone(automate, hello, arguments, most):
    automate("import", "--file", str(hello), "--publish")
    automate("start", "hello", "--name", "one", "--wait")
    modules = imported("--data-dir", str(automate.folder), *arguments)
    assert below(modules, NOT_ONES_OWN) == []
    assert len(ours(modules)) <= most, f"{len(ours(modules))}: {ours(modules)}"


def test_validating_a_file_imports_no_copilot_and_no_library_of_schemas():
    modules = imported("validate", "workflows/order_flow.json")
    never = (
        "engine.copilot", "engine.conversion", "engine.cost", "engine.testing", "boto3", "rfc3987_syntax", "lark",
        "urllib3", "http.client", "ssl", "email.parser", "jsonschema", "referencing", "attr",
        "regex", "functions.app.shapes.secrets",
    )
    assert below(modules, never) == []


_FIRST_ORDER = """
import json, os, sys
from engine.settings import Settings
from functions.cli.client.client import Client
from functions.cli.client.in_process import InProcess
from functions.server.product import Product, load_worker

product = Product.open(Settings(data_dir=sys.argv[1]), command="a test", environment=os.environ)
api = Client(InProcess(product))
say = {"Type": "Task", "Resource": "connector:log:write", "Parameters": {"message": "hello"}, "End": True}
hello = {"name": "hello", "definition": {"StartAt": "Say", "States": {"Say": say}}}
api.post("/workflows/import", {"publish": True, "document": hello})
started = api.post("/workflows/hello/executions", {"input": {}})["id"]
load_worker()
before = set(sys.modules)
product.work(lambda: not product.runs(product.key(started)))
print(json.dumps([api.get(f"/executions/{started}")["status"], sorted(set(sys.modules) - before)]))
product.close()
"""


def test_the_first_execution_of_a_worker_waits_for_no_import(tmp_path):
    done = subprocess.run(
        [sys.executable, "-c", _FIRST_ORDER, str(tmp_path / "data")], text=True, capture_output=True, check=False,
        cwd=ROOT, timeout=patience.SECONDS,
    )
    assert done.returncode == 0, done.stderr
    status, new = json.loads(done.stdout.splitlines()[-1])
    assert status == "SUCCEEDED"
    assert ours(new) == []


def test_the_indexes_are_those_of_the_modules():
    for file, text in indexes.indexes().items():
        assert (ROOT / file).read_text() == text, "run python -m functions.cli.reference"


def test_the_indexes_name_every_module_of_commands_and_routes():
    def there(folder):
        return {
            ".".join(path.relative_to(ROOT / folder).with_suffix("").parts)
            for path in (ROOT / folder).rglob("*.py") if path.stem != "__init__"
        }

    assert {module for modules in indexes.SECTIONS.values() for module in modules} == {
        name for name in there("functions/cli/commands") if hasattr(indexes.module_of(name), "COMMANDS")
    }
    assert {*indexes.MODULES, indexes.DESCRIBING} == there("functions/app/routes")
