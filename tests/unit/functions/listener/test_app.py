"""The listener over the AWS stores on moto: what arrives, twice, unreadable, or while the store does not serve."""

from __future__ import annotations

import json

import pytest

from engine.catalog.catalog import Catalog
from engine.catalog.document import parse_document
from engine.clock import SkipClock
from engine.errors import Throttled
from engine.ports.deliveries import DeliveryQuery
from engine.ports.executions_index import ExecutionQuery
from engine.ports.keys import Actor
from engine.settings import Settings
from functions.hearing import hearing_of_a_stage
from functions.listener import app
from tests.support.moto_stores import open_aws

ARRIVALS = "arn:aws:sqs:eu-central-1:111122223333:arrivals"
JOBS = "arn:aws:sqs:eu-central-1:111122223333:jobs"
DEFINITION = {"StartAt": "A", "States": {"A": {"Type": "Pass", "End": True}}}
PUT = {
    "version": "0", "id": "17793124-05d4", "detail-type": "Object Created", "source": "aws.s3",
    "account": "111122223333", "time": "2026-11-12T00:00:00Z", "region": "eu-central-1",
    "resources": ["arn:aws:s3:::uploads"], "detail": {
        "version": "0", "bucket": {"name": "uploads"}, "reason": "PutObject",
        "object": {"key": "in/a.csv", "size": 5, "etag": "b1946ac9", "sequencer": "0061"},
    },
}
"""As the S3 User Guide's "EventBridge event message structure" shows one."""


class Context:
    """As much of a Lambda context as is read."""

    function_name = "listener"
    memory_limit_in_mb = 512
    invoked_function_arn = "arn:aws:lambda:eu-central-1:111122223333:function:listener"
    aws_request_id = "request-1"
    left = 30_000

    def get_remaining_time_in_millis(self):
        return self.left


class Listener:
    """One stage: `hears` publishes, `takes` hands records over."""

    def __init__(self, stores, clock):
        self.stores, self.clock = stores, clock
        self.arriving = hearing_of_a_stage(stores, Settings(), clock).arriving

    def hears(self, workflow, *triggers):
        catalog = Catalog(self.stores.catalog, self.clock)
        document = parse_document({"name": workflow, "definition": DEFINITION, "triggers": list(triggers)})
        catalog.import_document("default", document, actor=Actor("ana"))
        catalog.publish("default", workflow, actor=Actor("ana"))
        self.clock.sleep(3)

    def takes(self, *records, context=None):
        """The ids that it reports failed."""
        event = {"Records": [
            {"messageId": name, "eventSourceARN": queue, "body": body if isinstance(body, str) else json.dumps(body)}
            for name, queue, body in records
        ]}
        return [item["itemIdentifier"] for item in app.handler(event, context or Context())["batchItemFailures"]]

    def started(self, workflow):
        query = ExecutionQuery("default", workflow=workflow)
        return [key.name for key in self.stores.index.keys(query)]

    def deliveries(self, workflow, trigger):
        return self.stores.deliveries.page(DeliveryQuery("default", workflow, trigger)).deliveries


@pytest.fixture
def stage(monkeypatch):
    clock = SkipClock()
    monkeypatch.setenv("AUTOMATE_ARRIVALS", ARRIVALS)
    with open_aws(clock) as stores:
        made = Listener(stores, clock)
        monkeypatch.setattr(app, "arriving", lambda: made.arriving)
        yield made
        stores.close()


def event(identifier="e-1", **detail):
    return {"id": identifier, "source": "my.shop", "detail-type": "Order", "detail": detail}


ORDERS = {"type": "event", "pattern": {"source": ["my.shop"]}}


def test_an_event_that_comes_twice_starts_one_execution(stage):
    stage.hears("orders", ORDERS)
    assert stage.takes(("m1", ARRIVALS, event(total=1)), ("m2", ARRIVALS, event(total=1))) == []
    assert stage.takes(("m1", ARRIVALS, event(total=1))) == []
    [name] = stage.started("orders")
    [row] = stage.deliveries("orders", "event")
    assert (row.key.name, row.repeats, row.source) == (name, 2, "bus default")


def test_an_event_of_another_bus_has_its_name_around_it(stage):
    stage.hears("orders", {**ORDERS, "bus": "shop"})
    assert stage.takes(("m1", ARRIVALS, event("e-1")), ("m2", ARRIVALS, {"bus": "shop", "event": event("e-2")})) == []
    assert len(stage.started("orders")) == 1


def test_a_store_that_does_not_serve_makes_its_records_come_again_and_no_other(stage, monkeypatch):
    """In the middle of the batch; the third one is delivered all the same, and the second once it comes again."""
    stage.hears("orders", ORDERS)
    put, broken = stage.stores.deliveries.start, ["e-2"]

    def start(delivery, *rest):
        if delivery.dedupe_key in broken:
            raise Throttled("too many requests")
        return put(delivery, *rest)

    monkeypatch.setattr(stage.stores.deliveries, "start", start)
    records = [(f"m{number}", ARRIVALS, event(f"e-{number}")) for number in (1, 2, 3)]
    assert stage.takes(*records) == ["m2"]
    assert len(stage.started("orders")) == 2
    broken.clear()
    assert stage.takes(records[1]) == []
    assert len(stage.started("orders")) == 3


def test_a_defect_in_one_record_holds_up_no_other_and_loses_nothing(stage, monkeypatch):
    stage.hears("orders", ORDERS)
    whole = stage.arriving.event

    def failing(bus, found, *, source):
        if found["id"] == "e-1":
            raise RuntimeError("a defect")
        return whole(bus, found, source=source)

    monkeypatch.setattr(stage.arriving, "event", failing)
    assert stage.takes(("m1", ARRIVALS, event("e-1")), ("m2", ARRIVALS, event("e-2"))) == ["m1"]
    assert len(stage.started("orders")) == 1


@pytest.mark.parametrize("body", ["no JSON", "[]", '{"id": ""}', '{"detail-type": "x"}', '{"bus": "shop"}'])
def test_what_is_no_event_goes_where_somebody_looks_at_it(stage, body):
    assert stage.takes(("m1", ARRIVALS, body)) == ["m1"]


def test_a_message_is_what_arrived_and_its_id_is_its_key(stage):
    stage.hears("jobs", {"type": "queue", "queue": JOBS}, {"type": "queue", "name": "texts", "queue": JOBS + "-2"})
    assert stage.takes(("m1", JOBS, {"job": 7}), ("m1", JOBS, {"job": 7}), ("m2", JOBS + "-2", "plain text")) == []
    assert len(stage.started("jobs")) == 2
    [row] = stage.deliveries("jobs", "queue")
    assert (row.dedupe_key, row.source, row.repeats) == ("m1", JOBS, 1)


def test_a_message_to_which_nobody_listens_stays_in_its_queue(stage):
    """It was read before the workflow is published, or within the 2 s for which the list of triggers is kept."""
    assert stage.takes(("m1", JOBS, {"job": 7})) == ["m1"]
    stage.hears("jobs", {"type": "queue", "queue": JOBS})
    assert stage.takes(("m1", JOBS, {"job": 7})) == []
    assert len(stage.started("jobs")) == 1


def test_near_its_end_it_begins_nothing(stage):
    stage.hears("orders", ORDERS)
    context = Context()
    context.left = 1_000
    assert stage.takes(("m1", ARRIVALS, event()), context=context) == ["m1"]
    assert stage.started("orders") == []


def test_an_object_that_is_put_starts_once_whatever_tells_of_it(stage):
    """S3 tells at least once, and each time the event has an id of its own; the sequencer is the put's."""
    trigger = {"type": "s3", "bucket": "uploads", "prefix": "in/", "suffix": ".csv"}
    stage.hears("files", trigger)
    again = {**PUT, "id": "another"}
    later = {**PUT, "id": "third", "detail": {**PUT["detail"], "object": {**PUT["detail"]["object"], "sequencer": "2"}}}
    assert stage.takes(("m1", ARRIVALS, PUT), ("m2", ARRIVALS, again), ("m3", ARRIVALS, later)) == []
    assert len(stage.started("files")) == 2
    assert {row.dedupe_key for row in stage.deliveries("files", "s3")} == {
        "uploads/in/a.csv/b1946ac9/0061", "uploads/in/a.csv/b1946ac9/2",
    }
