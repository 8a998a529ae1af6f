"""The way out, all of it: exported, made a state machine of the emulator's Step Functions, run over the deployed
connector function, and brought in again.

The emulator is one more opinion, not AWS: what Step Functions itself accepts is held by the recorded cases.
"""

from __future__ import annotations

import json

import pytest

from tests.support.deployed.emulator import REGION
from tests.support.deployed.stage import PASSWORD, USER

EMULATORS_OWN = "Runtime.HandlerError"
"""What the emulator's Lambda calls every exception; AWS's has its class's name (tests/unit/functions/connector)."""

pytestmark = pytest.mark.full
ROLE = "arn:aws:iam::000000000000:role/machine"


def document(url):
    """A call with a secret; one that the connector refuses, caught by its name."""
    return {
        "name": "leaves",
        "definition": {
            "StartAt": "Ask",
            "States": {
                "Ask": {
                    "Type": "Task", "Resource": "connector:http:request", "TimeoutSeconds": 20,
                    "Parameters": {"url": url, "query": {"n.$": "$.n"}, "bearer_token": {"$secret": "LEAVING_KEY"}},
                    "ResultSelector": {"status.$": "$.status"}, "ResultPath": "$.asked", "Next": "Refused",
                },
                "Refused": {
                    "Type": "Task", "Resource": "connector:http:request", "Parameters": {"url.$": "$.n"},
                    "Catch": [{"ErrorEquals": ["http.InvalidInput", EMULATORS_OWN], "ResultPath": "$.refused",
                               "Next": "Done"}],
                    "Next": "Done",
                },
                "Done": {"Type": "Pass", "Parameters": {"n.$": "$.n", "status.$": "$.asked.status",
                                                        "refused.$": "$.refused.Cause"}, "End": True},
            },
        },
    }


@pytest.fixture
def exported(stage, tmp_path):
    """The definition's file."""
    made = document(f"{stage.emulator.url}/_localstack/health")
    stage.answer("PUT", "/secrets/LEAVING_KEY", {"value": "a-secret-that-leaves"})
    stage.answer("POST", "/secrets/LEAVING_KEY/grants", {"workflow": "leaves", "connector": "http"})
    stage.answer("POST", "/workflows/import", {"document": made, "publish": True})
    client = stage.output("api", "UserPoolClientId")
    stage.command("login", "--user", USER, "--client-id", client, "--region", REGION, given=f"{PASSWORD}\n")
    said = stage.command(
        "export", "leaves", "--to", "step-functions", "--output", str(tmp_path),
        "--connector-function", stage.output("engine", "ConnectorFunctionArn"),
    )
    assert "the stage must have the secrets LEAVING_KEY" in said
    return tmp_path / "leaves.asl.json"


def test_it_runs_there_as_here_and_comes_back_as_it_was(stage, exported):
    here = stage.ended(stage.start("leaves", {"n": 7}))
    said = json.loads(here["output"].pop("refused"))["errorMessage"]
    assert (here["status"], here["output"]) == ("SUCCEEDED", {"n": 7, "status": 200})

    there = stage.emulator.client("stepfunctions")
    arn = there.create_state_machine(
        name="leaves", definition=exported.read_text(), roleArn=ROLE
    )["stateMachineArn"]
    run = there.start_execution(stateMachineArn=arn, input='{"n": 7}')["executionArn"]
    ended = stage.seen(
        lambda: there.describe_execution(executionArn=run), lambda found: found["status"] != "RUNNING"
    )
    output = json.loads(ended.get("output", "{}"))
    assert json.loads(output.pop("refused", "{}")).get("errorMessage") == said
    assert (ended["status"], output) == (here["status"], here["output"])
    history = json.dumps(there.get_execution_history(executionArn=run), default=str)
    assert "a-secret-that-leaves" not in history

    versions = stage.answer("GET", "/workflows/leaves/versions")
    back = json.loads(stage.command(
        "import", "--from", "step-functions", "--name", "leaves", as_json=True, of_the_account=True
    ))
    [machine] = back["machines"]
    assert (machine["draft"], machine["current"]["here"], machine["calls_aws"]) == ("unchanged", 1, False)
    assert stage.answer("GET", "/workflows/leaves/versions") == versions
