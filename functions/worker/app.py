"""The worker Lambda: wakes from SQS in, a partial batch response out.

    records ──► keys ──► Worker.run(all of them at once) ──► outcomes ──► one answer a record, by Powertools

`Worker.run` works on the whole batch concurrently until each execution is parked or closed, or the invocation's time is
nearly over; Powertools' BatchProcessor then reads each record's outcome. A record is reported failed when its execution
has to come again, or when its message cannot be read: that one only, and after its receives it is a dead letter.
"""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.batch import BatchProcessor, EventType, process_partial_response
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord
from aws_lambda_powertools.utilities.typing import LambdaContext

from engine.ports.keys import ExecutionKey
from functions.worker import wiring
from functions.worker.messages import MessageUnreadable, key_of

logger = Logger(service="worker")
metrics = Metrics(namespace="Automate", service="worker")


@logger.inject_lambda_context
@metrics.log_metrics(capture_cold_start_metric=True)
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Work on the batch; answers ``{"batchItemFailures": [{"itemIdentifier"}]}``."""
    parts = wiring.parts()
    wanted = [key_of(record["body"]) for record in event["Records"]]
    keys = [key for key in wanted if isinstance(key, ExecutionKey)]
    deadline = parts.clock.now() + context.get_remaining_time_in_millis() / 1000
    outcomes = parts.worker.run(keys, deadline=deadline)

    def read_outcome(record: SQSRecord) -> None:
        """Powertools calls this with each record, by the name `record`; raising reports it failed."""
        key = key_of(record.body)
        outcome = key if isinstance(key, MessageUnreadable) else outcomes[key]
        if outcome is not None:
            logger.warning("a wake comes again", message_id=record.message_id, reason=str(outcome))
            raise outcome

    processor = BatchProcessor(event_type=EventType.SQS, raise_on_entire_batch_failure=False)
    answer = process_partial_response(event, read_outcome, processor, context)
    metrics.add_metric("WakesReceived", MetricUnit.Count, len(wanted))
    metrics.add_metric("WakesFailed", MetricUnit.Count, len(answer["batchItemFailures"]))
    return dict(answer)
