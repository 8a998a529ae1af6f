"""The worker Lambda: wakes from SQS in, a partial batch response out.

    records ──► keys ──► Worker.run(all of them at once) ──► outcomes ──► the records that have to come again

`Worker.run` works on the whole batch concurrently until each execution is parked or closed, or the invocation's time is
nearly over. A record is reported failed when its execution has to come again, or when its message cannot be read: that
one only, and after its receives it is a dead letter. (Powertools' BatchProcessor calls a function for each record; here
one call works on all, and the processor's asyncio would be a tenth of the cold start's CPU.)
"""

from __future__ import annotations

from functions.worker import start  # isort: skip

from collections.abc import Mapping
from contextlib import suppress
from functools import cache
from typing import Any

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.typing import LambdaContext

from engine.adapters.aws.queue import decode_wake
from engine.durable.worker.ownership import Outcome
from engine.errors import InvalidDocument
from engine.ports.keys import ExecutionKey
from functions.lambda_logs import join_logs
from functions.worker import wiring

start.imported()
logger = Logger(service="worker")
metrics = Metrics(namespace="Automate", service="worker")


@logger.inject_lambda_context
@metrics.log_metrics(capture_cold_start_metric=True)
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Work on the batch; answers ``{"batchItemFailures": [{"itemIdentifier"}]}``."""
    parts = _parts()
    keys = _keys(event["Records"])
    deadline = parts.clock.now() + context.get_remaining_time_in_millis() / 1000
    outcomes = parts.worker.run(keys, deadline=deadline, redelivered=_redelivered(event["Records"]))
    failed = [record["messageId"] for record in event["Records"] if _comes_again(record, outcomes)]
    metrics.add_metric("WakesReceived", MetricUnit.Count, len(event["Records"]))
    metrics.add_metric("WakesFailed", MetricUnit.Count, len(failed))
    for name, count in parts.metering.take().items():
        metrics.add_metric(name, MetricUnit.Count, count)
    return {"batchItemFailures": [{"itemIdentifier": message} for message in failed]}


@cache
def _parts() -> wiring.Parts:
    parts = wiring.parts()
    join_logs(logger, parts.log_level)
    metrics.set_default_dimensions(stage=parts.stage)  # stages of one account are counted each by itself
    return parts


def _comes_again(record: dict[str, Any], outcomes: Mapping[ExecutionKey, Outcome]) -> bool:
    """Whether the record is not to be deleted: its execution was left for another worker, or it names none."""
    try:
        return outcomes[decode_wake(record["body"])] is not None
    except InvalidDocument:
        return True


def _keys(records: list[dict[str, Any]]) -> list[ExecutionKey]:
    """The executions that the messages name; one that names none is reported when its record is read."""
    keys: list[ExecutionKey] = []
    for record in records:
        try:
            keys.append(decode_wake(record["body"]))
        except InvalidDocument as error:
            logger.error("no wake: %s", error.message, message_id=record["messageId"])  # noqa: TRY400  expected: no trace
    return keys


def _redelivered(records: list[dict[str, Any]]) -> set[ExecutionKey]:
    """The executions whose messages were received before, by a worker that may have died of them."""
    found: set[ExecutionKey] = set()
    for record in records:
        if int(record["attributes"].get("ApproximateReceiveCount", "1")) > 1:
            with suppress(InvalidDocument):
                found.add(decode_wake(record["body"]))
    return found
