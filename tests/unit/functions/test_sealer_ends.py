"""The sealer notes ends: each counts once, however the stream hands its batches over."""

from __future__ import annotations

import random

import pytest

from engine.adapters.aws.dynamo import Expression
from engine.adapters.aws.executions_index import ENDS_KEPT
from engine.durable.lifecycle.pieces import PIECE
from engine.errors import StoreUnavailable, Throttled
from functions.sealer import app
from tests.support.durable import Product, ScriptedTasks
from tests.support.records import ADA
from tests.support.sealing import sealer
from tools.cost.meter import Meter

FLOW = {"StartAt": "Pay", "States": {"Pay": {"Type": "Pass", "End": True}}}
FAILS = {"StartAt": "Pay", "States": {"Pay": {"Type": "Fail", "Error": "E"}}}


@pytest.fixture
def records(stores):
    """The stream of eight executions that were started by somebody and ended within five minutes."""
    stores.clock.sleep((-stores.clock.now()) % PIECE)
    product = Product(FLOW, ScriptedTasks({}), backend=stores)
    for number in range(8):
        product.executions.start("default", "flow", {}, name=f"n{number}", actor=ADA)
    product.drain()
    return stores.stream.records()


def counted(stores):
    at = int(stores.clock.now()) // PIECE * PIECE
    return [(each.status, each.number) for each in stores.index.ends("default", at, at + PIECE)]


def ends(records):
    return [record for record in records if record["eventName"] == "MODIFY"]


def test_a_batch_that_comes_again_counts_once(stores, records):
    assert len(ends(records)) == 8
    for _ in range(3):
        assert app.seal(sealer(stores, stores.clock), records) == []
        assert counted(stores) == [("SUCCEEDED", 8)]


@pytest.mark.parametrize("first", [1, 4, 7])
def test_a_batch_that_is_cut_counts_once(stores, records, first):
    told = ends(records)
    for batch in (told, told[:first], told[first:], told[: first + 1], told):
        assert app.seal(sealer(stores, stores.clock), batch) == []
    assert counted(stores) == [("SUCCEEDED", 8)]


@pytest.mark.parametrize("seed", range(3))
def test_records_that_come_twice_and_out_of_order_count_once(stores, records, seed):
    drawn = random.Random(seed)  # noqa: S311  draws a case
    told = [*records, *records]
    drawn.shuffle(told)
    while told:
        batch, told = told[: (size := drawn.randint(1, 6))], told[size:]
        assert app.seal(sealer(stores, stores.clock), batch) == []
    assert counted(stores) == [("SUCCEEDED", 8)]


def test_what_was_noted_before_a_store_failed_is_noted_again_and_counts_once(stores, records, monkeypatch):
    """The reply is lost, so the whole batch comes again, in halves."""
    write = stores.index._table.write

    def lost(item):
        write(item)
        raise StoreUnavailable("no reply")

    with monkeypatch.context() as patched:
        patched.setattr(stores.index._table, "write", lost)
        assert app.seal(sealer(stores, stores.clock), records) == [records[0]["dynamodb"]["SequenceNumber"]]
    half = len(records) // 2
    for batch in (records[:half], records[half:]):
        assert app.seal(sealer(stores, stores.clock), batch) == []
    assert counted(stores) == [("SUCCEEDED", 8)]


def test_ends_before_a_record_that_comes_again_are_noted_already(stores, records, monkeypatch):
    parts, last = sealer(stores, stores.clock), records[-1]
    read = parts.reader.read

    def away(record):
        if record is last:
            raise Throttled("S3")
        return read(record)

    monkeypatch.setattr(parts.reader, "read", away)
    assert app.seal(parts, records) == [last["dynamodb"]["SequenceNumber"]]
    assert sum(number for _, number in counted(stores)) >= 7
    assert app.seal(sealer(stores, stores.clock), [last]) == []
    assert counted(stores) == [("SUCCEEDED", 8)]


def test_an_end_that_cannot_be_read_is_logged_and_holds_up_nobody(stores, records, caplog):
    bad = records.index(ends(records)[0])
    image = {**records[bad]["dynamodb"]["NewImage"], "seq": {"S": "none"}}
    records[bad] = {**records[bad], "dynamodb": {**records[bad]["dynamodb"], "NewImage": image}}
    assert app.seal(sealer(stores, stores.clock), records) == []
    assert counted(stores) == [("SUCCEEDED", 7)]
    assert "NOT COUNTED" in caplog.text
    assert "NOT IN THE AUDIT LOG" not in caplog.text


def test_an_end_after_a_redrive_is_another_end(stores):
    stores.clock.sleep((-stores.clock.now()) % PIECE)
    product = Product(FAILS, ScriptedTasks({}), backend=stores)
    key = product.executions.start("default", "flow", {}, name="one", actor=ADA).key
    product.drain()
    product.executions.redrive(key)
    product.drain()
    records = stores.stream.records()
    assert app.seal(sealer(stores, stores.clock), records) == []
    assert counted(stores) == [("FAILED", 2)]


def test_a_batch_is_one_write_and_names_no_execution(stores, records):
    parts = sealer(stores, stores.clock)
    meter = Meter(stores.clients.dynamodb, "automate-test")
    app.seal(parts, ends(records))
    assert meter.units == 1
    meter.close()
    at = int(stores.clock.now()) // PIECE * PIECE
    (item,) = stores.index._table.query(_all("B#default"))
    assert item["expires_at"] == at + 2 * ENDS_KEPT
    assert "n0" not in item["body"]


def test_what_ended_a_day_ago_is_noted_no_more(stores, records):
    stores.clock.sleep(ENDS_KEPT + PIECE)
    app.seal(sealer(stores, stores.clock), ends(records))
    assert list(stores.index._table.query(_all("B#default"))) == []


def _all(pk):
    return Expression("pk = :pk", {":pk": pk})
