"""Large values that nothing refers to are deleted, and no others."""

from __future__ import annotations

import random
from datetime import UTC, datetime

import pytest

from engine.adapters.aws import items
from engine.adapters.aws.bodies import MOST_INLINE_BYTES
from engine.adapters.aws.erasure.orphans import DAY, LEFT_ALONE_DAYS, PAGE, DynamoOrphans
from engine.ports.deliveries import NOT_MATCHED, Delivery
from engine.ports.journal import InboxItem, row_of
from engine.ports.keys import ExecutionKey
from tests.support.records import a_header

LONG = random.Random(1).randbytes(2 * MOST_INLINE_BYTES)  # noqa: S311  the same each time


@pytest.fixture
def objects(aws_stores):
    """The objects of a bucket that is empty; moto's, which has real times."""
    from moto.s3.models import s3_backends  # noqa: PLC0415

    bucket = s3_backends["123456789012"]["aws"].buckets["automate-test-payloads"]
    bucket.keys.clear()
    return bucket.keys


@pytest.fixture
def age(objects, aws_clock):
    def aged(days):
        """As if all of them had been written so long ago."""
        for key in objects:
            objects[key].last_modified = datetime.fromtimestamp(aws_clock.now() - days * DAY, UTC).replace(tzinfo=None)

    return aged


def look(stores, begins="0", times=1):
    orphans = DynamoOrphans(stores.stored, stores.blobs, lambda: begins)
    return [orphans.look("default") for _ in range(times)]


def delivery(name, body):
    return Delivery(
        ExecutionKey.of("default", "orders", name), "hook", "webhook", 1, 1.0, NOT_MATCHED, 1e10, body=body,
        body_digest="d", why="no",
    )


def test_what_was_never_written_is_deleted_once_it_is_old(aws_stores, objects, age):
    """The worker died, or lost, between the two writes."""
    aws_stores.blobs.put("default", LONG, owner=("E#default#flow:one", "S#000000000001"))
    age(LEFT_ALONE_DAYS - 0.1)
    assert (look(aws_stores), len(objects)) == ([0], 1)
    age(LEFT_ALONE_DAYS + 0.1)
    assert (look(aws_stores), len(objects)) == ([1], 0)


def test_what_an_item_refers_to_stays_and_what_took_its_place_too(aws_stores, objects, age):
    aws_stores.deliveries.put(delivery("one", LONG))
    aws_stores.deliveries.put(delivery("one", LONG[::-1]))
    age(400)
    assert len(objects) == 2
    assert (look(aws_stores, times=3), len(objects)) == ([1, 0, 0], 1)
    assert aws_stores.deliveries.get(delivery("one", None).key).body == LONG[::-1]


def test_what_of_an_execution_nothing_refers_to_stays_until_that_is_taken(aws_stores, objects, age, aws_clock):
    """A table that is restored to an earlier day may have an answer again that was read since."""
    header = a_header(ExecutionKey.of("default", "flow", "kept"), started_at=aws_clock.now())
    aws_stores.journal.create(header, b"{}", row_of(header))
    item = InboxItem(header.key, "answer", LONG, 1.0)
    aws_stores.journal.put_inbox(item)
    aws_stores.journal.delete_inbox(item.key, [item.id])
    age(400)
    assert (look(aws_stores), len(objects)) == ([0], 1)
    aws_stores.clients.dynamodb.update_item(
        TableName="automate-test", Key={"pk": {"S": items.partition(header.key)}, "sk": {"S": items.HEADER}},
        UpdateExpression="SET taken_at = :at", ExpressionAttributeValues={":at": {"N": "1"}},
    )
    assert (look(aws_stores), len(objects)) == ([1], 0)


def test_two_that_have_the_same_bytes_share_nothing(aws_stores, objects):
    """Who sent one of them may have it erased."""
    both = delivery("two", LONG), delivery("three", LONG)
    for one in both:
        aws_stores.deliveries.put(one)
    assert len(objects) == 2
    aws_stores.deliveries.erase([both[0].key])
    assert len(objects) == 1
    assert aws_stores.deliveries.get(both[0].key).body is None
    assert aws_stores.deliveries.get(both[1].key).body == LONG


def test_an_inbox_item_that_was_read_leaves_nothing(aws_stores, objects, age):
    item = InboxItem(ExecutionKey.of("default", "flow", "größe #1 & 2"), "answer#1", LONG, 1.0)
    aws_stores.journal.put_inbox(item)
    age(3)
    assert look(aws_stores) == [0]
    aws_stores.journal.delete_inbox(item.key, [item.id])
    assert (look(aws_stores), len(objects)) == ([1], 0)


def test_what_several_may_refer_to_stays(aws_stores, objects, age):
    """It says nobody's name: an earlier release wrote it, or its key is too long for S3's metadata."""
    aws_stores.blobs.put("default", b"shared")
    aws_stores.blobs.put("default", b"long", owner=("E#default#" + "ü" * 400, "H"))
    age(400)
    assert (look(aws_stores), len(objects)) == ([0], 2)


def test_one_that_is_written_again_meanwhile_stays(aws_stores, objects, age, monkeypatch):
    """Two days later the same start is asked for again: its input is put, and its header is not there yet."""
    owner = ("E#default#flow:one", "I#digest")
    aws_stores.blobs.put("default", LONG, owner=owner)
    age(3)
    find = aws_stores.blobs.owner

    def put_meanwhile(workspace, ref):
        found = find(workspace, ref)
        aws_stores.blobs.put(workspace, LONG, owner=owner)
        return found

    monkeypatch.setattr(aws_stores.blobs, "owner", put_meanwhile)
    look(aws_stores)
    assert len(objects) == 1


def test_each_is_reached_from_some_place_and_a_look_is_bounded(aws_stores, objects, age, calls):
    for number in range(PAGE + 30):
        aws_stores.blobs.put("default", b"%d" % number, owner=(f"E#default#flow:{number}", "H"))
    age(3)
    calls.clear()
    assert look(aws_stores, "f") == [PAGE]
    names = [name for name, _ in calls]
    assert {name: names.count(name) for name in set(names)} == {
        "ListObjectsV2": 2 + PAGE, "HeadObject": PAGE, "GetItem": 2 * PAGE, "DeleteObjects": PAGE,
        "BatchWriteItem": PAGE // 25,
    }
    assert look(aws_stores, "8", times=2) == [30, 0]
    assert not objects
