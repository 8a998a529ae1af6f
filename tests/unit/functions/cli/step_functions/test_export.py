"""`automate export --to step-functions`: the two files, whose function is meant, and a CDK app that synthesises."""

from __future__ import annotations

import ast
import json
import os
import subprocess
import sys
from collections import defaultdict
from pathlib import Path

import pytest
from moto import mock_aws

from functions.cli.step_functions.grants import grants_of
from tests.support import patience
from tests.support.connector_function import ARN

ACCOUNT = "123456789012"
INNER = {"StartAt": "I", "States": {"I": {"Type": "Pass", "End": True}}}
ORDER = {
    "name": "order-2_flow", "tags": {"team": 'pay "ments"'}, "kind": "STANDARD",
    "definition": {"StartAt": "Call", "States": {
        "Call": {"Type": "Task", "Resource": "connector:http:request", "Parameters": {"url": "https://x.example"},
                 "Next": "Store"},
        "Store": {"Type": "Task", "Resource": "arn:aws:states:::dynamodb:putItem", "Next": "Each",
                  "Parameters": {"TableName": "orders", "Item": {"id": {"S.$": "$.id"}}}},
        "Each": {"Type": "Map", "Next": "Ship", "ItemProcessor": {
            "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"}, **INNER},
            "ItemReader": {"Resource": "arn:aws:states:::s3:getObject", "ReaderConfig": {"InputType": "JSON"},
                           "Parameters": {"Bucket": "items", "Key": "all.json"}}},
        "Ship": {"Type": "Task", "Resource": "arn:aws:states:::states:startExecution.sync:2", "End": True,
                 "Parameters": {"StateMachineArn": "ship"}},
    }},
}
GIVEN = ("--to", "step-functions", "--connector-function", ARN)


@pytest.fixture
def order(automate, tmp_path):
    file = tmp_path / "order.json"
    file.write_text(json.dumps(ORDER))
    assert automate("import", "--file", str(file))[0] == 0
    return ORDER["name"]


def test_without_a_folder_standard_output_is_the_definition_alone(automate, order):
    status, said, remarks = automate("export", order, *GIVEN)
    assert status == 0
    assert json.loads(said)["States"]["Call"]["Resource"] == ARN
    assert "  /tags: the CDK snippet sets the tags" in remarks


def test_with_one_there_are_two_files_and_what_will_be_otherwise(automate, order, tmp_path):
    status, said, _ = automate("export", order, *GIVEN, "--output", str(tmp_path / "new" / "out"))
    assert status == 0
    names = sorted(path.name for path in (tmp_path / "new" / "out").iterdir())
    assert names == ["order-2_flow.asl.json", "order-2_flow_stack.py"]
    assert "/States/Ship/Parameters/StateMachineArn: it starts the state machine ship" in said


def test_in_json_all_is_in_one_value(automate, order, tmp_path):
    _, shape = automate.json("export", order, *GIVEN)
    assert (shape["kind"], shape["files"], shape["connector_function"]) == ("STANDARD", [], ARN)
    assert shape["definition"]["StartAt"] == "Call"
    assert {"code", "location", "message", "severity"} == set(shape["remarks"][0])
    _, shape = automate.json("export", order, *GIVEN, "--output", str(tmp_path / "out"))
    assert len(shape["files"]) == 2
    assert "definition" not in shape


def test_without_an_arn_the_account_is_asked(automate, order, monkeypatch):
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    asked = ("export", order, "--to", "step-functions", "--region", "eu-west-1")
    with mock_aws():
        _, shape = automate.json(*asked)
        assert shape["connector_function"] == f"arn:aws:lambda:eu-west-1:{ACCOUNT}:function:automate-dev-connector"
        _, shape = automate.json(*asked, "--stage", "prod")
        assert shape["connector_function"].endswith(":function:automate-prod-connector")


def test_without_either_it_says_what_to_give(automate, order, monkeypatch):
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", os.devnull)
    status, _, said = automate("export", order, "--to", "step-functions", "--region", "eu-west-1")
    assert status == 1
    assert "Give the ARN of the connector function itself" in said


def test_what_cannot_leave_is_listed_and_nothing_written(automate, tmp_path):
    file = tmp_path / "tell.json"
    file.write_text(json.dumps({"StartAt": "A", "States": {"A": {
        "Type": "Task", "Resource": "arn:aws:states:::sns:publish", "End": True,
        "Parameters": {"TopicArn": {"$secret": "T"}, "Message": {"$secret": "M"}},
    }}}))
    automate("import", "--file", str(file))
    status, _, said = automate("export", "tell", *GIVEN, "--output", str(tmp_path / "out"))
    assert status == 1
    assert "/States/A/Parameters/Message" in said
    assert not (tmp_path / "out").exists()


def test_a_folder_that_cannot_be_written_is_named(automate, order, tmp_path):
    (tmp_path / "out" / f"{order}.asl.json").mkdir(parents=True)
    status, _, said = automate("export", order, *GIVEN, "--output", str(tmp_path / "out"))
    assert (status, f"{tmp_path / 'out'} cannot be written" in said) == (1, True)


@pytest.mark.parametrize("under", ["", "deeper"])
def test_a_file_in_the_folders_place_is_left_and_told(automate, order, tmp_path, under):
    (tmp_path / "file").write_text("mine")
    status, _, said = automate("export", order, *GIVEN, "--output", str(tmp_path / "file" / under))
    assert (status, "is not a folder" in said, "--output names a folder" in said) == (1, True, True)
    assert (tmp_path / "file").read_text() == "mine"


@pytest.mark.parametrize(("kind", "level"), [("EXPRESS", "ALL"), ("STANDARD", "ERROR")])
def test_logs_are_kept_for_a_time_and_without_inputs_and_outputs(automate, tmp_path, kind, level):
    file = tmp_path / "quick.json"
    file.write_text(json.dumps({"name": "quick", "kind": kind, "definition": INNER}))
    automate("import", "--file", str(file))
    automate("export", "quick", *GIVEN, "--output", str(tmp_path / "out"))
    app = (tmp_path / "out" / "quick_stack.py").read_text()
    calls = {ast.unparse(call.func): call for call in ast.walk(ast.parse(app)) if isinstance(call, ast.Call)}
    options = {item.arg: ast.unparse(item.value) for item in calls["aws_stepfunctions.LogOptions"].keywords}
    assert options == {
        "destination": "logs", "level": f"aws_stepfunctions.LogLevel.{level}", "include_execution_data": "False",
    }
    group = {item.arg: ast.unparse(item.value) for item in calls["aws_logs.LogGroup"].keywords}
    assert group["retention"] == "aws_logs.RetentionDays.ONE_MONTH"


def test_the_other_options_are_for_the_way_out(automate, order):
    status, _, said = automate("export", order, "--stage", "dev")
    assert (status, "--stage is for --to" in said) == (2, True)


def granted(resource, arguments=None, **more):
    state = {"Type": "Task", "Resource": resource, "End": True, "Parameters": arguments or {}, **more}
    return [
        (grant.actions, grant.resources, grant.to_do is None)
        for grant in grants_of({"StartAt": "A", "States": {"A": state}}, "m")
    ]


@pytest.mark.parametrize(("resource", "arguments", "action", "named"), [
    (ARN, {}, "lambda:InvokeFunction", f'"{ARN}"'),
    ("arn:aws:states:::lambda:invoke", {"FunctionName": "f"}, "lambda:InvokeFunction",
     ('self.format_arn(service="lambda", resource="function", resource_name="f", '
      "arn_format=ArnFormat.COLON_RESOURCE_NAME)")),
    ("arn:aws:states:::lambda:invoke", {"FunctionName.$": "$.f"}, "lambda:InvokeFunction", None),
    ("arn:aws:states:::sqs:sendMessage", {"QueueUrl": f"https://sqs.eu-west-1.amazonaws.com/{ACCOUNT}/q"},
     "sqs:SendMessage", f'self.format_arn(service="sqs", region="eu-west-1", account="{ACCOUNT}", resource="q")'),
    ("arn:aws-cn:states:::sqs:sendMessage", {"QueueUrl": f"https://sqs.cn-north-1.amazonaws.com.cn/{ACCOUNT}/q"},
     "sqs:SendMessage", f'self.format_arn(service="sqs", region="cn-north-1", account="{ACCOUNT}", resource="q")'),
    ("arn:aws:states:::sqs:sendMessage", {"QueueUrl.$": "$.q"}, "sqs:SendMessage", None),
    ("arn:aws:states:::sns:publish", {"TopicArn": "arn:aws:sns:x"}, "sns:Publish", '"arn:aws:sns:x"'),
    ("arn:aws:states:::lambda:invoke", {"FunctionName": f"{ACCOUNT}:function:f:live"}, "lambda:InvokeFunction",
     f'self.format_arn(service="lambda", account="{ACCOUNT}", resource="function:f:live")'),
    ("arn:aws:states:::lambda:invoke", {"FunctionName": f"eu-west-1:{ACCOUNT}:f"}, "lambda:InvokeFunction",
     f'self.format_arn(service="lambda", region="eu-west-1", account="{ACCOUNT}", resource="function:f")'),
    ("arn:aws:states:::lambda:invoke", {"FunctionName": "no:such:form:at:all"}, "lambda:InvokeFunction", None),
    ("arn:aws:states:::events:putEvents", {"Entries": [{"EventBusName": "sales"}]}, "events:PutEvents",
     'self.format_arn(service="events", resource="event-bus", resource_name="sales")'),
    ("arn:aws:states:::events:putEvents", {"Entries": [{"Source": "s"}]}, "events:PutEvents",
     'self.format_arn(service="events", resource="event-bus", resource_name="default")'),
    ("arn:aws:states:::aws-sdk:s3:listBuckets", {}, "s3:ListAllMyBuckets", '"*"'),
    ("arn:aws:states:::aws-sdk:s3:listObjectsV2", {}, "s3:ListBucket", None),
    ("arn:aws:states:::aws-sdk:sfn:listExecutions", {}, "states:ListExecutions", None),
    ("arn:aws:states:::aws-sdk:dynamodb:query", {"TableName": "t"}, "dynamodb:Query",
     'self.format_arn(service="dynamodb", resource="table", resource_name="t")'),
    ("arn:aws:states:::apigateway:invoke", {"ApiEndpoint": "abc1.execute-api.eu-west-1.amazonaws.com"},
     "execute-api:Invoke", 'self.format_arn(service="execute-api", resource="abc1", resource_name="*")'),
])
def test_grants_name_what_the_definition_names(resource, arguments, action, named):
    """Everything else is for * and says that somebody has to narrow it."""
    assert granted(resource, arguments) == [((action,), (named or '"*"',), named is not None)]


def test_an_index_is_a_resource_beside_its_table():
    query = "arn:aws:states:::aws-sdk:dynamodb:query"
    table = "arn:aws:dynamodb:eu-west-1:1:table/t"
    for index in ({"IndexName": "by_day"}, {"IndexName.$": "$.index"}):
        assert granted(query, {"TableName": "t", **index}) == [(("dynamodb:Query",), (
            'self.format_arn(service="dynamodb", resource="table", resource_name="t")',
            'self.format_arn(service="dynamodb", resource="table", resource_name="t/index/*")',
        ), True)]
        assert granted(query, {"TableName": table, **index}) == [
            (("dynamodb:Query",), (f'"{table}"', f'"{table}/index/*"'), True)
        ]
        assert granted(query, {"TableName.$": "$.t", **index}) == [(("dynamodb:Query",), ('"*"',), False)]


@pytest.mark.parametrize("arguments", [
    {}, {"Entries.$": "$.entries"}, {"Entries": [{"EventBusName.$": "$.bus"}]},
    {"Entries": [{"EventBusName": "sales"}, {"EventBusName": "{% $bus %}"}]}, {"Entries": ["{% $entry %}"]},
])
def test_a_bus_that_is_not_known_is_left_to_somebody(arguments):
    any_bus = 'self.format_arn(service="events", resource="event-bus", resource_name="*")'
    assert granted("arn:aws:states:::events:putEvents", arguments) == [(("events:PutEvents",), (any_bus,), False)]


def test_each_bus_is_granted_once():
    entries = [{"EventBusName": "arn:aws:events:x:1:event-bus/b"}, {"Source": "s"}, {"Source": "t"}]
    default = 'self.format_arn(service="events", resource="event-bus", resource_name="default")'
    assert granted("arn:aws:states:::events:putEvents", {"Entries": entries}) == [
        (("events:PutEvents",), ('"arn:aws:events:x:1:event-bus/b"', default), True)
    ]


def test_a_role_that_is_assumed_a_job_and_what_is_not_known():
    credentials = {"RoleArn": "arn:aws:iam::1:role/r"}
    assert (("sts:AssumeRole",), ('"arn:aws:iam::1:role/r"',), True) in granted(ARN, Credentials=credentials)
    assert granted("arn:aws:states:::batch:submitJob.sync")[1] == ((), (), False)
    assert granted("arn:aws:states:::http:invoke") == [((), (), False)]
    assert granted(f"arn:aws:states:eu-west-1:{ACCOUNT}:activity:a") == []


@pytest.mark.full
def test_the_cdk_app_synthesises_with_the_roles_grants(automate, order, tmp_path):
    pytest.importorskip("aws_cdk", reason="the [infra] extra is not installed: make test-full")
    automate("export", order, *GIVEN, "--output", str(tmp_path / "out"))
    [app] = (tmp_path / "out").glob("*.py")
    cloud = tmp_path / "cdk.out"
    done = subprocess.run(
        [sys.executable, app], capture_output=True, text=True, check=False, cwd=tmp_path, timeout=patience.SECONDS,
        env={**os.environ, "CDK_OUTDIR": str(cloud)},
    )
    assert done.returncode == 0, done.stderr
    [template] = [json.loads(path.read_text()) for path in cloud.glob("*.template.json")]
    resources = template["Resources"].values()
    [machine] = [item["Properties"] for item in resources if item["Type"] == "AWS::StepFunctions::StateMachine"]
    assert (machine["StateMachineName"], machine["StateMachineType"]) == (order, "STANDARD")
    assert {"Key": "team", "Value": 'pay "ments"'} in machine["Tags"]
    allowed = defaultdict(str)
    for item in resources:
        for statement in item["Properties"].get("PolicyDocument", {}).get("Statement", ()):
            actions = statement["Action"]
            for action in [actions] if isinstance(actions, str) else actions:
                allowed[action] += json.dumps(statement["Resource"])
    assert ARN in allowed["lambda:InvokeFunction"]
    assert "table/orders" in allowed["dynamodb:PutItem"]
    assert "s3:::items/*" in allowed["s3:GetObject"]
    assert "stateMachine:order-2_flow" in allowed["states:StartExecution"]
    assert "stateMachine:ship" in allowed["states:StartExecution"]
    assert "StepFunctionsGetEventsForStepFunctionsExecutionRule" in allowed["events:PutRule"]
    deployed = [json.loads(path.read_text()) for path in cloud.glob("asset.*")]
    assert json.loads(Path(tmp_path / "out" / "order-2_flow.asl.json").read_text()) in deployed
