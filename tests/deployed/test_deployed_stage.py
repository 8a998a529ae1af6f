"""A deployed stage over its life: orders, secrets, long waits, dead letters, an upgrade and a rollback, its end."""

import json
import zlib
from pathlib import Path
from urllib.parse import quote

import pytest

from engine.durable import codec
from engine.kernel.snapshot import UNCONFIRMED
from tests.deployed.next_release import NEXT_SCHEMA, make_next_release
from tests.deployed.services import SampleServices
from tests.support.deployed.documents import publish, workflow
from tests.support.deployed.emulator import REGION
from tests.support.deployed.stage import PASSWORD, USER

pytestmark = pytest.mark.full
ROOT = Path(__file__).parents[2]
ORDER = json.loads((ROOT / "workflows" / "order_flow" / "input.json").read_text())
KEY = "DEMO_PAYMENT_KEY"
BUSY_SECONDS = 300
"""How long something may take on a machine that does much besides."""


@pytest.fixture(scope="module")
def services(stage):
    running = SampleServices(stage.services_port)
    yield running
    running.stop()


@pytest.fixture(scope="module")
def order_flow(stage, services):
    """order_flow, published, its secret set; gives the input of an order."""
    publish(stage, json.loads((ROOT / "workflows" / "order_flow.json").read_text()))
    stage.answer("PUT", f"/secrets/{KEY}", {"value": "canary-first-key"})
    stage.answer("POST", f"/secrets/{KEY}/grants", {"workflow": "*"})
    return lambda number: ORDER | {"orderId": f"o-{number}", "endpoint": services.address}


@pytest.fixture(scope="module")
def waiting(stage):
    """A workflow that waits as many seconds as its input says."""
    publish(stage, workflow("waiting", {
        "Rest": {"Type": "Wait", "Seconds": "{% $states.input.seconds %}", "Next": "Done"}, "Done": {"Type": "Succeed"},
    }, "Rest"))


def test_an_order_is_taken_and_its_log_lines_are_found(stage, order_flow):
    execution = stage.start("order_flow", order_flow(1))
    ended = stage.ended(execution)
    assert (ended["status"], ended["business_key"]) == ("SUCCEEDED", "o-1"), ended
    assert "automate-e2e-worker" in ended["links"]["insights"]
    lines = stage.seen(lambda: stage.answer("GET", f"{execution}/logs")["lines"], bool)
    assert any("held for a moment" in line["message"] and line["state"] == "Flag For Review" for line in lines), lines
    steps = stage.answer("GET", f"{execution}/steps")["steps"]
    review = next(step for step in steps if step["name"] == "Flag For Review")
    detail = stage.answer("GET", f"{execution}/steps/{quote(review['id'], safe='')}")
    assert [line["message"] for line in detail["logs"]] == [line["message"] for line in lines if line["state"]][:1]
    assert "$252Faws$252Flambda$252Fautomate-e2e-worker/log-events" in detail["links"]["cloudwatch"]


def test_the_next_run_uses_a_changed_secret(stage, order_flow, services):
    """A worker keeps a value for a minute, and asks again at once where the service refuses it."""
    stage.ended(stage.start("order_flow", order_flow(2)))
    assert services.keys[-1] == "canary-first-key"
    stage.answer("POST", f"/secrets/{KEY}/rotate", {"value": "canary-second-key"})
    services.revoked.add("canary-first-key")
    ended = stage.ended(stage.start("order_flow", order_flow(3)))
    assert (ended["status"], services.keys[-1]) == ("SUCCEEDED", "canary-second-key")
    said = json.dumps(stage.answer("GET", "/secrets")) + stage.emulator.log.read_text()
    assert "canary-" not in said


def test_the_command_line_drives_it(stage, order_flow, tmp_path):
    client = stage.output("api", "UserPoolClientId")
    said = stage.command("login", "--user", USER, "--client-id", client, "--region", REGION, given=f"{PASSWORD}\n")
    assert said == f"{USER} is signed in\n"
    (tmp_path / "in.json").write_text(json.dumps(order_flow(4)))
    given = f"@{tmp_path / 'in.json'}"
    started = json.loads(stage.command("start", "order_flow", "--input", given, "--wait", as_json=True))
    assert started["status"] == "SUCCEEDED"
    assert "order_flow" in stage.command("workflows")
    assert started["id"] in stage.command("executions", "--business-key", "o-4")
    assert "Charge Payment" in stage.command("show", started["id"])
    listed = stage.command("secrets", "list")
    assert KEY in listed
    assert "canary-" not in listed
    assert "none was changed" in stage.command("audit", "verify")


def test_an_execution_that_failed_is_redriven(stage):
    """By the API Lambda, which writes the segment; the worker Lambda goes on with it."""
    mended = "{% $states.context.Execution.RedriveCount > 0 ? 'mended' : $error('not yet') %}"
    publish(stage, workflow("fragile", {
        "Try": {"Type": "Pass", "Output": mended, "Next": "Say"},
        "Say": {"Type": "Task", "Resource": "connector:log:write", "Arguments": {"message": "{% $states.input %}"},
                "Output": "{% $states.input %}", "End": True},
    }, "Try"))
    execution = stage.start("fragile", {}, name="one")
    assert stage.ended(execution)["status"] == "FAILED"
    assert "fragile:one: redriven" in stage.command("redrive", "fragile:one")
    ended = stage.ended(execution)
    assert (ended["status"], ended["output"], ended["redrives"]) == ("SUCCEEDED", "mended", 1)


def test_those_that_failed_go_on_by_another_version(stage):
    """The plan names what does not fit; the API Lambda changes the others over, and worker Lambdas go on with them."""
    def say(of, **more):
        return {"Type": "Task", "Resource": "connector:log:write", "Arguments": {"message": of}, **more}

    kind = "{% $states.input.kind %}"
    first = {"Type": "Choice", "Choices": [{"Condition": "{% $states.input.kind = 'gone' %}", "Next": "Gone"}],
             "Default": "Ship"}
    before = {"Pay": say("paid", Output="{% $states.input %}", Next="Which"), "Which": first,
              "Ship": say("{% $error('not yet') %}", End=True), "Gone": say("{% $error('not yet') %}", End=True)}
    after = {"Pay": before["Pay"], "Which": {**first, "Choices": [{**first["Choices"][0], "Next": "Ship"}]},
             "Ship": say(kind, Output=kind, End=True)}
    publish(stage, workflow("mended", before, "Pay"))
    for kind_of, number in (("plain", 1), ("plain", 2), ("gone", 3)):
        stage.start("mended", {"kind": kind_of}, name=f"r{number}")
    for number in (1, 2, 3):
        assert stage.ended(f"/executions/mended%3Ar{number}")["status"] == "FAILED"
    publish(stage, workflow("mended", after, "Pay"))
    plans = stage.answer("POST", "/workflows/mended/redrive/plan", {"version": 2})["plans"]
    assert {plan["id"]: plan["fits"] for plan in plans} == {"mended:r1": True, "mended:r2": True, "mended:r3": False}
    done = json.loads(stage.command("redrive", "--workflow", "mended", "--version", "active", "--yes", as_json=True))
    assert set(done["redriven"]) == {"mended:r1", "mended:r2"}
    assert [(item["id"], "'Gone'" in item["message"]) for item in done["refused"]] == [("mended:r3", True)]
    for number in (1, 2):
        ended = stage.ended(f"/executions/mended%3Ar{number}")
        assert (ended["status"], ended["output"], ended["version"], ended["redrives"]) == ("SUCCEEDED", "plain", 2, 1)
        calls = stage.answer("GET", f"/executions/mended%3Ar{number}/effects")["effects"]
        assert [(call["state"], call["outcome"]) for call in calls] == [("Pay", "DONE"), ("Ship", "DONE")]
    fork = stage.answer("POST", "/executions/mended%3Ar3/fork", {"event": 1, "version": 2, "input": {"kind": "plain"}})
    assert fork["id"].startswith("mended:r3~at1.")
    assert (fork["status"], fork["version"]) == ("ABORTED", 2)
    assert "'Ship'" in fork["cause"], "its call is not in the record"


def test_a_wait_of_20_seconds_ends_by_itself(stage, waiting):
    ended = stage.ended(stage.start("waiting", {"seconds": 20}))
    assert ended["status"] == "SUCCEEDED"
    assert 20 <= ended["duration_seconds"] < 40


def test_a_dead_letter_pauses_its_execution_which_is_resumed_and_ends_past_fifteen_minutes(stage, waiting):
    """The execution's wake is received too often (put into the dead-letter queue, as SQS does): PAUSED, with the cause;
    resumed, it still waits; 20 minutes later the sweeper wakes it and it ends."""
    execution = stage.start("waiting", {"seconds": 1200}, name="long")
    stage.seen(lambda: stage.answer("GET", f"{execution}/steps")["steps"], bool)
    sqs = stage.emulator.client("sqs")
    (dead,) = [url for url in sqs.list_queues()["QueueUrls"] if "DeadLetters" in url]
    sqs.send_message(QueueUrl=dead, MessageBody=json.dumps({"workspace": "default", "id": "waiting:long"}))
    paused = stage.ended(execution)
    assert paused["status"] == "PAUSED"
    assert "dead letter" in paused["cause"] or "received" in paused["cause"], paused["cause"]
    assert stage.answer("POST", f"{execution}/resume")["status"] == "RUNNING"
    stage.emulator.move_clock(1210)
    try:
        stage.sweep()
        ended = stage.ended(execution)
    finally:
        stage.emulator.move_clock(0)
    assert ended["status"] == "SUCCEEDED", ended


def test_a_message_that_is_no_wake_spoils_nothing(stage, waiting):
    sqs = stage.emulator.client("sqs")
    (wakes,) = [url for url in sqs.list_queues()["QueueUrls"] if "Wakes" in url]
    sqs.send_message(QueueUrl=wakes, MessageBody="no wake")
    assert stage.ended(stage.start("waiting", {"seconds": 0}))["status"] == "SUCCEEDED"


def test_50_executions_go_on_over_an_upgrade_to_a_new_schema_and_back(stage, tmp_path):
    """25 are begun by this release, gone on with by the next, whose snapshots this one cannot read, and ended by this
    one; 25 are begun by the next. Each ends once. Confirmed, the next one does write its own schema."""
    publish(stage, workflow("two_waits", {
        "First": {"Type": "Wait", "Seconds": 800, "Next": "Second"},
        "Second": {"Type": "Wait", "Seconds": 800, "Next": "Done"}, "Done": {"Type": "Succeed"},
    }, "First"))
    release = make_next_release(tmp_path / "next")
    before = dict(stage.context)
    try:
        executions = [stage.start("two_waits", {}, name=f"old-{number}") for number in range(25)]
        assert states(stage, executions, "First") == {"First"}
        stage.deploy(release)
        stage.emulator.move_clock(810)
        assert states(stage, executions, "Second") == {"Second"}
        later = [stage.start("two_waits", {}, name=f"new-{number}") for number in range(25)]
        assert states(stage, later, "First") == {"First"}
        executions += later
        stage.deploy()
        assert {stage.answer("GET", each)["status"] for each in executions} == {"RUNNING"}
        stage.emulator.move_clock(1700)
        assert states(stage, later, "Second") == {"Second"}
        stage.emulator.move_clock(2600)
        stage.sweep()
        ended = [stage.ended(execution, within=BUSY_SECONDS) for execution in executions]
        assert [found["status"] for found in ended] == ["SUCCEEDED"] * 50
        for execution in executions:
            events = stage.answer("GET", f"{execution}/history")["events"]
            assert [event["type"] for event in events].count("ExecutionSucceeded") == 1
        assert schemas(stage, "two_waits:") == {UNCONFIRMED}

        stage.context["snapshot_schema"] = str(NEXT_SCHEMA)
        stage.deploy(release)
        confirmed = stage.start("two_waits", {}, name="confirmed")
        assert states(stage, [confirmed], "First") == {"First"}
        assert schemas(stage, "two_waits:confirmed") == {NEXT_SCHEMA}
        stage.answer("POST", f"{confirmed}/stop", {})
        assert stage.ended(confirmed, within=BUSY_SECONDS)["status"] == "ABORTED"
    finally:
        stage.emulator.move_clock(0)
        stage.context = before
        stage.deploy()


def states(stage, executions, wanted):
    """The states that they stand in, at the latest once all are in the wanted one."""
    def stand():
        stage.sweep()
        steps = [stage.answer("GET", f"{execution}/steps")["steps"] for execution in executions]
        return {found[-1]["name"] if found else None for found in steps}

    return stage.seen(stand, lambda found: found == {wanted}, within=BUSY_SECONDS)


def schemas(stage, execution):
    """Those that the segments of executions whose ids begin so were written in."""
    table = stage.emulator.client("dynamodb")
    pages = table.get_paginator("scan").paginate(TableName=stage.output("data", "TableName"))
    bodies = [
        item["body"]["B"] for page in pages for item in page["Items"]
        if item["pk"]["S"].startswith(f"E#default#{execution}") and item["sk"]["S"].startswith("S#")
    ]
    return {json.loads(_text(body))["v"] for body in bodies}


def _text(body):
    """A segment's JSON, also of a release whose schema is newer than ours: unpack refuses it."""
    inflater = zlib.decompressobj(zdict=codec._DICTIONARY)
    return body[1:] if body[:1] == codec._PLAIN else inflater.decompress(body[1:])


def test_a_change_of_settings_loses_none_of_50_executions(stage, waiting):
    """Half of them wait across the first deployment, all across the second; each ends once, with its own output."""
    executions = [stage.start("waiting", {"seconds": 5 + number}, name=f"batch-{number}") for number in range(25)]
    before = dict(stage.context)
    stage.context |= {"batch_size": "5", "log_level": "DEBUG", "worker_memory_mb": "768"}
    stage.deploy()
    later = range(25, 50)
    executions += [stage.start("waiting", {"seconds": number % 20}, name=f"batch-{number}") for number in later]
    stage.context = before
    stage.deploy()
    ended = [stage.ended(execution) for execution in executions]
    assert [found["status"] for found in ended] == ["SUCCEEDED"] * 50
    for execution in executions:
        events = stage.answer("GET", f"{execution}/history")["events"]
        assert [event["type"] for event in events].count("ExecutionSucceeded") == 1


def test_a_table_is_restored_from_its_backup(stage, waiting):
    """The drill of docs/deployment.md: a backup taken while an execution waits holds it, whole."""
    dynamodb = stage.emulator.client("dynamodb")
    table = stage.output("data", "TableName")
    execution = stage.start("waiting", {"seconds": 600}, name="kept")
    stage.seen(lambda: stage.answer("GET", f"{execution}/steps")["steps"], bool)
    arn = dynamodb.create_backup(TableName=table, BackupName="drill")["BackupDetails"]["BackupArn"]
    stage.answer("POST", f"{execution}/stop", {"error": "Mistake"})
    dynamodb.restore_table_from_backup(TargetTableName="restored", BackupArn=arn)
    kept = dynamodb.scan(TableName="restored")["Items"]
    assert any("waiting:kept" in json.dumps(item, default=str) for item in kept)
    dynamodb.delete_table(TableName="restored")


def test_destroying_it_leaves_nothing(stage):
    """The last test of the stage: with protect=false no table, bucket, queue, function or user pool stays."""
    stage.destroy()
    client = stage.emulator.client
    assert not [name for name in client("dynamodb").list_tables()["TableNames"] if "automate" in name]
    assert not [url for url in client("sqs").list_queues().get("QueueUrls", []) if "automate" in url]
    assert not [f for f in client("lambda").list_functions()["Functions"] if "automate-" in f["FunctionName"]]
    assert not client("cognito-idp").list_user_pools(MaxResults=10)["UserPools"]
    buckets = [bucket["Name"] for bucket in client("s3").list_buckets()["Buckets"]]
    assert not [name for name in buckets if name.startswith("automate-")]
