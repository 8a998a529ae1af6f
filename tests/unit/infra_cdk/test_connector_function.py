"""The function that exported state machines invoke: it reads the stage's secrets; nobody may invoke it by itself."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from tests.support import patience

pytestmark = pytest.mark.full
NAMED = {"Properties": {"FunctionName": "automate-test-connector"}}


@pytest.fixture
def function(templates):
    [made] = templates["engine"].find_resources("AWS::Lambda::Function", NAMED).values()
    return made["Properties"]


@pytest.fixture
def statements(templates, function):
    """What its role may do."""
    role = function["Role"]["Fn::GetAtt"][0]
    policies = templates["engine"].find_resources("AWS::IAM::Policy").values()
    return [
        statement for policy in policies if {"Ref": role} in policy["Properties"]["Roles"]
        for statement in policy["Properties"]["PolicyDocument"]["Statement"]
    ]


def test_it_may_write_its_log_and_read_the_secrets_of_its_stage(statements):
    actions = {tuple(s["Action"]) if isinstance(s["Action"], list) else (s["Action"],) for s in statements}
    logs = ("logs:CreateLogStream", "logs:PutLogEvents")
    reads = ("secretsmanager:DescribeSecret", "secretsmanager:GetSecretValue")
    assert {tuple(sorted(one)) for one in actions} == {logs, reads, ("kms:Decrypt",)}
    [secrets] = [s["Resource"] for s in statements if "secretsmanager:GetSecretValue" in s["Action"]]
    assert json.dumps(secrets).endswith(':secret:automate/test/*"]]}')


def test_it_knows_no_store(function):
    assert not {"AUTOMATE_TABLE", "AUTOMATE_BUCKET", "AUTOMATE_QUEUE_URL"} & set(function["Environment"]["Variables"])


def test_nobody_may_invoke_it_who_was_not_let(templates):
    [name] = templates["engine"].find_resources("AWS::Lambda::Function", NAMED)
    permissions = templates["engine"].find_resources("AWS::Lambda::Permission").values()
    assert all(name not in json.dumps(item["Properties"]["FunctionName"]) for item in permissions)


def test_a_call_may_take_as_long_as_a_workers(function):
    from engine.settings import Settings  # noqa: PLC0415
    from functions.connector.wiring import MARGIN_SECONDS  # noqa: PLC0415

    assert function["Timeout"] >= Settings().task_max_seconds + MARGIN_SECONDS


def test_state_machines_learn_its_arn(templates):
    [output] = templates["engine"].find_outputs("ConnectorFunctionArn").values()
    assert "secrets" in output["Description"]


def test_its_bundle_holds_all_it_imports(tmp_path):
    from functions.tunables import Tunables  # noqa: PLC0415
    from infra_cdk.bundling import NOT_FOR_WORKERS, Bundles  # noqa: PLC0415

    python = f"{sys.version_info.major}.{sys.version_info.minor}"
    code = Bundles(Tunables(python=python), tmp_path).code("functions/connector", without=NOT_FOR_WORKERS)
    program = """
import sys; sys.path.insert(0, sys.argv[1])
import functions.connector.app as app
assert app.__file__.startswith(sys.argv[1]), app.__file__
made = app.wiring.parts()
print(made.tasks.policy("connector:http:request").problem, [n for n in ("boto3", "chalice") if n in sys.modules])
"""
    settings = {"AWS_DEFAULT_REGION": "us-east-1", "PATH": ""}
    done = subprocess.run(
        [sys.executable, "-c", program, str(code)], capture_output=True, text=True, check=False, env=settings,
        cwd=tmp_path, timeout=patience.SECONDS,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "None []\n", "")
