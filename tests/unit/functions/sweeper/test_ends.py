"""Ends on AWS: the table's stream tells what was closed, through the function's own parts."""

from __future__ import annotations

import pytest

from engine.adapters.aws.table import ENDED
from engine.clock import SkipClock
from engine.durable.poison import pause
from engine.durable.triggering.alerting import AlertPlace
from engine.errors import StoreUnavailable
from engine.settings import Settings
from functions.hearing import hearing_of_a_stage
from functions.sweeper.calls import studio_links
from functions.sweeper.ends import Telling
from tests.support.api import api_over
from tests.support.flows import flow
from tests.support.moto_stores import open_aws
from tools.cost.stream import Stream

PASS = flow({"Done": {"Type": "Pass", "End": True}})
FAIL = flow({"No": {"Type": "Fail", "Error": "Declined", "Cause": "no money"}})


class Stage:
    def __init__(self, stores, clock):
        self.stores, self.clock = stores, clock
        self.api = api_over(stores, clock)
        self.stream = Stream("automate-test", "eu-central-1", (ENDED,))
        self.restart()

    def restart(self):
        found = hearing_of_a_stage(self.stores, Settings(), self.clock, AlertPlace(
            link=studio_links(self.stores.clients, "https://x/studio/", "")
        ))
        self.telling = Telling(found.ended, found.watched)

    def publish(self, name, definition=PASS, **document):
        reply = self.api("POST", "/workflows/import", {
            "document": {"name": name, "definition": definition, **document}, "publish": True
        })
        assert reply.status == 200, reply.text
        self.clock.sleep(2.5)

    def start(self, name="one"):
        assert self.api("POST", "/workflows/orders/executions", {"input": {"a": 1}, "name": name}).status == 201
        self.api.work()
        return self.stream.records()

    def inputs(self, workflow):
        self.api.work()
        rows = self.api("GET", f"/executions?workflow={workflow}").json["executions"]
        return [self.api("GET", f"/executions/{row['id']}").json["input"] for row in rows]


@pytest.fixture
def stage():
    clock = SkipClock()
    with open_aws(clock) as stores:
        yield Stage(stores, clock)
        stores.close()


def test_an_end_starts_who_listens_once_however_often_the_batch_comes(stage):
    stage.publish("cleanup", triggers=[{"type": "workflow_end", "workflow": "orders", "errors": ["Decl*"]}])
    stage.publish("orders", FAIL)
    records = stage.start()
    assert len(records) == 1
    for _ in range(3):
        assert stage.telling.records(records) is None
        stage.restart()
    (arrived,) = stage.inputs("cleanup")
    assert (arrived["status"], arrived["error"], arrived["cause"], arrived["input"]) == (
        "FAILED", "Declined", "no money", '{"a":1}'
    )


def test_where_nobody_listens_nothing_is_delivered(stage, monkeypatch):
    stage.publish("orders", FAIL)
    records = stage.start()
    monkeypatch.setattr(stage.telling._ended, "tell", lambda _: 1 / 0)
    assert stage.telling.records(records) is None


def test_only_the_change_that_closes_or_pauses_is_let_through(stage):
    stage.publish("orders", flow({"Wait": {"Type": "Wait", "Seconds": 1000, "End": True}}))
    assert stage.start() == []
    journal = stage.stores.journal
    key = stage.api.services.executions.header
    found = stage.api("GET", "/executions?workflow=orders").json["executions"][0]["id"]
    from engine.ports.keys import ExecutionKey  # noqa: PLC0415

    pause(journal, key(ExecutionKey("default", found)), "its worker died")
    assert [record["dynamodb"]["NewImage"]["status"] for record in stage.stream.records()] == [{"S": "PAUSED"}]


def test_an_alert_is_told_and_its_summary_by_the_tick(stage):
    stage.publish("notify")
    stage.publish("orders", FAIL, alerts=[{"workflow": "notify", "every_minutes": 1}])
    for name in ("one", "two", "three"):
        assert stage.telling.records(stage.start(name)) is None
    (told,) = stage.inputs("notify")
    assert (told["execution"], told["link"]) == ("orders:one", "https://x/studio/executions/orders%3Aone")
    stage.clock.sleep(61)
    assert stage.telling.look() == 1
    assert sorted(given["more"] for given in stage.inputs("notify")) == [0, 1]


def test_a_store_that_fails_lets_the_batch_come_again_from_there(stage, monkeypatch):
    stage.publish("cleanup", triggers=[{"type": "workflow_end", "workflow": "orders"}])
    stage.publish("orders")
    records = [*stage.start("one"), *stage.start("two")]
    with monkeypatch.context() as patch:
        patch.setattr(stage.stores.deliveries, "start", lambda *_: (_ for _ in ()).throw(StoreUnavailable("x")))
        assert stage.telling.records(records) == records[0]["dynamodb"]["SequenceNumber"]
    assert stage.telling.records(records) is None
    assert len(stage.inputs("cleanup")) == 2


def test_what_cannot_be_read_is_said_and_holds_up_nothing(stage, caplog):
    stage.publish("cleanup", triggers=[{"type": "workflow_end", "workflow": "orders"}])
    stage.publish("orders")
    (record,) = stage.start()
    image = {**record["dynamodb"]["NewImage"], "version": {"S": "x"}}
    broken = {**record, "dynamodb": {**record["dynamodb"], "NewImage": image}}
    assert stage.telling.records([broken, record]) is None
    assert "AN END IS NOT TOLD" in caplog.text
    assert len(stage.inputs("cleanup")) == 1
