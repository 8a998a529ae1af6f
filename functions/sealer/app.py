"""The sealer Lambda: the writer of the audit log. The table's stream in, records at the ends of the chains.

    stream records ─┬─► entries ──► AuditRecorder: by chain, each once ──► one item a chain, its head
                    └─► ends ──► one item, for the dashboard's counts (engine.durable.lifecycle.tallying_ends)

A batch that comes again, after an error, a crash or a lost reply, doubles nothing: the chains hold its ids, and so do
the items of ends. A record that cannot be read is counted, logged with its place and passed over, so that it does not
hold up those behind it; what it told of is in the table, and `refill` makes its entries when the cause is gone. Where
the store does not serve, the batch comes again from the record that was not done.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.typing import LambdaContext

from engine.adapters.aws.stores import AwsStores
from engine.catalog.published import CatalogPublished
from engine.clock import Clock, SystemClock
from engine.errors import StorageError, StoreCorrupt
from engine.governance.audit.entry import AuditEntry
from engine.governance.audit.recorder import AuditRecorder
from engine.ports.ends import End
from engine.records import dataclass
from engine.settings import Settings
from functions.engine_audit import EngineEntries
from functions.sealer.reading import StreamReader
from functions.sealer.refill import Refill

Json = Any

logger = Logger(service="sealer")
metrics = Metrics(namespace="Automate", service="sealer")

RESERVE_SECONDS = 10.0
"""A refill ends so long before the function does, and says where to go on."""


@dataclass(frozen=True, slots=True)
class Parts:
    """What the handler uses. `recorder` appends to the chains, `add_ends` notes ends."""

    reader: StreamReader
    recorder: AuditRecorder
    add_ends: Callable[[Sequence[End]], None]
    refill: Refill
    clock: Clock


@logger.inject_lambda_context
@metrics.log_metrics
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Seal a batch; answers ``{"batchItemFailures": [{"itemIdentifier"}]}``. The event ``{"refill": {"workspace",
    "since", "until"}}`` makes the entries of the executions that started between the two (ISO 8601) once more."""
    _name_stage()
    found = parts()
    if "refill" in event:
        deadline = found.clock.now() + context.get_remaining_time_in_millis() / 1000 - RESERVE_SECONDS
        answer = found.refill.run(event["refill"], deadline=deadline)
        logger.info("refilled", **answer)
        return answer
    return {"batchItemFailures": [{"itemIdentifier": number} for number in seal(found, event["Records"])]}


def seal(found: Parts, records: list[Json]) -> list[str]:
    """The sequence number of the record from which on the batch has to come again; none where all is done."""
    entries: dict[str, list[AuditEntry]] = {}
    ends: list[End] = []
    again: list[str] = []
    for record in records:
        try:
            end = found.reader.end(record)
            if end is not None:
                ends.append(end)
            for entry in found.reader.read(record):
                entries.setdefault(entry.workspace, []).append(entry)
        except (StoreCorrupt, LookupError, TypeError, ValueError, AttributeError) as error:
            _not_sealed(record, error)
        except StorageError as error:
            logger.warning("sealed later: %s", error)
            again = [record["dynamodb"]["SequenceNumber"]]
            break
    try:
        for told in entries.values():
            found.recorder.record(told)
        found.add_ends(ends)
    except StorageError as error:
        logger.warning("sealed later: %s", error)
        again = [records[0]["dynamodb"]["SequenceNumber"]]
    metrics.add_metric("EntriesSealed", MetricUnit.Count, sum(map(len, entries.values())))
    return again


def _not_sealed(record: Json, error: Exception) -> None:
    """An alarm on this metric tells people."""
    if record["eventName"] != "INSERT":
        logger.error("NOT COUNTED: an end that cannot be read", exc_info=error)
        return
    metrics.add_metric("EntriesUnreadable", MetricUnit.Count, 1)
    keys = {name: value.get("S") for name, value in record["dynamodb"].get("Keys", {}).items()}
    logger.error("NOT IN THE AUDIT LOG: a record of the stream cannot be read", keys=keys, exc_info=error)


@cache
def _name_stage() -> None:
    """Metrics and their alarms are one stage's: those of an account are counted each by itself."""
    metrics.set_default_dimensions(stage=Settings.from_environment(os.environ).stage)


@cache
def parts() -> Parts:
    """Over the stores that the environment names, made at the first invocation."""
    clock, settings = SystemClock(), Settings.from_environment(os.environ)
    stores = AwsStores.from_settings(settings, clock)
    entries = EngineEntries(
        stores.journal, origin=f"automate-{settings.stage}-worker", published=CatalogPublished(stores.catalog)
    )
    reader = StreamReader(stores.journal, stores.blobs, entries)
    recorder = AuditRecorder(stores.audit, clock)
    refill = Refill(reader, recorder, stores.index, stores.audit_notes, clock)
    return Parts(reader, recorder, stores.index.add_ends, refill, clock)
