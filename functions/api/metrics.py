"""What the API counts for CloudWatch: the executions that it runs itself, which are synchronous starts, and what became
of webhooks.

The former stand under the worker's name, among those that workers ran: who looks at a graph of executions, or runs
`automate tune`, asks how many there were, and not which function ran them.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from http import HTTPStatus

from chalice.app import Request, Response

from engine.settings import Settings
from functions.metering import Metering

WEBHOOKS = "/hooks/{workflow}/{path}"
"""The gateway's resource that takes them."""

METERING = Metering()
"""The process's; told by its workers (functions.api.aws)."""


def emit_metrics(request: Request, get_response: Callable[[Request], Response]) -> Response:
    """Chalice middleware: answer, then write one line where there is something to count."""
    response = get_response(request)
    counts = METERING.take()
    if counts:
        _emit(counts, "worker")
    if request.context.get("resourcePath") == WEBHOOKS:
        name = _of_webhook(response.status_code)
        if name:
            _emit({name: 1}, "api")
    return response


def _of_webhook(status: int) -> str:
    """What is counted of a webhook's answer. One that is kept and can start nothing (422) was delivered; where we are
    not ready (5xx) the API's own metrics count."""
    if status < HTTPStatus.BAD_REQUEST or status == HTTPStatus.UNPROCESSABLE_ENTITY:
        return "WebhooksDelivered"
    return "WebhooksRefused" if status < HTTPStatus.INTERNAL_SERVER_ERROR else ""


def _emit(counts: dict[str, int], service: str) -> None:
    # Imported by the first synchronous start: most processes of the API count nothing.
    from aws_lambda_powertools.metrics import EphemeralMetrics, MetricUnit  # noqa: PLC0415

    metrics = EphemeralMetrics(namespace="Automate", service=service)
    metrics.set_default_dimensions(stage=Settings.from_environment(os.environ).stage)
    for name, count in counts.items():
        metrics.add_metric(name, MetricUnit.Count, count)
    metrics.flush_metrics()
