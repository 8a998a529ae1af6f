"""The sweeper Lambda: once a minute, wakes for whatever is due soon or overdue. See lifecycle.sweeper.

The table's stream calls it too, with executions whose term is over: see functions.sweeper.retention.
"""

from __future__ import annotations

import os
from functools import cache
from typing import Any

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.typing import LambdaContext

from engine.adapters.aws.stores import THREADS, AwsStores
from engine.clock import SystemClock
from engine.durable.lifecycle.sweeper import Sweeper
from engine.settings import Settings

logger = Logger(service="sweeper")
metrics = Metrics(namespace="Automate", service="sweeper")


@logger.inject_lambda_context
@metrics.log_metrics
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Sweep once; answers ``{"wakes": how many were sent}``. After an error the next tick tries again. A batch of the
    stream, and the event ``{"walk": {…}}``, are retention's."""
    _name_stage()
    if "Records" in event or "walk" in event:
        return taken(event, context)
    sent = sweeper().sweep()
    metrics.add_metric("WakesSent", MetricUnit.Count, sent)
    logger.info("swept", wakes=sent)
    return {"wakes": sent}


def taken(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Delete executions whose term is over; answers as the stream's mapping or the walk wants it."""
    from functions.sweeper.retention import RESERVE_SECONDS, retaining  # noqa: PLC0415  a tick does not need it

    found = retaining()
    deadline = found.clock.now() + context.get_remaining_time_in_millis() / 1000 - RESERVE_SECONDS
    before = found.taken
    try:
        if "walk" in event:
            return found.walk(event["walk"], deadline)
        return found.records(event["Records"], deadline)
    finally:
        metrics.add_metric("ExecutionsTaken", MetricUnit.Count, found.taken - before)


@cache
def _name_stage() -> None:
    """Metrics are one stage's: those of an account are counted each by itself."""
    metrics.set_default_dimensions(stage=Settings.from_environment(os.environ).stage)


@cache
def sweeper() -> Sweeper:
    """The sweeper over the stores that the environment names, made at the first invocation."""
    clock = SystemClock()
    stores = AwsStores.from_settings(Settings.from_environment(os.environ), clock, threads=THREADS)
    return Sweeper(stores.journal, stores.queue, clock)
