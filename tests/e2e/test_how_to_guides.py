"""docs/how-to-guides.md, done: every line of its blocks is typed into a shell, in order, beside a server that runs.

What a guide takes for granted stands in PREPARED, by the heading that it belongs to; ID and TOKEN are filled in as a
reader does. AWS is an account on loopback with one state machine; tests/deployed has a whole one.
"""

from __future__ import annotations

import json
import re
import shutil
import socket
import subprocess
import sys
import threading
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from wsgiref.simple_server import WSGIRequestHandler, make_server

import pytest

from tests.support import patience
from tests.support.local_server import ROOT, SERVICE_PORT, LocalServer, clean_environment

GUIDE = ROOT / "docs" / "how-to-guides.md"
LINES = re.compile(r"^(?:#+ (?P<heading>.+)|    (?P<line>\S.*))$", re.MULTILINE)
TYPED = {"Rotating one": "a-new-value\n"}
"""What is typed when a command under the heading asks."""
ORDER = json.loads((ROOT / "workflows" / "order_flow" / "input.json").read_text(encoding="utf-8"))
CONNECTOR_FUNCTION = "arn:aws:lambda:us-east-1:123456789012:function:automate-dev-connector"
MACHINE = "arn:aws:states:us-east-1:123456789012:stateMachine:billing"
ACCOUNT = {
    "ListStateMachines": {"stateMachines": [
        {"stateMachineArn": MACHINE, "name": "billing", "type": "STANDARD", "creationDate": 1.8e9},
    ]},
    "DescribeStateMachine": {
        "stateMachineArn": MACHINE, "name": "billing", "type": "STANDARD", "creationDate": 1.8e9, "status": "ACTIVE",
        "roleArn": "arn:aws:iam::123456789012:role/billing",
        "definition": json.dumps({"StartAt": "Done", "States": {"Done": {"Type": "Succeed"}}}),
    },
    "ListStateMachineVersions": {"stateMachineVersions": []},
    "ListStateMachineAliases": {"stateMachineAliases": []},
    "ListTagsForResource": {"tags": []},
}
"""Step Functions' answers by operation."""


class _Quiet(WSGIRequestHandler):
    def log_message(self, *_):
        pass


@contextmanager
def account():
    """Step Functions on loopback; gives the environment that leads AWS's clients to it."""
    def answer(environ, start_response):
        environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"]))
        body = json.dumps(ACCOUNT[environ["HTTP_X_AMZ_TARGET"].partition(".")[2]]).encode()
        sent = [("Content-Type", "application/x-amz-json-1.0"), ("Content-Length", str(len(body)))]
        start_response("200 OK", sent)
        return [body]

    server = make_server("127.0.0.1", 0, answer, handler_class=_Quiet)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield {
        "AWS_ENDPOINT_URL": f"http://127.0.0.1:{server.server_port}", "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test", "AWS_DEFAULT_REGION": "us-east-1", "NO_PROXY": "127.0.0.1",
    }
    server.shutdown()
    thread.join()
    server.server_close()


def guided():
    """Heading and line, in the page's order."""
    heading = ""
    for found in LINES.finditer(GUIDE.read_text(encoding="utf-8")):
        heading = found["heading"] or heading
        if found["line"]:
            yield heading, found["line"]


@dataclass
class Reader:
    """Types lines into a folder laid out as the project's; `said` is what each line printed."""

    folder: Path
    server: LocalServer
    environment: dict[str, str]
    name: str = ""
    token: str = ""
    said: dict[str, str] = field(default_factory=dict)

    def run(self, line, given=""):
        return subprocess.run(
            ["bash", "-c", line], cwd=self.folder, env=self.environment, input=given, capture_output=True, text=True,
            timeout=patience.SECONDS, check=False,
        )

    def type(self, line, given=""):
        filled = line.replace(":ID", f":{self.name}").replace("TOKEN", self.token)
        filled = filled.replace(" ARN", f" {CONNECTOR_FUNCTION}")
        name, _, value = filled.partition(" ")
        if name == "export":
            expanded = value.replace("$PWD", str(self.folder))
            self.environment |= dict(pair.split("=", 1) for pair in expanded.split())
            return
        done = self.run(filled, given)
        assert done.returncode == 0, f"{filled}\n{done.stdout}{done.stderr}"
        self.said[line] = done.stdout
        found = re.search(r"task success (\S+)", done.stdout)
        self.token = found[1].strip("'\"") if found else self.token


def fail_an_order(reader):
    """There is no DEMO_PAYMENT_KEY yet: the order is not paid."""
    reader.name = "bad-1"
    start(reader, f"{reader.server.url}/samples")
    assert reader.server.wait_closed("order_flow:bad-1")["status"] == "FAILED"


def start(reader, endpoint):
    body = {"input": {**ORDER, "endpoint": endpoint}, "name": reader.name}
    reader.server.json("POST", "/workflows/order_flow/executions", body)


PREPARED = {
    "Rotating one": lambda reader: reader.server.json("PUT", "/secrets/STRIPE_KEY", {"value": "the-old-value"}),
    "Debugging a failure": fail_an_order,
    "Answering a task that waits": lambda reader: reader.type(
        ".venv/bin/automate import --file workflows/approval.json --publish"
    ),
}


@pytest.fixture
def reader(tmp_path):
    """The project's folder as the guide knows it, with the adapter that docs/connectors.md prints in my_app."""
    folder = tmp_path / "project"
    (folder / ".venv").mkdir(parents=True)
    (folder / ".venv" / "bin").symlink_to(Path(sys.executable).parent)
    shutil.copytree(ROOT / "workflows", folder / "workflows")
    text = (ROOT / "docs" / "connectors.md").read_text(encoding="utf-8")
    adapter = re.search(r"^```python\n(# my_app/adapters\.py\n.*?)^```", text, re.MULTILINE | re.DOTALL)[1]
    (folder / "my_app").mkdir()
    (folder / "my_app" / "adapters.py").write_text(adapter)
    server = LocalServer(tmp_path / "data", AUTOMATE_FILE_ROOTS=str(folder / "files"))
    with account() as of_aws:
        yield Reader(folder, server, clean_environment(AUTOMATE_DATA_DIR=str(server.folder), **of_aws))
    server.stop()


@pytest.fixture
def silent_service(reader):
    """Takes connections and never answers. What hangs in it ends with the test."""
    with socket.create_server(("127.0.0.1", SERVICE_PORT)):
        yield f"http://127.0.0.1:{SERVICE_PORT}"


def test_the_lines_of_the_how_to_guides_do_what_they_say(reader, silent_service):
    def hang_an_order(reader):
        reader.server.json("PUT", "/secrets/DEMO_PAYMENT_KEY", {"value": "a-demo-key"})
        reader.server.json("POST", "/secrets/DEMO_PAYMENT_KEY/grants", {"workflow": "order_flow"})
        reader.name = "slow-1"
        start(reader, f"{silent_service}/samples")

    prepared, headings = PREPARED | {"Stopping what never ends": hang_an_order}, []
    for heading, line in guided():
        if heading not in headings:
            headings.append(heading)
            prepared.get(heading, lambda _: None)(reader)
        reader.type(line, TYPED.get(heading, ""))
    assert set(prepared) <= set(headings)
    said, server = reader.said, reader.server
    assert server.json("GET", "/workflows/order_flow")["active_version"] == 1
    assert (reader.folder / "out").is_dir()
    assert "billing" in said[".venv/bin/automate import --from step-functions --all --dry-run"]
    assert "connector:legacy_erp:create_order" in said[".venv/bin/automate connectors"]
    assert "bad-1" in said[".venv/bin/automate executions --status FAILED"]
    assert "DEMO_PAYMENT_KEY" in said[".venv/bin/automate show order_flow:ID"]
    assert "Charge Payment" in said[".venv/bin/automate history order_flow:ID"]
    assert "execution" in said[".venv/bin/automate audit list --execution order_flow:ID"]
    [manifest] = (reader.folder / "files" / "results").glob("*/manifest.json")
    assert manifest.parent.name in said[
        ".venv/bin/automate start nightly_etl --input @workflows/nightly_etl/input.json --wait"
    ]
    answered = server.wait_closed("approval:e-1")
    assert answered["status"] == "SUCCEEDED", answered
    assert "kim" in json.dumps(answered["output"])
    assert server.wait_closed("order_flow:slow-1")["status"] == "ABORTED"
    assert "the-old-value" not in "".join(said.values())
    assert "a-new-value" not in "".join(said.values())


LASTING = {".venv/bin/automate worker", ".venv/bin/automate up --workers 4"}
"""They run until they are stopped: tests/e2e/test_local_product.py and tests/unit/functions/server have them."""
ENDING = ".venv/bin/automate simulate my_flow.json --limits aws"
ENDLESS = {"StartAt": "A", "States": {"A": {"Type": "Pass", "Next": "A"}}}


def within_sentences():
    """What stands between backquotes and is a command line."""
    quoted = [" ".join(text.split()) for text in GUIDE.read_text(encoding="utf-8").split("`")[1::2]]
    return [line for line in dict.fromkeys(quoted) if ".venv/bin/automate " in line and line not in LASTING]


def test_the_commands_within_the_sentences_do_what_they_say(reader):
    reader.server.json("PUT", "/secrets/STRIPE_KEY", {"value": "the-old-value"})
    (reader.folder / "my_flow.json").write_text(json.dumps(ENDLESS), encoding="utf-8")
    reader.environment["VALUE"] = "a-new-value"
    reader.type(".venv/bin/automate import --file workflows/order_flow.json --publish")
    lines = within_sentences()
    for line in lines:
        if line != ENDING:
            reader.type(line)
    said = reader.said
    assert "/signin?code=" in said[".venv/bin/automate signin"]
    assert re.search(r"(\d+) of \1 passed", said[".venv/bin/automate test workflows"])
    assert "active" in said[".venv/bin/automate versions order_flow"]
    assert "1" in said[".venv/bin/automate rollback order_flow 1"]
    assert "STRIPE_KEY" in said[".venv/bin/automate secrets list"]
    assert "a-new-value" not in "".join(said.values())
    assert ENDING in lines
    done = reader.run(ENDING)
    assert done.returncode == 1, "it ends by itself"
    assert "maximum number of history events" in done.stdout

