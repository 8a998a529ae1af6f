"""What starts a workflow on a deployed stage: a webhook, a schedule's tick, a bus, a queue, a bucket; each once.
And who hears of it: an alert's topic, another workflow, and a bus of status events. The emulator serves all of that but
one way: the table's stream to the sweeper (tests/support/deployed/stream.py says why, and hands its records over)."""

import hashlib
import hmac
import json
import time
import urllib.error
import urllib.request

import pytest

from engine.durable.triggering.listening import LOOK_SECONDS
from tests.support import patience
from tests.support.deployed.documents import publish, workflow
from tests.support.deployed.emulator import ACCOUNT, REGION
from tests.support.deployed.stream import Stream

pytestmark = pytest.mark.full
BUCKET, QUEUE, BUS = "e2e-uploads", "e2e-jobs", "e2e-shop"
TOLD, STATES = "e2e-told", "e2e-states"
TOPIC_ARN = f"arn:aws:sns:{REGION}:{ACCOUNT}:{TOLD}"
QUEUE_ARN = f"arn:aws:sqs:{REGION}:{ACCOUNT}:{QUEUE}"
KEY = "a-shared-secret"
SAYS = {"Say": {"Type": "Pass", "Output": "{% $states.input %}", "End": True}}


@pytest.fixture(scope="module")
def hearing(stage):
    """The stage, deployed so that it hears a bus, a queue and a bucket of the account's."""
    client, before = stage.emulator.client, dict(stage.context)
    client("s3").create_bucket(Bucket=BUCKET)
    client("s3").put_bucket_notification_configuration(
        Bucket=BUCKET, NotificationConfiguration={"EventBridgeConfiguration": {}}
    )
    url = client("sqs").create_queue(QueueName=QUEUE)["QueueUrl"]
    client("events").create_event_bus(Name=BUS)
    client("sns").create_topic(Name=TOLD)
    client("events").create_event_bus(Name=STATES)
    stage.context |= {
        "hears": f"bus:{BUS},bucket:{BUCKET},queue:{QUEUE_ARN},ends", "alert_topics": TOPIC_ARN,
        "status_events_bus": STATES,
    }
    stage.deploy()
    yield stage
    stage.context = before
    stage.deploy()
    client("sqs").delete_queue(QueueUrl=url)
    for bus in (BUS, STATES):
        client("events").delete_event_bus(Name=bus)
    client("sns").delete_topic(TopicArn=TOPIC_ARN)
    for found in client("s3").list_objects_v2(Bucket=BUCKET).get("Contents", ()):
        client("s3").delete_object(Bucket=BUCKET, Key=found["Key"])
    client("s3").delete_bucket(Bucket=BUCKET)


def listens(stage, name, trigger):
    """Published, and heard by a listener that is warm."""
    publish(stage, {**workflow(name, SAYS, "Say"), "triggers": [trigger]})
    time.sleep(LOOK_SECONDS)


def ended(stage, name, count=1):
    """The executions of a workflow, once there are so many and none runs."""
    def there():
        return stage.answer("GET", f"/executions?workflow={name}")["executions"]

    found = stage.seen(there, lambda rows: len(rows) >= count and all(row["status"] != "RUNNING" for row in rows))
    assert [row["status"] for row in found] == ["SUCCEEDED"] * count, (found, stage.emulator.log.read_text()[-3000:])
    return found


def call(stage, path, body, signature):
    """A webhook's sender: nobody signed in."""
    request = urllib.request.Request(  # noqa: S310 - http
        stage.api_url + path, body, {"Content-Type": "application/octet-stream", "X-Signature": signature}
    )
    try:
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with opener.open(request, timeout=patience.SECONDS) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as error:
        with error:
            return error.code, json.load(error)


def test_a_webhook_starts_once_by_its_signature_over_its_bytes(stage):
    stage.answer("PUT", "/secrets/HOOK_KEY", {"value": KEY})
    stage.answer("POST", "/secrets/HOOK_KEY/grants", {"workflow": "hooked", "connector": "trigger:webhook"})
    listens(stage, "hooked", {"type": "webhook", "path": "in", "dedupe_key": "{% $states.input.base64 %}", "auth": {
        "style": "hmac", "header": "X-Signature", "secrets": [{"$secret": "HOOK_KEY"}],
    }})
    body = b"\xff\xfe not UTF-8"
    signature = hmac.digest(KEY.encode(), body, hashlib.sha256).hex()
    first, again = (call(stage, "/hooks/hooked/in", body, signature) for _ in range(2))
    assert (first[0], first[1]["outcome"], first[1]["repeated"]) == (202, "STARTED", False), first
    assert (again[0], again[1]["execution"], again[1]["repeated"]) == (202, first[1]["execution"], True)
    refused, unknown = call(stage, "/hooks/hooked/in", body, "00" * 32), call(stage, "/hooks/no/such", body, signature)
    assert refused[0] == unknown[0] == 404
    assert refused[1] == unknown[1]
    ended(stage, "hooked")


def test_the_sweepers_tick_starts_a_schedule_at_each_of_its_times(stage):
    listens(stage, "ticking", {"type": "schedule", "expression": "rate(10 minutes)"})
    stage.sweep()
    try:
        for number in (1, 2):
            stage.emulator.move_clock(number * 601)
            stage.sweep()
            stage.sweep()
            assert len(ended(stage, "ticking", number)) == number
    finally:
        stage.emulator.move_clock(0)


def test_an_event_of_a_heard_bus_starts_once(hearing):
    listens(hearing, "ordered", {
        "type": "event", "bus": BUS, "pattern": {"source": ["my.shop"]},
        "when": "{% $states.input.detail.total > 100 %}",
    })
    hearing.emulator.client("events").put_events(Entries=[
        {"EventBusName": BUS, "Source": "my.shop", "DetailType": "Order", "Detail": json.dumps({"total": total})}
        for total in (50, 120)
    ])
    [row] = ended(hearing, "ordered")
    output = hearing.answer("GET", f"/executions/{row['id'].replace(':', '%3A')}")["output"]
    assert output["detail"] == {"total": 120}
    rows = hearing.answer("GET", "/triggers/ordered/event/deliveries")["deliveries"]
    assert sorted(each["outcome"] for each in rows) == ["NOT_MATCHED", "STARTED"]


def test_a_message_of_a_heard_queue_starts_once(hearing):
    listens(hearing, "queued", {"type": "queue", "queue": QUEUE_ARN})
    sqs = hearing.emulator.client("sqs")
    sqs.send_message(QueueUrl=sqs.get_queue_url(QueueName=QUEUE)["QueueUrl"], MessageBody='{"job": 7}')
    [row] = ended(hearing, "queued")
    assert hearing.answer("GET", f"/executions/{row['id'].replace(':', '%3A')}")["output"] == {"job": 7}


def test_an_object_that_is_put_into_a_heard_bucket_starts_once(hearing):
    listens(hearing, "filed", {"type": "s3", "bucket": BUCKET, "prefix": "in/", "suffix": ".csv"})
    s3 = hearing.emulator.client("s3")
    for key in ("in/a.csv", "in/a.txt", "out/a.csv"):
        s3.put_object(Bucket=BUCKET, Key=key, Body=b"a,b\n1,2\n")
    ended(hearing, "filed")
    [row] = hearing.answer("GET", "/triggers/filed/s3/deliveries")["deliveries"]
    assert row["dedupe_key"].startswith(f"{BUCKET}/in/a.csv/")


def test_what_the_stage_does_not_hear_is_refused_by_name(hearing):
    document = {**workflow("deaf", SAYS, "Say"), "triggers": [
        {"type": "event", "bus": "other", "pattern": {"source": ["x"]}}, {"type": "queue", "queue": f"{QUEUE_ARN}-2"},
    ]}
    status, answer = hearing.ask("POST", "/workflows/import", {"document": document, "publish": True})
    assert status == 422, answer
    said = json.dumps(answer, ensure_ascii=False)
    assert f"the stage hears the buses {BUS}" in said
    assert f"the stage hears the queues {QUEUE_ARN}" in said


@pytest.fixture
def mailbox(hearing):
    """A queue that subscribes to the topic, and to the bus of status events: what came is in `taken`."""
    sqs = hearing.emulator.client("sqs")
    url = sqs.create_queue(QueueName="e2e-mailbox")["QueueUrl"]
    arn = f"arn:aws:sqs:{REGION}:{ACCOUNT}:e2e-mailbox"
    hearing.emulator.client("sns").subscribe(TopicArn=TOPIC_ARN, Protocol="sqs", Endpoint=arn)
    events = hearing.emulator.client("events")
    events.put_rule(Name="e2e-states", EventBusName=STATES, EventPattern=json.dumps({"source": ["automate.states"]}))
    events.put_targets(Rule="e2e-states", EventBusName=STATES, Targets=[{"Id": "mailbox", "Arn": arn}])
    taken, stream = [], Stream(hearing, "sweeper")

    def take():
        stream.hand_over()
        for message in sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", ()):
            taken.append(json.loads(message["Body"]))
            sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
        return taken

    yield take
    events.remove_targets(Rule="e2e-states", EventBusName=STATES, Ids=["mailbox"])
    events.delete_rule(Name="e2e-states", EventBusName=STATES)
    sqs.delete_queue(QueueUrl=url)


def test_a_failure_is_told_to_a_topic_to_another_workflow_and_to_the_bus(hearing, mailbox):
    """By what the table's stream says, the sweeper, SNS and EventBridge."""
    listens(hearing, "cleanup", {"type": "workflow_end", "workflow": "failing", "statuses": ["FAILED"]})
    fails = {"No": {"Type": "Fail", "Error": "Declined", "Cause": "no money"}}
    publish(hearing, {**workflow("failing", fails, "No"), "alerts": [{"sns": TOPIC_ARN}]})
    time.sleep(LOOK_SECONDS)
    hearing.answer("POST", "/workflows/failing/executions", {"name": "one", "input": {"n": 1}})

    def all_there(found):
        statuses = [each["detail"]["status"] for each in found if each.get("detail", {}).get("name") == "one"]
        return {"RUNNING", "FAILED"} <= set(statuses) and any("Message" in each for each in found)

    found = hearing.seen(mailbox, all_there)
    [alert] = [json.loads(each["Message"]) for each in found if "Message" in each]
    assert (alert["text"], alert["execution"]) == ("failing FAILED with Declined: no money", "failing:one")
    [event] = [each for each in found if each.get("detail", {}).get("status") == "FAILED"
               and each["detail"]["name"] == "one"]
    assert event["detail-type"] == "Step Functions Execution Status Change"
    assert (event["detail"]["error"], event["detail"]["input"]) == ("Declined", '{"n":1}')
    ended(hearing, "cleanup")


def test_a_topic_that_the_stage_does_not_name_is_refused_by_name(hearing):
    document = {**workflow("other_topic", SAYS, "Say"), "alerts": [{"sns": f"{TOPIC_ARN}-2"}]}
    status, answer = hearing.ask("POST", "/workflows/import", {"document": document, "publish": True})
    assert status == 422, answer
    assert f"the stage publishes to {TOPIC_ARN} alone" in json.dumps(answer, ensure_ascii=False)
