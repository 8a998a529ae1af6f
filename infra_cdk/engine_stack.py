"""The wake queue and its dead-letter queue. The functions that read it come with the deployment.

A message is only a hint that an execution may have work, so losing one costs at most a sweep. What reaches the
dead-letter queue is a message that cannot be read, or one that no worker could finish.
"""

from __future__ import annotations

from typing import Any

from aws_cdk import CfnOutput, Duration, Stack, aws_sqs
from constructs import Construct

WORKER_TIMEOUT_SECONDS = 300
"""The worker function's deadline, and so the longest lease (docs/architecture.md, "The journal is also the lock")."""

LONGEST_BATCHING_WINDOW_SECONDS = 30
"""How long SQS may gather a batch (above 10 messages at least 1 s). Part of the visibility: a message is already
invisible while its batch is gathered."""

RECEIVES_BEFORE_DEAD = 10
"""More than the five takeovers after which the engine itself pauses an execution that kills its workers: the engine's
verdict, which names a cause, comes first."""


class EngineStack(Stack):
    """Outputs `QueueUrl` for AUTOMATE_QUEUE_URL."""

    def __init__(self, scope: Construct, construct_id: str, **kwargs: Any) -> None:
        super().__init__(scope, construct_id, **kwargs)
        self.dead_letters = aws_sqs.Queue(
            self, "DeadLetters",
            encryption=aws_sqs.QueueEncryption.SQS_MANAGED,
            enforce_ssl=True,
            retention_period=Duration.days(14),
        )
        self.wakes = aws_sqs.Queue(
            self, "Wakes",
            encryption=aws_sqs.QueueEncryption.SQS_MANAGED,
            enforce_ssl=True,
            retention_period=Duration.days(4),
            visibility_timeout=Duration.seconds(WORKER_TIMEOUT_SECONDS + LONGEST_BATCHING_WINDOW_SECONDS),
            dead_letter_queue=aws_sqs.DeadLetterQueue(
                queue=self.dead_letters, max_receive_count=RECEIVES_BEFORE_DEAD
            ),
        )
        CfnOutput(self, "QueueUrl", value=self.wakes.queue_url, description="AUTOMATE_QUEUE_URL")
