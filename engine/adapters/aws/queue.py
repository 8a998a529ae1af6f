"""The wake queue in SQS. Sending only: on AWS Lambda polls it, claims and acknowledges.

Each message names its workflow as its group. In a standard queue that says nothing of order: SQS keeps a group with a
backlog from letting the messages of others wait ("Amazon SQS fair queues", SQS developer guide).
"""

from __future__ import annotations

import hashlib
import json
import math
import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from engine.adapters.aws.at_once import AtOnce, InOrder
from engine.adapters.aws.clients import Clients
from engine.adapters.aws.failures import THROTTLES, storage_errors
from engine.errors import InvalidDocument, StoreUnavailable, Throttled
from engine.ports.keys import ExecutionKey
from engine.ports.queue import MAX_DELAY_SECONDS, Standing, Wake

if TYPE_CHECKING:
    from mypy_boto3_sqs.type_defs import SendMessageBatchRequestEntryTypeDef

_MOST_SENT = 10  # SendMessageBatch's limit
_GROUP = re.compile(r"[A-Za-z0-9_/-]{1,128}")


class SqsQueue:
    """engine.ports.queue.WakeQueue."""

    def __init__(self, clients: Clients, url: str, at_once: AtOnce | None = None) -> None:
        self._clients = clients
        self._url = url
        self._at_once = at_once or InOrder()

    def send(self, wakes: Sequence[Wake]) -> None:
        """Put wakes into the queue. When SQS refuses some of them the others are sent, and then it raises."""
        batches = [wakes[start : start + _MOST_SENT] for start in range(0, len(wakes), _MOST_SENT)]
        refused = [code for codes in self._at_once.each(self._send, batches) for code in codes]
        if refused:
            message = f"SQS refused {len(refused)} of {len(wakes)} wakes: {', '.join(sorted(set(refused)))}"
            raise Throttled(message) if THROTTLES.issuperset(refused) else StoreUnavailable(message)

    def standing(self) -> Standing:
        """About how many messages may be received; how old they are, CloudWatch alone says."""
        with storage_errors():
            answer = self._clients.sqs.get_queue_attributes(
                QueueUrl=self._url, AttributeNames=["ApproximateNumberOfMessages"]
            )
        return Standing(int(answer["Attributes"]["ApproximateNumberOfMessages"]), None)

    def _send(self, wakes: Sequence[Wake]) -> list[str]:
        """The codes of those that were refused."""
        entries = [_entry(number, wake) for number, wake in enumerate(wakes)]
        with storage_errors():
            answer = self._clients.sqs.send_message_batch(QueueUrl=self._url, Entries=entries)
        return [failure["Code"] for failure in answer.get("Failed", [])]


def encode_wake(key: ExecutionKey) -> str:
    """A message's body."""
    return json.dumps({"workspace": key.workspace, "id": key.id})


def decode_wake(body: str) -> ExecutionKey:
    """The execution that a message means. Raises InvalidDocument for a body that is no wake."""
    try:
        content = json.loads(body)
        workspace, execution_id = content["workspace"], content["id"]
    except (ValueError, TypeError, KeyError):
        workspace = execution_id = None
    if not isinstance(workspace, str) or not isinstance(execution_id, str) or ":" not in execution_id:
        raise InvalidDocument(
            'the message is no wake: {"workspace": …, "id": "<workflow>:<name>"} was expected',
            advice="Only the product itself should write to this queue.",
        )
    return ExecutionKey(workspace, execution_id)


def _entry(number: int, wake: Wake) -> SendMessageBatchRequestEntryTypeDef:
    """One message. The delay is rounded up, since an early wake would have to be sent again."""
    delay = math.ceil(min(max(wake.delay, 0.0), MAX_DELAY_SECONDS))
    return {
        "Id": str(number), "MessageBody": encode_wake(wake.key), "DelaySeconds": delay,
        "MessageGroupId": group_of(wake.key),
    }


def group_of(key: ExecutionKey) -> str:
    """The message group of an execution's wakes: its workflow's, in the characters that SQS takes."""
    name = f"{key.workspace}/{key.workflow}"
    return name if _GROUP.fullmatch(name) else hashlib.sha256(name.encode("utf-8", "surrogatepass")).hexdigest()
