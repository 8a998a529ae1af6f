"""Changes of status, put on an event bus in the shape of Step Functions' "Execution Status Change" events.

    a header that is RUNNING, or closed ──► the stream ──► PutEvents ──► the bus
                                                             └─ not taken ──► StatusesNotPut ──tick──► PutEvents …

What is not taken goes to a queue, so that it holds up nothing behind it in the stream, and each tick tries it again,
for as long as the queue keeps it. A batch that comes again puts its events again: a change may be told twice.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from engine.adapters.aws import items
from engine.adapters.aws.clients import Clients
from engine.adapters.aws.dynamo import streamed
from engine.durable.triggering.details import Details
from engine.errors import StorageError, StoreCorrupt
from engine.kernel.express import is_express
from engine.ports.ends import End
from engine.ports.journal import RUNNING
from engine.ports.keys import ExecutionKey
from engine.triggers.ends import STATUSES

Json = Any

_LOG = logging.getLogger(__name__)

SOURCE = "automate.states"
"""Step Functions' own is aws.states: PutEvents takes no source that begins with aws. from a customer."""

DETAIL_TYPE = "Step Functions Execution Status Change"

MOST_ENTRIES, MOST_BYTES = 10, 256 * 1024
"""Of one request (EventBridge User Guide, quotas of PutEvents); an event has at most as many bytes as a request."""

_ROOM_BYTES = 2 * 1024
_ANY = Config()


class Statuses:
    """For one thread at a time. `bus` is the bus's name or ARN, `queue` the URL of what was not taken."""

    def __init__(self, clients: Clients, details: Details, bus: str, queue: str) -> None:
        self._clients = clients
        self._details = details
        self._bus = bus
        self._queue = queue

    def records(self, records: Sequence[Json]) -> str | None:
        """Put what a batch of the stream says; the number of the record from which on it has to come again, None where
        each is on the bus or in the queue."""
        changes = [(record, change) for record in records if (change := change_of(record)) is not None]
        if not changes:
            return None
        try:
            self._keep(self._put([change for _, change in changes]))
        except (StorageError, ClientError, BotoCoreError) as error:
            _LOG.warning("status events are put later: %s", error)
            return str(changes[0][0]["dynamodb"]["SequenceNumber"])
        return None

    def again(self, goes_on: Callable[[], bool]) -> int:
        """Put what was not taken, while `goes_on`; answers how many now were. The queue forgets those alone."""
        sqs, done = self._clients.sqs, 0
        while goes_on():
            found = sqs.receive_message(QueueUrl=self._queue, MaxNumberOfMessages=10).get("Messages", [])
            if not found:
                break
            changes = [_read(message["Body"]) for message in found]
            failed = self._put(changes)
            for message, change in zip(found, changes, strict=True):
                if change not in failed:
                    sqs.delete_message(QueueUrl=self._queue, ReceiptHandle=message["ReceiptHandle"])
                    done += 1
            if failed:
                break
        return done

    def _put(self, changes: Sequence[End]) -> list[End]:
        """Those that the bus did not take."""
        failed: list[End] = []
        for batch in _batches((change, self.entry(change)) for change in changes):
            try:
                reply = self._clients.made("events", _ANY).put_events(Entries=[entry for _, entry in batch])
            except (ClientError, BotoCoreError) as error:
                _LOG.warning("status events were not taken: %s", error)
                failed += [change for change, _ in batch]
                continue
            for (change, _), result in zip(batch, reply["Entries"], strict=True):
                if "ErrorCode" in result:
                    _LOG.warning("a status event was not taken: %s %s", change.id, result["ErrorCode"])
                    failed.append(change)
        return failed

    def _keep(self, changes: Sequence[End]) -> None:
        for change in changes:
            said = asdict(change) | {"key": change.key._asdict()}
            self._clients.sqs.send_message(QueueUrl=self._queue, MessageBody=json.dumps(said))

    def entry(self, change: End) -> dict[str, Json]:
        """The event, within what EventBridge takes: input and output are left out before anything else is."""
        detail = self._details.whole(change)
        for name in ("input", "output"):
            if _size(detail) > MOST_BYTES - _ROOM_BYTES and detail[name] is not None:
                detail |= {name: None, f"{name}Details": {"included": False}}
        at = change.started_at if change.ended_at is None else change.ended_at
        return {
            "Time": datetime.fromtimestamp(at, UTC), "Source": SOURCE, "DetailType": DETAIL_TYPE,
            "EventBusName": self._bus, "Resources": [detail["executionArn"]], "Detail": json.dumps(detail),
        }


def change_of(record: Json) -> End | None:
    """The change of status that a record of the stream says; None for one that says none."""
    item = streamed(record["dynamodb"].get("NewImage", {}))
    if item.get("sk") != items.HEADER or items.LISTED not in item or items.TAKEN_AT in item:
        return None
    try:
        row = items.row_of(item)
    except StoreCorrupt as error:
        _LOG.error("A STATUS IS NOT TOLD: %s: %s", item.get("pk"), error)
        return None
    began = record["eventName"] == "INSERT" or items.REOPENED in item
    if row.key.fork_of is not None or is_express(item["kind"]):
        return None
    if not (row.status in STATUSES or (row.status == RUNNING and began)):
        return None
    return End(
        row.key, row.workflow, row.version, row.status, int(item["seq"]), row.started_at, row.ended_at, row.error
    )


def _read(text: str) -> End:
    said = json.loads(text)
    return End(**{**said, "key": ExecutionKey(**said["key"])})


def _size(detail: Json) -> int:
    return len(json.dumps(detail))


def _batches(entries: Iterable[tuple[End, dict[str, Json]]]) -> Iterator[list[tuple[End, dict[str, Json]]]]:
    """As requests take them: so many entries, and so many bytes in all."""
    batch: list[tuple[End, dict[str, Json]]] = []
    size = 0
    for change, entry in entries:
        own = len(entry["Detail"]) + _ROOM_BYTES
        if batch and (len(batch) == MOST_ENTRIES or size + own > MOST_BYTES):
            yield batch
            batch, size = [], 0
        batch.append((change, entry))
        size += own
    if batch:
        yield batch
