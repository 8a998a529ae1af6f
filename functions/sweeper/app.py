"""The sweeper Lambda: once a minute, wakes for whatever is due soon or overdue. See lifecycle.sweeper."""

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
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, int]:  # noqa: ARG001 - Lambda's shape
    """Sweep once; answers ``{"wakes": how many were sent}``. After an error the next tick tries again."""
    _name_stage()
    sent = sweeper().sweep()
    metrics.add_metric("WakesSent", MetricUnit.Count, sent)
    logger.info("swept", wakes=sent)
    return {"wakes": sent}


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
