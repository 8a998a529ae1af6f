"""What a stage hears of its account: a queue of arrivals with its dead letters, and the listener that reads it.

    a heard bus ──rule──► Arrivals ──► listener            a put into a heard bucket ──► bus default ──rule──► Arrivals
                             └─ received too often, or not delivered by the bus ──► LostArrivals
    a heard queue ──► listener; what it cannot handle goes where that queue's own redrive policy says

A stage that hears nothing has none of it. Rules name no trigger, so publishing changes nothing here: the listener holds
each event against the patterns of all triggers at once.
"""

from __future__ import annotations

import re
from typing import Any

from aws_cdk import Duration, aws_events, aws_events_targets, aws_sqs
from aws_cdk.aws_lambda_event_sources import SqsEventSource
from constructs import Construct

from engine.catalog.heard import DEFAULT_BUS
from functions.tunables import Tunables
from infra_cdk.bundling import NOT_FOR_LISTENERS
from infra_cdk.data_stack import DataStack
from infra_cdk.functions import Functions, Shape, allow

LISTENER_TIMEOUT_SECONDS = 30
"""As long as a queue's visibility by default: Lambda reads from no queue whose visibility is below the function's."""

RECEIVES_BEFORE_LOST = 10
"""Of an event, whose store may be out of service for a while: with the visibility below half an hour."""

MOST_AT_ONCE = 10
"""Invocations for each queue: what starts workflows must not take all of the account's concurrency."""

AROUND = '{"bus": "%s", "event": <aws.events.event.json>}'
"""What a rule makes of an event, of which the last is EventBridge's own word for the whole of it."""


class Arrivals(Construct):
    """Made where `tunables.heard` is something. Rules and mappings are named by what they hear, so a change of the list
    leaves the others as they are."""

    def __init__(
        self, scope: Construct, tunables: Tunables, functions: Functions, data: DataStack, settings: dict[str, str]
    ) -> None:
        super().__init__(scope, "Hearing")
        heard = tunables.heard
        self.lost = _queue(self, "LostArrivals", retention_period=Duration.days(14))
        self.queue = _queue(
            self, "Arrivals", retention_period=Duration.days(4),
            visibility_timeout=Duration.seconds(6 * LISTENER_TIMEOUT_SECONDS),
            dead_letter_queue=aws_sqs.DeadLetterQueue(queue=self.lost, max_receive_count=RECEIVES_BEFORE_LOST),
        )
        self.function = functions.make(
            Shape(
                "listener", 512, LISTENER_TIMEOUT_SECONDS, "Delivers what arrives to the triggers that listen to it",
                without=NOT_FOR_LISTENERS,
            ),
            {**settings, "AUTOMATE_ARRIVALS": self.queue.queue_arn},
        )
        data.grant_engine(self.function)
        for bus in heard.buses:
            self._hear_bus(bus)
        for bucket in heard.buckets if DEFAULT_BUS not in heard.buses else ():
            self._hear_bucket(bucket)
        if heard.buses or heard.buckets:
            self._read(self.queue)
        for arn in heard.queues:
            self._read(aws_sqs.Queue.from_queue_arn(self, _named("Queue", arn), arn))
        if heard.keys:
            allow(self.function, ["kms:Decrypt"], *heard.keys)

    def _hear_bus(self, name: str) -> None:
        """A rule for all of its events. The bus is not in an event: on any other than the default one the rule puts its
        name around it."""
        bus = aws_events.EventBus.from_event_bus_name(self, _named("Bus", name), name)
        rule = self._rule(
            _named("Hear", name), f"Events of the bus {name}",
            aws_events.EventPattern(source=aws_events.Match.prefix("")), event_bus=bus,
        )
        if name != DEFAULT_BUS:
            plain = rule.node.default_child
            if not isinstance(plain, aws_events.CfnRule):
                raise TypeError(f"the rule of the bus {name} is no rule of CloudFormation's")
            plain.add_property_override("Targets.0.InputTransformer.InputTemplate", AROUND % name)

    def _hear_bucket(self, name: str) -> None:
        self._rule(_named("HearBucket", name), f"Objects put into the bucket {name}", aws_events.EventPattern(
            source=["aws.s3"], detail_type=["Object Created"], detail={"bucket": {"name": [name]}}
        ))

    def _rule(
        self, identifier: str, description: str, pattern: aws_events.EventPattern, *,
        event_bus: aws_events.IEventBus | None = None,
    ) -> aws_events.Rule:
        rule = aws_events.Rule(
            self, identifier, description=description, event_bus=event_bus, event_pattern=pattern
        )
        rule.add_target(aws_events_targets.SqsQueue(self.queue, dead_letter_queue=self.lost))
        return rule

    def _read(self, queue: aws_sqs.IQueue) -> None:
        self.function.add_event_source(SqsEventSource(
            queue, batch_size=10, max_concurrency=MOST_AT_ONCE, report_batch_item_failures=True
        ))


def _queue(scope: Construct, name: str, **options: Any) -> aws_sqs.Queue:
    return aws_sqs.Queue(scope, name, encryption=aws_sqs.QueueEncryption.SQS_MANAGED, enforce_ssl=True, **options)


def _named(what: str, name: str) -> str:
    """A construct's id of a name that has other characters."""
    return f"{what}-{re.sub(r'[^A-Za-z0-9.-]', '-', name)}"
