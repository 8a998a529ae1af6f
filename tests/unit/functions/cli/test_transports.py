"""Every command, in process on a data folder and over HTTP to a server of a folder just like it: the same output, JSON
and exit status.

CASES is the table; a command or an option that is not in it fails `test_no_command_and_no_option_escapes`. What is of a
folder or of an endpoint alone stands in functions.cli.groups, and is held here.
"""

from __future__ import annotations

import io
import json
import re
import shutil
import sys
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace

import click
import pytest

from engine.governance.connections import Connection
from engine.ports.deliveries import DeliveryQuery
from engine.ports.executions_index import ExecutionQuery
from engine.ports.people.approvals import ApprovalQuery
from engine.ports.secrets import SecretGrant
from engine.settings import Settings
from functions.app.shapes.base import ExecutionFilters
from functions.cli import main
from functions.cli.client import over_http
from functions.cli.groups import ENDPOINT_ALONE, FOLDER_ALONE
from functions.cli.reference import leaves
from functions.server.product import Product
from functions.server.server import LocalServer
from tests.support.api import call_wsgi
from tests.support.product_logs import root_logs_kept
from tests.support.vendors.mcp_server import McpServer

PASS = {"Type": "Pass", "Result": {"said": "hello"}, "End": True}
CALL = {"Type": "Task", "Resource": "connector:http:request", "Parameters": {"url": "ftp://127.0.0.1/"}, "End": True}
ASK = {"Type": "Task", "Resource": "connector:log:write.waitForTaskToken", "Parameters": {"message": "?"}, "End": True}
APPROVE = {"Type": "Task", "Resource": "connector:approval:ask.waitForTaskToken", "End": True, "Parameters": {
    "question": "Go?", "details": {"n": 1}, "approvers": ["role:operator"],
    "form": {"type": "object", "required": ["account"], "properties": {"account": {"enum": ["a", "b"]}}},
}}
REST = {"ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"}, "StartAt": "Rest",
        "States": {"Rest": {"Type": "Wait", "Seconds": 3600, "End": True}}}
CHOICE = {"Type": "Choice", "Choices": [{"Variable": "$.n", "NumericGreaterThan": 3, "Next": "Many"}], "Default": "Few"}
ORDERS = [
    {"type": "form"},
    {"type": "queue", "queue": "orders"}, {"type": "event", "pattern": {"source": ["shop"]}},
    {"type": "webhook", "path": "order", "auth": {"style": "none"}, "when": "{% $states.input.n > 3 %}"},
]
DOCUMENTS = {
    "ordered": {"triggers": ORDERS, "definition": {"StartAt": "Greet", "States": {"Greet": PASS}}},
    "hello": {"definition": {"StartAt": "Greet", "States": {"Greet": PASS}}, "cases": [
        {"name": "greets", "input": {}, "expect": {"status": "SUCCEEDED"}},
    ]},
    "fails": {"definition": {"StartAt": "Call", "States": {"Call": CALL}}},
    "ask": {"definition": {"StartAt": "Ask", "States": {"Ask": ASK}}},
    "approve": {"definition": {"StartAt": "Ask", "States": {"Ask": APPROVE}}},
    "batch": {"definition": {"StartAt": "All", "States": {
        "All": {"Type": "Map", "MaxConcurrency": 2, "ItemProcessor": REST, "End": True},
    }}},
    "quick": {"kind": "EXPRESS", "definition": {"StartAt": "Greet", "States": {"Greet": PASS}}},
    "route": {"definition": {"StartAt": "Route", "States": {
        "Route": CHOICE, "Many": {"Type": "Succeed"}, "Few": {"Type": "Succeed"},
    }}},
    "broken": {"definition": {"StartAt": "A", "States": {"A": {"Type": "Pass"}}}},
    "untrue": {"definition": {"StartAt": "Greet", "States": {"Greet": PASS}}, "cases": [
        {"name": "wrong", "input": {}, "expect": {"status": "FAILED"}},
    ]},
}

OPENAPI = {
    "openapi": "3.1.0", "info": {"title": "CRM", "version": "1"}, "servers": [{"url": "https://crm.example"}],
    "paths": {"/contacts": {"get": {
        "operationId": "list_contacts", "tags": ["contacts"], "responses": {"200": {"description": "All."}},
    }}},
}

_NOWHERE = ["--stage", "prod", "--profile", "nowhere", "--region", "eu-west-1"]
"""No such profile: what asks an AWS account says so. commands/test_people.py has an account."""

CASES = {
    "import": [
        ["--file", "{hello}", "--name", "other", "--publish", "--note", "first"], ["--file", "{hello}", "--force"],
        ["--file", "{untrue}", "--publish"], ["--file", "{untrue}", "--publish", "--accept-failing-cases"],
        ["--file", "{broken}"], ["--file", "{broken}", "--publish"], ["--file", "nowhere.json"], [],
    ],
    "export": [["hello"], ["hello", "--version", "1", "--output", "{out}"], ["nope"], ["hello", "--version", "0"],
               ["hello", "--to", "step-functions"]],
    "validate": [["{hello}"], ["{broken}"]],
    "publish": [["hello", "--note", "again"], ["nope"], ["broken"], ["untrue"], ["untrue", "--accept-failing-cases"]],
    "versions": [["hello"], ["nope"]],
    "diff": [["hello"], ["hello", "1"], ["broken"], ["nope"]],
    "rollback": [["hello", "1"], ["hello", "9"]],
    "workflows": [[]],
    "test": [["{hello}"], ["{hello}", "--case", "greets", "--junit", "{out}"], ["{hello}", "--case", "nope"],
             ["--from", "hello:one"], ["--from", "nope:one"], ["{hello}", "--from", "hello:one"],
             ["{broken}"]],
    "simulate": [["{hello}", "--input", '{"a": 1}', "--events", "--limits", "aws", "--seconds", "60"],
                 ["{fails}", "--stubs", "{stubs}"], ["{hello}", "--example-stubs"]],
    "rules test": [["{route}", "--state", "Route", "--input", '{"n": 5}', "--variables", '{"a": 1}'],
                   ["{route}", "--state", "Nope"]],
    "events test": [["--pattern", "{pattern}", "--event", "{hello}"], ["--pattern", "{pattern}", "--event", "{fails}"],
                    ["--pattern", "{hello}", "--event", "{hello}"], ["--pattern", "{pattern}", "--event", "no.json"]],
    "events put": [["{event}", "--bus", "default"], ["{event}", "--queue", "orders", "--id", "m2"],
                   ["{event}", "--queue", "nobody"], ["{event}", "--bus", "b", "--queue", "q"], ["{pattern}"],
                   ["no.json"]],
    "triggers list": [[]],
    "triggers deliveries": [["ordered/queue", "--limit", "5"], ["ordered/queue", "--next-token", "nonsense"],
                            ["ordered/nope"], ["ordered"]],
    "triggers delivery": [["{delivery}"], ["ordered:queue.nope"]],
    "triggers replay": [["{delivery}"], ["ordered:queue.nope"]],
    "triggers test": [["ordered/webhook", "--value", '{"n": 5}', "--facts", '{"Headers": {}}'],
                      ["ordered/webhook", "--value", '{"n": 2}'], ["ordered/nope", "--value", "1"]],
    "triggers link": [["ordered/form"], ["ordered/queue"], ["nope/form"]],
    "triggers pause": [["ordered/webhook"], ["ordered/nope"], ["/"]],
    "triggers resume": [["ordered/webhook"], ["nope/webhook"]],
    "copilot draft": [["Call the payment API, then tell Slack", "--output", "{out}"],
                      ["Wait an hour first", "--change", "{hello}"]],
    "copilot outline": [["Call the payment API, then tell Slack", "--output", "{out}"], [" "]],
    "copilot chat": [["hello", "--delete"], ["hello", "why?", "--execution", "hello:one", "--apply"], ["nope", "x"]],
    "new": [["refund"], ["--template", "order_approval", "--name", "mine", "--output", "{out}"],
            ["--template", "nope"]],
    "copilot explain": [["{hello}"], ["{hello}", "--state", "Greet"], ["{hello}", "--state", "Nope"]],
    "copilot fix": [["{broken}", "--output", "{out}"], ["{broken}", "--location", "/Nope"], ["{hello}"]],
    "copilot add-error-handling": [["{fails}"], ["{fails}", "--state", "Call", "--output", "{out}"]],
    "connectors": [[]],
    "connectors limits": [[]],
    "connectors import": [
        ["{openapi}", "--name", "crm", "--tag", "contacts", "--base-url", "https://crm.example", "--into", "files",
         "--check"], ["{openapi}", "--dry-run"], ["{hello}"], ["nowhere.json"],
    ],
    "connectors import mcp": [
        ["{mcp}", "--name", "desk", "--header", "X-Of: us", "--into", "files", "--accept", "--dry-run"], ["nonsense"],
    ],
    "connectors new": [["crm", "--openapi", "{openapi}", "--tag", "contacts", "--base-url", "https://crm.example",
                        "--into", "package"], ["stock"], ["a b"]],
    "connectors check": [["{connector}"], ["{hello}"], ["nowhere.yaml"]],
    "cost": [["hello"], ["--execution", "hello:one"], ["{hello}", "--api"], ["nope"], []],
    "start": [["hello", "--name", "two", "--input", '{"a": 1}', "--wait"], ["hello", "--name", "three"],
              ["quick", "--name", "one", "--sync"], ["hello", "--name", "four", "--version", "7"], ["nope"],
              ["fails", "--name", "two", "--wait"], ["hello", "--input", "{"], ["hello", "--name", "a b"]],
    "executions": [
        [], ["--workflow", "hello", "--status", "succeeded", "--name", "o*", "--limit", "1"],
        ["--error", "http.*"], ["--business-key", "x"], ["--limit", "1", "--next-token", "{token}"],
        ["--started-after", "2020-01-01", "--started-before", "2021-01-01"], ["--started-after", "soon"],
        ["--next-token", "nonsense"], ["--workflow", "nope"], ["--text", "a b", "--order", "oldest"],
        ["--view", "fine", "--limit", "1"], ["--view", "nope"],
    ],
    "executions views": [[]],
    "executions save-view": [["late", "--status", "failed", "--last", "24h", "--name", "o*"], [" a"],
                             ["late", "--started-after", "soon"],
                             ["old", "--workflow", "hello", "--error", "http.*", "--business-key", "x", "--text", "a",
                              "--order", "oldest", "--started-after", "2020-01-01", "--started-before", "2021-01-01"]],
    "executions delete-view": [["fine"], ["nope"]],
    "executions delete": [["hello:one", "--yes"], ["ask:one", "nope:one", "--yes"], ["hello:one"]],
    "erase": [["--business-key", "k", "--workflow", "hello", "--dry-run"], ["--business-key", "k", "--yes"],
              ["--business-key", "k"], ["--actor", "nobody"], ["--actor", "a", "--workflow", "hello"], []],
    "show": [["hello:one", "--reveal", "ticket 7"], ["hello:one"], ["fails:one"], ["nope:one"], [""]],
    "history": [["hello:one", "--reveal", "ticket 7"], ["hello:one"],
                ["hello:one", "--after", "1", "--limit", "1"], ["nope:one"]],
    "stop": [["ask:one", "--error", "Mistake", "--cause", "by hand"], ["hello:one"], [],
             ["--workflow", "batch", "--status", "running", "--yes"], ["--workflow", "nope", "--yes"]],
    "effects": [["hello:one"], ["fails:one"], ["fails:one", "--state", "Nope"], ["batch:one", "--children"],
                ["nope:one"]],
    "explain": [["fails:one", "--event", "2"], ["fails:one", "--step", "A#1", "--attempt", "1"],
                ["hello:one", "Nope"], ["nope:one", "A"], ["hello:one"]],
    "fork": [["hello:one", "--at", "1"], ["hello:one", "--at", "2", "--input", '{"a": 1}', "--version", "1"],
             ["hello:one", "--at", "1", "--reads", "call", "--allow", "Nope"], ["hello:one", "--at", "0"],
             ["nope:one", "--at", "1"], ["hello:one"], ["fails:one", "--at", "2", "--version", "active"]],
    "redrive": [["fails:one"], ["hello:one"], ["nope:one"]],
    "redrive ": [["fails:one", "--wait"],
                 ["--workflow", "fails", "--status", "failed", "--error", "http*", "--name", "o*",
                  "--business-key", "k", "--yes"], ["--workflow", "fails", "--wait"], ["--workflow", "fails"]],
    "redrive  ": [["fails:one", "--version", "1", "--from", "Call", "--input", "{}", "--accept"],
                  ["fails:one", "--version", "1", "--dry-run"], ["fails:one", "--version", "9"],
                  ["fails:one", "--from", "Call"], ["--workflow", "fails", "--version", "1", "--dry-run"],
                  ["--workflow", "fails", "--version", "1", "--yes"]],
    "map-run list": [["batch:one"], ["hello:one"]],
    "map-run describe": [["batch:one", "{run}"], ["batch:one", "nope"]],
    "map-run update": [["batch:one", "{run}", "--max-concurrency", "1", "--tolerated-failure-count", "2",
                        "--tolerated-failure-percentage", "5"]],
    "map-run executions": [
        ["batch:one", "{run}", "--first", "1", "--limit", "1"], ["batch:one", "{run}", "--status", "failed"],
    ],
    "task success": [["{answer}", "--output", "7"], ["nonsense"]],
    "task failure": [["{answer}", "--error", "No", "--cause", "why"]],
    "task heartbeat": [["{answer}"], ["nonsense"]],
    "approvals list": [[], ["--limit", "1"]],
    "approvals show": [["{approval}"], ["nope"]],
    "approvals answer": [["{approval}", "approve", "--comment", "fine", "--values", '{"account": "a"}'],
                         ["{approval}", "approve"], ["{approval}", "refuse"], ["nope", "refuse"]],
    "activity create": [["stock"]],
    "activity delete": [["shelf"], ["nope"]],
    "activity describe": [["shelf"], ["nope"]],
    "activity list": [[]],
    "activity poll": [["shelf", "--worker", "w", "--wait", "0"]],
    "pause": [[], ["hello", "--starts", "refuse", "--running", "hold"], ["--all"], ["nope"], ["hello", "--all"]],
    "resume": [["route"], ["hello"], ["--all"], ["hello:one"], []],
    "secrets list": [[]],
    "secrets usage": [["KEY"], ["NOPE"], ["OPEN"]],
    "secrets grant": [["KEY", "--workflow", "hello", "--connector", "http", "--host", "API.example.org"],
                      ["KEY", "--workflow", "*"], ["KEY"], ["NOPE", "--workflow", "hello"],
                      ["KEY", "--workflow", "a b"], ["KEY", "--workflow", "hello", "--host", "https://x/y"]],
    "secrets revoke": [["OPEN", "--workflow", "hello", "--connector", "http", "--host", "a.example"],
                       ["OPEN", "--all"], ["OPEN"], ["OPEN", "--workflow", "other"], ["NOPE", "--all"]],
    "secrets set": [["NEW"], ["NEW", "--allow-short"]],
    "secrets rotate": [["KEY"], ["NOPE"], ["KEY", "--allow-short"], ["KEY", "--pending"], ["KEY", "--current"],
                       ["KEY", "--back"], ["KEY", "--test-url", "https://127.0.0.1:1/", "--test-as", "basic:ada"]],
    "secrets get": [["KEY"], ["NOPE"]],
    "secrets delete": [["KEY", "--force"], ["NOPE"]],
    "connections list": [[]],
    "connections add": [
        ["new", "--kind", "bearer", "--untested"], ["new", "--kind", "bearer"],
        ["a b", "--kind", "bearer", "--untested"],
        ["new", "--kind", "api_key", "--header", "X-Key", "--untested", "--allow-short"],
        ["new", "--kind", "api_key", "--query", "key", "--untested"], ["new", "--kind", "basic", "--user", "ada",
         "--untested"], ["new", "--kind", "bearer", "--test-url", "http://127.0.0.1:1/"],
        ["new", "--kind", "oauth2_client_credentials", "--token-url", "https://127.0.0.1:1/token", "--client-id", "c",
         "--client-auth", "body", "--scope", "a", "--scope", "b", "--parameter", "audience=x"],
        ["new", "--kind", "oauth2_client_credentials", "--parameter", "audience"],
        ["new", "--kind", "oauth2_client_credentials", "--client-id", "c", "--issuer", "https://127.0.0.1:1"],
        ["new", "--kind", "oauth2_authorization_code", "--token-url", "https://127.0.0.1:1/token", "--client-id", "c",
         "--authorize-url", "https://127.0.0.1:1/", "--authorize-parameter", "prompt=consent", "--public"],
    ],
    "connections connect": [["asked", "--no-browser", "--no-wait", "--studio", "https://studio.example/studio"],
                            ["nope", "--no-browser"], ["kept", "--no-browser"]],
    "connections test": [["kept"], ["nope"]],
    "connections remove": [["kept"], ["nope"], ["kept", "--force"]],
    "tokens add": [["eve@example.com", "--role", "viewer", "--expires", "90d"], ["ci", "--role", "viewer"],
                   ["x", "--role", "emperor"], ["a b", "--role", "viewer"],
                   ["x", "--role", "viewer", "--expires", "0d"]],
    "tokens list": [[]],
    "tokens rotate": [["ci", "--expires", "2100-01-01"], ["two"], ["two", "--at-once"], ["nope"]],
    "tokens retire": [["two"], ["ci"], ["nope"]],
    "tokens revoke": [["ci"], ["nope"]],
    "grants list ": [[]],
    "grants add ": [["arn:aws:iam::111122223333:role/x", "--role", "viewer"]],
    "grants remove ": [["x"]],
    "people list ": [_NOWHERE],
    "people invite ": [["ada@example.com", "--role", "admin", *_NOWHERE]],
    "people grant ": [["ada@example.com", "--role", "admin", *_NOWHERE]],
    "people revoke ": [["ada@example.com", *_NOWHERE]],
    "audit reads": [["--execution", "hello:one", "--workflow", "hello", "--actor", "nobody", "--limit", "3"],
                    ["--since", "2020-01-01", "--until", "2100-01-01"], ["--since", "soon"]],
    "audit list": [["--workflow", "hello", "--execution", "hello:one", "--actor", "engine", "--act", "engine.*"],
                   ["--since", "2020-01-01", "--until", "2100-01-01", "--limit", "3"], ["--since", "soon"]],
    "audit verify": [[], ["--against", "{log}"]],
    "audit export": [["--output", "{out}"]],
    "signout": [[]],
    "tune": [["--hours", "2"], ["--profile", "p"]],
}
"""By a command's words, what it is given: first what succeeds. A second key of a command ends with a space."""

for _words, _before in (("executions", []), ("redrive ", ["--workflow", "fails", "--yes"])):
    _tried = {word for row in CASES[_words] for word in row}
    for _name in ExecutionFilters.model_fields:  # a filter has a case, whether or not it has one above
        if f"--{_name.replace('_', '-')}" not in _tried and not (_before and _name.startswith("started_")):
            CASES[_words].append([*_before, f"--{_name.replace('_', '-')}", "1"])

ELSEWHERE = {
    "import": {"--from", "--all", "--alias", "--dry-run", "--profile", "--region"},
    "export": {"--connector-function", "--stage", "--profile", "--region"},
    "cost": {"--compare", "--markdown", "--visits", "--items", "--payload-kb", "--batch", "--memory-mb", "--store-ms",
             "--task-ms", "--prices"},
    "secrets get": {"--reveal"},
    "connectors import mcp": {"--secret"},
    "tune": {"--region"},
    "signout": {"--new-token"},
}
"""Options that ask an AWS account, price or read a secret's value here, before anything is asked; tests of their own
have them."""


class Wire:
    """urllib3's pool as the client asks it, with the folder's own server at the other end; a worker beside it works
    before each look at an execution."""

    def __init__(self, server):
        self._server = server

    def request(self, method, url, *, body=None, headers, timeout):
        path = url.removeprefix(self._server.url)
        if method == "GET" and re.fullmatch(r"/executions/[^/?]+", path):
            product = self._server.product
            key = product.key(path.rpartition("/")[2].replace("%3A", ":"))
            if "--wait" in sys.argv:
                product.work(lambda: not product.runs(key))
        given = {name.lower().replace("-", "_"): value for name, value in headers.items()}
        host = self._server.url.removeprefix("http://")
        reply = call_wsgi(self._server._application, method, path, body, host=host, **given)
        return SimpleNamespace(status=reply.status, data=reply.text.encode(), headers=reply.headers)


@contextmanager
def served(folder, monkeypatch):
    """The address of a server of `folder` in this process."""
    product = Product.open(Settings(data_dir=str(folder)), command="automate up", environment={})
    server = LocalServer(product, port=0)
    with monkeypatch.context() as patched:
        patched.setattr(over_http.urllib3, "PoolManager", lambda **_: Wire(server))
        try:
            yield server.url
        finally:
            server.close()
            product.close()


@pytest.fixture(scope="module")
def prepared(tmp_path_factory):
    """A data folder with something of everything, and what cases name of it."""
    root = tmp_path_factory.mktemp("prepared")
    folder, names = root / "data", {"out": str(root / "out"), "log": str(root / "log")}
    product = Product.open(Settings(data_dir=str(folder)), command="a test", environment={})
    with quiet(), root_logs_kept():
        for name, document in DOCUMENTS.items():
            path = root / f"{name}.json"
            path.write_text(json.dumps({"name": name, **document}, indent=1) + "\n")
            names[name] = str(path)
            main.run(["--data-dir", str(folder), "import", "--file", str(path), *(
                () if name in ("broken", "untrue") else ("--publish",)
            )])
        for line in (
            "start hello --name one --wait", "start fails --name one --wait", "start ask --name one",
            "start batch --name one --input [1,2,3]", "start approve --name one",
            "activity create shelf", "pause route",
            "tokens add ci --role operator", "tokens add two --role viewer", "tokens rotate two",
        ):
            main.run(["--data-dir", str(folder), *line.split()])
        fine = {"filters": {"status": "SUCCEEDED", "last": "30d", "order": "oldest"}, "saved_at": 1.0}
        product.stores.views.write("default", json.dumps({"fine": fine}), 0)
        executions, batch = product.services.executions, product.key("batch:one")


        def asked():
            return product.stores.approvals.page(ApprovalQuery("default")).approvals

        product.work(lambda: bool(
            executions.standing(product.key("ask:one")).waiting and asked() and executions.map_runs(batch)
            and len(executions.map_run_children(batch, executions.map_runs(batch)[0], first=0, limit=9).rows) == 2
        ))
        names["answer"] = executions.standing(product.key("ask:one")).waiting[0].token
        names["approval"] = asked()[0].id
        names["run"] = executions.map_runs(batch)[0].rpartition(":")[2]
        names["token"] = executions.page(ExecutionQuery("default", limit=1)).next_token
        names["stubs"] = str(root / "stubs.json")
        Path(names["stubs"]).write_text(json.dumps({CALL["Resource"]: [{"output": 1}]}))
        names["event"] = str(root / "event.json")
        event = {"source": "shop", "detail-type": "order", "detail": {}, "id": "e1"}
        Path(names["event"]).write_text(json.dumps(event))
        with quiet():
            main.run(["--data-dir", str(folder), "events", "put", names["event"], "--queue", "orders", "--id", "m1"])
        arrived = product.services.open_triggers().deliveries.page(DeliveryQuery("default", "ordered", "queue"))
        names["delivery"] = arrived.deliveries[0].key.id
        names["pattern"] = str(root / "pattern.json")
        Path(names["pattern"]).write_text(json.dumps({"name": ["hello"]}))
        names["openapi"], names["connector"] = str(root / "openapi.json"), str(root / "crm.json")
        Path(names["openapi"]).write_text(json.dumps(OPENAPI))
        Path(names["connector"]).write_text(json.dumps({
            "connector": 1, "code": "crm", "name": "CRM", "base_url": "https://crm.example",
            "actions": {"list": {"method": "GET", "path": "/contacts"}},
        }))
        for key in ("KEY", "OPEN"):
            product.secrets.set("default", key, "a value of some length", by="ada")
        product.services.connections.save("default", "kept", Connection("bearer", secret="a long value"), by="ada")
        product.services.connections.save("default", "asked", Connection(
            "oauth2_authorization_code", client_id="c", token_url="https://id.example/token",
            authorize_url="https://id.example/authorize",
        ), by="ada")
        product.secrets.grant("default", "OPEN", SecretGrant("hello", "http", "a.example"))
        main.run(["--data-dir", str(folder), "audit", "export", "--output", names["log"]])
    product.close()
    server = McpServer()
    names["mcp"] = server.url
    yield SimpleNamespace(folder=folder, names=names, allowed=server.address)
    server.close()


@contextmanager
def quiet():
    """Standard output and error go nowhere, and a command's logging ends with it."""
    out, err = sys.stdout, sys.stderr
    sys.stdout, sys.stderr = io.TextIOWrapper(io.BytesIO()), io.TextIOWrapper(io.BytesIO())
    try:
        with root_logs_kept():
            yield
    finally:
        sys.stdout, sys.stderr = out, err


@pytest.fixture
def both(prepared, tmp_path, automate, monkeypatch, capsys):
    """`both(*arguments)` runs a command on a copy of the folder, and over HTTP to another: twice (status, output,
    errors). Each is run in a working folder of its own."""
    here, there = tmp_path / "here", tmp_path / "there"
    for copy in (here, there):
        shutil.copytree(prepared.folder, copy)
        (tmp_path / f"in-{copy.name}").mkdir()
    monkeypatch.setattr(over_http, "POLL_SECONDS", 0)
    monkeypatch.setenv("AUTOMATE_EGRESS_ALLOW", prepared.allowed)

    def run(*arguments):
        monkeypatch.chdir(tmp_path / f"in-{'there' if '--endpoint' in arguments else 'here'}")
        monkeypatch.setattr(sys, "argv", ["automate", *arguments])
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"some secret value")))
        status = main.run(arguments)
        said = capsys.readouterr()
        return status, said.out, said.err

    def pair(*arguments):
        local = run("--data-dir", str(here), *arguments)
        with served(there, monkeypatch) as address:
            remote = run("--data-dir", str(there), "--endpoint", address, *arguments)
        return local, remote

    return pair


_ALIKE = (
    (r"\d{4}-\d\d-\d\dT[0-9:.]+(Z|\+00:00)", "<time>"), (r"\b(now|[0-9.]+ (s|min|h|d) ago)\b", "<ago>"),
    (r"\b[0-9.]+ (s|ms|min)\b", "<took>"), (r"(?<=_seconds\": )[0-9.]+", "<took>"), (r"(?<=\"ms\": )[0-9.]+", "<took>"),
    (r"(?<=seconds\": )[0-9.]+", "<took>"), (r"\b[0-9a-f]{64}\b", "<digest>"),
    (r"command line|127\.0\.0\.1(?!/)", "<from>"), (r"(?<=EGRESS_ALLOW=)<from>:\d+,", ""),  # the MCP server's
    (r"(?<=\"timestamp\": )[0-9.]+", "<time>"), (r"\b[0-9a-f]{8}-[0-9a-f-]{27}\b", "<id>"),
    (r"(?<=state=)[\w-]{43}(?=\.)|(?<=code_challenge=)[\w-]{43}", "<random>"),
    (r"\batk_[\w-]{58}", "<token>"), (r"\b[0-9a-f]{32}\b", "<mark>"),
    (r"(?<=/forms\?link=)[\w-]{22}", "<link>"), (r"<from>:\d+(?=/forms)", "<from>"),
    (r"(~at\d+\.)[0-9a-f]{8}", r"\1<random>"), (r" +", " "),
)


def alike(answer):
    """An answer without what the time and the way decide."""
    status, *texts = answer
    for pattern, name in _ALIKE:
        texts = [re.sub(pattern, name, text) for text in texts]
    return status, *texts


@pytest.mark.parametrize(("words", "arguments"), [
    pytest.param(words, arguments, id=" ".join([words.strip(), *arguments])[:70])
    for words, rows in CASES.items() for arguments in rows
])
def test_a_command_is_the_same_in_process_and_over_http(words, arguments, both, prepared):
    given = [re.sub(r"^\{(\w+)\}$", lambda found: prepared.names[found[1]], argument) for argument in arguments]
    for more in ([], ["--json"]):
        local, remote = both(*words.split(), *given, *more)
        assert "Traceback" not in local[2] + remote[2]
        assert "defect" not in local[2]
        assert alike(local) == alike(remote)
        if arguments is CASES[words][0] and not more and not words.endswith(" "):
            assert local[0] == 0, local[2]
        if more:
            json.loads(local[1] or local[2].splitlines()[-1])


def test_no_command_and_no_option_escapes():
    alone = FOLDER_ALONE.keys() | ENDPOINT_ALONE.keys() | {"doctor", "copilot setup"}
    tried = {}
    for words, rows in CASES.items():
        tried.setdefault(words.strip(), set()).update(word for row in rows for word in row)
    assert tried.keys() == {name for name, _ in leaves() if name not in alone}
    for name, command in leaves():
        if name in alone:
            continue
        for option in command.params:
            if isinstance(option, click.Option) and not option.hidden:
                known = tried[name] | ELSEWHERE.get(name, set())
                assert known & set(option.opts), f"{name} {option.opts[0]} is tried in no case"


def test_what_works_one_way_alone_is_a_short_list():
    assert set(FOLDER_ALONE) == {"up", "worker", "demo", "signin", "backup", "compact"}
    assert set(ENDPOINT_ALONE) == {"login", "logout"}


@pytest.mark.parametrize("name", sorted(FOLDER_ALONE))
def test_a_command_of_a_folder_alone_says_so(automate, name):
    status, out, err = automate("--endpoint", "https://example.com", name)
    assert (status, out) == (1, "")
    assert f"{name} is for a data folder alone: {FOLDER_ALONE[name]}" in err


@pytest.mark.parametrize("name", sorted(ENDPOINT_ALONE))
def test_a_command_of_a_deployment_alone_says_so(automate, name):
    status, out, err = automate(name)
    assert (status, out) == (1, "")
    assert f"automate --endpoint URL {name}" in err


def test_a_waiting_task_s_token_is_shown_to_the_folder_s_owner_alone(both, prepared):
    token = prepared.names["answer"]
    (_, local, _), (_, remote, _) = both("show", "ask:one")
    assert f"automate task success {token} --output JSON" in local
    assert token not in remote
    assert "Ask waits for its token" in remote
    (_, local, _), (_, remote, _) = both("show", "ask:one", "--json")
    assert json.loads(local)["waiting"] == [{"state": "Ask", "token": token, "approval": None}]
    assert json.loads(remote)["waiting"] == [{"state": "Ask", "token": None, "approval": None}]


def test_an_approval_is_answered_as_one_and_its_token_is_shown_to_nobody(both, prepared):
    approval = prepared.names["approval"]
    execution = json.loads(both("approvals", "show", approval, "--json")[0][1])["execution"]
    for _, out, _ in both("show", execution):
        assert f"automate approvals answer {approval} approve" in out
        assert "automate task" not in out
    for _, out, _ in both("show", execution, "--json"):
        assert [(item["token"], item["approval"]) for item in json.loads(out)["waiting"]] == [(None, approval)]


def test_no_secret_is_revealed_over_http(both):
    (_, local, _), (status, remote, err) = both("secrets", "get", "KEY", "--reveal")
    assert local == "a value of some length\n"
    assert (status, remote) == (1, "")
    assert "the API gives nobody a secret's value" in err


def test_another_token_is_made_on_the_folder_alone(both):
    (status, local, _), (refused, remote, err) = both("signout", "--new-token")
    assert (status, "another token is in" in local) == (0, True)
    assert (refused, remote, "another token is made on the folder itself" in err) == (1, "", True)


def test_doctor_looks_at_the_folder_or_at_what_the_server_tells(both):
    (status, local, _), (there, remote, _) = both("doctor", "--json")
    assert {status, there} <= {0, 1}
    assert {"database", "worker"} <= {item["name"] for item in json.loads(local)["checks"]}
    assert {"api", "secrets", "audit"} <= {item["name"] for item in json.loads(remote)["checks"]}


def test_a_value_too_large_to_be_shown_comes_whole(both, tmp_path):
    given = tmp_path / "large.json"
    given.write_text(json.dumps({"text": "x" * 300_000}))
    for status, out, _ in both("start", "hello", "--name", "large", "--input", f"@{given}", "--wait", "--json"):
        assert (status, len(json.loads(out)["input"]["text"])) == (0, 300_000)


def test_the_token_goes_to_the_folder_s_own_server_alone(tmp_path, automate):
    """Nothing serves the folder: another program may listen where its server did."""
    automate("workflows")
    (Path(automate.folder) / "token").write_text("a-token-of-the-owner-of-it\n")
    (Path(automate.folder) / "server.json").write_text('{"port": 8400}\n')
    status, _, err = automate("--endpoint", "http://127.0.0.1:8400", "workflows")
    assert (status, "nobody is signed in to http://127.0.0.1:8400" in err) == (1, True)
