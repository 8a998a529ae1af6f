"""Retention on AWS: an execution is gone at one moment, and deleted whole some time later, whoever dies between."""

from __future__ import annotations

import base64
import hashlib
import json
from dataclasses import replace

import pytest

from engine.adapters.aws import items
from engine.adapters.aws.retention import FORGOTTEN_DAYS
from engine.durable.lifecycle.errors import ExecutionTaken, TaskDeleted
from engine.durable.lifecycle.redrives import ExecutionNotRedrivable
from engine.durable.lifecycle.starts import ExecutionAlreadyExists
from engine.durable.retention import DAY, GRACE_SECONDS, Retention
from engine.errors import NotFound, StoreUnavailable
from engine.ports.catalog_store import DraftRecord
from engine.ports.executions_index import ExecutionQuery
from engine.ports.keys import ExecutionKey
from engine.ports.tasks import TaskFailed
from functions.sweeper.retention import OldVersions
from tests.support.durable import TESTER
from tests.support.flows import CALLBACK, ONE_TASK, THREE_TASKS, WORK, flow, task
from tests.support.records import a_version
from tests.support.retained import Aws, partition
from tests.support.terms import expire, rows
from tools.cost.meter import Meter

FAILS = flow({"Work": task(End=True)})
BIG = "x" * 200_000


@pytest.fixture(autouse=True)
def _at_once(monkeypatch):
    """DynamoDB deletes as soon as a term is over: test_unclosed_headers.py has it wait."""
    monkeypatch.setattr(items, "LATER_SECONDS", 0.0)


def test_it_is_gone_at_one_moment(stores):
    product = Aws(stores)
    key = product.ended()
    ended = product.describe(key).ended_at
    product.at(90, ended - 1)
    assert product.describe(key).status == "SUCCEEDED"
    assert product.listed() == [key.id]
    product.at(90, ended)
    with pytest.raises(ExecutionTaken, match="deleted on "):
        product.describe(key)
    with pytest.raises(ExecutionTaken):
        product.executions.history(key)
    assert product.listed() == []
    assert stores.journal.execution_input(key) is None
    assert len(partition(key)) == 5  # a header, and four segments: nothing was deleted yet


def test_it_is_deleted_later_and_its_header_says_so_for_a_while(stores):
    product = Aws(stores)
    key = product.ended()
    product.at(92, product.describe(key).ended_at)
    assert product.expire() == []
    assert partition(key) == [items.HEADER]
    with pytest.raises(ExecutionTaken):
        product.describe(key)
    product.clock.sleep(FORGOTTEN_DAYS * DAY)
    assert product.expire() == []
    assert partition(key) == []
    with pytest.raises(NotFound, match="no execution has the id"):
        product.describe(key)


def test_nothing_is_deleted_before(stores):
    product = Aws(stores)
    key = product.ended()
    product.at(90, product.describe(key).ended_at - 1)
    before = rows()
    assert product.expire() == []
    assert rows() == before


def test_a_workflow_has_its_own_term(stores):
    product = Aws(stores, retention_days=7)
    key = product.ended()
    ended = product.describe(key).ended_at
    assert product.describe(key).kept_until == ended + 7 * DAY
    product.at(7, ended)
    with pytest.raises(ExecutionTaken):
        product.describe(key)


def test_what_waits_is_never_taken(stores):
    product = Aws(stores, CALLBACK)
    key = product.start(None)
    product.run(key)
    product.clock.sleep(4000 * DAY)
    assert product.expire() == []
    assert product.describe(key).status == "RUNNING"


def test_a_late_answer_to_one_that_was_taken(stores):
    product = Aws(stores, CALLBACK, {})
    key = product.start(None)
    product.run(key)
    token = product.tasks.calls[-1].arguments["token"]
    product.executions.stop(key, actor=TESTER)
    product.drain()
    product.at(92, product.describe(key).ended_at)
    for _ in range(2):
        with pytest.raises(TaskDeleted, match="deleted on "):
            product.executions.answers.send_task_success(token, {})
        product.expire()


def test_a_redrive_ends_the_term_and_the_next_end_begins_another(stores):
    product = Aws(stores, FAILS, {WORK: [TaskFailed("Broken"), TaskFailed("Broken")]})
    key = product.ended()
    first = product.describe(key)
    assert first.redrivable_until == first.ended_at + 14 * DAY
    product.at(13, first.ended_at)
    product.executions.redrive(key)
    assert product.describe(key).kept_until is None
    product.drain()
    second = product.describe(key)
    assert second.status == "FAILED"
    product.at(91, first.ended_at)
    assert product.expire() == []
    assert product.describe(key).redrives == 1
    product.at(91, second.ended_at)
    assert product.expire() == []
    assert partition(key) == [items.HEADER]


def test_a_redrive_comes_too_late(stores):
    product = Aws(stores, FAILS, {WORK: [TaskFailed("Broken")]})
    key = product.ended()
    product.at(14, product.describe(key).ended_at)
    before = rows()
    with pytest.raises(ExecutionNotRedrivable, match="could be redriven until"):
        product.executions.redrive(key)
    assert rows() == before


def test_a_redrive_that_retention_overtakes_changes_nothing(stores):
    """Its process stands still between looking and acting, for longer than anybody may."""
    product = Aws(stores, FAILS, {WORK: [TaskFailed("Broken")]}, retention_days=1)
    key = product.ended()
    loaded = stores.journal.load(key)
    product.at(14, loaded.header.ended_at - 5)
    redrives, real = product.executions._redrives, stores.journal.keep

    def slow(header):
        product.clock.sleep(2 * GRACE_SECONDS)
        product.expire()
        return real(header)

    stores.journal.keep = slow
    with pytest.raises(ExecutionTaken, match="is not kept any more"):
        redrives.redrive(loaded)
    assert partition(key) == [items.HEADER]


def test_its_name_is_not_free_while_anything_of_it_is_left(stores):
    product = Aws(stores)
    key = product.ended()
    product.at(91, product.describe(key).ended_at)
    for left in (5, 1):
        with pytest.raises(ExecutionAlreadyExists):
            product.start(None)
        assert len(partition(key)) == left
        product.expire()
    product.clock.sleep(FORGOTTEN_DAYS * DAY)
    product.expire()
    product.ended()
    assert product.describe(key).status == "SUCCEEDED"


@pytest.mark.parametrize("request_number", range(6))
def test_a_delete_that_dies_half_way_is_ended_by_the_next(stores, request_number):
    product = Aws(stores)
    key = product.ended(given={"large": BIG * 3})
    product.at(91, product.describe(key).ended_at)
    records = expire(product.clock.now())
    died = dies_after(stores, request_number)
    answer = product.retaining.records(records, deadline=float("inf"))
    died()
    if request_number < 5:
        assert answer == {"batchItemFailures": [{"itemIdentifier": records[0]["dynamodb"]["SequenceNumber"]}]}
        with pytest.raises(ExecutionTaken):
            product.describe(key)
        product.retaining.records(records, deadline=float("inf"))
    assert partition(key) == [items.HEADER]
    assert stores.clients.s3.list_objects_v2(Bucket="automate-test-payloads")["KeyCount"] == 0


def dies_after(stores, number):
    """After so many requests nothing serves; call what is answered to have it serve again."""
    left, undo = [number], []
    for client in (stores.clients.dynamodb, stores.clients.s3):
        real = client._make_api_call

        def call(name, parameters, real=real):
            if left[0] == 0:
                raise StoreUnavailable("gone")
            left[0] -= 1
            return real(name, parameters)

        undo.append((client, real))
        client._make_api_call = call

    def serve():
        for client, real in undo:
            client._make_api_call = real

    return serve


def damage(stores, key):
    """Its first segment cannot be read any more."""
    pk, sk = items.segment_key(key, 0)
    stores.clients.dynamodb.update_item(
        TableName="automate-test", Key={"pk": {"S": pk}, "sk": {"S": sk}}, UpdateExpression="SET body = :torn",
        ExpressionAttributeValues={":torn": {"B": b"\x00torn"}},
    )


def test_one_that_is_damaged_keeps_nobody_else(stores, caplog):
    """Else its batch of the stream would come again for a day, and what stands behind it would wait or be lost."""
    product = Aws(stores, ONE_TASK)
    keys = [product.ended(name) for name in ("one", "two")]
    damage(stores, keys[0])
    product.at(91, product.describe(keys[1]).ended_at)
    assert product.expire() == []
    assert partition(keys[1]) == [items.HEADER]
    assert partition(keys[0]) != [items.HEADER]
    assert product.retaining.walk({}, float("inf"))["next"] is None
    assert [record.execution for record in caplog.records if record.levelname == "ERROR"][:1] == [keys[0].id]


def test_large_values_are_deleted_and_nobody_else_s(stores):
    product = Aws(stores, ONE_TASK)
    noise = b"".join(hashlib.sha512(b"%d" % number).digest() for number in range(5_700))
    given = {"large": base64.b85encode(noise).decode()}
    first, second = product.ended("one", given), product.ended("two", given)
    objects = stores.clients.s3.list_objects_v2(Bucket="automate-test-payloads")["KeyCount"]
    product.at(90, product.describe(second).ended_at - 0.001)
    product.expire()
    assert partition(first) == [items.HEADER]
    assert product.describe(second).input == given
    left = stores.clients.s3.list_objects_v2(Bucket="automate-test-payloads")["KeyCount"]
    assert left == objects / 2 > 0
    product.clock.sleep(DAY)
    product.expire()
    assert stores.clients.s3.list_objects_v2(Bucket="automate-test-payloads")["KeyCount"] == 0


def test_one_with_large_values_is_redriven_and_kept(stores):
    product = Aws(stores, FAILS, {WORK: [TaskFailed("Broken"), TaskFailed("Broken")]})
    noise = b"".join(hashlib.sha512(b"%d" % number).digest() for number in range(5_700))
    key = product.ended(given={"large": base64.b85encode(noise).decode()})
    first = product.describe(key).ended_at
    assert items.TERM in partition(key)
    product.at(13, first)
    product.executions.redrive(key)
    product.drain()
    product.at(91, first)
    product.expire()
    assert product.describe(key).redrives == 1
    product.at(104, first)
    product.expire()
    assert partition(key) == [items.HEADER]
    assert stores.clients.s3.list_objects_v2(Bucket="automate-test-payloads")["KeyCount"] == 0


MAPPED = flow({"Each": {
    "Type": "Map", "ItemsPath": "$.lines", "MaxConcurrency": 5, "Next": "Sum", "ItemProcessor": {
        "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"}, **flow({"Line": task(End=True)}),
    }}, "Sum": task(End=True)})


def test_items_of_a_map_run_go_with_their_execution(stores):
    product = Aws(stores, MAPPED)
    key = product.ended(given={"lines": [1, 2, 3, 4, 5, 6, 7]})
    children = sorted({pk for pk, _ in rows() if "~" in pk})
    assert len(children) == 7
    product.at(89, product.describe(key).ended_at)
    assert product.expire() == []
    assert len({pk for pk, _ in rows() if "~" in pk}) == 7
    product.at(91, product.clock.now() - 89 * DAY)
    assert product.expire() == []
    assert partition(key) == [items.HEADER]
    assert [sk for pk, sk in rows() if "~" in pk] == [items.HEADER] * 7
    assert product.retaining.taken == 8
    product.clock.sleep(FORGOTTEN_DAYS * DAY)
    product.expire()
    assert not [pk for pk, _ in rows() if pk.startswith("E#")]


def test_a_large_map_run_is_taken_in_as_many_tries_as_it_needs(stores):
    product = Aws(stores, MAPPED)
    key = product.ended(given={"lines": list(range(7))})
    product.at(91, product.describe(key).ended_at)
    records = expire(product.clock.now())
    real, looks = stores.clock.now, [0]
    product.retaining._store._table.now = lambda: real() + 1e6 * (looks.__setitem__(0, looks[0] + 1) or looks[0] > 6)
    failed = product.retaining.records(records, deadline=real() + 60)["batchItemFailures"]
    del product.retaining._store._table.now
    assert failed == [{"itemIdentifier": records[0]["dynamodb"]["SequenceNumber"]}]
    assert 0 < [sk for pk, sk in rows() if "~" in pk].count(items.HEADER) <= 7
    assert product.retaining.records(records, deadline=float("inf"))["batchItemFailures"] == []
    assert partition(key) == [items.HEADER]
    assert {sk for pk, sk in rows() if "~" in pk} == {items.HEADER}


PARENT = flow({"Start": {
    "Type": "Task", "Resource": "arn:aws:states:::states:startExecution.sync:2",
    "Parameters": {"StateMachineArn": "child", "Input.$": "$"}, "End": True,
}})


def test_a_nested_execution_goes_with_its_parent(stores):
    product = Aws(stores, PARENT)
    product.published.publish(ONE_TASK, "child", retention_days=1)
    key = product.ended()
    child = next(name for name in product.listed() if name.startswith("child:"))
    product.at(89, product.describe(key).ended_at)
    product.expire()
    assert product.describe(ExecutionKey("default", child)).status == "SUCCEEDED"
    product.clock.sleep(2 * DAY)
    product.expire()
    assert partition(ExecutionKey("default", child)) == partition(key) == [items.HEADER]


def test_a_walk_takes_what_the_stream_has_not_told(stores):
    product = Aws(stores)
    keys = [product.ended(name) for name in ("one", "two")]
    waiting = product.start(None, name="open")
    product.at(95, product.describe(keys[1]).ended_at)
    expire(product.clock.now())  # and nobody heard it
    stores.clients.dynamodb.update_item(  # one of an earlier release
        TableName="automate-test", Key={"pk": {"S": items.partition(keys[0])}, "sk": {"S": "H"}},
        UpdateExpression="REMOVE kept_until",
    )
    assert product.retaining.walk({}, float("inf")) == {"looked": 3, "taken": 2, "next": None}
    assert partition(keys[0]) == partition(keys[1]) == [items.HEADER]
    assert stores.journal.header(waiting).status == "RUNNING"
    assert product.retaining.walk({}, float("inf"))["taken"] == 0


def test_a_walk_leaves_who_is_waited_for(stores):
    then = CALLBACK["StartAt"]
    started = {**PARENT["States"]["Start"], "Next": then}
    del started["End"]
    product = Aws(stores, {"StartAt": "Start", "States": {"Start": started, **CALLBACK["States"]}})
    product.published.publish(ONE_TASK, "child")
    key = product.ended()
    product.clock.sleep(200 * DAY)
    child = next(name for name in product.listed() if name.startswith("child:"))
    assert product.retaining.walk({}, float("inf"))["taken"] == 0
    assert stores.journal.header(key).status == "RUNNING"
    assert partition(ExecutionKey("default", child)) != [items.HEADER]


@pytest.mark.parametrize(("own", "taken"), [(7, 1), (365, 0)])
def test_a_walk_takes_one_of_before_by_its_workflow_s_own_term(stores, own, taken):
    product = Aws(stores, ONE_TASK)
    key = product.ended()
    stores.clients.dynamodb.update_item(
        TableName="automate-test", Key={"pk": {"S": items.partition(key)}, "sk": {"S": "H"}},
        UpdateExpression="REMOVE kept_until",
    )
    stores.catalog.put_draft(DraftRecord("default", "flow", b"{}", "e1", 1.0, "ada"), expect_etag=None, description="")
    document = json.dumps({"definition": ONE_TASK, "retention_days": own}).encode()
    stores.catalog.put_version(replace(a_version("default", 1, document=document), workflow="flow"))
    product.clock.sleep((8 if taken else 100) * DAY)
    assert product.retaining.walk({}, float("inf"))["taken"] == taken


def test_a_walk_that_runs_out_of_time_says_where_to_go_on(stores):
    product = Aws(stores)
    product.ended()
    answer = product.retaining.walk({}, product.clock.now() - 1)
    assert answer["taken"] == 0
    assert set(answer["next"]) == {"workspace", "before"}
    assert product.retaining.walk(answer["next"], float("inf"))["looked"] == 1


def test_what_it_costs(stores):
    """A term costs no write; taking one costs a write for its header, and one for each segment before the last."""
    meters = []
    for days in (0.0, 90.0):
        product = Aws(stores, THREE_TASKS, workspace=f"cost{days:.0f}")
        product.settings = replace(product.settings, retention_days=days)
        meter = Meter(stores.clients.dynamodb, "automate-test", stores.clients.sqs, stores.clients.s3)
        key = product.ended()
        meters.append(meter.units)
        meter.close()
    assert meters[0] == meters[1]
    product.at(91, product.describe(key).ended_at)
    meter = Meter(stores.clients.dynamodb, "automate-test", stores.clients.sqs, stores.clients.s3)
    records = expire(product.clock.now())
    product.retaining.records(records, deadline=float("inf"))
    meter.close()
    assert (meter.items, meter.entries) == ({"S": 3, "H": 1}, {})
    assert meter.calls == {"GetItem": 1, "Query": 2, "BatchWriteItem": 1, "UpdateItem": 1}


def test_what_is_left_of_it_tells_nothing_of_whom_it_was_about(stores):
    """The name stays, for it is the key; the business key's entry in its index costs a unit to delete."""
    product = Aws(stores, business_key="$.customer")
    key = product.ended(given={"customer": "customer-4711"})
    assert product.executions.page(ExecutionQuery("default", business_key="customer-4711")).rows
    product.at(91, product.describe(key).ended_at)
    meter = Meter(stores.clients.dynamodb, "automate-test", stores.clients.sqs, stores.clients.s3)
    assert product.expire() == []
    meter.close()
    assert (meter.items, meter.entries) == ({"S": 3, "H": 1}, {"business_key": 1})
    left = stores.clients.dynamodb.query(
        TableName="automate-test", KeyConditionExpression="pk = :pk",
        ExpressionAttributeValues={":pk": {"S": items.partition(key)}},
    )["Items"]
    assert [item["sk"]["S"] for item in left] == [items.HEADER]
    assert "4711" not in repr(left)
    assert str(TESTER) not in repr(left)
    with pytest.raises(ExecutionTaken):
        product.describe(key)


def test_the_functions_handler_tells_them_apart(stores, monkeypatch):
    from functions.sweeper import app, retention  # noqa: PLC0415

    product = Aws(stores)
    key = product.ended()
    product.at(91, product.describe(key).ended_at)
    monkeypatch.setattr(retention, "retaining", lambda: product.retaining)
    context = type("Context", (), {
        "function_name": "sweeper", "memory_limit_in_mb": 256, "invoked_function_arn": "arn", "aws_request_id": "1",
        "get_remaining_time_in_millis": lambda _self: 55_000,
    })()
    assert app.handler({"Records": expire(product.clock.now())}, context) == {"batchItemFailures": []}
    assert partition(key) == [items.HEADER]
    assert json.loads(json.dumps(app.handler({"walk": {}}, context)))["looked"] == 1


@pytest.mark.parametrize("days", [30, 0])
def test_each_workflow_s_old_versions_have_their_turn_once_a_day(stores, days):
    """The workflow's own term counts; kept for ever keeps its versions too."""
    draft = DraftRecord("default", "orders", b"{}", "e1", 1.0, "ada")
    stores.catalog.put_draft(draft, expect_etag=None, description="")
    document = json.dumps({"definition": {}, "retention_days": days}).encode()
    for number in range(1, 15):
        stores.catalog.put_version(
            a_version("default", number, document=document, published_at=stores.clock.now() + number)
        )
    looking = OldVersions(stores, stores.clock, Retention(days=0))

    def day():
        stores.clock.sleep(32 * DAY)
        return [looking.look("default", hour) for hour in range(24)]

    assert sum(day()) == 0
    found = day()
    assert sorted(found)[-2:] == ([0, 4] if days else [0, 0])
