"""The listener Lambda: what arrives at a stage is delivered to the triggers that listen to it.

    bus ──rule──► the stage's queue of arrivals ──┐
    a bucket's puts ──► bus default ──rule──► … ──┼──► listener ──► deliveries, executions, wakes
    a queue of the account's ─────────────────────┘

A record is gone from its queue once its delivery is durable. One whose store does not serve is reported failed and
comes again: its key is the event's id, or the message's, so what was delivered of it starts nothing twice. So does a
message to which no trigger listens: a queue keeps what is not taken, as one whose reader is away. An event that no
pattern matches is nobody's, and leaves nothing.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from functools import cache
from typing import Any

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.typing import LambdaContext

from engine.adapters.aws.stores import AwsStores
from engine.clock import SystemClock
from engine.durable.triggering.delivering import Delivered
from engine.durable.triggering.matching import DEFAULT_BUS, Arriving
from engine.errors import InvalidDocument, StorageError, UserError
from engine.ports.deliveries import REFUSED
from engine.settings import Settings
from engine.values import loads
from functions.hearing import hearing_of_a_stage

Json = Any

logger = Logger(service="listener")
metrics = Metrics(namespace="Automate", service="listener")

ARRIVALS = "AUTOMATE_ARRIVALS"
"""The environment variable with the ARN of the stage's own queue, whose messages are events."""

RESERVE_SECONDS = 8.0
"""Before the function's end no other record is begun: it comes again."""


@logger.inject_lambda_context
@metrics.log_metrics
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Deliver every record; answers ``{"batchItemFailures": [{"itemIdentifier"}]}``."""
    _name_stage()
    failed: list[str] = []
    started = refused = 0
    for record in event["Records"]:
        has_time = context.get_remaining_time_in_millis() / 1000 > RESERVE_SECONDS
        found = _delivered(record) if has_time else None
        if found is None:
            failed.append(record["messageId"])
            continue
        started += sum(each.started is not None for each in found)
        refused += sum(each.delivery.outcome == REFUSED for each in found)
    metrics.add_metric("ExecutionsTriggered", MetricUnit.Count, started)
    if refused:
        metrics.add_metric("DeliveriesRefused", MetricUnit.Count, refused)
    return {"batchItemFailures": [{"itemIdentifier": message_id} for message_id in failed]}


def _delivered(record: dict[str, Any]) -> Sequence[Delivered] | None:
    """What came of a record; None where it has to come again."""
    message_id, queue = record["messageId"], record["eventSourceARN"]
    try:
        if queue != os.environ.get(ARRIVALS):
            found = arriving().message(queue, message_id, record["body"], source=queue)
            if not found:
                logger.warning("no trigger listens to %s: the message stays there", queue, message_id=message_id)
            return found or None
        bus, event = arrived(record["body"])
        return arriving().event(bus, event, source=f"bus {bus}")
    except InvalidDocument as error:  # after its last time it is a dead letter, for somebody to look at
        logger.error("no event: %s", error.message, message_id=message_id)  # noqa: TRY400  expected: no trace
    except (StorageError, UserError) as error:
        logger.warning("delivered later: %s", error, message_id=message_id)
    except Exception:  # one record's defect must not hold up the others, nor be lost
        logger.exception("not delivered", message_id=message_id)
    return None


def arrived(body: str) -> tuple[str, dict[str, Json]]:
    """The bus and the event of a message. A rule on another bus than `default` puts the bus's name around the event.
    Raises InvalidDocument for what is no event."""
    try:
        value = loads(body)
    except (ValueError, RecursionError):
        value = None
    bus = DEFAULT_BUS
    if isinstance(value, dict) and "detail-type" not in value and isinstance(value.get("bus"), str):
        bus, value = value["bus"], value.get("event")
    if not isinstance(value, dict) or not isinstance(value.get("id"), str) or not value["id"]:
        raise InvalidDocument("the message is not an event of EventBridge, which has an id")
    return bus, value


@cache
def _name_stage() -> None:
    """Metrics and their alarms are one stage's: those of an account are counted each by itself."""
    metrics.set_default_dimensions(stage=Settings.from_environment(os.environ).stage)


@cache
def arriving() -> Arriving:
    """Over the stores that the environment names, made at the first invocation."""
    clock, settings = SystemClock(), Settings.from_environment(os.environ)
    return hearing_of_a_stage(AwsStores.from_settings(settings, clock), settings, clock).arriving
