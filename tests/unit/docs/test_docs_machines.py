"""docs/machines.md: its table is what the routes declare, its policies allow what it says alone, its code runs."""

from __future__ import annotations

import io
import json
import re
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest
import yaml

from engine.governance.roles import roles_with
from functions.api.doors import through
from functions.app.table import every_route
from tests.support.iam.evaluation import Call, Decision, decide
from tests.support.iam.templates import ACCOUNT, REGION, Stage

PAGE = (Path(__file__).parents[3] / "docs" / "machines.md").read_text(encoding="utf-8")
API = f"arn:aws:execute-api:{REGION}:{ACCOUNT}:ApiId/prod"


def block(name, end):
    return re.search(rf"<!-- {name} -->\n```\w*\n(.*?)```\n<!-- {end} -->", PAGE, re.DOTALL)[1]


@pytest.fixture(scope="module")
def template():
    return yaml.safe_load(block("template", "end of the template"))


def invoked(template, resource):
    """Whether the template's policy lets a role invoke this."""
    document = template["Resources"]["StartsOrderFlow"]["Properties"]["PolicyDocument"]
    resolved = Stage({"x-machines": template}).resolved("machines", document)
    call = Call(f"arn:aws:iam::{ACCOUNT}:role/starter", "execute-api:Invoke", f"{API}/{resource}", {})
    return decide(call, [resolved]) is Decision.ALLOW


def test_the_table_has_what_the_routes_declare():
    said = {}
    for routes, least in re.findall(r"^\| (`.*?`) \| (\w+) \|$", PAGE, re.MULTILINE):
        method = routes[1:].partition(" ")[0]
        for path in re.findall(r"(/iam/[^`]+)`", routes):
            said[f"{method} {path.removeprefix('/iam')}"] = least
    assert said == {route.name: roles_with(route.right)[0] for route in every_route() if route.by_iam}


def test_the_policy_allows_this_workflow_to_be_started_and_nothing_else(template):
    assert invoked(template, "POST/iam/workflows/order_flow/executions")
    for resource in (
        "POST/iam/workflows/other/executions", "GET/iam/executions/order_flow:1", "POST/iam/executions/x/stop",
        "POST/iam/tasks/success", "POST/workflows/order_flow/executions", "POST/token/workflows/order_flow/executions",
    ):
        assert not invoked(template, resource), resource


def test_what_the_rule_and_the_machine_ask_is_what_they_may_ask_and_is_a_route(template):
    stage, resources = Stage({"x-machines": template}), template["Resources"]
    [target] = resources["OrderPlaced"]["Properties"]["Targets"]
    [workflow] = target["HttpParameters"]["PathParameterValues"]
    asked = stage.resolved("machines", target["Arn"]).replace("*", workflow).removeprefix(f"{API}/")
    [state] = resources["Machine"]["Properties"]["Definition"]["States"].values()
    called = state["Parameters"]
    for method, path in (asked.split("/", 1), (called["Method"], called["Path"].removeprefix("/"))):
        assert invoked(template, f"{method}/{path}")
        found = through({
            "pathParameters": {"name": "order_flow"}, "requestContext": {
                "resourcePath": f"/{path.replace('order_flow', '{name}')}", "httpMethod": method,
            },
        })
        assert found["requestContext"]["resourcePath"] == "/workflows/{name}/executions"
    assert called["AuthType"] == "IAM_ROLE"
    body = target["InputTransformer"]["InputTemplate"].replace("<id>", '"e-1"').replace("<detail>", "{}")
    assert json.loads(body).keys() == {name.removesuffix(".$") for name in called["RequestBody"]} == {"name", "input"}


def test_what_a_program_needs_besides_covers_the_other_routes():
    patterns = [f"{API}/{line}" for line in block("more", "end of more").split()]
    policy = {"Statement": {"Effect": "Allow", "Action": "execute-api:Invoke", "Resource": patterns}}
    for route in every_route():
        path = f"{route.method}/iam{route.path}".replace("{id}", "order_flow:1").replace("{name}", "order_flow")
        call = Call(f"arn:aws:iam::{ACCOUNT}:role/starter", "execute-api:Invoke", f"{API}/{path}", {})
        allowed = decide(call, [policy]) is Decision.ALLOW
        if route.by_iam:
            assert allowed is (route.path != "/workflows/{name}/executions"), route.name


def test_the_function_signs_a_start_and_gives_its_answer(monkeypatch):
    for name, value in {
        "AWS_ACCESS_KEY_ID": "AKID", "AWS_SECRET_ACCESS_KEY": "secret", "AWS_SESSION_TOKEN": "session",
        "AWS_REGION": REGION, "API_URL": f"https://abc.execute-api.{REGION}.amazonaws.com/prod/",
    }.items():
        monkeypatch.setenv(name, value)
    asked = []

    def answered(request):
        asked.append(request)
        return io.BytesIO(b'{"id": "order_flow:e-1"}')

    monkeypatch.setattr(urllib.request, "urlopen", answered)
    code: dict = {}
    exec(compile(block("function", "end of the function"), "machines.md", "exec"), code)  # noqa: S102  the page's own
    assert code["handler"]({"id": "e-1"}, None) == {"id": "order_flow:e-1"}
    [request] = asked
    assert (request.method, request.full_url) == (
        "POST", f"https://abc.execute-api.{REGION}.amazonaws.com/prod/iam/workflows/order_flow/executions"
    )
    headers = {name.lower(): value for name, value in request.header_items()}
    assert headers["authorization"].startswith("AWS4-HMAC-SHA256 Credential=AKID/")
    assert (headers["content-type"], headers["x-amz-security-token"]) == ("application/json", "session")
    assert json.loads(request.data) == {"name": "e-1", "input": {"id": "e-1"}}


@pytest.mark.full
def test_cfn_lint_is_clean(tmp_path):
    pytest.importorskip("cfnlint", reason="the [infra] extra is not installed: make test-full")
    file = tmp_path / "machines.yaml"
    file.write_text(block("template", "end of the template"))
    done = subprocess.run(
        [Path(sys.executable).with_name("cfn-lint"), str(file)], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout) == (0, "")
