"""The AWS stores on moto, on virtual time, with a poller in the place of Lambda's."""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from unittest import mock

from moto import mock_aws

from engine.adapters.aws.queue import SqsQueue, decode_wake
from engine.adapters.aws.stores import AwsStores
from engine.adapters.aws.table import create_table_request
from engine.clock import SkipClock
from engine.kernel.snapshot import SCHEMA
from engine.ports.queue import Received, Wake
from engine.settings import Settings
from tests.support.quick_moto import quickened
from tools.cost.stream import Stream

VISIBILITY_SECONDS = 360
_ENVIRONMENT = {
    "AWS_ACCESS_KEY_ID": "testing", "AWS_SECRET_ACCESS_KEY": "testing", "AWS_DEFAULT_REGION": "eu-central-1",
}


class PolledSqs:
    """ClaimableQueue over SqsQueue: what Lambda's event source mapping does, by hand."""

    def __init__(self, stores: AwsStores, url: str, clock: SkipClock) -> None:
        self._sender = SqsQueue(stores.clients, url)
        self._sqs = stores.clients.sqs
        self._url = url
        self._clock = clock
        self._sent = False

    def send(self, wakes: Sequence[Wake]) -> None:
        self._sender.send(wakes)
        self._sent = self._sent or bool(wakes)

    def claim(self, limit: int) -> list[Received]:
        claimed: list[Received] = []
        while len(claimed) < limit:
            answer = self._sqs.receive_message(
                QueueUrl=self._url, MaxNumberOfMessages=min(10, limit - len(claimed)), WaitTimeSeconds=0,
                MessageSystemAttributeNames=["ApproximateReceiveCount"],
            )
            if "Messages" not in answer:
                break
            claimed += [
                Received(decode_wake(m["Body"]), m["ReceiptHandle"], int(m["Attributes"]["ApproximateReceiveCount"]))
                for m in answer["Messages"]
            ]
        return claimed

    def listen(self, _heard: Callable[[], None] | None) -> bool:
        return False

    def acknowledge(self, receipts: Sequence[str]) -> None:
        for receipt in receipts:
            self._sqs.delete_message(QueueUrl=self._url, ReceiptHandle=receipt)

    def release(self, receipts: Sequence[str], delay: float = 0.0) -> None:
        for receipt in receipts:
            try:
                self._sqs.change_message_visibility(
                    QueueUrl=self._url, ReceiptHandle=receipt, VisibilityTimeout=math.ceil(delay)
                )
            except self._sqs.exceptions.ClientError:  # acknowledged before
                continue
            self._sent = True
        self._clock.sleep(0.001)  # moto shows a message again only after its time, not at it

    def changed(self) -> bool:
        sent, self._sent = self._sent, False
        return sent

    def next_due_in(self) -> float | None:
        """SQS does not tell; moto's own list does."""
        from moto.sqs import sqs_backends  # noqa: PLC0415

        queue = sqs_backends["123456789012"]["eu-central-1"].queues[self._url.rsplit("/", 1)[1]]
        now = self._clock.now()
        waiting = [max(0.0, m.delayed_until / 1000 - now) for m in queue._messages if m.visible]
        return min(waiting, default=None)


@contextmanager
def open_aws(clock: SkipClock) -> Iterator[AwsStores]:
    """Fresh stores. `queue` is a claimable one, as the other families' are."""

    def milliseconds() -> float:
        return clock.now() * 1000

    sqs_seconds = mock.patch("moto.sqs.models.unix_time", clock.now)
    sqs_milliseconds = mock.patch("moto.sqs.models.unix_time_millis", milliseconds)
    with mock.patch.dict(os.environ, _ENVIRONMENT), mock_aws(), quickened(), sqs_seconds, sqs_milliseconds:
        settings = Settings(
            table="automate-test", queue_url="to be made", bucket="automate-test-payloads", snapshot_schema=SCHEMA,
            spread_lists=1,
        )
        stores = AwsStores.from_settings(settings, clock)
        clients = stores.clients
        clients.dynamodb.create_table(**create_table_request(settings.table))
        clients.s3.create_bucket(
            Bucket=settings.bucket, CreateBucketConfiguration={"LocationConstraint": "eu-central-1"}
        )
        attributes = {"VisibilityTimeout": str(VISIBILITY_SECONDS)}
        url = clients.sqs.create_queue(QueueName="automate-test-wakes", Attributes=attributes)["QueueUrl"]
        stores.queue = PolledSqs(stores, url, clock)
        stores.stream = Stream(settings.table, "eu-central-1")
        yield stores


