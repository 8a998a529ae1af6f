"""What is sent to SQS: each wake in its workflow's group, in no more requests than before."""

from __future__ import annotations

import re
from types import SimpleNamespace

import pytest

from engine.adapters.aws.queue import SqsQueue, group_of
from engine.clock import SkipClock
from engine.ports.keys import ExecutionKey
from engine.ports.queue import Wake
from tests.support.aws_answers import Service
from tests.support.moto_stores import open_aws

TAKEN = re.compile(r"[A-Za-z0-9!\"#$%&'()*+,\-./:;<=>?@\[\\\]^_`{|}~]{1,128}")
"""What SQS takes as a MessageGroupId (API reference, SendMessageBatchRequestEntry)."""


def test_each_message_has_its_workflows_group_and_ten_go_in_a_request():
    with open_aws(SkipClock()) as stores:
        sent = []
        stores.clients.sqs.meta.events.register(
            "provide-client-params.sqs.SendMessageBatch", lambda params, **_: sent.append(params["Entries"])
        )
        keys = [ExecutionKey.of("default", f"flow-{number % 3}", f"run-{number}") for number in range(25)]
        stores.queue.send([Wake(key, delay=number) for number, key in enumerate(keys)])
        assert [len(entries) for entries in sent] == [10, 10, 5]
        entries = [entry for batch in sent for entry in batch]
        assert [entry["MessageGroupId"] for entry in entries] == [f"default/flow-{n % 3}" for n in range(25)]
        assert [entry["DelaySeconds"] for entry in entries] == list(range(25))
        received = stores.queue.claim(10)
        assert [item.key for item in received] == keys[:1]  # and the delay is kept


def test_no_wake_comes_early():
    """SQS delays by whole seconds."""
    service = Service({})
    delays = [0.0, 0.1, 1.5, 2.0, 899.4, 5000.0]
    key = ExecutionKey("default", "flow:one")
    SqsQueue(SimpleNamespace(sqs=service), "u").send([Wake(key, delay=delay) for delay in delays])
    [(_, sent)] = service.requests
    assert [entry["DelaySeconds"] for entry in sent["Entries"]] == [0, 1, 2, 2, 900, 900]


@pytest.mark.parametrize(("one", "other", "same"), [
    ("orders:a", "orders:b", True), ("orders:a", "orders:a~1.0~7", True), ("orders:a", "order:a", False),
    ("a" * 80 + ":x", "a" * 79 + "b:x", False), ("wörk:a", "wörk:b", True), ("wörk:a", "wrk:a", False),
    ("x" * 300 + ":a", "x" * 301 + ":a", False), ("a b:x", "a:x", False), ("\ud800:x", "\ud801:x", False),
])
def test_a_group_is_a_workflows_and_in_the_characters_that_sqs_takes(one, other, same):
    groups = [group_of(ExecutionKey("default", id_)) for id_ in (one, other)]
    assert (groups[0] == groups[1]) is same
    assert all(TAKEN.fullmatch(group) for group in groups)


def test_workspaces_do_not_share_a_group():
    assert group_of(ExecutionKey("a", "orders:1")) != group_of(ExecutionKey("b", "orders:1"))
