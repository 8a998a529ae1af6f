"""What tells people: a dashboard, and alarms to a topic. Each alarm's description says where to look and what to do.

docs/runbooks.md has one section for each, under the name of the alarm.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from aws_cdk import (
    ArnFormat,
    Duration,
    Stack,
    aws_cloudwatch,
    aws_cloudwatch_actions,
    aws_iam,
    aws_lambda,
    aws_sns,
    aws_sns_subscriptions,
)
from constructs import Construct

from functions.tunables import Tunables
from infra_cdk.api_stack import ApiStack
from infra_cdk.data_stack import DataStack
from infra_cdk.engine_stack import EngineStack

RUNBOOKS = "docs/runbooks.md"
NAMESPACE = "Automate"
_FIVE_MINUTES = Duration.minutes(5)


@dataclass(frozen=True, slots=True)
class _Alarm:
    """`runbook` is the section of docs/runbooks.md; `explorer` the query of the Execution Explorer that shows it."""

    name: str
    metric: aws_cloudwatch.Metric
    threshold: float
    says: str
    runbook: str
    explorer: str = ""
    periods: int = 1


class ObservabilityStack(Stack):
    """One dashboard ``automate-<stage>``, the alarms, and their topic unless one was named."""

    def __init__(
        self, scope: Construct, construct_id: str, *, tunables: Tunables, data: DataStack, engine: EngineStack,
        api: ApiStack, studio_url: str | None, **kwargs: Any,
    ) -> None:
        super().__init__(scope, construct_id, **kwargs)
        self._tunables = tunables
        self._data = data
        self._engine = engine
        self._api = api
        self._studio_url = studio_url
        self.topic = self._find_topic()
        self.alarms = [self._make_alarm(alarm) for alarm in self._wanted()]
        self._make_dashboard()

    def _find_topic(self) -> aws_sns.ITopic:
        """The topic that was named or the stack's own, encrypted with the stage's key; who was named hears it."""
        named = self._tunables.alarm_topic_arn
        topic = aws_sns.Topic.from_topic_arn(self, "Topic", named) if named else self._make_topic()
        if self._tunables.alarm_email:
            topic.add_subscription(aws_sns_subscriptions.EmailSubscription(self._tunables.alarm_email))
        return topic

    def _make_topic(self) -> aws_sns.Topic:
        topic = aws_sns.Topic(
            self, "Topic", display_name=f"{self._tunables.prefix} alarms", enforce_ssl=True, master_key=self._data.key
        )
        alarms = self.format_arn(
            service="cloudwatch", resource="alarm", resource_name=f"{self._tunables.prefix}-*",
            arn_format=ArnFormat.COLON_RESOURCE_NAME,
        )
        topic.add_to_resource_policy(aws_iam.PolicyStatement(  # of this stage: CloudWatch speaks for every account's
            principals=[aws_iam.ServicePrincipal("cloudwatch.amazonaws.com")], actions=["sns:Publish"],
            resources=[topic.topic_arn], conditions={"ArnLike": {"aws:SourceArn": alarms}},
        ))
        return topic

    def _wanted(self) -> Iterator[_Alarm]:
        engine, tunables = self._engine, self._tunables
        yield _Alarm(
            "queue-age",
            engine.wakes.metric_approximate_age_of_oldest_message(period=_FIVE_MINUTES, statistic="Maximum"),
            tunables.alarm_queue_age_seconds, "The oldest wake waits too long: the worker is lagging.",
            "the-worker-is-lagging", "status=RUNNING",
        )
        yield _Alarm(
            "dead-letters",
            engine.dead_letters.metric_number_of_messages_received(period=_FIVE_MINUTES, statistic="Sum"),
            1, "A message was received too often: its execution is PAUSED, or it was no wake at all.", "dead-letters",
            "status=PAUSED",
        )
        yield _Alarm(
            "unreadable", self._metric("UnreadableMessages", "deadletter"), 1,
            "A message on the wake queue was no wake: something else writes to it.", "unreadable-messages",
        )
        yield _Alarm(
            "paused", self._metric("ExecutionsPaused"), 1,
            "An execution cost its workers again and again and is PAUSED: it waits for a person.",
            "executions-are-paused", "status=PAUSED",
        )
        yield _Alarm(
            "failures", self._metric("ExecutionsFailed"), 10, "Ten executions failed within five minutes.",
            "executions-fail", "status=FAILED",
        )
        yield _Alarm(
            # Each sweep counts its wakes, none too. Its function is also invoked for what is to be deleted.
            "sweeper", self._metric("WakesSent", "sweeper", "SampleCount"), 1,
            "The sweeper has not run for ten minutes: long waits end late, lost wakes stay lost, no schedule starts.",
            "the-sweeper-stands", periods=2,
        )
        yield _Alarm(
            # A record that fails comes again until the stream forgets it, and holds up those behind it: no invocation
            # fails for that.
            "stream-age", engine.sweeper.metric("IteratorAge", period=_FIVE_MINUTES, statistic="Maximum"), 3_600_000,
            "What the table's stream tells the sweeper waits for over an hour: nothing is deleted at its term, and no "
            "end is told.", "the-sweeper-lags-behind-the-stream",
        )
        yield from self._of_the_audit_log()
        yield _Alarm(
            "api-5xx", self._api.api.deployment_stage.metric_server_error(period=_FIVE_MINUTES, statistic="Sum"), 5,
            "The API answered five requests with a 5xx within five minutes.", "the-api-fails",
        )
        yield from self._of_the_table()
        yield from self._of_arrivals()
        yield from self._of_statuses()
        for name, function in self._functions().items():
            yield _Alarm(
                f"{name}-errors", function.metric_errors(period=_FIVE_MINUTES), 1,
                f"The {name} function itself failed: not a workflow, our code or its settings.", "a-function-fails",
                periods=3,
            )
            yield _Alarm(
                f"{name}-throttles", function.metric_throttles(period=_FIVE_MINUTES), 1,
                f"The {name} function was throttled: the account's or its own concurrency is used up.", "throttles",
                periods=3,
            )

    def _of_the_audit_log(self) -> Iterator[_Alarm]:
        engine = self._engine
        age = engine.sealer.metric("IteratorAge", period=_FIVE_MINUTES, statistic="Maximum")
        yield _Alarm(
            "sealing-age", age, 60_000, "Entries of the audit log wait for over a minute to be sealed.",
            "the-audit-log-is-not-sealed",
        )
        yield _Alarm(
            "sealing-given-up",
            engine.seal_failures.metric_approximate_number_of_messages_visible(
                period=_FIVE_MINUTES, statistic="Maximum"
            ),
            1, "The stream has forgotten records that were not sealed: their entries have to be refilled.",
            "the-audit-log-is-not-sealed",
        )
        yield _Alarm(
            "sealing-unreadable", self._metric("EntriesUnreadable", "sealer"), 1,
            "A record of the stream could not be read: its entries are not in the audit log.",
            "the-audit-log-is-not-sealed",
        )

    def _of_arrivals(self) -> Iterator[_Alarm]:
        arrivals = self._engine.arrivals
        if arrivals is None:
            return
        yield _Alarm(
            "arrivals-age",
            arrivals.queue.metric_approximate_age_of_oldest_message(period=_FIVE_MINUTES, statistic="Maximum"),
            600, "An event has waited for ten minutes to be delivered to its triggers.", "arrivals-wait",
        )
        yield _Alarm(
            "arrivals-lost",
            arrivals.lost.metric_approximate_number_of_messages_visible(period=_FIVE_MINUTES, statistic="Maximum"),
            1, "An event was received too often, or its bus could not hand it over: it started nothing.",
            "arrivals-wait",
        )

    def _of_statuses(self) -> Iterator[_Alarm]:
        queue = self._engine.statuses_not_put
        if queue is None:
            return
        yield _Alarm(
            "statuses-not-put",
            queue.metric_approximate_age_of_oldest_message(period=_FIVE_MINUTES, statistic="Maximum"),
            3600, "The bus of status events has not taken an event for an hour.", "status-events-are-not-put",
        )

    def _of_the_table(self) -> Iterator[_Alarm]:
        for kind in ("Read", "Write"):
            metric = self._data.table.metric(f"{kind}ThrottleEvents", period=_FIVE_MINUTES, statistic="Sum")
            yield _Alarm(
                f"table-{kind.lower()}-throttles", metric, 1,
                f"DynamoDB has refused {kind.lower()}s of the table for a quarter of an hour: executions are slow.",
                "the-table-is-throttled", periods=3,
            )

    def _make_alarm(self, wanted: _Alarm) -> aws_cloudwatch.Alarm:
        below = wanted.name == "sweeper"
        link = f"{self._studio_url}executions/?{wanted.explorer}" if self._studio_url and wanted.explorer else None
        alarm = aws_cloudwatch.Alarm(
            self, "".join(part.capitalize() for part in wanted.name.split("-")),
            alarm_name=f"{self._tunables.prefix}-{wanted.name}",
            alarm_description="\n".join(part for part in (
                wanted.says, f"Runbook: {RUNBOOKS}#{wanted.runbook}", f"Explorer: {link}" if link else "",
            ) if part),
            metric=wanted.metric,
            threshold=wanted.threshold,
            evaluation_periods=wanted.periods,
            comparison_operator=(
                aws_cloudwatch.ComparisonOperator.LESS_THAN_THRESHOLD if below
                else aws_cloudwatch.ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD
            ),
            treat_missing_data=(
                aws_cloudwatch.TreatMissingData.BREACHING if below else aws_cloudwatch.TreatMissingData.NOT_BREACHING
            ),
        )
        alarm.add_alarm_action(aws_cloudwatch_actions.SnsAction(self.topic))
        return alarm

    def _make_dashboard(self) -> None:
        engine = self._engine
        functions = self._functions()
        dashboard = aws_cloudwatch.Dashboard(self, "Dashboard", dashboard_name=self._tunables.prefix)
        dashboard.add_widgets(
            _graph("Executions", [self._metric(name) for name in (
                "ExecutionsStarted", "ExecutionsSucceeded", "ExecutionsFailed"
            )]),
            _graph("Oldest wake, seconds", [engine.wakes.metric_approximate_age_of_oldest_message()]),
            _graph("Wakes waiting", [
                engine.wakes.metric_approximate_number_of_messages_visible(),
                engine.dead_letters.metric_approximate_number_of_messages_visible(label="Dead letters"),
            ]),
        )
        dashboard.add_widgets(
            _graph("Errors", [item.metric_errors(label=name) for name, item in functions.items()]),
            _graph("Worker, milliseconds", [
                engine.worker.metric_duration(statistic="p50", label="p50"),
                engine.worker.metric_duration(statistic="p99", label="p99"),
            ]),
            _graph("API", [self._api.api.metric_count(), self._api.api.metric_client_error(),
                           self._api.api.metric_server_error()]),
        )
        dashboard.add_widgets(_graph("Starts by triggers", [
            self._metric("ExecutionsScheduled", "sweeper"),
            *([self._metric("ExecutionsTriggered", "listener")] if engine.arrivals is not None else []),
        ]), _graph("Webhooks", [self._metric(name, "api") for name in ("WebhooksDelivered", "WebhooksRefused")]))
        dashboard.add_widgets(aws_cloudwatch.AlarmStatusWidget(alarms=self.alarms, title="Alarms", width=24))

    def _functions(self) -> dict[str, aws_lambda.Function]:
        engine = self._engine
        return {
            "worker": engine.worker, "api": self._api.function, "sweeper": engine.sweeper,
            "deadletter": engine.deadletter, "sealer": engine.sealer,
            **({"listener": engine.arrivals.function} if engine.arrivals is not None else {}),
            **({"rotation": engine.rotation} if engine.rotation is not None else {}),
        }

    def _metric(self, name: str, service: str = "worker", statistic: str = "Sum") -> aws_cloudwatch.Metric:
        """One that a function counts itself (functions/worker/app.py, functions/deadletter/app.py)."""
        return aws_cloudwatch.Metric(
            namespace=NAMESPACE, metric_name=name, statistic=statistic, period=_FIVE_MINUTES,
            dimensions_map={"service": service, "stage": self._tunables.stage},
        )


def _graph(title: str, metrics: list[aws_cloudwatch.IMetric]) -> aws_cloudwatch.GraphWidget:
    return aws_cloudwatch.GraphWidget(title=title, left=metrics, width=8)
