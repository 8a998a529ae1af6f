"""What runs executions: the wake queue with its worker, the dead letters with theirs, the sweeper's tick.

    API ──wake──► Wakes ──batch──► worker ──► connectors, AWS          tick, every minute ──► sweeper ──wake──► Wakes
                    └─ received too often ──► DeadLetters ──► deadletter: the execution is PAUSED, with the reason

    buses, buckets ──rules──► Arrivals ──batch──► listener ──wake──► Wakes      (see infra_cdk.arrivals)

    the table's stream ──batch──► sealer ──► the audit log's chains          given up after a day ──► SealFailures
                        ├─ a closing segment's TTL is over ──► sweeper: retention deletes the rest of the execution
                        └─ a status has changed ──► sweeper ──► a bus      not taken ──► StatusesNotPut ──tick──► it

    a state machine of AWS Step Functions ──► connector ──► connectors        (automate export --to step-functions)

A message is only a hint that an execution may have work, so losing one costs at most a sweep.
"""

from __future__ import annotations

import json
from typing import Any

from aws_cdk import CfnOutput, Duration, Stack, aws_events, aws_events_targets, aws_iam, aws_lambda, aws_sqs
from aws_cdk.aws_lambda_event_sources import DynamoEventSource, SqsDlq, SqsEventSource
from constructs import Construct

from engine.adapters.aws.table import ENDED, ENDED_TERM, SEALED, STATUSES
from functions.tunables import Tunables
from infra_cdk.arrivals import Arrivals
from infra_cdk.bundling import NOT_FOR_SWEEPERS, NOT_FOR_WORKERS, Bundles
from infra_cdk.data_stack import DataStack
from infra_cdk.functions import Functions, Shape, allow

WORKER_TIMEOUT_SECONDS = 300
"""The worker function's deadline, and so the longest lease (docs/architecture.md, "The journal is also the lock")."""

LONGEST_BATCHING_WINDOW_SECONDS = 30
"""How long SQS may gather a batch (above 10 messages at least 1 s). Part of the visibility: a message is already
invisible while its batch is gathered."""

RECEIVES_BEFORE_DEAD = 10
"""More than the five takeovers after which the engine itself pauses an execution that kills its workers: the engine's
verdict, which names a cause, comes first."""


SWEEPER_TIMEOUT_SECONDS = 55

SEALED_AT_ONCE = 1000
"""Records of the stream in one batch of the sealer at the most."""

TAKEN_AT_ONCE = 100
"""Executions that one invocation is handed to delete, each a handful of requests."""

SEALING_WINDOW_SECONDS = 1
"""How long Lambda gathers a batch of the stream: with its polling (four times a second) and the sealer's own time an
entry is readable within 5 s."""


def studio_parameter(tunables: Tunables) -> str:
    """The parameter of Systems Manager that the Studio's stack writes its address to, for links in alerts."""
    return f"/{tunables.prefix}/studio-url"


class EngineStack(Stack):
    """Outputs `QueueUrl` for AUTOMATE_QUEUE_URL, `WorkerName`, and `ConnectorFunctionArn` for state machines."""

    def __init__(
        self, scope: Construct, construct_id: str, *, tunables: Tunables, data: DataStack, bundles: Bundles,
        **kwargs: Any,
    ) -> None:
        super().__init__(scope, construct_id, **kwargs)
        self._tunables = tunables
        self._data = data
        self._functions = Functions(self, tunables, bundles)
        self.dead_letters = aws_sqs.Queue(
            self, "DeadLetters",
            encryption=aws_sqs.QueueEncryption.SQS_MANAGED,
            enforce_ssl=True,
            retention_period=Duration.days(14),
            visibility_timeout=Duration.seconds(180),
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
        self.worker = self._make_worker()
        self.statuses_not_put = aws_sqs.Queue(
            self, "StatusesNotPut", encryption=aws_sqs.QueueEncryption.SQS_MANAGED, enforce_ssl=True,
            retention_period=Duration.days(14), visibility_timeout=Duration.seconds(SWEEPER_TIMEOUT_SECONDS),
        ) if tunables.status_events_bus else None
        """What the stage's bus did not take: the tick tries it again. None without a bus."""
        self.sweeper = self._make_sweeper()
        self.deadletter = self._make_deadletter()
        self.seal_failures = aws_sqs.Queue(
            self, "SealFailures",
            encryption=aws_sqs.QueueEncryption.SQS_MANAGED,
            enforce_ssl=True,
            retention_period=Duration.days(14),
        )
        self.sealer = self._make_sealer()
        self.connector = self._make_connector()
        self.rotation = self._make_rotation() if tunables.rotation else None
        """None for a stage that rotates no secret."""
        if tunables.heard.ends:
            self._let_alerts_leave()
        self.arrivals = Arrivals(self, tunables, self._functions, data, self.settings) if tunables.heard else None
        """None for a stage that hears nothing of its account."""
        if self.arrivals is not None:
            self.wakes.grant_send_messages(self.arrivals.function)
        CfnOutput(self, "QueueUrl", value=self.wakes.queue_url, description="AUTOMATE_QUEUE_URL")
        CfnOutput(self, "WorkerName", value=self.worker.function_name, description="The worker function")
        CfnOutput(
            self, "ConnectorFunctionArn", value=self.connector.function_arn,
            description="What exported state machines invoke. It uses the stage's secrets: only their roles may.",
        )

    @property
    def settings(self) -> dict[str, str]:
        """The stores, in the names of engine.settings."""
        origin = self._tunables.studio_origin
        return {
            "AUTOMATE_TABLE": self._data.table.table_name, "AUTOMATE_BUCKET": self._data.payloads.bucket_name,
            "AUTOMATE_QUEUE_URL": self.wakes.queue_url,
            "EXECUTION_BATCH_SIZE": str(self._tunables.batch_size),
            "AUTOMATE_TASK_THREADS": str(self._tunables.task_threads),
            "AUTOMATE_SNAPSHOT_SCHEMA": str(self._tunables.snapshot_schema),
            "AUTOMATE_SPREAD_LISTS": str(int(self._tunables.spread_lists)),
            "AUTOMATE_RETENTION_DAYS": str(self._tunables.retention_days),
            "AUTOMATE_REDRIVE_DAYS": str(self._tunables.redrive_days),
            "AUTOMATE_AUDIT_DAYS": str(self._tunables.audit_days),
            **({"AUTOMATE_STUDIO_URL": f"{origin}/studio"} if origin else {}),
        }

    def grant_task_roles(self, role: aws_iam.IGrantable) -> None:
        """Assuming the roles that an admin may assign to workflows: those named for it, in this account, and no other.

        The worker's own role calls no service for a workflow: it is no one's deputy.
        """
        names = f"{self._tunables.prefix}-task-*"
        arn = self.format_arn(service="iam", region="", resource="role", resource_name=names)
        allow(role, ["sts:AssumeRole"], arn)

    def _make_worker(self) -> aws_lambda.Function:
        tunables = self._tunables
        worker = self._functions.make(
            Shape(
                "worker", tunables.worker_memory_mb, WORKER_TIMEOUT_SECONDS, "Interprets workflows, step by step",
                reserved_concurrency=tunables.reserved_concurrency or None, without=NOT_FOR_WORKERS, traced=True,
            ),
            self.settings,
        )
        self._data.grant_engine(worker)
        self._data.grant_secrets(worker, write=False)
        self._data.grant_connections(worker)
        self.wakes.grant_send_messages(worker)
        self.grant_task_roles(worker)
        window = tunables.batch_window_seconds
        worker.add_event_source(SqsEventSource(
            self.wakes,
            batch_size=tunables.batch_size,
            max_batching_window=Duration.seconds(window) if window else None,
            max_concurrency=tunables.max_concurrency,
            report_batch_item_failures=True,
        ))
        return worker

    def _make_sweeper(self) -> aws_lambda.Function:
        hears_ends = self._tunables.heard.ends
        sweeper = self._functions.make(
            Shape(
                "sweeper", 512, SWEEPER_TIMEOUT_SECONDS,
                "Wakes what is due, starts schedules, deletes what is kept no longer", without=NOT_FOR_SWEEPERS,
                zones=True,
            ),
            {**self.settings, **(self._alert_settings() if hears_ends else {}), **self._status_settings()},
        )
        self._data.grant_engine(sweeper, erases=True, publishes=True)  # it deletes old versions
        self._data.grant_retention(sweeper)
        sweeper.add_event_source(DynamoEventSource(
            self._data.table,
            starting_position=aws_lambda.StartingPosition.TRIM_HORIZON,
            batch_size=TAKEN_AT_ONCE,
            bisect_batch_on_error=True,
            report_batch_item_failures=True,
            filters=[{"pattern": json.dumps(pattern)} for pattern in (
                ENDED_TERM, *([ENDED] * hears_ends), *(STATUSES if self.statuses_not_put is not None else ()),
            )],
        ))
        self.wakes.grant_send_messages(sweeper)
        if self.statuses_not_put is not None:
            self.statuses_not_put.grant_send_messages(sweeper)
            self.statuses_not_put.grant_consume_messages(sweeper)
            allow(sweeper, ["events:PutEvents"], self._status_bus)
        aws_events.Rule(
            self, "Tick", description="The sweeper's tick",
            schedule=aws_events.Schedule.rate(Duration.minutes(1)),
            targets=[aws_events_targets.LambdaFunction(sweeper, retry_attempts=0)],
        )
        return sweeper

    def _alert_settings(self) -> dict[str, str]:
        """The sweeper's, which tells ends. The Studio's address is known in its own stack, which comes later."""
        tunables = self._tunables
        looks_up = tunables.cdn and not tunables.studio_origin
        studio = {"AUTOMATE_STUDIO_PARAMETER": studio_parameter(tunables)} if looks_up else {}
        return {
            "AUTOMATE_HEARS_ENDS": "1", "AUTOMATE_CONNECTOR_FUNCTION": f"{tunables.prefix}-connector", **studio,
            **tunables.alert_settings,
        }

    @property
    def _status_bus(self) -> str:
        arn: str = self.format_arn(
            service="events", resource="event-bus", resource_name=self._tunables.status_events_bus
        )
        return arn

    def _status_settings(self) -> dict[str, str]:
        if self.statuses_not_put is None:
            return {}
        return {
            "AUTOMATE_STATUS_BUS": self._status_bus, "AUTOMATE_STATUS_QUEUE": self.statuses_not_put.queue_url
        }

    def _let_alerts_leave(self) -> None:
        """A webhook by the connector function, which has the secrets; a topic by the sweeper itself."""
        tunables = self._tunables
        allow(self.sweeper, ["lambda:InvokeFunction"], self.connector.function_arn)
        if tunables.told_topics:
            allow(self.sweeper, ["sns:Publish"], *tunables.told_topics)
        if tunables.cdn and not tunables.studio_origin:
            name = studio_parameter(tunables).removeprefix("/")
            allow(self.sweeper, ["ssm:GetParameter"], self.format_arn(
                service="ssm", resource="parameter", resource_name=name
            ))

    def _make_deadletter(self) -> aws_lambda.Function:
        deadletter = self._functions.make(
            Shape("deadletter", 256, 30, "Pauses executions that no worker could finish", without=NOT_FOR_WORKERS),
            self.settings,
        )
        self._data.grant_engine(deadletter)
        deadletter.add_event_source(SqsEventSource(self.dead_letters, batch_size=10, report_batch_item_failures=True))
        return deadletter

    def _make_sealer(self) -> aws_lambda.Function:
        """It alone appends to the audit log, and notes ends, which are counted. A batch that fails comes again, in
        halves, until the stream forgets it after a day; then SealFailures says which it was."""
        sealer = self._functions.make(
            Shape("sealer", 512, 120, "Seals the audit log from the table's stream", without=NOT_FOR_WORKERS),
            self.settings,
        )
        self._data.grant_sealer(sealer)
        sealer.add_event_source(DynamoEventSource(
            self._data.table,
            starting_position=aws_lambda.StartingPosition.TRIM_HORIZON,
            batch_size=SEALED_AT_ONCE,
            max_batching_window=Duration.seconds(SEALING_WINDOW_SECONDS),
            bisect_batch_on_error=True,
            report_batch_item_failures=True,
            on_failure=SqsDlq(self.seal_failures),
            filters=[{"pattern": json.dumps(pattern)} for pattern in SEALED],
        ))
        return sealer

    def _make_connector(self) -> aws_lambda.Function:
        """What state machines invoke that were exported to Step Functions. It reads the stage's secrets and nothing
        else, and has no resource policy: nobody may invoke it but whom the account's admin lets, and the sweeper of a
        stage that hears ends, for webhooks of alerts."""
        connector = self._functions.make(
            Shape(
                "connector", self._tunables.worker_memory_mb, WORKER_TIMEOUT_SECONDS,
                "Calls one connector, for a state machine of AWS Step Functions", without=NOT_FOR_WORKERS, traced=True,
            ),
            {},
        )
        self._data.grant_secrets(connector, write=False)
        return connector

    def _make_rotation(self) -> aws_lambda.Function:
        """What Secrets Manager invokes to rotate a secret of the stage, and nobody else."""
        rotation = self._functions.make(
            Shape(
                "rotation", 256, 60, "Rotates a secret, in the four steps of Secrets Manager", without=NOT_FOR_WORKERS
            ),
            {},
        )
        self._data.grant_rotation(rotation)
        rotation.add_permission(
            "SecretsManager", principal=aws_iam.ServicePrincipal("secretsmanager.amazonaws.com"),
            source_account=self.account,
        )
        CfnOutput(
            self, "RotationFunctionArn", value=rotation.function_arn,
            description="What Secrets Manager rotates secrets of the stage with",
        )
        return rotation
