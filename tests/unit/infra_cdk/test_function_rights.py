"""What docs/deployment.md says of rights, asked of the templates by IAM's own logic (iam_evaluation)."""

import json
import re
from pathlib import Path

import pytest

from tests.support.iam.evaluation import Decision
from tests.support.iam.templates import ACCOUNT, REGION

PAGE = Path(__file__).parents[3] / "docs" / "deployment.md"
FUNCTIONS = ("api", "worker", "sweeper", "deadletter", "sealer", "connector", "listener")

TABLE_READ = ("GetItem", "BatchGetItem", "Query", "ConditionCheckItem")
TABLE_WRITE = ("PutItem", "UpdateItem", "DeleteItem", "BatchWriteItem")
SECRET_WRITE = (
    "CreateSecret", "PutSecretValue", "DeleteSecret", "RestoreSecret", "TagResource", "UntagResource", "UpdateSecret",
    "UpdateSecretVersionStage",
)

TRUST = {"Statement": {
    "Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"},
}}
"""A role that leaves it to the account's policies who may assume it."""

pytestmark = pytest.mark.full


def documented():
    """Function to its cells: table, secrets, wakes, roles, more."""
    text = PAGE.read_text(encoding="utf-8")
    rows = re.findall(r"^\| (\w+) \|" + r" ([^|]*)\|" * 5 + "$", text, re.MULTILINE)
    return {name: tuple(cell.strip() for cell in cells) for name, *cells in rows if name in FUNCTIONS}


def arn(service, rest, region=REGION):
    return f"arn:aws:{service}:{region}:{ACCOUNT}:{rest}"


def secret(key="DEMO_KEY", stage="test"):
    return arn("secretsmanager", f"secret:automate/{stage}/{key}-AbCdEf")


def role(name):
    return arn("iam", f"role/{name}", region="")


def _trust(resource):
    return [TRUST] if ":role/" in resource else []


@pytest.fixture
def things(stage):
    """What a stage has, by name."""
    table, bucket = stage.arn("data", "AWS::DynamoDB::Table"), stage.arn("data", "AWS::S3::Bucket")
    return {
        "table": table, "index": f"{table}/index/due", "payload": f"{bucket}/blobs/default/abc", "bucket": bucket,
        "key": stage.arn("data", "AWS::KMS::Key"), "wakes": stage.arn("engine", "AWS::SQS::Queue", "Wakes"),
        "dead": stage.arn("engine", "AWS::SQS::Queue", "DeadLetters"),
    }


@pytest.mark.parametrize("function", FUNCTIONS)
def test_each_row_of_the_page_is_what_the_roles_policies_allow(stage, things, function):
    """A word in a cell means all of its actions, none in a cell means none of them."""
    caller = stage.role(function)

    def word(name, *calls):
        answers = {stage.may(caller, action, resource, made=_trust(resource)) for action, resource in calls}
        assert len(answers) == 1, f"{function}: {name} is half granted: {calls}"
        return [name] if answers.pop() else []

    store = [
        *word("read", *((f"dynamodb:{each}", things["table"]) for each in TABLE_READ),
              ("dynamodb:Query", things["index"]), ("s3:GetObject", things["payload"]),
              ("s3:ListBucket", things["bucket"])),
        *word("write", *((f"dynamodb:{each}", things["table"]) for each in TABLE_WRITE),
              ("s3:PutObject", things["payload"]), ("kms:GenerateDataKey", things["key"])),
    ]
    secrets = [
        *word("read", ("secretsmanager:GetSecretValue", secret())),
        *word("write", *((f"secretsmanager:{each}", secret()) for each in SECRET_WRITE)),
    ]
    wakes = word("send", ("sqs:SendMessage", things["wakes"]))
    roles = word("yes", ("sts:AssumeRole", role("automate-test-task-pay")))
    *cells, assumes, _ = documented()[function]
    assert [", ".join(found) for found in (store, secrets, wakes, roles)] == [*cells, assumes.partition(":")[0]]


def test_the_page_has_a_row_for_each_function():
    assert set(documented()) == set(FUNCTIONS)


@pytest.mark.parametrize("function", FUNCTIONS)
def test_nobody_may_do_what_no_row_says(stage, things, function):
    caller = stage.role(function)
    for action, resource in (
        ("dynamodb:Scan", things["table"]), ("dynamodb:DeleteTable", things["table"]),
        ("dynamodb:GetItem", arn("dynamodb", "table/automate-prod-data")),
        *(() if function == "sweeper" else (("s3:DeleteObject", things["payload"]),)),
        ("s3:PutBucketPolicy", things["bucket"]),
        ("kms:ScheduleKeyDeletion", things["key"]), ("kms:Decrypt", arn("kms", "key/another")),
        ("secretsmanager:GetSecretValue", secret(stage="prod")),
        ("secretsmanager:GetSecretValue", secret(stage="test2")),
        ("secretsmanager:PutResourcePolicy", secret()), ("secretsmanager:DeleteResourcePolicy", secret()),
        ("sts:AssumeRole", role("automate-prod-task-pay")), ("sts:AssumeRole", role("admin")),
        ("iam:PassRole", role("automate-test-task-pay")), ("iam:PutRolePolicy", role("automate-test-task-pay")),
        ("lambda:InvokeFunction", arn("lambda", "function:automate-test-connector")),
        ("sqs:PurgeQueue", things["wakes"]), ("ec2:RunInstances", "*"),
    ):
        assert not stage.may(caller, action, resource, made=_trust(resource)), f"{function} may {action} on {resource}"


@pytest.mark.parametrize("function", FUNCTIONS)
def test_each_writes_its_own_log_group_and_no_other(stage, function):
    for group in FUNCTIONS:
        resource = arn("logs", f"log-group:/aws/lambda/automate-test-{group}:log-stream:1")
        assert stage.may(stage.role(function), "logs:PutLogEvents", resource) is (group == function)


def test_what_the_rows_say_besides(stage, things):
    """The last column, and the queue that is a function's own."""
    lines = arn("logs", "log-group:/aws/lambda/automate-test-worker:log-stream:1")
    for function in FUNCTIONS:
        caller = stage.role(function)
        assert stage.may(caller, "logs:FilterLogEvents", lines) is (function == "api")
        assert stage.may(caller, "cloudwatch:DescribeAlarms", "*") is (function == "api")
        for key in ("connection.sales", "team/connection.sales"):
            writes = stage.may(caller, "secretsmanager:PutSecretValue", secret(key))
            assert writes is (function in ("api", "worker")), f"{function}: {key}"
        assert stage.may(caller, "sqs:ReceiveMessage", things["wakes"]) is (function == "worker")
        assert stage.may(caller, "sqs:ReceiveMessage", things["dead"]) is (function == "deadletter")
        assert stage.may(caller, "kms:Decrypt", things["key"]) is (function != "connector")


@pytest.mark.parametrize("function", FUNCTIONS)
def test_who_reads_secrets_may_use_the_key_that_they_are_encrypted_with(stage, things, function):
    """Secrets Manager uses the key as the caller, so the right counts through that service alone where nothing else
    needs it."""
    through = {"kms_ViaService": f"secretsmanager.{REGION}.amazonaws.com"}
    caller = stage.role(function)
    reads = "read" in documented()[function][1]
    if reads:
        assert stage.may(caller, "kms:Decrypt", things["key"], **through)
    if function == "connector":
        assert not stage.may(caller, "kms:Decrypt", things["key"])
        assert not stage.may(caller, "kms:Decrypt", things["key"], kms_ViaService=f"s3.{REGION}.amazonaws.com")
    if "write" in documented()[function][1]:
        assert stage.may(caller, "kms:GenerateDataKey", things["key"], **through)


def test_the_api_sets_secrets_under_the_stages_key(stage, templates):
    [function] = templates["api"].find_resources("AWS::Lambda::Function").values()
    named = stage.resolved("api", function["Properties"]["Environment"]["Variables"]["AUTOMATE_KMS_KEY"])
    assert named == stage.arn("data", "AWS::KMS::Key")


@pytest.mark.parametrize("function", ["api", "worker", "sweeper", "deadletter", "sealer", "listener"])
def test_nobody_changes_or_deletes_a_record_of_the_audit_log(stage, things, function):
    """docs/audit.md, "How it is kept": adding is a put, so that is all there is; also in a batch beside other keys, and
    in a table that was restored under another name. The sweeper, which erases, may write the one attribute that has
    what is erased, and delete notes."""
    erases = function == "sweeper"
    caller, restored = stage.role(function), arn("dynamodb", "table/restored")
    record, other = "A#default#03", "E#default#orders:1"
    for action in ("UpdateItem", "DeleteItem", "BatchWriteItem", "PartiQLUpdate", "PartiQLDelete"):
        for keys in ([record], [other, record], ["AH#default#03"], ["AN#default#03"]):
            if erases and action != "UpdateItem" and keys == ["AN#default#03"]:
                continue
            for table in (things["table"], restored):
                written = {"dynamodb_Attributes": ["pk", "sk", "entry"]} if action == "UpdateItem" else {}
                found = stage.decision(caller, f"dynamodb:{action}", table, dynamodb_LeadingKeys=keys, **written)
                assert found is Decision.EXPLICIT_DENY
    assert erases is stage.may(
        caller, "dynamodb:UpdateItem", things["table"], dynamodb_LeadingKeys=[record],
        dynamodb_Attributes=["pk", "sk", "kept"],
    )
    for action in ("UpdateItem", "DeleteItem", "BatchWriteItem"):
        may = stage.may(caller, f"dynamodb:{action}", things["table"], dynamodb_LeadingKeys=[other])
        assert may is (function != "sealer")
    for key in (record, "AH#default#03"):
        for keys in ([key], [other, key]):
            for table in (things["table"], restored):
                found = stage.decision(caller, "dynamodb:PutItem", table, dynamodb_LeadingKeys=keys)
                assert (found is Decision.EXPLICIT_DENY) is (function != "sealer")
        assert stage.may(caller, "dynamodb:Query", things["table"], dynamodb_LeadingKeys=[key])
    notes = stage.may(caller, "dynamodb:PutItem", things["table"], dynamodb_LeadingKeys=["AN#default#03"])
    assert notes is (function != "sealer")


def test_who_erases_keeps_the_list_of_what_was_erased(stage, things):
    """The API puts an actor and a business key on it, the sweeper executions; nobody takes anything off."""
    listed = f"{things['bucket']}/erased/default/key"
    for function in FUNCTIONS:
        caller, may = stage.role(function), function in ("api", "sweeper")
        assert stage.may(caller, "s3:PutObject", listed) is may
        assert stage.may(caller, "s3:GetObject", listed) is may
        assert not stage.may(caller, "s3:DeleteObject", listed)


def test_the_sealer_puts_records_heads_and_ends_and_nothing_else(stage, things):
    caller = stage.role("sealer")
    for keys, may in (
        (["A#default#03"], True), (["AH#default#03"], True), (["B#default"], True), (["AN#default#03"], False),
        (["E#default#orders:1"], False), (["A#default#03", "E#default#orders:1"], False), (["C#default"], False),
    ):
        assert stage.may(caller, "dynamodb:PutItem", things["table"], dynamodb_LeadingKeys=keys) is may
    assert not stage.may(caller, "dynamodb:PutItem", things["table"])
    assert not stage.may(caller, "s3:PutObject", things["payload"])


def test_the_sealer_alone_reads_the_stream_and_sends_to_its_queue(stage, things, templates):
    stream = f"{things['table']}/stream/2026-01-31T00:00:00.000"
    failures = stage.arn("engine", "AWS::SQS::Queue", "SealFailures")
    for function in FUNCTIONS:
        assert stage.may(stage.role(function), "sqs:SendMessage", failures) is (function == "sealer")
        if function != "sealer":
            assert not stage.may(stage.role(function), "dynamodb:GetRecords", stream)


def test_nobody_is_let_in_over_a_plain_connection(stage, things):
    worker = stage.role("worker")
    for action, name in (("s3:GetObject", "payload"), ("sqs:SendMessage", "wakes")):
        assert stage.may(worker, action, things[name])
        assert not stage.may(worker, action, things[name], aws_SecureTransport="false")
    assert not stage.may(worker, "s3:GetObject", things["payload"], s3_TlsVersion="1.1")
    topic = stage.arn("observability", "AWS::SNS::Topic")
    alarm = {"aws_SourceArn": arn("cloudwatch", "alarm:automate-test-errors")}
    assert stage.may("cloudwatch.amazonaws.com", "sns:Publish", topic, **alarm)
    assert not stage.may("cloudwatch.amazonaws.com", "sns:Publish", topic, **alarm, aws_SecureTransport="false")


def test_a_role_made_as_the_page_says_serves_the_worker_and_not_the_tests_of_single_steps(stage):
    """Its trust policy, copied from the page, names the worker's role: a role's own policy always takes part."""
    typed = re.search(r"--assume-role-policy-document '(\{.*?\})'", PAGE.read_text(encoding="utf-8"), re.DOTALL)[1]
    trust = json.loads(typed.replace("ARN OF THE WORKER ROLE", stage.role("worker")))
    made = {"made": [trust]}
    assert stage.may(stage.role("worker"), "sts:AssumeRole", role("automate-test-task-pay"), **made)
    assert not stage.may(stage.role("api"), "sts:AssumeRole", role("automate-test-task-pay"), **made)


def test_the_api_alone_reads_the_root_of_the_tokens_and_writes_who_has_access(stage, things):
    """docs/access.md: the worker, which resolves workflows' secrets, could otherwise make every token."""
    root = stage.arn("data", "AWS::SecretsManager::Secret")
    for function in FUNCTIONS:
        caller = stage.role(function)
        assert stage.may(caller, "secretsmanager:GetSecretValue", root) is (function == "api")
        for action in ("PutSecretValue", "UpdateSecret", "DeleteSecret", "DescribeSecret"):
            assert not stage.may(caller, f"secretsmanager:{action}", root)
        for action in ("PutItem", "UpdateItem", "DeleteItem", "BatchWriteItem"):
            for keys in (["K"], ["C#default", "K"]):
                may = stage.may(caller, f"dynamodb:{action}", things["table"], dynamodb_LeadingKeys=keys)
                assert may is (function == "api")


def test_who_only_runs_workflows_writes_no_version(stage, things):
    """A connector is somebody's code within the worker: it is not to change what other workflows do."""
    for function in FUNCTIONS:
        caller = stage.role(function)
        for action in ("PutItem", "UpdateItem", "DeleteItem", "BatchWriteItem"):
            for keys in (["V#default#orders"], ["C#default", "V#default#orders"]):
                may = stage.may(caller, f"dynamodb:{action}", things["table"], dynamodb_LeadingKeys=keys)
                assert may is (function in ("api", "sweeper"))
        used = stage.may(caller, "dynamodb:UpdateItem", things["table"], dynamodb_LeadingKeys=["VU#default#orders"])
        assert used is ("write" in documented()[function][0])  # a start by number says so
        reads = stage.may(caller, "dynamodb:GetItem", things["table"], dynamodb_LeadingKeys=["V#default#orders"])
        assert reads is ("read" in documented()[function][0])


def test_the_api_alone_signs_addresses_of_large_bodies(stage, things):
    """A presigned address can do what its signer may: so the API's role may read and put these objects, and no more."""
    for kind in ("answers", "uploads"):
        place = f"{things['bucket']}/{kind}/default/abc"
        for function in FUNCTIONS:
            for action in ("s3:GetObject", "s3:PutObject"):
                assert stage.may(stage.role(function), action, place) is (function == "api")
        assert not stage.may(stage.role("api"), "s3:DeleteObject", place)
    assert not stage.may(stage.role("api"), "s3:GetObject", f"{things['bucket']}/other/abc")


def test_what_goes_by_an_address_is_deleted_after_a_day_and_pages_may_use_it(templates):
    """S3's "Configuring cross-origin resource sharing": the browser asks for methods, origin and headers."""
    [bucket] = [each["Properties"] for each in templates["data"].find_resources("AWS::S3::Bucket").values()]
    expiring = {
        rule["Prefix"]: rule["ExpirationInDays"] for rule in bucket["LifecycleConfiguration"]["Rules"]
        if "ExpirationInDays" in rule
    }
    assert expiring == {"answers/": 1, "uploads/": 1}
    [cors] = bucket["CorsConfiguration"]["CorsRules"]
    assert (sorted(cors["AllowedMethods"]), cors["AllowedHeaders"]) == (["GET", "PUT"], ["content-type"])


def test_the_connector_function_is_invoked_by_whom_an_admin_lets_alone(templates):
    """It has no resource policy, so only the caller's own policies can allow it."""
    for permission in templates["engine"].find_resources("AWS::Lambda::Permission").values():
        assert "Connector" not in str(permission["Properties"]["FunctionName"])
