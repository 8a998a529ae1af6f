"""The tick: wakes first, then what schedules have due, over the AWS stores on moto."""

from __future__ import annotations

import pytest

from engine.adapters.aws.erasure.orphans import DynamoOrphans
from engine.catalog.catalog import Catalog
from engine.catalog.document import parse_document
from engine.clock import SkipClock
from engine.durable.lifecycle.sweeper import Sweeper
from engine.durable.lifecycle.tallying import Tallying
from engine.durable.retention import Retention
from engine.errors import StoreCorrupt, Throttled
from engine.governance.audit.expiry import AuditExpiry
from engine.governance.audit.recorder import AuditRecorder
from engine.ports.executions_index import ExecutionQuery
from engine.ports.keys import Actor
from engine.settings import Settings
from functions.hearing import hearing_of_a_stage
from functions.sweeper import app, erasure
from functions.sweeper.retention import OldVersions
from tests.support.moto_stores import open_aws

DEFINITION = {"StartAt": "A", "States": {"A": {"Type": "Pass", "End": True}}}


class Context:
    """As much of a Lambda context as is read."""

    function_name = "sweeper"
    memory_limit_in_mb = 512
    invoked_function_arn = "arn:aws:lambda:eu-central-1:111122223333:function:sweeper"
    aws_request_id = "request-1"

    def get_remaining_time_in_millis(self):
        return 55_000


class Stage:
    def __init__(self, stores, clock):
        self.stores, self.clock = stores, clock
        self.schedules = hearing_of_a_stage(stores, Settings(), clock).schedules("sweeper")
        self.sweeper = Sweeper(stores.journal, stores.queue, clock)
        self.tallying = Tallying(stores.index, clock, "default")

    def schedule(self, workflow, expression="rate(5 minutes)", **more):
        catalog = Catalog(self.stores.catalog, self.clock)
        trigger = {"type": "schedule", "expression": expression, **more}
        document = parse_document({"name": workflow, "definition": DEFINITION, "triggers": [trigger]})
        catalog.import_document("default", document, actor=Actor("ana"))
        catalog.publish("default", workflow, actor=Actor("ana"))

    def tick(self):
        return app.handler({}, Context())

    def started(self, workflow):
        return sorted(key.name for key in self.stores.index.keys(ExecutionQuery("default", workflow=workflow)))


@pytest.fixture
def stage(monkeypatch):
    clock = SkipClock()
    with open_aws(clock) as stores:
        made = Stage(stores, clock)
        monkeypatch.setattr(app, "SystemClock", lambda: clock)
        monkeypatch.setattr(app, "sweeper", lambda: made.sweeper)
        monkeypatch.setattr(app, "schedules", lambda: made.schedules)
        monkeypatch.setattr(app, "tallying", lambda: made.tallying)
        recorder = AuditRecorder(stores.audit, clock, notes=stores.audit_notes)
        expiry = AuditExpiry(recorder, clock, 400.0)
        orphans = DynamoOrphans(stores.stored, stores.blobs)
        versions = OldVersions(stores, clock, Retention())
        erasing = erasure.erasing_over(stores, clock)
        parts = erasure.Parts(erasing, recorder, expiry, orphans, versions, clock, "default")
        monkeypatch.setattr(erasure, "parts", lambda: parts)
        yield made
        stores.close()


def test_each_tick_starts_what_is_due_and_no_time_twice(stage):
    stage.schedule("reports")
    assert stage.tick()["scheduled"] == 0
    for expected in (1, 0, 1):
        stage.clock.sleep(300 if expected else 60)
        assert stage.tick()["scheduled"] == expected
    assert len(stage.started("reports")) == 2


def test_a_function_that_begins_anew_goes_on_where_the_one_before_stood(stage):
    stage.schedule("reports")
    stage.tick()
    stage.clock.sleep(301)
    assert stage.tick()["scheduled"] == 1
    stage.schedules = hearing_of_a_stage(stage.stores, Settings(), stage.clock).schedules("sweeper")
    assert stage.tick()["scheduled"] == 0
    stage.clock.sleep(300)
    assert stage.tick()["scheduled"] == 1


def test_what_is_published_while_it_is_warm_is_taken_up(stage):
    stage.tick()
    stage.schedule("reports", "rate(1 minute)")
    stage.clock.sleep(61)
    assert stage.tick()["scheduled"] == 1


def test_a_tick_counts_what_started_for_the_dashboard_within_six_minutes(stage):
    stage.schedule("reports", "rate(1 minute)")
    for _ in range(10):
        stage.tick()
        stage.clock.sleep(60)
    now = int(stage.clock.now())
    counted = sum(piece.total for piece in stage.tallying.read(now - 3600, now))
    assert len(stage.started("reports")) - 6 <= counted <= len(stage.started("reports"))


def test_counts_that_fail_keep_nothing_else_from_its_time(stage, monkeypatch):
    def fails(_deadline):
        raise Throttled("too many requests")

    stage.schedule("reports")
    stage.tick()
    monkeypatch.setattr(stage.tallying, "round", fails)
    stage.clock.sleep(300)
    assert stage.tick()["scheduled"] == 1


@pytest.mark.parametrize("error", [Throttled("too many requests"), RuntimeError("a defect")])
def test_schedules_that_fail_keep_the_sweep_from_nothing(stage, monkeypatch, error):
    swept = []
    monkeypatch.setattr(stage.sweeper, "sweep", lambda: swept.append(1) or 3)
    monkeypatch.setattr(stage.schedules, "fire", lambda _until: (_ for _ in ()).throw(error))
    if isinstance(error, Throttled):
        assert stage.tick() == {"wakes": 3, "scheduled": 0}
    else:
        with pytest.raises(RuntimeError):  # an alarm tells of it
            stage.tick()
    assert swept == [1]


def test_one_workflow_that_cannot_be_read_keeps_no_other_schedule_from_its_time(stage, monkeypatch):
    stage.schedule("broken")
    stage.schedule("reports")
    stage.tick()
    put = stage.stores.deliveries.start

    def start(delivery, *rest):
        if delivery.workflow == "broken":
            raise StoreCorrupt("its version cannot be read")
        return put(delivery, *rest)

    monkeypatch.setattr(stage.stores.deliveries, "start", start)
    stage.clock.sleep(301)
    assert stage.tick()["scheduled"] == 1
    assert len(stage.started("reports")) == 1


def test_at_its_end_it_begins_no_other_schedule_and_the_next_tick_goes_on(stage, monkeypatch):
    for name in ("a", "b"):
        stage.schedule(name)
    stage.tick()
    stage.clock.sleep(301)
    with monkeypatch.context() as near_the_end:
        near_the_end.setattr(Context, "get_remaining_time_in_millis", lambda _self: 15_000)
        assert stage.tick()["scheduled"] == 0
    assert stage.tick()["scheduled"] == 2
