"""What the API counts for CloudWatch: the executions that it runs itself, which are synchronous starts.

They stand under the worker's name, among those that workers ran: who looks at a graph of executions, or runs
`automate tune`, asks how many there were, and not which function ran them.
"""

from __future__ import annotations

import os
from collections.abc import Callable

from chalice.app import Request, Response

from engine.settings import Settings
from functions.metering import Metering

METERING = Metering()
"""The process's; told by its workers (functions.api.aws)."""


def emit_metrics(request: Request, get_response: Callable[[Request], Response]) -> Response:
    """Chalice middleware: answer, then write one line where there is something to count."""
    response = get_response(request)
    counts = METERING.take()
    if counts:
        _emit(counts)
    return response


def _emit(counts: dict[str, int]) -> None:
    # Imported by the first synchronous start: most processes of the API count nothing.
    from aws_lambda_powertools.metrics import EphemeralMetrics, MetricUnit  # noqa: PLC0415

    metrics = EphemeralMetrics(namespace="Automate", service="worker")
    metrics.set_default_dimensions(stage=Settings.from_environment(os.environ).stage)
    for name, count in counts.items():
        metrics.add_metric(name, MetricUnit.Count, count)
    metrics.flush_metrics()
