"""What an execution has in the bucket goes with it, though the items that it belonged to went before, or lost."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest

from engine.adapters.aws import items
from engine.adapters.aws.bodies import MOST_INLINE_BYTES
from engine.adapters.aws.erasure.orphans import DynamoOrphans
from engine.adapters.aws.retention import DynamoRetention
from engine.ports.erasure import Erasure
from engine.ports.journal import HeaderChange, InboxItem, row_of
from engine.ports.keys import Actor, ExecutionKey
from tests.support.records import a_header, a_segment
from tests.support.terms import rows


def large(seed):
    return random.Random(seed).randbytes(2 * MOST_INLINE_BYTES)  # noqa: S311  the same each time


@pytest.fixture
def key(request):
    """One of this test alone: the table is shared."""
    return ExecutionKey.of("default", "flow", request.node.name)


@pytest.fixture
def objects(aws_stores):
    from moto.s3.models import s3_backends  # noqa: PLC0415  moto's

    kept = s3_backends["123456789012"]["aws"].buckets["automate-test-payloads"].keys
    kept.clear()
    return kept


def left(key):
    return {sk for pk, sk in rows() if pk == items.partition(key)}


def erase(stores, clock, key):
    erasure = Erasure("default", "e1", clock.now(), Actor("me"), (key.id,))
    stores.erasure.begin(erasure)
    assert stores.erasure.hold(erasure, key)
    stores.erasure.erase(erasure, key, lambda _keys: None)
    stores.erasure.end(erasure)


def retain(stores, clock, key):
    assert DynamoRetention(stores.stored, stores.blobs, lambda _key: iter(())).take(key, since=clock.now() - 1) == 1


def an_answer_that_is_read(journal, key):
    assert journal.put_inbox(InboxItem(key, "answer", large(1), 1.0))
    journal.delete_inbox(key, ["answer"])


def a_second_answer(journal, key):
    assert journal.put_inbox(InboxItem(key, "answer", large(1), 1.0))
    assert not journal.put_inbox(InboxItem(key, "answer", large(2), 1.0))
    assert [item.body for item in journal.inbox(key)] == [large(1)]


def a_segment_that_lost(journal, key):
    assert journal.commit([replace(a_segment(key, 1), nonce="mine", body=large(3))]) == [True]
    assert journal.commit([replace(a_segment(key, 1), nonce="other", body=large(4))]) == [False]


def a_start_that_lost(journal, key):
    rival = a_header(key, input_digest="another")
    assert journal.create(rival, large(5), row_of(rival)).input_digest != "another"


@pytest.mark.parametrize("take", [erase, retain])
@pytest.mark.parametrize("write", [an_answer_that_is_read, a_second_answer, a_segment_that_lost, a_start_that_lost])
def test_it_goes_with_its_execution(aws_stores, aws_clock, objects, key, write, take):
    header = a_header(key, started_at=aws_clock.now())
    aws_stores.journal.create(header, b"{}", row_of(header))
    aws_stores.journal.commit([a_segment(key, 0)])
    write(aws_stores.journal, key)
    assert objects
    closing = HeaderChange(key, 2, "SUCCEEDED", None, ended_at=aws_clock.now())
    assert aws_stores.journal.update_headers([closing]) == [True]
    take(aws_stores, aws_clock, key)
    assert list(objects) == []
    assert left(key) <= {items.HEADER, "S#000000000003"}


def test_one_that_comes_after_the_end_leaves_no_name_either(aws_stores, aws_clock, objects, key):
    an_answer_that_is_read(aws_stores.journal, key)
    assert len(left(key)) == 1
    aws_clock.sleep(10 * 365 * 86_400)
    assert DynamoOrphans(aws_stores.stored, aws_stores.blobs, lambda: "0").look("default") == 1
    assert (list(objects), left(key)) == ([], set())


def test_what_retention_has_marked_is_not_changed_any_more(aws_stores, aws_clock, key):
    """A redrive that read it before comes too late."""
    journal = aws_stores.journal
    journal.create(a_header(key), b"{}")
    assert journal.update_headers([HeaderChange(key, 1, "FAILED", None, ended_at=1.0)]) == [True]
    retain(aws_stores, aws_clock, key)
    assert journal.update_headers([HeaderChange(key, 2, "RUNNING", 2.0, reopens="FAILED")]) == [False]
