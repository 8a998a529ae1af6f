"""The dead-letter Lambda: what was received too often without an end. See engine.durable.lifecycle.dead_letters.

    a wake ──► its execution is PAUSED with the reason, listed, resumable        anything else ──► logged, and gone

A record whose store does not serve is reported failed and comes again: a dead letter is lost only once it was seen to.
"""

from __future__ import annotations

import os
from functools import cache
from typing import Any

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.typing import LambdaContext

from engine.adapters.aws.queue import decode_wake
from engine.adapters.aws.stores import AwsStores
from engine.clock import SystemClock
from engine.durable.lifecycle.dead_letters import DeadLetters
from engine.errors import InvalidDocument, StorageError
from engine.settings import Settings

logger = Logger(service="deadletter")
metrics = Metrics(namespace="Automate", service="deadletter")

LONGEST_SHOWN = 200
"""Characters of a message that is no wake, in the log."""


@logger.inject_lambda_context
@metrics.log_metrics
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:  # noqa: ARG001 - Lambda's shape
    """See to every dead letter; answers ``{"batchItemFailures": [{"itemIdentifier"}]}``."""
    _name_stage()
    failed = [record["messageId"] for record in event["Records"] if not _seen_to(record)]
    metrics.add_metric("DeadLetters", MetricUnit.Count, len(event["Records"]))
    return {"batchItemFailures": [{"itemIdentifier": message_id} for message_id in failed]}


def _seen_to(record: dict[str, Any]) -> bool:
    """Whether the record need not come again."""
    message_id = record["messageId"]
    try:
        key = decode_wake(record["body"])
    except InvalidDocument as error:
        # An alarm on this metric tells people; the message itself can do nothing any more.
        metrics.add_metric("UnreadableMessages", MetricUnit.Count, 1)
        body = record["body"][:LONGEST_SHOWN]
        logger.error("no wake: %s", error.message, message_id=message_id, body=body)  # noqa: TRY400  expected: no trace
        return True
    receives = record["attributes"].get("ApproximateReceiveCount", "several")
    try:
        became = dead_letters().bury(key, receives)
    except StorageError as error:
        logger.warning("seen to later: %s", error, message_id=message_id, execution=key.id)
        return False
    logger.error("a dead letter: %s", became, message_id=message_id, execution=key.id)
    return True


@cache
def _name_stage() -> None:
    """Metrics and their alarms are one stage's: those of an account are counted each by itself."""
    metrics.set_default_dimensions(stage=Settings.from_environment(os.environ).stage)


@cache
def dead_letters() -> DeadLetters:
    """Over the stores that the environment names, made at the first invocation."""
    clock = SystemClock()
    stores = AwsStores.from_settings(Settings.from_environment(os.environ), clock)
    return DeadLetters(stores.journal, clock)
