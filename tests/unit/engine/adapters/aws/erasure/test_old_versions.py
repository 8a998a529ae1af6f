"""Old versions in DynamoDB: when one was of use last, who is faster, and what a look reads."""

from __future__ import annotations

import itertools

import pytest

from engine.adapters.aws import items
from engine.adapters.aws.erasure import old_versions
from engine.adapters.aws.erasure.old_versions import DynamoOldVersions
from engine.adapters.aws.erasure.orphans import DynamoOrphans
from engine.durable.retention import DAY
from engine.ports.catalog_store import DraftRecord
from engine.ports.journal import row_of
from engine.ports.keys import ExecutionKey
from tests.support.records import a_header, a_version
from tests.support.terms import rows
from tools.cost.meter import Meter

TERM = 90 * DAY
_numbers = itertools.count(1)


class Stage:
    """A workflow with four versions, of which the newest one is kept in any case."""

    def __init__(self, stores, clock):
        self.stores, self.clock, self.workspace = stores, clock, f"old{next(_numbers)}"
        self.catalog = stores.catalog
        self.store = DynamoOldVersions(stores.stored, stores.catalog, stores.index)
        draft = DraftRecord(self.workspace, "orders", b"{}", "e1", 1.0, "ada")
        self.catalog.put_draft(draft, expect_etag=None, description="")
        for number in range(1, 5):
            self.publish(number)
        clock.sleep(TERM + 2 * DAY)

    def publish(self, number, **changes):
        self.clock.sleep(1.0)
        self.catalog.put_version(a_version(self.workspace, number, published_at=self.clock.now(), **changes))

    def look(self, after=0.0):
        self.clock.sleep(after)
        return self.store.old_versions(self.workspace, "orders", self.clock.now() - TERM, 1)

    def activate(self, number):
        row = self.catalog.workflow(self.workspace, "orders")
        self.catalog.set_active(self.workspace, "orders", number, expect_etag=row.etag)

    def start(self, name, version=4, **row):
        header = a_header(
            ExecutionKey.of(self.workspace, "orders", name), started_at=self.clock.now(), version=version
        )
        self.stores.journal.create(header, b"{}", row_of(header, **row))
        return header.key

    @property
    def left(self):
        return [version.number for version in self.catalog.versions(self.workspace, "orders")]


@pytest.fixture
def stage(aws_stores, aws_clock):
    return Stage(aws_stores, aws_clock)


def test_the_first_look_deletes_nothing(stage):
    """Who knows what an earlier release has rolled back to?"""
    assert [stage.look(), stage.look(TERM), stage.look(2 * DAY)] == [0, 0, 2]
    assert stage.left == [4, 3]


def test_a_version_is_of_use_while_it_is_active_and_a_term_longer(stage):
    stage.look()
    stage.activate(1)
    stage.clock.sleep(50 * DAY)
    stage.publish(5)  # writes nothing of 1, which was active until now
    assert stage.look(TERM - DAY) == 0
    assert stage.look(3 * DAY) == 2
    assert stage.left == [5, 4, 3]  # 4 is the one before; 3 was looked at a moment ago for the first time


def test_what_was_active_until_another_was_rolled_back_to_is_of_use_until_then(stage):
    stage.look()
    stage.activate(1)
    stage.clock.sleep(50 * DAY)
    stage.activate(4)
    stage.look(TERM - DAY)
    assert stage.left == [4, 3, 1]
    assert stage.look(3 * DAY) == 1


def test_one_that_is_started_by_its_number_is_of_use_a_term_longer(stage):
    stage.look()
    stage.clock.sleep(TERM)
    stage.catalog.mark_used(stage.workspace, "orders", 1)
    stage.look(2 * DAY)
    assert stage.left == [4, 3, 1]
    assert stage.look(TERM) == 1


def test_one_that_is_of_use_while_it_is_looked_at_stays(stage, monkeypatch):
    stage.look()
    referred = stage.store._referred

    def started_meanwhile(*asked):
        found = referred(*asked)
        stage.catalog.mark_used(stage.workspace, "orders", 1)
        return found

    monkeypatch.setattr(stage.store, "_referred", started_meanwhile)
    assert stage.look(TERM + 2 * DAY) == 1
    assert stage.left == [4, 3, 1]


def test_one_that_an_earlier_release_redrove_may_have_run_by_any(stage):
    stage.start("old", redrives=1)
    stage.look()
    assert stage.look(TERM + 2 * DAY) == 0
    assert stage.left == [4, 3, 2, 1]


def test_what_retention_has_taken_refers_to_nothing(stage, aws_stores):
    key = stage.start("old", version=2)
    stage.look()
    assert stage.look(TERM + 2 * DAY) == 1
    aws_stores.clients.dynamodb.update_item(
        TableName="automate-test", Key={"pk": {"S": items.partition(key)}, "sk": {"S": items.HEADER}},
        UpdateExpression="SET taken_at = :at", ExpressionAttributeValues={":at": {"N": "1"}},
    )
    assert stage.look() == 1
    assert stage.left == [4, 3]


def test_where_too_many_executions_are_kept_longer_nothing_is_deleted(stage, monkeypatch, caplog):
    monkeypatch.setattr(old_versions, "MOST_READ", 200)
    for number in range(201):
        stage.start(f"old-{number}")
    stage.look()
    assert stage.look(TERM + 2 * DAY) == 0
    assert "old versions of orders stay" in caplog.text
    monkeypatch.setattr(old_versions, "MOST_READ", 300)
    assert stage.look() == 2


def test_what_started_later_is_not_read(stage, aws_stores):
    stage.look()
    stage.clock.sleep(TERM + 2 * DAY)
    for number in range(150):
        stage.start(f"new-{number}")
    meter = Meter(aws_stores.clients.dynamodb, "automate-test")
    assert stage.look() == 2
    meter.close()
    assert meter.calls["BatchGetItem"] == 0


def test_a_long_document_goes_with_its_version(stage, aws_stores):
    document = b'{"definition":{},"x":"' + b"x" * 400_000 + b'"}'
    stage.publish(5, document=document)
    stage.publish(6, document=document)
    assert stage.catalog.version(stage.workspace, "orders", 5).document == document
    s3 = aws_stores.clients.s3
    prefix = f"blobs/{stage.workspace}/"
    assert s3.list_objects_v2(Bucket=aws_stores._bucket, Prefix=prefix)["KeyCount"] == 2
    stage.publish(7)
    stage.publish(8)
    stage.clock.sleep(TERM + 2 * DAY)
    stage.look()
    assert stage.look(TERM + 2 * DAY) == 6
    assert stage.left == [8, 7]
    orphans = DynamoOrphans(aws_stores.stored, aws_stores.blobs, lambda: "")
    aws_stores.stored._clock = _InYears(stage.clock)  # moto's objects are of today
    try:
        assert orphans.look(stage.workspace) == 2
    finally:
        aws_stores.stored._clock = stage.clock


class _InYears:
    def __init__(self, clock):
        self._clock = clock

    def now(self):
        return self._clock.now() + 40_000 * DAY


def test_what_is_left_is_one_short_item_for_a_year(stage):
    stage.look()
    stage.look(TERM + 2 * DAY)
    versions, uses = (f"{kind}#{stage.workspace}#orders" for kind in ("V", "VU"))
    left = sorted(sk for at, sk in rows() if at == versions)
    assert [sk for sk in left if sk.startswith("N#")] == ["N#0000000003", "N#0000000004"]
    assert sorted(sk for at, sk in rows() if at == uses) == ["0000000001", "0000000002"]
    item = stage.stores.stored.get((uses, "0000000001"))
    assert item["gone"] is True
    assert item["expires_at"] == pytest.approx(stage.clock.now() + 366 * DAY, abs=2)


def test_a_start_by_number_is_one_write_unit_more_in_ten_minutes_of_a_process(stage, aws_stores):
    meter = Meter(aws_stores.clients.dynamodb, "automate-test")
    for _ in range(5):
        stage.catalog.mark_used(stage.workspace, "orders", 2)
    assert meter.units == 1
    stage.clock.sleep(601.0)
    stage.catalog.mark_used(stage.workspace, "orders", 2)
    assert meter.units == 2
    meter.close()
