"""What an execution leaves is deleted whole, whoever dies between its large values and the items that name them."""

from __future__ import annotations

import base64
import random
from contextlib import suppress
from functools import partial
from itertools import count

import pytest

from engine.adapters.aws import bodies, items
from engine.adapters.aws.bodies import OWN
from engine.adapters.aws.erasure.rest import Rest
from engine.adapters.aws.retention import DynamoRetention
from engine.durable.started import awaited
from engine.errors import StoreCorrupt, StoreUnavailable
from engine.ports.executions_index import ExecutionQuery
from engine.ports.keys import ExecutionKey
from tests.support import backends
from tests.support.durable import TESTER
from tests.support.erasing import Asked
from tests.support.flows import ONE_TASK, flow
from tests.support.terms import rows

MOST_INLINE_BYTES = 4_000
"""Less than the product has: compressing large values is most of what such a test takes."""
LARGE = {"text": base64.b85encode(random.Random(1).randbytes(2 * MOST_INLINE_BYTES)).decode()}  # noqa: S311
PARENT = flow({"Start": {
    "Type": "Task", "Resource": "arn:aws:states:::states:startExecution.sync:2", "End": True,
    "Parameters": {"StateMachineArn": "child", "Input.$": "$"}, "OutputPath": "$.Output",
}})
DAY = 86_400.0


@pytest.fixture
def stores(tmp_path, monkeypatch):
    monkeypatch.setattr(bodies, "MOST_INLINE_BYTES", MOST_INLINE_BYTES)
    with backends.open_backend("aws", tmp_path / "data") as backend:
        yield backend


def objects():
    from moto.s3.models import s3_backends  # noqa: PLC0415  moto's

    kept = s3_backends["123456789012"]["aws"].buckets["automate-test-payloads"].keys
    return [name for name in kept if name.startswith("blobs/")]


class Retained(Asked):
    """Its executions' terms are over."""

    def asked(self, key):
        self.clock.sleep(91 * DAY)

    def taken(self, key):
        stores = self.stores.stores
        DynamoRetention(stores.stored, stores.blobs, partial(awaited, stores.journal)).take(key)


class Erased(Asked):
    """Somebody has asked to erase them."""

    def asked(self, key):
        self.erasing.erase_one(key, TESTER)

    def taken(self, _key):
        self.over()


def failing_at(stores, number):
    """Request `number` is not served, and none after it; call what is answered to have them served again."""
    made, undo = [], []
    for client in (stores.clients.dynamodb, stores.clients.s3):
        def call(name, parameters, real=client._make_api_call):
            made.append(name)
            if len(made) > number:
                raise StoreUnavailable("gone")
            return real(name, parameters)

        undo.append((client, client._make_api_call))
        client._make_api_call = call

    def serve():
        for client, real in undo:
            client._make_api_call = real

    return serve, made


@pytest.mark.parametrize("made", [Retained, Erased])
def test_who_dies_half_way_is_followed_by_who_deletes_the_rest(stores, made):
    product = made(stores, PARENT, child=ONE_TASK)
    for number in count():
        key = product.ended(LARGE, f"number-{number}")
        assert len(objects()) > 2
        product.asked(key)
        serve, requests = failing_at(stores.stores, number)
        with suppress(StoreUnavailable):
            product.taken(key)
        serve()
        if len(requests) <= number:
            break
        product.taken(key)
        kinds = {sk[:2] for _, sk in rows()}
        assert (objects(), kinds & {"I#", "N#", "O#", "G", "S#~"}) == ([], set()), requests
    assert requests.count("DeleteObjects") == 2  # of the child, and of its parent
    assert objects() == []


def status_of(stores, key, status):
    stores.stores.clients.dynamodb.update_item(
        TableName="automate-test", Key={"pk": {"S": items.partition(key)}, "sk": {"S": items.HEADER}},
        UpdateExpression="SET #status = :status", ExpressionAttributeNames={"#status": "status"},
        ExpressionAttributeValues={":status": {"S": status}},
    )


def test_an_erasure_waits_for_a_child_that_runs_again(stores):
    product = Erased(stores, PARENT, child=ONE_TASK)
    key = product.ended(LARGE)
    child = next(row.key for row in product.executions.page(ExecutionQuery("default")).rows if row.key != key)
    product.asked(key)
    status_of(stores, child, "RUNNING")
    product.clock.sleep(61)
    assert product.erasing.go_on("default") == 0
    assert product.describe(child).status in ("RUNNING", "SUCCEEDED")
    status_of(stores, child, "SUCCEEDED")
    product.taken(key)
    assert objects() == []


def test_one_that_runs_again_is_not_marked(stores, monkeypatch):
    """Whoever redrove it has seen a later clock."""
    product = Retained(stores, ONE_TASK)
    key = product.ended({"order": 1})
    product.asked(key)
    monkeypatch.setattr(Rest, "delete", lambda *_: status_of(stores, key, "RUNNING"))
    product.taken(key)
    header = stores.stores.stored.get((items.partition(key), items.HEADER))
    assert (header["status"], items.TAKEN_AT in header) == ("RUNNING", False)


def test_an_object_that_others_may_share_stays():
    """A release before wrote it: several items may refer to it."""
    noting = Noting({"sk": "S#1", "body_ref": "shared"}, {"sk": "S#2", "body_ref": "own", OWN: True})
    Rest(noting, noting, lambda _key: iter(())).delete(ExecutionKey("default", "flow:one"), ("H",))
    assert [refs for what, refs in noting.done if what == "objects"] == [["own"]]


def test_a_history_that_is_lost_is_said_to_be_so(stores):
    """Nobody had begun to delete it: its children are not found."""
    product = Retained(stores, PARENT, child=ONE_TASK)
    key = product.ended(LARGE)
    product.asked(key)
    stores.blobs.delete("default", [name.rpartition("/")[2] for name in objects()])
    with pytest.raises(StoreCorrupt, match="is missing"):
        product.taken(key)


class Noting:
    """A table and a bucket that note what is done."""

    def __init__(self, *found):
        self.done, self.found = [], found

    def query(self, _keys):
        return iter(self.found)

    def write(self, put):
        self.done.append(("write", put.item["sk"]))

    def delete(self, of, refs=None):
        self.done.append(("delete", [sk for _, sk in of]) if refs is None else ("objects", refs))


@pytest.mark.parametrize(("found", "done"), [
    ([], [("delete", ["S#1"])]),
    ([{"sk": "S#2", "body_ref": "r", OWN: True}], [
        ("write", "G"), ("objects", ["r"]), ("delete", ["S#1", "S#2"]), ("delete", ["G"]),
    ]),
    ([{"sk": "G"}], [("delete", ["S#1"]), ("delete", ["G"])]),
])
def test_the_note_goes_last(found, done):
    noting = Noting({"sk": "H"}, {"sk": "S#1"}, *found)
    Rest(noting, noting, lambda _key: iter(())).delete(ExecutionKey("default", "flow:one"), ("H",))
    made = [one for one in noting.done if one != ("objects", [])]
    assert made == done


def test_an_erasure_that_cannot_be_done_keeps_no_other(stores):
    product = Erased(stores, ONE_TASK)
    lost, other = product.ended(LARGE, "lost"), product.ended({"order": 1}, "other")
    refs = [name.rpartition("/")[2] for name in objects()]
    for key in (lost, other):
        product.asked(key)
    stores.blobs.delete("default", refs)
    product.clock.sleep(61)
    with pytest.raises(StoreCorrupt, match="is missing"):
        product.erasing.go_on("default")
    assert [erasure.executions for erasure in product.erasing.pending("default")] == [(lost.id,)]
