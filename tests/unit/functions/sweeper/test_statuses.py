"""Changes of status on a bus: the table's stream and EventBridge as moto has them, through the function's own parts."""

from __future__ import annotations

import json
import re
from pathlib import Path

import boto3
import pytest
from botocore.exceptions import ClientError

from engine.adapters.aws.items import end_of
from engine.adapters.aws.table import ENDED, ENDED_TERM, STATUSES
from engine.clock import SkipClock
from engine.durable.poison import pause
from engine.durable.triggering.details import MOST_ESCAPED, Details
from engine.errors import StoreUnavailable
from engine.ports.executions_index import ExecutionQuery
from engine.settings import Settings
from engine.triggers.ends import STATUSES as CLOSED
from functions.hearing import hearing_of_a_stage
from functions.sweeper import statuses
from functions.sweeper.statuses import DETAIL_TYPE, MOST_BYTES, SOURCE, Statuses, change_of
from tests.support.api import api_over
from tests.support.flows import flow
from tests.support.moto_stores import open_aws
from tools.cost.meter import Meter
from tools.cost.stream import Stream

PASS = flow({"Done": {"Type": "Pass", "End": True}})
FAIL = flow({"No": {"Type": "Fail", "Error": "Declined", "Cause": "no money"}})
WAIT = flow({"Rest": {"Type": "Wait", "Seconds": 60, "Next": "Again"},
             "Again": {"Type": "Wait", "Seconds": 60, "Next": "Done"}, "Done": {"Type": "Pass", "End": True}})
LATE = {**WAIT, "TimeoutSeconds": 90}

AWS_FIELDS = {
    "executionArn", "stateMachineArn", "name", "status", "startDate", "stopDate", "input", "inputDetails", "output",
    "outputDetails", "error", "cause", "redriveCount",
}
"""Of the page "Automating Step Functions event delivery with EventBridge", except those of versions, aliases, Map Runs
and whether it may be redriven."""


class Stage:
    def __init__(self, stores, clock):
        self.stores, self.clock = stores, clock
        self.api = api_over(stores, clock)
        self.stream = Stream("automate-test", "eu-central-1", STATUSES)
        sqs, events = (boto3.client(name, region_name="eu-central-1") for name in ("sqs", "events"))
        self.sqs, self.events = sqs, events
        self.lost, self.heard = (sqs.create_queue(QueueName=name)["QueueUrl"] for name in ("lost", "heard"))
        events.create_event_bus(Name="states")
        events.put_rule(Name="all", EventBusName="states", EventPattern=json.dumps({"source": [SOURCE]}))
        arn = sqs.get_queue_attributes(QueueUrl=self.heard, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
        events.put_targets(Rule="all", EventBusName="states", Targets=[{"Id": "q", "Arn": arn}])
        hearing = hearing_of_a_stage(stores, Settings(), clock)
        self.details = hearing.ended.details
        self.putting = Statuses(stores.clients, self.details, "states", self.lost)

    def publish(self, name, definition=PASS, **document):
        reply = self.api("POST", "/workflows/import", {
            "document": {"name": name, "definition": definition, **document}, "publish": True
        })
        assert reply.status == 200, reply.text

    def start(self, workflow="orders", name="one", given=None):
        reply = self.api("POST", f"/workflows/{workflow}/executions", {"input": given or {"a": 1}, "name": name})
        assert reply.status == 201, reply.text
        self.api.work()
        return self.api.services.executions.header(self.stores.index.query(
            ExecutionQuery("default", workflow=workflow)
        ).rows[0].key)

    def told(self):
        assert self.putting.records(self.stream.records()) is None
        return self.taken(self.heard)

    def taken(self, queue):
        found = []
        while messages := self.sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10).get("Messages"):
            for message in messages:
                found.append(json.loads(message["Body"]))
                self.sqs.delete_message(QueueUrl=queue, ReceiptHandle=message["ReceiptHandle"])
        return found


@pytest.fixture
def stage(monkeypatch):
    from moto.events.utils import EventTemplateParser  # noqa: PLC0415

    clock = SkipClock()  # of an event that no rule changes moto makes the event, but by a package that is not here
    monkeypatch.setattr(EventTemplateParser, "parse", staticmethod(lambda event, **_: event))
    with open_aws(clock) as stores:
        yield Stage(stores, clock)
        stores.close()


def test_the_end_of_a_fork_is_told_to_no_alert_trigger_or_bus(stage):
    stage.publish("orders", FAIL)
    stage.start()
    assert len(stage.told()) == 2
    fork = stage.api("POST", "/executions/orders%3Aone/fork", {"event": 1})
    assert (fork.status, fork.json["status"]) == (201, "FAILED")
    found = stage.stream.records()
    assert any(fork.json["id"] in record["dynamodb"]["Keys"]["pk"]["S"].replace("%3A", ":") for record in found)
    assert [end_of(record) for record in found] == [None] * len(found)
    assert [change_of(record) for record in found] == [None] * len(found)


def statuses_of(events):
    return [event["detail"]["status"] for event in events]


def test_a_start_and_an_end_are_told_in_the_shape_of_step_functions(stage):
    stage.publish("orders")
    stage.start()
    began, ended = stage.told()
    assert (began["source"], began["detail-type"]) == (SOURCE, DETAIL_TYPE)
    assert began["resources"] == [began["detail"]["executionArn"]]
    assert began["detail"]["executionArn"].endswith(":execution:orders:one")
    for event in (began, ended):
        assert set(event["detail"]) == AWS_FIELDS
    assert began["detail"] | {"executionArn": 0, "stateMachineArn": 0, "startDate": 0} == {
        "executionArn": 0, "stateMachineArn": 0, "startDate": 0, "name": "one", "status": "RUNNING", "stopDate": None,
        "input": '{"a":1}', "inputDetails": {"included": True}, "output": None, "outputDetails": None, "error": None,
        "cause": None, "redriveCount": 0,
    }
    assert ended["detail"]["status"] == "SUCCEEDED"
    assert (ended["detail"]["output"], ended["detail"]["outputDetails"]) == ('{"a":1}', {"included": True})
    assert ended["detail"]["stopDate"] >= ended["detail"]["startDate"] == began["detail"]["startDate"]


def test_each_change_of_the_journal_is_told_once_and_nothing_else(stage):
    """Parks, holds and pauses are none of Step Functions' statuses; a redrive runs again."""
    stage.publish("orders", LATE)
    header = stage.start()
    for _ in range(3):
        stage.clock.sleep(61)
        stage.api.work()
    assert stage.api.services.executions.header(header.key).status == "TIMED_OUT"
    assert stage.api("POST", f"/executions/{header.key.id}/redrive", {}).status in (200, 201, 202)
    stage.api.work()
    stage.clock.sleep(200)
    stage.api.work()
    assert stage.api("POST", "/workflows/orders/executions", {"input": {}, "name": "two"}).status == 201
    stage.api.work()
    assert stage.api("POST", "/executions/orders:two/stop", {"error": "Enough"}).status in (200, 202)
    stage.api.work()
    told = stage.told()
    by_name = {name: [event["detail"] for event in told if event["detail"]["name"] == name] for name in ("one", "two")}
    first = [detail["status"] for detail in by_name["one"]]
    assert first[:3] == ["RUNNING", "TIMED_OUT", "RUNNING"]
    assert first[3:] in (["SUCCEEDED"], ["TIMED_OUT"])
    assert by_name["one"][2]["redriveCount"] == 1
    assert [detail["status"] for detail in by_name["two"]] == ["RUNNING", "ABORTED"]
    assert by_name["two"][1]["error"] == "Enough"


def test_what_is_paused_is_none_of_its_statuses(stage):
    stage.publish("orders", WAIT)
    header = stage.start()
    pause(stage.stores.journal, stage.api.services.executions.header(header.key), "its worker died")
    assert statuses_of(stage.told()) == ["RUNNING"]


def test_express_executions_are_not_told_of(stage):
    """As Step Functions tells of none."""
    stage.publish("quick", PASS, kind="EXPRESS")
    stage.start("quick")
    assert stage.told() == []


def test_what_is_marked_sensitive_leaves_no_account(stage):
    stage.publish("orders", flow({"No": {"Type": "Fail", "Error": "E", "CausePath": "$.card"}}),
                  sensitive={"input": ["/card"]})
    stage.start(given={"card": "4111"})
    began, ended = stage.told()
    assert "4111" not in json.dumps([began, ended])
    assert ended["detail"]["inputDetails"] == {"included": False}
    assert (ended["detail"]["error"], ended["detail"]["cause"]) == ("E", None)


class Shown:
    """What is asked of an execution with an input and an output of these lengths, escaped."""

    def __init__(self, given, out):
        self.input, self.output = "x" * given, "x" * out
        self.status, self.ended_at, self.cause, self.redrives = "SUCCEEDED", 5.0, None, 0

    def describe(self, _key):
        return self

    def header(self, key):
        from types import SimpleNamespace  # noqa: PLC0415

        return SimpleNamespace(workflow="w", version=1, parent=None, key=key)

    def numbered(self, *_):
        from types import SimpleNamespace  # noqa: PLC0415

        return SimpleNamespace(marks_fields=False)


@pytest.mark.parametrize(("given", "out", "input_there", "output_there"), [
    (10, 10, True, True), (MOST_ESCAPED - 100, 10, True, True), (MOST_ESCAPED // 2, MOST_ESCAPED // 2, False, True),
    (MOST_ESCAPED + 1, 10, False, True), (10, MOST_ESCAPED + 1, False, False), (10, MOST_ESCAPED - 100, True, True),
])
def test_what_is_too_long_is_left_out_as_aws_leaves_it_out(stage, given, out, input_there, output_there):
    """"If the combined escaped input and escaped output is greater than 248 KB, then the input will be excluded. If the
    escaped output is greater than 248 KB, then the output will be excluded." """
    from engine.ports.ends import End  # noqa: PLC0415
    from engine.ports.keys import ExecutionKey  # noqa: PLC0415

    shown = Shown(given, out)
    putting = Statuses(stage.stores.clients, Details(shown, shown), "states", stage.lost)
    entry = putting.entry(End(ExecutionKey("default", "w:one"), "w", 1, "SUCCEEDED", 3, 1.0, 5.0))
    detail = json.loads(entry["Detail"])
    assert (detail["inputDetails"]["included"], detail["outputDetails"]["included"]) == (input_there, output_there)
    assert (detail["input"] is not None, detail["output"] is not None) == (input_there, output_there)
    assert len(entry["Detail"]) <= MOST_BYTES


def test_what_the_bus_does_not_take_waits_in_the_queue_and_holds_up_nothing(stage, monkeypatch):
    stage.publish("orders")
    stage.start()
    made = stage.stores.clients.made

    class Bus:
        def __init__(self):
            self.answers = [
                ClientError({"Error": {"Code": "InternalException"}}, "PutEvents"),
                {"Entries": [{"EventId": "1"}, {"ErrorCode": "ThrottlingException"}]},
            ]

        def put_events(self, Entries):  # noqa: N803
            answer = self.answers.pop(0)
            if isinstance(answer, Exception):
                raise answer
            return answer

    bus = Bus()
    sqs = stage.stores.clients.sqs
    sqs.set_queue_attributes(QueueUrl=stage.lost, Attributes={"VisibilityTimeout": "0"})
    with monkeypatch.context() as busy:
        busy.setattr(stage.stores.clients, "made", lambda name, more: bus if name == "events" else made(name, more))
        assert stage.putting.records(stage.stream.records()) is None
        assert stage.putting.again(lambda: True) == 1  # one was taken, one stays
    assert stage.putting.again(lambda: True) == 1
    assert len(stage.taken(stage.heard)) == 1
    assert stage.putting.again(lambda: True) == 0


def test_a_bus_that_is_gone_and_a_queue_too_let_the_batch_come_again(stage):
    stage.publish("orders")
    stage.start()
    records = stage.stream.records()
    putting = Statuses(stage.stores.clients, stage.details, "states", f"{stage.lost}-gone")
    stage.events.remove_targets(Rule="all", EventBusName="states", Ids=["q"])

    def nothing(*_):
        raise StoreUnavailable("down")

    putting._details = type("D", (), {"whole": nothing})()
    assert putting.records(records) == records[0]["dynamodb"]["SequenceNumber"]


def test_requests_are_within_their_bounds(stage, monkeypatch):
    stage.publish("orders")
    for number in range(13):
        stage.start(name=f"n{number}")
    asked = []
    made = stage.stores.clients.made

    class Bus:
        def put_events(self, Entries):  # noqa: N803
            asked.append(len(Entries))
            return {"Entries": [{} for _ in Entries]}

    bus = Bus()
    monkeypatch.setattr(stage.stores.clients, "made", lambda name, more: bus if name == "events" else made(name, more))
    assert stage.putting.records(stage.stream.records()) is None
    assert asked == [10, 10, 6]


def test_the_filters_let_through_what_is_told_and_no_more(stage):
    """A record that says nothing invokes nobody: parks of one that is open are not handed over."""
    assert set(CLOSED) == set(STATUSES[1]["dynamodb"]["NewImage"]["status"]["S"])
    assert len([ENDED_TERM, ENDED, *STATUSES]) <= 5, "Lambda takes so many patterns for a mapping"
    stage.publish("orders", WAIT)
    stage.start()
    for _ in range(4):
        stage.clock.sleep(61)
        stage.api.work()
    records = stage.stream.records()
    assert [change_of(record).status for record in records] == ["RUNNING", "SUCCEEDED"]


def test_the_page_says_what_is_read_for_an_event(stage):
    stage.publish("orders")
    stage.start(name="warm")
    stage.told()
    stage.start()
    began, ended = (change_of(record) for record in stage.stream.records())
    meter, counted = Meter(stage.stores.clients.dynamodb, "automate-test"), {}
    for name, change in (("status_start", began), ("status_end", ended)):
        meter.reset()
        assert stage.details.whole(change)["inputDetails"] == {"included": True}
        counted[name] = (meter.units, meter.reads)
    meter.close()
    text = (Path(__file__).parents[4] / "docs" / "costs.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `(status_\w+)` \| ([\d.]+) \| ([\d.]+) \|", text, re.MULTILINE)
    assert {name: (int(writes), float(reads)) for name, writes, reads in rows} == counted


def test_the_source_is_one_that_customers_may_put():
    assert not SOURCE.startswith("aws.")
    assert statuses.DETAIL_TYPE == "Step Functions Execution Status Change"
