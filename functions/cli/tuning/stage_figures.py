"""The figures of a stage, from CloudWatch: metrics by five minutes, and memory from Lambda's own REPORT lines.

Memory is no metric of Lambda's; Logs Insights reads it out of the log, for money by the GB read. It is asked only where
the whole log group is small.
"""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from engine.errors import UserError
from engine.records import dataclass
from functions.cli.tuning.account import Account, in_plain_words
from functions.cli.tuning.figures import PERIOD_SECONDS, Period, Stage
from functions.tunables import Tunables

MOST_LOG_BYTES = 2_000_000_000
"""A query reads at most what the group holds: at $0.005 a GB, a cent."""

_MEMORY_QUERY = 'filter @type = "REPORT" | stats max(@maxMemoryUsed / 1000 / 1000) as used'
_QUERY_ENDED = frozenset({"Complete", "Failed", "Cancelled", "Timeout", "Unknown"})
_QUERY_LOOKS = 60
_COUNTED = (
    "ExecutionsStarted", "ExecutionsSucceeded", "ExecutionsFailed", "ExecutionsTimedOut", "ExecutionsAborted",
    "TasksScheduled", "TasksFailed", "TasksTimedOut", "WakesReceived", "WakesFailed",
)
"""Of the product's own metrics (functions/worker)."""


@dataclass(frozen=True, slots=True)
class _Metric:
    """One line of the request. `scale` makes seconds of milliseconds."""

    name: str
    namespace: str
    metric: str
    statistic: str
    dimensions: dict[str, str]
    scale: float = 1.0

    def query(self, number: int) -> dict[str, Any]:
        """As GetMetricData takes it."""
        dimensions = [{"Name": name, "Value": value} for name, value in self.dimensions.items()]
        metric = {"Namespace": self.namespace, "MetricName": self.metric, "Dimensions": dimensions}
        stat = {"Metric": metric, "Period": PERIOD_SECONDS, "Stat": self.statistic}
        return {"Id": f"m{number}", "MetricStat": stat, "ReturnData": True}


def read_stage(
    account: Account, settings: Tunables, queue: str, *, now: float, hours: float,
    pause: Callable[[float], None] = time.sleep,
) -> Stage:
    """The figures of the last `hours`. What AWS refuses is in `unread`, except the metrics themselves: these raise."""
    until = int(now) // PERIOD_SECONDS * PERIOD_SECONDS
    window = until - int(hours * 3600), until
    periods, counts = _metrics(account, settings, queue, window)
    stage, unread = Stage(hours, periods, counts), list[str]()
    try:
        with in_plain_words("the account's concurrency"):
            limit = account.client("lambda").get_account_settings()["AccountLimit"]
        stage = replace(stage, unreserved=limit["UnreservedConcurrentExecutions"])
    except UserError as error:
        unread.append(error.message)
    memory: dict[str, float | None] = {}
    for function in ("worker", "api") if periods else ():
        group = f"/aws/lambda/{settings.prefix}-{function}"
        try:
            memory[function] = _memory(account.client("logs"), group, window, pause)
        except UserError as error:
            unread.append(error.message)
    return replace(
        stage, worker_memory_used=memory.get("worker"), api_memory_used=memory.get("api"), unread=tuple(unread)
    )


def _metrics(
    account: Account, settings: Tunables, queue: str, window: tuple[int, int]
) -> tuple[tuple[Period, ...], dict[str, float]]:
    """The periods in their order, those without any figure left out, and the product's counts."""
    wanted = _wanted(settings, queue)
    found: dict[datetime, dict[str, float]] = defaultdict(dict)
    with in_plain_words("the metrics"):
        pages = account.client("cloudwatch").get_paginator("get_metric_data").paginate(
            MetricDataQueries=[metric.query(number) for number, metric in enumerate(wanted)],
            StartTime=datetime.fromtimestamp(window[0], UTC), EndTime=datetime.fromtimestamp(window[1], UTC),
            ScanBy="TimestampAscending",
        )
        for page in pages:
            for result in page["MetricDataResults"]:
                metric = wanted[int(result["Id"][1:])]
                for at, value in zip(result["Timestamps"], result["Values"], strict=True):
                    found[at][metric.name] = value * metric.scale
    counts: dict[str, float] = dict.fromkeys(_COUNTED, 0.0)
    periods = []
    for _, values in sorted(found.items()):
        for name in _COUNTED:
            counts[name] += values.pop(name, 0.0)
        if values:
            periods.append(Period(**values))
    return tuple(periods), {name: count for name, count in counts.items() if count}


def _wanted(settings: Tunables, queue: str) -> list[_Metric]:
    """Every metric that is read; the names are those of Period and of the product's counts."""
    wakes = {"QueueName": queue}
    worker = {"FunctionName": f"{settings.prefix}-worker"}
    gateway = {"ApiName": settings.prefix, "Stage": settings.stage}
    ours = {"service": "worker", "stage": settings.stage}
    return [
        _Metric("queue_age", "AWS/SQS", "ApproximateAgeOfOldestMessage", "Maximum", wakes),
        _Metric("visible", "AWS/SQS", "ApproximateNumberOfMessagesVisible", "Maximum", wakes),
        _Metric("received", "AWS/SQS", "NumberOfMessagesReceived", "Sum", wakes),
        _Metric("invocations", "AWS/Lambda", "Invocations", "Sum", worker),
        _Metric("throttles", "AWS/Lambda", "Throttles", "Sum", worker),
        _Metric("concurrent", "AWS/Lambda", "ConcurrentExecutions", "Maximum", worker),
        _Metric("p50", "AWS/Lambda", "Duration", "p50", worker, 0.001),
        _Metric("p99", "AWS/Lambda", "Duration", "p99", worker, 0.001),
        _Metric("api_requests", "AWS/ApiGateway", "Count", "Sum", gateway),
        *(_Metric(name, "Automate", name, "Sum", ours) for name in _COUNTED),
    ]


def _memory(logs: Any, group: str, window: tuple[int, int], pause: Callable[[float], None]) -> float | None:
    """The most memory, in MB, that an invocation used; None where the log has no REPORT line of the window.

    Raises UserError where it is not read, with the reason.
    """
    with in_plain_words(f"the memory used ({group})"):
        groups = logs.describe_log_groups(logGroupNamePrefix=group)["logGroups"]
        held = sum(item.get("storedBytes", 0) for item in groups if item["logGroupName"] == group)
        if held > MOST_LOG_BYTES:
            raise UserError(
                f"the memory used was not read: {group} holds {held / 1e9:.0f} GB, and Logs Insights costs by the GB. "
                f"Ask it yourself: {_MEMORY_QUERY}"
            )
        query = logs.start_query(
            logGroupName=group, startTime=window[0], endTime=window[1], queryString=_MEMORY_QUERY, limit=1
        )["queryId"]
        for _ in range(_QUERY_LOOKS):
            answer = logs.get_query_results(queryId=query)
            if answer["status"] in _QUERY_ENDED:
                break
            pause(0.5)
    if answer["status"] != "Complete":
        raise UserError(f"the memory used was not read: the query over {group} ended {answer['status']}")
    values = [cell["value"] for row in answer["results"] for cell in row if cell["field"] == "used"]
    return float(values[0]) if values else None
