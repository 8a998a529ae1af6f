"""What the contract suite cannot see: how many calls a journal makes, of which size, in which order."""

from __future__ import annotations

import json
import os

import pytest

from engine.adapters.aws import items
from engine.adapters.aws.dynamo import Put, _attributes, _item, size_of
from engine.errors import StoreCorrupt
from engine.ports.journal import HeaderChange, Parent
from engine.ports.keys import ExecutionKey
from tests.support.records import ADA, a_header, a_segment, an_item

KB = 1024


@pytest.fixture
def key(request):
    return ExecutionKey.of("default", "orders", request.node.name)


def names(calls):
    return [name for name, _ in calls]


def test_a_header_of_the_longest_names_is_within_one_kilobyte():
    """DynamoDB bills the whole item per update; its size is that of names and values, a number's at most 21 bytes."""
    parent = Parent(f"{'f' * 80}:{'n' * 80}", "/0/12", 1234, 2, 99_999, machine=f"/States/{'s' * 80}/ItemProcessor")
    key = ExecutionKey("w" * 40, f"{parent.execution_id}~1234.2~99999")
    header = a_header(
        key, version=1234, seq=123_456, status="TIMED_OUT", ended_at=1_700_000_999.123456, parent=parent,
    )
    sizes = [
        len(name) + (21 if isinstance(value, int | float) else len(value.encode()))
        for name, value in items.header_item(header).items() if value is not None
    ]
    assert sum(sizes) <= KB


def test_one_step_is_one_write(aws_stores, key, calls):
    aws_stores.journal.create(a_header(key), b"{}")
    assert names(calls) == ["PutItem"]
    calls.clear()
    aws_stores.journal.commit([a_segment(key, 0)])
    assert names(calls) == ["PutItem"]
    calls.clear()
    aws_stores.journal.commit([a_segment(key, 1)], [HeaderChange(key, 1, "RUNNING", 5.0)])
    assert names(calls) == ["PutItem", "UpdateItem"]


def test_a_load_is_two_reads_however_long_the_history(aws_stores, key, calls):
    aws_stores.journal.create(a_header(key), b"{}")
    aws_stores.journal.commit([a_segment(key, seq, body=bytes(2000)) for seq in range(60)])
    calls.clear()
    assert [segment.seq for segment in aws_stores.journal.load(key).segments] == [59]
    assert names(calls) == ["GetItem", "Query"]
    assert calls[1][1]["Limit"] == 4
    assert all(parameters["ConsistentRead"] for _, parameters in calls)


def test_following_a_long_history_reads_its_end_only(aws_stores, key, calls):
    aws_stores.journal.create(a_header(key), b"{}")
    segments = [a_segment(key, seq, first_event=2 * seq + 1, last_event=2 * seq + 2) for seq in range(400)]
    aws_stores.journal.commit(segments)
    calls.clear()
    assert list(aws_stores.journal.history(key, 799)) == segments[399:]
    assert len(calls) == 3
    assert calls[-1][1]["ExpressionAttributeValues"][":first"]["S"] == "S#000000000396"


def test_a_large_body_is_a_blob_before_it_is_an_item(aws_stores, key, calls):
    aws_stores.journal.create(a_header(key), os.urandom(302 * KB))
    assert names(calls) == ["PutObject", "PutItem", "PutItem"]
    calls.clear()
    aws_stores.journal.commit([a_segment(key, 0, body=b"s" * 301 * KB)])
    aws_stores.journal.put_inbox(an_item(key, "answer", b"a" * 301 * KB))
    assert names(calls) == ["PutObject", "PutItem", "PutObject", "PutItem", "PutItem"]
    for name, parameters in calls:
        if name == "PutItem":
            assert len(json.dumps(parameters["Item"])) < KB


def test_a_long_input_is_deflated_and_comes_back_as_it_was(aws_stores, key, calls):
    text = json.dumps([{"sku": f"sku-{n}", "price": 17.5 + n} for n in range(1000)]).encode()
    aws_stores.journal.create(a_header(key), text)
    assert len(calls[0][1]["Item"]["body"]["B"]) < len(text) / 4
    assert aws_stores.journal.execution_input(key) == text


def test_a_damaged_input_is_named(aws_stores, key):
    aws_stores.journal.create(a_header(key), b"{}" * KB)
    pk, sk = items.input_key(key, "1" * 64)
    aws_stores.journal._table.write(Put({"pk": pk, "sk": sk, "deflated": True, "body": b"damaged"}))
    with pytest.raises(StoreCorrupt, match="I#1111"):
        aws_stores.journal.execution_input(key)


def test_a_body_within_bounds_is_in_its_item(aws_stores, key, calls):
    aws_stores.journal.create(a_header(key), b"{}")
    calls.clear()
    aws_stores.journal.commit([a_segment(key, 0, body=b"s" * 300 * KB)])
    assert names(calls) == ["PutItem"]
    assert len(calls[0][1]["Item"]["body"]["B"]) == 300 * KB


def test_the_loser_of_a_start_takes_its_input_away(aws_stores, key):
    aws_stores.journal.create(a_header(key), b"first" * KB)
    aws_stores.journal.create(a_header(key, input_digest="2" * 64), b"second" * KB)
    aws_stores.journal.create(a_header(key), b"first" * KB)
    table = aws_stores.journal._table
    assert table.get(items.input_key(key, "2" * 64)) is None
    assert table.get(items.input_key(key, "1" * 64)) is not None


@pytest.mark.parametrize(("first", "second"), [(b"short", b"long" * KB), (b"long" * KB, b"short"), (b"a", b"b")])
def test_the_first_of_two_starts_has_its_input_wherever_it_lies(aws_stores, key, first, second):
    assert aws_stores.journal.create(a_header(key), first) is None
    assert aws_stores.journal.create(a_header(key, input_digest="2" * 64), second).input_digest == "1" * 64
    assert aws_stores.journal.execution_input(key) == first
    assert aws_stores.journal.load(key).execution_input in (first, None)
    assert aws_stores.journal._table.get(items.input_key(key, "2" * 64)) is None


def test_a_header_and_its_input_are_one_write_unit_together(aws_stores, key, calls):
    for size in (10, 300, 500, 600, 800, 2000):
        mine = key._replace(id=f"{key.id}{size}")
        calls.clear()
        aws_stores.journal.create(a_header(mine, actor=ADA), b"x" * size)
        writes = [parameters for name, parameters in calls if name == "PutItem"]
        header = _item(writes[-1]["Item"])
        assert size_of({**header, "ended_at": 1.0}) <= KB
        assert ("input" in header) is (len(writes) == 1)
        assert aws_stores.journal.header(mine).actor == ADA
    assert len(writes) == 2


def test_a_rivals_input_never_stands_for_the_headers(aws_stores, key):
    """The rival crashed after its input: it lies beside, under its own digest."""
    aws_stores.journal.create(a_header(key, input_digest="5" * 64), b"mine" * KB)
    table = aws_stores.journal._table
    for digest in ("1" * 64, "9" * 64):
        pk, sk = items.input_key(key, digest)
        table.write(Put({"pk": pk, "sk": sk, "body": b"rival"}))
    assert aws_stores.journal.execution_input(key) == b"mine" * KB


def test_a_header_without_its_input_is_corruption(aws_stores, key):
    aws_stores.journal.create(a_header(key), b"{}" * KB)
    aws_stores.journal._table.delete([items.input_key(key, "1" * 64)])
    with pytest.raises(StoreCorrupt, match="input"):
        aws_stores.journal.execution_input(key)


def test_the_due_index_is_sparse(aws_stores, key):
    aws_stores.journal.create(a_header(key), b"{}")
    table = aws_stores.journal._table
    assert {"due_at", "due_shard"} <= set(table.get((items.partition(key), "H")))
    aws_stores.journal.update_headers([HeaderChange(key, 3, "FAILED", None, ended_at=9.5)])
    assert not {"due_at", "due_shard"} & set(table.get((items.partition(key), "H")))


def test_a_workspace_cannot_reach_into_another():
    one, other = ExecutionKey("a", "b#c:d"), ExecutionKey("a#b", "c:d")
    assert items.partition(one) != items.partition(other)
    for key in (one, other, ExecutionKey("50% ä", "f:n#1")):
        assert items.key_of(items.partition(key)) == key


@pytest.mark.parametrize("number", [0, -1, 1_700_000_000.123456, 0.1 + 0.2, 1e-7, 5.0, 2**53])
def test_numbers_keep_their_value(aws_stores, number):
    table = aws_stores.journal._table
    table.write(Put({"pk": "number", "sk": "x", "value": number}))
    assert table.get(("number", "x"))["value"] == number
    assert _attributes({"none": None, "yes": True}) == {"yes": {"BOOL": True}}
