"""Requests to DynamoDB, SQS and S3 that go wrong (moto, behind the layer of aws_requests)."""

from __future__ import annotations

import pytest

from engine.adapters.aws import items
from engine.errors import StoreUnavailable, Throttled
from engine.ports.journal import RUNNING, Header, InboxItem
from engine.ports.keys import ExecutionKey
from engine.ports.queue import Wake
from tests.crash.aws_requests import LATE_SECONDS
from tests.crash.faults import AWS_MODES, DEATHS, can
from tests.crash.plans import PLANS


@pytest.mark.parametrize("workflow", ["task", "callback", "big"])
def test_a_death_between_requests_loses_nothing(campaign, workflow):
    assert campaign.run_all(PLANS["aws"].specs(campaign, workflow, False))


@pytest.mark.full
@pytest.mark.parametrize("workflow", PLANS["aws"].workflows)
def test_a_death_between_requests_loses_nothing_in_full(campaign, workflow):
    assert campaign.run_all(PLANS["aws"].specs(campaign, workflow, True))


@pytest.mark.parametrize("plan", ["aws-faults", "aws-chance"])
def test_what_goes_wrong_with_requests_loses_nothing(campaign, plan):
    specs = [spec for workflow in PLANS[plan].workflows for spec in PLANS[plan].specs(campaign, workflow, False)]
    assert campaign.run_all(specs)


@pytest.mark.full
@pytest.mark.parametrize("plan", ["aws-faults", "aws-chance"])
@pytest.mark.parametrize("workflow", PLANS["aws-faults"].workflows)
def test_what_goes_wrong_with_requests_loses_nothing_in_full(campaign, plan, workflow):
    assert campaign.run_all(PLANS[plan].specs(campaign, workflow, True))


def test_requests_are_what_is_numbered(campaign):
    calls = campaign.reference("big", "aws").calls
    assert set(calls) >= {
        "PutItem", "UpdateItem", "PutObject", "GetObject", "SendMessageBatch", "DeleteMessage", "call",
    }
    assert "QueryIndex" in campaign.reference("held", "aws").calls


# ---------------------------------------------------------------- the layer by itself


class Wrong:
    """Stores whose next request of one operation goes wrong."""

    def __init__(self, stores, operation, mode):
        self.stores, self.operation, self.mode = stores, operation, mode
        stores.watch(self._perform)

    def _perform(self, name, request, operation, parameters):
        if name != self.operation:
            return self.stores.requests.send(request, operation, parameters)
        assert can(self.mode, name)
        self.operation = ""
        return self.stores.requests.wrongly(self.mode, request, operation, parameters)


@pytest.fixture
def stores(campaign):
    made = campaign.stores("aws")
    yield made
    made.watch(None)


def started(stores, due_at):
    key = ExecutionKey(stores.workspace, "flow:one")
    now = stores.clock.now()
    header = Header(key, "flow", 1, "d", "i", "STANDARD", RUNNING, now, due_at=now + due_at)
    assert stores.journal.create(header, b"{}") is None
    return key


def item(stores, key, number):
    return InboxItem(key, f"answer#{number}", b"{}", stores.clock.now() + 60)


def test_an_item_is_what_botocore_would_answer(stores):
    """GetItem is answered without the wire (families)."""
    key = started(stores, 5)
    client, wanted = stores.stores.clients.dynamodb, {"pk": {"S": items.partition(key)}, "sk": {"S": items.HEADER}}
    asked = {"TableName": "automate-test", "Key": wanted, "ConsistentRead": True}
    told = type(client)._make_api_call(client, "GetItem", asked)
    assert client.get_item(**asked)["Item"] == told["Item"] != {}
    assert "Item" not in client.get_item(**{**asked, "Key": {**wanted, "sk": {"S": "none"}}})


def test_a_repeated_write_tells_of_its_own_item(stores):
    key = started(stores, 5)
    Wrong(stores, "PutItem", "repeated")
    assert stores.journal.put_inbox(item(stores, key, 1)) is False
    assert [found.id for found in stores.journal.inbox(key)] == ["answer#1"]


def test_botocore_makes_a_transaction_known_when_it_is_asked_for_again(stores):
    model = stores.stores.clients.dynamodb.meta.service_model
    named = {name for name in model.operation_names if model.operation_model(name).idempotent_members}
    assert {"TransactWriteItems"} <= named
    assert not named & {"PutItem", "UpdateItem", "DeleteItem", "BatchWriteItem"}


def test_a_page_may_hold_one_item_and_none_is_missed(stores):
    key = started(stores, 5)
    for number in range(3):
        stores.journal.put_inbox(item(stores, key, number))
    wrong = Wrong(stores, "Query", "partly")
    assert len(stores.journal.inbox(key)) == 3
    assert wrong.operation == ""


def test_a_batch_may_be_served_in_part_and_the_rest_is_asked_for_again(stores):
    key = started(stores, 5)
    for number in range(3):
        stores.journal.put_inbox(item(stores, key, number))
    wrong = Wrong(stores, "BatchWriteItem", "partly")
    stores.journal.delete_inbox(key, [f"answer#{number}" for number in range(3)])
    assert wrong.operation == ""
    assert stores.journal.inbox(key) == []


def test_an_index_may_be_late(stores):
    key = started(stores, 5)
    now = stores.clock.now()
    stores.behave(lag=LATE_SECONDS, chance=None)
    assert stores.journal.due(now + 60) == []
    stores.clock.sleep(LATE_SECONDS + 1)
    assert [due.key for due in stores.journal.due(now + 60)] == [key]
    stores.journal.delete_inbox(key, ["none"])
    stores.behave(lag=0.0, chance=None)
    assert [due.key for due in stores.journal.due(now + 60)] == [key]


def test_wakes_may_be_refused_in_part(stores):
    keys = [ExecutionKey(stores.workspace, f"flow:{number}") for number in range(2)]
    Wrong(stores, "SendMessageBatch", "partly")
    with pytest.raises(Throttled):
        stores.queue.send([Wake(key) for key in keys])
    assert [received.key for received in stores.queue.claim(10)] == keys[:1]


def test_a_deleted_message_may_come_again(stores):
    stores.queue.send([Wake(ExecutionKey(stores.workspace, "flow:one"))])
    (first,) = stores.queue.claim(10)
    Wrong(stores, "DeleteMessage", "undeleted")
    stores.queue.acknowledge([first.receipt])
    (second,) = stores.queue.claim(10)
    assert (second.key, second.receives) == (first.key, 2)


@pytest.mark.parametrize(("raised", "error"), [("throttled", Throttled), ("no_reply", StoreUnavailable)])
def test_the_adapters_see_botocore_s_errors(stores, raised, error):
    from tests.crash import aws_requests  # noqa: PLC0415

    def perform(name, *_request):
        raise getattr(aws_requests, raised)(name)

    stores.watch(perform)
    for act in (
        lambda: stores.journal.header(ExecutionKey("default", "flow:one")),
        lambda: stores.queue.send([Wake(ExecutionKey("default", "flow:one"))]),
        lambda: stores.blobs.put("default", b"1"),
    ):
        with pytest.raises(error):
            act()


def test_each_mode_of_aws_is_tried(campaign):
    tried = {mode for workflow in ("callback", "held", "child") for mode in AWS_MODES
             if any(can(mode, name) for name in campaign.reference(workflow, "aws").calls)}
    assert tried == set(AWS_MODES)
    assert set(AWS_MODES) & set(DEATHS) == {"after"}
