"""AWS's answers, made by hand: what becomes of each."""

from __future__ import annotations

import subprocess
import sys
import threading
from types import SimpleNamespace

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError, NoCredentialsError, ReadTimeoutError

from engine.adapters.aws.clients import Clients
from engine.adapters.aws.dynamo import Table
from engine.adapters.aws.queue import SqsQueue, decode_wake, encode_wake
from engine.adapters.aws.stores import AwsStores
from engine.clock import SkipClock
from engine.errors import InvalidDocument, StoreUnavailable, Throttled
from engine.ports.keys import ExecutionKey
from engine.ports.queue import Wake
from engine.settings import Settings
from tests.support.aws_answers import Service
from tests.support.records import a_header, a_segment, a_version

KEY = ExecutionKey.of("default", "orders", "run-1")


def stores_over(service):
    clients = SimpleNamespace(dynamodb=service, sqs=service, s3=service)
    return AwsStores(clients, table="t", queue_url="u", bucket="b", clock=SkipClock())


def an_error(code, operation="PutItem", **more):
    return ClientError({"Error": {"Code": code, "Message": "said so"}, **more}, operation)


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (an_error("ProvisionedThroughputExceededException"), Throttled),
        (an_error("ThrottlingException"), Throttled),
        (an_error("RequestLimitExceeded"), Throttled),
        (an_error("TransactionConflictException"), Throttled),
        (an_error("InternalServerError"), StoreUnavailable),
        (an_error("ResourceNotFoundException"), StoreUnavailable),
        (an_error("AccessDeniedException"), StoreUnavailable),
        (EndpointConnectionError(endpoint_url="https://dynamodb"), StoreUnavailable),
        (ReadTimeoutError(endpoint_url="https://dynamodb"), StoreUnavailable),
        (NoCredentialsError(), StoreUnavailable),
    ],
)
@pytest.mark.parametrize(
    "act",
    [
        lambda stores: stores.journal.create(a_header(KEY), b"{}"),
        lambda stores: stores.journal.commit([a_segment(KEY, 0)]),
        lambda stores: stores.journal.load(KEY),
        lambda stores: stores.journal.inbox(KEY),
        lambda stores: stores.journal.delete_inbox(KEY, ["a"]),
        lambda stores: stores.catalog.put_version(a_version("default", 1)),
        lambda stores: stores.queue.send([Wake(KEY)]),
        lambda stores: stores.blobs.put("default", b"x"),
        lambda stores: stores.blobs.get("default", "0" * 64),
    ],
)
def test_every_failure_is_a_storage_error(act, error, expected):
    with pytest.raises(expected) as caught:
        act(stores_over(Service(error)))
    assert caught.value.__cause__ is error


def test_the_message_names_operation_and_code():
    with pytest.raises(StoreUnavailable, match="GetItem answered ResourceNotFoundException: said so"):
        stores_over(Service(an_error("ResourceNotFoundException", "GetItem"))).journal.header(KEY)


def test_s3s_slow_down_is_a_throttle():
    with pytest.raises(Throttled):
        stores_over(Service(an_error("SlowDown", "PutObject"))).blobs.put("default", b"x")


@pytest.mark.parametrize("code", ["TransactionConflict", "ThrottlingError", "ProvisionedThroughputExceeded"])
def test_a_cancelled_transaction_that_may_work_later_is_a_throttle(code):
    reasons = [{"Code": "None"}, {"Code": code}, {"Code": "ConditionalCheckFailed"}]
    error = an_error("TransactionCanceledException", "TransactWriteItems", CancellationReasons=reasons)
    with pytest.raises(Throttled, match=code):
        stores_over(Service(error)).catalog.put_version(a_version("default", 1))


def test_a_batch_served_in_part_is_asked_for_the_rest():
    rest = {"t": [{"DeleteRequest": {"Key": {"pk": {"S": "a"}, "sk": {"S": "b"}}}}]}
    service = Service({"UnprocessedItems": rest}, {"UnprocessedItems": {}})
    clock = SkipClock()
    Table(SimpleNamespace(dynamodb=service), "t", clock).delete([("a", "b"), ("c", "d")])
    assert [parameters["RequestItems"] for _, parameters in service.requests][1] == rest
    assert clock.now() > SkipClock().now()


def test_a_batch_read_in_part_gives_both_parts():
    def read(name):
        return {"t": [{"pk": {"S": name}, "sk": {"S": "H"}}]}

    rest = {"t": {"Keys": [{"pk": {"S": "b"}, "sk": {"S": "H"}}]}}
    service = Service({"Responses": read("a"), "UnprocessedKeys": rest}, {"Responses": read("b")})
    found = Table(SimpleNamespace(dynamodb=service), "t", SkipClock()).get_many([("a", "H"), ("b", "H")])
    assert found.keys() == {("a", "H"), ("b", "H")}


def test_a_batch_that_is_never_served_is_a_throttle():
    rest = {"t": {"Keys": [{"pk": {"S": "a"}, "sk": {"S": "b"}}]}}
    service = Service(*[{"Responses": {}, "UnprocessedKeys": rest}] * 6)
    with pytest.raises(Throttled, match="part of a batch"):
        Table(SimpleNamespace(dynamodb=service), "t", SkipClock()).get_many([("a", "b")])
    assert service.answers == []


# --- the queue


def test_wakes_are_sent_in_batches_of_ten():
    service = Service({}, {}, {})
    delays = [0.0, 0.2, 29.5, 900.0, 5000.0, -3.0] + [1.0] * 19
    stores_over(service).queue.send([Wake(KEY, delay) for delay in delays])
    batches = [parameters["Entries"] for _, parameters in service.requests]
    assert [len(batch) for batch in batches] == [10, 10, 5]
    assert [entry["DelaySeconds"] for entry in batches[0][:6]] == [0, 1, 30, 900, 900, 0]
    assert all(len({entry["Id"] for entry in batch}) == len(batch) for batch in batches)
    assert decode_wake(batches[2][4]["MessageBody"]) == KEY


def test_nothing_to_send_calls_nothing():
    stores_over(Service()).queue.send([])


@pytest.mark.parametrize(
    ("codes", "expected"),
    [(["InternalError"], StoreUnavailable), (["RequestThrottled"], Throttled),
     (["RequestThrottled", "InternalError"], StoreUnavailable)],
)
def test_a_wake_that_was_refused_is_raised_after_the_rest_is_sent(codes, expected):
    service = Service({"Failed": [{"Id": "0", "Code": code} for code in codes]}, {})
    with pytest.raises(expected, match=f"refused {len(codes)} of 12 wakes"):
        SqsQueue(SimpleNamespace(sqs=service), "u").send([Wake(KEY)] * 12)
    assert len(service.requests) == 2


def test_a_wake_survives_its_message():
    key = ExecutionKey("ws-ä", "orders:a:b")
    assert decode_wake(encode_wake(key)) == key


@pytest.mark.parametrize(
    "body",
    ["", "{", "[]", "null", "7", '"x"', "{}", '{"workspace": "w"}', '{"workspace": 1, "id": "a:b"}',
     '{"workspace": "w", "id": "nocolon"}', '{"workspace": "w", "id": null}'],
)
def test_a_message_that_is_no_wake_is_refused(body):
    with pytest.raises(InvalidDocument, match="no wake"):
        decode_wake(body)


# --- clients and settings


def test_a_client_is_made_once_by_however_many_threads(monkeypatch):
    made = []

    def create_client(service, config):
        made.append((service, config.max_pool_connections))
        return object()

    session = SimpleNamespace(create_client=create_client)
    monkeypatch.setattr("engine.adapters.aws.clients._session", lambda: session)
    clients = Clients(connections=32)
    got = []
    threads = [threading.Thread(target=lambda: got.append(clients.dynamodb)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(map(id, got))) == 1
    assert clients.sqs is not clients.dynamodb
    assert made == [("dynamodb", 32), ("sqs", 32)]


@pytest.mark.parametrize("missing", ["table", "queue_url", "bucket"])
def test_a_setting_that_is_missing_is_named(missing):
    named = {"table": "t", "queue_url": "u", "bucket": "b", missing: ""}
    with pytest.raises(InvalidDocument) as caught:
        AwsStores.from_settings(Settings(**named), SkipClock())
    assert caught.value.where == f"AUTOMATE_{missing.upper()}"


def test_a_cold_start_loads_neither_boto3_nor_pydantic():
    program = (
        "import sys, engine.adapters.aws.stores;"
        "print([m for m in ('boto3', 'pydantic', 'moto', 'sqlite3') if m in sys.modules])"
    )
    answer = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert answer.stdout.strip() == "[]"
