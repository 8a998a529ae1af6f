"""The load run's own event source does what Lambda does for a queue. Nothing is deployed here."""

from __future__ import annotations

import io
import json
import threading
import time
from types import SimpleNamespace

import pytest

from benchmarks import deployed_load
from tests.support import patience


class Queue:
    """SQS and Lambda of a stage: hands over what is in it, ten at most; messages of `failing` come back once."""

    def __init__(self, count, failing=()):
        self._lock = threading.Lock()
        self._messages = [str(number) for number in range(count)]
        self.failing = set(failing)
        self.deleted = []
        self.asked_for = []

    def client(self, _):
        return self

    def receive_message(self, *, MaxNumberOfMessages, **_):  # noqa: N803  boto3's
        with self._lock:
            self.asked_for.append(MaxNumberOfMessages)
            taken, self._messages = self._messages[:MaxNumberOfMessages], self._messages[MaxNumberOfMessages:]
        return {"Messages": [
            {"MessageId": one, "ReceiptHandle": one, "Body": one, "Attributes": {}, "MD5OfBody": ""} for one in taken
        ]} if taken else {}

    def invoke(self, *, Payload, **_):  # noqa: N803
        ids = [record["messageId"] for record in json.loads(Payload)["Records"]]
        with self._lock:
            failed = [one for one in ids if one in self.failing]
            self.failing -= set(failed)
            self._messages += failed
        answer = {"batchItemFailures": [{"itemIdentifier": one} for one in failed]}
        return {"Payload": io.BytesIO(json.dumps(answer).encode())}

    def delete_message(self, *, ReceiptHandle, **_):  # noqa: N803
        self.deleted.append(ReceiptHandle)


def run(queue, count, size, window):
    """The load that was noted once all messages are deleted."""
    stage = SimpleNamespace(emulator=queue, output=lambda *_: "name")
    mapping = {
        "EventSourceArn": "arn", "BatchSize": size, "MaximumBatchingWindowInSeconds": window,
        "ScalingConfig": {"MaximumConcurrency": 2},
    }
    load = deployed_load.Load(size, window)
    source, until = deployed_load.EventSource(stage, mapping, load), time.monotonic() + patience.SECONDS
    while len(queue.deleted) < count and time.monotonic() < until:
        time.sleep(0.01)
    source.stop()
    return load


@pytest.mark.parametrize(("size", "window", "records"), [(1, 0, [1] * 23), (10, 0, [10, 10, 3]), (50, 1, [23])])
def test_batches_are_as_large_as_the_mapping_says(size, window, records):
    queue = Queue(23)
    load = run(queue, 23, size, window)
    assert sorted(load.records) == sorted(records)
    assert max(queue.asked_for) <= 10
    assert sorted(queue.deleted, key=int) == [str(number) for number in range(23)]


def test_what_failed_comes_again_and_the_others_do_not():
    queue = Queue(12, failing={"3"})
    load = run(queue, 12, 10, 0)
    assert sorted(queue.deleted, key=int) == [str(number) for number in range(12)]
    assert sum(load.records) == 13


def test_the_table_has_a_line_for_each_size():
    loads = [deployed_load.Load(10, 0, seconds=12.34, receives=3, records=[10, 2], worker_seconds=5.0, writes=48)]
    assert deployed_load.table(loads).splitlines()[2] == "| 10, 0 s | 12.3 s | 2 | 6.0, 10 | 3 | 5.0 s | 48 |"
